// A machine whose time of day steps: an outbox over a storage that outlives it, two clocks, and a process that may be
// started again.

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "outbox_post.hpp"

namespace outbox_clock {

using notifier::Delivery;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using notifier::Verdict;
using outbox_test::day;
using outbox_test::make;

inline constexpr std::int64_t hour = 3'600'000;
inline constexpr std::int64_t years = 3650 * day;
inline constexpr std::int64_t steps[] = {1000, hour, years, -1000, -hour, -years};

/// A machine: a disk, two clocks, and a process that may be started again.
struct Machine {
  MemoryOutboxStorage disk;
  OutboxOptions options;
  std::optional<Outbox> outbox;
  Moment now{{1'700'000'000'000}, 5'000'000};
  std::vector<std::string> sent;  // keys, and when by the steady clock

  explicit Machine(OutboxOptions given = {}) : options(std::move(given)) { start(); }

  void start() {
    outbox.emplace(disk, options);
    REQUIRE(outbox->recover(now));
  }
  void restart() {
    REQUIRE(outbox->flush());
    // The steady clock begins anywhere.
    now.steady_ms = now.steady_ms % 7'777'777 + 1;
    start();
  }
  void step(std::int64_t ms) { now.wall.ms += ms; }
  void pass(std::int64_t ms) {
    now.wall.ms += ms;
    now.steady_ms += ms;
  }
  /// Lets time pass as a host does that prunes once an hour.
  void live(std::int64_t ms) {
    for (; ms > 0; ms -= hour) {
      pass((std::min)(ms, hour));
      REQUIRE(outbox->prune(now));
    }
  }
  std::size_t put(const std::vector<Delivery>& deliveries) {
    const auto result = outbox->enqueue(deliveries, now);
    REQUIRE(result);
    return result->added;
  }
  std::vector<OutboxClaim> claim() {
    std::vector<OutboxClaim> claims;
    outbox->claim(now, 100, claims);
    return claims;
  }
  OutboxClaim claim_one() {
    auto claims = claim();
    REQUIRE(claims.size() == 1);
    return claims[0];
  }
  void record(const OutboxClaim& claim, const Verdict& of) {
    REQUIRE(outbox->record(claim.sequence, of, now));
    REQUIRE(outbox->flush());
  }
  /// How long from now until the one delivery is claimed.
  std::int64_t wait() {
    const auto next = outbox->wait_ms(now);
    REQUIRE(next);
    if (*next > 0) {
      pass(*next - 1);
      CHECK(claim().empty());
      pass(1);
    }
    return *next;
  }
  OutboxState state(const std::string& key) {
    REQUIRE(outbox->flush());
    const auto found = disk.find("n1", key);
    REQUIRE(found->has_value());
    return (*found)->state;
  }
};

inline const std::vector<Delivery> one = {make("k1", "n1", "https://a.example/")};

/// Calls with each step.
inline void with_steps(const std::function<void(std::int64_t)>& call) {
  for (const std::int64_t step : steps) {
    CAPTURE(step);
    call(step);
  }
}

}  // namespace outbox_clock
