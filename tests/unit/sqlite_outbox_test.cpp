#include "notifier/adapters/sqlite_outbox.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/record_json.hpp"
#include "notifier/outbox/outbox.hpp"
#include "older_database.hpp"

using notifier::Delivery;
using notifier::errc;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::Platform;
using notifier::Verdict;
using Action = notifier::Verdict::Action;

namespace {

constexpr Moment start{{1'700'000'000'000}, 5'000};

/// So much later, by both clocks.
constexpr Moment after(std::int64_t ms) { return {{start.wall.ms + ms}, start.steady_ms + ms}; }

/// A database file that is gone at the end, and a store on it that can be closed and opened again.
struct Database {
  Database() {
    static int count = 0;
    path = "/tmp/notifier_outbox_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
    remove();
    open();
  }
  ~Database() {
    store.reset();
    remove();
  }
  void open() {
    store.reset();
    notifier::SqliteOptions options;
    options.path = path;
    options.with_outbox = true;
    options.clock = [] { return start.wall; };
    auto opened = notifier::SqliteStore::open(std::move(options));
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
  }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }
  std::int64_t query(const std::string& sql) const {
    auto raw = notifier::SqliteDatabase::open(path, 1000);
    REQUIRE(raw);
    const auto value = raw->query_integer(sql);
    REQUIRE(value);
    return *value;
  }
  OutboxRecord find(std::string_view key, std::string_view notifier_id = "no-1") const {
    auto record = store->outbox()->find(notifier_id, key);
    REQUIRE(record);
    REQUIRE(*record);
    return **record;
  }

  std::string path;
  std::unique_ptr<notifier::SqliteStore> store;
};

Delivery make(const std::string& key, const std::string& notifier_id = "no-1") {
  Delivery delivery;
  delivery.idempotency_key = key;
  delivery.notifier_id = notifier_id;
  delivery.app_id = "app";
  delivery.event_id = "ev-" + key;
  delivery.event_type = "deployment";
  delivery.platform = Platform::webhook;
  delivery.method = "POST";
  delivery.url = "https://example.com/hook/" + notifier_id;
  delivery.headers = {{"Content-Type", "application/json"}};
  delivery.body = "{\"text\":\"\\u0000 \xC3\xBC \\\"" + key + "\\\"\"}";
  return delivery;
}

notifier::Outcome outcome_of(std::vector<Delivery> deliveries) {
  notifier::Outcome outcome;
  outcome.events.push_back({"app", "ev", "{}"});
  outcome.deliveries = std::move(deliveries);
  return outcome;
}

void admit_arrivals(Database& database, Outbox& outbox) {
  for (const OutboxRecord& record : database.store->outbox()->take_arrivals()) outbox.admit(record, start);
}

std::vector<OutboxClaim> claim(Outbox& outbox, Moment now = start) {
  std::vector<OutboxClaim> claims;
  outbox.claim(now, 100, claims);
  return claims;
}

Verdict verdict(Action action) { return {action, action == Action::delivered ? 200 : 503, "because", std::nullopt}; }

}  // namespace

TEST_CASE("what the API sends is stored with its change, sent by the outbox, and gone when it has arrived") {
  Database database;
  auto outcome = outcome_of({make("k1"), make("k2")});
  int arrivals = 0;
  database.store->outbox()->on_arrival([&] { ++arrivals; });
  REQUIRE(database.store->store({&outcome}));
  CHECK(arrivals == 1);

  Outbox outbox(*database.store->outbox());
  admit_arrivals(database, outbox);
  const auto claims = claim(outbox);
  REQUIRE(claims.size() == 2);
  CHECK(claims[0].delivery.body == outcome.deliveries[0].body);
  CHECK(claims[0].delivery.url == outcome.deliveries[0].url);
  CHECK(claims[0].delivery.headers[0].value == "application/json");
  REQUIRE(outbox.record(claims[0].sequence, verdict(Action::delivered), start));
  REQUIRE(outbox.record(claims[1].sequence, verdict(Action::retry), start));
  CHECK(database.find("k1").state == OutboxState::pending);
  REQUIRE(outbox.flush());
  CHECK(database.find("k1").state == OutboxState::delivered);
  CHECK(database.find("k2").state == OutboxState::pending);
  CHECK(database.find("k2").attempts == 1);
  REQUIRE(database.find("k2").history.size() == 1);
  CHECK(database.find("k2").history[0].status == 503);
  CHECK(database.find("k2").history[0].reason == "because");
  CHECK(database.query("SELECT COUNT(*) FROM delivery_contents") == 1);
}

