// The outbox of a SqliteStore: deliveries in the same database, so that a change and what it sends are stored together.

#pragma once

#include <algorithm>
#include <atomic>
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
#include "notifier/adapters/sqlite_outbox_sql.hpp"
#include "notifier/adapters/sqlite_outbox_writer.hpp"
#include "notifier/adapters/sqlite_registry_sql.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/outbox/target.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Keeps deliveries, their attempts and the notifiers' health. Made by SqliteStore::open(), lives as long as the store.
///
/// An Outbox drives it from one thread, through the OutboxStorage that it is. Other threads store deliveries through
/// SqliteStore::store(); those, and dead ones that are to be sent again, wait as arrivals to be admitted:
///
///     notifier::Outbox outbox(*store->outbox());
///     outbox.recover(now);
///     store->outbox()->on_arrival([&] { wake_the_sending_thread(); });
///     ...
///     for (const OutboxRecord& record : store->outbox()->take_arrivals()) outbox.admit(record, now);
///
/// A host with much that waits need not stand still for it: recover() may run in the sending thread while others store.
/// What was stored before is found then, and is no arrival any more; what is stored meanwhile arrives, and is not
/// found.
///
/// insert() and write() are one transaction each: one sync to the disk. Content is dropped when a delivery has arrived;
/// until then the file holds its secrets. The rest of a body that several deliveries of one insertion share, and that
/// is long enough, is stored once, and goes with the last of them.
///
/// What release 1.0 wrote is read where it is, and moves when it changes.
class SqliteOutbox final : public OutboxStorage {
 public:
  /// What was stored, or is to be sent again, since the last call, in order. Some may be dead: mails to nobody. On any
  /// thread.
  std::vector<OutboxRecord> take_arrivals();
  /// Sets what is called when there are arrivals, in the thread that stored them: wake somebody up and return. To be
  /// set before anything is stored.
  void on_arrival(std::function<void()> call) { on_arrival_ = std::move(call); }

  /// Makes a dead delivery due again, and an arrival. On any thread.
  /// @param notifier_id  empty: of any notifier of the app
  /// @return errc::not_found where there is none of this notifier with that key; errc::conflict where it is not dead,
  ///         and the message says why; errc::storage
  Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view key, Timestamp now);
  /// The same with up to `limit` dead deliveries, the newest ones. On any thread.
  /// @param place  as for search(): where to begin, and where those are that are left
  /// @return how many
  Result<std::size_t> retry_all(DeliveryFilter filter, std::uint64_t& place, std::size_t limit, Timestamp now);
  /// Asks for a pending or held delivery to be withdrawn: take_cancelled() says so to the outbox's owner. On any
  /// thread.
  /// @param notifier_id  as for retry(), and so what it returns
  Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view key);
  /// What is to be withdrawn since the last call, each for Outbox::cancel(), after what take_arrivals() gave. On any
  /// thread.
  std::vector<OutboxRecord> take_cancelled();
  /// What is held back for a notifier, to be told together. On any thread.
  Result<void> each_group_of(std::string_view app_id, std::string_view notifier_id,
                             const Function<void(StoredGroup&&)>& call) {
    return reader_.each_group_of(app_id, notifier_id, call);
  }
  /// Asks for what is held back for a notifier to be told: take_told() says so to the outbox's owner. On any thread.
  void tell_now(std::string_view notifier_id);
  /// The ids of notifiers for which that was asked since the last call, each for Outbox::tell_now(). On any thread.
  std::vector<std::string> take_told();

  Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) override;
  Result<void> write(const std::vector<OutboxWrite>& writes) override;
  Result<void> regroup(const std::vector<OutboxWrite>& writes, const std::vector<StoredGroup>& groups,
                       std::vector<OutboxRecord>& digests, const Delivery* deliveries) override;
  Result<void> each_group(const Function<void(StoredGroup&&)>& call) override { return reader_.each_group(call); }
  /// Gives what the file no longer needs back to the disk.
  Result<std::size_t> forget(const OutboxForget& what) override;

  Result<Delivery> load(std::uint64_t sequence) override { return reader_.load(sequence); }
  Result<void> each_waiting(const Function<void(const OutboxRecord&)>& call) override;
  /// Has each_waiting() end early, with errc::storage. On any thread.
  void interrupt() noexcept { is_interrupted_.store(true, std::memory_order_relaxed); }
  Result<void> each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) override {
    return reader_.each_health(call);
  }
  Result<std::optional<OutboxClock>> clock() override { return reader_.clock(); }
  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) override {
    return reader_.find(notifier_id, key);
  }
  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) override {
    return reader_.list(query, out);
  }
  Result<void> search(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                      std::vector<OutboxRecord>& out) override {
    return reader_.search(filter, place, limit, out);
  }

 private:
  friend class SqliteStore;

  /// @param database     the store's own
  /// @param write_mutex  the store's own
  SqliteOutbox(SqliteDatabase& database, std::mutex& write_mutex) : database_(&database), write_mutex_(&write_mutex) {}
  Result<void> open(SqliteDatabase reader);
  /// Adds deliveries within the store's transaction; settle() says what became of it.
  /// @param known  gets the places of those that were left out, ascending
  Result<void> add(const std::vector<Delivery>& deliveries, Timestamp now, std::vector<std::size_t>& known);
  void settle(bool is_stored);

  void arrive(std::vector<OutboxRecord>& records);
  void drop_arrivals_of(std::vector<OutboxRecord>& page);
  /// Makes due what is dead, in a transaction.
  Result<void> make_due(std::string_view app_id, const OutboxRecord& which, Timestamp now,
                        std::vector<OutboxRecord>& arrivals);

  SqliteDatabase* database_;
  std::mutex* write_mutex_;
  detail::sqlite::OutboxWriter writer_;
  std::vector<OutboxRecord> unsettled_;  // added by a transaction of the store that is still open
  std::size_t stored_ = 0;               // so many of them are stored already: there was no memory to let them arrive

  detail::sqlite::OutboxReader reader_;

  std::mutex arrivals_mutex_;
  std::vector<OutboxRecord> arrivals_;
  std::vector<OutboxRecord> cancelled_;
  std::vector<std::string> told_;
  std::function<void()> on_arrival_;
  std::atomic<bool> is_interrupted_{false};
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<void> SqliteOutbox::open(SqliteDatabase reader) {
  // A transaction with a big body leaves a log as big as that; a later one cuts it to this, which is about what others
  // need until SQLite begins the log anew.
  auto done = database_->execute("PRAGMA journal_size_limit = 3900000");
  if (!done) return done;
  const auto has_old = database_->query_integer(detail::sqlite::has_old_tables);
  if (!has_old) return has_old.error();
  done = writer_.open(*database_, *has_old != 0);
  return done ? reader_.open(std::move(reader), *has_old != 0) : done;
}

