// Numbers between text and double, exactly, in little code: no locale, no stdio, no large tables.
//
// Common values take a short way; the rest is computed with big integers (Steele and White 1990, Clinger 1990).

#pragma once

#include <cfloat>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// The double nearest to a JSON number (ties to even); an infinity beyond the range, a zero below it.
double to_double(std::string_view number) noexcept;

/// Room that write_double() needs.
constexpr std::size_t max_double_chars = 32;

/// Writes the shortest decimal that reads back as the same double, and of those the nearest, laid out as ECMAScript's
/// Number::toString does: "0.1", "1e+21", "1.5e-7", and "0" for -0. Returns the new end. `value` is finite.
char* write_double(double value, char* out) noexcept;

/// Writes an integer in decimal, and returns the new end; 20 characters at most.
inline char* write_integer(std::int64_t value, char* out) noexcept { return std::to_chars(out, out + 20, value).ptr; }
inline char* write_integer(std::uint64_t value, char* out) noexcept { return std::to_chars(out, out + 20, value).ptr; }

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

namespace detail {

static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8, "doubles are IEEE 754 binary64");

inline std::uint64_t to_bits(double value) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline double from_bits(std::uint64_t bits) noexcept {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline constexpr int max_exact_power = 22;
inline constexpr double powers_of_ten[max_exact_power + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// A natural number below 2^3200: the largest needed is the digits of to_double() times a power of two or five.
class BigNatural {
 public:
  explicit BigNatural(std::uint64_t value = 0) noexcept {
    for (; value != 0; value >>= 32) limbs_[size_++] = static_cast<std::uint32_t>(value);
  }

  bool is_zero() const noexcept { return size_ == 0; }

  int bit_length() const noexcept {
    if (size_ == 0) return 0;
    int bits = 32 * (size_ - 1);
    for (std::uint32_t top = limbs_[size_ - 1]; top != 0; top >>= 1) ++bits;
    return bits;
  }

  void multiply_add(std::uint32_t factor, std::uint32_t summand) noexcept {
    std::uint64_t carry = summand;
    for (int i = 0; i < size_; ++i) {
      carry += std::uint64_t{limbs_[i]} * factor;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs_[size_++] = static_cast<std::uint32_t>(carry);
  }

  void multiply_by_power_of_5(int exponent) noexcept {
    constexpr std::uint32_t five_to_13 = 1220703125;
    for (; exponent >= 13; exponent -= 13) multiply_add(five_to_13, 0);
    for (; exponent > 0; --exponent) multiply_add(5, 0);
  }

  void shift_left(int bits) noexcept {
    if (size_ == 0 || bits == 0) return;
    const int whole = bits / 32;
    const int rest = bits % 32;
    limbs_[size_] = 0;
    for (int i = size_; i >= 0; --i) {
      const std::uint64_t pair = std::uint64_t{limbs_[i]} << 32 | (i > 0 ? limbs_[i - 1] : 0);
      limbs_[i + whole] = static_cast<std::uint32_t>(pair << rest >> 32);
    }
    for (int i = 0; i < whole; ++i) limbs_[i] = 0;
    size_ += whole + 1;
    trim();
  }

  void add(const BigNatural& other) noexcept {
    std::uint64_t carry = 0;
    const int size = size_ > other.size_ ? size_ : other.size_;
    for (int i = 0; i < size; ++i) {
      carry += (i < size_ ? limbs_[i] : 0);
      carry += (i < other.size_ ? other.limbs_[i] : 0);
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    size_ = size;
    if (carry != 0) limbs_[size_++] = 1;
  }

  /// `other` is at most this.
  void subtract(const BigNatural& other) noexcept {
    std::uint64_t borrow = 0;
    for (int i = 0; i < size_; ++i) {
      const std::uint64_t difference = std::uint64_t{limbs_[i]} - (i < other.size_ ? other.limbs_[i] : 0) - borrow;
      limbs_[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63;
    }
    trim();
  }

  friend int compare(const BigNatural& a, const BigNatural& b) noexcept {
    if (a.size_ != b.size_) return a.size_ < b.size_ ? -1 : 1;
    for (int i = a.size_ - 1; i >= 0; --i) {
      if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] < b.limbs_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  void trim() noexcept {
    while (size_ > 0 && limbs_[size_ - 1] == 0) --size_;
  }

  int size_ = 0;
  std::uint32_t limbs_[102];
};

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
  std::uint64_t quotient = 0;
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
  bool cut = false;  ///< there are nonzero digits beyond those
  std::int64_t point = 0;
};

inline Decimal take_apart(std::string_view number) noexcept {
  Decimal decimal;
  std::size_t at = 0;
  if (number[0] == '-') {
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
    } else if (c != '0') {
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
  if (exponent < 0) {
    denominator.multiply_by_power_of_5(-exponent);
  } else {
    numerator.multiply_by_power_of_5(exponent);
  }
  return divide(numerator, denominator, exponent);
}

/// 0.d1d2d3... * 10^point; the last digit is not 0.
struct Digits {
  char text[20];
  int count = 0;
  int point = 0;
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

inline double to_double(std::string_view number) noexcept {
  const detail::Decimal decimal = detail::take_apart(number);
  const double magnitude = detail::magnitude(decimal);
  return decimal.negative ? -magnitude : magnitude;
}

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
