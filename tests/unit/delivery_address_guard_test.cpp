#include "notifier/delivery/address_guard.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
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
