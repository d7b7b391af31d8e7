// The address guard: which URLs and addresses a delivery may go to.
//
// A webhook URL is written by a user, and the request leaves from inside the host's network. So it may reach public
// addresses only, unless the host says otherwise. The URL is judged before anything is sent; the address is judged once
// more when the connection is made, since a name may resolve to another address every time (DNS rebinding).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/net/address_ranges.hpp"
#include "notifier/net/ip_address.hpp"
#include "notifier/net/url.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Judges URLs and addresses. A value; reading from several threads is safe.
///
///     notifier::AddressGuard guard;
///     if (auto allowed = guard.allow("10.1.0.0/16"); !allowed) return report(allowed.error());
///     if (auto reason = guard.judge_url(delivery.url); reason != notifier::GuardReason::none) fail(describe(reason));
class AddressGuard {
 public:
  /// Trusts a host or a network, with every name, address and port it has.
  ///
  /// @param entry  an address ("127.0.0.1", "::1"), a network ("10.0.0.0/8", "fd00::/8"), a host name ("a.internal"),
  ///               or all names below a domain ("*.corp.example").
  /// @return errc::invalid for anything else; nothing is trusted then.
  Result<void> allow(std::string_view entry);
  /// Lets URLs name this port, on any host.
  void allow_port(std::uint16_t port) { ports_.push_back(port); }
  /// Trusts everything: for a host that sends into its own network only, or a developer's machine.
  void allow_all() noexcept { allow_all_ = true; }

  /// Judges a URL as it is stored. A name that passes still has to be resolved and judged by judge_address().
  GuardReason judge_url(std::string_view url) const;
  GuardReason judge(const Url& url) const noexcept;

  /// Judges the address that is about to be connected to.
  /// @param host  the URL's host, since a trusted name is trusted with whatever address it has
  GuardReason judge_address(const IpAddress& address, std::string_view host = {}) const noexcept;

 private:
  struct Network {
    IpAddress base;
    unsigned prefix;
  };

  bool trusts_name(std::string_view host) const noexcept;
  bool trusts_address(const IpAddress& address) const noexcept;

  std::vector<Network> networks_;
  std::vector<std::string> names_;    // in lower case, without a trailing dot
  std::vector<std::string> domains_;  // the same, with a leading dot
  std::vector<std::uint16_t> ports_;
  bool allow_all_ = false;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <utility>

#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

/// Ports below 1024 carry a protocol of their own, except HTTP's. Above, those that browsers refuse (Fetch standard,
/// "port blocking"), and Redis and Memcached, which take each line of a request for a command.
constexpr bool is_blocked_port(unsigned port) noexcept {
  if (port < 1024) return port != 80 && port != 443;
  constexpr std::uint16_t blocked[] = {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,  6000, 6379,
                                       6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211};
  for (const std::uint16_t each : blocked) {
    if (port == each) return true;
  }
  return false;
}

/// True where `host` is `domain` or below it. `domain` is in lower case.
constexpr bool is_within(std::string_view host, std::string_view domain) noexcept {
  if (host.size() < domain.size()) return false;
  const std::string_view tail = host.substr(host.size() - domain.size());
  return equals_lower(tail, domain) && (tail.size() == host.size() || host[host.size() - domain.size() - 1] == '.');
}

constexpr std::string_view without_trailing_dot(std::string_view host) noexcept {
  return !host.empty() && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
}

/// Names that only local resolvers answer: RFC 6761, 6762 (section 3 and appendix G), 7686, 8375, ICANN's .internal;
/// and the search domain of Kubernetes. A name without a dot is completed by the resolver's search list.
constexpr bool is_local_name(std::string_view host) noexcept {
  constexpr std::string_view domains[] = {"localhost", "localdomain", "local", "internal", "intranet",  "private",
                                          "corp",      "home",        "lan",   "svc",      "home.arpa", "onion"};
  for (const std::string_view domain : domains) {
    if (is_within(host, domain)) return true;
  }
  return host.find('.') == std::string_view::npos;
}

}  // namespace detail::net

