#pragma once

#include <cstddef>
#include <cstdint>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a notifier sends to. The order is internal, but only ever added to: version 1.0 stored the
/// numbers, and wasm records have them. Answers list platforms as the public API does. From first_own_platform on are
/// those of hosts, by rows of vocabularies: their numbers last as long as the program runs.
enum class Platform : std::uint16_t {
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

inline constexpr std::size_t first_own_platform = 256;

/// Whether it is one of a host's own.
constexpr bool is_own(Platform platform) noexcept { return static_cast<std::size_t>(platform) >= first_own_platform; }

NOTIFIER_NAMESPACE_END
