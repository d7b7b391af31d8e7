// A time of day that steps, by little and by much, to and fro, at every point of a delivery's life.

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "outbox_clock.hpp"
#include "outbox_post.hpp"

using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using notifier::Platform;
using notifier::Verdict;
using Action = notifier::Verdict::Action;
using outbox_clock::hour;
using outbox_clock::Machine;
using outbox_clock::one;
using outbox_clock::steps;
using outbox_clock::with_steps;
using outbox_clock::years;
using outbox_test::day;
using outbox_test::make;
using outbox_test::verdict;

TEST_CASE("a step of the clock before the first attempt holds nothing back") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    machine.step(step);
    CHECK(machine.outbox->wait_ms(machine.now) == 0);
    machine.record(machine.claim_one(), verdict(Action::delivered));
    CHECK(machine.put(one) == 0);
    machine.step(-step);
    CHECK(machine.put(one) == 0);
    CHECK(machine.claim().empty());
  });
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    machine.step(step);
    machine.restart();
    machine.record(machine.claim_one(), verdict(Action::delivered));
    CHECK(machine.put(one) == 0);
  });
}

TEST_CASE("what was stored before the clock stepped, and is taken up after, is due at once") {
  with_steps([](std::int64_t step) {
    Machine machine;
    std::vector<notifier::OutboxRecord> records = {notifier::describe_for_outbox(one[0], machine.now.wall)};
    REQUIRE(machine.disk.insert(records, one.data()));
    machine.step(step);
    machine.outbox->admit(records[0], machine.now);
    CHECK(machine.claim().size() == 1);
  });
}

TEST_CASE("a step of the clock while a delivery is under way changes nothing of what comes after") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    const OutboxClaim claim = machine.claim_one();
    machine.step(step);
    machine.record(claim, verdict(Action::retry));
    CHECK(machine.wait() == 5000);
    machine.record(machine.claim_one(), verdict(Action::delivered));
    CHECK(machine.state("k1") == OutboxState::delivered);
    CHECK(machine.put(one) == 0);
  });
}

TEST_CASE("a step of the clock while a delivery waits neither holds it back nor hurries it") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    constexpr std::int64_t delays[] = {5000, 300'000, 1'800'000, 2 * hour, 5 * hour, 10 * hour};
    for (const std::int64_t delay : delays) {
      machine.record(machine.claim_one(), verdict(Action::retry));
      machine.pass(1000);
      machine.step(step);
      CHECK(machine.wait() == delay - 1000);
      machine.step(-step);
    }
    machine.record(machine.claim_one(), verdict(Action::retry));
    CHECK(machine.state("k1") == OutboxState::dead);
  });
}

TEST_CASE("a step of the clock over a restart holds a delivery back no longer than it was to wait") {
  constexpr std::int64_t delays[] = {5000, 300'000, 1'800'000, 2 * hour, 5 * hour, 10 * hour};
  with_steps([&](std::int64_t step) {
    Machine machine;
    machine.put(one);
    for (const std::int64_t delay : delays) {
      machine.record(machine.claim_one(), verdict(Action::retry));
      machine.pass(1000);
      machine.step(step);
      machine.restart();
      const std::int64_t wait = machine.wait();
      CHECK(wait <= delay);
      CHECK(wait == (std::min)((std::max)(delay - 1000 - step, std::int64_t{0}), delay));
      machine.step(-step);
    }
  });
}

TEST_CASE("a wait that was stored while the clock was wrong is no longer once it is right") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    machine.step(step);
    machine.record(machine.claim_one(), verdict(Action::retry));
    machine.step(-step);
    machine.restart();
    CHECK(machine.wait() <= 5000);
    CHECK(machine.claim().size() == 1);
  });
}

TEST_CASE("a record of 1.0, which does not say how long it was to wait, waits no longer than its policy allows") {
  Machine machine;
  machine.put(one);
  machine.record(machine.claim_one(), verdict(Action::retry));
  notifier::OutboxWrite write;
  write.change = {1, OutboxState::pending, 1, {machine.now.wall.ms + years}, -1};
  REQUIRE(machine.disk.write({write}));
  machine.restart();
  CHECK(machine.wait() == hour / 5 * 6);
}

