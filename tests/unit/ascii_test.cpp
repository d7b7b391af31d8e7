#include "notifier/text/ascii.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace notifier::detail;

TEST_CASE("characters of ASCII are told apart, and all others belong to no kind") {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const auto in = [c](std::string_view kind) { return kind.find(c) != std::string_view::npos; };
    CAPTURE(byte);
    CHECK(is_digit(c) == in(digits));
    CHECK(is_letter(c) == (in(lower) || in(upper)));
    CHECK(is_letter_or_digit(c) == (in(lower) || in(upper) || in(digits)));
    const char small = in(upper) ? lower[upper.find(c)] : c;
    CHECK(to_lower(c) == small);
    const std::size_t value = hexadecimal.find(small);
    CHECK(hex_digit(c).has_value() == (value != std::string_view::npos));
    CHECK(hex_digit(c).value_or(99) == (value == std::string_view::npos ? 99 : value));
  }
}
