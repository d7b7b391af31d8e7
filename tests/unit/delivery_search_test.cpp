// Deliveries of an app that are searched for, sent again by the many, or withdrawn: over memory, over SQLite.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"

namespace {

using notifier::Delivery;
using notifier::DeliveryFilter;
using notifier::errc;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::OutboxStorage;
using Action = notifier::Verdict::Action;

constexpr Moment start{{1'700'000'000'000}, 5'000};
constexpr Moment after(std::int64_t ms) { return {{start.wall.ms + ms}, start.steady_ms + ms}; }

struct Database {
  Database() {
    static int count = 0;
    path = "/tmp/notifier_search_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
    remove();
    notifier::SqliteOptions options;
    options.path = path;
    options.with_outbox = true;
    options.synchronous = notifier::SqliteOptions::Synchronous::normal;
    options.clock = [] { return start.wall; };
    auto opened = notifier::SqliteStore::open(std::move(options));
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
  }
  ~Database() {
    store.reset();
    remove();
  }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }

  std::string path;
  std::unique_ptr<notifier::SqliteStore> store;
};

Delivery make(int number) {
  Delivery delivery;
  delivery.idempotency_key = "k" + std::to_string(number);
  delivery.app_id = number % 7 == 0 ? "other" : "app";
  delivery.notifier_id = "no-" + std::to_string(number % 5);
  delivery.event_id = "ev-" + std::to_string(number / 5);
  delivery.event_type = number % 2 == 0 ? "deployment" : "alert";
  delivery.platform = notifier::Platform::webhook;
  delivery.method = "POST";
  delivery.url = "https://example.com/" + delivery.notifier_id;
  delivery.body = "{}";
  return delivery;
}

/// So many deliveries, made one second after the other; each third is dead, each fourth delivered.
void fill(OutboxStorage& storage, int count) {
  std::vector<OutboxRecord> records;
  std::vector<Delivery> deliveries;
  for (int i = 0; i < count; ++i) {
    deliveries.push_back(make(i));
    records.push_back(describe_for_outbox(deliveries.back(), after(1000 * i).wall));
  }
  REQUIRE(storage.insert(records, deliveries.data()));
  std::vector<notifier::OutboxWrite> writes;
  for (const OutboxRecord& record : records) {
    notifier::OutboxWrite write;
    write.change.sequence = record.sequence;
    write.change.attempts = 1;
    write.change.next_at = record.created_at;
    write.change.state = record.sequence % 3 == 0   ? OutboxState::dead
                         : record.sequence % 4 == 0 ? OutboxState::delivered
                                                    : OutboxState::pending;
    write.change.attempt = notifier::DeliveryAttempt{record.created_at, Action::fail, 500, "no"};
    writes.push_back(std::move(write));
  }
  REQUIRE(storage.write(writes));
}

DeliveryFilter of_app() {
  DeliveryFilter filter;
  filter.app_id = "app";
  return filter;
}

std::vector<OutboxRecord> all_pages(OutboxStorage& storage, const DeliveryFilter& filter, std::size_t limit) {
  std::vector<OutboxRecord> found;
  std::uint64_t place = 0;
  do {
    const std::size_t before = found.size();
    REQUIRE(storage.search(filter, place, limit, found));
    CHECK(found.size() - before <= limit);
  } while (place != 0);
  return found;
}

std::vector<std::string> keys(const std::vector<OutboxRecord>& records) {
  std::vector<std::string> keys;
  for (const OutboxRecord& record : records) keys.push_back(record.key);
  return keys;
}

}  // namespace

TEST_CASE("a search finds exactly what it asks for, newest first, page by page") {
  constexpr int count = 400;
  Database database;
  notifier::MemoryOutboxStorage memory;
  OutboxStorage* const storages[] = {&memory, database.store->outbox()};
  for (OutboxStorage* const storage : storages) fill(*storage, count);
  std::vector<OutboxRecord> everything;
  REQUIRE(memory.list({{}, std::nullopt, 0, count}, everything));
  std::minstd_rand random(7);
  const auto chance = [&] { return random() % 3 == 0; };
  for (int round = 0; round < 300; ++round) {
    const Delivery some = make(static_cast<int>(random() % count));
    DeliveryFilter filter = of_app();
    if (chance()) filter.key = some.idempotency_key;
    if (chance()) filter.notifier_id = some.notifier_id;
    if (chance()) filter.event_id = some.event_id;
    if (chance()) filter.event_type = some.event_type;
    if (chance()) filter.state = static_cast<OutboxState>(random() % 4);
    if (chance()) filter.since = after(static_cast<std::int64_t>(random() % (1000 * count))).wall;
    std::vector<std::string> expected;
    for (const OutboxRecord& record : everything) {
      if (matches(record, filter)) expected.push_back(record.key);
    }
    for (OutboxStorage* const storage : storages) {
      const auto found = all_pages(*storage, filter, 1 + random() % 20);
      CHECK(keys(found) == expected);
      if (!found.empty()) CHECK(found.front().history.size() == 1);
    }
  }
}

