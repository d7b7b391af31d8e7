#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Both halves of a 128-bit product, folded into one.
inline std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__) && !defined(__wasm__)
  __extension__ typedef unsigned __int128 Wide;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  constexpr std::uint64_t low = 0xFFFFFFFFu;
  const std::uint64_t ll = (a & low) * (b & low);
  const std::uint64_t lh = (a & low) * (b >> 32);
  const std::uint64_t hl = (a >> 32) * (b & low);
  const std::uint64_t hh = (a >> 32) * (b >> 32);
  const std::uint64_t middle = (ll >> 32) + (lh & low) + (hl & low);
  const std::uint64_t high = hh + (lh >> 32) + (hl >> 32) + (middle >> 32);
  return (middle << 32 | (ll & low)) ^ high;
#endif
}

/// A seeded hash of short texts, the same on every machine.
///
/// Both factors of each product are masked by keys drawn from the seed, so that who does not know it cannot choose
/// texts that collide.
class Hasher {
 public:
  explicit Hasher(std::uint64_t seed) noexcept {
    for (std::uint64_t& key : keys_) {
      seed += 0x9E3779B97F4A7C15u;
      std::uint64_t x = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9u;
      x = (x ^ x >> 27) * 0x94D049BB133111EBu;
      key = x ^ x >> 31;
    }
  }

  std::uint64_t operator()(std::string_view text) const noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    std::uint64_t state = keys_[0] ^ text.size();
    for (; end - p > 16; p += 16) state = fold_product(load_u64(p) ^ keys_[1], load_u64(p + 8) ^ state);
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (text.size() >= 16) {
      a = load_u64(end - 16);
      b = load_u64(end - 8);
    } else if (text.size() >= 8) {
      a = load_u64(p);
      b = load_u64(end - 8);
    } else if (text.size() >= 4) {
      a = load_u32(p);
      b = load_u32(end - 4);
    } else if (!text.empty()) {
      const auto byte = [p](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
      a = byte(0) << 16 | byte(text.size() / 2) << 8 | byte(text.size() - 1);
    }
    state = fold_product(a ^ keys_[1], b ^ state);
    return fold_product(state ^ keys_[2], keys_[3]);
  }

 private:
  std::uint64_t keys_[4];
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
