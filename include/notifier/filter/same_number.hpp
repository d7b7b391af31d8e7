#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A JSON number taken apart: its significant digits, as `0.DIGITS * 10^exponent`. Borrows its text.
class Decimal {
 public:
  /// @param number  as JSON has it
  explicit Decimal(std::string_view number) noexcept {
    is_negative_ = !number.empty() && number.front() == '-';
    if (is_negative_) number.remove_prefix(1);
    const std::size_t mark = (std::min)(number.find_first_of("eE"), number.size());
    mantissa_ = number.substr(0, mark);
    point_ = (std::min)(mantissa_.find('.'), mantissa_.size());
    begin_ = (std::min)(mantissa_.find_first_not_of("0."), mantissa_.size());
    end_ = mantissa_.find_last_not_of("0.") + 1;  // npos + 1 is 0: a zero has no digits
    if (begin_ >= end_) {
      is_negative_ = false;
      begin_ = end_ = 0;
      return;
    }
    const auto before_point = static_cast<std::int64_t>(point_) - static_cast<std::int64_t>(begin_);
    exponent_ = (begin_ > point_ ? before_point + 1 : before_point) + read_exponent(number.substr(mark));
  }

  friend bool operator==(const Decimal& a, const Decimal& b) noexcept {
    if (a.is_negative_ != b.is_negative_ || a.exponent_ != b.exponent_) return false;
    std::size_t i = a.begin_;
    std::size_t j = b.begin_;
    for (;; ++i, ++j) {
      if (i == a.point_) ++i;
      if (j == b.point_) ++j;
      if (i >= a.end_ || j >= b.end_) return i >= a.end_ && j >= b.end_;
      if (a.mantissa_[i] != b.mantissa_[j]) return false;
    }
  }

 private:
  /// @param text  `e12`, `E-3` or nothing. Beyond some billions of billions, all are the same.
  static std::int64_t read_exponent(std::string_view text) noexcept {
    constexpr std::int64_t most = INT64_MAX / 32;
    std::int64_t value = 0;
    bool is_negative = false;
    for (const char c : text) {
      if (c == '-') is_negative = true;
      if (c >= '0' && c <= '9') value = (std::min)(value * 10 + (c - '0'), most);
    }
    return is_negative ? -value : value;
  }

  std::string_view mantissa_;
  std::size_t point_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t exponent_ = 0;
  bool is_negative_ = false;
};

/// Whether two JSON numbers are equal as numbers, exactly, however they are written: 1, 1.0 and 10e-1; 0 and -0.
inline bool is_same_number(std::string_view a, std::string_view b) noexcept {
  return a == b || Decimal(a) == Decimal(b);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
