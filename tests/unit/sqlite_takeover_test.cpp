// A database that release 1.0.0 wrote (tests/data/1.0.0) is taken over as it is: nothing is lost, sent twice or
// revived.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event_corpus.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/outbox/outbox.hpp"

using notifier::Delivery;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::Verdict;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;
/// A minute after the fixture was made.
constexpr Moment start{{1'795'994'124'000}, 0};
constexpr Moment after(std::int64_t ms) { return {{start.wall.ms + ms}, start.steady_ms + ms}; }

/// The fixture as a file of its own, and a store on it.
struct Fixture {
  Fixture() {
    static int count = 0;
    path = "/tmp/notifier_takeover_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
    remove();
    {
      auto database = notifier::SqliteDatabase::open(path, 1000);
      REQUIRE(database);
      REQUIRE(database->execute(read_test_data("1.0.0/notifier.sql").c_str()));
    }
    open();
  }
  ~Fixture() {
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
  std::vector<OutboxRecord> list(std::string_view notifier_id = {},
                                 std::optional<OutboxState> state = std::nullopt) const {
    std::vector<OutboxRecord> records;
    const auto total = store->outbox()->list({notifier_id, state, 0, 1000}, records);
    REQUIRE(total);
    CHECK(*total == records.size());
    return records;
  }
  std::map<std::string, int> states() const {
    std::map<std::string, int> states;
    for (const OutboxRecord& record : list()) {
      ++states[std::string(to_string(record.state)) + " " + std::to_string(record.attempts)];
    }
    return states;
  }

  std::string path;
  std::unique_ptr<notifier::SqliteStore> store;
};

/// Claims what is due, and says of each that it arrived.
std::vector<Delivery> send_all(Outbox& outbox, Moment now) {
  std::vector<Delivery> sent;
  std::vector<OutboxClaim> claims;
  for (int i = 0; i < 20; ++i) {
    const Moment at{{now.wall.ms + i * 1000}, now.steady_ms + i * 1000};  // Slack's second between two
    claims.clear();
    outbox.claim(at, 100, claims);
    for (OutboxClaim& claim : claims) {
      REQUIRE(outbox.record(claim.sequence, {Verdict::Action::delivered, 200, "taken", std::nullopt}, at));
      sent.push_back(std::move(claim.delivery));
    }
    REQUIRE(outbox.flush());
  }
  return sent;
}

const std::map<std::string, int> states_of_fixture = {
    {"pending 0", 4}, {"pending 2", 8}, {"delivered 1", 9}, {"dead 0", 4}, {"dead 1", 6}};

}  // namespace

TEST_CASE("what 1.0 wrote is all there, and was not written anew") {
  Fixture fixture;
  CHECK(fixture.states() == states_of_fixture);
  CHECK(fixture.query("SELECT COUNT(*) FROM old_deliveries") == 31);
  CHECK(fixture.query("SELECT COUNT(*) FROM deliveries") == 0);

  notifier::Registry registry;
  REQUIRE(fixture.store->load(registry));
  CHECK(registry.list("shop").size() == 8);
  CHECK(registry.list("own")[0].selected_event_ids == std::vector<std::string>{"et-backup"});
  CHECK(registry.snapshot().find("whsec_BQUF") != std::string::npos);
  std::vector<std::string> events;
  CHECK(fixture.store->events("app-shop", 0, 10, events) == 4);

  const auto records = fixture.list();
  REQUIRE(records.size() == 31);
  for (std::size_t i = 0; i < records.size(); ++i) CHECK(records[i].sequence == 31 - i);
  const OutboxRecord slack = fixture.list("no-slack").back();
  CHECK(slack.platform == notifier::Platform::slack);
  CHECK(slack.key == "msg_8410717fa92643051484ced29ff4db67");
  CHECK(slack.app_id == "app-shop");
  CHECK(slack.event_id == "ev-1");
  CHECK(slack.event_type == "restart");
  REQUIRE(slack.history.size() == 2);
  CHECK(slack.history[1].action == Verdict::Action::retry);
  CHECK(slack.history[1].status == 503);
  CHECK(slack.history[1].reason == "the target has a fault of its own");
  CHECK(fixture.list("no-gone").back().history[0].action == Verdict::Action::disable);
  CHECK(fixture.list("no-mail").back().platform == notifier::Platform::email);
  CHECK(fixture.list("no-rocket").back().platform == notifier::Platform::rocket_chat);
  CHECK(fixture.list("no-rocket").back().target != 0);
  CHECK(fixture.list({}, OutboxState::dead).size() == 10);
  CHECK(fixture.list("no-hang", OutboxState::pending).size() == 4);

  std::map<std::string, notifier::NotifierHealth> healths;
  REQUIRE(fixture.store->outbox()->each_health(
      [&](std::string_view id, const auto& health) { healths[std::string(id)] = health; }));
  CHECK(healths.size() == 4);
  CHECK(healths["no-slack"].failures == 8);
}

