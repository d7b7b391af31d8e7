#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// True for valid UTF-8 (Unicode 15, table 3-7): no surrogates, nothing overlong, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail {

inline bool is_ascii8(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

/// How many bytes the sequence at the front takes; 0 where it is broken.
inline std::size_t utf8_sequence(const unsigned char* p, std::size_t left) noexcept {
  if (p[0] < 0x80) return 1;
  if (p[0] < 0xC2 || p[0] > 0xF4) return 0;
  const std::size_t size = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  if (left < size) return 0;
  const unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
  if (p[1] < low || p[1] > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((p[i] & 0xC0) != 0x80) return 0;
  }
  return size;
}

}  // namespace detail

inline bool is_utf8(std::string_view text) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    if (end - p >= 8 && detail::is_ascii8(p)) {
      p += 8;
      continue;
    }
    const std::size_t size =
        detail::utf8_sequence(reinterpret_cast<const unsigned char*>(p), static_cast<std::size_t>(end - p));
    if (size == 0) return false;
    p += size;
  }
  return true;
}

NOTIFIER_NAMESPACE_END
