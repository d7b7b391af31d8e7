#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hostile_text.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"
#include "notifier/text/hash.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;
using namespace std::string_literals;

namespace {

template <class Escape>
std::string escaped(std::string_view text) {
  // Exactly the room that is promised to be enough, so that a sanitizer sees one byte too many.
  std::string out(Escape::growth * text.size() + detail::text_padding, '#');
  // What is behind a padded text does not matter, and all of it may be read.
  std::vector<char> padded(text.begin(), text.end());
  padded.insert(padded.end(), detail::text_padding, '<');
  char* const end = detail::escape<Escape>(std::string_view(padded.data(), text.size()), &out[0]);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

/// A copy whose end a sanitizer guards.
template <class F>
auto guarded(std::string_view text, F&& f) {
  const std::vector<char> copy(text.begin(), text.end());
  return f(std::string_view(copy.data(), copy.size()));
}

std::string hex(const Hash128& hash) {
  char out[32];
  hash.write_hex(out);
  return {out, 32};
}

}  // namespace

TEST_CASE("code points and UTF-16 units are counted at any length and place") {
  const std::string unit = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  std::string text;
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t prefix = 0; prefix < 17; ++prefix) {
      const std::string padded = std::string(prefix, 'x') + text;
      CHECK(guarded(padded, count_code_points) == prefix + 4 * i);
      CHECK(guarded(padded, count_utf16) == prefix + 5 * i);
    }
    text += unit;
  }
}

TEST_CASE("white space and controls at both ends are trimmed, and nothing else") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    CHECK(detail::trim(std::string(2, c) + "a" + c + "b" + c) ==
          (byte <= ' ' ? std::string("a") + c + "b" : std::string(2, c) + "a" + c + "b" + c));
    CHECK(detail::trim(std::string(3, c)).size() == (byte <= ' ' ? 0u : 3u));
    CHECK(detail::is_blank(std::string(3, c)) == (byte <= ' '));
  }
  CHECK(detail::is_blank(""));
  CHECK_FALSE(detail::is_blank("  \t x"));
}

TEST_CASE("a budget has what is left of it, to the character") {
  detail::Budget budget(10, detail::Unit::code_points);
  CHECK(budget.has(10));
  CHECK_FALSE(budget.has(11));
  CHECK(budget.but(3) == 7);
  CHECK(budget.but(11) == 0);
  const std::string_view text =
      "\xC3\xA9"
      "abc";
  budget.spend(text.data(), text.data() + text.size());
  CHECK(budget.but(0) == 6);
  budget.hold_back(4);
  CHECK(budget.has(2));
  CHECK_FALSE(budget.has(3));
  budget.give_back(4);
  CHECK(budget.but(0) == 6);
  budget.hold_back(7);
  CHECK(budget.but(0) == 0);

  detail::Budget unlimited(detail::Budget::unlimited, detail::Unit::utf16);
  unlimited.spend(text.data(), text.data() + text.size());
  unlimited.hold_back(4);
  unlimited.give_back(5);
  CHECK(unlimited.but(100) == detail::Budget::unlimited);
  CHECK(unlimited.has(detail::Budget::unlimited));
}

TEST_CASE("a cut is never within a code point, nor where a reader would see it") {
  CHECK(cut_position("plain", 3) == 3);
  CHECK(cut_position("plain", 9) == 5);
  CHECK(cut_position("\xE2\x82\xAC", 2) == 0);
  CHECK(cut_position("a\xF0\x9F\x98\x80", 3) == 1);
  CHECK(cut_position("abe\xCC\x81", 3) == 2);                                    // before a combining accent
  CHECK(cut_position("a\xE2\x9C\x94\xEF\xB8\x8F", 4) == 1);                      // before a variation selector
  CHECK(cut_position("a\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD", 5) == 1);              // before a skin tone
  CHECK(cut_position("a\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", 5) == 1);  // before a joiner
  CHECK(cut_position("a\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", 8) == 1);  // behind a joiner
  CHECK(cut_position("a\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7\xF0\x9F\x87\xAC\xF0\x9F\x87\xA7", 5) == 1);  // within a flag
  CHECK(cut_position("a\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7\xF0\x9F\x87\xAC\xF0\x9F\x87\xA7", 9) ==
        9);  // between two flags

  std::string zalgo = "Z";
  for (int i = 0; i < 100; ++i) zalgo += "\xCC\x80";
  CHECK(cut_position(zalgo, 150) == 149);
}