inline Result<void> SqliteOutbox::add(const std::vector<Delivery>& deliveries, Timestamp now,
                                      std::vector<std::size_t>& known) {
  std::vector<OutboxRecord> records;
  records.reserve(deliveries.size());
  for (const Delivery& delivery : deliveries) records.push_back(describe_for_outbox(delivery, now));
  if (auto done = writer_.insert(records, deliveries.data()); !done) return done;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].sequence == 0) {
      known.push_back(i);
    } else {
      unsettled_.push_back(std::move(records[i]));
    }
  }
  return {};
}

inline void SqliteOutbox::settle(bool is_stored) {
  if (!is_stored) {
    unsettled_.erase(unsettled_.begin() + static_cast<std::ptrdiff_t>(stored_), unsettled_.end());
    return;
  }
  stored_ = unsettled_.size();
  arrive(unsettled_);
  unsettled_.clear();
  stored_ = 0;
}

inline void SqliteOutbox::arrive(std::vector<OutboxRecord>& records) {
  if (records.empty()) return;
  {
    const std::lock_guard<std::mutex> lock(arrivals_mutex_);
    const std::size_t needed = arrivals_.size() + records.size();
    if (needed > arrivals_.capacity()) arrivals_.reserve(needed * 2);  // so that all arrive or none
    for (OutboxRecord& record : records) arrivals_.push_back(std::move(record));
  }
  if (on_arrival_) on_arrival_();
}

inline std::vector<OutboxRecord> SqliteOutbox::take_arrivals() {
  const std::lock_guard<std::mutex> lock(arrivals_mutex_);
  return std::exchange(arrivals_, {});
}

