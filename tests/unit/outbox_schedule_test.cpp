#include "notifier/outbox/schedule.hpp"

#include <doctest/doctest.h>

#include <string>

using notifier::OutboxRecord;
using notifier::Platform;

TEST_CASE("outbox schedule: forgets targets, and hosts with the last of their targets, once nothing binds them") {
  notifier::detail::OutboxSchedule schedule(notifier::default_limits, {}, false);
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
  notifier::detail::OutboxSchedule schedule(notifier::default_limits, {}, true);
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