TEST_CASE("cutting survives bytes that are no UTF-8") {
  for (const std::string& text :
       {"\x80\x80\x80\x80"s, "\xF0\x9F"s, "a\xFF\xFE"s, "\xE2\x80"s, std::string(1000, '\x80')}) {
    for (std::size_t end = 0; end <= text.size(); ++end) {
      CHECK(guarded(text, [&](std::string_view t) { return cut_position(t, end); }) <= end);
    }
    CHECK(guarded(text, count_utf16) <= 2 * text.size());
  }
}

TEST_CASE("hashes are the same everywhere and differ for every difference") {
  CHECK(hex(Hash128()) == "00000000000000000000000000000000");
  CHECK(hex(Hash128().add("")) != hex(Hash128()));
  CHECK(hex(Hash128().add("ab").add("c")) != hex(Hash128().add("a").add("bc")));
  CHECK(hex(Hash128().add("a").add("")) != hex(Hash128().add("a")));
  CHECK(hex(Hash128(1).add("a")) != hex(Hash128(2).add("a")));
  CHECK(hex(Hash128().add("a"s + '\0')) != hex(Hash128().add("a")));

  std::vector<std::string> seen;
  std::string text;
  for (int i = 0; i < 100; ++i, text += static_cast<char>('a' + i % 26)) {
    const std::string hash = guarded(text, [](std::string_view t) { return hex(Hash128().add(t)); });
    CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
    for (const std::string& other : seen) CHECK(hash != other);
    seen.push_back(hash);
  }
}

TEST_CASE("escapers handle each special character at each place") {
  struct Case {
    std::string in, slack, code, label, rocket, inline_code;
  };
  const Case cases[] = {
      {"<", "&lt;", "&lt;", "-", "<\xE2\x80\x8D", "<"},
      {">", "&gt;", "&gt;", "-", ">\xE2\x80\x8D", ">"},
      {"&", "&amp;", "&amp;", "-", "&\xE2\x80\x8D", "&"},
      {"\"", "\\\"", "\\\"", "-", "\\\"", "\\\""},
      {"\\", "\\\\", "\\\\", "-", "\\\\\xE2\x80\x8D", "\\\\"},
      {"\n", " ", "\\n", "-", " ", " "},
      {"\r\n", " ", "\\n", "--", " ", " "},
      {"\r", " ", "\\n", "-", " ", " "},
      {"\t", " ", "\\t", "-", " ", " "},
      {"\0"s, " ", " ", "-", " ", " "},
      {"\x1F", " ", " ", "-", " ", " "},
      {"``", "``", "`\xE2\x80\x8B`", "--", "\xCB\x8B\xCB\x8B", "\xCB\x8B\xCB\x8B"},
      {"*", "*", "*", "-", "\xE2\x88\x97", "*"},
      {"~", "~", "~", "-", "\xE2\x88\xBC", "~"},
      {"@", "@", "@", "-", "@\xE2\x80\x8D", "@"},
      {"#", "#", "#", "-", "#\xE2\x80\x8D", "#"},
      {"$", "$", "$", "-", "\xEF\xBC\x84", "$"},
      {" -,/'()", " -,/'()", " -,/'()", " -,/'()", " -,/'()", " -,/'()"},
      {"\xC3\xA9", "\xC3\xA9", "\xC3\xA9", "\xC3\xA9", "\xC3\xA9", "\xC3\xA9"},
  };
  for (const Case& c : cases) {
    for (std::size_t before = 0; before < 20; ++before) {
      for (std::size_t after = 1; after < 20; ++after) {
        const std::string a(before, 'x'), b(after, 'y');
        const std::string in = a + c.in + b;
        CHECK(escaped<detail::SlackText<detail::Lines::one>>(in) == a + c.slack + b);
        CHECK(escaped<detail::SlackCode>(in) == a + c.code + b);
        CHECK(escaped<detail::PlainLabel>(in) == a + c.label + b);
        CHECK(escaped<detail::RocketChatText>(in) == a + c.rocket + b);
        CHECK(escaped<detail::RocketChatInlineCode>(in) == a + c.inline_code + b);
      }
    }
  }
}

