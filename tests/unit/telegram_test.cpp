#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/telegram.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_telegram>;

std::string sentence_of(std::string_view sentence) {
  Message message;
  message.set_sentence(sentence);
  return std::string(Formatted(message).root["text"].string());
}

std::size_t number(json::View object, std::string_view key) {
  std::int64_t value = -1;
  CHECK(object[key].integer(value));
  return static_cast<std::size_t>(value);
}

/// The byte of a text before which there are so many UTF-16 units.
std::size_t byte_of(std::string_view text, std::size_t units) {
  std::size_t at = 0;
  while (at < text.size() && count_utf16(text.substr(0, at)) < units) at += detail::code_point_size(text[at]);
  return at;
}

/// The parts of a text that look otherwise, as "bold:..." and "pre:...".
std::vector<std::string> parts_of(const Formatted& telegram) {
  std::vector<std::string> parts;
  const std::string_view text = telegram.root["text"].string();
  for (const json::View entity : elements(telegram.root["entities"])) {
    const std::size_t offset = number(entity, "offset");
    const std::size_t length = number(entity, "length");
    const std::size_t begin = byte_of(text, offset);
    const std::size_t end = byte_of(text, offset + length);
    parts.push_back(std::string(entity.string("type")) + ":" + std::string(text.substr(begin, end - begin)));
  }
  return parts;
}

}  // namespace

TEST_CASE("telegram: what looks otherwise is told beside the text, in UTF-16 units") {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment \xF0\x9F\x98\x80 failed");
  message.set_sentence("johndoe deployed *my-app* & \"more\".");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_link("Commit", "https://git.example.com/c?a&b");
  message.add_field("Log", "npm ERR! \"code\" \xF0\x9F\x98\x80\n\tat x", false, true);
  const Formatted telegram(message);
  CHECK(telegram.cut.empty());
  CHECK(telegram.root["text"].string() ==
        "\xF0\x9F\x94\xB4 my-app: deployment \xF0\x9F\x98\x80 failed\n"
        "johndoe deployed *my-app* & \"more\".\n\n"
        "Stack: scalingo_22\n"
        "Commit: https://git.example.com/c?a&b\n\n"
        "Log\nnpm ERR! \"code\" \xF0\x9F\x98\x80\n\tat x\n\n"
        "johndoe \xC2\xB7 deployment \xC2\xB7 14 May 2018, 09:46 UTC\n\n"
        "https://dashboard.example.com/apps/my-app?a=(1)&b=%222%22");
  CHECK(parts_of(telegram) == std::vector<std::string>{"bold:my-app: deployment \xF0\x9F\x98\x80 failed", "bold:Stack",
                                                       "bold:Commit", "bold:Log",
                                                       "pre:npm ERR! \"code\" \xF0\x9F\x98\x80\n\tat x"});
  CHECK(telegram.body.find(R"("entities":[{"type":"bold","offset":3,"length":28},)") != std::string::npos);
  CHECK(telegram.body.find(R"(],"link_preview_options":{"is_disabled":true}})") != std::string::npos);
}

TEST_CASE("telegram: what is no trouble comes without a sound") {
  for (const Severity severity : {Severity::info, Severity::success, Severity::warning, Severity::error}) {
    Message message;
    message.severity = severity;
    message.set_title("x");
    const bool is_silent = severity == Severity::info || severity == Severity::success;
    CHECK(Formatted(message).root["disable_notification"].boolean() == is_silent);
  }
}

TEST_CASE("telegram: an empty message still has a text") {
  CHECK(Formatted(Message()).body ==
        R"({"text":"Event","entities":[],"link_preview_options":{"is_disabled":true},"disable_notification":true})");
}

TEST_CASE("telegram: nothing that Telegram finds in texts by itself is alive") {
  const std::string joiner = "\xE2\x80\x8D";
  CHECK(sentence_of("ask @ann or a@b.example in #ops") ==
        "ask @" + joiner + "ann or a@" + joiner + "b." + joiner + "example in #" + joiner + "ops");
  CHECK(sentence_of("/start a/b and/or $USD") == "/" + joiner + "start a/b and/or $" + joiner + "USD");
  CHECK(sentence_of("see http://x.example and tg://resolve?domain=x") == "see http:" + joiner + "//" + joiner + "x." +
                                                                             joiner + "example and tg:" + joiner +
                                                                             "//" + joiner + "resolve?domain=x");
  CHECK(sentence_of("12:30:00, 1.5 s, 80%. *b* _c_ `d` <b>") == "12:30:00, 1.5 s, 80%. *b* _c_ `d` <b>");
}

TEST_CASE("telegram: only http and https become a link") {
  Message message;
  message.set_link("javascript:alert(1)");
  const Formatted telegram(message);
  CHECK(telegram.body.find("javascript") == std::string::npos);
  REQUIRE(telegram.cut.size() == 1);
  CHECK(telegram.cut[0].part == "link");
}

TEST_CASE(
    "telegram: whatever the message holds, the text is short enough and each entity lies in it, none in another") {
  hostile::Random random(21);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted telegram(message);
    const std::string_view text = telegram.root["text"].string();
    CHECK(!text.empty());
    CHECK(count_utf16(text) <= telegram_limits::text);
    CHECK(text.find_first_of("\x01\x02\x03") == std::string_view::npos);
    std::size_t end = 0;
    for (const json::View entity : elements(telegram.root["entities"])) {
      const std::size_t offset = number(entity, "offset");
      const std::size_t length = number(entity, "length");
      CHECK(offset >= end);
      CHECK(length > 0);
      end = offset + length;
    }
    CHECK(end <= count_utf16(text));
    CHECK(elements(telegram.root["entities"]).size() <= telegram_limits::entities);
    for (const Truncation& cut : telegram.cut) CHECK(cut.kept <= cut.length);
  }
}
