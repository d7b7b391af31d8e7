// Signatures of webhook deliveries, by Standard Webhooks
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
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

/// The value of webhook-signature: one `v1,` and base64 for each secret, separated by spaces. While keys rotate, a
/// receiver accepts the request if it knows any one of them.
///
/// @param hmac  HMAC-SHA256, called as `bool(std::string_view key, std::string_view message, Sha256Mac& out)`; false
///              where it fails. adapters/openssl.hpp has one.
/// @return errc::invalid where there is no secret, one is malformed, the id is empty or holds a dot (it could be read
///         as another id and time), or `hmac` fails.
template <class Hmac>
Result<std::string> signature_header(std::string_view id, Timestamp now, std::string_view body,
                                     const std::vector<std::string>& secrets, Hmac&& hmac);

/// Sets the headers webhook-id, webhook-timestamp and webhook-signature of a delivery for an attempt at `now`, in place
/// of those of an earlier attempt. On an error the delivery is as it was.
template <class Hmac>
Result<void> sign(Delivery& delivery, const std::vector<std::string>& secrets, Timestamp now, Hmac&& hmac);

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail::net {

void set_header(std::vector<Header>& headers, std::string_view lower_name, std::string value);
Error signature_error(const char* message);
/// Whole seconds, rounded down also before 1970.
std::string unix_seconds(Timestamp time);

}  // namespace detail::net

template <class Hmac>
Result<std::string> signature_header(std::string_view id, Timestamp now, std::string_view body,
                                     const std::vector<std::string>& secrets, Hmac&& hmac) {
  using detail::net::signature_error;
  if (id.empty() || id.find('.') != std::string_view::npos) {
    return signature_error("can't sign a delivery whose key is empty or holds a dot");
  }
  if (secrets.empty()) return signature_error("can't sign without a secret");
  const std::string content = signed_content(id, now, body);
  std::string header;
  for (const std::string& secret : secrets) {
    const auto key = parse_signing_secret(secret);
    if (!key) return signature_error("can't sign with a malformed secret");
    Sha256Mac mac{};
    if (!hmac(std::string_view(*key), std::string_view(content), mac)) return signature_error("HMAC-SHA256 failed");
    header += header.empty() ? "v1," : " v1,";
    append_base64({reinterpret_cast<const char*>(mac.data()), mac.size()}, header);
  }
  return header;
}

template <class Hmac>
Result<void> sign(Delivery& delivery, const std::vector<std::string>& secrets, Timestamp now, Hmac&& hmac) {
  std::string joined;
  auto header = signature_header(delivery.idempotency_key, now, delivery.body.joined(joined), secrets, hmac);
  if (!header) return std::move(header).error();
  detail::net::set_header(delivery.headers, "webhook-id", delivery.idempotency_key);
  detail::net::set_header(delivery.headers, "webhook-timestamp", detail::net::unix_seconds(now));
  detail::net::set_header(delivery.headers, "webhook-signature", *std::move(header));
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

NOTIFIER_INLINE std::string unix_seconds(Timestamp time) {
  const std::int64_t seconds = time.ms / 1000 - (time.ms % 1000 < 0 ? 1 : 0);
  char text[20];
  return std::string(text, json::write_integer(seconds, text));
}

}  // namespace detail::net

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
