#include "notifier/net/address_guard.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <set>
#include <string>

using notifier::AddressGuard;
using notifier::GuardReason;

namespace {

GuardReason judge_ip(const AddressGuard& guard, std::string_view text, std::string_view host = {}) {
  auto address = notifier::parse_dotted_ipv4(text);
  if (!address) address = notifier::parse_ipv6(text);
  REQUIRE(address);
  return guard.judge_address(*address, host);
}

AddressGuard trusting(std::initializer_list<std::string_view> entries) {
  AddressGuard guard;
  for (const std::string_view entry : entries) {
    CAPTURE(std::string(entry));
    CHECK(guard.allow(entry));
  }
  return guard;
}

}  // namespace

TEST_CASE("a guard lets public targets pass and nothing else") {
  const AddressGuard guard;
  CHECK(guard.judge_url("https://hooks.example.com/x") == GuardReason::none);
  CHECK(guard.judge_url("https://8.8.8.8/x") == GuardReason::none);
  CHECK(guard.judge_url("https://0x7f.1/x") == GuardReason::loopback);
  CHECK(guard.judge_url("https://wiki.internal/x") == GuardReason::local_name);
  CHECK(guard.judge_url("https://example.com:6379/") == GuardReason::port);
  CHECK(guard.judge_url("https://example.com:1023/") == GuardReason::port);
  CHECK(guard.judge_url("https://example.com:1024/") == GuardReason::none);
  CHECK(guard.judge_url("https://example.com:80/") == GuardReason::none);
  CHECK(guard.judge_url("http://example.com:443/") == GuardReason::none);
  CHECK(guard.judge_url("https://example.com@127.0.0.1/") == GuardReason::invalid_url);
}

TEST_CASE("the address connected to is judged whatever name led there") {
  const AddressGuard guard;
  CHECK(judge_ip(guard, "127.0.0.1", "hooks.example.com") == GuardReason::loopback);
  CHECK(judge_ip(guard, "::ffff:169.254.169.254", "hooks.example.com") == GuardReason::link_local);
  CHECK(judge_ip(guard, "93.184.216.34", "hooks.example.com") == GuardReason::none);
  CHECK(judge_ip(guard, "2606:4700::1111") == GuardReason::none);
}

TEST_CASE("a trusted network is trusted to its last address, in both notations, on every port") {
  const AddressGuard guard = trusting({"10.1.0.0/16", "fd00:1::/33", "192.168.7.7"});
  CHECK(judge_ip(guard, "10.1.0.0") == GuardReason::none);
  CHECK(judge_ip(guard, "10.1.255.255") == GuardReason::none);
  CHECK(judge_ip(guard, "::ffff:10.1.2.3") == GuardReason::none);
  CHECK(judge_ip(guard, "10.0.255.255") == GuardReason::private_use);
  CHECK(judge_ip(guard, "10.2.0.0") == GuardReason::private_use);
  CHECK(judge_ip(guard, "fd00:1:7fff:ffff::1") == GuardReason::none);
  CHECK(judge_ip(guard, "fd00:1:8000::1") == GuardReason::private_use);
  CHECK(judge_ip(guard, "192.168.7.7") == GuardReason::none);
  CHECK(judge_ip(guard, "192.168.7.8") == GuardReason::private_use);
  CHECK(guard.judge_url("http://10.1.0.1:22/") == GuardReason::none);
  CHECK(guard.judge_url("http://[::ffff:10.1.0.1]:22/") == GuardReason::none);
  CHECK(guard.judge_url("http://10.2.0.1:22/") == GuardReason::private_use);
  CHECK(guard.judge_url("http://8.8.8.8:22/") == GuardReason::port);
}

TEST_CASE("networks longer than 64 bits and shorter than a byte are compared to the bit") {
  const AddressGuard guard = trusting({"fd00::ff00/121", "::ffff:10.0.0.0/105"});
  CHECK(judge_ip(guard, "fd00::ff7f") == GuardReason::none);
  CHECK(judge_ip(guard, "fd00::ff80") == GuardReason::private_use);
  CHECK(judge_ip(guard, "fd00:0:0:1::ff00") == GuardReason::private_use);
  CHECK(judge_ip(guard, "10.127.255.255") == GuardReason::none);
  CHECK(judge_ip(guard, "10.128.0.0") == GuardReason::private_use);
  const AddressGuard all = trusting({"0.0.0.0/0"});
  CHECK(judge_ip(all, "127.0.0.1") == GuardReason::none);
  CHECK(judge_ip(all, "::1") == GuardReason::loopback);
}