TEST_CASE("who tells of events tells of one before anybody can tell of its deliveries") {
  Database database;
  std::vector<std::string> told;
  database.store->on_stored([&](const std::vector<notifier::Outcome*>& outcomes) {
    CHECK(database.store->outbox()->take_arrivals().empty());
    for (const notifier::Outcome* const outcome : outcomes) told.push_back(outcome->events.at(0).json);
  });
  database.store->outbox()->on_arrival([&] { told.emplace_back("arrivals"); });
  auto first = outcome_of({make("k1")});
  auto second = outcome_of({make("k2")});
  REQUIRE(database.store->store({&first, &second}));
  CHECK(told == std::vector<std::string>{"{}", "{}", "arrivals"});
  CHECK(database.store->outbox()->take_arrivals().size() == 2);
}

TEST_CASE("what is stored, or sent again, while the waiting are taken up is admitted once, whichever way it comes") {
  Database database;
  std::vector<Delivery> many;
  for (int i = 0; i < 3'500; ++i) many.push_back(make("k" + std::to_string(i), "no-" + std::to_string(i % 50)));
  auto outcome = outcome_of(many);
  REQUIRE(database.store->store({&outcome}));
  {
    // One is dead when it begins, and due again when its page has long been read.
    Outbox outbox(*database.store->outbox());
    admit_arrivals(database, outbox);
    for (const OutboxClaim& each : claim(outbox)) {
      if (each.delivery.idempotency_key == "k0") REQUIRE(outbox.record(each.sequence, verdict(Action::fail), start));
    }
    REQUIRE(outbox.flush());
  }
  database.open();
  std::vector<std::uint64_t> found;
  int calls = 0;
  REQUIRE(database.store->outbox()->each_waiting([&](const OutboxRecord& record) {
    found.push_back(record.sequence);
    if (++calls == 1500) {
      auto late = outcome_of({make("late-1"), make("late-2")});
      REQUIRE(database.store->store({&late}));
      REQUIRE(database.store->outbox()->retry("app", "no-0", "k0", start.wall));
    }
  }));
  const auto arrivals = database.store->outbox()->take_arrivals();
  CHECK(arrivals.size() == 3);
  for (const OutboxRecord& record : arrivals) found.push_back(record.sequence);
  std::sort(found.begin(), found.end());
  CHECK(found.size() == 3'502);
  CHECK(std::unique(found.begin(), found.end()) == found.end());
}

TEST_CASE("taking up what waits ends early where that is asked for") {
  Database database;
  std::vector<Delivery> many;
  for (int i = 0; i < 2'500; ++i) many.push_back(make("k" + std::to_string(i)));
  auto outcome = outcome_of(many);
  REQUIRE(database.store->store({&outcome}));
  std::size_t count = 0;
  const auto done = database.store->outbox()->each_waiting([&](const OutboxRecord&) {
    ++count;
    database.store->outbox()->interrupt();
  });
  CHECK_FALSE(done);
  CHECK(count < 2'500);
}

TEST_CASE("a transaction that fails leaves no delivery, no event and no arrival") {
  Database database;
  {
    auto raw = notifier::SqliteDatabase::open(database.path, 1000);
    REQUIRE(raw);
    REQUIRE(
        raw->execute("CREATE TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.key = 'k2' "
                     "BEGIN SELECT RAISE(FAIL, 'told to fail'); END"));
  }
  auto outcome = outcome_of({make("k1"), make("k2")});
  const auto refused = database.store->store({&outcome});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == notifier::errc::storage);
  std::vector<std::string> events;
  CHECK(database.store->events("app", 0, 10, events) == 0);
  CHECK(database.store->outbox()->take_arrivals().empty());
  CHECK(database.query("SELECT COUNT(*) FROM deliveries") == 0);

  auto others = outcome_of({make("k3")});
  REQUIRE(database.store->store({&others}));
  CHECK(database.store->outbox()->take_arrivals().size() == 1);
}

TEST_CASE("a key that is known is not stored again, whatever became of it") {
  Database database;
  Outbox outbox(*database.store->outbox());
  auto outcome = outcome_of({make("k1")});
  REQUIRE(database.store->store({&outcome}));
  REQUIRE(database.store->store({&outcome}));
  admit_arrivals(database, outbox);
  CHECK(outbox.pending() == 1);
  REQUIRE(outbox.record(claim(outbox)[0].sequence, verdict(Action::delivered), start));
  REQUIRE(outbox.flush());
  REQUIRE(database.store->store({&outcome}));
  CHECK(database.store->outbox()->take_arrivals().empty());
  const auto enqueued = outbox.enqueue({make("k1"), make("k2")}, start);
  REQUIRE(enqueued);
  CHECK(enqueued->added == 1);
  CHECK(enqueued->known == std::vector<std::size_t>{0});
}

TEST_CASE("the outbox comes back from its file: pending deliveries, attempts and health") {
  Database database;
  {
    Outbox outbox(*database.store->outbox());
    auto outcome = outcome_of({make("k1"), make("k2"), make("k3")});
    REQUIRE(database.store->store({&outcome}));
    admit_arrivals(database, outbox);
    const auto claims = claim(outbox);
    REQUIRE(outbox.record(claims[0].sequence, verdict(Action::delivered), start));
    REQUIRE(outbox.record(claims[1].sequence, verdict(Action::retry), start));
    REQUIRE(outbox.flush());
  }
  database.open();
  notifier::OutboxOptions options;
  options.retry.disable_after_failures = 2;
  options.retry.disable_after_ms = 0;
  Outbox outbox(*database.store->outbox(), options);
  CHECK(*outbox.recover(start) == 2);
  const auto again = claim(outbox);
  REQUIRE(again.size() == 1);
  CHECK(again[0].delivery.idempotency_key == "k3");
  const auto later = claim(outbox, after(3'600'000));
  REQUIRE(later.size() == 1);
  CHECK(later[0].delivery.idempotency_key == "k2");
  CHECK(later[0].attempt == 2);
  const auto step = outbox.record(later[0].sequence, verdict(Action::retry), start);
  REQUIRE(step);
  CHECK(step->disable_notifier);
}

TEST_CASE("a dead delivery can be sent again through the store, under its key and with its history") {
  Database database;
  Outbox outbox(*database.store->outbox());
  const auto retry = [&](std::string_view notifier_id, std::string_view key, std::string_view app_id = "app") {
    const auto done = database.store->outbox()->retry(app_id, notifier_id, key, start.wall);
    return done ? std::optional<errc>() : std::optional<errc>(done.error().code);
  };
  auto outcome = outcome_of({make("k1")});
  REQUIRE(database.store->store({&outcome}));
  admit_arrivals(database, outbox);
  CHECK(retry("no-1", "k1") == errc::conflict);
  REQUIRE(outbox.record(claim(outbox)[0].sequence, verdict(Action::fail), start));
  REQUIRE(outbox.flush());
  CHECK(retry("no-2", "k1") == errc::not_found);
  CHECK(retry("no-1", "k1", "other") == errc::not_found);
  CHECK(retry("no-1", "k2") == errc::not_found);
  CHECK(retry("no-1", "k1") == std::nullopt);
  CHECK(retry("no-1", "k1") == errc::conflict);
  admit_arrivals(database, outbox);
  const auto claims = claim(outbox);
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].attempt == 1);
  CHECK(claims[0].delivery.body == outcome.deliveries[0].body);
  REQUIRE(outbox.record(claims[0].sequence, verdict(Action::delivered), start));
  REQUIRE(outbox.flush());
  CHECK(database.find("k1").history.size() == 2);
  CHECK(retry("no-1", "k1") == errc::conflict);
}

TEST_CASE("a mail to nobody is stored dead, and says so") {
  Database database;
  Delivery mail = make("k1");
  mail.platform = Platform::email;
  mail.url.clear();
  auto outcome = outcome_of({mail});
  REQUIRE(database.store->store({&outcome}));
  const auto arrivals = database.store->outbox()->take_arrivals();
  REQUIRE(arrivals.size() == 1);
  CHECK(arrivals[0].state == OutboxState::dead);
  CHECK(database.find("k1").history[0].reason == "the mail has no recipient");
}

TEST_CASE("a notifier's deliveries are listed newest first, by page, without content") {
  Database database;
  std::vector<Delivery> deliveries;
  for (int i = 1; i <= 5; ++i) deliveries.push_back(make("k" + std::to_string(i)));
  deliveries.push_back(make("other", "no-2"));
  auto outcome = outcome_of(std::move(deliveries));
  REQUIRE(database.store->store({&outcome}));
  std::vector<std::string> page;
  CHECK(database.store->deliveries("app", "no-1", 1, 2, page) == 5);
  REQUIRE(page.size() == 2);
  CHECK(page[0].find("\"id\":\"k4\"") != std::string::npos);
  CHECK(page[1].find("\"id\":\"k3\"") != std::string::npos);
  CHECK(page[0].find("example.com") == std::string::npos);
  CHECK(page[0].find("text") == std::string::npos);

  std::vector<OutboxRecord> records;
  CHECK(*database.store->outbox()->list({}, records) == 6);
  CHECK(*database.store->outbox()->list({"no-1", OutboxState::dead, 0, 10}, records) == 0);
  CHECK(*database.store->outbox()->list({"", OutboxState::pending, 0, 10}, records) == 6);
}

TEST_CASE("what ended long ago is forgotten, and the file gives its room back") {
  Database database;
  Outbox outbox(*database.store->outbox());
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 2500; ++i) deliveries.push_back(make("k" + std::to_string(i)));
  for (Delivery& delivery : deliveries) delivery.body = delivery.body.str() + std::string(2000, 'x');
  auto outcome = outcome_of(std::move(deliveries));
  REQUIRE(database.store->store({&outcome}));
  admit_arrivals(database, outbox);
  for (auto claims = claim(outbox); !claims.empty(); claims = claim(outbox)) {
    for (const OutboxClaim& one : claims) REQUIRE(outbox.record(one.sequence, verdict(Action::delivered), start));
    REQUIRE(outbox.flush());
  }
  const auto pages = database.query("PRAGMA page_count");
  CHECK(*outbox.prune(start) == 0);
  CHECK(*outbox.prune(after(std::int64_t{8} * 24 * 3'600'000)) == 2500);
  CHECK(database.query("SELECT COUNT(*) FROM deliveries") == 0);
  CHECK(database.query("SELECT COUNT(*) FROM delivery_attempts") == 0);
  CHECK(database.query("PRAGMA page_count") * 10 < pages);
}

