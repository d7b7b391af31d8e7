// One message for a storm, on its way: from the router through the outbox, over processes that die and stores that
// fail.

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grouping_outbox_world.hpp"
#include "notifier/notifier.hpp"

using notifier::Delivery;
using notifier::MemoryOutboxStorage;
using notifier::Moment;

namespace {

using namespace grouping_outbox;

constexpr Moment start{{1'778'749'200'000}, 5'000};

notifier::Registry& load(notifier::Registry& registry, const std::string& document) {
  REQUIRE(registry.load(document));
  return registry;
}

/// Fails now and then: before anything is stored, or after all of it is.
class FailingStorage : public MemoryOutboxStorage {
 public:
  explicit FailingStorage(std::uint64_t seed) : random_(seed) {}

  notifier::Result<void> regroup(const std::vector<notifier::OutboxWrite>& writes,
                                 const std::vector<notifier::StoredGroup>& groups,
                                 std::vector<notifier::OutboxRecord>& digests, const Delivery* deliveries) override {
    if (is_failing && random_() % 4 == 0) return failed();
    std::vector<notifier::OutboxRecord> unused = digests;
    const bool is_lost = is_failing && random_() % 4 == 0;
    auto done = MemoryOutboxStorage::regroup(writes, groups, is_lost ? unused : digests, deliveries);
    return is_lost ? failed() : done;
  }
  notifier::Result<Delivery> load(std::uint64_t sequence) override {
    if (is_failing && random_() % 50 == 0) return failed();
    return MemoryOutboxStorage::load(sequence);
  }
  bool is_failing = true;

 private:
  static notifier::Error failed() {
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the disk is full";
    return error;
  }
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE(
    "of a hundred thousand crashes within a minute, a throttled notifier gets two messages, and the counts are right") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"throttle","window":600})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  REQUIRE(process.outbox().recover(start));
  std::vector<Delivery> told;
  Moment now = start;
  constexpr std::size_t events = 100'000;
  for (std::size_t i = 0; i < events; ++i) {
    process.take(crash(i), now);
    if (i % 1000 != 999) continue;
    now = later(now, 600);
    for (Delivery& one : process.send(now)) told.push_back(std::move(one));
  }
  CHECK(told.size() == 1);
  CHECK(told[0].event_id == "ev-0");
  CHECK(process.outbox().grouped() == events - 1);
  now = later(start, 10 * minute - 1);
  CHECK(process.send(now).empty());
  now = later(start, 10 * minute + 600);
  const auto wait = process.outbox().wait_ms(later(start, 9 * minute));
  REQUIRE(wait);
  CHECK(*wait <= minute + 600);
  const std::vector<Delivery> digests = process.send(now);
  REQUIRE(digests.size() == 1);
  CHECK(digests[0].event_type == "digest");
  CHECK(counted(digests[0]) == events - 1);
  CHECK(body(digests[0]).find("99999 more repeated crash events") != std::string::npos);
  CHECK(process.outbox().grouped() == 0);
  CHECK(process.send(later(now, 3600 * second)).empty());
}

TEST_CASE("a digest waits for the end of its window, names the first events and says how many more there were") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":60,"by":["type"],"max_items":3})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  REQUIRE(process.outbox().recover(start));
  for (std::size_t i = 0; i < 10; ++i) process.take(crash(i), start);
  for (std::size_t i = 10; i < 15; ++i) process.take(crash(i, "restart"), start);
  CHECK(process.send(start).empty());
  // One a second is what Slack takes.
  auto digests = process.send(later(start, minute + second));
  for (Delivery& one : process.send(later(start, minute + 3 * second))) digests.push_back(std::move(one));
  REQUIRE(digests.size() == 2);
  CHECK(counted(digests[0]) + counted(digests[1]) == 15);
  CHECK(digests[0].idempotency_key != digests[1].idempotency_key);
  const Delivery& crashes = counted(digests[0]) == 10 ? digests[0] : digests[1];
  CHECK(body(crashes).find("and 7 more") != std::string::npos);
}

