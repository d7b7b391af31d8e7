// Sixteen bytes of text at a time: what escaping and counting spend their time on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/config.hpp"

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Loads as little-endian whatever the machine: hashes and partial loads mean the same everywhere.
inline std::uint64_t load_u64(const char* p) noexcept {
  std::uint64_t value;
  std::memcpy(&value, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  return value;
}
inline void store_u64(std::uint64_t value, char* out) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  std::memcpy(out, &value, 8);
}
inline std::uint32_t load_u32(const char* p) noexcept {
  std::uint32_t value;
  std::memcpy(&value, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap32(value);
#endif
  return value;
}

/// The first `size` bytes at `p`, 0 to 8, the rest zero; reads nothing beyond them.
inline std::uint64_t load_up_to_8(const char* p, std::size_t size) noexcept {
  const auto byte = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
  if (size >= 4) return load_u32(p) | std::uint64_t{load_u32(p + size - 4)} << (8 * (size - 4));
  if (size == 0) return 0;
  return byte(0) | byte(size / 2) << (8 * (size / 2)) | byte(size - 1) << (8 * (size - 1));
}

inline unsigned lowest_set_bit(std::uint64_t bits) noexcept {
#if defined(__GNUC__) || defined(__clang__)
  return static_cast<unsigned>(__builtin_ctzll(bits));
#elif defined(_M_X64) || defined(_M_ARM64)
  unsigned long index;
  _BitScanForward64(&index, bits);
  return index;
#else
  unsigned index = 0;
  for (; (bits & 1) == 0; bits >>= 1) ++index;
  return index;
#endif
}

/// Sixteen bytes. Comparisons give 0xFF where they hold and 0 where not; all of them are unsigned. interleave_first()
/// and interleave_last() take bytes from both in turn: of the first eight, of the last eight of each.
class Bytes {
 public:
  static constexpr std::size_t size = 16;

#if defined(__wasm_simd128__)
  using Vector = v128_t;
  static Bytes load(const char* p) noexcept { return Bytes(wasm_v128_load(p)); }
  static Bytes of(std::uint64_t low, std::uint64_t high) noexcept {
    return Bytes(wasm_i64x2_make(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)));
  }
  static Bytes all(unsigned value) noexcept { return Bytes(wasm_i8x16_splat(static_cast<std::int8_t>(value))); }
  void store(char* out) const noexcept { wasm_v128_store(out, vector_); }
  Bytes operator|(Bytes other) const noexcept { return Bytes(wasm_v128_or(vector_, other.vector_)); }
  Bytes operator&(Bytes other) const noexcept { return Bytes(wasm_v128_and(vector_, other.vector_)); }
  Bytes operator-(Bytes other) const noexcept { return Bytes(wasm_i8x16_sub(vector_, other.vector_)); }
  Bytes operator+(Bytes other) const noexcept { return Bytes(wasm_i8x16_add(vector_, other.vector_)); }
  Bytes upper_halves() const noexcept { return Bytes(wasm_u8x16_shr(vector_, 4)); }
  Bytes interleave_first(Bytes other) const noexcept {
    return Bytes(wasm_i8x16_shuffle(vector_, other.vector_, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  }
  Bytes interleave_last(Bytes other) const noexcept {
    return Bytes(
        wasm_i8x16_shuffle(vector_, other.vector_, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  }
  Bytes is(Bytes other) const noexcept { return Bytes(wasm_i8x16_eq(vector_, other.vector_)); }
  Bytes at_most(Bytes other) const noexcept { return Bytes(wasm_u8x16_le(vector_, other.vector_)); }
  std::uint64_t mask() const noexcept { return static_cast<std::uint64_t>(wasm_i8x16_bitmask(vector_)); }
  unsigned count() const noexcept { return static_cast<unsigned>(__builtin_popcountll(mask())); }
  static constexpr unsigned bits_per_byte = 1;
#elif defined(__SSE2__) || defined(_M_X64)
  using Vector = __m128i;
  static Bytes load(const char* p) noexcept { return Bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
  static Bytes of(std::uint64_t low, std::uint64_t high) noexcept {
    return Bytes(_mm_set_epi64x(static_cast<std::int64_t>(high), static_cast<std::int64_t>(low)));
  }
  static Bytes all(unsigned value) noexcept { return Bytes(_mm_set1_epi8(static_cast<char>(value))); }
  void store(char* out) const noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(out), vector_); }
  Bytes operator|(Bytes other) const noexcept { return Bytes(_mm_or_si128(vector_, other.vector_)); }
  Bytes operator&(Bytes other) const noexcept { return Bytes(_mm_and_si128(vector_, other.vector_)); }
  Bytes operator-(Bytes other) const noexcept { return Bytes(_mm_sub_epi8(vector_, other.vector_)); }
  Bytes operator+(Bytes other) const noexcept { return Bytes(_mm_add_epi8(vector_, other.vector_)); }
  Bytes upper_halves() const noexcept { return Bytes(_mm_and_si128(_mm_srli_epi16(vector_, 4), _mm_set1_epi8(15))); }
  Bytes interleave_first(Bytes other) const noexcept { return Bytes(_mm_unpacklo_epi8(vector_, other.vector_)); }
  Bytes interleave_last(Bytes other) const noexcept { return Bytes(_mm_unpackhi_epi8(vector_, other.vector_)); }
  Bytes is(Bytes other) const noexcept { return Bytes(_mm_cmpeq_epi8(vector_, other.vector_)); }
  Bytes at_most(Bytes other) const noexcept {
    return Bytes(_mm_cmpeq_epi8(_mm_min_epu8(vector_, other.vector_), vector_));
  }
  std::uint64_t mask() const noexcept { return static_cast<unsigned>(_mm_movemask_epi8(vector_)); }
  unsigned count() const noexcept {
    const __m128i sums = _mm_sad_epu8(_mm_and_si128(vector_, _mm_set1_epi8(1)), _mm_setzero_si128());
    return static_cast<unsigned>(_mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8)));
  }
  static constexpr unsigned bits_per_byte = 1;
#elif defined(__ARM_NEON) && defined(__aarch64__)
  using Vector = uint8x16_t;
  static Bytes load(const char* p) noexcept { return Bytes(vld1q_u8(reinterpret_cast<const std::uint8_t*>(p))); }
  static Bytes of(std::uint64_t low, std::uint64_t high) noexcept {
    return Bytes(vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high))));
  }
  static Bytes all(unsigned value) noexcept { return Bytes(vdupq_n_u8(static_cast<std::uint8_t>(value))); }
  void store(char* out) const noexcept { vst1q_u8(reinterpret_cast<std::uint8_t*>(out), vector_); }
  Bytes operator|(Bytes other) const noexcept { return Bytes(vorrq_u8(vector_, other.vector_)); }
  Bytes operator&(Bytes other) const noexcept { return Bytes(vandq_u8(vector_, other.vector_)); }
  Bytes operator-(Bytes other) const noexcept { return Bytes(vsubq_u8(vector_, other.vector_)); }
  Bytes operator+(Bytes other) const noexcept { return Bytes(vaddq_u8(vector_, other.vector_)); }
  Bytes upper_halves() const noexcept { return Bytes(vshrq_n_u8(vector_, 4)); }
  Bytes interleave_first(Bytes other) const noexcept { return Bytes(vzip1q_u8(vector_, other.vector_)); }
  Bytes interleave_last(Bytes other) const noexcept { return Bytes(vzip2q_u8(vector_, other.vector_)); }
  Bytes is(Bytes other) const noexcept { return Bytes(vceqq_u8(vector_, other.vector_)); }
  Bytes at_most(Bytes other) const noexcept { return Bytes(vcleq_u8(vector_, other.vector_)); }
  std::uint64_t mask() const noexcept {
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(vector_), 4)), 0);
  }
  unsigned count() const noexcept { return vaddvq_u8(vandq_u8(vector_, vdupq_n_u8(1))); }
  static constexpr unsigned bits_per_byte = 4;
