// The outbox of a SqliteStore: deliveries in the same database, so that a change and what it sends are stored together.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_outbox_reader.hpp"
#include "notifier/adapters/sqlite_outbox_writer.hpp"
#include "notifier/delivery/outbox_json.hpp"
#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/delivery/outbox_target.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Keeps deliveries, their attempts and the notifiers' health. Made by SqliteStore::open(), lives as long as the store.
///
/// An Outbox drives it from one thread, through the OutboxStorage that it is. Other threads store deliveries through
/// SqliteStore::store(); those, and dead ones that are to be sent again, wait as arrivals to be admitted:
///
///     notifier::Outbox outbox(*store->outbox());
///     outbox.recover();
///     store->outbox()->on_arrival([&] { wake_the_sending_thread(); });
///     ...
///     for (const OutboxRecord& record : store->outbox()->take_arrivals()) outbox.admit(record);
///
/// What update() and set_health() are told gathers in memory until commit(), which writes all of it in one transaction:
/// one sync to the disk. insert() begins a transaction, and keeps other writers waiting until commit() or rollback().
/// Content is dropped when a delivery has arrived; until then the file holds its secrets.
class SqliteOutbox final : public OutboxStorage {
 public:
  /// What was stored, or is to be sent again, since the last call, in order. Some may be dead: mails to nobody. On any
  /// thread.
  std::vector<OutboxRecord> take_arrivals();
  /// Sets what is called when there are arrivals, in the thread that stored them: wake somebody up and return. To be
  /// set before anything is stored.
  void on_arrival(std::function<void()> call) { on_arrival_ = std::move(call); }

  /// A page of a notifier's records as JSON, newest first, appended to `out`. On any thread.
  /// @return how many there are in all; 0 where the database fails
  std::size_t deliveries(std::string_view notifier_id, std::size_t offset, std::size_t limit,
                         std::vector<std::string>& out);
  /// Makes a dead delivery due again, and an arrival. On any thread.
  /// @return errc::not_found where there is none of this notifier with that key; errc::conflict where it is not dead
  Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view key, Timestamp now);

  Result<std::uint64_t> insert(const OutboxRecord& record, const Delivery& delivery) override;
  Result<void> update(const OutboxChange& change) override;
  Result<void> set_health(std::string_view notifier_id, const NotifierHealth& health) override;
  /// Commits what has gathered, and lasts when it returns. Gives what the file no longer needs back to the disk.
  Result<std::size_t> forget(Timestamp delivered_before, Timestamp dead_before) override;
  Result<void> commit() override;
  void rollback() override;

  Result<Delivery> load(std::uint64_t sequence) override { return reader_.load(sequence); }
  Result<void> each_pending(const std::function<void(const OutboxRecord&)>& call) override {
    return reader_.each_pending(call);
  }
  Result<void> each_health(const std::function<void(std::string_view, const NotifierHealth&)>& call) override {
    return reader_.each_health(call);
  }
  Result<std::optional<OutboxRecord>> find(std::string_view key) override { return reader_.find(key); }
  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) override {
    return reader_.list(query, out);
  }

 private:
  friend class SqliteStore;

  /// @param database, write_mutex  the store's own
  SqliteOutbox(SqliteDatabase& database, std::mutex& write_mutex) : database_(&database), write_mutex_(&write_mutex) {}
  Result<void> open(SqliteDatabase reader);
  /// Adds deliveries within the store's transaction; settle() says what became of it.
  /// @param known  gets the places of those that are left out, since they are there already
  Result<void> add(const std::vector<Delivery>& deliveries, Timestamp now, std::vector<std::size_t>& known);
  void settle(bool is_stored);

  void arrive(std::vector<OutboxRecord>& records);
  Result<void> begin();
  Result<void> end(Result<void> done);
  Result<void> write_gathered();

  SqliteDatabase* database_;
  std::mutex* write_mutex_;
  detail::sqlite::OutboxWriter writer_;       // by whoever holds the mutex
  std::vector<OutboxRecord> unsettled_;       // likewise
  std::unique_lock<std::mutex> transaction_;  // held while insert()'s transaction is open
  bool is_undone_ = false;                    // a commit() of insertions failed: they are gone
  std::vector<OutboxChange> changes_;
  std::vector<std::pair<std::string, NotifierHealth>> healths_;

  detail::sqlite::OutboxReader reader_;

  std::mutex arrivals_mutex_;
  std::vector<OutboxRecord> arrivals_;
  std::function<void()> on_arrival_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<void> SqliteOutbox::open(SqliteDatabase reader) {
  auto done = writer_.open(*database_);
  return done ? reader_.open(std::move(reader)) : done;
}

inline Result<void> SqliteOutbox::add(const std::vector<Delivery>& deliveries, Timestamp now,
                                      std::vector<std::size_t>& known) {
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    OutboxRecord record = describe_for_outbox(deliveries[i], now);
    const auto sequence = writer_.insert(record, deliveries[i]);
    if (!sequence) return sequence.error();
    if (*sequence == 0) {
      known.push_back(i);
      continue;
    }
    record.sequence = *sequence;
    unsettled_.push_back(std::move(record));
  }
  return {};
}

inline void SqliteOutbox::settle(bool is_stored) {
  if (is_stored) arrive(unsettled_);
  unsettled_.clear();
}