TEST_CASE("a page of a search is soon there, however far what it asks for lies behind") {
  constexpr int count = 12'000;
  Database database;
  fill(*database.store->outbox(), count);
  DeliveryFilter filter = of_app();
  filter.event_type = "deployment";
  filter.state = OutboxState::pending;
  filter.since = start.wall;
  filter.notifier_id = "no-4";
  std::vector<OutboxRecord> found;
  std::uint64_t place = 0;
  REQUIRE(database.store->outbox()->search(filter, place, 10, found));
  CHECK(found.size() == 10);
  // Nothing matches: pages are empty and go on, until all of it was looked at.
  filter.notifier_id = {};
  filter.event_type = "nothing of the kind";
  int pages = 0;
  place = 0;
  do {
    REQUIRE(database.store->outbox()->search(filter, place, 10, found));
    ++pages;
  } while (place != 0);
  CHECK(found.size() == 10);
  CHECK(pages == 3);
  // What is older than it may be is not looked at.
  filter.since = after(1000 * (count - 10)).wall;
  REQUIRE(database.store->outbox()->search(filter, place, 10, found));
  CHECK(place == 0);
}

TEST_CASE("each search has an index that leads to it") {
  Database database;
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  REQUIRE(raw);
  namespace sql = notifier::detail::sqlite;
  for (const auto by :
       {sql::SearchBy::app, sql::SearchBy::dead, sql::SearchBy::notifier, sql::SearchBy::event, sql::SearchBy::key}) {
    for (const std::string& text : {sql::search_page(false, by), sql::search_next(false, by)}) {
      auto plan = notifier::SqliteStatement::prepare(raw->handle(), "EXPLAIN QUERY PLAN " + text);
      REQUIRE(plan);
      std::string steps;
      while (plan->step().value_or(false)) steps.append(plan->text(3)).append("; ");
      CAPTURE(steps);
      CHECK(steps.find("SCAN deliveries") == std::string::npos);
      CHECK((by == sql::SearchBy::key || steps.find("TEMP B-TREE") == std::string::npos));
      const bool is_dead = by == sql::SearchBy::dead;
      CHECK((steps.find("deliveries_dead") != std::string::npos) == is_dead);
    }
  }
}

TEST_CASE("a delivery is sent again by its id alone, in its own app only") {
  Database database;
  fill(*database.store->outbox(), 30);
  auto& store = *database.store;
  CHECK(store.retry("app", {}, "k2"));  // sequence 3
  CHECK(store.outbox()->take_arrivals().size() == 1);
  CHECK(store.retry("app", {}, "k2").error().code == errc::conflict);
  CHECK(store.retry("app", "no-3", "k5").error().code == errc::not_found);
  CHECK(store.retry("other", {}, "k5").error().code == errc::not_found);
  CHECK(store.retry("app", {}, "").error().code == errc::not_found);
  CHECK(store.retry("app", {}, "k").error().code == errc::not_found);
}