TEST_CASE("a step of the clock does not change for how long a target is paused, nor how fast it is sent to") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put({make("k1", "n1", "https://a.example/"), make("k2", "n2", "https://a.example/")});
    const auto claims = machine.claim();
    REQUIRE(claims.size() == 2);
    machine.record(claims[1], verdict(Action::delivered));
    machine.record(claims[0], {Action::throttle, 429, "slow down", 30'000});
    machine.put({make("k3", "n2", "https://a.example/")});
    machine.step(step);
    CHECK(machine.wait() == 30'000);
    CHECK(machine.claim().size() == 2);

    for (int i = 0; i < 3; ++i) {
      machine.put({make("s" + std::to_string(i), "n3", "https://hooks.slack.com/x", Platform::slack)});
    }
    machine.record(machine.claim_one(), verdict(Action::delivered));
    for (int i = 1; i < 3; ++i) {
      machine.step(i == 1 ? step : -step);
      CHECK(machine.wait() == 1000);
      machine.record(machine.claim_one(), verdict(Action::delivered));
    }
  });
}

TEST_CASE("order is kept over a step of the clock, and over a restart with one") {
  with_steps([](std::int64_t step) {
    OutboxOptions options;
    options.keep_order = true;
    Machine machine(options);
    machine.put({make("k1", "n1", "https://a.example/"), make("k2", "n1", "https://a.example/")});
    machine.record(machine.claim_one(), verdict(Action::retry));
    machine.step(step);
    machine.restart();
    CHECK(machine.wait() <= 5000);
    const OutboxClaim first = machine.claim_one();
    CHECK(first.delivery.idempotency_key == "k1");
    machine.step(-2 * step);
    machine.record(first, verdict(Action::delivered));
    CHECK(machine.claim_one().delivery.idempotency_key == "k2");
  });
}

TEST_CASE("what is held is held for three days, whatever the clock does") {
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    machine.outbox->hold("n1", machine.now);
    machine.step(step);
    machine.pass(day);
    CHECK(machine.claim().empty());
    CHECK(machine.outbox->wait_ms(machine.now) == 2 * day);
    CHECK(machine.state("k1") == OutboxState::held);
    machine.outbox->resume("n1", machine.now);
    CHECK(machine.claim().size() == 1);
  });
  with_steps([](std::int64_t step) {
    Machine machine;
    machine.put(one);
    machine.outbox->hold("n1", machine.now);
    machine.pass(day);
    machine.step(step);
    machine.restart();
    // By the time of day, which is all that is left, but never for longer than promised.
    const auto wait = machine.outbox->wait_ms(machine.now);
    REQUIRE(wait);
    CHECK(*wait == (std::min)((std::max)(2 * day - step, std::int64_t{0}), 3 * day));
    machine.pass(*wait);
    machine.claim();
    CHECK(machine.state("k1") == OutboxState::dead);
  });
}

TEST_CASE("what is sent again by hand goes at once, whatever the clock does") {
  with_steps([](std::int64_t step) {
    for (const bool restarts : {false, true}) {
      Machine machine;
      machine.put(one);
      machine.record(machine.claim_one(), verdict(Action::fail));
      machine.step(step);
      REQUIRE(machine.outbox->prune(machine.now));
      REQUIRE(machine.outbox->resend("n1", "k1", machine.now));
      machine.step(-step);
      if (restarts) machine.restart();
      machine.record(machine.claim_one(), verdict(Action::delivered));
      CHECK_FALSE(machine.outbox->resend("n1", "k1", machine.now));
      CHECK(machine.put(one) == 0);
    }
  });
}

