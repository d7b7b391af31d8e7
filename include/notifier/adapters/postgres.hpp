// A registry and the history of its events in PostgreSQL, for one server or for many that share it. Link pq.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/delivery_pages.hpp"
#include "notifier/adapters/held_groups.hpp"
#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_events.hpp"
#include "notifier/adapters/postgres_listener.hpp"
#include "notifier/adapters/postgres_outbox.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/adapters/postgres_schema.hpp"
#include "notifier/adapters/postgres_store_rows.hpp"
#include "notifier/api/history.hpp"
#include "notifier/api/response.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/registry.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a store keeps its data.
struct PostgresOptions {
  std::string url;                    ///< see PostgresConnection::open()
  std::size_t events_per_app = 1000;  ///< about how many events of an app are kept, the latest ones
  /// What the kept events of an app take at most, and a twentieth; the latest is kept, whatever it takes.
  std::size_t event_bytes_per_app = 256'000'000;
  /// What those of all apps take together, likewise; 0: whatever they take.
  std::size_t event_bytes = 0;
  std::int64_t follow_ms = 100;      ///< how often it is looked whether others have changed the registry; a fifth as
                                     ///< often while what they tell of it is heard
  std::function<Timestamp()> clock;  ///< when deliveries are stored; empty: the system's clock
};

/// Stores what an Api answers, and loads it into a Registry at start, as SqliteStore does; and shows the Registry what
/// other servers on the same database have changed.
///
///     auto store = notifier::PostgresStore::open({url});
///     if (!store || !(*store)->load(registry)) ...
///     (*store)->follow(registry, [](const std::vector<notifier::Change>& changes) { ... });
///     notifier::GroupCommit commits(registry, [&](const auto& outcomes) { return (*store)->store(outcomes); });
///     const notifier::Outcome outcome = commits.settle([&] { (*store)->catch_up(); return api.handle(request); });
///
/// All changes of the registry have one order: each transaction raises its revision first. A change that was planned
/// before another server's was seen is errc::conflict, and planned again. Thread-safe. The database holds secrets:
/// webhook URLs, signing keys and whatever events carry.
class PostgresStore final : public History {
 public:
  /// Connects, makes the schema or brings it up to date.
  /// @return errc::invalid where the URL cannot be read, errc::unsupported for the schema of a newer version and for a
  ///         database that is not UTF-8, errc::storage where it cannot be reached. No text tells of the URL
  static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options);
  ~PostgresStore() override;

  /// Puts all that is stored into an empty registry, as of one revision.
  Result<void> load(Registry& registry);
  /// Puts all that a registry holds into an empty store, settings and its own event types included.
  Result<void> store_all(const Registry& registry);

  /// Brings what others change into the registry, in a thread of its own, from now until this ends.
  /// @param registry    outlives this; the one of load()
  /// @param on_changes  called in that thread with what others changed, once it is seen; may be empty
  void follow(Registry& registry, std::function<void(const std::vector<Change>&)> on_changes);
  /// Ends that. follow() is called no more.
  void stop_following();
  /// Waits, for a second at most, until the registry shows what made a store() conflict. Where none did: at once.
  void catch_up();
  /// The revision that the registry shows.
  std::int64_t revision() const;
  /// Waits until the registry shows a revision, which another server may have answered. False: it does not in time.
  bool wait_for(std::int64_t revision, std::chrono::milliseconds patience);

  /// Stores the changes, events and deliveries of all outcomes in one transaction, durably. To be called by
  /// Registry::commit(). See SqliteStore::store().
  /// @return errc::conflict where another server has changed the registry since; errc::storage: as a rule nothing is
  ///         stored; where the connection broke at the very end nobody knows, and the same again does no harm
  Result<void> store(const std::vector<Outcome*>& outcomes);

  std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                     std::vector<std::string>& out) const override {
    return events_.page(app_id, 0, offset, limit, out, nullptr);
  }
  std::size_t deliveries(std::string_view, std::string_view notifier_id, std::size_t offset, std::size_t limit,
                         std::vector<std::string>& out) const override {
    return detail::page_of_deliveries(*outbox_, notifier_id, offset, limit, out);
  }
  std::size_t events_from(std::string_view app_id, std::uint64_t& place, std::size_t limit,
                          std::vector<std::string>& out) const override {
    const std::uint64_t from = std::exchange(place, 0);
    return events_.page(app_id, from, 0, limit, out, &place);
  }
  std::string event(std::string_view app_id, std::string_view event_id) const override {
    return events_.find(app_id, event_id);
  }
  std::string removed_notifier(std::string_view app_id, std::string_view notifier_id) const override {
    return events_.removed(app_id, notifier_id);
  }
  std::size_t deliveries_from(std::string_view, std::string_view notifier_id, std::uint64_t& place, std::size_t limit,
                              std::vector<std::string>& out) const override {
    return detail::page_of_deliveries_from(*outbox_, notifier_id, place, limit, out);
  }
  void find_deliveries(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                       std::vector<std::string>& out) const override {
    detail::page_of_found_deliveries(*outbox_, filter, place, limit, out);
  }
  Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) override {
    return outbox_->retry(app_id, notifier_id, delivery_id, now());
  }
  Result<std::size_t> retry_all(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit) override {
    return outbox_->retry_all(filter, place, limit, now());
  }
  Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) override {
    return outbox_->cancel(app_id, notifier_id, delivery_id);
  }
  HeldBack held_back(std::string_view app_id, std::string_view notifier_id, std::size_t limit,
                     std::vector<std::string>& out) const override {
    detail::HeldGroups held(limit);
    const auto add = [&](StoredGroup&& group) { held.add(group); };
    return outbox_->each_group_of(app_id, notifier_id, add) ? std::move(held).finish(out) : HeldBack();
  }
  Result<void> tell_now(std::string_view app_id, std::string_view notifier_id) override {
    return outbox_->tell_now(app_id, notifier_id);
  }

  /// As of a SqliteStore.
  void on_stored(std::function<void(const std::vector<Outcome*>&)> call) { on_stored_ = std::move(call); }
  /// Whether the database answers and can be written, and still has all that the registry does not show yet. On any
  /// thread.
  Result<void> check() { return events_.check(revision()); }
  /// The deliveries.
  PostgresOutbox& outbox() noexcept { return *outbox_; }

 private:
  explicit PostgresStore(PostgresOptions options) : options_(std::move(options)) {}

  Result<void> open_all();
  Result<void> store_once(const std::vector<Outcome*>& outcomes, std::int64_t& revision);
  void run(Registry& registry, const std::function<void(const std::vector<Change>&)>& on_changes);
  bool is_own_shown(Registry& registry);
  Result<bool> follow_once(Registry& registry, const std::function<void(const std::vector<Change>&)>& on_changes);
  Timestamp now() const;

  PostgresOptions options_;
  std::function<void(const std::vector<Outcome*>&)> on_stored_;

  std::mutex write_mutex_;
  std::vector<Change> own_;  // what was stored last, and may not be shown yet; by write_mutex_
  PostgresConnection writer_;
  detail::postgres::StoreWriter rows_;

  mutable detail::postgres::EventReader events_;

  PostgresConnection follower_;  // the following thread's
  mutable std::mutex mutex_;     // of the next
  std::condition_variable moved_;
  std::int64_t revision_ = 0;
  std::int64_t wanted_ = 0;  // a revision that is known to be there
  bool is_stopping_ = false;
  bool is_following_ = false;
  bool is_told_ = false;  // that others have changed something

  detail::postgres::Listener listener_;
  std::unique_ptr<PostgresOutbox> outbox_;
  std::thread thread_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<std::unique_ptr<PostgresStore>> PostgresStore::open(PostgresOptions options) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(std::move(options)));
  if (auto done = store->open_all(); !done) return std::move(done).error();
  return store;
}

