// One pass over a text that is copied and escaped for a platform and for JSON, or mail, at once.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "notifier/net/link.hpp"
#include "notifier/text/bytes.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Writes a literal and returns the end: a few stores, its length known to the compiler.
template <std::size_t N>
inline char* put(char* out, const char (&literal)[N]) noexcept {
  std::memcpy(out, literal, N - 1);
  return out + N - 1;
}
inline char* put(char* out, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// Writes a padded text by whole vectors, and returns its end: up to 15 bytes behind that are stored, too.
inline char* put_padded(char* out, std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size(); at += Bytes::size) Bytes::load(text.data() + at).store(out + at);
  return out + text.size();
}

/// Nothing in it that a reader could see: platforms refuse text objects that are empty.
inline bool is_blank(std::string_view text) noexcept {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 0x20) return false;
  }
  return true;
}

/// Without white space and controls at both ends.
inline std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// Copies `text` to `out` and returns the new end, 16 bytes at a time up to the next byte that is special to `Escape`:
///
///     static constexpr std::size_t growth;    // most bytes that one byte can become
///     static Bytes special(Bytes);            // where `put` is needed: all below 0x20, but perhaps \t, \n, \r
///     /// Writes what stands for the byte at `p` (more, where it looks ahead) and moves `p` on.
///     static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept;
///
/// The text is padded, and `out` has room for growth * text.size() + text_padding bytes: whole vectors are stored. 0.3
/// ns a byte where nothing is special, against 1 to 1.5 for a byte-wise loop.
template <class Escape>
char* escape(std::string_view text, char* out) noexcept {
  const char* p = text.data();
  const char* const begin = p;
  const char* const end = p + text.size();
  while (p != end) {
    const std::size_t left = static_cast<std::size_t>(end - p);
    const std::size_t size = (std::min)(left, Bytes::size);
    const Bytes bytes = Bytes::load(p);
    const Bytes special = Escape::special(bytes);
    bytes.store(out);
    // A branch, so that `out` waits for no comparison: it is foreseen, and the next text can begin.
    if (special.none(size)) {
      p += size;
      out += size;
      continue;
    }
    const unsigned plain = special.first();
    p += plain;
    out = Escape::put(p, begin, end, out + plain);
  }
  return out;
}

/// A line break of any kind moves `p` behind it and counts as one.
inline void skip_line_break(const char*& p, const char* end) noexcept {
  p += *p == '\r' && p + 1 != end && p[1] == '\n' ? 2 : 1;
}

inline char* put_hex(unsigned char c, char* out) noexcept {
  out[0] = "0123456789ABCDEF"[c >> 4];
  out[1] = "0123456789ABCDEF"[c & 0xF];
  return out + 2;
}

/// A field's label, for chat services: letters, digits, spaces and `-` `,` `/` `'` `(` `)`, which no markup is made of.
/// A hyphen stands for every other ASCII character, so that neither the label nor what is around it can change its
/// meaning.
struct PlainLabel {
  static constexpr std::size_t growth = std::string_view("-").size();

  static Bytes special(Bytes b) noexcept {
    return b.below(0x20) | b.between('!', '&') | (b & Bytes::all(0xFE)).is('*') | b.is('.') | b.between(':', '@') |
           b.between('[', '`') | b.between('{', 0x7F);
  }

  static char* put(const char*& p, const char*, const char*, char* out) noexcept {
    *out = '-';
    ++p;
    return out + 1;
  }
};

/// Takes apart what would mean something together.
inline constexpr char zero_width_joiner[] = "\xE2\x80\x8D";

/// Only http and https may become a link, whoever filled the message.
inline bool is_web_link(std::string_view url) noexcept {
  return web_scheme_size(url) != 0 && url.size() <= NOTIFIER_MAX_URL_BYTES;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