TEST_CASE("a test is never held, and who has no grouping is told at once") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":600})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  process.take(crash(1, "test"), start);
  CHECK(process.send(start).size() == 1);
  notifier::Registry plain;
  load(plain, snapshot(""));
  MemoryOutboxStorage other;
  Process at_once(plain, other);
  at_once.take(crash(1), start);
  at_once.take(crash(2), start);
  CHECK(at_once.send(start).size() == 1);
  CHECK(at_once.send(later(start, 2 * second)).size() == 1);
}

TEST_CASE("an outbox that nobody told of groups sends each at once") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":600})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  notifier::Outbox outbox(storage);
  REQUIRE(outbox.enqueue(process.route(crash(1)), start));
  std::vector<notifier::OutboxClaim> claims;
  CHECK(outbox.claim(start, 10, claims) == 1);
}

TEST_CASE("an event that comes twice under its id is counted once") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":60})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  for (int i = 0; i < 5; ++i) {
    process.take(crash(7), start);
    CHECK(process.send(start).empty());
  }
  const auto digests = process.send(later(start, 2 * minute));
  REQUIRE(digests.size() == 1);
  CHECK(counted(digests[0]) == 1);
  notifier::OutboxQuery query;
  query.state = notifier::OutboxState::grouped;
  std::vector<notifier::OutboxRecord> records;
  REQUIRE(process.outbox().list(query, records));
  CHECK(records.size() == 1);
  CHECK(process.outbox().resend("no-1", records[0].key, start).error().code == notifier::errc::conflict);
}

TEST_CASE("a webhook that asks for it gets the events' own bytes, and no more of them than there is room for") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":60,"max_items":2})", "webhook"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  for (std::size_t i = 0; i < 3; ++i) process.take(crash(i), start);
  CHECK(process.send(start).empty());
  const auto digests = process.send(later(start, 2 * minute));
  REQUIRE(digests.size() == 1);
  CHECK(body(digests[0]) == R"({"count":3,"events":[)" + crash(0) + "," + crash(1) + "]}");
  const std::string large =
      R"({"id":"big","type":"x","app_id":"app-1","type_data":{"a":")" + std::string(200'000, 'a') + "\"}}";
  process.take(large, start);
  std::string second_one = large;
  second_one.replace(second_one.find("big"), 3, "bog");
  process.take(second_one, start);
  CHECK(process.send(start).empty());
  const auto big = process.send(later(start, 4 * minute));
  REQUIRE(big.size() == 1);
  CHECK(body(big[0]) == R"({"count":2,"events":[)" + large + "]}");
}

TEST_CASE("what is held back is judged anew when its notifier changes, and goes with it when it is removed") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":3600})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  for (std::size_t i = 0; i < 4; ++i) process.take(crash(i), start);
  CHECK(process.send(start).empty());
  notifier::NotifierDraft draft;
  draft.grouping = "null";
  REQUIRE(registry.update("shop", "no-1", draft));
  process.outbox().regroup("no-1");
  const auto digests = process.send(later(start, second));
  REQUIRE(digests.size() == 1);
  CHECK(counted(digests[0]) == 4);

  draft.grouping = R"({"mode":"digest","window":3600})";
  REQUIRE(registry.update("shop", "no-1", draft));
  for (std::size_t i = 10; i < 14; ++i) process.take(crash(i), start);
  CHECK(process.send(later(start, second)).empty());
  CHECK(process.outbox().grouped() == 4);
  process.take(crash(20), start);
  REQUIRE(registry.remove("shop", "no-1"));
  process.outbox().end("no-1", "the notifier was removed", later(start, second));
  CHECK(process.send(later(start, 2 * second)).empty());
  CHECK(process.outbox().grouped() == 0);
  CHECK(process.send(later(start, 3 * 3600 * second)).empty());
}

TEST_CASE("what is held back can be told now") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":3600})"));
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  for (std::size_t i = 0; i < 4; ++i) process.take(crash(i), start);
  CHECK(process.send(start).empty());
  process.outbox().tell_now("no-1");
  CHECK(process.send(start).size() == 1);
}