NOTIFIER_INLINE Result<void> AddressGuard::allow(std::string_view entry) {
  using namespace detail::net;
  const auto refuse = [] { return url_error("is neither an address, a network (10.0.0.0/8) nor a host name", 0); };
  const std::size_t slash = entry.find('/');
  const std::string_view base = entry.substr(0, slash);
  std::optional<IpAddress> address = parse_dotted_ipv4(base);
  if (!address) address = parse_ipv6(base);
  if (address) {
    unsigned prefix = static_cast<unsigned>(address->size() * 8);
    if (slash != std::string_view::npos) {
      const std::string_view digits = entry.substr(slash + 1);
      if (digits.empty() || digits.size() > 3) return refuse();
      unsigned value = 0;
      for (const char c : digits) {
        if (!detail::is_digit(c)) return refuse();
        value = value * 10 + static_cast<unsigned>(c - '0');
      }
      if (value > prefix) return refuse();
      prefix = value;
    }
    if (address->unmapped() != *address && prefix >= 96) {
      address = address->unmapped();
      prefix -= 96;
    }
    networks_.push_back({*address, prefix});
    return {};
  }
  const bool domain = entry.size() > 2 && entry.substr(0, 2) == "*.";
  const std::string_view name = without_trailing_dot(entry.substr(domain ? 2 : 0));
  if (name.empty() || ends_in_number(name) || host_name_fault(name) != nullptr) return refuse();
  std::string lower(domain ? "." : "");
  for (const char c : name) {
    if (!is_host_char(c)) return refuse();
    lower += detail::to_lower(c);
  }
  (domain ? domains_ : names_).push_back(std::move(lower));
  return {};
}

NOTIFIER_INLINE bool AddressGuard::trusts_name(std::string_view host) const noexcept {
  using namespace detail::net;
  host = without_trailing_dot(host);
  for (const std::string& name : names_) {
    if (equals_lower(host, name)) return true;
  }
  for (const std::string& domain : domains_) {
    if (host.size() > domain.size() && equals_lower(host.substr(host.size() - domain.size()), domain)) return true;
  }
  return false;
}

NOTIFIER_INLINE bool AddressGuard::trusts_address(const IpAddress& address) const noexcept {
  using namespace detail::net;
  for (const Network& network : networks_) {
    if (network.base.is_v6 == address.is_v6 &&
        is_in_network(address, word(network.base, 0), word(network.base, 8), network.prefix)) {
      return true;
    }
  }
  return false;
}

NOTIFIER_INLINE GuardReason AddressGuard::judge_url(std::string_view text) const {
  const auto url = parse_http_url(text);
  return url ? judge(*url) : GuardReason::invalid_url;
}

NOTIFIER_INLINE GuardReason AddressGuard::judge(const Url& url) const noexcept {
  if (allow_all_ || (!url.address && trusts_name(url.host))) return GuardReason::none;
  if (url.address) {
    if (const GuardReason reason = judge_address(*url.address); reason != GuardReason::none) return reason;
    if (trusts_address(url.address->unmapped())) return GuardReason::none;
  } else if (detail::net::is_local_name(detail::net::without_trailing_dot(url.host))) {
    return GuardReason::local_name;
  }
  if (!detail::net::is_blocked_port(url.port)) return GuardReason::none;
  for (const std::uint16_t port : ports_) {
    if (url.port == port) return GuardReason::none;
  }
  return GuardReason::port;
}

NOTIFIER_INLINE GuardReason AddressGuard::judge_address(const IpAddress& original,
                                                        std::string_view host) const noexcept {
  const IpAddress address = original.unmapped();
  if (allow_all_ || (!host.empty() && trusts_name(host))) return GuardReason::none;
  if (!trusts_address(address)) return classify_address(address);
  // A host behind NAT64 trusts the prefix to reach IPv4 at all: what is behind it is judged all the same.
  return detail::net::is_nat64(address) ? judge_address(IpAddress::v4(address.v4_value(12))) : GuardReason::none;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
