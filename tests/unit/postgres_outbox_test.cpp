// An outbox over several workers on one PostgreSQL.

#include "notifier/adapters/postgres_outbox.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "postgres_worker.hpp"

using notifier::Delivery;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::Outcome;
using notifier::PostgresConnection;
using notifier::PostgresParameters;
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

/// Another process, which is killed at the latest when this ends.
struct Process {
  explicit Process(const std::function<void()>& body) {
    REQUIRE(::pipe(ends()) == 0);
    pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    ::_exit(0);
  }
  ~Process() {
    signal(SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ::close(ends()[0]);
    ::close(ends()[1]);
  }
  void signal(int number) const { ::kill(pid, number); }
  static void say(char word) { static_cast<void>(!::write(ends()[1], &word, 1)); }
  /// What it says next, within ten seconds.
  static char hear() {
    pollfd poll{ends()[0], POLLIN, 0};
    char word = 0;
    if (::poll(&poll, 1, 10'000) == 1) static_cast<void>(!::read(ends()[0], &word, 1));
    return word;
  }
  static bool has_said() {
    pollfd poll{ends()[0], POLLIN, 0};
    return ::poll(&poll, 1, 0) != 0;
  }
  static int* ends() {
    static int both[2];
    return both;
  }

  pid_t pid = -1;
};

}  // namespace

TEST_CASE("a worker alone owns all shards, and what any store inserts is sent once") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  Worker inserter(url);
  inserter.store->outbox().stop();
  one.put(some(0, 100));
  inserter.put(some(50, 200));
  CHECK(comes_true([&] { return one.sent.size() == 200; }, one));
  CHECK(
      comes_true([&] { return query(url, "SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'") == 200; }, one));
  for (const auto& [key, count] : one.sent) CHECK(count == 1);
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_contents") == 0);
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_rests") == 0);
}

TEST_CASE("shards are dealt evenly; who leaves hands over in a moment, and nothing is sent twice") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  one.put(some(0, 300));
  Worker two(url);
  Worker three(url);
  CHECK(comes_true([&] { return one.owned() == 22 && two.owned() == 21 && three.owned() == 21; }, one, two, three));
  three.put(some(300, 600));
  const auto sent = [&] { return one.sent.size() + two.sent.size() + three.sent.size(); };
  CHECK(comes_true([&] { return sent() == 600; }, one, two, three));
  CHECK(!two.sent.empty());
  const auto began = std::chrono::steady_clock::now();
  three.store->outbox().begin_stop();
  CHECK(comes_true([&] { return one.owned() == 32 && two.owned() == 32; }, one, two, three));
  CHECK(std::chrono::steady_clock::now() - began < 2s);
  CHECK(sent() == 600);
}

TEST_CASE("of a worker that was killed another takes over what it had claimed, under the same keys") {
  const std::string url = postgres_test::server().make_database();
  Process killed([&] {
    Worker one(url);
    if (!comes_true([&] { return one.owned() == 64; }, one)) ::_exit(2);
    one.put(some(0, 50));
    // Claims all of it, and comes to nothing with it.
    std::size_t claimed = 0;
    for (int tries = 0; tries < 500 && claimed < 50; ++tries) {
      one.take_news();
      claimed += one.claim(100).size();
      std::this_thread::sleep_for(10ms);
    }
    Process::say(claimed == 50 ? 'c' : 'x');
    while (true) one.take_news();
  });
  REQUIRE(killed.hear() == 'c');
  Worker two(url);
  killed.signal(SIGKILL);
  CHECK(comes_true([&] { return two.owned() == 64 && two.sent.size() == 50; }, two));
  for (const auto& [key, count] : two.sent) CHECK(count == 1);
}

