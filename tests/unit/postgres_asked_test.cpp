// What is asked of deliveries on any server: to be found, sent again or withdrawn, whoever sends them.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "postgres_worker.hpp"

using notifier::Delivery;
using notifier::DeliveryFilter;
using notifier::errc;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::PostgresConnection;
using notifier::PostgresStore;
using notifier::Timestamp;
using outbox_test::make;
using outbox_test::verdict;
using postgres_test::comes_true;
using postgres_test::now;
using postgres_test::query;
using postgres_test::some;
using postgres_test::Worker;
using Action = notifier::Verdict::Action;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp start{1'700'000'000'000};

std::vector<std::string> keys(const std::vector<OutboxRecord>& records) {
  std::vector<std::string> keys;
  for (const OutboxRecord& record : records) keys.push_back(record.key);
  return keys;
}

/// A store whose deliveries nobody sends, each made one second after the other; each third is dead.
struct History {
  explicit History(int count) : url(postgres_test::server().make_database()) {
    notifier::PostgresOptions options;
    options.url = url;
    options.clock = [this] { return time; };
    auto opened = PostgresStore::open(options);
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
    for (int i = 0; i < count; ++i) {
      Delivery delivery = make("k" + std::to_string(i), "no-" + std::to_string(i % 5), "https://example.com/1");
      delivery.app_id = i % 7 == 0 ? "other" : "app";
      delivery.event_id = "ev-" + std::to_string(i / 5);
      delivery.event_type = i % 2 == 0 ? "deployment" : "alert";
      notifier::Outcome outcome;
      outcome.deliveries = {delivery};
      REQUIRE(store->store({&outcome}));
      auto record = describe_for_outbox(delivery, time);
      record.state = i % 3 == 0 ? OutboxState::dead : OutboxState::pending;
      std::vector<OutboxRecord> records{record};
      REQUIRE(memory.insert(records, &delivery));
      time.ms += 1000;
    }
    query(url,
          "WITH d AS (UPDATE deliveries SET state = 'dead' WHERE SUBSTRING(key FROM 2)::int % 3 = 0 RETURNING "
          "sequence), a AS (INSERT INTO delivery_attempts SELECT sequence, 1, 1, 'fail', 500, 'no', '', '', '', '' "
          "FROM d RETURNING 1) SELECT COUNT(*) FROM a");
  }

  std::vector<OutboxRecord> pages(notifier::OutboxStorage& storage, const DeliveryFilter& filter, std::size_t limit) {
    std::vector<OutboxRecord> found;
    std::uint64_t place = 0;
    do {
      const std::size_t before = found.size();
      REQUIRE(storage.search(filter, place, limit, found));
      CHECK(found.size() - before <= limit);
    } while (place != 0);
    return found;
  }

  std::string url;
  Timestamp time = start;
  notifier::MemoryOutboxStorage memory;
  std::unique_ptr<PostgresStore> store;
};

/// Takes what is there and has it fail, or leaves it to be tried again.
void attempt(Worker& worker, Action action, std::size_t count) {
  CHECK(comes_true([&] {
    worker.take_news();
    for (const OutboxClaim& claim : worker.claim()) {
      static_cast<void>(worker.outbox->record(claim.sequence, verdict(action, "no such thing"), now()));
      --count;
    }
    return count == 0;
  }));
  CHECK(worker.outbox->flush());
}

}  // namespace

TEST_CASE("a search in PostgreSQL finds what one in memory does, page by page") {
  constexpr int count = 210;
  History history(count);
  std::minstd_rand random(7);
  const auto chance = [&] { return random() % 3 == 0; };
  for (int round = 0; round < 200; ++round) {
    const int some = static_cast<int>(random() % count);
    const std::string key = "k" + std::to_string(some);
    const std::string notifier_id = "no-" + std::to_string(some % 5);
    const std::string event_id = "ev-" + std::to_string(some / 5);
    DeliveryFilter filter;
    filter.app_id = "app";
    if (chance()) filter.key = key;
    if (chance()) filter.notifier_id = notifier_id;
    if (chance()) filter.event_id = event_id;
    if (chance()) filter.event_type = some % 2 == 0 ? "deployment" : "alert";
    if (chance()) filter.state = some % 4 == 0 ? OutboxState::dead : OutboxState::pending;
    if (chance()) filter.since.ms = start.ms + static_cast<std::int64_t>(random() % (1000 * count));
    const std::size_t limit = 1 + random() % 20;
    const auto found = history.pages(history.store->outbox(), filter, limit);
    CHECK(keys(found) == keys(history.pages(history.memory, filter, limit)));
    for (const OutboxRecord& record : found)
      CHECK(record.history.size() == (record.state == OutboxState::dead ? 1 : 0));
  }
}