TEST_CASE("what was pending in 1.0 is sent as it was, at its time, and moves over when it changes") {
  Fixture fixture;
  {
    Outbox outbox(*fixture.store->outbox());
    CHECK(*outbox.recover(start) == 12);
    const auto first = send_all(outbox, start);
    REQUIRE(first.size() == 4);
    for (const Delivery& delivery : first) {
      CHECK(delivery.notifier_id == "no-hang");
      CHECK(delivery.url == "http://127.0.0.1:47100/hang/secret-hang");
      CHECK(delivery.body.front().find("\"app_id\":\"app-shop\"") != std::string_view::npos);
    }
  }
  CHECK(fixture.query("SELECT COUNT(*) FROM old_deliveries") == 27);
  CHECK(fixture.query("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered' AND sequence IN (4, 12, 20, 28)") ==
        4);
  CHECK(fixture.query("SELECT COUNT(*) FROM delivery_contents") == 0);
  CHECK(fixture.query("SELECT COUNT(*) FROM old_delivery_contents WHERE sequence IN (4, 12, 20, 28)") == 0);

  fixture.open();
  notifier::OutboxOptions options;
  options.retry.delays_ms = {200, 10 * hour_ms};  // as it was sent with
  Outbox outbox(*fixture.store->outbox(), options);
  CHECK(*outbox.recover(start) == 8);
  std::vector<OutboxClaim> claims;
  CHECK(outbox.claim(after(9 * hour_ms), 100, claims) == 0);
  outbox.claim(after(14 * hour_ms), 100, claims);
  REQUIRE_FALSE(claims.empty());
  CHECK(claims[0].attempt == 3);
  REQUIRE(outbox.record(claims[0].sequence, {Verdict::Action::fail, 400, "no", std::nullopt}, after(14 * hour_ms)));
  REQUIRE(outbox.flush());
  const auto moved = fixture.store->outbox()->find(claims[0].delivery.notifier_id, claims[0].delivery.idempotency_key);
  REQUIRE(moved);
  CHECK((*moved)->sequence == claims[0].sequence);
  CHECK((*moved)->state == OutboxState::dead);
  REQUIRE((*moved)->history.size() == 3);
  CHECK((*moved)->history[0].action == Verdict::Action::retry);
  CHECK((*moved)->history[2].status == 400);
  const auto records = fixture.list();
  REQUIRE(records.size() == 31);
  for (std::size_t i = 0; i < records.size(); ++i) CHECK(records[i].sequence == 31 - i);
}

TEST_CASE("a key of 1.0 is known for its notifier, whatever became of it, and for no other") {
  Fixture fixture;
  Outbox outbox(*fixture.store->outbox());
  for (const OutboxRecord& record : fixture.list()) {
    Delivery again;
    again.idempotency_key = record.key;
    again.notifier_id = record.notifier_id;
    again.url = "https://example.com/";
    CHECK(outbox.enqueue({again}, start)->added == 0);
  }
  Delivery other;
  other.idempotency_key = fixture.list().back().key;
  other.notifier_id = "no-other";
  other.url = "https://example.com/";
  CHECK(outbox.enqueue({other}, start)->added == 1);
  CHECK(fixture.list("no-other")[0].sequence == 32);
  CHECK(outbox.enqueue({other}, start)->added == 0);
}

