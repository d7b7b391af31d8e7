// Which addresses are not on the public internet.

#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/net/ip_address.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Why a delivery may not go where it should.
enum class GuardReason : std::uint8_t {
  none,           ///< it may
  invalid_url,    ///< no URL by parse_http_url()
  local_name,     ///< a name that only means something inside a network: localhost, *.internal, a name without a dot
  port,           ///< a port of another protocol, whose server might obey the lines of an HTTP request
  unspecified,    ///< 0.0.0.0/8, ::
  loopback,       ///< 127.0.0.0/8, ::1
  private_use,    ///< 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7
  shared,         ///< 100.64.0.0/10, behind a carrier's NAT
  link_local,     ///< 169.254.0.0/16 (the metadata service of most clouds), fe80::/10
  multicast,      ///< 224.0.0.0/4, ff00::/8
  documentation,  ///< 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32, 3fff::/20
  benchmarking,   ///< 198.18.0.0/15
  translation,    ///< IPv6 that carries IPv4 elsewhere: NAT64, 6to4, Teredo, 192.88.99.0/24
  reserved,       ///< not assigned to anybody, or not for global use
  cloud_service,  ///< 168.63.129.16, a public address that means the host itself inside Azure
};

/// The reason's name, as "private_use": stable, for logs and JavaScript.
constexpr std::string_view to_string(GuardReason reason) noexcept {
  switch (reason) {
    case GuardReason::none: return "none";
    case GuardReason::invalid_url: return "invalid_url";
    case GuardReason::local_name: return "local_name";
    case GuardReason::port: return "port";
    case GuardReason::unspecified: return "unspecified";
    case GuardReason::loopback: return "loopback";
    case GuardReason::private_use: return "private_use";
    case GuardReason::shared: return "shared";
    case GuardReason::link_local: return "link_local";
    case GuardReason::multicast: return "multicast";
    case GuardReason::documentation: return "documentation";
    case GuardReason::benchmarking: return "benchmarking";
    case GuardReason::translation: return "translation";
    case GuardReason::reserved: return "reserved";
    case GuardReason::cloud_service: return "cloud_service";
  }
  return "unknown";
}

/// One sentence for the notifier's owner, without a final full stop. Names neither URL nor address.
constexpr std::string_view describe(GuardReason reason) noexcept {
  switch (reason) {
    case GuardReason::none: return "the target may be reached";
    case GuardReason::invalid_url: return "the target is not an http or https URL that every program reads alike";
    case GuardReason::local_name: return "the target's name belongs to a local network";
    case GuardReason::port: return "the target's port belongs to another protocol";
    case GuardReason::unspecified: return "the target's address is unspecified";
    case GuardReason::loopback: return "the target's address is the sending machine itself";
    case GuardReason::private_use: return "the target's address belongs to a private network";
    case GuardReason::shared: return "the target's address belongs to a carrier's inner network";
    case GuardReason::link_local: return "the target's address is link-local";
    case GuardReason::multicast: return "the target's address is a multicast group";
    case GuardReason::documentation: return "the target's address is reserved for documentation";
    case GuardReason::benchmarking: return "the target's address is reserved for benchmarks";
    case GuardReason::translation: return "the target's address is translated to another one on its way";
    case GuardReason::reserved: return "the target's address is reserved";
    case GuardReason::cloud_service: return "the target's address is a service of the cloud platform";
  }
  return "unknown";
}

/// The kind of address this is, none for one on the public internet. An IPv4 address mapped into IPv6 is judged as
/// itself. Sources: the IANA special-purpose address registries (RFC 6890); in IPv6 all but 2000::/3 is reserved.
GuardReason classify_address(const IpAddress& address) noexcept;

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstddef>

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

struct V4Range {
  std::uint32_t base;
  unsigned prefix;
  GuardReason reason;
};

struct V6Range {
  std::uint64_t high, low;
  unsigned prefix;
  GuardReason reason;
};

