// Events that are told together, in SQLite: over processes that are killed, and in a file that outlives them.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "grouping_outbox_world.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/notifier.hpp"

using notifier::Delivery;
using notifier::Moment;
using notifier::SqliteStore;

namespace {

using namespace grouping_outbox;

constexpr Moment start{{1'778'749'200'000}, 5'000};

struct File {
  explicit File(const std::string& name) : path("/tmp/notifier_groups_" + name + std::to_string(::getpid()) + ".db") {
    remove();
  }
  ~File() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }
  std::unique_ptr<SqliteStore> open() const {
    notifier::SqliteOptions options;
    options.path = path;
    options.synchronous = notifier::SqliteOptions::Synchronous::normal;
    options.with_outbox = true;
    options.clock = [] { return start.wall; };
    auto store = SqliteStore::open(std::move(options));
    REQUIRE(store);
    return *std::move(store);
  }
  std::int64_t query(const char* sql) const {
    auto raw = notifier::SqliteDatabase::open(path, 1000);
    REQUIRE(raw);
    const auto value = raw->query_integer(sql);
    REQUIRE(value);
    return *value;
  }
  std::string path;
};

/// Takes an event in as a server does: stored with its event, found by the sending thread as an arrival.
void take(SqliteStore& store, Process& process, std::size_t number, Moment now) {
  notifier::Outcome outcome;
  const std::string event = crash(number);
  outcome.deliveries = process.route(event);
  outcome.events.push_back({"app-1", "ev-" + std::to_string(number), event});
  REQUIRE(store.store({&outcome}));
  for (const notifier::OutboxRecord& record : store.outbox()->take_arrivals()) process.outbox().admit(record, now);
}

}  // namespace

TEST_CASE("a storm in SQLite: what is counted drops its content, and outlives the process in its group alone") {
  notifier::Registry registry;
  REQUIRE(registry.load(snapshot(R"("grouping":{"mode":"throttle","window":600})")));
  const File file("storm");
  constexpr std::size_t events = 2'000;
  Moment now = start;
  {
    auto store = file.open();
    Process process(registry, *store->outbox());
    REQUIRE(process.outbox().recover(now));
    for (std::size_t i = 0; i < events; ++i) take(*store, process, i, now);
    const auto first = process.send(now);
    REQUIRE(first.size() == 1);
    CHECK(first[0].event_id == "ev-0");
    CHECK(process.outbox().grouped() == events - 1);
    // These two are stored, and not taken into their group before the process ends.
    for (std::size_t i = events; i < events + 2; ++i) {
      notifier::Outcome outcome;
      outcome.deliveries = process.route(crash(i));
      REQUIRE(store->store({&outcome}));
    }
  }
  CHECK(file.query("SELECT COUNT(*) FROM delivery_contents") == 2);
  CHECK(file.query("SELECT COUNT(*) FROM delivery_groups") == 1);
  CHECK(file.query("SELECT COUNT(*) FROM deliveries WHERE state = 'grouping'") == 2);
  auto store = file.open();
  Process process(registry, *store->outbox());
  now = {{start.wall.ms + 5 * minute}, 17};
  REQUIRE(process.outbox().recover(now));
  CHECK(process.send(now).empty());
  CHECK(process.outbox().grouped() == events + 1);
  const auto wait = process.outbox().wait_ms(now);
  REQUIRE(wait);
  CHECK(*wait == 5 * minute);
  const auto digests = process.send(later(now, 5 * minute));
  REQUIRE(digests.size() == 1);
  CHECK(counted(digests[0]) == events + 1);
  CHECK(process.send(later(now, 20 * minute)).empty());
  CHECK(file.query("SELECT COUNT(*) FROM delivery_groups") == 0);
  // Its records are forgotten as those of what was delivered.
  CHECK(process.outbox().prune(later(now, 8 * 24 * 60 * minute)));
  for (int day = 0; day < 40; ++day) REQUIRE(process.outbox().prune(later(now, (8 + day) * 24 * 60 * minute)));
  CHECK(file.query("SELECT COUNT(*) FROM deliveries") == 0);
}

TEST_CASE("a process that is killed at any moment counts every event once, and tells no digest twice") {
  for (int round = 0; round < 5; ++round) {
    CAPTURE(round);
    const File file("kill");
    // Each process takes events, and tells what it had stored in a line of a pipe; then it is killed.
    std::size_t stored = 0;
    std::int64_t minutes = 0;
    for (int life = 0; life < 4; ++life) {
      int pipe_ends[2];
      REQUIRE(::pipe(pipe_ends) == 0);
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(pipe_ends[0]);
        notifier::Registry registry;
        static_cast<void>(registry.load(snapshot(R"("grouping":{"mode":"throttle","window":60,"by":["type"]})")));
        auto store = file.open();
        Process process(registry, *store->outbox());
        Moment now{{start.wall.ms + minutes * minute}, 1000};
        static_cast<void>(process.outbox().recover(now));
        for (std::size_t i = stored;; ++i) {
          take(*store, process, i, now);
          // What is claimed is on its way when the process dies: the last one sends all of it.
          std::vector<notifier::OutboxClaim> claims;
          if (i % 7 == 0) process.outbox().claim(now, 1, claims);
          if (i % 50 == 0) now = later(now, 70 * second);
          const char one = 'x';
          if (::write(pipe_ends[1], &one, 1) != 1) ::_exit(1);
        }
      }
      ::close(pipe_ends[1]);
      char bytes[4096];
      ssize_t got = 0;
      // However slow the machine is: a window has closed, and another one is open.
      for (std::size_t said = 0; said < 60 && (got = ::read(pipe_ends[0], bytes, sizeof bytes)) > 0;) {
        said += static_cast<std::size_t>(got);
        stored += static_cast<std::size_t>(got);
      }
      ::usleep(static_cast<useconds_t>(17'000 * ((round * 7 + life * 3) % 11)));
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      while ((got = ::read(pipe_ends[0], bytes, sizeof bytes)) > 0) stored += static_cast<std::size_t>(got);
      ::close(pipe_ends[0]);
      minutes += 60;
      // What was killed between storing an event and saying so comes again under its id.
    }
    notifier::Registry registry;
    REQUIRE(registry.load(snapshot(R"("grouping":{"mode":"throttle","window":60,"by":["type"]})")));
    auto store = file.open();
    Process process(registry, *store->outbox());
    Moment now{{start.wall.ms + minutes * minute}, 1000};
    REQUIRE(process.outbox().recover(now));
    std::uint64_t told = 0;
    std::set<std::string> keys;
    std::size_t digests = 0;
    for (int i = 0; i < 400; ++i) {
      for (const Delivery& one : process.send(now)) {
        CHECK(keys.insert(one.idempotency_key).second);
        told += counted(one);
        digests += one.event_type == "digest" ? 1u : 0u;
      }
      now = later(now, 2 * second);
    }
    CHECK(process.outbox().grouped() == 0);
    CHECK(process.outbox().pending() == 0);
    // One in each life may be stored and not yet said to be.
    const auto all =
        static_cast<std::uint64_t>(file.query("SELECT COUNT(*) FROM deliveries WHERE event_type <> 'digest'"));
    CHECK(all >= stored);
    CHECK(all <= stored + 4);
    CHECK(told == all);
    CHECK(digests > 2);
    CHECK(file.query("SELECT COUNT(*) FROM delivery_groups") == 0);
    CHECK(file.query("SELECT COUNT(*) FROM deliveries WHERE state NOT IN ('grouped', 'delivered')") == 0);
    CHECK(stored > 20);
  }
}
