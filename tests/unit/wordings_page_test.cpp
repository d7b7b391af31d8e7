// The page that teaches the language of wordings: each of its examples gives what it says.

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "event_corpus.hpp"
#include "notifier/message/body_template.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

using namespace notifier;

namespace {

std::string read_page() { return read_test_data("../../include/WORDINGS.md"); }

/// The next fenced text of a language; `at` is behind it then, or npos where there is none.
std::string next_block(const std::string& page, std::string_view language, std::size_t& at) {
  const std::string fence = "\n```" + std::string(language) + "\n";
  const std::size_t begin = page.find(fence, at);
  if (begin == std::string::npos) {
    at = begin;
    return "";
  }
  const std::size_t end = page.find("\n```", begin + fence.size());
  REQUIRE(end != std::string::npos);
  at = end;
  return page.substr(begin + fence.size(), end + 1 - (begin + fence.size()));
}

/// What a webhook with the body of an example is sent.
std::string body_of(json::View example, const Vocabulary& vocabulary) {
  std::string text;
  example["body"].append_json(text);
  std::string fault;
  const auto body = detail::BodyTemplate::compile(text, &vocabulary, fault);
  if (!body) return fault + "\n";
  std::string json;
  example["event"].append_json(json);
  json::Document document;
  const auto root = document.parse(json);
  REQUIRE(root);
  const Event event = Event::read(*root, json);
  Message message;
  describe(event, "", message, vocabulary);
  Message scratch;
  Buffer out;
  Truncations cut;
  body->write(event, message, vocabulary, nullptr, scratch, out, cut);
  CHECK(cut.empty());
  return out.str() + "\n";
}

std::string told(const std::string& example) {
  json::Document document;
  const auto root = document.parse(example);
  REQUIRE(root);
  const auto vocabulary = Vocabulary::read((*root)["vocabulary"], Vocabulary::empty());
  if (!vocabulary) return vocabulary.error().message + "\n";
  if ((*root)["body"].exists()) return body_of(*root, *vocabulary);
  Message message;
  describe(Event::read((*root)["event"], ""), "", message, *vocabulary, root->string("language"));
  std::string text = std::string(to_string(message.severity)) + ": " + std::string(message.title()) + "\n" +
                     std::string(message.sentence()) + "\n";
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    text += std::string(message.field(i).label) + ": " + std::string(message.field(i).value) + "\n";
  }
  if (!message.link().empty()) text += "-> " + std::string(message.link()) + "\n";
  return text;
}

}  // namespace

TEST_CASE("each example of the page about wordings gives what it says") {
  const std::string page = read_page();
  REQUIRE_FALSE(page.empty());
  std::size_t examples = 0;
  for (std::size_t at = 0;; ++examples) {
    const std::string example = next_block(page, "json", at);
    if (at == std::string::npos) break;
    const std::size_t behind = at;
    const std::string expected = next_block(page, "text", at);
    REQUIRE(at != std::string::npos);
    CHECK(page.substr(behind, at - behind).find("```json") == std::string::npos);
    INFO(example);
    CHECK(told(example) == expected);
  }
  CHECK(examples == 14);
}

TEST_CASE("the page about wordings names every layout") {
  const std::string page = read_page();
  for (const detail::LayoutName& layout : detail::layouts) {
    INFO(std::string(layout.name));
    CHECK(page.find("`" + std::string(layout.name) + "`") != std::string::npos);
  }
}
