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

inline bool are_digits(std::string_view text) noexcept {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

/// Appends the bytes that digits stand for.
/// @return the bits that no byte uses
inline std::uint32_t append_bytes(std::string_view digits, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(c));  // those of long ago fall off
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count);
  }
  return bits & ((1u << count) - 1);
}

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
  if (!detail::base64::are_digits(text)) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  if (detail::base64::append_bytes(text, out) != 0) return std::nullopt;
  return out;
}

NOTIFIER_NAMESPACE_END
