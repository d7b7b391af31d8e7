// A webhook: the event itself, byte for byte as it came in, unless the notifier has a body of its own
// (message/body_template.hpp). Where there are signing secrets, a signature comes on top when it is sent
// (delivery/signature.hpp).

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
    {"type_data.signature",
     PlatformField::Kind::choice,
     PlatformField::Visibility::open,
     false,
     {},
     Place::none,
     {},
     {},
     "standard github stripe"},
    {"type_data.method",
     PlatformField::Kind::choice,
     PlatformField::Visibility::open,
     false,
     {},
     Place::method,
     {},
     {},
     "POST PUT PATCH"},
    {"type_data.headers",
     PlatformField::Kind::headers,
     PlatformField::Visibility::write_only,
     false,
     {},
     Place::header},
    {"type_data.body", PlatformField::Kind::json, PlatformField::Visibility::secret, false, {}, Place::whole},
};

}  // namespace detail

inline constexpr PlatformRow webhook_row = [] {
  PlatformRow row;
  row.platform = Platform::webhook;
  row.id = "5982f145d48c3600273ef08a";
  row.name = "webhook";
  row.display_name = "Webhook";
  row.description = "Sends each event as an HTTP request to the address you give.";
  row.fields = detail::webhook_fields;
  row.headers = json_request_headers;
  row.sends_event = true;
  row.key_in = Place::header;
  row.key_name = "webhook-id";
  row.target_limits = {16, 0};
  return row;
}();

NOTIFIER_NAMESPACE_END
