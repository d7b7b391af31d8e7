// When to try again, and when to give up: pure functions of state, time and one random number.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "notifier/model/time.hpp"
#include "notifier/model/verdict.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How patient a host is. The defaults span some 18 hours, as Standard Webhooks advises.
struct RetryPolicy {
  /// The wait after each failed attempt, in milliseconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h. After one attempt more
  /// than there are entries, a delivery is dead.
  std::vector<std::int64_t> delays_ms = {5'000, 300'000, 1'800'000, 7'200'000, 18'000'000, 36'000'000};
  /// A wait is made longer by up to this part of itself, so that what failed together does not come back together.
  unsigned jitter_percent = 20;
  /// The longest wait a target may ask for with Retry-After.
  std::int64_t max_retry_after_ms = 3'600'000;
  /// A notifier that has done nothing but fail for so long, and at least so many times, is to be switched off. Zero
  /// failures: never.
  std::int64_t disable_after_ms = std::int64_t{5} * 24 * 3'600'000;
  unsigned disable_after_failures = 10;
};

/// What comes after an attempt.
struct NextStep {
  enum class Kind : std::uint8_t { done, again, dead };

  Kind kind = Kind::dead;
  std::int64_t wait_ms = 0;                     ///< Kind::again: for so long
  std::optional<std::int64_t> target_pause_ms;  ///< nothing else may go to this target for so long
};

/// Decides what comes after an attempt. Verdict::Action::postpone is no attempt, and not for here.
///
/// @param attempts  how many have been made, this one included; at least 1
/// @param random    uniformly distributed: where in the jitter's range the wait ends
NextStep next_attempt(unsigned attempts, const Verdict& verdict, const RetryPolicy& policy,
                      std::uint32_t random) noexcept;

/// The longest wait that next_attempt() decides on, with all of the jitter.
///
/// @param attempts  how many have been made; 0: the longest after any
std::int64_t longest_wait_ms(const RetryPolicy& policy, unsigned attempts = 0) noexcept;

/// How a notifier fares, over all of its deliveries. The value-initialized state is good health.
///
/// What 1.0 stored says since when it fails, and how often: that is read as the latest failure, of zero milliseconds,
/// so that a clock which was wrong then switches nobody off now.
struct NotifierHealth {
  std::int64_t failing_ms = 0;  ///< from the first failure since the last success to the latest, by the steady clock
  Timestamp last_failure;       ///< the latest, by the time of day, where `failures` is not 0
  unsigned failures = 0;        ///< since the last success

  friend bool operator==(const NotifierHealth& a, const NotifierHealth& b) noexcept {
    return a.failures == b.failures && a.failing_ms == b.failing_ms && a.last_failure == b.last_failure;
  }
  friend bool operator!=(const NotifierHealth& a, const NotifierHealth& b) noexcept { return !(a == b); }
};

/// The health after an attempt. To be throttled, or not to be tried at all, is neither a success nor a failure.
///
/// @param wall    when the attempt ended
/// @param gap_ms  how long before that the latest failure was, where there was one
NotifierHealth next_health(NotifierHealth health, const Verdict& verdict, Timestamp wall, std::int64_t gap_ms) noexcept;

/// How long ago the latest failure was, where only the time of day can tell: after a restart. At most a quarter of what
/// switches a notifier off, since that clock may have been set.
std::int64_t gap_after_restart_ms(const NotifierHealth& health, Timestamp wall, const RetryPolicy& policy) noexcept;

/// Whether a notifier is to be switched off, after an attempt with this verdict that led to this health.
inline bool is_to_be_disabled(const NotifierHealth& health, const Verdict& verdict,
                              const RetryPolicy& policy) noexcept {
  if (verdict.action == Verdict::Action::disable) return true;
  return policy.disable_after_failures != 0 && health.failures >= policy.disable_after_failures &&
         health.failing_ms >= policy.disable_after_ms;
}

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstddef>
#include <limits>

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// How long from one moment to another, at least 0 and at most so much; whatever the two are.
constexpr std::int64_t clamped_gap(std::int64_t from, std::int64_t to, std::int64_t most) noexcept {
  if (to <= from || most <= 0) return 0;
  const std::uint64_t gap = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  return gap < static_cast<std::uint64_t>(most) ? static_cast<std::int64_t>(gap) : most;
}

constexpr std::int64_t jitter_range_ms(std::int64_t wait, const RetryPolicy& policy) noexcept {
  return wait / 100 * policy.jitter_percent;
}

}  // namespace detail

NOTIFIER_INLINE NextStep next_attempt(unsigned attempts, const Verdict& verdict, const RetryPolicy& policy,
                                      std::uint32_t random) noexcept {
  using Action = Verdict::Action;
  if (verdict.action == Action::delivered) return {NextStep::Kind::done, 0, std::nullopt};
  NextStep step;
  const std::int64_t asked =
      (std::clamp)(verdict.retry_after_ms.value_or(0), std::int64_t{0}, policy.max_retry_after_ms);
  const bool known = attempts >= 1 && attempts <= policy.delays_ms.size();
  const std::int64_t scheduled = known ? policy.delays_ms[attempts - 1] : 0;
  if (verdict.action == Action::throttle) step.target_pause_ms = verdict.retry_after_ms ? asked : scheduled;
  if (!known || verdict.action == Action::disable || verdict.action == Action::fail) return step;
  const std::int64_t wait = (std::max)(scheduled, asked);
  const std::int64_t jitter = (detail::jitter_range_ms(wait, policy) * (random >> 16)) >> 16;
  step.kind = NextStep::Kind::again;
  step.wait_ms = wait + jitter;
  return step;
}

NOTIFIER_INLINE std::int64_t longest_wait_ms(const RetryPolicy& policy, unsigned attempts) noexcept {
  std::int64_t wait = policy.max_retry_after_ms;
  for (std::size_t i = 0; i < policy.delays_ms.size(); ++i) {
    if (attempts == 0 || attempts == i + 1) wait = (std::max)(wait, policy.delays_ms[i]);
  }
  return wait + detail::jitter_range_ms(wait, policy);
}

NOTIFIER_INLINE NotifierHealth next_health(NotifierHealth health, const Verdict& verdict, Timestamp wall,
                                           std::int64_t gap_ms) noexcept {
  switch (verdict.action) {
    case Verdict::Action::delivered: return {};
    case Verdict::Action::throttle:
    case Verdict::Action::postpone: return health;
    default: break;
  }
  constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)();
  if (health.failures != 0) health.failing_ms += (std::clamp)(gap_ms, std::int64_t{0}, most - health.failing_ms);
  health.last_failure = wall;
  if (health.failures != static_cast<unsigned>(-1)) ++health.failures;
  return health;
}

NOTIFIER_INLINE std::int64_t gap_after_restart_ms(const NotifierHealth& health, Timestamp wall,
                                                  const RetryPolicy& policy) noexcept {
  return detail::clamped_gap(health.last_failure.ms, wall.ms, policy.disable_after_ms / 4);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