TEST_CASE("a search goes on through many that do not match, and ends at those that are too old") {
  History history(1);
  REQUIRE(
      query(history.url,
            "WITH made AS (INSERT INTO deliveries (shard, notifier_id, key, app_id, event_id, event_type, platform, "
            "target, host, state, attempts, created_at, next_at, wait_ms) SELECT 1, 'no-1', 'm' || i, 'app', '', "
            "'alert', 'webhook', 1, 1, 'delivered', 1, i, i, 0 FROM generate_series(1, 12000) i RETURNING 1) SELECT "
            "COUNT(*) FROM made") == 12'000);
  DeliveryFilter filter;
  filter.app_id = "app";
  filter.event_type = "nothing of the kind";
  std::vector<OutboxRecord> found;
  std::uint64_t place = 0;
  int pages = 0;
  do {
    REQUIRE(history.store->outbox().search(filter, place, 10, found));
    ++pages;
  } while (place != 0);
  CHECK(pages == 3);
  CHECK(found.empty());
  filter.since = {11'990};
  REQUIRE(history.store->outbox().search(filter, place, 10, found));
  CHECK(place == 0);
}

TEST_CASE("all that failed since a time is sent again by its owner, wherever it is asked for") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  Worker other(url);
  other.store->outbox().stop();
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  one.put(some(0, 30));
  attempt(one, Action::fail, 30);
  DeliveryFilter filter;
  filter.app_id = "elsewhere";
  std::uint64_t place = 0;
  CHECK(other.store->retry_all(filter, place, 100).value_or(99) == 0);
  filter.app_id = "app";
  filter.since = {now().wall.ms + 3'600'000};
  CHECK(other.store->retry_all(filter, place, 100).value_or(99) == 0);
  filter.since = notifier::first_timestamp;
  CHECK(other.store->retry_all(filter, place, 20).value_or(99) == 20);
  CHECK(place != 0);
  CHECK(comes_true([&] { return one.sent.size() == 20; }, one));
  // The newest ones, which are thirty to eleven.
  CHECK(one.sent.count("k29") == 1);
  CHECK(one.sent.count("k10") == 1);
  CHECK(other.store->retry_all(filter, place, 100).value_or(99) == 10);
  CHECK(place == 0);
  CHECK(comes_true([&] { return one.sent.size() == 30; }, one));
  for (const auto& [key, count] : one.sent) CHECK(count == 1);
}

TEST_CASE("what waits is withdrawn by its owner, wherever it is asked for, and can be sent again") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  Worker other(url);
  other.store->outbox().stop();
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  one.put(some(0, 3));
  attempt(one, Action::retry, 3);
  CHECK(other.store->cancel("app", {}, "k9").error().code == errc::not_found);
  CHECK(other.store->cancel("elsewhere", {}, "k1").error().code == errc::not_found);
  CHECK(other.store->cancel("app", "no-5", "k1").error().code == errc::not_found);
  REQUIRE(other.store->cancel("app", {}, "k1"));
  CHECK(comes_true([&] { return one.withdrawn == std::vector<std::string>{"k1"}; }, one));
  const auto dead = other.store->outbox().find("no-1", "k1");
  REQUIRE(dead);
  REQUIRE(*dead);
  CHECK((*dead)->state == OutboxState::dead);
  CHECK((*dead)->history.back().reason == "it was withdrawn by hand");
  CHECK(other.store->cancel("app", {}, "k1").error().code == errc::conflict);
  CHECK(comes_true([&] { return query(url, "SELECT COUNT(*) FROM outbox_commands") == 0; }, one));
  CHECK(one.outbox->pending() == 2);
  CHECK(other.store->retry("app", {}, "k1"));
  CHECK(comes_true([&] { return one.sent["k1"] == 1; }, one));
}

TEST_CASE("what nobody owns yet is withdrawn by whoever comes, before it is sent") {
  const std::string url = postgres_test::server().make_database();
  {
    Worker inserter(url);
    inserter.store->outbox().stop();
    inserter.put(some(0, 2));
    REQUIRE(inserter.store->cancel("app", "no-0", "k0"));
  }
  Worker one(url);
  CHECK(comes_true([&] {
    one.take_news();
    return one.withdrawn.size() == 1;
  }));
  CHECK(comes_true([&] { return one.sent.count("k1") == 1; }, one));
  CHECK(one.sent.count("k0") == 0);
}

TEST_CASE("a command whose name an owner does not know waits for one that does") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  REQUIRE(query(url,
                "WITH made AS (INSERT INTO outbox_commands (shard, name, app_id, notifier_id, key) VALUES (3, "
                "'dance', 'app', 'no-1', 'k1') RETURNING 1) SELECT COUNT(*) FROM made") == 1);
  one.put(some(0, 1));
  REQUIRE(one.store->cancel("app", "no-0", "k0"));
  CHECK(comes_true([&] {
    one.take_news();
    return one.withdrawn.size() == 1 && query(url, "SELECT COUNT(*) FROM outbox_commands") == 1;
  }));
  CHECK(query(url, "SELECT COUNT(*) FROM outbox_commands WHERE name = 'dance'") == 1);
}

TEST_CASE("an event is found by its id, in its own app") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  notifier::Outcome outcome;
  outcome.events.resize(1);
  outcome.events[0].app_id = "app";
  outcome.events[0].id = "e-1";
  outcome.events[0].json = R"({"id":"e-1"})";
  REQUIRE(one.store->store({&outcome}));
  CHECK(one.store->event("app", "e-1") == R"({"id":"e-1"})");
  CHECK(one.store->event("elsewhere", "e-1").empty());
  CHECK(one.store->event("app", "e-2").empty());
  CHECK(one.store->event("app", "").empty());
}

TEST_CASE("who owns a shard is told of what others insert or ask for there, and need not look for it") {
  constexpr std::int64_t never = 3'600'000;
  const std::string url = postgres_test::server().make_database();
  Worker one(url, 2'000, never);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  Worker other(url);
  other.store->outbox().stop();
  other.put(some(0, 5));
  CHECK(comes_true([&] { return one.sent.size() == 5; }, one));
  one.put({make("failing", "no-1", "https://example.com/1")});
  attempt(one, Action::fail, 1);
  CHECK(other.store->retry("app", {}, "failing"));
  attempt(one, Action::retry, 1);
  CHECK(other.store->cancel("app", {}, "failing"));
  CHECK(comes_true([&] { return one.withdrawn.size() == 1; }, one));
  // A connection that broke is made anew, and then it is looked for what was missed.
  REQUIRE(query(url,
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'notifier-listen'") == 2);
  other.put(some(10, 20));
  CHECK(comes_true([&] { return one.sent.size() == 15; }, one));
}