TEST_CASE("what died in 1.0 can be sent again, with its attempts, and what arrived cannot") {
  Fixture fixture;
  Outbox outbox(*fixture.store->outbox());
  REQUIRE(outbox.recover(start));
  const OutboxRecord rocket = fixture.list("no-rocket").back();
  const OutboxRecord gone = fixture.list("no-gone").back();
  const OutboxRecord hook = fixture.list("no-hook").back();
  REQUIRE(outbox.resend("no-rocket", rocket.key, start));
  REQUIRE(fixture.store->outbox()->retry("app-shop", "no-gone", gone.key, start.wall));
  for (const OutboxRecord& record : fixture.store->outbox()->take_arrivals()) outbox.admit(record, start);
  const auto refused = outbox.resend("no-hook", hook.key, start);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == notifier::errc::conflict);

  fixture.open();  // both are still to be sent after a crash
  Outbox next(*fixture.store->outbox());
  CHECK(*next.recover(start) == 14);
  const auto sent = send_all(next, start);
  CHECK(sent.size() == 6);
  CHECK(fixture.list("no-rocket").back().history.size() == 2);
  CHECK(fixture.list("no-gone").back().history.size() == 2);
  CHECK(fixture.list("no-gone").back().state == OutboxState::delivered);
  CHECK(fixture.list("no-gone").back().sequence == gone.sequence);
}

TEST_CASE("a notifier that is switched off holds what 1.0 left for it, over a restart") {
  Fixture fixture;
  {
    Outbox outbox(*fixture.store->outbox());
    REQUIRE(outbox.recover(start));
    CHECK(outbox.hold("no-hang", start) == 4);
    REQUIRE(outbox.flush());
  }
  CHECK(fixture.list("no-hang", OutboxState::held).size() == 4);
  fixture.open();
  Outbox outbox(*fixture.store->outbox());
  CHECK(*outbox.recover(start) == 8);
  CHECK(outbox.held() == 4);
  CHECK(outbox.held_notifiers() == std::vector<std::string>{"no-hang"});
  CHECK(outbox.resume("no-hang", start) == 4);
  CHECK(send_all(outbox, start).size() == 4);
}

TEST_CASE("what ended in 1.0 is forgotten after as long as it would have been, and its tables go with the last row") {
  Fixture fixture;
  {
    Outbox outbox(*fixture.store->outbox());
    REQUIRE(outbox.recover(start));
    CHECK(*outbox.prune(after(6 * day_ms)) == 0);
    CHECK(*outbox.prune(after(8 * day_ms)) == 9);
    CHECK(fixture.list({}, OutboxState::delivered).empty());
    CHECK(*outbox.prune(after(31 * day_ms)) == 10);
    CHECK(fixture.list().size() == 12);
    CHECK(send_all(outbox, after(31 * day_ms)).size() == 12);
  }
  CHECK(fixture.query("SELECT COUNT(*) FROM old_deliveries") == 0);
  CHECK(fixture.query("SELECT COUNT(*) FROM old_delivery_contents") == 0);
  CHECK(fixture.query("SELECT COUNT(*) FROM old_delivery_attempts") == 0);
  fixture.open();
  CHECK(fixture.query("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE 'old%'") == 0);
  CHECK(fixture.states() == std::map<std::string, int>{{"delivered 1", 4}, {"delivered 3", 8}});
  Outbox outbox(*fixture.store->outbox());
  CHECK(*outbox.recover(start) == 0);
  Delivery next;
  next.idempotency_key = "k";
  next.notifier_id = "no-1";
  CHECK(outbox.enqueue({next}, start)->added == 1);
  CHECK(fixture.list("no-1")[0].sequence == 32);
}

TEST_CASE("a database of 1.0 without deliveries gets the new tables alone") {
  Fixture fixture;
  fixture.store.reset();
  fixture.remove();
  fixture.open();
  CHECK(fixture.query("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE 'old%'") == 0);
  CHECK(fixture.list().empty());
}
