// Signatures of webhook deliveries, by Standard Webhooks
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), or, where the notifier
// says so, as GitHub (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries) and Stripe
// (https://docs.stripe.com/webhooks/signature) make them: for receivers that have a library for those.
//
// The receiver proves with them that a request comes from this host and is recent. They are made for every attempt
// anew, since they cover its time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/delivery.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/model/signing_secret.hpp"
#include "notifier/model/time.hpp"
#include "notifier/result.hpp"
#include "notifier/text/base64.hpp"

NOTIFIER_NAMESPACE_BEGIN

using Sha256Mac = std::array<std::uint8_t, 32>;

/// What a preview shows in the place of the two headers that depend on the time of sending.
inline constexpr std::string_view signature_preview = "computed when sent";

/// What is signed: `id.seconds.body`.
std::string signed_content(std::string_view id, Timestamp now, std::string_view body);

/// What signs a notifier's requests, as sign() takes it: its secrets, each with its dialect. Empty: they are not
/// signed.
std::vector<std::string> signing_secrets_of(const Notifier& notifier);

/// The value of the signature's header, of the dialect that the secrets say (read_dialect()). While keys rotate, a
/// receiver accepts the request if it knows any one of them.
///
/// - Standard Webhooks: one `v1,` and base64 for each secret, separated by spaces. The key is what the secret encodes.
/// - GitHub: `sha256=` and hex, of the body by the first secret: one is all that there is room for. The key is the
/// text.
/// - Stripe: `t=` and seconds, then `,v1=` and hex for each secret, of `seconds.body`. The key is the text, `whsec_`
///   included.
///
/// @param id    not in the signatures of GitHub and Stripe, and of any form there
/// @param hmac  HMAC-SHA256, called as `bool(std::string_view key, std::string_view message, Sha256Mac& out)`; false
///              where it fails. adapters/openssl.hpp has one.
/// @return errc::invalid where there is no secret, one is malformed or of another dialect than the first, the id is
///         empty or holds a dot (it could be read as another id and time), or `hmac` fails.
template <class Hmac>
Result<std::string> signature_header(std::string_view id, Timestamp now, std::string_view body,
                                     const std::vector<std::string>& secrets, Hmac&& hmac);

/// Sets the headers of a delivery that sign it for an attempt at `now`, in place of those of an earlier attempt:
/// webhook-id, webhook-timestamp and webhook-signature, or the one of another dialect. On an error the delivery is as
/// it was.
template <class Hmac>
Result<void> sign(Delivery& delivery, const std::vector<std::string>& secrets, Timestamp now, Hmac&& hmac);

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail::net {

void set_header(std::vector<Header>& headers, std::string_view lower_name, std::string value);
Error signature_error(const char* message);
/// The bytes that sign; empty where the secret is malformed, or of another dialect.
std::string signing_key(std::string_view secret, SignatureDialect dialect);
/// Appends one signature behind those that are there.
void append_signature(SignatureDialect dialect, const Sha256Mac& mac, std::string& header);
/// Whole seconds, rounded down also before 1970.
std::string unix_seconds(Timestamp time);

}  // namespace detail::net

template <class Hmac>
Result<std::string> signature_header(std::string_view id, Timestamp now, std::string_view body,
                                     const std::vector<std::string>& secrets, Hmac&& hmac) {
  using detail::net::signature_error;
  if (secrets.empty()) return signature_error("can't sign without a secret");
  const SignatureDialect dialect = read_dialect(secrets.front()).dialect;
  const bool is_standard = dialect == SignatureDialect::standard;
  if (is_standard && (id.empty() || id.find('.') != std::string_view::npos)) {
    return signature_error("can't sign a delivery whose key is empty or holds a dot");
  }
  std::string content;
  std::string header;
  if (is_standard) content = signed_content(id, now, body);
  if (dialect == SignatureDialect::stripe) {
    header = detail::net::unix_seconds(now);
    content.append(header).append(".").append(body);
    header.insert(0, "t=");
  }
  for (const std::string& secret : secrets) {
    const std::string key = detail::net::signing_key(secret, dialect);
    if (key.empty()) return signature_error("can't sign with a malformed secret");
    Sha256Mac mac{};
    const bool is_of_body = dialect == SignatureDialect::github;
    if (!hmac(std::string_view(key), is_of_body ? body : std::string_view(content), mac)) {
      return signature_error("HMAC-SHA256 failed");
    }
    detail::net::append_signature(dialect, mac, header);
    if (is_of_body) break;
  }
  return header;
}