inline constexpr V4Range v4_ranges[] = {
    {0x00000000, 8, GuardReason::unspecified},     // RFC 791
    {0x0A000000, 8, GuardReason::private_use},     // RFC 1918
    {0x64400000, 10, GuardReason::shared},         // RFC 6598
    {0x7F000000, 8, GuardReason::loopback},        // RFC 1122
    {0xA83F8110, 32, GuardReason::cloud_service},  // 168.63.129.16
    {0xA9FE0000, 16, GuardReason::link_local},     // RFC 3927
    {0xAC100000, 12, GuardReason::private_use},    // RFC 1918
    {0xC0000000, 24, GuardReason::reserved},       // RFC 6890, IETF protocol assignments
    {0xC0000200, 24, GuardReason::documentation},  // RFC 5737
    {0xC0586300, 24, GuardReason::translation},    // RFC 7526, the 6to4 relay of old
    {0xC0A80000, 16, GuardReason::private_use},    // RFC 1918
    {0xC6120000, 15, GuardReason::benchmarking},   // RFC 2544
    {0xC6336400, 24, GuardReason::documentation},  // RFC 5737
    {0xCB007100, 24, GuardReason::documentation},  // RFC 5737
    {0xE0000000, 4, GuardReason::multicast},       // RFC 5771
    {0xF0000000, 4, GuardReason::reserved},        // RFC 1112
};

inline constexpr V6Range v6_ranges[] = {
    {0, 0, 128, GuardReason::unspecified},                    // RFC 4291
    {0, 1, 128, GuardReason::loopback},                       // RFC 4291
    {0, 0, 96, GuardReason::translation},                     // RFC 4291, IPv4-compatible
    {0, 0xFFFF000000000000, 96, GuardReason::translation},    // RFC 7915, IPv4-translated
    {0x0064FF9B00000000, 0, 96, GuardReason::translation},    // RFC 6052, NAT64
    {0x0064FF9B00010000, 0, 48, GuardReason::translation},    // RFC 8215, local-use NAT64
    {0x2001000000000000, 0, 32, GuardReason::translation},    // RFC 4380, Teredo
    {0x2001000000000000, 0, 23, GuardReason::reserved},       // RFC 2928, IETF protocol assignments
    {0x20010DB800000000, 0, 32, GuardReason::documentation},  // RFC 3849
    {0x2002000000000000, 0, 16, GuardReason::translation},    // RFC 3056, 6to4
    {0x3FFF000000000000, 0, 20, GuardReason::documentation},  // RFC 9637
    {0xFC00000000000000, 0, 7, GuardReason::private_use},     // RFC 4193
    {0xFE80000000000000, 0, 10, GuardReason::link_local},     // RFC 4291
    {0xFEC0000000000000, 0, 10, GuardReason::private_use},    // RFC 3879, site-local of old
    {0xFF00000000000000, 0, 8, GuardReason::multicast},       // RFC 4291
};

/// True where the first `prefix` bits of two 64-bit values are the same.
constexpr bool same_prefix(std::uint64_t a, std::uint64_t b, unsigned prefix) noexcept {
  return prefix == 0 || (a ^ b) >> (64 - prefix) == 0;
}

inline std::uint64_t word(const IpAddress& address, std::size_t at) noexcept {
  return std::uint64_t{address.v4_value(at)} << 32 | address.v4_value(at + 4);
}

/// True where the first `prefix` bits of an address are those of 128 others.
inline bool is_in_network(const IpAddress& address, std::uint64_t high, std::uint64_t low, unsigned prefix) noexcept {
  const unsigned in_high = (std::min)(prefix, 64u);
  return same_prefix(word(address, 0), high, in_high) && same_prefix(word(address, 8), low, prefix - in_high);
}

inline bool is_nat64(const IpAddress& address) noexcept {
  return address.is_v6 && word(address, 0) == 0x0064FF9B00000000 && address.v4_value(8) == 0;
}

}  // namespace detail::net

NOTIFIER_INLINE GuardReason classify_address(const IpAddress& original) noexcept {
  using namespace detail::net;
  const IpAddress address = original.unmapped();
  if (!address.is_v6) {
    for (const V4Range& range : v4_ranges) {
      if ((address.v4_value() ^ range.base) >> (32 - range.prefix) == 0) return range.reason;
    }
    return GuardReason::none;
  }
  for (const V6Range& range : v6_ranges) {
    if (is_in_network(address, range.high, range.low, range.prefix)) return range.reason;
  }
  if (!same_prefix(word(address, 0), 0x2000000000000000, 3)) return GuardReason::reserved;
  const bool isatap = (word(address, 8) >> 32 & 0xFDFFFFFF) == 0x00005EFE;  // RFC 5214: an IPv4 address as interface id
  return isatap ? classify_address(IpAddress::v4(address.v4_value(12))) : GuardReason::none;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
