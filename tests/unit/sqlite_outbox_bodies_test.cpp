// What deliveries of one event have in common is stored once, and goes with the last of them; keys are unique for each
// notifier alone.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/outbox/outbox.hpp"

using notifier::Body;
using notifier::Delivery;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxState;
using notifier::Verdict;

namespace {

constexpr Moment start{{1'700'000'000'000}, 0};

struct Database {
  Database() {
    static int count = 0;
    path = "/tmp/notifier_bodies_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
    remove();
    notifier::SqliteOptions options;
    options.path = path;
    options.with_outbox = true;
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
  std::int64_t query(const std::string& sql) const {
    auto raw = notifier::SqliteDatabase::open(path, 1000);
    REQUIRE(raw);
    const auto value = raw->query_integer(sql);
    REQUIRE(value);
    return *value;
  }
  std::int64_t rests() const { return query("SELECT COUNT(*) FROM delivery_rests"); }
  /// Bytes on the disk, log included.
  std::int64_t size() const {
    std::int64_t size = 0;
    for (const char* suffix : {"", "-wal"}) {
      struct stat status {};
      if (::stat((path + suffix).c_str(), &status) == 0) size += status.st_size;
    }
    return size;
  }

  std::string path;
  std::unique_ptr<notifier::SqliteStore> store;
};

using Rest = std::shared_ptr<const std::string>;

Delivery make(const std::string& key, const std::string& notifier_id, Body body) {
  Delivery delivery;
  delivery.idempotency_key = key;
  delivery.notifier_id = notifier_id;
  delivery.app_id = "app";
  delivery.url = "https://example.com/" + notifier_id;
  delivery.body = std::move(body);
  return delivery;
}

/// One delivery to each of so many notifiers, with fronts of their own.
std::vector<Delivery> event_to(int notifiers, const Rest& rest, const std::string& key = "k") {
  std::vector<Delivery> deliveries;
  for (int i = 0; i < notifiers; ++i) {
    const std::string id = std::to_string(i);
    deliveries.push_back(make(key, "no-" + id, Body("front " + id + ",", rest)));
  }
  return deliveries;
}

/// Sends what is due; a part of it arrives.
void send(Outbox& outbox, std::size_t count, Verdict::Action action = Verdict::Action::delivered) {
  std::vector<OutboxClaim> claims;
  outbox.claim(start, count, claims);
  REQUIRE(claims.size() == count);
  for (const OutboxClaim& claim : claims) {
    REQUIRE(outbox.record(claim.sequence, {action, 0, "because", std::nullopt}, start));
  }
  REQUIRE(outbox.flush());
}

notifier::OutboxOptions without_limits() {
  notifier::OutboxOptions options;
  options.host_concurrency = 1000;
  options.app_concurrency = 1000;
  for (auto& limits : options.limits) limits = {1000, 0};
  return options;
}

}  // namespace

TEST_CASE("an event of 7.9 MB to 200 notifiers takes the room of one, in the file and in memory, and gives it back") {
  Database database;
  Outbox outbox(*database.store->outbox(), without_limits());
  {
    const auto rest = std::make_shared<const std::string>(7'900'000, 'x');
    notifier::Outcome outcome;
    outcome.deliveries = event_to(200, rest);
    REQUIRE(database.store->store({&outcome}));
  }
  for (const auto& record : database.store->outbox()->take_arrivals()) outbox.admit(record, start);
  send(outbox, 1);
  CHECK(database.size() < 12'000'000);
  std::vector<OutboxClaim> claims;
  outbox.claim(start, 1000, claims);
  REQUIRE(claims.size() == 199);
  std::set<const std::string*> rests;
  for (const OutboxClaim& claim : claims) {
    rests.insert(claim.delivery.body.shared_rest().get());
    CHECK(claim.delivery.body.front() == "front " + claim.delivery.notifier_id.substr(3) + ",");
  }
  CHECK(rests.size() == 1);
  CHECK((*rests.begin())->size() == 7'900'000);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    CHECK(database.rests() == 1);
    REQUIRE(outbox.record(claims[i].sequence, {Verdict::Action::delivered, 200, "", std::nullopt}, start));
    if (i % 50 == 0) REQUIRE(outbox.flush());
  }
  REQUIRE(outbox.flush());
  CHECK(database.rests() == 0);
  REQUIRE(outbox.prune(start));
  CHECK(database.query("PRAGMA page_count") * database.query("PRAGMA page_size") < 1'000'000);
}

