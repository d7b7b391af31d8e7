// Power fails at any moment: every delivery that was acknowledged is there, in the state that was flushed.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/outbox/outbox.hpp"
#include "power_loss.hpp"

namespace {

using notifier::OutboxState;
using power_loss::disk;

/// A delivery's state and its number of attempts.
using Known = std::map<std::string, std::pair<OutboxState, std::size_t>>;

constexpr notifier::Moment now{{1'700'000'000'000}, 0};
constexpr std::int64_t month_ms = std::int64_t{30} * 24 * 3'600'000;

notifier::SqliteOptions options_at(const std::string& path) {
  notifier::SqliteOptions options;
  options.path = path;
  options.vfs = power_loss::faulty_vfs();
  options.with_outbox = true;
  options.clock = [] { return now.wall; };
  return options;
}

notifier::Outcome random_outcome(Known& known) {
  static int counter = 0;
  notifier::Outcome outcome;
  const auto rest = std::make_shared<const std::string>(disk.random() % 6000, 'b');
  for (auto count = disk.random() % 4; count-- > 0;) {
    notifier::Delivery delivery;
    delivery.idempotency_key = "k" + std::to_string(++counter);
    delivery.notifier_id = "no-" + std::to_string(disk.random() % 5);
    delivery.url = "https://example.com/" + delivery.notifier_id;
    delivery.body = notifier::Body("front", rest);
    delivery.event_id = std::to_string(rest->size());
    known[delivery.idempotency_key] = {OutboxState::pending, 0};
    outcome.deliveries.push_back(std::move(delivery));
  }
  return outcome;
}

/// Stores and sends until the power goes.
/// @param acknowledged  what is known to last
/// @param in_doubt      what it becomes if the transaction under way was the last to reach the disk
void work(const std::string& path, Known& acknowledged, Known& in_doubt) {
  in_doubt = acknowledged;
  auto store = notifier::SqliteStore::open(options_at(path));
  if (!store) return;
  notifier::SqliteOutbox& storage = *(*store)->outbox();
  notifier::Outbox outbox(storage);
  if (!outbox.recover(now)) return;
  while (!disk.is_dead) {
    in_doubt = acknowledged;
    if (disk.random() % 2 == 0) {
      notifier::Outcome outcome = random_outcome(in_doubt);
      if (!(*store)->store({&outcome})) return;
      for (const auto& record : storage.take_arrivals()) outbox.admit(record, now);
    } else {
      std::vector<notifier::OutboxClaim> claims;
      outbox.claim({{now.wall.ms + month_ms}, month_ms}, 4, claims);
      for (const auto& claim : claims) {
        const bool arrives = disk.random() % 3 != 0;
        const notifier::Verdict verdict{
            arrives ? notifier::Verdict::Action::delivered : notifier::Verdict::Action::retry, 0, "", std::nullopt};
        const auto step = outbox.record(claim.sequence, verdict, now);
        REQUIRE(step);
        auto& known = in_doubt[claim.delivery.idempotency_key];
        known = {step->state, known.second + 1};
      }
      if (!outbox.flush()) return;
    }
    acknowledged = in_doubt;
  }
}

Known read_back(const std::string& path) {
  power_loss::restore_power();
  const auto store = notifier::SqliteStore::open(options_at(path));
  REQUIRE_MESSAGE(store, store.error().message);
  notifier::SqliteOutbox& storage = *(*store)->outbox();
  std::vector<notifier::OutboxRecord> records;
  notifier::OutboxQuery everything;
  everything.limit = 1'000'000;
  REQUIRE(storage.list(everything, records));
  Known found;
  for (const auto& record : records) {
    found[record.key] = {record.state, record.history.size()};
    const auto content = storage.load(record.sequence);
    CHECK(content.has_value() == (record.state != OutboxState::delivered));
    if (!content) continue;
    CHECK(content->idempotency_key == record.key);
    CHECK(content->body == "front" + std::string(std::stoul(record.event_id), 'b'));
  }
  return found;
}

}  // namespace

TEST_CASE("deliveries survive a power failure at any moment, each in the state that was flushed") {
  const std::string path = "/tmp/notifier_outbox_power_loss_" + std::to_string(::getpid()) + ".db";
  std::size_t lost = 0;
  std::size_t survived = 0;
  std::size_t deliveries = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
    Known acknowledged;
    disk.random.seed(seed);
    for (int failure = 0; failure < 4; ++failure) {
      power_loss::restore_power(static_cast<long>(disk.random() % 1200));
      Known in_doubt;
      work(path, acknowledged, in_doubt);
      std::remove((path + "-shm").c_str());

      const Known found = read_back(path);
      const bool is_acknowledged = found == acknowledged;
      CHECK_MESSAGE((is_acknowledged || found == in_doubt), "seed " << seed << ", failure " << failure);
      ++(is_acknowledged ? lost : survived);
      acknowledged = found;
    }
    deliveries += acknowledged.size();
  }
  CHECK(lost > 50);
  CHECK(deliveries > 1000);
  CHECK(lost + survived == 240);
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
}
