#include "notifier/net/url.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

std::string fault(std::string_view text) {
  const auto url = notifier::parse_http_url(text);
  return url ? "" : url.error().message;
}

std::string normalized(std::string_view text) {
  const auto url = notifier::parse_http_url(text);
  if (!url) return "refused";
  std::string out;
  notifier::append_normalized(*url, out);
  return out;
}

std::string v4(std::string_view text) {
  const auto address = notifier::parse_ipv4(text);
  return address ? notifier::to_string(*address) : "none";
}

std::string v6(std::string_view text) {
  const auto address = notifier::parse_ipv6(text);
  return address ? notifier::to_string(*address) : "none";
}

}  // namespace

TEST_CASE("a URL is taken apart into views of its own text") {
  const std::string text = "HTTPS://Hooks.Example:8443/services/T0/B0?token=a#b";
  const auto url = notifier::parse_http_url(std::string_view(text).substr(0, text.size() - 2));
  REQUIRE(url);
  CHECK(url->scheme == "HTTPS");
  CHECK(url->secure);
  CHECK(url->host == "Hooks.Example");
  CHECK(url->host.data() == text.data() + 8);
  CHECK(url->port == 8443);
  CHECK(url->path == "/services/T0/B0");
  CHECK(url->query == "token=a");
  CHECK(url->target == "/services/T0/B0?token=a");
  CHECK_FALSE(url->address);
}

TEST_CASE("a URL may go without path, query and port") {
  auto url = notifier::parse_http_url("http://example.org");
  REQUIRE(url);
  CHECK(url->port == 80);
  CHECK_FALSE(url->secure);
  CHECK(url->path.empty());
  CHECK(url->target.empty());
  url = notifier::parse_http_url("https://example.org:?q=http://x/@y:1");
  REQUIRE(url);
  CHECK(url->port == 443);
  CHECK(url->path.empty());
  CHECK(url->query == "q=http://x/@y:1");
}

TEST_CASE("an address in the host is recognised in every notation") {
  auto url = notifier::parse_http_url("http://0x7f.1:8080/");
  REQUIRE(url);
  REQUIRE(url->address);
  CHECK(notifier::to_string(*url->address) == "127.0.0.1");
  url = notifier::parse_http_url("http://[::FFFF:10.0.0.1]:81/x");
  REQUIRE(url);
  CHECK(url->host == "::FFFF:10.0.0.1");
  CHECK(url->port == 81);
  REQUIRE(url->address);
  CHECK(notifier::to_string(url->address->unmapped()) == "10.0.0.1");
}

