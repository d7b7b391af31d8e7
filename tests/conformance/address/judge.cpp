// Judges what it is asked, line by line: "url HEX" and "address HEX" (4 or 16 bytes), and answers the reason's name.

#include <cstdio>
#include <string>
#include <string_view>

#include "notifier/net/address_guard.hpp"

namespace {

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const unsigned high = notifier::detail::hex_digit(digits[i]).value_or(0);
    const unsigned low = notifier::detail::hex_digit(digits[i + 1]).value_or(0);
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string_view answer(const notifier::AddressGuard& guard, std::string_view line) {
  if (line.substr(0, 4) == "url ") return to_string(guard.judge_url(from_hex(line.substr(4))));
  if (line.substr(0, 8) != "address ") return "bad question";
  const std::string bytes = from_hex(line.substr(8));
  if (bytes.size() == 4) return to_string(guard.judge_address(notifier::IpAddress::v4(bytes.data())));
  if (bytes.size() == 16) return to_string(guard.judge_address(notifier::IpAddress::v6(bytes.data())));
  return "bad question";
}

}  // namespace

int main() {
  const notifier::AddressGuard guard;
  std::string line;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    const std::string_view reason = answer(guard, line);
    std::printf("%.*s\n", static_cast<int>(reason.size()), reason.data());
    line.clear();
  }
}