TEST_CASE("all that failed since a time is sent again, the newest ones first where they are many") {
  Database database;
  fill(*database.store->outbox(), 300);
  auto& outbox = *database.store->outbox();
  DeliveryFilter filter = of_app();
  filter.state = OutboxState::dead;
  const std::vector<std::string> dead = keys(all_pages(outbox, filter, 50));
  std::uint64_t place = 0;
  filter.state = std::nullopt;
  CHECK(*database.store->retry_all(filter, place, 5) == 5);
  CHECK(place != 0);
  std::vector<std::string> arrived = keys(outbox.take_arrivals());
  std::reverse(arrived.begin(), arrived.end());
  CHECK(arrived == std::vector<std::string>(dead.begin(), dead.begin() + 5));
  filter.since = after(100'000).wall;
  place = 0;
  const std::size_t left = *database.store->retry_all(filter, place, 1000);
  CHECK(place == 0);
  const auto arrivals = outbox.take_arrivals();
  CHECK(arrivals.size() == left);
  for (const OutboxRecord& record : arrivals) {
    CHECK(record.app_id == "app");
    CHECK(!(record.created_at < filter.since));
    CHECK(outbox.find(record.notifier_id, record.key)->value_or(OutboxRecord()).state == OutboxState::pending);
  }
  filter.state = OutboxState::dead;
  CHECK(all_pages(outbox, filter, 50).empty());
  filter.since = notifier::first_timestamp;
  CHECK(all_pages(outbox, filter, 50).size() == dead.size() - 5 - left);
}

TEST_CASE("what waits is withdrawn; what is under way is not tried again; what has ended says so") {
  notifier::MemoryOutboxStorage storage;
  Outbox outbox(storage);
  std::vector<Delivery> deliveries;
  for (int i = 1; i < 6; ++i) {
    deliveries.push_back(make(i));
    deliveries.back().notifier_id = "no-" + std::to_string(i);
  }
  REQUIRE(outbox.enqueue(deliveries, start));
  const auto state = [&](int i) {
    return storage.find("no-" + std::to_string(i), "k" + std::to_string(i))->value_or(OutboxRecord()).state;
  };
  const auto cancel = [&](int i) {
    return outbox.cancel("no-" + std::to_string(i), "k" + std::to_string(i), "it was withdrawn by hand", start);
  };
  CHECK(cancel(1));
  CHECK(state(1) == OutboxState::dead);
  CHECK(storage.find("no-1", "k1")->value_or(OutboxRecord()).history.back().reason == "it was withdrawn by hand");
  CHECK(cancel(1).error().code == errc::conflict);
  outbox.hold("no-2", start);
  CHECK(cancel(2));
  CHECK(state(2) == OutboxState::dead);
  CHECK(outbox.held() == 0);
  std::vector<OutboxClaim> claims;
  REQUIRE(outbox.claim(start, 10, claims) == 3);
  for (int i = 3; i < 6; ++i) CHECK(cancel(i));
  CHECK(state(3) == OutboxState::pending);
  CHECK(outbox.pending() == 3);
  // One arrives nevertheless, one fails, one is given back.
  REQUIRE(outbox.record(claims[0].sequence, {Action::delivered, 200, "ok", std::nullopt}, start));
  REQUIRE(outbox.record(claims[1].sequence, {Action::retry, 503, "busy", std::nullopt}, start));
  outbox.release(claims[2].sequence, start);
  REQUIRE(outbox.flush());
  CHECK(state(3) == OutboxState::delivered);
  CHECK(state(4) == OutboxState::dead);
  CHECK(state(5) == OutboxState::dead);
  CHECK(outbox.pending() == 0);
  CHECK(cancel(3).error().code == errc::conflict);
  CHECK(outbox.cancel("no-1", "nope", "x", start).error().code == errc::not_found);
}

TEST_CASE("what is made due again can be withdrawn before that is stored") {
  notifier::OutboxMachine machine;
  OutboxRecord record;
  record.sequence = 9;
  record.state = OutboxState::dead;
  record.notifier_id = "no-1";
  REQUIRE(machine.resend(record, start));
  CHECK(machine.cancel(9, "it was withdrawn by hand", start));
  CHECK(!machine.cancel(9, "it was withdrawn by hand", start));
  CHECK(machine.pending() == 0);
  const notifier::OutboxBatch* const batch = machine.take_writes();
  REQUIRE(batch != nullptr);
  CHECK(batch->writes.back().change.state == OutboxState::dead);
  machine.written(batch->number);
  CHECK(machine.pending() == 0);
}

TEST_CASE("a request to withdraw reaches the outbox's owner, after the delivery itself") {
  Database database;
  auto& store = *database.store;
  int called = 0;
  store.outbox()->on_arrival([&] { ++called; });
  notifier::Outcome outcome;
  outcome.deliveries.push_back(make(1));
  REQUIRE(store.store({&outcome}));
  CHECK(store.cancel("app", {}, "k1"));
  CHECK(called == 2);
  CHECK(store.cancel("other", {}, "k1").error().code == errc::not_found);
  CHECK(store.cancel("app", "no-7", "k1").error().code == errc::not_found);
  CHECK(store.cancel("app", "no-1", "k1"));
  Outbox outbox(*store.outbox());
  for (const OutboxRecord& record : store.outbox()->take_arrivals()) outbox.admit(record, start);
  const auto cancelled = store.outbox()->take_cancelled();
  REQUIRE(cancelled.size() == 2);
  CHECK(outbox.cancel(cancelled[0].notifier_id, cancelled[0].key, "it was withdrawn by hand", start));
  CHECK(!outbox.cancel(cancelled[1].notifier_id, cancelled[1].key, "it was withdrawn by hand", start));
  CHECK(store.cancel("app", {}, "k1").error().message == "the delivery has ended already");
  CHECK(store.outbox()->take_cancelled().empty());
}

TEST_CASE("an event is found by its id, in its own app") {
  Database database;
  notifier::Outcome outcome;
  outcome.events.push_back({"app", "ev-1", R"({"id":"ev-1"})"});
  outcome.events.push_back({"other", "ev-1", R"({"id":"ev-1","of":"other"})"});
  REQUIRE(database.store->store({&outcome}));
  CHECK(database.store->event("app", "ev-1") == R"({"id":"ev-1"})");
  CHECK(database.store->event("other", "ev-1") == R"({"id":"ev-1","of":"other"})");
  CHECK(database.store->event("app", "ev-2").empty());
  CHECK(database.store->event("nobody", "ev-1").empty());
}
