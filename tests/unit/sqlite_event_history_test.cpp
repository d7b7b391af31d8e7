// What a SqliteStore keeps of events, and how it is read page by page.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/response.hpp"
#include "older_database.hpp"

namespace {

/// A database file that is gone at the end, with what SQLite puts beside it.
struct TemporaryDatabase {
  TemporaryDatabase() { remove(); }
  ~TemporaryDatabase() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }
  const std::string path = "/tmp/notifier_event_history_test_" + std::to_string(::getpid()) + ".db";
};

notifier::SqliteOptions at(const TemporaryDatabase& database) {
  notifier::SqliteOptions options;
  options.path = database.path;
  return options;
}

std::unique_ptr<notifier::SqliteStore> open(notifier::SqliteOptions options) {
  auto store = notifier::SqliteStore::open(std::move(options));
  REQUIRE_MESSAGE(store, store.error().message);
  return *std::move(store);
}

}  // namespace

TEST_CASE("pages of events from a place on are the same whatever comes in, and end where events were forgotten") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.events_per_app = 10;
  const auto store = open(std::move(options));
  const auto come_in = [&](int first, int count) {
    notifier::Outcome outcome;
    for (int i = first; i < first + count; ++i) {
      outcome.events.push_back({"app-1", std::to_string(i), "{\"id\":\"" + std::to_string(i) + "\"}"});
    }
    REQUIRE(store->store({&outcome}));
  };
  const auto page = [&](std::uint64_t& place, std::size_t limit) {
    std::vector<std::string> events;
    CHECK(store->events_from("app-1", place, limit, events) == 10);
    return events;
  };
  come_in(1, 10);
  std::vector<std::string> all;
  CHECK(store->events("app-1", 0, 10, all) == 10);
  std::uint64_t place = 0;
  std::vector<std::string> read = page(place, 4);
  come_in(11, 2);
  for (std::string& event : page(place, 4)) read.push_back(std::move(event));
  // Of the last two one is forgotten by then, and the other.
  CHECK(read == std::vector<std::string>(all.begin(), all.begin() + 8));
  CHECK(place == 0);
  place = 11;
  CHECK(page(place, 8) == std::vector<std::string>([&] {
          std::vector<std::string> events;
          store->events("app-1", 1, 8, events);
          return events;
        }()));
  CHECK(place == 3);
  come_in(13, 9);
  CHECK(page(place, 8).empty());
  CHECK(place == 0);
  place = 1'000'000;
  CHECK(page(place, 3).size() == 3);
  place = 0;
  std::vector<std::string> none;
  CHECK(store->events_from("nobody", place, 3, none) == 0);
  CHECK(none.empty());
}

TEST_CASE("the events of an app take no more than they may, but for the latest, whatever it takes") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.event_bytes_per_app = 10'000;
  auto store = open(options);
  const auto come_in = [&](const std::string& app, const std::string& id, std::size_t size) {
    notifier::Outcome outcome;
    outcome.events.push_back({app, id, "{\"id\":\"" + id + "\",\"x\":\"" + std::string(size, 'x') + "\xC3\xA9\"}"});
    REQUIRE(store->store({&outcome}));
    return !outcome.events[0].is_known;
  };
  const auto count = [&](const std::string& app) {
    std::vector<std::string> events;
    const std::size_t total = store->events(app, 0, 100, events);
    CHECK(events.size() == total);
    return total;
  };
  const auto bytes = [&] {
    auto raw = notifier::SqliteDatabase::open(database.path, 1000);
    REQUIRE(raw);
    const auto kept = raw->query_integer("SELECT SUM(LENGTH(CAST(event AS BLOB))) FROM events");
    CHECK(*raw->query_integer(notifier::detail::sqlite::select_all_event_bytes) == *kept);
    return *kept;
  };
  for (int i = 0; i < 30; ++i) CHECK(come_in("a", "e" + std::to_string(i), 1'000));
  CHECK(count("a") == 9);
  CHECK(bytes() < 10'000);
  CHECK_FALSE(come_in("a", "e29", 1));
  CHECK(come_in("a", "e0", 1'000));
  // One that is larger than all of it stays, alone, until the next.
  CHECK(come_in("a", "large", 50'000));
  CHECK(count("a") == 1);
  CHECK(come_in("b", "e1", 1'000));
  CHECK(count("a") == 1);
  CHECK(come_in("a", "small", 100));
  CHECK(count("a") == 1);
  CHECK(count("b") == 1);
  CHECK(bytes() < 2'000);
  // The same after a restart, and for what a database of before has.
  store.reset();
  make_older(database.path, 8,
             "INSERT INTO events SELECT app_id, number, event FROM newest.events;"
             "INSERT INTO event_ids SELECT app_id, event_id, number FROM newest.event_ids;");
  options.event_bytes_per_app = 1'200;
  store = open(options);
  CHECK(bytes() < 2'000);
  CHECK(come_in("b", "e2", 1'000));
  CHECK(count("b") == 1);
}

TEST_CASE("the events of all apps take no more than they may, and the oldest go first, whosever they are") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.event_bytes = 10'000;
  auto store = open(options);
  const auto come_in = [&](const std::string& app, std::size_t size) {
    notifier::Outcome outcome;
    outcome.events.push_back({app, "", "{\"x\":\"" + std::string(size, 'x') + "\"}"});
    REQUIRE(store->store({&outcome}));
  };
  const auto count = [&](const std::string& app) {
    std::vector<std::string> events;
    const std::size_t total = store->events(app, 0, 100, events);
    CHECK(events.size() == total);
    return total;
  };
  for (int i = 0; i < 4; ++i) come_in("old", 1'000);
  for (int i = 0; i < 5; ++i) come_in("new", 1'000);
  CHECK(count("old") == 4);
  come_in("other", 1'000);
  come_in("old", 1'000);
  // Those of "old" were the oldest, but for the last.
  CHECK(count("old") == 3);
  CHECK(count("new") == 5);
  come_in("new", 5'000);
  CHECK(count("old") == 1);
  CHECK(count("new") == 3);
  CHECK(count("other") == 1);
  // One that is larger than all of it stays, alone.
  come_in("large", 50'000);
  CHECK(count("old") + count("new") + count("other") == 0);
  CHECK(count("large") == 1);
  // What was kept before there was a bound goes with the next event.
  store.reset();
  options.event_bytes = 0;
  store = open(options);
  for (int i = 0; i < 5; ++i) come_in("new", 10'000);
  CHECK(count("new") == 5);
  CHECK(count("large") == 1);
  store.reset();
  options.event_bytes = 25'000;
  store = open(options);
  come_in("old", 10);
  CHECK(count("new") == 2);
  CHECK(count("old") == 1);
}
