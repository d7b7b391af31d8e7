// The corpus of tests/conformance/json, read by the backend of this build and by the scanner.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "../conformance/json/accepted.hpp"
#include "../conformance/json/numbers.hpp"
#include "../conformance/json/refused.hpp"
#include "notifier/json/document.hpp"

namespace json = notifier::json;

namespace {

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else {
      constexpr char hex[] = "0123456789ABCDEF";
      out += {'<', hex[byte >> 4], hex[byte & 15], '>'};
    }
  }
  return out;
}

std::string to_json(json::View view) {
  std::string out;
  view.append_json(out);
  return out;
}

#if NOTIFIER_SIMDJSON
/// Whether two tapes hold the same, each in its own text.
bool same(const json::detail::Tape& a, std::size_t at_a, const json::detail::Tape& b, std::size_t at_b) {
  using json::detail::Tag;
  if (a.tag(at_a) != b.tag(at_b) || a.after(at_a) - at_a != b.after(at_b) - at_b) return false;
  if (a.tag(at_a) == Tag::string || a.tag(at_a) == Tag::number) return a.value(at_a) == b.value(at_b);
  const bool is_object = a.tag(at_a) == Tag::object;
  if (!is_object && a.tag(at_a) != Tag::array) return true;
  const std::size_t size = a.after(at_a) - at_a;
  for (std::size_t i = 2; i < size; i = a.after(at_a + i) - at_a) {
    if (is_object) {
      if (a.slice(at_a + i) != b.slice(at_b + i)) return false;
      ++i;
    }
    if (!same(a, at_a + i, b, at_b + i)) return false;
  }
  return true;
}
#endif

std::string nested(std::size_t depth, std::string_view opening, std::string_view innermost, std::string_view closing) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += opening;
  text += innermost;
  for (std::size_t i = 0; i < depth; ++i) text += closing;
  return text;
}

}  // namespace

TEST_CASE("the corpus has at least 300 texts") {
  CHECK(std::size(json_cases::accepted) + std::size(json_cases::refused) + std::size(json_cases::numbers) >= 300);
}