TEST_CASE("a process that stood still for longer than its lease sends nothing that another has sent") {
  const std::string url = postgres_test::server().make_database();
  Process stopped([&] {
    Worker one(url, 1'000);
    if (!comes_true([&] { return one.owned() == 64; }, one)) ::_exit(2);
    Process::say('o');
    // Goes on as if nothing had been when it is woken: says for how much it would have spoken to a target.
    while (one.sent.empty()) one.turn();
    Process::say('s');
    while (true) one.turn();
  });
  REQUIRE(stopped.hear() == 'o');
  stopped.signal(SIGSTOP);
  Worker two(url, 1'000);
  two.put(some(0, 100));
  CHECK(comes_true([&] { return two.sent.size() == 100; }, two));
  stopped.signal(SIGCONT);
  for (int i = 0; i < 100; ++i) {
    two.turn();
    std::this_thread::sleep_for(10ms);
  }
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_attempts") == 100);
  for (const auto& [key, count] : two.sent) CHECK(count == 1);
  CHECK_FALSE(stopped.has_said());
}

TEST_CASE("a worker that was stopped for longer than its lease comes back, and neither writes nor sends") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url, 800);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  one.put(some(0, 20));
  std::vector<OutboxClaim> claims;
  for (int tries = 0; tries < 200 && claims.empty(); ++tries) {
    one.take_news();
    claims = one.claim(5);
    std::this_thread::sleep_for(5ms);
  }
  REQUIRE(!claims.empty());
  // Nothing is to be sent once the lease may be over.
  for (const OutboxClaim& claim : claims) {
    CHECK(claim.until > now().steady_ms);
    CHECK(claim.until <= now().steady_ms + 200);
  }
  // Its sending thread stands still for longer than a lease; that its leases are renewed no more is as if all of it
  // did.
  REQUIRE(query(url,
                "WITH stolen AS (UPDATE outbox_shards SET owner = 999, epoch = epoch + 1, lease_until = "
                "clock_timestamp() + INTERVAL '1 hour' RETURNING 1) SELECT COUNT(*) FROM stolen") == 64);
  REQUIRE(query(url, "WITH gone AS (UPDATE deliveries SET attempts = 77 RETURNING 1) SELECT COUNT(*) FROM gone") == 20);
  std::this_thread::sleep_for(900ms);
  for (const OutboxClaim& claim : claims) CHECK(one.outbox->record(claim.sequence, verdict(Action::retry), now()));
  CHECK(one.outbox->flush());
  CHECK(query(url, "SELECT COUNT(*) FROM deliveries WHERE attempts = 77 AND state = 'pending'") == 20);
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_attempts") == 0);
  for (int i = 0; i < 20; ++i) {
    one.take_news();
    CHECK(one.claim().empty());
    std::this_thread::sleep_for(10ms);
  }
  CHECK(one.owned() == 0);
  CHECK(one.outbox->pending() == 0);
  CHECK(one.store->outbox().figures().lost == 64);
}

TEST_CASE("who stands still while it writes holds up nobody but its own shards") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  // Half of the shards were another's, which stopped in the middle of a transaction.
  auto other = PostgresConnection::open(url, "other");
  REQUIRE(other);
  REQUIRE(
      other->run("UPDATE outbox_shards SET owner = 999, epoch = epoch + 1, lease_until = clock_timestamp() WHERE "
                 "shard < 32"));
  REQUIRE(other->run("BEGIN"));
  REQUIRE(other->run("SELECT 1 FROM outbox_shards WHERE shard < 32 FOR SHARE"));
  CHECK(comes_true([&] { return one.owned() == 32; }, one));
  const auto began = now().steady_ms;
  one.put(some(0, 100));
  const auto sendable = static_cast<std::size_t>(query(url, "SELECT COUNT(*) FROM deliveries WHERE shard >= 32"));
  // For longer than a lease.
  while (now().steady_ms < began + 3'000) one.turn();
  CHECK(one.sent.size() == sendable);
  one.put(some(100, 200));
  const auto both = static_cast<std::size_t>(query(url, "SELECT COUNT(*) FROM deliveries WHERE shard >= 32"));
  CHECK(comes_true([&] { return one.sent.size() == both; }, one));
  REQUIRE(other->run("COMMIT"));
  CHECK(comes_true([&] { return one.owned() == 64 && one.sent.size() == 200; }, one));
  for (const auto& [key, count] : one.sent) CHECK(count == 1);
}