TEST_CASE("keys are not forgotten by a clock that is wrong for a while, nor over a restart") {
  with_steps([](std::int64_t step) {
    for (const bool restarts : {false, true}) {
      CAPTURE(restarts);
      Machine machine;
      machine.put(one);
      machine.record(machine.claim_one(), verdict(Action::delivered));
      machine.live(day);
      machine.step(step);
      if (restarts) machine.restart();
      machine.live(5 * hour);
      CHECK(machine.put(one) == 0);
      machine.step(-step);
      if (restarts) machine.restart();
      machine.live(5 * hour);
      CHECK(machine.put(one) == 0);
      CHECK(machine.claim().empty());
    }
  });
}

TEST_CASE("keys of what ended while the clock was wrong are kept as long as others, roughly") {
  with_steps([](std::int64_t step) {
    for (const bool restarts : {false, true}) {
      CAPTURE(restarts);
      Machine machine;
      machine.live(day);
      machine.step(step);
      machine.put(one);
      machine.record(machine.claim_one(), verdict(Action::delivered));
      machine.live(hour);
      machine.step(-step);
      if (restarts) machine.restart();
      machine.live(3 * day);
      CHECK(machine.put(one) == 0);
      machine.live(12 * day);
      CHECK(machine.put(one) == 1);
    }
  });
}

TEST_CASE("a clock that was set for good lets keys go all the same") {
  with_steps([](std::int64_t step) {
    for (const bool restarts : {false, true}) {
      CAPTURE(restarts);
      Machine machine;
      machine.put(one);
      machine.record(machine.claim_one(), verdict(Action::delivered));
      machine.live(hour);
      machine.step(step);
      if (restarts) machine.restart();
      // A restart brings it a day forward, and then it runs at most twice as fast.
      machine.live(3 * day - 2 * hour);
      CHECK(machine.put(one) == 0);
      machine.live(12 * day);
      CHECK(machine.put(one) == 1);
    }
  });
}

TEST_CASE("a process that starts again and again while its clock is ahead forgets nothing for that") {
  Machine machine;
  machine.put(one);
  machine.record(machine.claim_one(), verdict(Action::delivered));
  machine.step(years);
  for (int i = 0; i < 100; ++i) {
    machine.restart();
    machine.live(10'000);
  }
  CHECK(machine.put(one) == 0);
}

TEST_CASE("a process that runs for a moment each day lets keys go all the same") {
  Machine machine;
  machine.put(one);
  machine.record(machine.claim_one(), verdict(Action::delivered));
  for (int days = 0; days < 6; ++days) {
    machine.step(day);
    machine.restart();
    machine.live(1000);
  }
  CHECK(machine.put(one) == 0);
  for (int days = 0; days < 3; ++days) {
    machine.step(day);
    machine.restart();
    machine.live(1000);
  }
  CHECK(machine.put(one) == 1);
}

TEST_CASE("a notifier that only fails is switched off after five days, whatever the clock does") {
  with_steps([](std::int64_t step) {
    OutboxOptions options;
    options.retry.delays_ms.clear();
    Machine machine(options);
    std::int64_t failing = 0;
    for (int i = 0;; ++i) {
      machine.put({make("k" + std::to_string(i), "n1", "https://a.example/")});
      const auto result = machine.outbox->record(machine.claim_one().sequence, verdict(Action::retry), machine.now);
      REQUIRE(result);
      if (result->disable_notifier) break;
      REQUIRE(failing < 5 * day);
      machine.step(i % 2 == 0 ? step : -step);
      machine.pass(day / 4);
      failing += day / 4;
    }
    CHECK(failing == 5 * day);
  });
}

TEST_CASE("a step of the clock over a restart does not switch a notifier off that fails for a day") {
  with_steps([](std::int64_t step) {
    OutboxOptions options;
    options.retry.delays_ms.clear();
    Machine machine(options);
    for (int i = 0; i < 20; ++i) {
      machine.put({make("k" + std::to_string(i), "n1", "https://a.example/")});
      const auto result = machine.outbox->record(machine.claim_one().sequence, verdict(Action::retry), machine.now);
      REQUIRE(result);
      CHECK_FALSE(result->disable_notifier);
      machine.pass(hour);
      if (i == 10) machine.step(step);
      if (i == 15) machine.step(-step);
      machine.restart();
    }
  });
}