TEST_CASE("what is no webhook URL is refused with the reason") {
  CHECK(fault("") == "must begin with http:// or https://");
  CHECK(fault("example.org/x") == "must begin with http:// or https://");
  CHECK(fault("ftp://example.org/") == "must begin with http:// or https://");
  CHECK(fault("javascript:alert(1)") == "must begin with http:// or https://");
  CHECK(fault("http:/example.org/") == "must begin with http:// or https://");
  CHECK(fault("http:example.org/") == "must begin with http:// or https://");
  CHECK(fault("http://") == "must have a host");
  CHECK(fault("http:///path") == "must have a host");
  CHECK(fault("http://:80/") == "must have a host");
  CHECK(fault("http://?x") == "must have a host");
  CHECK(fault("http://user@example.org/") == "can't hold a user name or password");
  CHECK(fault("http://user:pw@example.org/") == "can't hold a user name or password");
  CHECK(fault("http://@example.org/") == "can't hold a user name or password");
  CHECK(fault("http://example.org/#") == "can't have a fragment (#...)");
  CHECK(fault("http://example.org/#x") == "can't have a fragment (#...)");
  CHECK(fault(" http://example.org/") == "can't hold white space or control characters");
  CHECK(fault("http://example.org/a b") == "can't hold white space or control characters");
  CHECK(fault("http://example.org/\n") == "can't hold white space or control characters");
  CHECK(fault("http://exa\tmple.org/") == "can't hold white space or control characters");
  CHECK(fault(std::string_view("http://example.org/\0", 20)) == "can't hold white space or control characters");
  CHECK(fault("http://example.org/\x7f") == "can't hold white space or control characters");
  CHECK(fault("http://example.org\\@evil.example/") == "can't hold a backslash");
  CHECK(fault("http://example.org:0/") == "must have a port between 1 and 65535");
  CHECK(fault("http://example.org:65536/") == "must have a port between 1 and 65535");
  CHECK(fault("http://example.org:99999999999999999999/") == "must have a port between 1 and 65535");
  CHECK(fault("http://example.org:+80/") == "must have a port between 1 and 65535");
  CHECK(fault("http://example.org:80:80/") == "must have a port between 1 and 65535");
  CHECK(fault("http://b\xC3\xBC"
              "cher.example/") == "must have its host in ASCII, as xn--bcher-kva.example");
  CHECK(fault("http://%31%32%37.0.0.1/") == "has a character in its host that no host name can have");
  CHECK(fault("http://a..b/") == "has a host with an empty part between its dots");
  CHECK(fault("http://.a/") == "has a host with an empty part between its dots");
  CHECK(fault("http://a../") == "has a host with an empty part between its dots");
  CHECK(fault("http://./") == "has a host with an empty part between its dots");
  CHECK(fault("http://" + std::string(64, 'a') + "/") == "has a host with a part of more than 63 characters");
  CHECK(fault("http://" + std::string(63, 'a') + "/").empty());
  CHECK(fault("http://[::1/") == "has an IPv6 address without its closing bracket");
  CHECK(fault("http://[]/") == "has a host in brackets that is no IPv6 address");
  CHECK(fault("http://[127.0.0.1]/") == "has a host in brackets that is no IPv6 address");
  CHECK(fault("http://[fe80::1%25eth0]/") == "has a host in brackets that is no IPv6 address");
  CHECK(fault("http://[::1]x/") == "has something other than a port after its host");
  CHECK(fault("http://256.1.1.1/") == "has a host that ends in a number but is no IPv4 address");
  CHECK(fault("http://1.2.3.4.5/") == "has a host that ends in a number but is no IPv4 address");
  CHECK(fault("http://example.0x1/") == "has a host that ends in a number but is no IPv4 address");
  CHECK(fault("http://example.09/") == "has a host that ends in a number but is no IPv4 address");
}

TEST_CASE("the longest URL is 2,048 bytes") {
  std::string text = "https://example.org/";
  text.append(2048 - text.size(), 'a');
  CHECK(notifier::parse_http_url(text));
  text += 'a';
  const auto url = notifier::parse_http_url(text);
  REQUIRE_FALSE(url);
  CHECK(url.error().code == notifier::errc::too_large);
}

TEST_CASE("an error tells where the fault is, and nothing of the URL") {
  const auto url = notifier::parse_http_url("https://hooks.example/secret-token?a b");
  REQUIRE_FALSE(url);
  CHECK(url.error().offset == 36);
  CHECK(url.error().message.find("secret") == std::string::npos);
}

TEST_CASE("a fault in a host is placed at its byte") {
  const auto fault_at = [](std::string_view text) {
    const auto url = notifier::parse_http_url(text);
    REQUIRE_FALSE(url);
    return std::to_string(url.error().offset) + " " + url.error().message;
  };
  CHECK(fault_at("http://abc\x80.example/") == "10 must have its host in ASCII, as xn--bcher-kva.example");
  CHECK(fault_at("https://b\xC3\xBC.example/") == "9 must have its host in ASCII, as xn--bcher-kva.example");
  CHECK(fault_at("http://abc%41.example/") == "10 has a character in its host that no host name can have");
  CHECK(fault_at("http://abc\x7F.example/").substr(0, 3) == "10 ");
  CHECK(fault_at("http://abc:0/") == "11 must have a port between 1 and 65535");
  CHECK(fault_at("http://abc:65536/") == "11 must have a port between 1 and 65535");
}

TEST_CASE("a request's target has every byte that is not for URLs percent-encoded") {
  for (int byte = 0x21; byte < 0x100; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = std::string("http://a.example/x") + c;
    const auto url = notifier::parse_http_url(text);
    if (!url) continue;
    const bool is_encoded = byte >= 0x80 || std::string_view("\"<>^`{|}").find(c) != std::string_view::npos;
    std::string target;
    append_request_target(*url, target);
    CAPTURE(byte);
    CHECK(target == (is_encoded ? std::string("/x%") + "0123456789ABCDEF"[byte / 16] + "0123456789ABCDEF"[byte % 16]
                                : std::string("/x") + c));
  }
}

