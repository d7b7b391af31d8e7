#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a notifier sends to. The order is internal; answers list platforms as the public API does.
enum class Platform : std::uint8_t { email, slack, webhook, rocket_chat };

inline constexpr std::size_t platform_count = 4;

/// The platform's name, which is also its notifiers' `type`: "email", "slack", "webhook", "rocket_chat".
constexpr std::string_view to_string(Platform platform) noexcept {
  switch (platform) {
    case Platform::email: return "email";
    case Platform::slack: return "slack";
    case Platform::webhook: return "webhook";
    case Platform::rocket_chat: return "rocket_chat";
  }
  return "unknown";
}

NOTIFIER_NAMESPACE_END