TEST_CASE("a trusted name is trusted with every address and port, and no other name is") {
  const AddressGuard guard = trusting({"Hooks.Internal", "*.corp.example", "localhost."});
  CHECK(guard.judge_url("http://hooks.internal:22/") == GuardReason::none);
  CHECK(guard.judge_url("http://HOOKS.internal.:22/") == GuardReason::none);
  CHECK(guard.judge_url("http://localhost/") == GuardReason::none);
  CHECK(guard.judge_url("http://a.hooks.internal/") == GuardReason::local_name);
  CHECK(guard.judge_url("http://xhooks.internal/") == GuardReason::local_name);
  CHECK(judge_ip(guard, "10.0.0.1", "hooks.internal") == GuardReason::none);
  CHECK(judge_ip(guard, "10.0.0.1", "a.b.corp.example") == GuardReason::none);
  CHECK(judge_ip(guard, "10.0.0.1", "corp.example") == GuardReason::private_use);
  CHECK(judge_ip(guard, "10.0.0.1", "xcorp.example") == GuardReason::private_use);
  CHECK(judge_ip(guard, "10.0.0.1", "other.example") == GuardReason::private_use);
  CHECK(judge_ip(guard, "127.0.0.1") == GuardReason::loopback);
}

TEST_CASE("a port can be let through on its own") {
  AddressGuard guard;
  guard.allow_port(6379);
  CHECK(guard.judge_url("http://example.com:6379/") == GuardReason::none);
  CHECK(guard.judge_url("http://example.com:6380/") == GuardReason::none);
  CHECK(guard.judge_url("http://example.com:22/") == GuardReason::port);
  CHECK(guard.judge_url("http://10.0.0.1:6379/") == GuardReason::private_use);
}

TEST_CASE("trusting everything still takes no broken URL") {
  AddressGuard guard;
  guard.allow_all();
  CHECK(guard.judge_url("http://localhost:22/") == GuardReason::none);
  CHECK(guard.judge_url("http://127.1/") == GuardReason::none);
  CHECK(judge_ip(guard, "::1") == GuardReason::none);
  CHECK(guard.judge_url("http://user@127.0.0.1/") == GuardReason::invalid_url);
}

TEST_CASE("trusting NAT64 opens the way to public IPv4 alone") {
  const AddressGuard guard = trusting({"64:ff9b::/96"});
  CHECK(judge_ip(guard, "64:ff9b::8.8.8.8") == GuardReason::none);
  CHECK(judge_ip(guard, "64:ff9b::169.254.169.254") == GuardReason::link_local);
  CHECK(judge_ip(AddressGuard(), "64:ff9b::8.8.8.8") == GuardReason::translation);
}

TEST_CASE("what can't be trusted is refused and changes nothing") {
  AddressGuard guard;
  for (const char* entry : {"",
                            "/",
                            "/8",
                            "10.0.0.0/",
                            "10.0.0.0/33",
                            "10.0.0.0/-1",
                            "10.0.0.0/8x",
                            "10.0.0.0/0008",
                            "10.0.0/8",
                            "10.1",
                            "0x7f.1",
                            "fd00::/129",
                            "[::1]",
                            "*",
                            "*.",
                            "*.*.example",
                            "a b",
                            "http://x.example",
                            "x.example:80",
                            "a..b",
                            ".example",
                            "x.example/8",
                            "b\xC3\xBC"
                            "cher.example",
                            "127.0.0.1.",
                            "*.1"}) {
    CAPTURE(entry);
    CHECK_FALSE(guard.allow(entry));
  }
  CHECK(judge_ip(guard, "10.0.0.1") == GuardReason::private_use);
  CHECK(judge_ip(guard, "127.0.0.1", "x.example") == GuardReason::loopback);
}

TEST_CASE("every reason has a name and a sentence of its own") {
  for (int i = 0; i <= static_cast<int>(GuardReason::cloud_service); ++i) {
    const auto reason = static_cast<GuardReason>(i);
    CHECK(to_string(reason) != "unknown");
    CHECK(describe(reason) != "unknown");
    for (int j = 0; j < i; ++j) {
      CHECK(to_string(static_cast<GuardReason>(j)) != to_string(reason));
      CHECK(describe(static_cast<GuardReason>(j)) != describe(reason));
    }
  }
}