TEST_CASE("a worker that was kept waiting by the database looks for what arrives as soon as before") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url, 20'000);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  Worker inserter(url);
  inserter.store->outbox().stop();
  for (const std::string table : {"outbox_shards", "outbox_commands"}) {
    auto other = PostgresConnection::open(url, "other");
    REQUIRE(other);
    REQUIRE(other->run("BEGIN"));
    REQUIRE(other->run("LOCK TABLE " + table));
    // It is told of more, again and again, while it waits and after that.
    int count = static_cast<int>(one.sent.size());
    const auto put = [&](std::int64_t ms) {
      for (const auto end = now().steady_ms + ms; now().steady_ms < end; ++count) {
        inserter.put(some(count, count + 1));
        std::this_thread::sleep_for(20ms);
      }
    };
    put(3'000);
    REQUIRE(other->run("COMMIT"));
    const auto ended = now().steady_ms;
    put(300);
    CHECK(comes_true([&] { return static_cast<int>(one.sent.size()) == count; }, one));
    CHECK(now().steady_ms < ended + 7'000);
  }
}

TEST_CASE("a delivery that is dead is sent again, wherever it is asked for") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  Worker other(url);
  other.store->outbox().stop();
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  one.put({make("k", "no-1", "https://example.com/1")});
  std::vector<OutboxClaim> claims;
  for (int tries = 0; tries < 200 && claims.empty(); ++tries) {
    one.take_news();
    claims = one.claim();
    std::this_thread::sleep_for(5ms);
  }
  REQUIRE(claims.size() == 1);
  CHECK(one.outbox->record(claims[0].sequence, verdict(Action::fail, "no such thing"), now()));
  CHECK(one.outbox->flush());
  const auto dead = other.store->outbox().find("no-1", "k");
  REQUIRE(dead);
  REQUIRE(*dead);
  CHECK((*dead)->state == OutboxState::dead);
  REQUIRE((*dead)->history.size() == 1);
  CHECK((*dead)->history[0].reason == "no such thing");
  CHECK(other.store->retry("app", "no-2", "k").error().code == notifier::errc::not_found);
  CHECK(other.store->retry("app", "no-1", "k"));
  CHECK(comes_true([&] { return one.sent["k"] == 1; }, one));
  CHECK(other.store->retry("app", "no-1", "k").error().code == notifier::errc::conflict);
}

TEST_CASE("what is inserted by a transaction that ends late arrives, though later ones have gone by") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  auto late = PostgresConnection::open(url, "late");
  REQUIRE(late);
  REQUIRE(late->execute("BEGIN; SELECT pg_current_xact_id()"));
  std::vector<OutboxRecord> records = {
      notifier::describe_for_outbox(make("late", "no-1", "https://example.com/l"), now().wall)};
  const Delivery delivery = make("late", "no-1", "https://example.com/l");
  REQUIRE(notifier::detail::postgres::insert_deliveries(*late, records, &delivery));
  one.put(some(0, 20));
  CHECK(comes_true([&] { return one.sent.size() == 20; }, one));
  std::this_thread::sleep_for(100ms);
  one.turn();
  CHECK(one.sent.size() == 20);
  REQUIRE(late->execute("COMMIT"));
  CHECK(comes_true([&] { return one.sent.count("late") == 1; }, one));
  for (const auto& [key, count] : one.sent) CHECK(count == 1);
}

TEST_CASE("a worker whose connections are cut loses nothing, and sends nothing twice that it has stored") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  auto killer = PostgresConnection::open(url, "killer");
  REQUIRE(killer);
  int next = 0;
  for (int round = 0; round < 10; ++round) {
    for (int tries = 0; tries < 5; ++tries) {
      Outcome outcome;
      outcome.deliveries = some(next, next + 20);
      if (one.store->store({&outcome})) break;
    }
    next += 20;
    one.turn();
    REQUIRE(
        killer->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "pid <> pg_backend_pid()"));
  }
  CHECK(
      comes_true([&] { return query(url, "SELECT COUNT(*) FROM deliveries WHERE state = 'delivered'") == 200; }, one));
  CHECK(one.sent.size() == 200);
}

TEST_CASE("a body that many have is stored once, comes back whole, and goes with the last of them") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  const auto rest = std::make_shared<const std::string>(std::string(5000, 'x') + "\xC3\xA9\\\"\n");
  std::vector<Delivery> deliveries = some(0, 10);
  for (Delivery& delivery : deliveries) delivery.body = notifier::Body("front", rest);
  one.put(deliveries);
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_rests") == 1);
  std::set<std::string> bodies;
  CHECK(comes_true([&] {
    one.take_news();
    for (const OutboxClaim& claim : one.claim()) {
      bodies.insert(claim.delivery.body.str());
      ++one.sent[claim.delivery.idempotency_key];
      static_cast<void>(one.outbox->record(claim.sequence, verdict(Action::delivered), now()));
    }
    return one.sent.size() == 10;
  }));
  CHECK(bodies == std::set<std::string>{"front" + *rest});
  CHECK(one.outbox->flush());
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_rests") == 0);
}

