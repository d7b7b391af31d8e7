#pragma once

#include <array>
#include <cstdint>

#include "notifier/model/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How much one target is sent at a time.
struct TargetLimits {
  unsigned concurrency = 1;          ///< attempts under way at once; at least 1
  std::int64_t min_interval_ms = 0;  ///< between the beginnings of two attempts
};

/// Limits by platform, in the order of the enum.
using PlatformLimits = std::array<TargetLimits, platform_count>;

NOTIFIER_NAMESPACE_END
