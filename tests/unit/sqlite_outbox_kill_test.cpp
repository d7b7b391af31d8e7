// A process that sends what is in its database is killed at any point and started again with a clock that was set, by a
// second, an hour or ten years, either way: nothing is held for longer than it would have waited anyway, nothing is
// sent again once it is stored as delivered, nothing that was accepted is lost.
//
// The file, the process and the kills are real; the time is told. What happens is noted in memory that both processes
// share, in order.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/outbox/outbox.hpp"

namespace {

using notifier::Delivery;
using notifier::Moment;
using notifier::Outbox;
using notifier::Verdict;

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t decade_ms = std::int64_t{3652} * 24 * hour_ms;
constexpr std::int64_t first_wall = 1'700'000'000'000;
/// The wait after each attempt.
constexpr std::int64_t delays_ms[] = {5 * second_ms, 60 * second_ms, 600 * second_ms, hour_ms};
/// How much time passes at most between two looks at what is due.
constexpr std::int64_t longest_tick_ms = 20 * second_ms;

struct Note {
  enum class What : std::uint8_t { started, accepted, sent, failed, stored, delivered, revived };

  What what;
  std::uint32_t key;
  std::int64_t at_ms;  // by a clock that is never set
};

struct Shared {
  static constexpr std::size_t most = 1 << 20;

  std::atomic<std::size_t> count{0};
  std::atomic<std::uint32_t> keys{0};
  std::atomic<std::int64_t> now_ms{0};
  std::atomic<bool> is_done{false};
  Note notes[most];

