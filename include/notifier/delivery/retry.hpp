// When to try again, and when to give up: pure functions of state, time and one random number.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "notifier/delivery/classify.hpp"
#include "notifier/model/time.hpp"

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
  Timestamp at;                                  ///< Kind::again: not before then
  std::optional<Timestamp> target_paused_until;  ///< nothing else may go to this target before then
};

/// Decides what comes after an attempt.
///
/// @param attempts  how many have been made, this one included; at least 1
/// @param now       when the attempt ended
/// @param random    uniformly distributed: where in the jitter's range the wait ends
inline NextStep next_attempt(unsigned attempts, Timestamp now, const Verdict& verdict, const RetryPolicy& policy,
                             std::uint32_t random) noexcept {
  using Action = Verdict::Action;
  if (verdict.action == Action::delivered) return {NextStep::Kind::done, now, std::nullopt};
  NextStep step;
  const std::int64_t asked =
      (std::clamp)(verdict.retry_after_ms.value_or(0), std::int64_t{0}, policy.max_retry_after_ms);
  const bool known = attempts >= 1 && attempts <= policy.delays_ms.size();
  const std::int64_t scheduled = known ? policy.delays_ms[attempts - 1] : 0;
  if (verdict.action == Action::throttle) {
    const std::int64_t pause = verdict.retry_after_ms ? asked : scheduled;
    step.target_paused_until = Timestamp{now.ms + pause};
  }
  if (!known || verdict.action == Action::disable || verdict.action == Action::fail) return step;
  const std::int64_t wait = (std::max)(scheduled, asked);
  const std::int64_t range = wait / 100 * policy.jitter_percent;
  const std::int64_t jitter = (range * (random >> 16)) >> 16;
  step.kind = NextStep::Kind::again;
  step.at = {now.ms + wait + jitter};
  return step;
}

/// How a notifier fares, over all of its deliveries. The value-initialized state is good health.
struct NotifierHealth {
  Timestamp failing_since;  ///< of the first failure since the last success, where `failures` is not 0
  unsigned failures = 0;    ///< since the last success

  friend bool operator==(const NotifierHealth& a, const NotifierHealth& b) noexcept {
    return a.failures == b.failures && a.failing_since == b.failing_since;
  }
  friend bool operator!=(const NotifierHealth& a, const NotifierHealth& b) noexcept { return !(a == b); }
};

/// The health after an attempt. To be throttled is neither a success nor a failure.
inline NotifierHealth next_health(NotifierHealth health, Timestamp now, const Verdict& verdict) noexcept {
  switch (verdict.action) {
    case Verdict::Action::delivered: return {};
    case Verdict::Action::throttle: return health;
    default: break;
  }
  if (health.failures == 0) health.failing_since = now;
  if (health.failures != static_cast<unsigned>(-1)) ++health.failures;
  return health;
}

/// Whether a notifier is to be switched off, after an attempt with this verdict that led to this health.
inline bool is_to_be_disabled(const NotifierHealth& health, Timestamp now, const Verdict& verdict,
                              const RetryPolicy& policy) noexcept {
  if (verdict.action == Verdict::Action::disable) return true;
  return policy.disable_after_failures != 0 && health.failures >= policy.disable_after_failures &&
         now.ms - health.failing_since.ms >= policy.disable_after_ms;
}

NOTIFIER_NAMESPACE_END
