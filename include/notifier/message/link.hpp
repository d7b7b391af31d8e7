#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What a byte may be in a URL (RFC 3986, section 2): nothing, part of it, or part of a host and port too.
enum UrlByte : unsigned char { no_url_byte = 0, url_byte = 1, host_byte = 2 };

struct UrlBytes {
  constexpr UrlBytes() noexcept {
    for (const char c : std::string_view("!$&'()*+,;=%/?#@_~")) set(c, url_byte);
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]")) {
      set(c, url_byte | host_byte);
    }
  }
  constexpr void set(char c, int what) noexcept {
    of[static_cast<unsigned char>(c)] = static_cast<unsigned char>(what);
  }

  unsigned char of[256] = {};
};
inline constexpr UrlBytes url_bytes;

inline bool starts_with_scheme(std::string_view text, std::string_view lower_case) noexcept {
  if (text.size() < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    if (c != lower_case[i]) return false;
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

  unsigned all = url_byte;
  std::size_t host_end = start;
  while (host_end < text.size() && text[host_end] != '/' && text[host_end] != '?' && text[host_end] != '#') ++host_end;
  unsigned host = host_byte;
  for (std::size_t i = start; i < host_end; ++i) host &= url_bytes.of[static_cast<unsigned char>(text[i])];
  for (std::size_t i = host_end; i < text.size(); ++i) all &= url_bytes.of[static_cast<unsigned char>(text[i])];
  return host_end != start && text[start] != ':' && host != 0 && all != 0;
}

/// Appends `text` for one segment of a URL's path: all but RFC 3986's unreserved characters percent-encoded.
inline void append_path_segment(Buffer& out, std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  char* p = out.room(3 * text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
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
