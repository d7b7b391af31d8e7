#include "notifier/delivery/outbox_schedule.hpp"

#include <doctest/doctest.h>

#include <string>

using notifier::OutboxRecord;
using notifier::Platform;
using notifier::Timestamp;

TEST_CASE("outbox schedule: forgets targets, and hosts with the last of their targets, once nothing binds them") {
  notifier::detail::OutboxSchedule schedule(notifier::default_limits, 64, false);
  const auto add = [&](std::uint64_t sequence, std::uint64_t target, std::uint64_t host, Platform platform) {
    OutboxRecord record;
    record.sequence = sequence;
    record.notifier_id = "no-" + std::to_string(sequence);
    record.target = target;
    record.host = host;
    record.platform = platform;
    schedule.add(record);
  };
  const Timestamp now{1000};
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
  CHECK_FALSE(schedule.claim(Timestamp{1999}));
  CHECK(schedule.targets() == 1);
  CHECK_FALSE(schedule.claim(Timestamp{2000}));
  CHECK(schedule.targets() == 0);
  CHECK(schedule.hosts() == 0);
}