inline Result<void> SqliteOutbox::each_waiting(const Function<void(const OutboxRecord&)>& call) {
  constexpr std::size_t at_once = 1000;
  std::vector<OutboxRecord> page;
  page.reserve(at_once);
  {
    const std::lock_guard<std::mutex> lock(*write_mutex_);
    const std::lock_guard<std::mutex> arrivals(arrivals_mutex_);
    const auto waits = [](const OutboxRecord& record) {
      return record.state == OutboxState::pending || record.state == OutboxState::held ||
             record.state == OutboxState::grouping;
    };
    arrivals_.erase(std::remove_if(arrivals_.begin(), arrivals_.end(), waits), arrivals_.end());
  }
  std::uint64_t after = 0;
  for (bool are_grouping = false;;) {
    if (is_interrupted_.load(std::memory_order_relaxed)) {
      Error error;
      error.code = errc::storage;
      error.message = "interrupted";
      return error;
    }
    std::size_t count = 0;
    {
      // What is stored arrives with this lock: a row of the page that came just now is an arrival, or it is none.
      const std::lock_guard<std::mutex> lock(*write_mutex_);
      if (auto done = reader_.waiting_after(after, at_once, are_grouping, page); !done) return done;
      count = page.size();
      if (count > 0) after = page.back().sequence;
      drop_arrivals_of(page);
    }
    for (const OutboxRecord& record : page) call(record);
    if (count == at_once) continue;
    if (are_grouping) return {};
    are_grouping = true;
    after = 0;
  }
}

/// Leaves in a page, which is in order, what take_arrivals() will not give.
inline void SqliteOutbox::drop_arrivals_of(std::vector<OutboxRecord>& page) {
  const std::lock_guard<std::mutex> lock(arrivals_mutex_);
  if (page.empty() || arrivals_.empty()) return;
  std::vector<std::uint64_t> arrived;
  for (const OutboxRecord& record : arrivals_) {
    if (record.sequence >= page.front().sequence && record.sequence <= page.back().sequence)
      arrived.push_back(record.sequence);
  }
  std::sort(arrived.begin(), arrived.end());
  const auto is_arrival = [&](const OutboxRecord& record) {
    return std::binary_search(arrived.begin(), arrived.end(), record.sequence);
  };
  page.erase(std::remove_if(page.begin(), page.end(), is_arrival), page.end());
}

inline Result<void> SqliteOutbox::insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) {
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  auto done = database_->transaction([&] { return writer_.insert(records, deliveries); });
  if (!done) {
    for (OutboxRecord& record : records) record.sequence = 0;
  }
  return done;
}

inline Result<void> SqliteOutbox::write(const std::vector<OutboxWrite>& writes) {
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  return database_->transaction([&] {
    Result<void> done;
    for (std::size_t i = 0; done && i < writes.size(); ++i) done = writer_.write(writes[i]);
    return done;
  });
}

inline Result<void> SqliteOutbox::regroup(const std::vector<OutboxWrite>& writes,
                                          const std::vector<StoredGroup>& groups, std::vector<OutboxRecord>& digests,
                                          const Delivery* deliveries) {
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  return database_->transaction([&] {
    Result<void> done;
    for (std::size_t i = 0; done && i < writes.size(); ++i) done = writer_.write(writes[i]);
    for (std::size_t i = 0; done && i < groups.size(); ++i) done = writer_.write(groups[i]);
    return done ? writer_.insert(digests, deliveries) : done;
  });
}

inline Result<std::size_t> SqliteOutbox::forget(const OutboxForget& what) {
  // By and by, so that other writers need not wait for all of it.
  constexpr std::size_t at_once = 1000;
  std::size_t count = 0;
  for (const auto& [state, before] :
       {std::pair(OutboxState::delivered, what.delivered_before), std::pair(OutboxState::dead, what.dead_before),
        std::pair(OutboxState::grouped, what.delivered_before)}) {
    bool is_dated = false;
    for (std::size_t forgotten = at_once; forgotten == at_once; count += forgotten) {
      const std::lock_guard<std::mutex> lock(*write_mutex_);
      auto done = database_->transaction([&, each = state, until = before]() -> Result<void> {
        if (!is_dated) {
          if (auto dated = writer_.date(each, what.latest); !dated) return dated;
        }
        const auto some = writer_.forget(each, until, at_once);
        if (!some) return some.error();
        forgotten = *some;
        return {};
      });
      if (!done) return std::move(done).error();
      is_dated = true;
    }
  }
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  if (auto done = database_->execute(detail::sqlite::forget_removed.data()); !done) return std::move(done).error();
  auto vacuumed = database_->execute("PRAGMA incremental_vacuum(4096)");
  if (!vacuumed) return std::move(vacuumed).error();
  return count;
}

NOTIFIER_NAMESPACE_END

#include "notifier/adapters/sqlite_outbox_asked.hpp"