  void note(Note::What what, std::uint32_t key) {
    const std::size_t at = count;
    if (at == most) ::_exit(3);
    notes[at] = {what, key, now_ms};
    count = at + 1;
  }
};

/// How far the clock is set off, which differs from life to life and changes within each. By years only seldom: each
/// such step over a restart may cost a day of the seven that keys are known.
std::int64_t random_offset(std::mt19937& random, bool is_far) {
  const std::int64_t steps[] = {0, second_ms, -second_ms, hour_ms, -hour_ms, decade_ms, -decade_ms};
  return steps[random() % (is_far ? 7 : 5)];
}

Delivery make(std::uint32_t key) {
  Delivery delivery;
  delivery.idempotency_key = std::to_string(key);
  delivery.notifier_id = "no-" + std::to_string(key % 7);
  delivery.url = "https://example.com/" + std::to_string(key % 3);
  delivery.body = "{}";
  return delivery;
}

notifier::OutboxOptions outbox_options() {
  notifier::OutboxOptions options;
  options.retry.delays_ms.assign(std::begin(delays_ms), std::end(delays_ms));
  options.retry.delays_ms.resize(64, delays_ms[3]);
  options.retry.jitter_percent = 0;
  options.retry.max_retry_after_ms = hour_ms;
  options.retry.disable_after_failures = 0;
  options.host_concurrency = options.silent_host_concurrency = options.app_concurrency = 100'000;
  for (auto& limits : options.limits) limits = {100'000, 0};
  return options;
}

/// One life of the process: takes deliveries in, sends what is due, and records what came of it.
/// @param is_last  takes nothing in, lets everything arrive, and ends by itself
int live(const std::string& path, Shared& shared, unsigned seed, bool is_last) {
  std::mt19937 random(seed);
  const bool is_far = seed % 8 == 3;
  std::int64_t offset = random_offset(random, is_far);
  const std::int64_t begun = shared.now_ms - static_cast<std::int64_t>(random() % 1'000'000);
  const auto now = [&] { return Moment{{first_wall + shared.now_ms + offset}, shared.now_ms - begun}; };

  notifier::SqliteOptions options;
  options.path = path;
  options.with_outbox = true;
  auto store = notifier::SqliteStore::open(std::move(options));
  if (!store) return 4;
  Outbox outbox(*(*store)->outbox(), outbox_options());
  shared.note(Note::What::started, 0);
  if (!outbox.recover(now())) return 5;
  std::vector<notifier::OutboxClaim> claims;
  std::vector<std::pair<std::uint32_t, bool>> ended;
  while (!is_last || outbox.pending() > 0) {
    shared.now_ms += static_cast<std::int64_t>(random() % longest_tick_ms);
    if (random() % 10 == 0) offset = random_offset(random, is_far);
    if (!is_last && random() % 2 == 0) {
      std::vector<Delivery> deliveries;
      const std::uint32_t first = shared.keys.fetch_add(3);
      for (std::uint32_t key = first; key < first + 3; ++key) deliveries.push_back(make(key));
      if (!outbox.enqueue(deliveries, now())) return 6;
      for (std::uint32_t key = first; key < first + 3; ++key) shared.note(Note::What::accepted, key);
    }
    if (shared.count > 0 && random() % 4 == 0) {  // what is known is not taken in once more
      const Note& note = shared.notes[random() % shared.count];
      if (note.what == Note::What::delivered) {
        const auto again = outbox.enqueue({make(note.key)}, now());
        if (!again) return 7;
        if (again->added != 0) shared.note(Note::What::revived, note.key);
      }
    }
    claims.clear();
    ended.clear();
    outbox.claim(now(), 100'000, claims);
    for (const auto& claim : claims) {
      const auto key = static_cast<std::uint32_t>(std::stoul(claim.delivery.idempotency_key));
      const bool arrives = is_last || random() % 3 == 0;
      shared.note(arrives ? Note::What::sent : Note::What::failed, key);
      const Verdict verdict{arrives ? Verdict::Action::delivered : Verdict::Action::retry, 0, "", std::nullopt};
      if (!outbox.record(claim.sequence, verdict, now())) return 8;
      ended.emplace_back(key, arrives);
    }
    if (!outbox.flush()) return 9;
    for (const auto& [key, arrives] : ended) {
      shared.note(arrives ? Note::What::delivered : Note::What::stored, key);
    }
    if (random() % 20 == 0 && !outbox.prune(now())) return 10;
  }
  shared.is_done = true;
  return 0;
}

/// What is known of one key from the notes.
struct Fate {
  bool is_accepted = false;
  bool has_arrived = false;
  bool is_stored = false;  // as delivered
  std::size_t attempts = 0;
  std::size_t stored = 0;  // of them; a kill may have come between an attempt and its note
  std::int64_t tried_at = 0;
  std::int64_t accepted_at = 0;
  std::size_t tried_in_life = 0;
  std::size_t arrived_in_life = 0;
};

}  // namespace

TEST_CASE(
    "kill -9 at any point, and a clock that was set: nothing held, nothing lost, nothing sent twice once stored") {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  Shared& shared = *new (memory) Shared;
  const std::string path = "/tmp/notifier_outbox_kill_" + std::to_string(::getpid()) + ".db";
  const auto remove = [&] {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  };
  remove();
  std::mt19937 random(20);
  constexpr unsigned kills = 40;
  for (unsigned life = 0; life <= kills; ++life) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(live(path, shared, life, life == kills));
    if (life < kills) {
      std::this_thread::sleep_for(std::chrono::microseconds(5000 + random() % 120'000));
      ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (life < kills) REQUIRE(WIFSIGNALED(status));
    if (life == kills) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  REQUIRE(shared.is_done);

  std::map<std::uint32_t, Fate> fates;
  std::size_t life = 0;
  std::int64_t life_begun = 0;
  std::size_t held = 0;
  std::size_t hurried = 0;
  std::size_t doubled = 0;
  std::size_t revived = 0;
  for (std::size_t i = 0; i < shared.count; ++i) {
    const Note& note = shared.notes[i];
    if (note.what == Note::What::started) {
      ++life;
      life_begun = note.at_ms;
      continue;
    }
    Fate& fate = fates[note.key];
    switch (note.what) {
      case Note::What::accepted:
        fate.is_accepted = true;
        fate.accepted_at = note.at_ms;
        break;
      case Note::What::delivered: fate.is_stored = true; break;
      case Note::What::stored: ++fate.stored; break;
      case Note::What::revived: ++revived; break;
      default: {
        const auto wait_after = [](std::size_t attempts) {
          return attempts == 0 ? 0 : delays_ms[(std::min)(attempts, std::size(delays_ms)) - 1];
        };
        const bool is_first = fate.attempts == 0;
        const std::int64_t from = is_first ? fate.accepted_at : fate.tried_at;
        // A restart may begin the wait anew, where the clock does not tell how much of it has passed.
        const std::int64_t latest = (std::max)(from, life_begun) + wait_after(fate.attempts) + longest_tick_ms;
        held += note.at_ms > latest && (fate.is_accepted || !is_first);
        // Within one life no step of the clock makes a wait shorter.
        hurried += !is_first && fate.tried_in_life == life && note.at_ms < from + wait_after(fate.stored);
        doubled += fate.is_stored || fate.arrived_in_life == life;
        ++fate.attempts;
        fate.tried_at = note.at_ms;
        fate.tried_in_life = life;
        if (note.what == Note::What::sent) {
          fate.has_arrived = true;
          fate.arrived_in_life = life;
        }
      }
    }
  }
  std::size_t lost = 0;
  for (const auto& [key, fate] : fates) lost += !fate.has_arrived;
  CHECK(held == 0);
  CHECK(hurried == 0);
  CHECK(doubled == 0);
  CHECK(revived == 0);
  CHECK(lost == 0);
  CHECK(life > kills / 4);
  CHECK(fates.size() > 50);
  remove();
  ::munmap(memory, sizeof(Shared));
}
