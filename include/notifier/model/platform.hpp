#pragma once

#include <cstddef>
#include <cstdint>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a notifier sends to. The order is internal, but only ever added to: version 1.0 stored the
/// numbers, and wasm records have them. Answers list platforms as the public API does.
enum class Platform : std::uint8_t {
  email,
  slack,
  webhook,
  rocket_chat,
  mattermost,
  discord,
  microsoft_teams,
  google_chat,
  telegram,
  ntfy,
  gotify,
  matrix,
  pushover,
  pagerduty
};

inline constexpr std::size_t platform_count = 14;

NOTIFIER_NAMESPACE_END
