#include "notifier/outbox/schedule.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/platform/table.hpp"

using notifier::OutboxRecord;
using notifier::Platform;

namespace {

OutboxRecord record_to(std::uint64_t sequence, std::uint64_t target, const notifier::TargetLimits& limits) {
  OutboxRecord record;
  record.sequence = sequence;
  record.notifier_id = "no-1";
  record.target = target;
  record.host = 7;
  record.limits = limits;
  return record;
}

/// When each of those that wait at a target begins, where each ends at once and time goes on by steps of 50 ms.
std::vector<std::int64_t> beginnings(notifier::detail::OutboxSchedule& schedule, std::int64_t until) {
  std::vector<std::int64_t> begun;
  for (std::int64_t now = 0; now < until; now += 50) {
    while (const auto sequence = schedule.claim(now)) {
      begun.push_back(now);
      schedule.finish(*sequence, now);
    }
  }
  return begun;
}

}  // namespace

TEST_CASE("outbox schedule: keeps each window of a target's limits, whichever is the narrower") {
  notifier::detail::OutboxSchedule schedule({}, 64, false);
  notifier::TargetLimits limits;
  limits.concurrency = 8;
  limits.windows[0] = {4, 1000};
  limits.windows[1] = {10, 30'000};
  for (std::uint64_t i = 1; i <= 40; ++i) schedule.add(record_to(i, 1, limits), 0);
  const auto begun = beginnings(schedule, 120'000);
  REQUIRE(begun.size() == 40);
  for (std::size_t i = 4; i < begun.size(); ++i) CHECK(begun[i] - begun[i - 4] >= 1000);
  for (std::size_t i = 10; i < begun.size(); ++i) CHECK(begun[i] - begun[i - 10] >= 30'000);
  CHECK(begun[3] == 0);
  CHECK(begun[9] == 2000);
  CHECK(begun[39] == 3 * 30'000 + 2000);
}

TEST_CASE("outbox schedule: a window counts what began before the target had nothing left to be sent") {
  notifier::detail::OutboxSchedule schedule({}, 64, false);
  notifier::TargetLimits limits;
  limits.concurrency = 1;
  limits.windows[0] = {2, 10'000};
  schedule.add(record_to(1, 1, limits), 0);
  CHECK(schedule.claim(0) == 1u);
  schedule.finish(1, 0);
  CHECK_FALSE(schedule.claim(5000));
  CHECK(schedule.targets() == 1);
  schedule.add(record_to(2, 1, limits), 5000);
  schedule.add(record_to(3, 1, limits), 5000);
  CHECK(schedule.claim(5000) == 2u);
  schedule.finish(2, 5000);
  CHECK_FALSE(schedule.claim(9999));
  CHECK(schedule.claim(10'000) == 3u);
  schedule.finish(3, 10'000);
  CHECK_FALSE(schedule.claim(20'000));
  CHECK(schedule.targets() == 0);
}

TEST_CASE("outbox schedule: the host's limits count, then those of the delivery, then those of a webhook") {
  const auto most_at_once = [](const notifier::PlatformLimits& named, const notifier::TargetLimits& own) {
    notifier::detail::OutboxSchedule schedule(named, 64, false);
    for (std::uint64_t i = 1; i <= 40; ++i) schedule.add(record_to(i, 1, own), 0);
    std::size_t count = 0;
    while (schedule.claim(0)) ++count;
    return count;
  };
  notifier::PlatformLimits named;
  CHECK(most_at_once(named, {}) == 16);
  CHECK(most_at_once(named, {3, 0}) == 3);
  named[Platform::webhook] = {5, 0};
  CHECK(most_at_once(named, {3, 0}) == 5);
}

TEST_CASE("outbox schedule: forgets targets, and hosts with the last of their targets, once nothing binds them") {
  notifier::detail::OutboxSchedule schedule(notifier::default_limits, 64, false);
  const auto add = [&](std::uint64_t sequence, std::uint64_t target, std::uint64_t host, Platform platform) {
    OutboxRecord record;
    record.sequence = sequence;
    record.notifier_id = "no-" + std::to_string(sequence);
    record.target = target;
    record.host = host;
    record.platform = platform;
    schedule.add(record, 0);
  };
  const std::int64_t now = 1000;
  add(1, 11, 7, Platform::webhook);
  add(2, 12, 7, Platform::webhook);
  add(3, 13, 8, Platform::slack);
  CHECK(schedule.targets() == 3);
  CHECK(schedule.hosts() == 2);
  while (schedule.claim(now)) continue;
  schedule.finish(1, now);
  CHECK(schedule.targets() == 2);
  CHECK(schedule.hosts() == 2);
  schedule.finish(2, now);
  CHECK(schedule.targets() == 1);
  CHECK(schedule.hosts() == 1);
  // Slack takes one message a second: until then its target is remembered.
  schedule.finish(3, now);
  CHECK(schedule.targets() == 1);
  CHECK_FALSE(schedule.claim(1999));
  CHECK(schedule.targets() == 1);
  CHECK_FALSE(schedule.claim(2000));
  CHECK(schedule.targets() == 0);
  CHECK(schedule.hosts() == 0);
}

TEST_CASE("outbox schedule: a target is remembered as long as something waits for it, however it waits") {
  notifier::detail::OutboxSchedule schedule(notifier::default_limits, 64, true);
  const auto add = [&](std::uint64_t sequence, const char* notifier_id, std::uint64_t target) {
    OutboxRecord record;
    record.sequence = sequence;
    record.notifier_id = notifier_id;
    record.target = target;
    record.host = 7;
    schedule.add(record, 0);
  };
  // The second delivery of `a` waits for the first, and its target has another that ends.
  add(1, "a", 11);
  add(2, "a", 12);
  add(3, "b", 12);
  while (schedule.claim(0)) continue;
  schedule.finish(3, 0);
  CHECK(schedule.targets() == 2);
  schedule.finish(1, 0);
  CHECK(schedule.claim(0) == 2);
  schedule.hold(2, 100, 0);
  CHECK(schedule.targets() == 1);
  CHECK_FALSE(schedule.claim(0));
  schedule.resume(*schedule.find_lane("a"), 5);
  CHECK(schedule.claim(5) == 2);
  schedule.finish(2, 5);
  CHECK(schedule.targets() == 0);
  CHECK(schedule.hosts() == 0);
  CHECK(schedule.find_lane("a") == nullptr);
}
