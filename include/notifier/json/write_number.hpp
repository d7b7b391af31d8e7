// Numbers in decimal, doubles in the shortest form: no locale, no stdio, no large tables.
//
// Common values take a short way; the rest is computed with big integers (Steele and White 1990).

#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "notifier/json/big_natural.hpp"
#include "notifier/json/binary64.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Writes an integer in decimal, and returns the new end; 20 characters at most.
inline char* write_integer(std::int64_t value, char* out) noexcept { return std::to_chars(out, out + 20, value).ptr; }
inline char* write_integer(std::uint64_t value, char* out) noexcept { return std::to_chars(out, out + 20, value).ptr; }

/// Room that write_double() needs.
constexpr std::size_t max_double_chars = 32;

/// Writes the shortest decimal that reads back as the same double, and of those the nearest, laid out as ECMAScript's
/// Number::toString does: "0.1", "1e+21", "1.5e-7", and "0" for -0. Returns the new end. `value` is finite.
char* write_double(double value, char* out) noexcept;

namespace detail {

/// 0.d1d2d3... * 10^point; the last digit is not 0.
struct Digits {
  char text[20];
  int count = 0;
  int point{};
};

/// Finds the digits of a value between 1e-9 and 1e15 that has at most 15 of them. Each such decimal has a double of its
/// own, so one that leads back is the shortest.
inline bool find_short(double value, Digits& digits) noexcept {
  if (!(value >= 1e-9 && value < 1e15)) return false;
  for (int power = 0; power <= max_exact_power; ++power) {
    const double scaled = value * powers_of_ten[power] + 0.5;
    if (scaled >= 1e15) return false;
    const std::uint64_t rounded = static_cast<std::uint64_t>(scaled);
    if (static_cast<double>(rounded) / powers_of_ten[power] != value) continue;
    char* end = write_integer(rounded, digits.text);
    digits.count = static_cast<int>(end - digits.text);
    digits.point = digits.count - power;
    while (digits.text[digits.count - 1] == '0') --digits.count;
    return true;
  }
  return false;
}

/// Steele and White's free-format algorithm: R / S is what is left of the value, and low and high are half the way to
/// the neighbouring doubles, all as multiples of 1 / S.
inline void find_shortest(double value, Digits& digits) noexcept {
  const std::uint64_t bits = to_bits(value);
  const int biased = static_cast<int>(bits >> 52);
  const std::uint64_t fraction = bits & 0xFFFFFFFFFFFFFu;
  const std::uint64_t significand = biased == 0 ? fraction : fraction | std::uint64_t{1} << 52;
  const int exponent = (biased == 0 ? 1 : biased) - 1075;
  const bool even = (significand & 1) == 0;
  const int uneven_gap = fraction == 0 && biased > 1 ? 1 : 0;

  BigNatural r(significand);
  BigNatural s(1);
  BigNatural low(1);
  if (exponent >= 0) {
    r.shift_left(exponent + 1 + uneven_gap);
    s.shift_left(1 + uneven_gap);
    low.shift_left(exponent);
  } else {
    r.shift_left(1 + uneven_gap);
    s.shift_left(1 + uneven_gap - exponent);
  }
  BigNatural high = low;
  high.shift_left(uneven_gap);

  // A lower bound of the decimal point, by the value's power of two; the sum and the difference make floor() of the
  // cast.
  const int log2 = BigNatural(significand).bit_length() - 1 + exponent;
  int point = static_cast<int>(static_cast<double>(log2) * 0.30102999566398114 + 1100.0) - 1100;
  if (point >= 0) {
    s.multiply_by_power_of_5(point);
    s.shift_left(point);
  } else {
    for (BigNatural* n : {&r, &low, &high}) {
      n->multiply_by_power_of_5(-point);
      n->shift_left(-point);
    }
  }
  const auto reaches = [&](const BigNatural& bound) {
    BigNatural sum = r;
    sum.add(high);
    const int order = compare(sum, bound);
    return even ? order >= 0 : order > 0;
  };
  const auto times_ten = [&] {
    for (BigNatural* n : {&r, &low, &high}) n->multiply_add(10, 0);
  };
  while (reaches(s)) {
    s.multiply_add(10, 0);
    ++point;
  }
  digits.point = point;
  for (;;) {
    times_ten();
    int digit = 0;
    for (; compare(r, s) >= 0; ++digit) r.subtract(s);
    const int to_low = compare(r, low);
    const bool may_stop = even ? to_low <= 0 : to_low < 0;
    const bool may_round_up = reaches(s);
    if (!may_stop && !may_round_up) {
      digits.text[digits.count++] = static_cast<char>('0' + digit);
      continue;
    }
    if (may_stop && may_round_up) {
      r.shift_left(1);
      const int order = compare(r, s);
      if (order > 0 || (order == 0 && digit % 2 != 0)) ++digit;
    } else if (may_round_up) {
      ++digit;
    }
    digits.text[digits.count++] = static_cast<char>('0' + digit);
    return;
  }
}

inline char* write_digits(const Digits& digits, char* out) noexcept {
  const auto copy = [&](int from, int to) {
    for (int i = from; i < to; ++i) *out++ = i < digits.count ? digits.text[i] : '0';
  };
  const int point = digits.point;
  if (point > 0 && point <= 21) {
    copy(0, point);
    if (digits.count > point) {
      *out++ = '.';
      copy(point, digits.count);
    }
  } else if (point > -6 && point <= 0) {
    *out++ = '0';
    *out++ = '.';
    for (int i = point; i < 0; ++i) *out++ = '0';
    copy(0, digits.count);
  } else {
    copy(0, 1);
    if (digits.count > 1) {
      *out++ = '.';
      copy(1, digits.count);
    }
    *out++ = 'e';
    *out++ = point > 0 ? '+' : '-';
    const int exponent = point - 1;
    out = write_integer(std::int64_t{exponent < 0 ? -exponent : exponent}, out);
  }
  return out;
}

}  // namespace detail

inline char* write_double(double value, char* out) noexcept {
  if (value == 0.0) {
    *out++ = '0';
    return out;
  }
  if (value < 0.0) {
    *out++ = '-';
    value = -value;
  }
  detail::Digits digits;
  if (!detail::find_short(value, digits)) detail::find_shortest(value, digits);
  return detail::write_digits(digits, out);
}

}  // namespace json
NOTIFIER_NAMESPACE_END
