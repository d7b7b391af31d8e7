// Stands in for the compiler's <x86intrin.h> when simdjson's SSE4.2 kernel is compiled to WebAssembly SIMD.
//
// Emscripten's own headers give the SSE intrinsics up to 4.2; three things that the kernel uses lie beyond them. This
// folder comes first on the include path of simdjson.cpp and of what includes simdjson.h, and nowhere else.

#pragma once

#include <nmmintrin.h>

#include <cstdint>

/// Carry-less multiplication of the low halves, for one multiplier only: `ones` has all bits set. That is the one way
/// in which simdjson calls it, to get the prefix XOR of a bit mask: bit i of the product is the XOR of bits 0 to i.
/// @return the product's low 64 bits in the low half; the high half is zero.
static inline __m128i _mm_clmulepi64_si128(__m128i mask, __m128i ones, int halves) {
  static_cast<void>(ones);
  static_cast<void>(halves);
  auto bits = static_cast<std::uint64_t>(_mm_cvtsi128_si64(mask));
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return _mm_set_epi64x(0, static_cast<long long>(bits));
}

static inline long long _popcnt64(std::uint64_t bits) { return __builtin_popcountll(bits); }

/// The low half of a 128-bit product; the high half goes to `high`.
static inline std::uint64_t _umul128(std::uint64_t a, std::uint64_t b, std::uint64_t* high) {
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  *high = static_cast<std::uint64_t>(product >> 64);
  return static_cast<std::uint64_t>(product);
}
