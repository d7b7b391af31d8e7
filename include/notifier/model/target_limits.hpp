#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "notifier/model/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// So many attempts may begin within any span of that length.
struct RateWindow {
  std::uint32_t count = 0;  ///< 0: any number
  std::int64_t per_ms = 0;
};

/// How much one target is sent at a time.
struct TargetLimits {
  unsigned concurrency = 0;          ///< attempts under way at once; 0: as the platform's row says
  std::int64_t min_interval_ms = 0;  ///< between the beginnings of two attempts
  RateWindow windows[4] = {};        ///< all of them are kept
};

/// The limits of each platform's targets: `limits[Platform::webhook] = {4, 0}`. Those that have no concurrency are left
/// to the platforms' rows. Platforms of a host's own have one place together.
class PlatformLimits {
 public:
  constexpr PlatformLimits() noexcept = default;

  constexpr TargetLimits& operator[](Platform platform) noexcept { return limits_[index(platform)]; }
  constexpr const TargetLimits& operator[](Platform platform) const noexcept { return limits_[index(platform)]; }

  /// Those of all platforms, for `for`.
  constexpr TargetLimits* begin() noexcept { return limits_.data(); }
  constexpr TargetLimits* end() noexcept { return limits_.data() + limits_.size(); }

 private:
  static constexpr std::size_t index(Platform platform) noexcept {
    return is_own(platform) ? platform_count : static_cast<std::size_t>(platform);
  }

  std::array<TargetLimits, platform_count + 1> limits_ = {};
};

NOTIFIER_NAMESPACE_END
