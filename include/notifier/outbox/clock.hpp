// The time by which records are kept: one that a clock which is wrong for a while, or over a restart, cannot run away
// with.

#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "notifier/delivery/retry.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/model/time.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Follows the time of day, but runs at least half and at most twice as fast as the steady clock. So it never goes
/// back; a clock that is ten years ahead for an hour brings it forward by one, and one that was set back for good makes
/// it stand behind for no longer than twice the difference. Of the time in which nothing ran it takes a bounded part at
/// once.
class OutboxTime {
 public:
  /// Begins with what the store has.
  /// @param most_ms  what a restart may bring it forward at once
  void begin(const std::optional<OutboxClock>& stored, Moment now, std::int64_t most_ms) {
    has_begun_ = true;
    steady_ = now.steady_ms;
    kept_ = valid(now.wall);
    if (!stored) return;
    // Counted from when the time of day was last looked at, so that a process that starts again and again while its
    // clock is wrong gains by it only once.
    const std::int64_t gap = clamped_gap(stored->wall.ms, now.wall.ms, most_ms);
    const std::int64_t before = valid(stored->kept);
    kept_ = before + clamped_gap(before, kept_, gap);
  }

  Timestamp at(Moment now) {
    if (!has_begun_) begin(std::nullopt, now, 0);
    const std::int64_t run = clamped_gap(steady_, now.steady_ms, longest_run);
    steady_ = (std::max)(steady_, now.steady_ms);
    kept_ = (std::clamp)(valid(now.wall), kept_ + run / 2, kept_ + 2 * run);
    return {kept_};
  }

 private:
  static constexpr std::int64_t valid(Timestamp at) {
    return (std::clamp)(at.ms, first_timestamp.ms, last_timestamp.ms);
  }

  static constexpr std::int64_t longest_run = (std::numeric_limits<std::int64_t>::max)() / 8;

  bool has_begun_ = false;
  std::int64_t steady_ = 0;
  std::int64_t kept_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
