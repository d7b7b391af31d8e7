#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/plain_text.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Of bytes that no URL holds (RFC 3986, section 2).
inline Bytes is_outside_url(Bytes b) noexcept {
  return b.below(0x21) | b.at_least(0x7F) | b.is('"') | b.is('<') | b.is('>') | b.is('\\') | b.is('^') | b.is('`') |
         b.between('{', '}');
}

/// What is left of a URL when every byte that RFC 3986 does not allow in one is percent-encoded: neither quotes, angle
/// brackets, `|`, backslashes nor spaces, nor anything outside ASCII.
inline bool is_url_byte(char c) noexcept {
  const unsigned char byte = static_cast<unsigned char>(c);
  if (byte <= 0x20 || byte >= 0x7F) return false;
  return std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

/// Of bytes that no host with a port holds; brackets are for IPv6.
inline Bytes is_outside_host(Bytes b) noexcept {
  return b.below('-') | b.is('/') | b.between(';', '@') | b.is('\\') | b.between('^', '`') | b.at_least('{');
}

/// The size of `https://` or `http://`, letters in any case, at the start of a text; else 0.
inline std::size_t web_scheme_size(std::string_view text) noexcept {
  if (text.size() < 8) return 0;
  const std::uint64_t start = load_u64(text.data());
  const auto in_lower_case = [&](std::uint64_t letters) { return start | (letters & 0x2020202020202020u); };
  constexpr std::uint64_t four_letters = 0xFFFFFFFFu;
  constexpr std::uint64_t five_letters = 0xFFFFFFFFFFu;
  if (in_lower_case(five_letters) == load_u64("https://")) return 8;
  return (in_lower_case(four_letters) << 8) == (load_u64("http:///") << 8) ? 7 : 0;
}

/// Whether event data may be shown as a link: an absolute http or https URL with a host, without a user name or
/// password, at most NOTIFIER_MAX_URL_BYTES long. Behind the host may be all but controls: see append_url().
inline bool is_link(std::string_view text) noexcept {
  const std::size_t start = web_scheme_size(text);
  if (start == 0 || text.size() > NOTIFIER_MAX_URL_BYTES) return false;

  const std::string_view rest = text.substr(start);
  const std::size_t host_end = find_byte(rest, [](Bytes b) { return is_outside_host(b); });
  if (host_end == 0 || rest[0] == ':') return false;
  if (host_end < rest.size() && rest[host_end] != '/' && rest[host_end] != '?' && rest[host_end] != '#') return false;
  const std::string_view target = rest.substr(host_end);
  return find_byte(target, [](Bytes b) { return b.below(0x20) | b.is('\x7F'); }) == target.size();
}

inline char* put_percent_encoded(unsigned char byte, char* out) noexcept {
  static constexpr char hex[] = "0123456789ABCDEF";
  out[0] = '%';
  out[1] = hex[byte >> 4];
  out[2] = hex[byte & 15];
  return out + 3;
}

/// Appends a link as RFC 3986 wants it, whatever a person would still recognise as one: spaces around it go, the scheme
/// is in lower case, and what no URL holds is percent-encoded. Whether it is_link(); else `out` is as before.
/// @param text  padded
inline bool append_url(Buffer& out, std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (!is_link(text)) return false;
  const std::size_t scheme = web_scheme_size(text);
  char* const start = out.room(3 * text.size() + text_padding);
  char* p = start;
  for (std::size_t i = 0; i < scheme; ++i) *p++ = to_lower(text[i]);
  const std::string_view rest = text.substr(scheme);
  if (copy_without<true>(rest, p, is_outside_url)) {
    p += rest.size();
  } else {
    for (const char c : rest) {
      if (is_url_byte(c)) {
        *p++ = c;
      } else {
        p = put_percent_encoded(static_cast<unsigned char>(c), p);
      }
    }
  }
  if (static_cast<std::size_t>(p - start) > NOTIFIER_MAX_URL_BYTES) return false;
  out.set_end(p);
  return true;
}

/// RFC 3986's unreserved characters.
inline bool is_unreserved(char c) noexcept {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// Percent-encodes what stands in `out` since `begin`, for one segment of a URL's path or a value of its query: all but
/// unreserved characters.
/// @param kept  one more that stays, as the slashes of several segments; an unreserved one: none
NOTIFIER_NOINLINE inline void percent_encode(Buffer& out, std::size_t begin, char kept = '-') {
  const std::size_t size = out.size() - begin;
  char* const start = out.room(2 * size) - size;
  std::size_t encoded = 0;
  const auto stays = [kept](char c) { return c == kept || is_unreserved(c); };
  for (std::size_t i = 0; i < size; ++i) encoded += !stays(start[i]);
  char* to = start + size + 2 * encoded;
  out.set_end(to);
  for (const char* from = start + size; from != start;) {
    const char c = *--from;
    if (stays(c)) {
      *--to = c;
    } else {
      to -= 3;
      put_percent_encoded(static_cast<unsigned char>(c), to);
    }
  }
}

/// Whether a part of a URL's path has a segment that leads up, away from where the URL says that it is.
NOTIFIER_NOINLINE inline bool leads_up(std::string_view path) noexcept {
  for (std::size_t at = 0, end = 0; end < path.size(); at = end + 1) {
    end = (std::min)(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

/// Appends `text` for one segment of a URL's path: all but unreserved characters percent-encoded.
inline void append_path_segment(Buffer& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.append(text);
  percent_encode(out, begin);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
