// simdjson's table of powers of five, computed: its 10 kB do not compress, and are a tenth of what a browser would
// fetch.

#pragma once

#include <cstdint>

namespace notifier_wasm {

/// The powers that the table covers: all those that a double can need.
constexpr int least_power_of_five = -342;
constexpr int largest_power_of_five = 308;
constexpr int powers_of_five_words = 2 * (largest_power_of_five - least_power_of_five + 1);

/// A positive number of 256 bits, the highest of which is set: the rest of its magnitude nobody asks for. What is lost
/// below does not reach the upper half, which is all that the table holds.
class Significand {
 public:
  void multiply_by_5() noexcept {
    std::uint64_t carry = 0;
    for (int i = 0; i < limb_count; ++i) {
      carry += std::uint64_t{limbs_[i]} * 5;
      limbs_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    for (; carry != 0; carry >>= 1) shift_right(static_cast<std::uint32_t>(carry & 1));
  }

  void divide_by_5() noexcept {
    std::uint64_t rest = 0;
    for (int i = limb_count; i-- > 0;) {
      rest = rest << 32 | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(rest / 5);
      rest %= 5;
    }
    while (limbs_[limb_count - 1] >> 31 == 0) {
      rest *= 2;
      shift_left(static_cast<std::uint32_t>(rest / 5));
      rest %= 5;
    }
  }

  /// The 64 bits that begin `index` times 64 bits from the top.
  std::uint64_t word(int index) const noexcept {
    const int low = limb_count - 2 - 2 * index;
    return std::uint64_t{limbs_[low + 1]} << 32 | limbs_[low];
  }

 private:
  static constexpr int limb_count = 8;

  void shift_right(std::uint32_t top) noexcept {
    for (int i = 0; i + 1 < limb_count; ++i) limbs_[i] = limbs_[i] >> 1 | limbs_[i + 1] << 31;
    limbs_[limb_count - 1] = limbs_[limb_count - 1] >> 1 | top << 31;
  }

  void shift_left(std::uint32_t bottom) noexcept {
    for (int i = limb_count; i-- > 1;) limbs_[i] = limbs_[i] << 1 | limbs_[i - 1] >> 31;
    limbs_[0] = limbs_[0] << 1 | bottom;
  }

  std::uint32_t limbs_[limb_count] = {0, 0, 0, 0, 0, 0, 0, std::uint32_t{1} << 31};  // least first; a power of two
};

/// What simdjson adds to 128 bits of 1 / `power` that are cut off: with a power below 2^64 it divides by multiplying,
/// which needs a reciprocal that is rounded up; one of z + 65 bits for a power of z bits, or of all bits where 5^17 is
/// not exceeded. See Lemire, Number Parsing at a Gigabyte per Second (2021).
inline std::uint64_t round_up(std::uint64_t bits, std::uint64_t power) noexcept {
  constexpr std::uint64_t five_to_17 = 762939453125;
  std::uint64_t unit = 1;
  for (std::uint64_t top = power; power > five_to_17 && top >> 62 == 0; top <<= 1) unit <<= 1;
  return (bits & ~(unit - 1)) + unit;
}

/// Writes 128 bits of each power, the most significant word first.
/// @param table  powers_of_five_words words.
inline void write_powers_of_five(std::uint64_t* table) noexcept {
  std::uint64_t* const one = table - 2 * least_power_of_five;
  Significand power;
  for (int exponent = 0; exponent <= largest_power_of_five; ++exponent) {
    one[2 * exponent] = power.word(0);
    one[2 * exponent + 1] = power.word(1);
    power.multiply_by_5();
  }
  constexpr int last_in_64_bits = 27;
  std::uint64_t divisor = 1;
  power = Significand();
  for (int exponent = 1; exponent <= -least_power_of_five; ++exponent) {
    power.divide_by_5();
    divisor *= 5;  // overflows where nobody looks any more
    const std::uint64_t low = power.word(1);
    one[-2 * exponent] = power.word(0);
    one[-2 * exponent + 1] = exponent <= last_in_64_bits ? round_up(low, divisor) : low;
  }
}

}  // namespace notifier_wasm