TEST_CASE("commits that fail keep what was recorded, and insertions are all or none") {
  Database database;
  Outbox outbox(*database.store->outbox());
  REQUIRE(outbox.enqueue({make("k1")}, start));
  REQUIRE(outbox.record(claim(outbox)[0].sequence, verdict(Action::delivered), start));
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  REQUIRE(raw);
  REQUIRE(raw->execute("CREATE TRIGGER refuse_update BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(FAIL, 'no'); END"));
  CHECK_FALSE(outbox.flush());
  CHECK(outbox.is_stuck());
  REQUIRE(outbox.enqueue({make("k2")}, start));
  CHECK(claim(outbox).empty());
  CHECK(database.find("k1").state == OutboxState::pending);
  REQUIRE(raw->execute("DROP TRIGGER refuse_update"));
  CHECK(outbox.flush());
  CHECK(database.find("k1").state == OutboxState::delivered);
  CHECK(database.find("k1").history.size() == 1);
  CHECK(claim(outbox).size() == 1);

  REQUIRE(
      raw->execute("CREATE TRIGGER refuse_insert BEFORE INSERT ON deliveries WHEN NEW.key = 'k4' "
                   "BEGIN SELECT RAISE(FAIL, 'no'); END"));
  CHECK_FALSE(outbox.enqueue({make("k3"), make("k4")}, start));
  CHECK(database.query("SELECT COUNT(*) FROM deliveries") == 2);
  CHECK(outbox.pending() == 1);
  REQUIRE(raw->execute("DROP TRIGGER refuse_insert"));
  CHECK(outbox.enqueue({make("k3"), make("k4")}, start)->added == 2);
}

