// Webhook URLs: one strict reading, so that no two programs on the way understand the same URL differently.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/net/ip_address.hpp"
#include "notifier/result.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An absolute http or https URL in pieces. The views borrow from the text that was parsed.
struct Url {
  std::string_view scheme;           ///< as written: "https", "HTTP"
  std::string_view host;             ///< as written, without the brackets of an IPv6 address
  std::string_view path;             ///< from the first slash to the query, as written; empty where the URL has none
  std::string_view query;            ///< after the question mark, as written
  std::string_view target;           ///< path and query as written, question mark included; may be empty
  std::optional<IpAddress> address;  ///< where the host is an address, in whatever form it is written
  std::uint16_t port = 0;            ///< as written, or the scheme's own
  bool secure = false;               ///< https
};

/// Reads a webhook URL: an absolute http or https URL with a host, no credentials, no fragment, at most
/// NOTIFIER_MAX_URL_BYTES long.
///
/// Stricter than a browser wherever programs are known to disagree, since one of them judges the URL and another
/// connects: no white space, control characters or backslashes anywhere; exactly two slashes before the host; the host
/// is an IPv4 address (in any notation), an IPv6 address in brackets without a zone, or a name of ASCII letters,
/// digits, `-`, `_` and `.` in labels of 1 to 63 bytes, one trailing dot allowed. Percent-encoded hosts and such with
/// characters outside ASCII (domain names in other scripts have an ASCII form, xn--...) are refused. A host that ends
/// in a number is an address or an error (WHATWG URL).
///
/// @param text  outlives the Url.
/// @return the pieces; or errc::too_large, or errc::invalid with a message fit for a form field and the byte offset of
///         the fault. The message holds nothing of the URL, which is a secret.
Result<Url> parse_http_url(std::string_view text);

/// Appends the URL's request target as it goes over the wire (RFC 9112 section 3.2.1): never empty, begins with a
/// slash, bytes that no request line may hold percent-encoded.
void append_request_target(const Url& url, std::string& out);

/// Appends scheme, host and target with scheme and host in lower case, addresses in their usual notation and the port
/// only where it is not the scheme's own: what any HTTP client understands the same way.
void append_normalized(const Url& url, std::string& out);

namespace detail::net {

/// ASCII case-insensitive; `lower` is in lower case already.
constexpr bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (to_lower(text[i]) != lower[i]) return false;
  }
  return true;
}

/// Whether a host is this one, or one below it; a dot at its end does not matter.
constexpr bool is_host_or_below(std::string_view host, std::string_view lower) noexcept {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.size() < lower.size() || !equals_lower(host.substr(host.size() - lower.size()), lower)) return false;
  return host.size() == lower.size() || host[host.size() - lower.size() - 1] == '.';
}

}  // namespace detail::net

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

inline Error url_error(const char* message, std::size_t offset) {
  Error error;
  error.code = errc::invalid;
  error.message = message;
  error.offset = offset;
  return error;
}

constexpr bool is_host_char(char c) noexcept { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; }

/// The port that some digits stand for, from 1 to 65535.
inline std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 0xFFFF) return std::nullopt;
  }
  if (port == 0) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

/// The first fault of a host name, or nullptr.
inline const char* host_name_fault(std::string_view host) noexcept {
  if (host.back() == '.') host.remove_suffix(1);
  if (host.size() > 253) return "has a host of more than 253 characters";
  while (true) {
    const std::size_t dot = host.find('.');
    const std::size_t length = (std::min)(dot, host.size());
    if (length == 0) return "has a host with an empty part between its dots";
    if (length > 63) return "has a host with a part of more than 63 characters";
    if (dot == std::string_view::npos) return nullptr;
    host.remove_prefix(dot + 1);
  }
}

