// As much of big integers as exact reading and writing of doubles takes.

#pragma once

#include <cstdint>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

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

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
