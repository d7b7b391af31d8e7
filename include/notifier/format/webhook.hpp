// A webhook: the event itself, byte for byte as it came in. There is nothing to format but the frame.

#pragma once

#include "notifier/delivery/delivery.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What every request says of itself; a webhook's signature headers come on top.
inline constexpr HeaderView json_request_headers[] = {{"Content-Type", "application/json"}};

NOTIFIER_NAMESPACE_END