template <class Hmac>
Result<void> sign(Delivery& delivery, const std::vector<std::string>& secrets, Timestamp now, Hmac&& hmac) {
  std::string joined;
  auto header = signature_header(delivery.idempotency_key, now, delivery.body.joined(joined), secrets, hmac);
  if (!header) return std::move(header).error();
  const SignatureDialect dialect = read_dialect(secrets.front()).dialect;
  if (dialect == SignatureDialect::standard) {
    detail::net::set_header(delivery.headers, "webhook-id", delivery.idempotency_key);
    detail::net::set_header(delivery.headers, "webhook-timestamp", detail::net::unix_seconds(now));
  }
  detail::net::set_header(delivery.headers, signature_header_name(dialect), *std::move(header));
  return {};
}

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/json/write_number.hpp"
#include "notifier/net/url.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

NOTIFIER_INLINE void set_header(std::vector<Header>& headers, std::string_view lower_name, std::string value) {
  for (Header& header : headers) {
    if (!equals_lower(header.name, lower_name)) continue;
    header.value = std::move(value);
    return;
  }
  headers.push_back({std::string(lower_name), std::move(value)});
}

NOTIFIER_INLINE Error signature_error(const char* message) {
  Error error;
  error.code = errc::invalid;
  error.message = message;
  return error;
}

NOTIFIER_INLINE std::string signing_key(std::string_view secret, SignatureDialect dialect) {
  const DialectSecret parts = read_dialect(secret);
  if (parts.dialect != dialect) return {};
  if (dialect != SignatureDialect::standard) return std::string(parts.text);
  auto key = parse_signing_secret(parts.text);
  return key ? *std::move(key) : std::string();
}

NOTIFIER_INLINE void append_signature(SignatureDialect dialect, const Sha256Mac& mac, std::string& header) {
  if (dialect == SignatureDialect::standard) {
    header += header.empty() ? "v1," : " v1,";
    return append_base64({reinterpret_cast<const char*>(mac.data()), mac.size()}, header);
  }
  header += dialect == SignatureDialect::github ? "sha256=" : ",v1=";
  for (const std::uint8_t byte : mac) {
    for (const unsigned half : {byte / 16u, byte % 16u}) header += "0123456789abcdef"[half];
  }
}

NOTIFIER_INLINE std::string unix_seconds(Timestamp time) {
  const std::int64_t seconds = time.ms / 1000 - (time.ms % 1000 < 0 ? 1 : 0);
  char text[20];
  return std::string(text, json::write_integer(seconds, text));
}

}  // namespace detail::net

NOTIFIER_INLINE std::vector<std::string> signing_secrets_of(const Notifier& notifier) {
  const Range<std::string> texts = notifier.type_data.texts("signing_secret");
  std::vector<std::string> secrets(texts.begin(), texts.end());
  const SignatureDialect dialect = dialect_named(notifier.type_data.text("signature"));
  if (dialect == SignatureDialect::standard) return secrets;
  for (std::string& secret : secrets) secret.insert(0, 1, ':').insert(0, to_string(dialect));
  return secrets;
}

NOTIFIER_INLINE std::string signed_content(std::string_view id, Timestamp now, std::string_view body) {
  std::string content(id);
  content += '.';
  content += detail::net::unix_seconds(now);
  content += '.';
  content += body;
  return content;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
