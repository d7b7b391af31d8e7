// The time zones of the tests: UTC, and Paris with the changes of 2026.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/model/time.hpp"

inline constexpr auto paris_and_utc = [](std::string_view zone, notifier::Timestamp at) -> std::optional<std::int32_t> {
  if (zone == "UTC") return 0;
  if (zone != "Europe/Paris") return std::nullopt;
  const bool is_summer = at.ms >= 1774746000000 && at.ms < 1792890000000;  // 29 March and 25 October 2026, 01:00 UTC
  return is_summer ? 7200 : 3600;
};