TEST_CASE("what is stored apart comes back byte for byte, also where one waits and one is sent again") {
  Database database;
  std::string odd = "\xC3\xBC \\ \" \n {\"a\":\"\\u0000\"} ";
  while (odd.size() < 3000) odd += odd;
  const auto rest = std::make_shared<const std::string>(odd);
  {
    Outbox outbox(*database.store->outbox());
    REQUIRE(outbox.enqueue(event_to(3, rest), start));
    send(outbox, 1);
    send(outbox, 1, Verdict::Action::retry);
    send(outbox, 1, Verdict::Action::fail);
    CHECK(database.rests() == 1);
  }
  Outbox outbox(*database.store->outbox());
  CHECK(*outbox.recover(start) == 1);
  REQUIRE(outbox.resend("no-2", "k", start));
  std::vector<OutboxClaim> claims;
  CHECK(outbox.claim({{start.wall.ms + 60'000}, 60'000}, 10, claims) == 2);
  for (const OutboxClaim& claim : claims) {
    CHECK(claim.delivery.body == "front " + claim.delivery.notifier_id.substr(3) + "," + odd);
    REQUIRE(outbox.record(claim.sequence, {Verdict::Action::delivered, 200, "", std::nullopt}, start));
  }
  REQUIRE(outbox.flush());
  CHECK(database.rests() == 0);
}

TEST_CASE("only what is shared and long is stored apart; the same bytes are, once, also in later insertions") {
  Database database;
  Outbox outbox(*database.store->outbox());
  const auto text = [](char c, std::size_t size) { return std::make_shared<const std::string>(size, c); };
  REQUIRE(outbox.enqueue({make("a", "no-1", Body("", text('x', 5000)))}, start));
  CHECK(database.rests() == 0);
  REQUIRE(outbox.enqueue(event_to(5, text('x', 1023), "b"), start));
  CHECK(database.rests() == 0);
  REQUIRE(outbox.enqueue(event_to(5, text('x', 5000), "c"), start));
  REQUIRE(outbox.enqueue(event_to(5, text('x', 5000), "d"), start));
  CHECK(database.rests() == 1);
  REQUIRE(outbox.enqueue(event_to(5, text('y', 5000), "e"), start));
  CHECK(database.rests() == 2);
  // One whose deliveries are all known already needs none.
  REQUIRE(outbox.enqueue(event_to(5, text('z', 5000), "e"), start));
  CHECK(database.rests() == 2);
}

TEST_CASE("two rests of one hash are two") {
  Database database;
  Outbox outbox(*database.store->outbox());
  const auto one = std::make_shared<const std::string>(2000, 'x');
  const auto two = std::make_shared<const std::string>(2000, 'y');
  REQUIRE(outbox.enqueue(event_to(2, one, "a"), start));
  {
    auto raw = notifier::SqliteDatabase::open(database.path, 1000);
    REQUIRE(raw);
    char hash[32];
    notifier::Hash128().add(*two).write_hex(hash);
    REQUIRE(raw->execute(("UPDATE delivery_rests SET hash = '" + std::string(hash, 32) + "'").c_str()));
  }
  REQUIRE(outbox.enqueue(event_to(2, two, "b"), start));
  CHECK(database.rests() == 2);
  std::vector<OutboxClaim> claims;
  outbox.claim(start, 10, claims);
  REQUIRE(claims.size() == 4);
  for (const OutboxClaim& claim : claims) {
    CHECK(claim.delivery.body.rest() == (claim.delivery.idempotency_key == "a" ? *one : *two));
  }
}

TEST_CASE("an insertion that fails leaves no rest, and a rest that is lost ends its deliveries alone") {
  Database database;
  Outbox outbox(*database.store->outbox());
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  REQUIRE(raw);
  REQUIRE(
      raw->execute("CREATE TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.notifier_id = 'no-1' "
                   "BEGIN SELECT RAISE(FAIL, 'no'); END"));
  const auto rest = std::make_shared<const std::string>(2000, 'x');
  CHECK_FALSE(outbox.enqueue(event_to(2, rest), start));
  CHECK(database.rests() == 0);
  REQUIRE(raw->execute("DROP TRIGGER refuse"));
  REQUIRE(outbox.enqueue(event_to(2, rest), start));
  REQUIRE(outbox.enqueue({make("other", "no-1", "own")}, start));
  REQUIRE(raw->execute("DELETE FROM delivery_rests"));
  std::vector<OutboxClaim> claims;
  CHECK(outbox.claim(start, 10, claims) == 1);
  CHECK(claims[0].delivery.idempotency_key == "other");
  REQUIRE(outbox.flush());
  CHECK((*database.store->outbox()->find("no-0", "k"))->state == OutboxState::dead);
}

TEST_CASE("two notifiers may have deliveries of one key, and each goes its own way") {
  Database database;
  Outbox outbox(*database.store->outbox());
  const auto enqueued = outbox.enqueue({make("k", "no-1", "1"), make("k", "no-2", "2"), make("k", "no-1", "3")}, start);
  REQUIRE(enqueued);
  CHECK(enqueued->added == 2);
  CHECK(enqueued->known == std::vector<std::size_t>{2});
  std::vector<OutboxClaim> claims;
  REQUIRE(outbox.claim(start, 10, claims) == 2);
  CHECK(claims[0].delivery.body == "1");
  CHECK(claims[1].delivery.body == "2");
  REQUIRE(outbox.record(claims[0].sequence, {Verdict::Action::delivered, 200, "", std::nullopt}, start));
  REQUIRE(outbox.record(claims[1].sequence, {Verdict::Action::fail, 400, "", std::nullopt}, start));
  REQUIRE(outbox.flush());
  CHECK((*database.store->outbox()->find("no-1", "k"))->state == OutboxState::delivered);
  CHECK((*database.store->outbox()->find("no-2", "k"))->state == OutboxState::dead);
  CHECK_FALSE(*database.store->outbox()->find("no-3", "k"));
  CHECK(outbox.resend("no-1", "k", start).error().code == notifier::errc::conflict);
  CHECK(outbox.resend("no-3", "k", start).error().code == notifier::errc::not_found);
  REQUIRE(outbox.resend("no-2", "k", start));
}

TEST_CASE("recipients that are left, and who was refused, are stored; the mail goes to nobody else again") {
  Database database;
  {
    Outbox outbox(*database.store->outbox());
    Delivery mail = make("k", "no-1", "Subject: x\r\n\r\nText\r\n");
    mail.platform = notifier::Platform::email;
    mail.to = {"a@example.com", "\"b \\\" c\"@example.com", "d@example.com"};
    REQUIRE(outbox.enqueue({mail}, start));
    std::vector<OutboxClaim> claims;
    REQUIRE(outbox.claim(start, 10, claims) == 1);
    notifier::MailRecipients recipients{{mail.to[1]}, {mail.to[2]}, true};
    REQUIRE(outbox.record(claims[0].sequence, {Verdict::Action::retry, 451, "later", std::nullopt}, start, recipients));
    REQUIRE(outbox.flush());
  }
  Outbox outbox(*database.store->outbox());
  REQUIRE(outbox.recover(start));
  std::vector<OutboxClaim> claims;
  REQUIRE(outbox.claim({{start.wall.ms + 60'000}, 60'000}, 10, claims) == 1);
  CHECK(claims[0].delivery.to == std::vector<std::string>{"\"b \\\" c\"@example.com"});
  const auto record = database.store->outbox()->find("no-1", "k");
  REQUIRE((*record)->history.size() == 1);
  CHECK((*record)->history[0].remaining == std::vector<std::string>{"\"b \\\" c\"@example.com"});
  CHECK((*record)->history[0].refused == std::vector<std::string>{"d@example.com"});
}
