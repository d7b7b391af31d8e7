#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/message/plain_text.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Of bytes that no URL holds (RFC 3986, section 2).
inline Bytes is_outside_url(Bytes b) noexcept {
  return b.below(0x21) | b.at_least(0x7F) | b.is('"') | b.is('<') | b.is('>') | b.is('\\') | b.is('^') | b.is('`') |
         b.between('{', '}');
}

/// Of bytes that no host with a port holds; brackets are for IPv6.
inline Bytes is_outside_host(Bytes b) noexcept {
  return b.below('-') | b.is('/') | b.between(';', '@') | b.is('\\') | b.between('^', '`') | b.at_least('{');
}

inline bool starts_with_scheme(std::string_view text, std::string_view lower_case) noexcept {
  if (text.size() < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    if (to_lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

/// Whether event data may be shown as a link: an absolute http or https URL with a host, without a user name or
/// password, in the characters of RFC 3986 alone, at most NOTIFIER_MAX_URL_BYTES long.
inline bool is_link(std::string_view text) noexcept {
  std::size_t start = 0;
  if (starts_with_scheme(text, "https://")) start = 8;
  if (starts_with_scheme(text, "http://")) start = 7;
  if (start == 0 || text.size() > NOTIFIER_MAX_URL_BYTES) return false;

  const std::string_view rest = text.substr(start);
  const std::size_t host_end = find_byte(rest, [](Bytes b) { return is_outside_host(b); });
  if (host_end == 0 || rest[0] == ':') return false;
  if (host_end < rest.size() && rest[host_end] != '/' && rest[host_end] != '?' && rest[host_end] != '#') return false;
  const std::string_view target = rest.substr(host_end);
  return find_byte(target, [](Bytes b) { return is_outside_url(b); }) == target.size();
}

/// Appends `text` for one segment of a URL's path: all but RFC 3986's unreserved characters percent-encoded.
inline void append_path_segment(Buffer& out, std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  char* p = out.room(3 * text.size());
  for (const char c : text) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      *p++ = c;
    } else {
      const unsigned byte = static_cast<unsigned char>(c);
      *p++ = '%';
      *p++ = hex[byte >> 4];
      *p++ = hex[byte & 15];
    }
  }
  out.set_end(p);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
