// IP addresses: their binary form, and the ways to write them in a URL.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An IPv4 or IPv6 address in network byte order. Plain data: an adapter fills it from a sockaddr or a lookup.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< an IPv4 address is in the first four
  bool is_v6 = false;

  /// @param octets  four bytes in network order, as `in_addr` holds them
  static IpAddress v4(const void* octets) noexcept {
    IpAddress address;
    std::memcpy(address.bytes.data(), octets, 4);
    return address;
  }
  /// @param value  the address as a number: 127.0.0.1 is 0x7F000001
  static IpAddress v4(std::uint32_t value) noexcept {
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    return address;
  }
  /// @param octets  sixteen bytes in network order, as `in6_addr` holds them
  static IpAddress v6(const void* octets) noexcept {
    IpAddress address;
    std::memcpy(address.bytes.data(), octets, 16);
    address.is_v6 = true;
    return address;
  }

  std::size_t size() const noexcept { return is_v6 ? 16 : 4; }
  /// The IPv4 address as a number, taken from four bytes at `at`: 0 for an IPv4 address, 12 for one mapped into IPv6.
  std::uint32_t v4_value(std::size_t at = 0) const noexcept {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
           std::uint32_t{bytes[at + 3]};
  }
  /// The IPv4 address of an IPv4-mapped address (a socket reports IPv4 peers so when it is dual-stack), else the
  /// address itself.
  IpAddress unmapped() const noexcept {
    static constexpr std::uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return is_v6 && std::memcmp(bytes.data(), prefix, sizeof prefix) == 0 ? v4(v4_value(12)) : *this;
  }

  friend bool operator==(const IpAddress& a, const IpAddress& b) noexcept {
    return a.is_v6 == b.is_v6 && std::memcmp(a.bytes.data(), b.bytes.data(), a.size()) == 0;
  }
  friend bool operator!=(const IpAddress& a, const IpAddress& b) noexcept { return !(a == b); }
};

/// True where a URL's host has to be read as an IPv4 address: its last label is a number in any base. Such a host is an
/// address or an error, never a name (WHATWG URL, "ends in a number").
bool ends_in_number(std::string_view host) noexcept;

/// Reads an IPv4 address in any form a browser, libcurl or inet_aton takes: one to four parts, each decimal, octal or
/// hexadecimal, the last one filling all bytes that are left (WHATWG URL, "IPv4 parser"). One trailing dot is skipped.
std::optional<IpAddress> parse_ipv4(std::string_view text) noexcept;

/// Reads four decimal parts without leading zeros: the one form all programs read alike (RFC 3986 `IPv4address`).
/// @param takes_zeros  "10.0.0.01" is read, too, as 10.0.0.1; others take such a part for octal
std::optional<IpAddress> parse_dotted_ipv4(std::string_view text, bool takes_zeros = false) noexcept;

/// Reads an IPv6 address without brackets (RFC 4291 section 2.2, an IPv4 tail included). A zone id is not accepted: it
/// names an interface of this machine, which no webhook can be reached by.
std::optional<IpAddress> parse_ipv6(std::string_view text) noexcept;

/// The address as text: "127.0.0.1", or eight hexadecimal groups with the longest run of zeros as "::" (RFC 5952,
/// without its IPv4 tail). For logs and reasons.
std::string to_string(const IpAddress& address);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

/// One part of an IPv4 address in a URL: decimal, octal with a leading 0, hexadecimal with a leading 0x. Values beyond
/// 32 bits stay at 2^32: too large for any part.
inline std::optional<std::uint64_t> parse_ipv4_number(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  unsigned base = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = hex_digit(c);
    if (!digit || *digit >= base) return std::nullopt;
    value = value * base + *digit;
    if (value > 0xFFFFFFFFu) value = std::uint64_t{1} << 32;
  }
  return value;
}

}  // namespace detail::net

NOTIFIER_INLINE bool ends_in_number(std::string_view host) noexcept {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  const std::string_view label = host.substr(host.rfind('.') + 1);
  if (label.empty()) return false;
  bool digits = true;
  for (const char c : label) digits = digits && detail::is_digit(c);
  return digits || detail::net::parse_ipv4_number(label).has_value();
}

