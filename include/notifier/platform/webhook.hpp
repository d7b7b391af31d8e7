// A webhook: the event itself, byte for byte as it came in. There is nothing to format but the frame.

#pragma once

#include "notifier/model/delivery.hpp"
#include "notifier/model/platform_row.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline constexpr PlatformRow webhook_row = {
    Platform::webhook,
    "5982f145d48c3600273ef08a",
    "webhook",
    "Webhook",
    "Sends each event as an HTTP request to the address you give.",
    "https://cdn2.scalingo.com/dashboard/assets/images/notification/webhook-1f16734c1d9b61dff4460d067ab980ec.svg",
};

/// What every request says of itself; `webhook-id` and a webhook's signature come on top.
inline constexpr HeaderView json_request_headers[] = {{"content-type", "application/json"},
                                                      {"user-agent", "notifier/2.0"}};

NOTIFIER_NAMESPACE_END