TEST_CASE("the normalized form is what any HTTP client understands") {
  CHECK(normalized("HTTP://Example.ORG") == "http://example.org/");
  CHECK(normalized("https://example.org:443/A?B") == "https://example.org/A?B");
  CHECK(normalized("http://example.org:443?x=1") == "http://example.org:443/?x=1");
  CHECK(normalized("http://0177.1/") == "http://127.0.0.1/");
  CHECK(normalized("http://[2001:DB8:0:0::1]:8080/") == "http://[2001:db8::1]:8080/");
  CHECK(normalized("http://example.org/\xC3\xBC\"{x}%20") == "http://example.org/%C3%BC%22%7Bx%7D%20");
}

TEST_CASE("each part of an IPv4 address before the last is a byte") {
  CHECK(normalized("http://255.1/") == "http://255.0.0.1/");
  CHECK(normalized("http://255.255.255.255/") == "http://255.255.255.255/");
  CHECK(normalized("http://0377.0xff.1/") == "http://255.255.0.1/");
  for (const char* text :
       {"http://256.1/", "http://1.256.1/", "http://0400.1/", "http://1.2.3.256/", "http://1.2.65536/"}) {
    CHECK_FALSE(notifier::parse_http_url(text));
  }
}

TEST_CASE("IPv4 is read in every form that inet_aton takes, and in no other") {
  for (const char* text : {"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.1", "017700000001",
                           "0177.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "00000177.1", "127.0x1"}) {
    CAPTURE(text);
    CHECK(v4(text) == "127.0.0.1");
  }
  CHECK(v4("0") == "0.0.0.0");
  CHECK(v4("0x") == "0.0.0.0");
  CHECK(v4("4294967295") == "255.255.255.255");
  CHECK(v4("1.256") == "1.0.1.0");
  CHECK(v4("1.2.65535") == "1.2.255.255");
  for (const char* text : {"", ".", "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "4294967296", "1.16777216", "1..2", "08",
                           "0x1g", "99999999999999999999999999", "a", "1.2.3.4..", "-1", "+1", "1 "}) {
    CAPTURE(text);
    CHECK(v4(text) == "none");
  }
}

TEST_CASE("IPv6 is read in every form of RFC 4291, and in no other") {
  CHECK(v6("::") == "::");
  CHECK(v6("::1") == "::1");
  CHECK(v6("1::") == "1::");
  CHECK(v6("0:0:0:0:0:0:0:1") == "::1");
  CHECK(v6("2001:0db8::0:00a") == "2001:db8::a");
  CHECK(v6("1:2:3:4:5:6:7:8") == "1:2:3:4:5:6:7:8");
  CHECK(v6("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
  CHECK(v6("::2:3:4:5:6:7:8") == "0:2:3:4:5:6:7:8");
  CHECK(v6("1:0:0:2:0:0:0:3") == "1:0:0:2::3");
  CHECK(v6("::ffff:127.0.0.1") == "::ffff:7f00:1");
  CHECK(v6("64:ff9b::10.0.0.1") == "64:ff9b::a00:1");
  CHECK(v6("1:2:3:4:5:6:1.2.3.4") == "1:2:3:4:5:6:102:304");
  CHECK(v6("ABCD:EF01::") == "abcd:ef01::");
  for (const char* text : {"",
                           ":",
                           ":::",
                           "1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "::1::2",
                           "12345::",
                           "g::",
                           ":1::",
                           "1:",
                           "1:2:3:4:5:6:7:",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "::256.1.1.1",
                           "::01.2.3.4",
                           "1.2.3.4",
                           "::1.2.3.4:5",
                           "fe80::1%eth0",
                           "[::1]",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "1:2:3:4:5:6::1.2.3.4:",
                           "::0x1",
                           "1::2:::3"}) {
    CAPTURE(text);
    CHECK(v6(text) == "none");
  }
}

TEST_CASE("a host name has at most 253 characters, in parts of at most 63") {
  const std::string part(63, 'a');
  const std::string most = part + "." + part + "." + part + "." + std::string(61, 'a');
  CHECK(fault("http://" + most + "/") == "");
  CHECK(fault("http://" + most + "./") == "");
  CHECK(fault("http://" + most + "a/") == "has a host of more than 253 characters");
  CHECK(fault("http://a." + part + ".b/") == "");
  CHECK(fault("http://a." + part + "a.b/") == "has a host with a part of more than 63 characters");
  CHECK(fault("http://" + part + "a/") == "has a host with a part of more than 63 characters");
}