inline void SqliteOutbox::arrive(std::vector<OutboxRecord>& records) {
  if (records.empty()) return;
  {
    const std::lock_guard<std::mutex> lock(arrivals_mutex_);
    for (OutboxRecord& record : records) arrivals_.push_back(std::move(record));
  }
  if (on_arrival_) on_arrival_();
}

inline std::vector<OutboxRecord> SqliteOutbox::take_arrivals() {
  const std::lock_guard<std::mutex> lock(arrivals_mutex_);
  return std::exchange(arrivals_, {});
}

inline std::size_t SqliteOutbox::deliveries(std::string_view notifier_id, std::size_t offset, std::size_t limit,
                                            std::vector<std::string>& out) {
  std::vector<OutboxRecord> records;
  const auto total = list({notifier_id, std::nullopt, offset, limit}, records);
  if (!total) return 0;
  for (const OutboxRecord& record : records) {
    Buffer json;
    json::Writer writer(json);
    to_json(writer, record);
    out.push_back(json.str());
  }
  return *total;
}

inline Result<void> SqliteOutbox::retry(std::string_view app_id, std::string_view notifier_id, std::string_view key,
                                        Timestamp now) {
  std::vector<OutboxRecord> arrivals;
  {
    const std::lock_guard<std::mutex> lock(*write_mutex_);
    auto done = database_->transaction([&]() -> Result<void> {
      auto found = writer_.find(key, notifier_id, app_id);
      if (!found) return std::move(found).error();
      Error error;
      error.code = errc::not_found;
      error.message = "there is no such delivery";
      if (!*found) return error;
      OutboxRecord& record = **found;
      error.code = errc::conflict;
      error.message = std::string("only what is dead is sent again; the delivery is ").append(to_string(record.state));
      if (record.state != OutboxState::dead) return error;
      record.state = OutboxState::pending;
      record.attempts = 0;
      record.next_at = now;
      arrivals.push_back(record);
      return writer_.update({record.sequence, record.state, 0, now, std::nullopt});
    });
    if (!done) return done;
  }
  arrive(arrivals);
  return {};
}

inline Result<void> SqliteOutbox::begin() {
  if (transaction_.owns_lock()) return {};
  transaction_ = std::unique_lock<std::mutex>(*write_mutex_);
  auto done = database_->execute("BEGIN IMMEDIATE");
  if (!done) transaction_.unlock();
  return done;
}

/// Commits the open transaction, or takes it back where something in it has failed.
inline Result<void> SqliteOutbox::end(Result<void> done) {
  if (done) done = database_->execute("COMMIT");
  if (!done && sqlite3_get_autocommit(database_->handle()) == 0) static_cast<void>(database_->execute("ROLLBACK"));
  transaction_.unlock();
  return done;
}

inline Result<std::uint64_t> SqliteOutbox::insert(const OutboxRecord& record, const Delivery& delivery) {
  if (auto begun = begin(); !begun) return std::move(begun).error();
  return writer_.insert(record, delivery);
}

inline Result<void> SqliteOutbox::update(const OutboxChange& change) {
  changes_.push_back(change);
  return {};
}

inline Result<void> SqliteOutbox::set_health(std::string_view notifier_id, const NotifierHealth& health) {
  healths_.emplace_back(notifier_id, health);
  return {};
}

inline Result<void> SqliteOutbox::write_gathered() {
  Result<void> done;
  for (std::size_t i = 0; done && i < changes_.size(); ++i) done = writer_.update(changes_[i]);
  for (std::size_t i = 0; done && i < healths_.size(); ++i) {
    done = writer_.set_health(healths_[i].first, healths_[i].second);
  }
  return done;
}

inline Result<void> SqliteOutbox::commit() {
  if (is_undone_) {
    Error error;
    error.code = errc::storage;
    error.message = "the insertions were lost when they could not be committed";
    return error;
  }
  const bool has_insertions = transaction_.owns_lock();
  if (!has_insertions && changes_.empty() && healths_.empty()) return {};
  auto done = begin();
  if (done) done = end(write_gathered());
  if (done) {
    changes_.clear();
    healths_.clear();
  } else {
    is_undone_ = has_insertions;
  }
  return done;
}

inline void SqliteOutbox::rollback() {
  changes_.clear();
  healths_.clear();
  is_undone_ = false;
  if (transaction_.owns_lock()) static_cast<void>(end(Error()));
}

inline Result<std::size_t> SqliteOutbox::forget(Timestamp delivered_before, Timestamp dead_before) {
  // By and by, so that other writers need not wait for all of it.
  constexpr std::size_t at_once = 1000;
  if (auto committed = commit(); !committed) return std::move(committed).error();
  std::size_t count = 0;
  for (const auto& [state, before] :
       {std::pair(OutboxState::delivered, delivered_before), std::pair(OutboxState::dead, dead_before)}) {
    for (std::size_t forgotten = at_once; forgotten == at_once; count += forgotten) {
      if (auto begun = begin(); !begun) return std::move(begun).error();
      const auto some = writer_.forget(state, before, at_once);
      auto done = end(some ? Result<void>() : Result<void>(some.error()));
      if (!done) return std::move(done).error();
      forgotten = *some;
    }
  }
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  auto vacuumed = database_->execute("PRAGMA incremental_vacuum(4096)");
  if (!vacuumed) return std::move(vacuumed).error();
  return count;
}

NOTIFIER_NAMESPACE_END
