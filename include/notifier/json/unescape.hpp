// From a JSON string as it is written to the text it means.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/json/block.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// The value of a hex digit; more than 15 for what is none.
inline std::uint32_t hex_value(char c) noexcept {
  const std::uint32_t digit = static_cast<unsigned char>(c) - std::uint32_t{'0'};
  if (digit < 10) return digit;
  const std::uint32_t letter = (static_cast<unsigned char>(c) | 0x20u) - std::uint32_t{'a'};
  return letter < 6 ? letter + 10 : 16;
}

/// Four hex digits; false where not all of them are.
inline bool read_hex4(const char* p, std::uint32_t& value) noexcept {
  const std::uint32_t a = hex_value(p[0]);
  const std::uint32_t b = hex_value(p[1]);
  const std::uint32_t c = hex_value(p[2]);
  const std::uint32_t d = hex_value(p[3]);
  value = a << 12 | b << 8 | c << 4 | d;
  return (a | b | c | d) <= 0xF;
}

/// What the escapes of two characters mean, by the second one; NUL where there is no such escape.
struct ShortEscapes {
  char meant[256] = {};

  constexpr ShortEscapes() noexcept {
    constexpr std::string_view written = "\"\\/bfnrt";
    constexpr std::string_view characters = "\"\\/\b\f\n\r\t";
    for (std::size_t i = 0; i < written.size(); ++i) meant[static_cast<unsigned char>(written[i])] = characters[i];
  }
};
inline constexpr ShortEscapes short_escapes;

}  // namespace detail

/// Writes a string's value to `out` and returns the new end: at most as long as `raw`, which is what stands between the
/// quotes of a document, and which `out` may overwrite from its start. A surrogate escape without its partner becomes
/// U+FFFD. nullptr where a backslash begins no escape that JSON has.
inline char* unescape(std::string_view raw, char* out) noexcept {
  using detail::Block;
  const char* p = raw.data();
  const char* const end = p + raw.size();
  const auto left = [&] { return static_cast<std::size_t>(end - p); };
  while (p != end) {
    if (left() >= Block::size) {
      // Of the bytes that are special in a string, only a backslash can stand here.
      const Block block(p);
      const std::uint64_t special = block.special();
      if (special == 0) {
        block.store(out);
        p += Block::size;
        out += Block::size;
        continue;
      }
      // What comes behind is still to be read, and must not be overwritten where `out` is close.
      const std::size_t plain = detail::first_byte<Block>(special);
      if (out + Block::size <= p) {
        block.store(out);
      } else if (out != p) {
        std::memmove(out, p, plain);
      }
      p += plain;
      out += plain;
    } else if (*p != '\\') {
      *out++ = *p++;
      continue;
    }
    if (left() < 2) return nullptr;
    const char c = p[1];
    p += 2;
    if (const char meant = detail::short_escapes.meant[static_cast<unsigned char>(c)]) {
      *out++ = meant;
      continue;
    }
    std::uint32_t unit = 0;
    if (c != 'u' || left() < 4 || !detail::read_hex4(p, unit)) return nullptr;
    p += 4;
    if (unit >= 0xD800 && unit < 0xE000) {
      std::uint32_t low = 0;
      const bool is_pair = unit < 0xDC00 && left() >= 6 && p[0] == '\\' && p[1] == 'u' &&
                           detail::read_hex4(p + 2, low) && low >= 0xDC00 && low < 0xE000;
      unit = is_pair ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      if (is_pair) p += 6;
    }
    out = notifier::detail::put_utf8(unit, out);
  }
  return out;
}

}  // namespace json
NOTIFIER_NAMESPACE_END
