// Reads any text as a webhook URL, as addresses and as a mail's sender, and stops where two readings of the same thing
// differ, or a sender's line could hold more than its sender.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "notifier/format/email_header.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/net/email_address.hpp"

namespace {

void expect(bool promise) {
  if (!promise) std::abort();
}

void check_address(const notifier::IpAddress& address) {
  const std::string text = to_string(address);
  const auto again = address.is_v6 ? notifier::parse_ipv6(text) : notifier::parse_dotted_ipv4(text);
  expect(again && *again == address);
  expect(notifier::classify_address(address) == notifier::classify_address(address.unmapped()));
}

void check_url(std::string_view text) {
  const notifier::AddressGuard guard;
  const auto url = notifier::parse_http_url(text);
  if (!url) {
    expect(guard.judge_url(text) == notifier::GuardReason::invalid_url);
    expect(!url.error().message.empty() && url.error().offset <= text.size());
    return;
  }
  expect(!url->host.empty() && url->port != 0);
  expect(url->target.data() + url->target.size() == text.data() + text.size());
  expect(url->address || !notifier::ends_in_number(url->host));
  std::string normalized;
  append_normalized(*url, normalized);
  if (normalized.size() > NOTIFIER_MAX_URL_BYTES) return;  // percent-encoding makes it longer
  const auto again = notifier::parse_http_url(normalized);
  expect(again.has_value());
  expect(again->port == url->port && again->secure == url->secure && again->address == url->address);
  std::string twice;
  append_normalized(*again, twice);
  expect(twice == normalized);
  expect(guard.judge(*again) == guard.judge(*url));
}

void check_sender(std::string_view text) {
  notifier::Mailbox mailbox;
  if (text.size() > 1000 || !notifier::parse_mailbox(text, mailbox)) return;
  expect(notifier::is_email_address(mailbox.address));
  std::string line(notifier::detail::header_room(text.size()), '~');
  line.resize(static_cast<std::size_t>(notifier::detail::put_from(text, line.data(), 6) - line.data()));
  expect(line.size() > 2 && line.substr(line.size() - 2) == "\r\n");
  line.resize(line.size() - 2);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\r') expect(line.substr(i, 3) == "\r\n ");
    expect((c >= ' ' && c <= '~') || c == '\r' || (c == '\n' && i > 0 && line[i - 1] == '\r'));
  }
  // The same address, and outside quotes nothing that begins another.
  const bool is_nameless = mailbox.name.empty() || mailbox.name == "\"\"";
  const std::string end = is_nameless ? std::string(mailbox.address) : "<" + std::string(mailbox.address) + ">";
  expect(line.size() >= end.size() && line.substr(line.size() - end.size()) == end);
  const std::string before = line.substr(0, line.size() - end.size());
  bool is_quoted = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (is_quoted && before[i] == '\\') {
      ++i;
    } else if (before[i] == '"') {
      is_quoted = !is_quoted;
    } else {
      expect(is_quoted || std::string_view("()<>[]:;@\\,").find(before[i]) == std::string_view::npos);
    }
  }
  expect(!is_quoted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_url(text);
  check_url("http://" + std::string(text));
  check_sender(text);
  check_sender(std::string(text) + " <a@b.c>");
  if (const auto address = notifier::parse_ipv4(text)) {
    check_address(*address);
    expect(notifier::ends_in_number(text));
  }
  if (const auto dotted = notifier::parse_dotted_ipv4(text)) expect(notifier::parse_ipv4(text) == dotted);
  if (const auto address = notifier::parse_ipv6(text)) check_address(*address);
  if (size == 4) check_address(notifier::IpAddress::v4(data));
  if (size == 16) check_address(notifier::IpAddress::v6(data));
  notifier::AddressGuard guard;
  if (guard.allow(text)) expect(guard.judge_url("http://169.254.169.254@x/") == notifier::GuardReason::invalid_url);
  return 0;
}
