#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The words of a name as `apiKey`, `api-key` or `API_KEY`, in lower case, with a space before and behind each. What
/// does not fit is left out from the front: the last words say what it is.
class NameWords {
 public:
  explicit NameWords(std::string_view name) noexcept {
    constexpr std::size_t most = 96;
    if (name.size() > most) name.remove_prefix(name.size() - most);
    put(' ');
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (!is_letter_or_digit(name[i])) {
        put(' ');
        continue;
      }
      // A word begins at apiKey's K, at the S of an APIServer, and not within an API.
      const bool after_lower = i > 0 && is_letter_or_digit(name[i - 1]) && !is_upper(name[i - 1]);
      const bool before_lower = i + 1 < name.size() && is_letter(name[i + 1]) && !is_upper(name[i + 1]);
      const bool after_upper = i > 0 && is_upper(name[i - 1]);
      if (is_upper(name[i]) && (after_lower || (after_upper && before_lower))) put(' ');
      put(to_lower(name[i]));
    }
    put(' ');
  }

  /// @param words  in lower case, with single spaces between them
  bool has(std::string_view words) const noexcept {
    const std::string_view all = text();
    for (std::size_t at = all.find(words); at != std::string_view::npos; at = all.find(words, at + 1)) {
      if (all[at - 1] == ' ' && all[at + words.size()] == ' ') return true;
    }
    return false;
  }
  /// Whether some word ends with these letters.
  bool has_word_end(std::string_view end) const noexcept {
    const std::string_view all = text();
    for (std::size_t at = all.find(end); at != std::string_view::npos; at = all.find(end, at + 1)) {
      if (all[at + end.size()] == ' ') return true;
    }
    return false;
  }
  bool ends_with(std::string_view word) const noexcept {
    const std::string_view all = text();
    return all.size() > word.size() + 1 && all.substr(all.size() - word.size() - 1, word.size()) == word &&
           all[all.size() - word.size() - 2] == ' ';
  }

 private:
  static bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
  std::string_view text() const noexcept { return {text_.data(), size_}; }
  void put(char c) noexcept {
    if (c != ' ' || size_ == 0 || text_[size_ - 1] != ' ') text_[size_++] = c;
  }

  std::array<char, 256> text_{};
  std::size_t size_ = 0;
};

/// Whether the value under a key of data may be a secret, by the whole words of the key's name: `api_key`, `apiKey`,
/// `token`, `dbPassword`; not `keyboard`, `key_figure`, `token_count`, `exit_code`. Rather too often.
inline bool has_secret_name(std::string_view key) noexcept {
  static constexpr std::string_view words[] = {"secret",       "secrets",       "token",         "tokens",
                                               "password",     "passwords",     "passwd",        "passphrase",
                                               "passcode",     "pass",          "pwd",           "apikey",
                                               "apikeys",      "credential",    "credentials",   "cookie",
                                               "cookies",      "auth",          "authorization", "bearer",
                                               "jwt",          "otp",           "totp",          "pin",
                                               "cvv",          "cvc",           "signature",     "voucher",
                                               "dsn",          "webhook",       "webhooks",      "drain",
                                               "session id",   "session key",   "csrf",          "auth code",
                                               "otp code",     "recovery code", "backup code",   "recovery codes",
                                               "backup codes", "access code",   "security code", "verification code",
                                               "login code",   "reset code"};
  // Written in one with what stands before, as PGPASSWORD.
  static constexpr std::string_view ends[] = {"password", "passwd", "passphrase", "token", "secret", "apikey"};
  // Before "key" or "keys" at the end.
  static constexpr std::string_view kinds_of_keys[] = {
      "api",     "access", "secret", "private", "signing", "encryption", "license",  "ssh",        "account",
      "auth",    "master", "shared", "app",     "service", "client",     "consumer", "session",    "deploy",
      "storage", "admin",  "root",   "host",    "gpg",     "pgp",        "hmac",     "activation", "recovery"};
  // Of what is about a secret and is none.
  static constexpr std::string_view harmless[] = {
      "name",   "names",  "count", "type",   "kind",    "label",    "figure",   "length",  "size",     "limit",
      "policy", "status", "state", "expiry", "expires", "provider", "strength", "enabled", "required", "protected"};
  const NameWords name(key);
  if (std::any_of(std::begin(harmless), std::end(harmless), [&](auto word) { return name.ends_with(word); }))
    return false;
  if (std::any_of(std::begin(words), std::end(words), [&](auto word) { return name.has(word); })) return true;
  if (std::any_of(std::begin(ends), std::end(ends), [&](auto end) { return name.has_word_end(end); })) return true;
  if (!name.has("key") && !name.has("keys")) return false;
  return std::any_of(std::begin(kinds_of_keys), std::end(kinds_of_keys), [&](auto word) { return name.has(word); });
}

/// The variable kinds carry what variables hold.
inline bool is_of_variables(std::string_view kind) noexcept {
  return kind == "new_variable" || kind == "edit_variable" || kind == "delete_variable" || kind == "edit_variables";
}

/// The same, of an event of a kind: `value` and `old_value` of a variable are secret in every vocabulary.
inline bool has_secret_name(std::string_view kind, std::string_view key) noexcept {
  return has_secret_name(key) || (is_of_variables(kind) && (key == "value" || key == "old_value"));
}

/// What a host says of names beyond that: the names as they stand in events.
struct SecretNames {
  std::vector<std::string> secret;
  std::vector<std::string> open;  ///< no secrets, though they look like it; of variables they are

  bool is_secret(std::string_view kind, std::string_view key) const {
    const auto has = [key](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), key) != names.end();
    };
    if (has(secret)) return true;
    return has_secret_name(kind, key) && (!has(open) || (is_of_variables(kind) && !has_secret_name(key)));
  }
};

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
