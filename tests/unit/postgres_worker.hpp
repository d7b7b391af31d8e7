// A worker on a PostgreSQL, for tests: a store, an outbox, and what was sent.

#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres.hpp"
#include "outbox_post.hpp"
#include "postgres_world.hpp"

namespace postgres_test {

using notifier::Delivery;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::Outcome;
using notifier::PostgresConnection;
using notifier::PostgresStore;
using outbox_test::make;
using outbox_test::verdict;
using Action = notifier::Verdict::Action;

inline Moment now() {
  using namespace std::chrono;
  const auto ms = [](auto since) { return std::int64_t{duration_cast<milliseconds>(since).count()}; };
  return {{ms(system_clock::now().time_since_epoch())}, ms(steady_clock::now().time_since_epoch())};
}

/// A worker in one thread: what it sends is counted, and arrives at once.
struct Worker {
  /// @param poll_ms     how often it looks by itself what others have inserted
  /// @param host        has it tell events together that ask for it
  /// @param attempt_ms  how long an attempt may take; where a lease does not outlast it, nothing is sent
  explicit Worker(const std::string& url, std::int64_t lease_ms = 2'000, std::int64_t poll_ms = 20,
                  std::optional<notifier::GroupHost> host = std::nullopt, std::int64_t attempt_ms = 0) {
    notifier::PostgresOptions options;
    options.url = url;
    auto opened = PostgresStore::open(options);
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
    outbox = std::make_unique<Outbox>(store->outbox());
    if (host) outbox->tell_together(*std::move(host));
    REQUIRE(outbox->recover(now()));
    notifier::PostgresOutboxOptions shared;
    shared.leases.lease_ms = lease_ms;
    shared.leases.renew_ms = lease_ms / 4;
    shared.leases.attempt_ms = attempt_ms != 0 ? attempt_ms : lease_ms / 4;
    shared.leases.drift_ms = lease_ms / 20;
    shared.look_ms = 50;
    shared.poll_ms = poll_ms;
    REQUIRE(store->outbox().start(shared));
  }

  void put(const std::vector<Delivery>& deliveries) {
    Outcome outcome;
    outcome.deliveries = deliveries;
    const auto stored = store->store({&outcome});
    REQUIRE_MESSAGE(stored, stored.error().message);
  }

  /// Takes up what there is, without sending it.
  void take_news() {
    static_cast<void>(store->outbox().turn(
        *outbox, now(), [this](const OutboxRecord&) { ++arrived; },
        [this](const OutboxRecord& record) { withdrawn.push_back(record.key); }));
  }
  std::vector<OutboxClaim> claim(std::size_t most = 100) {
    std::vector<OutboxClaim> claims;
    outbox->claim(now(), most, claims);
    return claims;
  }
  void turn() {
    take_news();
    for (const OutboxClaim& claim : claim()) {
      ++sent[claim.delivery.idempotency_key];
      static_cast<void>(outbox->record(claim.sequence, verdict(Action::delivered), now()));
    }
    static_cast<void>(outbox->flush());
  }
  std::size_t owned() const { return store->outbox().figures().owned; }

  std::unique_ptr<PostgresStore> store;
  std::unique_ptr<Outbox> outbox;
  std::map<std::string, int> sent;
  int arrived = 0;
  std::vector<std::string> withdrawn;
};

template <class... Workers>
bool comes_true(const std::function<bool()>& condition, Workers&... workers) {
  for (int tries = 0; tries < 1000; ++tries) {
    (workers.turn(), ...);
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

inline std::vector<Delivery> some(int from, int to) {
  std::vector<Delivery> deliveries;
  for (int i = from; i < to; ++i) {
    deliveries.push_back(
        make("k" + std::to_string(i), "no-" + std::to_string(i % 7), "https://example.com/" + std::to_string(i % 50)));
  }
  return deliveries;
}

inline std::int64_t query(const std::string& url, const std::string& sql) {
  auto connection = PostgresConnection::open(url, "query");
  REQUIRE(connection);
  const auto rows = connection->run(sql);
  REQUIRE(rows);
  return rows->integer(0, 0);
}

}  // namespace postgres_test