TEST_CASE("an underscore within a word stays, any other cannot open markup") {
  CHECK(escaped<detail::RocketChatText>("my_app_db") == "my_app_db");
  CHECK(escaped<detail::RocketChatText>("_it_ a_ _b a__b") ==
        "\xCB\x8Dit\xCB\x8D a\xCB\x8D \xCB\x8D"
        "b a\xCB\x8D\xCB\x8D"
        "b");
}

TEST_CASE("no text grows beyond what is promised") {
  hostile::Random random(7);
  for (int i = 0; i < 300; ++i) {
    const std::string text = hostile::text(random, random.below(60));
    escaped<detail::SlackText<detail::Lines::one>>(text);
    escaped<detail::SlackText<detail::Lines::many>>(text);
    escaped<detail::SlackCode>(text);
    escaped<detail::PlainLabel>(text);
    escaped<detail::SlackUrl>(text);
    escaped<detail::RocketChatText>(text);
    escaped<detail::RocketChatInlineCode>(text);
    escaped<detail::RocketChatCode>(text);
    escaped<detail::RocketChatUrl>(text);
  }
}

TEST_CASE("what fits is kept whole, what does not is cut to the character") {
  using Escape = detail::SlackText<detail::Lines::one>;
  const auto fit = [](std::string_view text, std::size_t limit) {
    return detail::fit<Escape>(text, {limit}, detail::Unit::code_points);
  };
  CHECK(fit("abcdef", 6) == 6);
  CHECK(fit("abcdef", 5) == 4);
  CHECK(fit("a&b", 7) == 3);
  CHECK(fit("a&b", 6) == 1);  // "a..." since "a&amp;" leaves no room for the ellipsis
  CHECK(fit("a&bc", 7) == 2);
  CHECK(fit("\"\"\"\"", 4) == 4);  // a quote is one character once the JSON is read
  CHECK(fit("\"\"\"\"\"", 4) == 3);
  CHECK(fit("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 2) == 8);
  CHECK(fit("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 2) == 4);
  CHECK(detail::fit<Escape>("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", {3}, detail::Unit::utf16) == 4);
  CHECK(detail::fit<Escape>("\"\"\"\"", {9, 6}, detail::Unit::code_points) == 2);
  // Of bytes the ellipsis takes three.
  CHECK(detail::fit<Escape>("abcdef", {6}, detail::Unit::bytes) == 6);
  CHECK(detail::fit<Escape>("abcdefg", {6}, detail::Unit::bytes) == 3);
  CHECK(detail::fit<Escape>("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", {7}, detail::Unit::bytes) == 4);
  CHECK(detail::fit<Escape>("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", {7}, detail::Unit::bytes) == 4);
}

TEST_CASE("a cut keeps as much as the limit allows, wherever it falls") {
  using Escape = detail::SlackText<detail::Lines::one>;
  for (const std::string& unit :
       {std::string("\xC3\xA9"), std::string("\xE2\x82\xAC"), std::string("\xF0\x9F\x98\x80")}) {
    const std::size_t units = unit.size() == 4 ? 2 : 1;
    for (std::size_t prefix = 0; prefix < 18; ++prefix) {
      std::string text(prefix, 'x');
      for (int i = 0; i < 20; ++i) text += unit;
      for (std::size_t limit = prefix + 1; limit < prefix + 20; ++limit) {
        CHECK(detail::fit<Escape>(text, {limit}, detail::Unit::code_points) ==
              prefix + (limit - 1 - prefix) * unit.size());
        CHECK(detail::fit<Escape>(text, {limit}, detail::Unit::utf16) ==
              prefix + (limit - 1 - prefix) / units * unit.size());
      }
    }
  }
}

TEST_CASE("URLs: sixteen at a time, no byte is passed over that is not allowed") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    const bool is_allowed =
        byte > 0x20 && byte < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
    CHECK(detail::is_url_byte(c) == is_allowed);
    CHECK(detail::is_outside_url(detail::Bytes::all(byte)).none() == is_allowed);
  }
}