TEST_CASE("content that cannot be read is dead, and stops nothing else") {
  Database database;
  Outbox outbox(*database.store->outbox());
  REQUIRE(outbox.enqueue({make("k1"), make("k2"), make("k3")}, start));
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  REQUIRE(raw);
  REQUIRE(
      raw->execute("UPDATE delivery_contents SET content = '{\"broken' WHERE sequence = 1;"
                   "DELETE FROM delivery_contents WHERE sequence = 2"));
  const auto claims = claim(outbox);
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].delivery.idempotency_key == "k3");
  REQUIRE(outbox.flush());
  CHECK(database.find("k1").state == OutboxState::dead);
  CHECK(database.find("k2").state == OutboxState::dead);
}

TEST_CASE("the API stores while the outbox records, each seeing the other's rows") {
  Database database;
  constexpr int most = 300;
  std::thread api([&] {
    for (int i = 0; i < most; ++i) {
      auto outcome = outcome_of({make("k" + std::to_string(i))});
      CHECK(database.store->store({&outcome}));
    }
  });
  Outbox outbox(*database.store->outbox());
  int sent = 0;
  while (sent < most) {
    admit_arrivals(database, outbox);
    for (const OutboxClaim& one : claim(outbox)) {
      CHECK(outbox.record(one.sequence, verdict(Action::delivered), start));
      ++sent;
    }
    CHECK(outbox.flush());
  }
  api.join();
  CHECK(database.query("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'") == most);
}