inline PostgresStore::~PostgresStore() {
  stop_following();
  listener_.stop();
}

inline Result<void> PostgresStore::open_all() {
  const std::pair<PostgresConnection*, const char*> connections[] = {{&writer_, "notifier-store"},
                                                                     {&follower_, "notifier-follow"}};
  for (const auto& [connection, name] : connections) {
    auto opened = PostgresConnection::open(options_.url, name);
    if (!opened) return std::move(opened).error();
    *connection = *std::move(opened);
  }
  auto done = detail::postgres::migrate(writer_);
  if (!done) return done;
  rows_.open({options_.events_per_app, options_.event_bytes_per_app, options_.event_bytes});
  done = events_.open(options_.url);
  if (!done) return done;
  outbox_.reset(new PostgresOutbox(options_.url, listener_));
  listener_.open(options_.url, [this](const detail::postgres::Hint& hint) {
    if (hint.has_changes) {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_told_ = true;
      moved_.notify_all();
    }
    outbox_->hear(hint);
  });
  return outbox_->open();
}

inline Result<void> PostgresStore::load(Registry& registry) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  return writer_.transaction([&]() -> Result<void> {
    auto done = writer_.execute(detail::postgres_sql::see_one_moment);
    if (!done) return done;
    const auto head = writer_.run(detail::postgres_sql::select_revision);
    if (!head) return head.error();
    const auto configuration = writer_.run(detail::postgres_sql::select_configuration);
    if (!configuration) return configuration.error();
    if (!configuration->is_empty()) done = registry.load_configuration(configuration->text(0, 0));
    if (!done) return done;
    const auto rows = writer_.run(detail::postgres_sql::select_changes);
    if (!rows) return rows.error();
    std::vector<Change> changes;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      auto change = detail::postgres::read_change_text(rows->text(row, 0));
      if (!change) return std::move(change).error();
      changes.push_back(*std::move(change));
      changes.back().expected.clear();
    }
    done = registry.apply(changes);
    if (!done) return done;
    const std::lock_guard<std::mutex> moved(mutex_);
    revision_ = wanted_ = head->integer(0, 0);
    return {};
  });
}

