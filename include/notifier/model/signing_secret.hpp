// Signing secrets, as Standard Webhooks writes them and people copy them.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline constexpr std::string_view signing_secret_prefix = "whsec_";

/// Reads a signing secret: 24 to 64 bytes in base64, with or without `whsec_` before it, with all of its padding or
/// none. The key is that which npm's standardwebhooks and svix make of the same text: bits that no byte uses are left
/// out.
/// @return the key's bytes; or errc::invalid with a message fit for a form field, which holds nothing of the secret.
Result<std::string> parse_signing_secret(std::string_view secret);

/// Whether parse_signing_secret() reads it.
bool is_signing_secret(std::string_view secret) noexcept;

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/text/base64.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// The digits of a secret's base64.
/// @return what is wrong with it, or nullptr
inline const char* read_signing_secret(std::string_view secret, std::string_view& digits) noexcept {
  digits = secret;
  if (digits.substr(0, signing_secret_prefix.size()) == signing_secret_prefix) {
    digits.remove_prefix(signing_secret_prefix.size());
  }
  const bool is_whole = digits.size() % 4 == 0;
  for (int padding = 0; is_whole && padding < 2 && !digits.empty() && digits.back() == '='; ++padding) {
    digits.remove_suffix(1);
  }
  if (digits.size() % 4 == 1 || !base64::are_digits(digits)) {
    return "must be base64, with or without whsec_ before it";
  }
  const std::size_t bytes = digits.size() * 3 / 4;
  return bytes < 24 || bytes > 64 ? "must have a key of 24 to 64 bytes" : nullptr;
}

}  // namespace detail

NOTIFIER_INLINE Result<std::string> parse_signing_secret(std::string_view secret) {
  std::string_view digits;
  if (const char* fault = detail::read_signing_secret(secret, digits)) {
    Error error;
    error.code = errc::invalid;
    error.message = fault;
    return error;
  }
  std::string key;
  detail::base64::append_bytes(digits, key);
  return key;
}

NOTIFIER_INLINE bool is_signing_secret(std::string_view secret) noexcept {
  std::string_view digits;
  return detail::read_signing_secret(secret, digits) == nullptr;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