TEST_CASE("what a target said is kept with its attempt, and attempts of a database from before it was have none") {
  Database database;
  const Delivery delivery = make("k1");
  {
    Outbox outbox(*database.store->outbox());
    REQUIRE(outbox.enqueue(&delivery, 1, start));
    std::vector<OutboxClaim> claims;
    REQUIRE(outbox.claim(start, 1, claims) == 1);
    REQUIRE(outbox.record(claims[0].sequence, {Action::retry, 500, "later", std::nullopt}, start));
    REQUIRE(outbox.flush());
  }
  // As it was.
  database.store.reset();
  make_older(database.path, 6,
             "INSERT INTO deliveries SELECT sequence, notifier_id, key, app_id, event_id, event_type, platform, "
             "target, host, state, attempts, created_at, next_at, wait_ms FROM newest.deliveries;"
             "INSERT INTO delivery_contents SELECT sequence, rest, recipients, content FROM newest.delivery_contents;"
             "INSERT INTO delivery_attempts SELECT sequence, number, at, action, status, reason, remaining, refused "
             "FROM newest.delivery_attempts;");
  database.open();
  REQUIRE(database.find("k1").history.size() == 1);
  CHECK(database.find("k1").history[0].reply.empty());
  CHECK(database.find("k1").history[0].receipt.empty());

  Outbox outbox(*database.store->outbox());
  REQUIRE(outbox.recover(after(10'000)));
  std::vector<OutboxClaim> claims;
  REQUIRE(outbox.claim(after(10'000), 1, claims) == 1);
  REQUIRE(outbox.record(claims[0].sequence, {Action::fail, 400, "no", std::nullopt, "m-1", 250}, after(10'000), {},
                        "no such \xC3\xA9"));
  REQUIRE(outbox.flush());
  database.open();
  const OutboxRecord record = database.find("k1");
  REQUIRE(record.history.size() == 2);
  CHECK(record.history[0].reply.empty());
  CHECK(record.history[1].reply == "no such \xC3\xA9");
  CHECK(record.history[0].receipt.empty());
  CHECK(record.history[1].receipt == "m-1");
  CHECK_FALSE(record.history[0].duration_ms.has_value());
  CHECK(record.history[1].duration_ms == 250);
  notifier::Buffer json;
  notifier::json::Writer out(json);
  to_json(out, record);
  CHECK(
      json.view().find("\"reason\":\"no\",\"reply\":\"no such \xC3\xA9\",\"receipt\":\"m-1\",\"duration_ms\":250}]") !=
      std::string_view::npos);
}

TEST_CASE("pages of deliveries from a place on are the same whatever comes in") {
  Database database;
  Outbox outbox(*database.store->outbox());
  std::vector<Delivery> deliveries;
  const auto come_in = [&](int first, int count) {
    deliveries.clear();
    for (int i = first; i < first + count; ++i) {
      deliveries.push_back(make("k" + std::to_string(i)));
      deliveries.push_back(make("k" + std::to_string(i), "no-2"));
    }
    REQUIRE(outbox.enqueue(deliveries, start));
  };
  come_in(0, 7);
  std::vector<std::string> all;
  CHECK(database.store->deliveries("app-1", "no-1", 0, 10, all) == 7);
  std::uint64_t place = 0;
  std::vector<std::string> read;
  for (int pages = 1;; ++pages) {
    CHECK(database.store->deliveries_from("app-1", "no-1", place, 3, read) == static_cast<std::size_t>(5 + 2 * pages));
    if (place == 0) break;
    come_in(10 * pages, 2);
  }
  CHECK(read == all);
}
