// The database as the server sees it: one file, or a PostgreSQL that other servers share.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "database_file.hpp"
#include "event_stream.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/history.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/registry/registry.hpp"
#include "prometheus_text.hpp"
#include "storage_probe.hpp"

namespace server {

/// What is kept, and how it is shared. Functions are called on any thread, but for take_news().
class Storage {
 public:
  using Outcomes = std::vector<notifier::Outcome*>;

  virtual ~Storage() = default;
  virtual notifier::History& history() = 0;
  virtual notifier::OutboxStorage& outbox() = 0;

  /// As for GroupCommit.
  virtual notifier::Result<void> store(const Outcomes& outcomes) = 0;
  virtual notifier::Result<void> store_all(const notifier::Registry& registry) = 0;
  virtual void on_stored(std::function<void(const Outcomes&)> call) = 0;
  /// Before a request is handled: what others have changed is seen.
  virtual void catch_up() {}

  /// Begins to share the database with others, where there are others.
  /// @param on_changes  called with what they change
  virtual notifier::Result<void> begin(notifier::Registry&, std::function<void(const std::vector<notifier::Change>&)>) {
    return {};
  }
  /// Other servers' streams tell of what happens here, and those here of what happens there. After begin().
  virtual notifier::Result<void> share(EventStreams&) { return {}; }
  /// The sending thread is to be woken where there is news. To be set before anything is stored.
  virtual void on_arrival(std::function<void()> call) = 0;
  /// Has an outbox take up what has happened since. Called by the sending thread.
  /// @param admitted   is told of each delivery that has arrived
  /// @param withdrawn  is told of each that was withdrawn by hand, and is dead now
  virtual void take_news(notifier::Outbox& outbox, notifier::Moment now,
                         const std::function<void(const notifier::OutboxRecord&)>& admitted,
                         const std::function<void(const notifier::OutboxRecord&)>& withdrawn) = 0;
  /// The server is about to end.
  virtual void begin_stop() = 0;
  /// Nothing is sent any more.
  virtual void stop() {}

  /// errc::storage where a change could not be stored now.
  virtual notifier::Result<void> check() = 0;
  /// What an operator wants to know.
  virtual void write_figures(PrometheusText& out) = 0;

 protected:
  static void write_oldest(PrometheusText& out, const std::optional<notifier::Timestamp>& oldest,
                           notifier::Timestamp now) {
    const double age = oldest ? static_cast<double>(std::max<std::int64_t>(0, now.ms - oldest->ms)) / 1e3 : 0;
    out.gauge("notifier_delivery_oldest_pending_age_seconds",
              "How long the oldest delivery has waited that is to be sent; 0 where there is none.", age);
  }
};

/// One SQLite file, which is this server's alone.
class FileStorage final : public Storage {
 public:
  /// @param store, file  outlive this
  FileStorage(notifier::SqliteStore& store, const DatabaseFile& file, const std::string& path)
      : store_(store), file_(file), probe_(file, path) {}

  notifier::History& history() override { return store_; }
  notifier::OutboxStorage& outbox() override { return *store_.outbox(); }
  notifier::Result<void> store(const Outcomes& outcomes) override {
    notifier::Result<void> done = file_.check();
    if (done) done = store_.store(outcomes);
    // Deleted in between, it would have taken them along.
    return done ? file_.check() : done;
  }
  notifier::Result<void> store_all(const notifier::Registry& registry) override { return store_.store_all(registry); }
  void on_stored(std::function<void(const Outcomes&)> call) override { store_.on_stored(std::move(call)); }
  void on_arrival(std::function<void()> call) override { store_.outbox()->on_arrival(std::move(call)); }
  void take_news(notifier::Outbox& outbox, notifier::Moment now,
                 const std::function<void(const notifier::OutboxRecord&)>& admitted,
                 const std::function<void(const notifier::OutboxRecord&)>& withdrawn) override {
    for (const notifier::OutboxRecord& record : store_.outbox()->take_arrivals()) {
      outbox.admit(record, now);
      admitted(record);
    }
    for (notifier::OutboxRecord& record : store_.outbox()->take_cancelled()) to_withdraw_.push_back(std::move(record));
    std::vector<notifier::OutboxRecord> later;
    for (notifier::OutboxRecord& record : to_withdraw_) {
      const auto done = outbox.cancel(record.notifier_id, record.key, notifier::detail::withdrawn_by_hand, now);
      if (!done && done.error().code == notifier::errc::storage) later.push_back(std::move(record));
      if (!done) continue;
      // What is under way may yet arrive.
      const auto found = store_.outbox()->find(record.notifier_id, record.key);
      if (found && *found && (*found)->state == notifier::OutboxState::dead) withdrawn(**found);
    }
    to_withdraw_ = std::move(later);
    for (const std::string& notifier_id : store_.outbox()->take_told()) outbox.tell_now(notifier_id);
  }
  void begin_stop() override { store_.outbox()->interrupt(); }
  notifier::Result<void> check() override { return probe_.check(); }
  void write_figures(PrometheusText& out) override {
    write_oldest(out, probe_.oldest_pending(), now());
    out.family("notifier_storage_bytes", "gauge", "What the database takes on the disk, and the log beside it.");
    out.sample("notifier_storage_bytes", "file=\"database\"", static_cast<std::uint64_t>(probe_.bytes()));
    out.sample("notifier_storage_bytes", "file=\"log\"", static_cast<std::uint64_t>(probe_.log_bytes()));
    out.gauge("notifier_event_history_bytes", "What the events take that are kept.",
              static_cast<std::uint64_t>(probe_.event_bytes()));
  }

 private:
  notifier::SqliteStore& store_;
  const DatabaseFile& file_;
  StorageProbe probe_;
  std::vector<notifier::OutboxRecord> to_withdraw_;  // the sending thread's
};

}  // namespace server
