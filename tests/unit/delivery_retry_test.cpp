#include "notifier/delivery/retry.hpp"

#include <doctest/doctest.h>

#include <cstdint>

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
  return notifier::next_attempt(attempts, of, policy, random);
}

std::int64_t wait(unsigned attempts, const Verdict& of, std::uint32_t random = 0) {
  const NextStep next = step(attempts, of, random);
  return next.kind == NextStep::Kind::again ? next.wait_ms : -1;
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
  CHECK_FALSE(step(1, verdict(Action::retry)).target_pause_ms);
  CHECK_FALSE(step(1, asking(Action::retry, 1'000)).target_pause_ms);
  CHECK(step(1, asking(Action::throttle, 1'000)).target_pause_ms == 1'000);
  CHECK(step(2, asking(Action::throttle, 365 * day)).target_pause_ms == hour);
  CHECK(step(2, verdict(Action::throttle)).target_pause_ms == 300'000);
  CHECK(step(7, asking(Action::throttle, 1'000)).target_pause_ms == 1'000);
}

TEST_CASE("a host's own schedule is followed") {
  RetryPolicy policy;
  policy.delays_ms = {100};
  policy.jitter_percent = 0;
  CHECK(step(1, verdict(Action::retry), 0xFFFFFFFFu, policy).wait_ms == 100);
  CHECK(step(2, verdict(Action::retry), 0, policy).kind == NextStep::Kind::dead);
  policy.delays_ms.clear();
  CHECK(step(1, verdict(Action::retry), 0, policy).kind == NextStep::Kind::dead);
}

TEST_CASE("no wait that is decided on is longer than the longest") {
  const RetryPolicy policy;
  CHECK(notifier::longest_wait_ms(policy) == 12 * hour);
  CHECK(notifier::longest_wait_ms(policy, 6) == 12 * hour);
  // Retry-After may ask for an hour after the first.
  CHECK(notifier::longest_wait_ms(policy, 1) == hour / 5 * 6);
  CHECK(notifier::longest_wait_ms(policy, 4) == 2 * hour / 5 * 6);
  CHECK(notifier::longest_wait_ms(policy, 70) == hour / 5 * 6);
  for (unsigned attempts = 1; attempts <= 6; ++attempts) {
    const NextStep next = step(attempts, asking(Action::throttle, 365 * day), 0xFFFFFFFFu);
    CHECK(next.wait_ms <= notifier::longest_wait_ms(policy, attempts));
    CHECK(next.wait_ms > notifier::longest_wait_ms(policy, attempts) - 1000);
  }
  RetryPolicy none;
  none.delays_ms.clear();
  none.max_retry_after_ms = 0;
  CHECK(notifier::longest_wait_ms(none) == 0);
}

TEST_CASE("health counts failures from the first after a success, and how long they have lasted") {
  NotifierHealth health;
  health = notifier::next_health(health, verdict(Action::retry), now, 12345);
  CHECK(health == NotifierHealth{0, now, 1});
  health = notifier::next_health(health, verdict(Action::fail), {now.ms + 7}, 5);
  CHECK(health == NotifierHealth{5, {now.ms + 7}, 2});
  health = notifier::next_health(health, verdict(Action::retry), {now.ms - 9 * day}, 10);
  CHECK(health == NotifierHealth{15, {now.ms - 9 * day}, 3});
  CHECK(notifier::next_health(health, verdict(Action::throttle), now, 6) == health);
  CHECK(notifier::next_health(health, verdict(Action::postpone), now, 6) == health);
  CHECK(notifier::next_health(health, verdict(Action::delivered), now, 6) == NotifierHealth{});
}

TEST_CASE("over a restart a failure is as old as the time of day says, within bounds") {
  const RetryPolicy policy;
  const NotifierHealth health{0, now, 3};
  const auto gap = [&](std::int64_t after) { return notifier::gap_after_restart_ms(health, {now.ms + after}, policy); };
  CHECK(gap(0) == 0);
  CHECK(gap(hour) == hour);
  CHECK(gap(30 * hour) == 30 * hour);
  CHECK(gap(3650 * day) == 30 * hour);
  CHECK(gap(-hour) == 0);
  CHECK(gap(-3650 * day) == 0);
  CHECK(notifier::gap_after_restart_ms({0, {INT64_MIN}, 1}, {INT64_MAX}, policy) == 30 * hour);
}

TEST_CASE("a notifier is switched off after five days of ten failures and more, or when its target is gone") {
  const RetryPolicy policy;
  const Verdict failed = verdict(Action::retry);
  CHECK(notifier::is_to_be_disabled({5 * day, now, 10}, failed, policy));
  CHECK_FALSE(notifier::is_to_be_disabled({50 * day, now, 9}, failed, policy));
  CHECK_FALSE(notifier::is_to_be_disabled({5 * day - 1, now, 1000}, failed, policy));
  CHECK(notifier::is_to_be_disabled({}, verdict(Action::disable), policy));
  RetryPolicy never;
  never.disable_after_failures = 0;
  CHECK_FALSE(notifier::is_to_be_disabled({50 * day, now, 1000}, failed, never));
}
