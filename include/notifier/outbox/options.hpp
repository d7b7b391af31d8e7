#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "notifier/delivery/retry.hpp"
#include "notifier/model/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How much one target is sent at a time.
struct TargetLimits {
  unsigned concurrency = 1;          ///< attempts under way at once; at least 1
  std::int64_t min_interval_ms = 0;  ///< between the beginnings of two attempts
};

/// The limits of each platform's targets: `limits[Platform::webhook] = {4, 0}`. Slack takes about one message a second
/// and webhook (https://api.slack.com/apis/rate-limits); all mail goes to one relay.
class PlatformLimits {
 public:
  constexpr PlatformLimits() noexcept = default;

  constexpr TargetLimits& operator[](Platform platform) noexcept { return limits_[index(platform)]; }
  constexpr const TargetLimits& operator[](Platform platform) const noexcept { return limits_[index(platform)]; }

  /// Those of all platforms, for `for`.
  constexpr TargetLimits* begin() noexcept { return limits_.data(); }
  constexpr TargetLimits* end() noexcept { return limits_.data() + limits_.size(); }

 private:
  static constexpr std::size_t index(Platform platform) noexcept { return static_cast<std::size_t>(platform); }

  std::array<TargetLimits, platform_count> limits_ = {{{4, 0}, {1, 1000}, {16, 0}, {2, 0}}};
};
inline constexpr PlatformLimits default_limits = {};

/// What an outbox takes from its host; every member has a default.
struct OutboxOptions {
  RetryPolicy retry;
  PlatformLimits limits = default_limits;
  /// Attempts under way at once to one host, over all of its targets, so that a host that hangs does not take all
  /// places.
  unsigned host_concurrency = 64;
  /// Sends a notifier's deliveries one by one, in the order they were enqueued: the next begins when the one before has
  /// arrived or is dead. One that is sent again by hand is out of order.
  bool keep_order = false;
  /// How long a delivery is held for a notifier that is switched off; then it is dead.
  std::int64_t hold_ms = std::int64_t{3} * 24 * 3'600'000;
  /// How long the record of a delivery is kept after it arrived or died: as long, its key is not delivered again.
  std::int64_t keep_delivered_ms = std::int64_t{7} * 24 * 3'600'000;
  std::int64_t keep_dead_ms = std::int64_t{30} * 24 * 3'600'000;
  /// Uniform random numbers for the jitter. Empty: no jitter.
  std::function<std::uint32_t()> random;
};

NOTIFIER_NAMESPACE_END
