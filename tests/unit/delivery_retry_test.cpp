#include "notifier/delivery/retry.hpp"

#include <doctest/doctest.h>

using notifier::NextStep;
using notifier::NotifierHealth;
using notifier::RetryPolicy;
using notifier::Timestamp;
using notifier::Verdict;
using Action = notifier::Verdict::Action;

namespace {

constexpr Timestamp now{1'000'000'000'000};
constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;

Verdict verdict(Action action) { return {action, 503, "x", std::nullopt}; }
Verdict asking(Action action, std::int64_t wait) { return {action, 503, "x", wait}; }

NextStep step(unsigned attempts, const Verdict& of, std::uint32_t random = 0, const RetryPolicy& policy = {}) {
  return notifier::next_attempt(attempts, now, of, policy, random);
}

std::int64_t wait(unsigned attempts, const Verdict& of, std::uint32_t random = 0) {
  const NextStep next = step(attempts, of, random);
  return next.kind == NextStep::Kind::again ? next.at.ms - now.ms : -1;
}

}  // namespace

TEST_CASE("the schedule is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, then dead") {
  const std::int64_t schedule[] = {5'000, 300'000, 1'800'000, 2 * hour, 5 * hour, 10 * hour};
  for (unsigned i = 0; i < 6; ++i) CHECK(wait(i + 1, verdict(Action::retry)) == schedule[i]);
  CHECK(step(7, verdict(Action::retry)).kind == NextStep::Kind::dead);
  CHECK(step(8, verdict(Action::retry)).kind == NextStep::Kind::dead);
  CHECK(step(static_cast<unsigned>(-1), verdict(Action::retry)).kind == NextStep::Kind::dead);
  CHECK(step(0, verdict(Action::retry)).kind == NextStep::Kind::dead);
}

TEST_CASE("jitter makes a wait longer by up to a fifth, never shorter") {
  CHECK(wait(1, verdict(Action::retry), 0) == 5'000);
  CHECK(wait(1, verdict(Action::retry), 0x80000000u) == 5'500);
  CHECK(wait(1, verdict(Action::retry), 0xFFFFFFFFu) == 5'999);
  CHECK(wait(6, verdict(Action::retry), 0xFFFFFFFFu) < 12 * hour);
  CHECK(wait(6, verdict(Action::retry), 0xFFFFFFFFu) > 12 * hour - 1000);
}

TEST_CASE("a verdict that is final ends it at once") {
  CHECK(step(1, verdict(Action::delivered)).kind == NextStep::Kind::done);
  CHECK(step(9, verdict(Action::delivered)).kind == NextStep::Kind::done);
  CHECK(step(1, verdict(Action::fail)).kind == NextStep::Kind::dead);
  CHECK(step(1, verdict(Action::disable)).kind == NextStep::Kind::dead);
}

TEST_CASE("Retry-After is waited for when it is longer than the schedule, up to the cap") {
  CHECK(wait(1, asking(Action::retry, 60'000)) == 60'000);
  CHECK(wait(1, asking(Action::retry, 1'000)) == 5'000);
  CHECK(wait(1, asking(Action::throttle, 60'000)) == 60'000);
  CHECK(wait(1, asking(Action::throttle, 0)) == 5'000);
  CHECK(wait(1, asking(Action::throttle, 365 * day)) == hour);
  CHECK(wait(1, asking(Action::throttle, -5)) == 5'000);
  CHECK(step(7, asking(Action::throttle, 1'000)).kind == NextStep::Kind::dead);
}

TEST_CASE("throttling pauses the target, for as long as it asked or as the schedule says") {
  CHECK_FALSE(step(1, verdict(Action::retry)).target_paused_until);
  CHECK_FALSE(step(1, asking(Action::retry, 1'000)).target_paused_until);
  CHECK(step(1, asking(Action::throttle, 1'000)).target_paused_until == Timestamp{now.ms + 1'000});
  CHECK(step(2, asking(Action::throttle, 365 * day)).target_paused_until == Timestamp{now.ms + hour});
  CHECK(step(2, verdict(Action::throttle)).target_paused_until == Timestamp{now.ms + 300'000});
  CHECK(step(7, asking(Action::throttle, 1'000)).target_paused_until == Timestamp{now.ms + 1'000});
}

TEST_CASE("a host's own schedule is followed") {
  RetryPolicy policy;
  policy.delays_ms = {100};
  policy.jitter_percent = 0;
  CHECK(step(1, verdict(Action::retry), 0xFFFFFFFFu, policy).at.ms == now.ms + 100);
  CHECK(step(2, verdict(Action::retry), 0, policy).kind == NextStep::Kind::dead);
  policy.delays_ms.clear();
  CHECK(step(1, verdict(Action::retry), 0, policy).kind == NextStep::Kind::dead);
}

TEST_CASE("health counts failures from the first after a success") {
  NotifierHealth health;
  health = notifier::next_health(health, now, verdict(Action::retry));
  CHECK(health == NotifierHealth{now, 1});
  health = notifier::next_health(health, {now.ms + 5}, verdict(Action::fail));
  CHECK(health == NotifierHealth{now, 2});
  CHECK(notifier::next_health(health, {now.ms + 6}, verdict(Action::throttle)) == health);
  CHECK(notifier::next_health(health, {now.ms + 6}, verdict(Action::delivered)) == NotifierHealth{});
}

TEST_CASE("a notifier is switched off after five days of ten failures and more, or when its target is gone") {
  const RetryPolicy policy;
  const Verdict failed = verdict(Action::retry);
  CHECK(notifier::is_to_be_disabled({now, 10}, {now.ms + 5 * day}, failed, policy));
  CHECK_FALSE(notifier::is_to_be_disabled({now, 9}, {now.ms + 50 * day}, failed, policy));
  CHECK_FALSE(notifier::is_to_be_disabled({now, 1000}, {now.ms + 5 * day - 1}, failed, policy));
  CHECK(notifier::is_to_be_disabled({}, now, verdict(Action::disable), policy));
  RetryPolicy never;
  never.disable_after_failures = 0;
  CHECK_FALSE(notifier::is_to_be_disabled({now, 1000}, {now.ms + 50 * day}, failed, never));
}
