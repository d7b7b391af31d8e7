// How often attempts may begin at one target.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "notifier/model/target_limits.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The limits of a target, and what they have to remember. All times are of the steady clock.
class OutboxPace {
 public:
  OutboxPace() = default;
  /// @param named  what the host says, where it says something
  /// @param own    what the delivery came with, likewise; of a platform that nothing is known of, it is as of a webhook
  OutboxPace(const TargetLimits& named, const TargetLimits& own) noexcept
      : limits_(named.concurrency != 0 ? named
                : own.concurrency != 0 ? own
                                       : TargetLimits{16, 0}) {}

  const TargetLimits& limits() const noexcept { return limits_; }

  /// Takes down that an attempt begins. @return when the next one may
  std::int64_t begin(std::int64_t now) {
    std::int64_t next = now + limits_.min_interval_ms;
    std::size_t most = 0;
    for (const RateWindow& window : limits_.windows) most = (std::max)(most, std::size_t{window.count});
    if (most == 0) return next;
    begun_.push_back(now);
    if (begun_.size() > most) begun_.erase(begun_.begin());
    for (const RateWindow& window : limits_.windows) {
      if (window.count == 0 || begun_.size() < window.count) continue;
      next = (std::max)(next, begun_[begun_.size() - window.count] + window.per_ms);
    }
    return next;
  }

  /// How long what was begun counts for what may begin.
  std::int64_t remembered_until() const noexcept {
    std::int64_t until = (std::numeric_limits<std::int64_t>::min)();
    for (const RateWindow& window : limits_.windows) {
      if (!begun_.empty()) until = (std::max)(until, begun_.back() + window.per_ms);
    }
    return until;
  }

 private:
  TargetLimits limits_;
  std::vector<std::int64_t> begun_;  // the last attempts, as many as the windows count
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