inline Result<void> PostgresStore::store_all(const Registry& registry) {
  std::vector<Change> changes;
  Change change;
  change.expected = "*";
  change.op = Change::Op::put_user;
  for (User& user : registry.users()) {
    change.user = std::move(user);
    changes.push_back(change);
  }
  for (App& app : registry.apps()) {
    change.op = Change::Op::put_app;
    change.app = std::move(app);
    changes.push_back(change);
    change.op = Change::Op::put_notifier;
    for (Notifier& notifier : registry.list(change.app.id)) {
      change.notifier = std::move(notifier);
      changes.push_back(change);
    }
  }
  const std::lock_guard<std::mutex> lock(write_mutex_);
  std::int64_t revision = 0;
  auto done = writer_.transaction([&]() -> Result<void> {
    const auto kept =
        writer_.run(detail::postgres_sql::put_configuration, PostgresParameters().add(registry.configuration()));
    if (!kept) return kept.error();
    const auto raised = rows_.raise(writer_);
    if (!raised) return raised.error();
    revision = *raised;
    return rows_.store(writer_, changes, revision);
  });
  const std::lock_guard<std::mutex> moved(mutex_);
  if (done) revision_ = revision;
  return done;
}

inline Result<void> PostgresStore::store(const std::vector<Outcome*>& outcomes) {
  constexpr int most_tries = 5;
  const std::lock_guard<std::mutex> lock(write_mutex_);
  std::int64_t revision = 0;
  Result<void> stored;
  for (int tries = 0; tries < most_tries; ++tries) {
    revision = 0;
    stored = store_once(outcomes, revision);
    if (!stored) static_cast<void>(outbox_->settle(false));
    if (stored || stored.error().code != errc::storage || !writer_.is_to_be_tried_again()) break;
  }
  if (!stored) return stored;
  if (revision != 0) {
    {
      const std::lock_guard<std::mutex> moved(mutex_);
      revision_ = revision;
      moved_.notify_all();
    }
    outbox_->show();
  }
  // What is stored is stored, also where there is no memory to say so.
  static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
    for (Outcome* const outcome : outcomes) outcome->mark_known();
    if (revision != 0) {
      own_.clear();
      for (const Outcome* const outcome : outcomes)
        own_.insert(own_.end(), outcome->changes.begin(), outcome->changes.end());
    }
    if (on_stored_) on_stored_(outcomes);
    return {};
  }));
  detail::postgres::tell(writer_, {revision != 0, outbox_->settle(true)});
  return stored;
}

inline Result<void> PostgresStore::store_once(const std::vector<Outcome*>& outcomes, std::int64_t& revision) {
  std::vector<Change> changes;
  std::vector<RecordedEvent*> events;
  for (Outcome* const outcome : outcomes) {
    outcome->known.clear();
    changes.insert(changes.end(), outcome->changes.begin(), outcome->changes.end());
    for (RecordedEvent& event : outcome->events) events.push_back(&event);
  }
  return writer_.transaction([&]() -> Result<void> {
    Result<void> done;
    if (!changes.empty()) {
      const auto raised = rows_.raise(writer_);
      if (!raised) return raised.error();
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (is_following_ && *raised != revision_ + 1) {
          wanted_ = *raised - 1;
          moved_.notify_all();
          return detail::postgres::conflict();
        }
      }
      revision = *raised;
      done = rows_.store(writer_, changes, revision);
    }
    if (done) done = rows_.store(writer_, events);
    for (Outcome* const outcome : outcomes) {
      if (done && !outcome->deliveries.empty()) {
        done = outbox_->add(writer_, outcome->deliveries, now(), outcome->known);
      }
    }
    return done;
  });
}

inline Timestamp PostgresStore::now() const {
  using namespace std::chrono;
  if (options_.clock) return options_.clock();
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

NOTIFIER_NAMESPACE_END

#include "notifier/adapters/postgres_following.hpp"