TEST_CASE("what waits in a shard is read in pieces, each once, and before what comes later") {
  const std::string url = postgres_test::server().make_database();
  constexpr int count = 12'000;
  Worker one(url);
  one.store->outbox().stop();
  one.put({make("k", "no-1", "https://example.com/1")});
  const std::string waiting =
      "WITH made AS (INSERT INTO deliveries (shard, notifier_id, key, app_id, event_id, event_type, platform, target, "
      "host, state, attempts, created_at, next_at, wait_ms) SELECT shard, notifier_id, 'm' || i, app_id, '', '', "
      "platform, target, host, 'pending', 0, 1, 1, 0 FROM deliveries, generate_series(1, 12000) i RETURNING sequence), "
      "c AS (INSERT INTO delivery_contents (sequence, rest, content) SELECT made.sequence, 0, content FROM made, "
      "delivery_contents RETURNING 1) SELECT COUNT(*) FROM c";
  REQUIRE(query(url, waiting) == count);
  Worker two(url);
  // What comes meanwhile waits behind them.
  two.put({make("late", "no-1", "https://example.com/1")});
  std::set<std::uint64_t> sequences;
  std::uint64_t last = 0;
  bool is_ordered = true;
  std::size_t most = 0;
  CHECK(comes_true([&] {
    std::size_t admitted = 0;
    static_cast<void>(two.store->outbox().turn(*two.outbox, now(), [&](const OutboxRecord& record) {
      is_ordered = is_ordered && record.sequence > last;
      last = record.sequence;
      sequences.insert(record.sequence);
      ++admitted;
    }));
    most = std::max(most, admitted);
    return sequences.size() == count + 2;
  }));
  CHECK(is_ordered);
  CHECK(most <= 5'001);
  CHECK(two.outbox->pending() == count + 2);
}

TEST_CASE("workers divide the places at a host that all of them send to") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  Worker two(url);
  CHECK(comes_true([&] { return one.owned() == 32 && two.owned() == 32; }, one, two));
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 300; ++i) {
    deliveries.push_back(
        make("k" + std::to_string(i), "no-" + std::to_string(i), "https://example.com/" + std::to_string(i)));
  }
  one.put(deliveries);
  for (int tries = 0; tries < 1000 && one.arrived + two.arrived < 300; ++tries) {
    one.take_news();
    two.take_news();
    std::this_thread::sleep_for(5ms);
  }
  REQUIRE(one.arrived + two.arrived == 300);
  CHECK(one.claim().size() == 32);
  CHECK(two.claim().size() == 32);
  two.store->outbox().stop();
  for (int tries = 0; tries < 1000 && one.store->outbox().figures().workers != 1; ++tries)
    std::this_thread::sleep_for(5ms);
  one.take_news();
  CHECK(one.claim().size() == 32);
}

TEST_CASE("mail goes in lanes, over several shards, and the relay is sent no more at a time") {
  const std::string url = postgres_test::server().make_database();
  Worker one(url);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  std::vector<Delivery> mails;
  for (int i = 0; i < 60; ++i) {
    Delivery mail = make("m" + std::to_string(i), "no-" + std::to_string(i % 30), "", notifier::Platform::email);
    mail.method.clear();
    mail.to = {"somebody@example.com"};
    mails.push_back(mail);
  }
  one.put(mails);
  CHECK(query(url, "SELECT COUNT(DISTINCT target) FROM deliveries") == 4);
  CHECK(query(url, "SELECT COUNT(DISTINCT shard) FROM deliveries") == 4);
  CHECK(query(url, "SELECT COUNT(DISTINCT (notifier_id, target)) FROM deliveries") == 30);
  std::vector<OutboxClaim> claims;
  CHECK(comes_true([&] {
    one.take_news();
    one.outbox->claim(now(), 100, claims);
    return claims.size() == 4;
  }));
  CHECK(one.claim().empty());
  for (const OutboxClaim& claim : claims) CHECK(one.outbox->record(claim.sequence, verdict(Action::delivered), now()));
  CHECK(comes_true([&] { return one.sent.size() == 56; }, one));
}
