// Base64 (RFC 4648 section 4), with padding and without line breaks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::base64 {

inline constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace detail::base64

/// Appends `bytes` in base64: four characters for every three bytes begun.
inline void append_base64(std::string_view bytes, std::string& out) {
  using detail::base64::alphabet;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view left = bytes.substr(i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < left.size() ? static_cast<unsigned char>(left[k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= left.size() ? alphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
}

/// The bytes that canonical base64 stands for. Nothing where `text` has another character than the alphabet's, lacks
/// padding, or has bits set that no byte uses.
inline std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = detail::base64::alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);  // those of long ago fall off
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count);
  }
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return out;
}

NOTIFIER_NAMESPACE_END
