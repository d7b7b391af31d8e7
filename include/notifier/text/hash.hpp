// A 128-bit hash for names that must come out the same on every machine: idempotency keys, mail threads, MIME
// boundaries.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Hashes a sequence of texts; ("ab", "c") and ("a", "bc") differ. Mixes as MurmurHash3 x64 128 does: 64-bit
/// multiplications only, which wasm has as well. Not cryptographic.
class Hash128 {
 public:
  explicit constexpr Hash128(std::uint64_t seed = 0) noexcept : low_(seed), high_(seed) {}

  /// Adds the next text of the sequence.
  Hash128& add(std::string_view text) noexcept;

  /// 32 lower-case hex digits, to be written more than once.
  class Hex {
   public:
    /// Of what was added so far.
    explicit Hex(const Hash128& hash) noexcept;

    /// Writes them to `out` and returns the end.
    char* write(char* out) const noexcept {
      std::memcpy(out, digits_, sizeof digits_);
      return out + sizeof digits_;
    }

   private:
    char digits_[32];
  };

  /// Writes 32 lower-case hex digits to `out` and returns the end.
  char* write_hex(char* out) const noexcept { return Hex(*this).write(out); }

 private:
  static void mix(std::uint64_t& low, std::uint64_t& high, std::uint64_t a, std::uint64_t b) noexcept;

  std::uint64_t low_;
  std::uint64_t high_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

constexpr std::uint64_t rotate_left(std::uint64_t x, int bits) noexcept { return x << bits | x >> (64 - bits); }

constexpr std::uint64_t avalanche(std::uint64_t x) noexcept {
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDu;
  x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53u;
  return x ^ x >> 33;
}

/// Sixteen numbers below 16 as hex digits.
inline Bytes hex_digits(Bytes numbers) noexcept {
  const Bytes letters = numbers.at_least(10) & Bytes::all('a' - '0' - 10);
  return numbers + Bytes::all('0') + letters;
}

}  // namespace detail

NOTIFIER_INLINE void Hash128::mix(std::uint64_t& low, std::uint64_t& high, std::uint64_t a, std::uint64_t b) noexcept {
  low ^= detail::rotate_left(a * 0x87C37B91114253D5u, 31) * 0x4CF5AD432745937Fu;
  low = (detail::rotate_left(low, 27) + high) * 5 + 0x52DCE729u;
  high ^= detail::rotate_left(b * 0x4CF5AD432745937Fu, 33) * 0x87C37B91114253D5u;
  high = (detail::rotate_left(high, 31) + low) * 5 + 0x38495AB5u;
}

NOTIFIER_INLINE Hash128& Hash128::add(std::string_view text) noexcept {
  const char* p = text.data();
  std::size_t left = text.size();
  std::uint64_t low = low_ ^ left;
  std::uint64_t high = high_;
  for (; left > 16; p += 16, left -= 16) mix(low, high, detail::load_u64(p), detail::load_u64(p + 8));
  // The other way round: no text's end is like the middle of another.
  if (text.size() >= 16) {
    p -= 16 - left;
    mix(high, low, detail::load_u64(p), detail::load_u64(p + 8));
  } else {
    const std::size_t half = (std::min)(left, std::size_t{8});
    mix(high, low, detail::load_up_to_8(p, half), detail::load_up_to_8(p + half, left - half));
  }
  low_ = low;
  high_ = high;
  return *this;
}

NOTIFIER_INLINE Hash128::Hex::Hex(const Hash128& hash) noexcept {
  std::uint64_t low = hash.low_ + hash.high_;
  std::uint64_t high = hash.high_ + low;
  low = detail::avalanche(low);
  high = detail::avalanche(high);
  low += high;
  high += low;
  // The lower half of each byte first.
  using detail::Bytes;
  const Bytes bytes = Bytes::of(low, high);
  const Bytes lower = bytes & Bytes::all(0x0F);
  const Bytes upper = bytes.upper_halves();
  detail::hex_digits(lower.interleave_first(upper)).store(digits_);
  detail::hex_digits(lower.interleave_last(upper)).store(digits_ + Bytes::size);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
