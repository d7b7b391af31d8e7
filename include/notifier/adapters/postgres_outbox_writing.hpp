// What a PostgresOutbox writes: always under the epoch of the shard that it belongs to.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_outbox.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline Result<void> PostgresOutbox::add(PostgresConnection& connection, const std::vector<Delivery>& deliveries,
                                        Timestamp now, std::vector<std::size_t>& known) {
  std::vector<OutboxRecord> records;
  records.reserve(deliveries.size());
  for (const Delivery& delivery : deliveries) records.push_back(describe_for_outbox(delivery, now));
  const auto xact = detail::postgres::insert_deliveries(connection, records, deliveries.data());
  if (!xact) return xact.error();
  const std::lock_guard<std::mutex> lock(mutex_);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].sequence == 0) {
      known.push_back(i);
    } else if (records[i].state != OutboxState::dead) {
      unsettled_.emplace_back(std::move(records[i]), number(*xact));
    }
  }
  return {};
}

/// Of the shards of these deliveries, and of others, those that are not this worker's any more. The others stay so
/// until the transaction ends.
/// @param shard_of_each  gets where these deliveries are
inline Result<std::set<std::uint32_t>> PostgresOutbox::strangers(const Sequences& sequences,
                                                                 const std::vector<std::uint32_t>& shards,
                                                                 std::map<std::int64_t, std::uint32_t>& shard_of_each) {
  std::set<std::uint32_t> named(shards.begin(), shards.end());
  if (!sequences.empty()) {
    const auto rows = writer_.run(detail::postgres_sql::shards_of_deliveries,
                                  PostgresParameters().add_all(sequences, [](std::int64_t each) { return each; }));
    if (!rows) return rows.error();
    for (std::size_t row = 0; row < rows->size(); ++row) {
      const auto shard = static_cast<std::uint32_t>(rows->integer(row, 1));
      shard_of_each[rows->integer(row, 0)] = shard;
      named.insert(shard);
    }
  }
  const auto rows =
      writer_.run(detail::postgres_sql::lock_epochs,
                  PostgresParameters().add_all(named, [](std::uint32_t each) { return std::int64_t{each}; }));
  if (!rows) return rows.error();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto shard = static_cast<std::uint32_t>(rows->integer(row, 0));
    const auto working = working_.find(shard);
    const bool is_mine = working != working_.end() && static_cast<std::uint64_t>(rows->integer(row, 1)) == worker_ &&
                         static_cast<std::uint64_t>(rows->integer(row, 2)) == working->second;
    if (is_mine) named.erase(shard);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::uint32_t shard : named) {
    const auto working = working_.find(shard);
    if (leases_ && working != working_.end() && leases_->lease(shard).epoch == working->second) leases_->lose(shard);
  }
  if (leases_ && !named.empty()) take_news();
  return named;
}

inline Result<void> PostgresOutbox::write(const std::vector<OutboxWrite>& writes) {
  Sequences sequences;
  for (const OutboxWrite& write : writes)
    if (write.kind == OutboxWrite::Kind::change) sequences.push_back(static_cast<std::int64_t>(write.change.sequence));
  return writer_.transaction([&]() -> Result<void> {
    std::map<std::int64_t, std::uint32_t> shard_of_each;
    const auto lost = strangers(sequences, {}, shard_of_each);
    if (!lost) return lost.error();
    std::vector<const OutboxWrite*> own;
    for (const OutboxWrite& write : writes) {
      if (write.kind == OutboxWrite::Kind::change) {
        const auto at = shard_of_each.find(static_cast<std::int64_t>(write.change.sequence));
        if (at == shard_of_each.end() || lost->count(at->second) != 0) continue;
      }
      own.push_back(&write);
    }
    return detail::postgres::write_all(writer_, own);
  });
}

inline Result<void> PostgresOutbox::regroup(const std::vector<OutboxWrite>& writes,
                                            const std::vector<StoredGroup>& groups, std::vector<OutboxRecord>& digests,
                                            const Delivery* deliveries) {
  Sequences sequences;
  std::vector<const OutboxWrite*> all;
  for (const OutboxWrite& write : writes) {
    sequences.push_back(static_cast<std::int64_t>(write.change.sequence));
    all.push_back(&write);
  }
  std::vector<std::uint32_t> shards;
  for (const StoredGroup& group : groups) shards.push_back(shard_of(group.target, detail::postgres::shards));
  std::string xact;
  std::map<std::int64_t, std::uint32_t> shard_of_each;
  // Nobody finds the digests before they are noted.
  std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
  auto done = writer_.transaction([&]() -> Result<void> {
    const auto lost = strangers(sequences, shards, shard_of_each);
    if (!lost) return lost.error();
    if (!lost->empty()) {
      return detail::postgres::row_fault(errc::lost, "a shard of the outbox belongs to another worker by now");
    }
    lock.lock();
    auto written = detail::postgres::write_all(writer_, all);
    if (written) written = detail::postgres::write_groups(writer_, groups);
    if (!written) return written;
    auto inserted = detail::postgres::insert_deliveries(writer_, digests, deliveries);
    if (!inserted) return std::move(inserted).error();
    xact = *std::move(inserted);
    return {};
  });
  for (OutboxRecord& digest : digests) {
    const std::uint32_t shard = shard_of(digest.target, detail::postgres::shards);
    if (!done || working_.count(shard) == 0) {
      digest.sequence = 0;  // it arrives where it belongs
    } else if (digest.sequence != 0 && lock.owns_lock()) {
      seen_.emplace(std::pair(number(xact), digest.sequence), shard);
    }
  }
  return done;
}

inline Result<void> PostgresOutbox::insert(std::vector<OutboxRecord>&, const Delivery*) {
  return detail::postgres::row_fault(errc::unsupported, "deliveries are put in by PostgresStore::store()");
}

inline Result<std::size_t> PostgresOutbox::forget(const OutboxForget& what) {
  constexpr std::size_t at_once = 1000;
  std::size_t count = 0;
  for (const auto& [state, before] :
       {std::pair(OutboxState::delivered, what.delivered_before), std::pair(OutboxState::dead, what.dead_before),
        std::pair(OutboxState::grouped, what.delivered_before)}) {
    PostgresParameters which;
    which.add_all(working_, [](const auto& each) { return std::int64_t{each.first}; });
    which.add(to_string(state));
    PostgresParameters latest = which;
    const auto dated = writer_.run(detail::postgres_sql::date_over, latest.add(what.latest.ms));
    if (!dated) return dated.error();
    which.add(before.ms);
    for (std::size_t forgotten = at_once; forgotten == at_once; count += forgotten) {
      auto done = writer_.transaction([&]() -> Result<void> {
        const auto rows = writer_.run(detail::postgres_sql::forget_over, which);
        if (!rows) return rows.error();
        Sequences over;
        for (std::size_t row = 0; row < rows->size(); ++row) over.push_back(rows->integer(row, 0));
        forgotten = over.size();
        if (over.empty()) return {};
        const auto attempts = writer_.run(detail::postgres_sql::forget_attempts,
                                          PostgresParameters().add_all(over, [](std::int64_t each) { return each; }));
        return attempts ? detail::postgres::drop_contents(writer_, over) : Result<void>(attempts.error());
      });
      if (!done) return std::move(done).error();
    }
  }
  const auto removed = writer_.run(detail::postgres_sql::forget_removed);
  if (!removed) return removed.error();
  // Two that had a rest together may have gone at the same moment, and each have left it to the other.
  const auto rests = writer_.run(detail::postgres_sql::forget_rests);
  if (!rests) return rests.error();
  return count;
}

NOTIFIER_NAMESPACE_END
