#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whether `text` contains `word`, which is in lower case, in any case.
inline bool contains(std::string_view text, std::string_view word) noexcept {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b; };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

/// Whether the value under a key of data that nobody described may be a secret, by the key's name. Rather too often.
inline bool has_secret_name(std::string_view key) noexcept {
  static constexpr std::string_view parts[] = {
      "value",   "secret",  "token", "passw",         "passphrase", "key",       "credential", "cookie",
      "session", "private", "hook",  "authorization", "voucher",    "signature", "drain",      "dsn"};
  static constexpr std::string_view names[] = {"auth", "code", "otp", "pass", "pin", "pwd"};
  return std::any_of(std::begin(parts), std::end(parts), [&](std::string_view part) { return contains(key, part); }) ||
         std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view name) { return key.size() == name.size() && contains(key, name); });
}

/// Whether a text holds a URL that may carry a secret: a user or password before its host, or a query.
inline bool holds_secret_url(std::string_view text) noexcept {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
    const std::string_view rest = text.substr(at + 3);
    const std::string_view url = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>"));
    if (url.find('?') != std::string_view::npos || url.substr(0, url.find('/')).find('@') != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
