// Numbers: what every backend makes of them.

#pragma once

#include <cstdint>
#include <string_view>

namespace json_cases {

using namespace std::string_view_literals;

/// A number: its text for people, and whether and as what it is an integer.
struct Number {
  std::string_view text;
  bool is_integer;
  std::int64_t integer;
};

inline constexpr Number numbers[] = {
    {"0"sv, true, 0},
    {"-0"sv, true, 0},
    {"-0.0"sv, true, 0},
    {"7"sv, true, 7},
    {"-7"sv, true, -7},
    {"1.0"sv, true, 1},
    {"1e2"sv, true, 100},
    {"1.5e1"sv, true, 15},
    {"1200e-2"sv, true, 12},
    {"1.5"sv, false, 0},
    {"-0.5"sv, false, 0},
    {"1e-1"sv, false, 0},
    {"9223372036854775807"sv, true, INT64_MAX},
    {"-9223372036854775808"sv, true, INT64_MIN},
    {"9223372036854775808"sv, false, 0},
    {"18446744073709551615"sv, false, 0},
    {"18446744073709551616"sv, false, 0},
    {"-9223372036854775809"sv, false, 0},
    {"9223372036854774784.0"sv, true, 9223372036854774784},
    {"9223372036854775807.0"sv, false, 0},
    {"-9223372036854775808.0"sv, true, INT64_MIN},
    {"-9223372036854777856.0"sv, false, 0},
    {"9007199254740993"sv, true, 9007199254740993},
    {"9007199254740993.0"sv, true, 9007199254740992},
    {"1e18"sv, true, 1000000000000000000},
    {"1e19"sv, false, 0},
    {"1e300"sv, false, 0},
    {"1e999"sv, false, 0},
    {"1e-999"sv, true, 0},
    {"4503599627370495.5"sv, false, 0},
};

}  // namespace json_cases
