// A webhook: the event itself, byte for byte as it came in. There is nothing to write; where there are signing secrets,
// a signature comes on top when it is sent (delivery/signature.hpp).

#pragma once

#include "notifier/format/incoming_webhook.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr PlatformField webhook_fields[] = {
    webhook_url_field,
    {"type_data.signing_secret", PlatformField::Kind::signing_secrets, PlatformField::Visibility::write_only, false},
};

}  // namespace detail

inline constexpr TargetLimits webhook_target_limits = {16, 0};

inline constexpr PlatformRow webhook_row = [] {
  PlatformRow row;
  row.platform = Platform::webhook;
  row.id = "5982f145d48c3600273ef08a";
  row.name = "webhook";
  row.display_name = "Webhook";
  row.description = "Sends each event as an HTTP request to the address you give.";
  row.logo_url =
      "https://cdn2.scalingo.com/dashboard/assets/images/notification/webhook-1f16734c1d9b61dff4460d067ab980ec.svg";
  row.fields = detail::webhook_fields;
  row.sends_event = true;
  row.idempotency_header = "webhook-id";
  return row;
}();

NOTIFIER_NAMESPACE_END