TEST_CASE("an address is read from the bytes of a socket address") {
  const unsigned char v4[] = {192, 0, 2, 1, 0xFF};
  const auto address = notifier::IpAddress::v4(v4);
  CHECK(to_string(address) == "192.0.2.1");
  CHECK(address.bytes == notifier::parse_dotted_ipv4("192.0.2.1")->bytes);
  const unsigned char v6[] = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
  CHECK(to_string(notifier::IpAddress::v6(v6)) == "2001:db8::7");
  CHECK(address != *notifier::parse_dotted_ipv4("192.0.2.2"));
  CHECK(*notifier::parse_dotted_ipv4("32.1.13.184") != notifier::IpAddress::v6(v6));
}

TEST_CASE("an IPv4 tail fills the last four bytes of an IPv6 address") {
  CHECK(to_string(*notifier::parse_ipv6("1:2:3:4:5:6:1.2.3.4")) == "1:2:3:4:5:6:102:304");
  CHECK(to_string(*notifier::parse_ipv6("::1.2.3.4")) == "::102:304");
  CHECK_FALSE(notifier::parse_ipv6("1:2:3:4:5:6:7:1.2.3.4"));
  CHECK_FALSE(notifier::parse_ipv6("1:2:3:4:5:1.2.3.4"));
}

