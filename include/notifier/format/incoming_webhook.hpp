// What platforms have in common that take JSON at a URL of their own.

#pragma once

#include "notifier/model/header_view.hpp"
#include "notifier/model/platform_row.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What every request with a body in JSON says of itself.
inline constexpr HeaderView json_request_headers[] = {{"content-type", "application/json"},
                                                      {"user-agent", "notifier/2.0"}};

namespace detail {

inline constexpr PlatformField webhook_url_field = {"type_data.webhook_url", PlatformField::Kind::url,
                                                    PlatformField::Visibility::secret, true};

/// Where requests are not signed.
inline constexpr PlatformField no_signing_secret_field = {"type_data.signing_secret", PlatformField::Kind::refused,
                                                          PlatformField::Visibility::write_only, false,
                                                          "is for webhook notifiers alone"};

/// Of a platform that takes unsigned requests.
inline constexpr PlatformField unsigned_webhook_fields[] = {webhook_url_field, no_signing_secret_field};

}  // namespace detail
NOTIFIER_NAMESPACE_END
