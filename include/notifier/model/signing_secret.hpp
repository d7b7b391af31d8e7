// Signing secrets: of Standard Webhooks, as people copy them, and of others whose receivers know another signature.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline constexpr std::string_view signing_secret_prefix = "whsec_";

/// How requests are signed: what receivers have a library for.
enum class SignatureDialect : std::uint8_t {
  standard,  ///< Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature
  github,    ///< x-hub-signature-256, of the body
  stripe,    ///< stripe-signature, of time and body
};

/// The dialect's name: "standard", "github", "stripe".
constexpr std::string_view to_string(SignatureDialect dialect) noexcept {
  return dialect == SignatureDialect::github ? "github" : dialect == SignatureDialect::stripe ? "stripe" : "standard";
}

/// The dialect of this name; Standard Webhooks for any other.
constexpr SignatureDialect dialect_named(std::string_view name) noexcept {
  return name == "github"   ? SignatureDialect::github
         : name == "stripe" ? SignatureDialect::stripe
                            : SignatureDialect::standard;
}

/// The header that holds a dialect's signature, in lower case.
constexpr std::string_view signature_header_name(SignatureDialect dialect) noexcept {
  return dialect == SignatureDialect::github   ? "x-hub-signature-256"
         : dialect == SignatureDialect::stripe ? "stripe-signature"
                                               : "webhook-signature";
}

/// A secret of sign(), in its two parts. Secrets of Standard Webhooks stand as they are, others behind their dialect's
/// name and a colon, as "github:text": no base64 has a colon.
struct DialectSecret {
  SignatureDialect dialect = SignatureDialect::standard;
  std::string_view text;  ///< borrowed
};
constexpr DialectSecret read_dialect(std::string_view secret) noexcept {
  for (const SignatureDialect dialect : {SignatureDialect::github, SignatureDialect::stripe}) {
    const std::string_view name = to_string(dialect);
    if (secret.size() > name.size() && secret[name.size()] == ':' && secret.substr(0, name.size()) == name) {
      return {dialect, secret.substr(name.size() + 1)};
    }
  }
  return {SignatureDialect::standard, secret};
}

/// Reads a signing secret: 24 to 64 bytes in base64, with or without `whsec_` before it, with all of its padding or
/// none. The key is that which npm's standardwebhooks and svix make of the same text: bits that no byte uses are left
/// out.
/// @return the key's bytes; or errc::invalid with a message fit for a form field, which holds nothing of the secret.
Result<std::string> parse_signing_secret(std::string_view secret);

/// Whether parse_signing_secret() reads it.
bool is_signing_secret(std::string_view secret) noexcept;

/// Whether a text can be a secret of another dialect: there the bytes of any are the key, and here those of one line of
/// UTF-8, at most 255, without spaces around it, which nobody would see.
bool is_signing_text(std::string_view text) noexcept;

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/text/base64.hpp"
#include "notifier/text/is_utf8.hpp"

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

NOTIFIER_INLINE bool is_signing_text(std::string_view text) noexcept {
  if (text.empty() || text.size() > 255 || text.front() == ' ' || text.back() == ' ' || !is_utf8(text)) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) return false;
  }
  return true;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
