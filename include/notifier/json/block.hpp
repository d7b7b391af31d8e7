// Several bytes of text looked at together: what both reading and writing strings spend their time on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

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
namespace json {
namespace detail {

/// Index of the lowest set bit; `bits` is not 0.
inline unsigned lowest_bit(std::uint64_t bits) noexcept {
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

/// `size` bytes of text. The masks hold bits_per_byte bits for each byte, the first byte in the lowest; only the lowest
/// set bit is meaningful where they hold more than one: there may be false ones above it.
struct SmallBlock {
  static constexpr std::size_t size = 8;
  static constexpr unsigned bits_per_byte = 8;

  explicit SmallBlock(const char* text) noexcept : text_(text) {
    std::memcpy(&bytes_, text, size);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes_ = __builtin_bswap64(bytes_);
#endif
  }
  void store(char* out) const noexcept { std::memcpy(out, text_, size); }

  /// Bytes that a JSON string cannot hold as they are: `"`, `\` and all below 0x20.
  std::uint64_t special() const noexcept {
    return (below(bytes_, 0x20) | below(bytes_ ^ (ones * '"'), 1) | below(bytes_ ^ (ones * '\\'), 1)) & (ones * 0x80);
  }
  std::uint64_t non_ascii() const noexcept { return bytes_ & (ones * 0x80); }

 private:
  static constexpr std::uint64_t ones = 0x0101010101010101u;
  static std::uint64_t below(std::uint64_t bytes, unsigned limit) noexcept { return (bytes - ones * limit) & ~bytes; }
  const char* text_;
  std::uint64_t bytes_ = 0;
};

// Block: the same, for as many bytes as the machine looks at together.
#if defined(__wasm_simd128__)

struct Block {
  static constexpr std::size_t size = 16;
  static constexpr unsigned bits_per_byte = 1;

  explicit Block(const char* text) noexcept : bytes_(wasm_v128_load(text)) {}
  void store(char* out) const noexcept { wasm_v128_store(out, bytes_); }

  /// Bytes that a JSON string cannot hold as they are: `"`, `\` and all below 0x20.
  std::uint64_t special() const noexcept {
    return mask(wasm_v128_or(
        wasm_v128_or(wasm_i8x16_eq(bytes_, wasm_i8x16_splat('"')), wasm_i8x16_eq(bytes_, wasm_i8x16_splat('\\'))),
        wasm_u8x16_lt(bytes_, wasm_i8x16_splat(0x20))));
  }
  std::uint64_t non_ascii() const noexcept { return mask(bytes_); }

 private:
  static std::uint64_t mask(v128_t bytes) noexcept { return static_cast<std::uint64_t>(wasm_i8x16_bitmask(bytes)); }
  v128_t bytes_;
};

#elif defined(__SSE2__) || defined(_M_X64)

struct Block {
  static constexpr std::size_t size = 16;
  static constexpr unsigned bits_per_byte = 1;

  explicit Block(const char* text) noexcept : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text))) {}
  void store(char* out) const noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes_); }

  /// Bytes that a JSON string cannot hold as they are: `"`, `\` and all below 0x20.
  std::uint64_t special() const noexcept {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes_, _mm_set1_epi8(0x1F)), bytes_);
    return mask(_mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8('"')),
                                                   _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\')))));
  }
  std::uint64_t non_ascii() const noexcept { return mask(bytes_); }

 private:
  static std::uint64_t mask(__m128i bytes) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }
  __m128i bytes_;
};

#elif defined(__ARM_NEON) && defined(__aarch64__)

struct Block {
  static constexpr std::size_t size = 16;
  static constexpr unsigned bits_per_byte = 4;

  explicit Block(const char* text) noexcept : bytes_(vld1q_u8(reinterpret_cast<const std::uint8_t*>(text))) {}
  void store(char* out) const noexcept { vst1q_u8(reinterpret_cast<std::uint8_t*>(out), bytes_); }

  /// Bytes that a JSON string cannot hold as they are: `"`, `\` and all below 0x20.
  std::uint64_t special() const noexcept {
    return mask(vorrq_u8(vorrq_u8(vceqq_u8(bytes_, vdupq_n_u8('"')), vceqq_u8(bytes_, vdupq_n_u8('\\'))),
                         vcltq_u8(bytes_, vdupq_n_u8(0x20))));
  }
  std::uint64_t non_ascii() const noexcept { return mask(vcgeq_u8(bytes_, vdupq_n_u8(0x80))); }

 private:
  static std::uint64_t mask(uint8x16_t bytes) noexcept {
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4)), 0);
  }
  uint8x16_t bytes_;
};

#else

using Block = SmallBlock;

#endif

/// Which byte the lowest bit of one of the masks of a block stands for; `mask` is not 0.
template <class AnyBlock>
unsigned first_byte(std::uint64_t mask) noexcept {
  return lowest_bit(mask) / AnyBlock::bits_per_byte;
}

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