namespace detail {
namespace net {

// An address fills what the caller has for it: as a value, WebAssembly would get it back byte by byte.

NOTIFIER_NOINLINE inline bool read_ipv4(std::string_view text, IpAddress& out) noexcept {
  if (!text.empty() && text.back() == '.') text.remove_suffix(1);
  std::uint64_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    const auto value = detail::net::parse_ipv4_number(text.substr(0, dot));
    if (!value) return false;
    if (dot == std::string_view::npos) {
      const int bits = 32 - 8 * part;
      if (*value >> bits != 0) return false;
      out = IpAddress::v4(static_cast<std::uint32_t>(address << bits | *value));
      return true;
    }
    if (*value > 255) return false;
    address = address << 8 | *value;
    text.remove_prefix(dot + 1);
  }
  return false;
}

NOTIFIER_NOINLINE inline bool read_dotted_ipv4(std::string_view text, bool takes_zeros, IpAddress& out) noexcept {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const std::string_view digits = text.substr(0, dot);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0' && !takes_zeros)) return false;
    std::uint32_t value = 0;
    for (const char c : digits) {
      if (!detail::is_digit(c)) return false;
      value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value > 255) return false;
    address = address << 8 | value;
    text.remove_prefix(dot + 1);  // nothing where there is no dot: npos + 1 is 0
  }
  out = IpAddress::v4(address);
  return true;
}

NOTIFIER_NOINLINE inline bool read_ipv6(std::string_view text, IpAddress& out) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t filled = 0;
  std::size_t gap = bytes.size() + 1;
  if (text.size() >= 2 && text[0] == ':' && text[1] == ':') {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.empty()) {
    return false;
  }
  while (!text.empty()) {
    std::size_t end = 0;  // in a loop: of find() g++ warns at link time, of a bound that is never reached
    bool dotted = false;
    for (; end < text.size() && text[end] != ':'; ++end) dotted = dotted || text[end] == '.';
    const std::string_view group = text.substr(0, end);
    if (dotted) {
      IpAddress tail;
      if (!read_dotted_ipv4(group, false, tail) || end != text.size() || filled > 12) return false;
      std::memcpy(bytes.data() + filled, tail.bytes.data(), 4);
      filled += 4;
      break;
    }
    if (group.empty() || group.size() > 4 || filled > 14) return false;
    unsigned value = 0;
    for (const char c : group) {
      const auto digit = detail::hex_digit(c);
      if (!digit) return false;
      value = value << 4 | *digit;
    }
    bytes[filled++] = static_cast<std::uint8_t>(value >> 8);
    bytes[filled++] = static_cast<std::uint8_t>(value);
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.empty()) return false;
    if (text[0] == ':') {
      if (gap <= bytes.size()) return false;
      gap = filled;
      text.remove_prefix(1);
    }
  }
  if (gap > bytes.size()) {
    if (filled != bytes.size()) return false;
  } else {
    if (filled > 14) return false;
    const std::size_t tail = filled - gap;
    std::memmove(bytes.data() + bytes.size() - tail, bytes.data() + gap, tail);
    std::memset(bytes.data() + gap, 0, bytes.size() - filled);
  }
  out = IpAddress::v6(bytes.data());
  return true;
}

}  // namespace net
}  // namespace detail

NOTIFIER_INLINE std::optional<IpAddress> parse_ipv4(std::string_view text) noexcept {
  std::optional<IpAddress> address(std::in_place);
  if (!detail::net::read_ipv4(text, *address)) address.reset();
  return address;
}

NOTIFIER_INLINE std::optional<IpAddress> parse_dotted_ipv4(std::string_view text, bool takes_zeros) noexcept {
  std::optional<IpAddress> address(std::in_place);
  if (!detail::net::read_dotted_ipv4(text, takes_zeros, *address)) address.reset();
  return address;
}

NOTIFIER_INLINE std::optional<IpAddress> parse_ipv6(std::string_view text) noexcept {
  std::optional<IpAddress> address(std::in_place);
  if (!detail::net::read_ipv6(text, *address)) address.reset();
  return address;
}

NOTIFIER_INLINE std::string to_string(const IpAddress& address) {
  std::string out;
  if (!address.is_v6) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (i != 0) out += '.';
      out += detail::decimal(address.bytes[i]);
    }
    return out;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = unsigned{address.bytes[2 * i]} << 8 | address.bytes[2 * i + 1];
  std::size_t zeros = 8;
  std::size_t longest = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && groups[i + run] == 0) ++run;
    if (run > longest) {
      longest = run;
      zeros = i;
    }
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == zeros) {
      out += "::";
      i += longest - 1;
      continue;
    }
    if (i != 0 && out.back() != ':') out += ':';
    bool leading = true;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = groups[i] >> shift & 0xF;
      if (leading && digit == 0 && shift != 0) continue;
      leading = false;
      out += "0123456789abcdef"[digit];
    }
  }
  return out;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