#else
  struct Vector {
    std::uint8_t byte[16];
  };
  static Bytes load(const char* p) noexcept {
    Vector v;
    std::memcpy(v.byte, p, 16);
    return Bytes(v);
  }
  static Bytes of(std::uint64_t low, std::uint64_t high) noexcept {
    Vector v;
    for (unsigned i = 0; i < 8; ++i) v.byte[i] = static_cast<std::uint8_t>(low >> (8 * i));
    for (unsigned i = 0; i < 8; ++i) v.byte[8 + i] = static_cast<std::uint8_t>(high >> (8 * i));
    return Bytes(v);
  }
  static Bytes all(unsigned value) noexcept {
    Vector v;
    std::memset(v.byte, static_cast<int>(value), 16);
    return Bytes(v);
  }
  void store(char* out) const noexcept { std::memcpy(out, vector_.byte, 16); }
  Bytes operator|(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a | b; });
  }
  Bytes operator&(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a & b; });
  }
  Bytes operator-(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a - b; });
  }
  Bytes operator+(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a + b; });
  }
  Bytes upper_halves() const noexcept {
    return each(*this, [](unsigned a, unsigned) { return a >> 4; });
  }
  Bytes interleave_first(Bytes other) const noexcept { return interleave(other, 0); }
  Bytes interleave_last(Bytes other) const noexcept { return interleave(other, 8); }
  Bytes is(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a == b ? 0xFFu : 0u; });
  }
  Bytes at_most(Bytes other) const noexcept {
    return each(other, [](unsigned a, unsigned b) { return a <= b ? 0xFFu : 0u; });
  }
  std::uint64_t mask() const noexcept {
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 16; ++i) bits |= std::uint64_t{vector_.byte[i]} >> 7 << i;
    return bits;
  }
  unsigned count() const noexcept {
    unsigned count = 0;
    for (unsigned i = 0; i < 16; ++i) count += vector_.byte[i] >> 7u;
    return count;
  }
  static constexpr unsigned bits_per_byte = 1;