/// What is wrong with a URL, and the offset of it; nullptr where nothing is.
inline const char* http_url_fault(std::string_view text, Url& url, std::size_t& offset) noexcept {
  const auto fault_at = [&offset](std::size_t at, const char* fault) {
    offset = at;
    return fault;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c <= 0x20 || c == 0x7F) return fault_at(i, "can't hold white space or control characters");
    if (c == '\\') return fault_at(i, "can't hold a backslash");
    if (c == '#') return fault_at(i, "can't have a fragment (#...)");
  }

  const std::size_t colon = text.find(':');
  url.scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  url.secure = equals_lower(url.scheme, "https");
  if (!url.secure && !equals_lower(url.scheme, "http")) return fault_at(0, "must begin with http:// or https://");
  if (text.substr(colon, 3) != "://") return fault_at(colon, "must begin with http:// or https://");

  const std::size_t start = colon + 3;
  const std::size_t end = (std::min)(text.find_first_of("/?", start), text.size());
  const std::string_view authority = text.substr(start, end - start);
  url.target = text.substr(end);
  const std::size_t question = (std::min)(url.target.find('?'), url.target.size());
  url.path = url.target.substr(0, question);
  if (question < url.target.size()) url.query = url.target.substr(question + 1);

  if (authority.find('@') != std::string_view::npos) {
    return fault_at(start, "can't hold a user name or password");
  }
  std::size_t host_end = 0;
  if (!authority.empty() && authority[0] == '[') {
    host_end = authority.find(']');
    if (host_end == std::string_view::npos) return fault_at(start, "has an IPv6 address without its closing bracket");
    url.host = authority.substr(1, host_end - 1);
    if (!read_ipv6(url.host, url.address.emplace()))
      return fault_at(start + 1, "has a host in brackets that is no IPv6 address");
    ++host_end;
    if (host_end < authority.size() && authority[host_end] != ':') {
      return fault_at(start + host_end, "has something other than a port after its host");
    }
  } else {
    host_end = (std::min)(authority.find(':'), authority.size());
    url.host = authority.substr(0, host_end);
    if (url.host.empty()) return fault_at(start, "must have a host");
    for (std::size_t i = 0; i < url.host.size(); ++i) {
      if (static_cast<unsigned char>(url.host[i]) >= 0x80) {
        return fault_at(start + i, "must have its host in ASCII, as xn--bcher-kva.example");
      }
      if (!is_host_char(url.host[i])) {
        return fault_at(start + i, "has a character in its host that no host name can have");
      }
    }
    if (const char* fault = host_name_fault(url.host)) return fault_at(start, fault);
    if (ends_in_number(url.host)) {
      if (!read_ipv4(url.host, url.address.emplace()))
        return fault_at(start, "has a host that ends in a number but is no IPv4 address");
    }
  }

  url.port = url.secure ? 443 : 80;
  if (host_end < authority.size()) {
    const std::string_view digits = authority.substr(host_end + 1);
    if (!digits.empty()) {
      const auto port = parse_port(digits);
      if (!port) return fault_at(start + host_end + 1, "must have a port between 1 and 65535");
      url.port = *port;
    }
  }
  return nullptr;
}

}  // namespace detail::net

NOTIFIER_INLINE Result<Url> parse_http_url(std::string_view text) {
  if (text.size() > NOTIFIER_MAX_URL_BYTES) {
    Error error = detail::net::url_error("is too long", NOTIFIER_MAX_URL_BYTES);
    error.code = errc::too_large;
    return error;
  }
  Url url;
  std::size_t offset = 0;
  if (const char* fault = detail::net::http_url_fault(text, url, offset)) return detail::net::url_error(fault, offset);
  return url;
}

NOTIFIER_INLINE void append_request_target(const Url& url, std::string& out) {
  if (url.target.empty() || url.target[0] != '/') out += '/';
  for (const char c : url.target) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::string_view("\"<>^`{|}").find(c) != std::string_view::npos) {
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 0xF];
    } else {
      out += c;
    }
  }
}

NOTIFIER_INLINE void append_normalized(const Url& url, std::string& out) {
  out += url.secure ? "https://" : "http://";
  if (url.address) {
    const std::string address = to_string(*url.address);
    out += url.address->is_v6 ? detail::joined("[", address, "]") : address;
  } else {
    for (const char c : url.host) out += detail::to_lower(c);
  }
  if (url.port != (url.secure ? 443 : 80)) {
    out += ':';
    out += detail::decimal(url.port);
  }
  append_request_target(url, out);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
