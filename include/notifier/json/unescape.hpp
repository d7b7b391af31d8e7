// From a JSON string as it is written to the text it means.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

inline unsigned hex_value(char c) noexcept { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

inline std::uint32_t read_hex4(const char* p) noexcept {
  return hex_value(p[0]) << 12 | hex_value(p[1]) << 8 | hex_value(p[2]) << 4 | hex_value(p[3]);
}

inline char* put_utf8(std::uint32_t code_point, char* out) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

}  // namespace detail

/// Whether every backslash of `raw` begins an escape that JSON has.
inline bool has_valid_escapes(std::string_view raw) noexcept {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at)) {
    const char c = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (c == '\0' || std::strchr("\"\\/bfnrtu", c) == nullptr) return false;
    at += 2;
    if (c != 'u') continue;
    for (const std::size_t end = at + 4; at < end; ++at) {
      if (at >= raw.size() || !is_hex(raw[at])) return false;
    }
  }
  return true;
}

/// Writes a string's value to `out` and returns the new end: at most as long as `raw`, which is what stands between the
/// quotes of a valid document, and which `out` may overwrite from its start. A surrogate escape without its partner
/// becomes U+FFFD.
inline char* unescape(std::string_view raw, char* out) noexcept {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  while (p != end) {
    const std::size_t left = static_cast<std::size_t>(end - p);
    const void* const found = std::memchr(p, '\\', left);
    const std::size_t plain = found == nullptr ? left : static_cast<std::size_t>(static_cast<const char*>(found) - p);
    std::memmove(out, p, plain);
    out += plain;
    p += plain;
    if (found == nullptr) break;
    const char c = p[1];
    p += 2;
    switch (c) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        std::uint32_t unit = detail::read_hex4(p);
        p += 4;
        if (unit >= 0xD800 && unit < 0xE000) {
          std::uint32_t low = 0;
          if (unit < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') low = detail::read_hex4(p + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            p += 6;
          } else {
            unit = 0xFFFD;
          }
        }
        out = detail::put_utf8(unit, out);
        break;
      }
      default: *out++ = c; break;
    }
  }
  return out;
}

}  // namespace json
NOTIFIER_NAMESPACE_END