#endif

  /// The first `count` bytes at `p`, fewer than 16, the rest zero; reads nothing beyond them.
  static Bytes load(const char* p, std::size_t count) noexcept {
    if (count < 8) return of(load_up_to_8(p, count), 0);
    // Two shifts, since one by 64 is undefined.
    return of(load_u64(p), load_u64(p + count - 8) >> (8 * (15 - count)) >> 8);
  }

  Bytes is(char c) const noexcept { return is(all(static_cast<unsigned char>(c))); }
  Bytes below(unsigned limit) const noexcept { return at_most(all(limit - 1)); }
  Bytes at_least(unsigned limit) const noexcept { return all(limit).at_most(*this); }
  Bytes between(unsigned first, unsigned last) const noexcept {
    return (*this - all(first)).at_most(all(last - first));
  }

  /// Of a comparison: whether it holds for none of the first `count` bytes, 1 to 16.
  bool none(std::size_t count = size) const noexcept { return mask() << (64 - count * bits_per_byte) == 0; }

  /// Of a comparison: the index of the first byte where it holds, 16 where there is none.
  unsigned first() const noexcept {
    const std::uint64_t bits = mask();
    return bits == 0 ? 16 : lowest_set_bit(bits) / bits_per_byte;
  }

 private:
  explicit Bytes(Vector vector) noexcept : vector_(vector) {}

#if !defined(__wasm_simd128__) && !defined(__SSE2__) && !defined(_M_X64) && \
    !(defined(__ARM_NEON) && defined(__aarch64__))
  template <class F>
  Bytes each(Bytes other, F&& f) const noexcept {
    Vector v;
    for (unsigned i = 0; i < 16; ++i) v.byte[i] = static_cast<std::uint8_t>(f(vector_.byte[i], other.vector_.byte[i]));
    return Bytes(v);
  }
  Bytes interleave(Bytes other, unsigned from) const noexcept {
    Vector v;
    for (unsigned i = 0; i < 8; ++i) {
      v.byte[2 * i] = vector_.byte[from + i];
      v.byte[2 * i + 1] = other.vector_.byte[from + i];
    }
    return Bytes(v);
  }
#endif

  Vector vector_;
};

/// Whether `is_special(Bytes)` holds for none of a text's bytes; reads nothing beyond them.
template <class F>
bool is_without(std::string_view text, F&& is_special) noexcept {
  const char* p = text.data();
  std::size_t left = text.size();
  for (; left >= Bytes::size; p += Bytes::size, left -= Bytes::size) {
    if (!is_special(Bytes::load(p)).none()) return false;
  }
  return left == 0 || is_special(Bytes::load(p, left)).none(left);
}

/// How many bytes can be read behind a text that is called padded. What they are does not matter.
inline constexpr std::size_t text_padding = Bytes::size;

/// Copies a text to `out`, which has room for it and 15 bytes more, and says whether `is_special(Bytes)` holds for none
/// of its bytes; where it holds for some, what was copied is of no use. For texts that are mostly short and plain: no
/// branch depends on what was read before all was read.
///
/// @tparam is_padded  whether the text is, which makes short ones quicker
template <bool is_padded = false, class F>
bool copy_without(std::string_view text, char* out, F&& is_special) noexcept {
  const std::size_t size = text.size();
  if (size < Bytes::size) {
    if (size == 0) return true;
    const Bytes bytes = is_padded ? Bytes::load(text.data()) : Bytes::load(text.data(), size);
    bytes.store(out);
    return is_special(bytes).none(size);
  }
  // The last block overlaps the one before it.
  const std::size_t last = size - Bytes::size;
  const Bytes bytes = Bytes::load(text.data() + last);
  bytes.store(out + last);
  Bytes special = is_special(bytes);
  for (std::size_t at = 0; at < last; at += Bytes::size) {
    const Bytes block = Bytes::load(text.data() + at);
    block.store(out + at);
    special = special | is_special(block);
  }
  return special.none();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
