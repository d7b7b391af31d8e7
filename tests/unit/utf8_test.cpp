#include "notifier/text/utf8.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace notifier;

namespace {

std::string utf8(std::uint32_t c) {
  const auto tail = [c](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("a code point's first byte says how long it is") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    CAPTURE(byte);
    CHECK(detail::is_continuation(c) == (byte >= 0x80 && byte < 0xC0));
    CHECK(detail::code_point_size(c) == (byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4));
  }
}

TEST_CASE("code points are read, counted, and found backwards") {
  for (const std::uint32_t c : {0x0u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xABCDu, 0xFFFFu, 0x10000u, 0x1F984u, 0x10FFFFu}) {
    const std::string one = utf8(c);
    CAPTURE(c);
    CHECK(detail::code_point_at(one, 0) == c);
    CHECK(detail::code_point_at("a" + one + "b", 1) == c);
    CHECK(detail::previous_code_point("a" + one, 1 + one.size()) == 1);
    for (std::size_t size = 1; size < one.size(); ++size)
      CHECK(detail::code_point_at(one.substr(0, size), 0) == 0xFFFD);
    // Wherever it stands in a block of sixteen.
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string text = std::string(before, 'a') + one + std::string(after, 'b');
        const std::vector<char> exact(text.begin(), text.end());
        CHECK(count_code_points({exact.data(), exact.size()}) == before + 1 + after);
        CHECK(count_utf16({exact.data(), exact.size()}) == before + (c > 0xFFFF ? 2 : 1) + after);
      }
    }
  }
  // No code point is longer than four bytes, and the text begins at 0.
  CHECK(detail::previous_code_point("a\x80\x80\x80\x80\x80", 6) == 2);
  CHECK(detail::previous_code_point("\x80\x80", 2) == 0);
}

TEST_CASE("what belongs to the character before it, to the ends of each range") {
  constexpr std::pair<std::uint32_t, std::uint32_t> ranges[] = {
      {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},  {0x05BF, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
      {0x0670, 0x0670},   {0x06D6, 0x06ED},   {0x0900, 0x0903},  {0x093A, 0x094F}, {0x0981, 0x0983}, {0x09BC, 0x09CD},
      {0x0A3C, 0x0A4D},   {0x0ABC, 0x0ACD},   {0x0B3C, 0x0B57},  {0x0BBE, 0x0BCD}, {0x0C3E, 0x0C56}, {0x0CBC, 0x0CD6},
      {0x0D3B, 0x0D4D},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},  {0x0E47, 0x0E4E}, {0x0F71, 0x0F84}, {0x1AB0, 0x1AFF},
      {0x1DC0, 0x1DFF},   {0x200C, 0x200D},   {0x20D0, 0x20FF},  {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
      {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF}};
  std::uint32_t next = 0;
  for (const auto& [first, last] : ranges) {
    for (; next < first; ++next) {
      if (detail::extends_character(next)) FAIL(next);
    }
    for (; next <= last; ++next) {
      if (!detail::extends_character(next)) FAIL(next);
    }
  }
  for (; next <= 0x10FFFF; ++next) {
    if (detail::extends_character(next)) FAIL(next);
  }
  CHECK_FALSE(detail::is_regional_indicator(0x1F1E5));
  CHECK(detail::is_regional_indicator(0x1F1E6));
  CHECK(detail::is_regional_indicator(0x1F1FF));
  CHECK_FALSE(detail::is_regional_indicator(0x1F200));
}

TEST_CASE("of 32 code points the last is taken that a text may be cut before") {
  const std::string accent = utf8(0x301);
  for (const std::size_t accents : {0u, 1u, 30u, 31u, 32u, 33u, 50u}) {
    std::string text = "ab";
    for (std::size_t i = 0; i < accents; ++i) text += accent;
    CAPTURE(accents);
    // Before the last accent: back to the `b` where that is near enough.
    if (accents > 0) CHECK(cut_position(text, text.size() - 1) == (accents <= 31 ? 1 : text.size() - 2));
    CHECK(cut_position(text, text.size()) == text.size());
  }
  CHECK(cut_position(accent + "b", 1) == 0);
  // Flags are pairs: of many in a row each begins at an even place.
  const std::string flag = utf8(0x1F1EB) + utf8(0x1F1F7);
  for (int flags = 1; flags < 20; ++flags) {
    std::string text = "a";
    for (int i = 0; i < flags; ++i) text += flag;
    for (int i = 0; i < flags && i < 16; ++i) {
      const std::size_t begin = 1 + 8 * static_cast<std::size_t>(i);
      CHECK(cut_position(text, begin) == begin);
      CHECK(cut_position(text, begin + 4) == begin);
      CHECK(cut_position(text, begin + 7) == begin);
    }
  }
  // Of a longer run no more than 32 are looked at, so that a text of nothing else takes no longer.
  std::string text;
  for (int i = 0; i < 20; ++i) text += flag;
  CHECK(cut_position(text, 31 * 4) == 30 * 4);
  CHECK(cut_position(text, 35 * 4) == 35 * 4);
}