#if NOTIFIER_SIMDJSON
TEST_CASE("every valid document is read in the quick way, and no other") {
  json::detail::SimdjsonReader reader;
  json::detail::Tape tape;
  std::vector<std::string> texts;
  for (const json_cases::Accepted& example : json_cases::accepted) texts.emplace_back(example.text);
  for (const auto& example : json_cases::numbers) texts.emplace_back(example.text);
  // Escapes at every place of the blocks that are looked at together, and so many that what is read lags behind.
  for (std::size_t before = 0; before < 40; ++before) {
    for (const char* const escape : {"\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "\\ud800"}) {
      std::string text = "[\"";
      for (int i = 0; i < 9; ++i) text.append(before, 'x').append(escape).append("y");
      texts.push_back(text + "\",\"end\"]");
    }
  }
  for (const std::string& text : texts) {
    CAPTURE(printable(text));
    CHECK(reader.read(text, tape));
    json::Document document;
    const auto root = document.parse(text);
    REQUIRE(root);
    json::detail::TapeBuilder builder;
    builder.clear();
    CHECK_FALSE(json::scan(text, builder));
    CHECK(same(tape, 0, builder.tape(), 0));
  }
  for (const json_cases::Refused& example : json_cases::refused) {
    CAPTURE(printable(example.text));
    CHECK_FALSE(reader.read(example.text, tape));
  }
}
#endif

TEST_CASE("valid documents are read, with the same values on every backend") {
  json::Document document;
  for (const json_cases::Accepted& example : json_cases::accepted) {
    const std::string_view text = example.text;
    const std::string_view expected = example.json;
    CAPTURE(printable(text));
    const auto root = document.parse(text);
    REQUIRE(root);
    CHECK(to_json(*root) == expected);
    CHECK_FALSE(json::scan(text));
    CHECK_FALSE(json::scan(expected));
  }
}

TEST_CASE("what is not JSON is refused at its first faulty byte") {
  json::Document document;
  for (const json_cases::Refused& example : json_cases::refused) {
    const std::string_view text = example.text;
    const std::size_t offset = example.offset;
    CAPTURE(printable(text));
    const auto root = document.parse(text);
    REQUIRE_FALSE(root);
    CHECK(root.error().code == notifier::errc::invalid_json);
    CHECK(root.error().offset == offset);
    CHECK(root.error().message.find("byte " + std::to_string(offset)) != std::string::npos);
  }
}

TEST_CASE("a fault is the end of what can begin a document") {
  for (const json_cases::Refused& example : json_cases::refused) {
    const std::string_view text = example.text;
    const std::size_t offset = example.offset;
    CAPTURE(printable(text));
    const json::Fault before = json::scan(text.substr(0, offset));
    CHECK((!before || before.offset == offset));
    if (offset < text.size()) CHECK(json::scan(text.substr(0, offset + 1)).offset == offset);
  }
}

TEST_CASE(
    "every valid text stays valid inside of arrays and objects, and cut short it is refused or another document") {
  json::Document document;
  for (const json_cases::Accepted& example : json_cases::accepted) {
    const std::string_view text = example.text;
    const std::string_view expected = example.json;
    CAPTURE(printable(text));
    const auto wrapped = document.parse("[" + std::string(text) + ",{\"k\":" + std::string(text) + "}]");
    REQUIRE(wrapped);
    CHECK(to_json(*wrapped) == "[" + std::string(expected) + ",{\"k\":" + std::string(expected) + "}]");
    for (std::size_t size = 0; size < text.size(); ++size) {
      const std::string_view cut = text.substr(0, size);
      const auto root = document.parse(cut);
      const json::Fault fault = json::scan(cut);
      CHECK(root.has_value() != static_cast<bool>(fault));
      if (fault) CHECK(fault.offset == size);
    }
  }
}

TEST_CASE("numbers are integers by their value, within 64 bits") {
  json::Document document;
  for (const json_cases::Number& number : json_cases::numbers) {
    CAPTURE(number.text);
    const auto root = document.parse(number.text);
    REQUIRE(root);
    CHECK(root->kind() == json::Kind::number);
    std::int64_t value = 12345;
    CHECK(root->integer(value) == number.is_integer);
    CHECK(value == (number.is_integer ? number.integer : 12345));
  }
}

TEST_CASE("nesting is accepted up to the limit, whatever it is made of") {
  constexpr std::size_t limit = NOTIFIER_MAX_DEPTH;
  json::Document document;
  for (const std::size_t depth : {std::size_t{1}, limit - 1, limit}) {
    CAPTURE(depth);
    for (const std::string& text :
         {nested(depth, "[", "", "]"), nested(depth, "[", "1", "]"), nested(depth, "[0,", "null", ",1]"),
          nested(depth - 1, "[", "{}", "]"), nested(depth - 1, "{\"a\":", "{}", "}"),
          nested(depth - 1, "{\"a\":", "[]", "}"), nested(depth, "{\"a\":", "1", "}"),
          nested(depth / 2, "[{\"a\":", "null", "}]"), nested(depth / 2, "[{\"a\":", "\"b\"", "},[]]")}) {
      const auto root = document.parse(text);
      REQUIRE(root);
      CHECK(to_json(*root) == text);
    }
  }
}

TEST_CASE("one level more is too deep, at the bracket that goes too far") {
  constexpr std::size_t limit = NOTIFIER_MAX_DEPTH;
  json::Document document;
  const auto offset_of = [&](const std::string& text) {
    const auto root = document.parse(text);
    REQUIRE_FALSE(root);
    CHECK(root.error().code == notifier::errc::too_deep);
    return root.error().offset;
  };
  CHECK(offset_of(nested(limit + 1, "[", "", "]")) == limit);
  CHECK(offset_of(nested(limit + 1, "[", "1", "]")) == limit);
  CHECK(offset_of(nested(limit, "[", "{}", "]")) == limit);
  CHECK(offset_of(nested(limit, "{\"a\":", "{}", "}")) == 5 * limit);
  CHECK(offset_of(nested(limit, "{\"a\":", "[]", "}")) == 5 * limit);
  CHECK(offset_of(nested(limit, " [", "[", "")) == 2 * limit);
  CHECK(offset_of("[1,[]," + nested(limit, "[", "", "]") + "]") == 6 + limit - 1);
  CHECK(offset_of(std::string(1000000, '[')) == limit);
  CHECK(offset_of(nested(100000, "{\"a\":", "", "")) == 5 * limit);
  CHECK(offset_of(nested(100000, "[{\"a\":", "", "")) == limit / 2 * 6 + limit % 2);
}

TEST_CASE("the first fault counts, be it depth or another") {
  json::Document document;
  const std::string open(NOTIFIER_MAX_DEPTH, '[');
  CHECK(document.parse(open + "x" + open).error().code == notifier::errc::invalid_json);
  CHECK(document.parse(open + "[x").error().code == notifier::errc::too_deep);
  CHECK(document.parse("[\"\x80\"," + open + open).error().offset == 2);
}

TEST_CASE("a long text is refused without being looked at") {
  json::Document document;
  CHECK(document.parse("[1]", 3));
  const auto root = document.parse("[1] ", 3);
  REQUIRE_FALSE(root);
  CHECK(root.error().code == notifier::errc::too_large);
  CHECK(root.error().message == "the text has 4 bytes, the limit is 3");
}

TEST_CASE("faults are told in words") {
  json::Document document;
  const auto message = [&](std::string_view text) { return document.parse(text).error().message; };
  CHECK(message("[1,]") == "expected a value at byte 3");
  CHECK(message("[1") == "the text ends at byte 2, expected ',' or ']' after an element");
  CHECK(message("{\"a\":1,}") == "expected a key in double quotes at byte 7");
  CHECK(message("{a:1}") == "expected a key in double quotes, or '}' at byte 1");
  CHECK(message("\xEF\xBB\xBF{}") == "expected a value (a byte order mark is not allowed) at byte 0");
  CHECK(message("\"\x80\"") == "expected valid UTF-8 at byte 1");
  CHECK(message("{} {}") == "expected nothing more after the document's value at byte 3");
  CHECK(message(std::string(NOTIFIER_MAX_DEPTH + 1, '[')) == "arrays and objects nest deeper than " +
                                                                 std::to_string(NOTIFIER_MAX_DEPTH) + " at byte " +
                                                                 std::to_string(NOTIFIER_MAX_DEPTH));
}

TEST_CASE("a text of five megabytes is read, and its fault found") {
  json::Document document;
  std::string text = "{\"log\":\"";
  while (text.size() < 5000000) text += "a line of a log, with \\\"quotes\\\" and \xC3\xA9 in it\\n";
  const std::string good = text + "\",\"n\":1e999}";
  const auto root = document.parse(good);
  REQUIRE(root);
  CHECK((*root)["log"].string().size() > 4500000);
  CHECK((*root)["n"].text() == "1e999");
  const std::string bad = text + "\xC3\"}";
  CHECK(document.parse(bad).error().offset == text.size() + 1);
}