TEST_CASE("the kinds of IPv4 addresses begin and end where the registries say") {
  struct Range {
    const char *before, *first, *last, *after;
    GuardReason reason;
  };
  for (const Range& range : {
           Range{nullptr, "0.0.0.0", "0.255.255.255", "1.0.0.0", GuardReason::unspecified},
           Range{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", GuardReason::private_use},
           Range{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", GuardReason::shared},
           Range{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", GuardReason::loopback},
           Range{"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17", GuardReason::cloud_service},
           Range{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", GuardReason::link_local},
           Range{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", GuardReason::private_use},
           Range{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", GuardReason::reserved},
           Range{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", GuardReason::documentation},
           Range{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", GuardReason::translation},
           Range{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", GuardReason::private_use},
           Range{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", GuardReason::benchmarking},
           Range{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0", GuardReason::documentation},
           Range{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0", GuardReason::documentation},
           Range{"223.255.255.255", "224.0.0.0", "239.255.255.255", nullptr, GuardReason::multicast},
           Range{nullptr, "240.0.0.0", "255.255.255.255", nullptr, GuardReason::reserved},
       }) {
    CAPTURE(range.first);
    const AddressGuard guard;
    CHECK(judge_ip(guard, range.first) == range.reason);
    CHECK(judge_ip(guard, range.last) == range.reason);
    if (range.before != nullptr) CHECK(judge_ip(guard, range.before) == GuardReason::none);
    if (range.after != nullptr) CHECK(judge_ip(guard, range.after) == GuardReason::none);
  }
}

TEST_CASE("the kinds of IPv6 addresses begin and end where the registries say") {
  const AddressGuard guard;
  const std::string ones = ":ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  const auto kind = [&](const std::string& text) { return judge_ip(guard, text); };
  CHECK(kind("::") == GuardReason::unspecified);
  CHECK(kind("::1") == GuardReason::loopback);
  CHECK(kind("::2") == GuardReason::translation);
  CHECK(kind("::ffff:ffff") == GuardReason::translation);
  CHECK(kind("::1:0:0") == GuardReason::reserved);
  CHECK(kind("::ffff:0:0:0") == GuardReason::translation);
  CHECK(kind("::ffff:0:ffff:ffff") == GuardReason::translation);
  CHECK(kind("::ffff:1:0:0") == GuardReason::reserved);
  CHECK(kind("64:ff9b::") == GuardReason::translation);
  CHECK(kind("64:ff9b::ffff:ffff") == GuardReason::translation);
  CHECK(kind("64:ff9b::1:0:0") == GuardReason::reserved);
  CHECK(kind("64:ff9b:1::") == GuardReason::translation);
  CHECK(kind("64:ff9b:1:ffff:ffff:ffff:ffff:ffff") == GuardReason::translation);
  CHECK(kind("64:ff9b:2::") == GuardReason::reserved);
  CHECK(kind("1fff" + ones) == GuardReason::reserved);
  CHECK(kind("2000::") == GuardReason::none);
  CHECK(kind("2000" + ones) == GuardReason::none);
  CHECK(kind("2001::") == GuardReason::translation);
  CHECK(kind("2001:0:ffff:ffff:ffff:ffff:ffff:ffff") == GuardReason::translation);
  CHECK(kind("2001:1::") == GuardReason::reserved);
  CHECK(kind("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff") == GuardReason::reserved);
  CHECK(kind("2001:200::") == GuardReason::none);
  CHECK(kind("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff") == GuardReason::none);
  CHECK(kind("2001:db8::") == GuardReason::documentation);
  CHECK(kind("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == GuardReason::documentation);
  CHECK(kind("2001:db9::") == GuardReason::none);
  CHECK(kind("2001" + ones) == GuardReason::none);
  CHECK(kind("2002::") == GuardReason::translation);
  CHECK(kind("2002" + ones) == GuardReason::translation);
  CHECK(kind("2003::") == GuardReason::none);
  CHECK(kind("3ffe" + ones) == GuardReason::none);
  CHECK(kind("3fff::") == GuardReason::documentation);
  CHECK(kind("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff") == GuardReason::documentation);
  CHECK(kind("3fff:1000::") == GuardReason::none);
  CHECK(kind("3fff" + ones) == GuardReason::none);
  CHECK(kind("4000::") == GuardReason::reserved);
  CHECK(kind("fbff" + ones) == GuardReason::reserved);
  CHECK(kind("fc00::") == GuardReason::private_use);
  CHECK(kind("fdff" + ones) == GuardReason::private_use);
  CHECK(kind("fe00::") == GuardReason::reserved);
  CHECK(kind("fe7f" + ones) == GuardReason::reserved);
  CHECK(kind("fe80::") == GuardReason::link_local);
  CHECK(kind("febf" + ones) == GuardReason::link_local);
  CHECK(kind("fec0::") == GuardReason::private_use);
  CHECK(kind("feff" + ones) == GuardReason::private_use);
  CHECK(kind("ff00::") == GuardReason::multicast);
  CHECK(kind("ffff" + ones) == GuardReason::multicast);
  // An IPv4 address as the interface's id, RFC 5214.
  CHECK(kind("2000::5efe:10.0.0.1") == GuardReason::private_use);
  CHECK(kind("2000::200:5efe:10.0.0.1") == GuardReason::private_use);
  CHECK(kind("2000::5efe:8.8.8.8") == GuardReason::none);
  CHECK(kind("2000::5eff:10.0.0.1") == GuardReason::none);
  CHECK(kind("2000::1:5efe:10.0.0.1") == GuardReason::none);
}

TEST_CASE("ports of other protocols are blocked, whichever they are") {
  const std::set<unsigned> other = {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,  6000, 6379,
                                    6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211};
  std::set<unsigned> wrong;
  for (unsigned port = 0; port <= 65535; ++port) {
    const bool expected = port < 1024 ? port != 80 && port != 443 : other.count(port) != 0;
    if (notifier::detail::net::is_blocked_port(port) != expected) wrong.insert(port);
  }
  CHECK(wrong.empty());
}

TEST_CASE("names are told by whole labels, networks to the bit") {
  const AddressGuard guard;
  CHECK(guard.judge_url("https://ab.cd/") == GuardReason::none);
  CHECK(guard.judge_url("https://xlocalhost.example/") == GuardReason::none);
  CHECK(guard.judge_url("https://x.ylan/") == GuardReason::none);
  CHECK(guard.judge_url("https://x.lan/") == GuardReason::local_name);
  CHECK(guard.judge_url("https://X.LAN./") == GuardReason::local_name);
  CHECK(judge_ip(trusting({"::ffff:0:0/96"}), "10.0.0.1") == GuardReason::none);
  CHECK(judge_ip(trusting({"::ffff:0:0/95"}), "10.0.0.1") == GuardReason::private_use);
  CHECK(judge_ip(trusting({"10.0.0.0/32"}), "10.0.0.0") == GuardReason::none);
  CHECK(judge_ip(trusting({"10.0.0.0/32"}), "10.0.0.1") == GuardReason::private_use);
  CHECK(judge_ip(trusting({"10.0.0.0/31"}), "10.0.0.1") == GuardReason::none);
  CHECK(judge_ip(trusting({"fd00::/64"}), "fd00::ffff:ffff:ffff:ffff") == GuardReason::none);
  CHECK(judge_ip(trusting({"fd00::/64"}), "fd00:0:0:1::") == GuardReason::private_use);
  CHECK(judge_ip(trusting({"fd00::/65"}), "fd00::7fff:ffff:ffff:ffff") == GuardReason::none);
  CHECK(judge_ip(trusting({"fd00::/65"}), "fd00::8000:0:0:0") == GuardReason::private_use);
  CHECK(judge_ip(trusting({"fd00::1/128"}), "fd00::1") == GuardReason::none);
  CHECK(judge_ip(trusting({"fd00::1/128"}), "fd00::2") == GuardReason::private_use);
}