TEST_CASE("a muted notifier is told of everything once the mute is over, also where the clock was set meanwhile") {
  notifier::Registry registry;
  load(registry, snapshot(R"("muted_until":"2026-05-14T10:00:00Z")"));  // an hour after the start
  MemoryOutboxStorage storage;
  Process process(registry, storage);
  for (std::size_t i = 0; i < 4; ++i) process.take(crash(i), start);
  CHECK(process.send(start).empty());
  SUBCASE("it goes on") {
    CHECK(process.send(later(start, 59 * minute)).empty());
    const auto digests = process.send(later(start, 60 * minute));
    REQUIRE(digests.size() == 1);
    CHECK(counted(digests[0]) == 4);
  }
  SUBCASE("it is put forward") {
    const Moment set{{start.wall.ms + 61 * minute}, start.steady_ms + second};
    CHECK(process.send(set).size() == 1);
  }
  SUBCASE("it is put back") {
    const Moment set{{start.wall.ms - 600 * minute}, start.steady_ms + 60 * minute};
    CHECK(process.send(set).size() == 1);
  }
}

TEST_CASE("why groups cannot go on is told once each time, and what is told by itself is sent all the same") {
  notifier::Registry registry;
  load(registry, snapshot(R"("grouping":{"mode":"digest","window":60})"));
  class FullStorage : public MemoryOutboxStorage {
   public:
    notifier::Result<void> regroup(const std::vector<notifier::OutboxWrite>&, const std::vector<notifier::StoredGroup>&,
                                   std::vector<notifier::OutboxRecord>&, const Delivery*) override {
      notifier::Error error;
      error.code = notifier::errc::storage;
      error.message = "the disk is full";
      return error;
    }
  } storage;
  Process process(registry, storage);
  process.take(crash(1), start);
  std::vector<Delivery> alone = process.route(crash(2));
  alone.front().arrival = nullptr;
  REQUIRE(process.outbox().enqueue(alone, start));
  CHECK_FALSE(process.outbox().take_grouping_error());
  std::vector<notifier::OutboxClaim> claims;
  CHECK(process.outbox().claim(start, 10, claims) == 1);
  const auto error = process.outbox().take_grouping_error();
  REQUIRE(error);
  CHECK(error->message == "the disk is full");
  CHECK_FALSE(process.outbox().take_grouping_error());
  // It is tried again after a second, and not at each turn.
  process.outbox().claim(later(start, 500), 10, claims);
  CHECK_FALSE(process.outbox().take_grouping_error());
  process.outbox().claim(later(start, second), 10, claims);
  CHECK(process.outbox().take_grouping_error());
}

TEST_CASE(
    "whenever a process dies and whenever the store fails, every event is counted once and no digest comes twice") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    notifier::Registry registry;
    load(registry, snapshot(seed % 2 == 0 ? R"("grouping":{"mode":"throttle","window":30,"by":["type"]})"
                                          : R"("grouping":{"mode":"digest","window":20})"));
    FailingStorage storage(seed);
    std::unique_ptr<Process> process;
    Moment now = start;
    std::uint64_t taken = 0;
    std::uint64_t told = 0;
    std::set<std::string> keys;
    const auto send = [&] {
      for (const Delivery& one : process->send(now)) {
        REQUIRE(keys.insert(one.idempotency_key).second);
        REQUIRE(counted(one) != 0);
        told += counted(one);
      }
    };
    const auto begin = [&] {
      process = std::make_unique<Process>(registry, storage);
      now.steady_ms = static_cast<std::int64_t>(random() % 1'000'000);
      REQUIRE(process->outbox().recover(now));
    };
    begin();
    for (int i = 0; i < 400; ++i) {
      const std::size_t what = random() % 100;
      if (what < 60) {
        process->take(crash(taken++, random() % 3 == 0 ? "restart" : "repeated_crash"), now);
      } else if (what < 90) {
        now = later(now, static_cast<std::int64_t>(random() % 8000));
        send();
      } else if (what < 95) {
        now.wall.ms += (static_cast<std::int64_t>(random() % 200) - 100) * minute;
      } else {
        begin();
      }
    }
    storage.is_failing = false;
    for (int i = 0; i < 20; ++i) {
      now = later(now, 10 * second);
      send();
    }
    REQUIRE(told == taken);
    REQUIRE(process->outbox().grouped() == 0);
  }
}
