// A webhook: the event itself, byte for byte as it came in. There is nothing to format but the frame.

#pragma once

#include "notifier/model/delivery.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What every request says of itself; `webhook-id` and a webhook's signature come on top.
inline constexpr HeaderView json_request_headers[] = {{"content-type", "application/json"},
                                                      {"user-agent", "notifier/2.0"}};

NOTIFIER_NAMESPACE_END
