// From a JSON number to an integer or a double, exactly: no locale, no stdio, no large tables.
//
// Common values take a short way (Clinger 1990); the rest is computed with big integers.

#pragma once

#include <algorithm>
#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/json/big_natural.hpp"
#include "notifier/json/binary64.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
/// Whether a number is an integer of 64 bits, and which.
enum class Integer { none, within_int64, within_uint64 };

/// Reads a JSON number that is written without fraction and exponent and fits 64 bits into `bits` (two's complement
/// where it fits std::int64_t); else Integer::none.
inline Integer to_integer(std::string_view number, std::uint64_t& bits) noexcept {
  const bool negative = number.front() == '-';
  std::uint64_t value = 0;
  for (const char c : number.substr(negative ? 1 : 0)) {
    if (c < '0' || c > '9') return Integer::none;
    const unsigned digit = static_cast<unsigned>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return Integer::none;
    value = value * 10 + digit;
  }
  const std::uint64_t int64_max = static_cast<std::uint64_t>(INT64_MAX);
  if (value > int64_max + (negative ? 1 : 0)) {
    bits = value;
    return negative ? Integer::none : Integer::within_uint64;
  }
  bits = negative ? 0 - value : value;
  return Integer::within_int64;
}

/// Whether a JSON number has neither fraction nor exponent.
inline bool is_written_as_integer(std::string_view number) noexcept {
  for (const char c : number) {
    if (c == '.' || c == 'e' || c == 'E') return false;
  }
  return true;
}

/// The double nearest to a JSON number (ties to even); an infinity beyond the range, a zero below it.
double to_double(std::string_view number) noexcept;

namespace detail {

/// The double nearest to significand * 2^exponent plus, where `more`, something less than 2^exponent.
inline double assemble(std::uint64_t significand, int exponent, bool more) noexcept {
  for (; (significand >> 63) == 0; --exponent) significand <<= 1;
  const int top = exponent + 63;
  if (top > 1023) return from_bits(0x7FF0000000000000u);
  const bool subnormal = top < -1022;
  const int drop = subnormal ? 11 - 1022 - top : 11;
  if (drop > 64) return 0.0;
  const std::uint64_t kept = drop == 64 ? 0 : significand >> drop;
  const std::uint64_t half = std::uint64_t{1} << (drop - 1);
  const std::uint64_t rest = drop == 64 ? significand : significand & (half * 2 - 1);
  const bool up = rest > half || (rest == half && (more || (kept & 1) != 0));
  const std::uint64_t base = subnormal ? 0 : static_cast<std::uint64_t>(top + 1022) << 52;
  return from_bits(base + kept + (up ? 1 : 0));
}

/// numerator / denominator * 2^exponent; neither is zero.
inline double divide(BigNatural& numerator, BigNatural& denominator, int exponent) noexcept {
  const int difference = numerator.bit_length() - denominator.bit_length();
  if (difference < 0) {
    numerator.shift_left(-difference);
  } else {
    denominator.shift_left(difference);
  }
  std::uint64_t quotient{};
  for (int bit = 0; bit < 64; ++bit) {
    quotient <<= 1;
    if (compare(numerator, denominator) >= 0) {
      numerator.subtract(denominator);
      quotient |= 1;
    }
    numerator.shift_left(1);
  }
  return assemble(quotient, exponent + difference - 63, !numerator.is_zero());
}

/// A JSON number taken apart: 0.d1d2d3... * 10^point, and where its digits stand.
struct Decimal {
  bool negative = false;
  std::string_view digits;    ///< without leading zeros and exponent, perhaps with a '.' inside; empty for zero
  std::uint64_t leading = 0;  ///< the first 19 digits at most
  int leading_count = 0;
  bool cut = false;  ///< there are digits beyond those
  std::int64_t point = 0;
};

inline Decimal take_apart(std::string_view number) noexcept {
  Decimal decimal;
  std::size_t at = 0;
  if (!number.empty() && number[0] == '-') {
    decimal.negative = true;
    at = 1;
  }
  std::size_t first = number.size();
  bool fraction = false;
  for (; at < number.size(); ++at) {
    const char c = number[at];
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (c != '0' && first == number.size()) first = at;
    if (first == number.size()) {
      if (fraction) --decimal.point;
      continue;
    }
    if (!fraction) ++decimal.point;
    if (decimal.leading_count < 19) {
      decimal.leading = decimal.leading * 10 + static_cast<unsigned>(c - '0');
      ++decimal.leading_count;
    } else {
      decimal.cut = true;
    }
  }
  if (first < at) decimal.digits = number.substr(first, at - first);
  if (at < number.size()) {
    ++at;
    const bool negative = number[at] == '-';
    if (number[at] == '-' || number[at] == '+') ++at;
    std::int64_t exponent = 0;
    for (; at < number.size(); ++at) {
      if (exponent < INT64_MAX / 100) exponent = exponent * 10 + (number[at] - '0');
    }
    decimal.point += negative ? -exponent : exponent;
  }
  return decimal;
}

inline double magnitude(const Decimal& decimal) noexcept {
  if (decimal.digits.empty() || decimal.point < -330) return 0.0;
  if (decimal.point > 310) return from_bits(0x7FF0000000000000u);
  const int point = static_cast<int>(decimal.point);

  const int power = point - decimal.leading_count;
  constexpr bool double_is_exact = FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1;
  if (double_is_exact && !decimal.cut && decimal.leading >> 53 == 0 && power >= -max_exact_power &&
      power <= max_exact_power) {
    const double value = static_cast<double>(decimal.leading);
    return power < 0 ? value / powers_of_ten[-power] : value * powers_of_ten[power];
  }

  // Halfway between two doubles lies at most 767 digits long: what follows these only says "a little more".
  constexpr int enough_digits = 780;
  BigNatural numerator;
  int count = 0;
  bool more = false;
  for (const char c : decimal.digits) {
    if (c == '.') continue;
    if (count < enough_digits) {
      numerator.multiply_add(10, static_cast<std::uint32_t>(c - '0'));
      ++count;
    } else if (c != '0') {
      more = true;
      break;
    }
  }
  if (more) {
    numerator.multiply_add(10, 1);
    ++count;
  }
  const int exponent = point - count;
  BigNatural denominator(1);
  numerator.multiply_by_power_of_5((std::max)(exponent, 0));
  denominator.multiply_by_power_of_5((std::max)(-exponent, 0));
  return divide(numerator, denominator, exponent);
}

}  // namespace detail

inline double to_double(std::string_view number) noexcept {
  const detail::Decimal decimal = detail::take_apart(number);
  const double magnitude = detail::magnitude(decimal);
  return decimal.negative ? -magnitude : magnitude;
}

}  // namespace json
NOTIFIER_NAMESPACE_END
