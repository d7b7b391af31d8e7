// A durable registry, and the history of its events, in one SQLite file. Link sqlite3.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/delivery_pages.hpp"
#include "notifier/adapters/held_groups.hpp"
#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_outbox.hpp"
#include "notifier/adapters/sqlite_registry_sql.hpp"
#include "notifier/adapters/sqlite_schema.hpp"
#include "notifier/adapters/sqlite_store_writer.hpp"
#include "notifier/api/history.hpp"
#include "notifier/api/response.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/registry.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a store keeps its data, and how safely.
struct SqliteOptions {
  /// FULL: what was stored survives a power failure. NORMAL: it survives a crash of the program, and a power failure
  /// may take back the latest transactions, but never half of one.
  enum class Synchronous { full, normal };

  std::string path;  ///< of the database file; made where there is none
  Synchronous synchronous = Synchronous::full;
  std::size_t events_per_app = 1000;  ///< how many events of an app are kept, the latest ones
  int busy_timeout_ms = 5000;         ///< how long to wait for another program that has the database locked
  const char* vfs = nullptr;          ///< name of a SQLite VFS; null: the default one
  /// Keeps the deliveries of outcomes, for an Outbox to send. Without it they are the host's to send.
  bool with_outbox = false;
  std::function<Timestamp()> clock;               ///< when deliveries are stored; empty: the system's clock
  std::size_t event_bytes_per_app = 256'000'000;  ///< what they take at most, but for the latest
  std::size_t event_bytes = 0;                    ///< what those of all apps take, likewise; 0: whatever they take
};

/// Stores what an Api answers, and loads it into a Registry at start.
///
///     auto store = notifier::SqliteStore::open({"notifier.db"});
///     if (!store || !(*store)->load(registry)) ...
///     notifier::GroupCommit commits(registry, [&](const auto& outcomes) { return (*store)->store(outcomes); });
///     const notifier::Outcome outcome = commits.settle([&] { return api.handle(request); });
///
/// Thread-safe: stores run one after the other; reads have a connection of their own and do not wait for them
/// (write-ahead log). One program at a time may use a database with a Registry, since nobody tells a Registry of
/// another program's changes; what another did to the same thing is errc::conflict, not overwritten. The file holds
/// secrets: webhook URLs, signing keys and whatever events carry.
class SqliteStore final : public History {
 public:
  /// Opens or makes the database and brings an older schema up to date.
  /// @return errc::unsupported for the schema of a newer version and for a database of another program; errc::storage
  ///         where it cannot be read or written.
  static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);

  /// Puts all apps, users and notifiers into an empty registry, in the order in which they were made; before them the
  /// settings and event types of the registry that was imported, if one was.
  Result<void> load(Registry& registry);

  /// Puts all that a registry holds into an empty store, settings and its own event types included: in one transaction.
  Result<void> store_all(const Registry& registry);

  /// Stores the changes, events and deliveries of all outcomes in one transaction: one sync to the disk for all of
  /// them. Returns when they are durable; on an error nothing has changed. To be called by Registry::commit().
  ///
  /// A removed app takes its events along; what became of deliveries stays for as long as the outbox keeps that. Left
  /// out are a delivery that the outbox knows by its key (Outcome::known; the answer says so) and an event with an id
  /// that the app's kept history has.
  /// @return errc::conflict where a row is not as one of the changes expects.
  Result<void> store(const std::vector<Outcome*>& outcomes);

  std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                     std::vector<std::string>& out) const override;
  std::size_t deliveries(std::string_view app_id, std::string_view notifier_id, std::size_t offset, std::size_t limit,
                         std::vector<std::string>& out) const override;
  std::size_t events_from(std::string_view app_id, std::uint64_t& place, std::size_t limit,
                          std::vector<std::string>& out) const override;
  std::size_t deliveries_from(std::string_view app_id, std::string_view notifier_id, std::uint64_t& place,
                              std::size_t limit, std::vector<std::string>& out) const override;
  std::string event(std::string_view app_id, std::string_view event_id) const override {
    return read_one(event_by_id_, app_id, event_id);
  }
  std::string removed_notifier(std::string_view app_id, std::string_view notifier_id) const override {
    return read_one(removed_, notifier_id, app_id);
  }
  void find_deliveries(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                       std::vector<std::string>& out) const override;
  Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) override {
    return outbox_ == nullptr ? detail::no_such_delivery() : outbox_->retry(app_id, notifier_id, delivery_id, now());
  }
  Result<std::size_t> retry_all(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit) override;
  Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view delivery_id) override {
    return outbox_ == nullptr ? detail::no_such_delivery() : outbox_->cancel(app_id, notifier_id, delivery_id);
  }
  HeldBack held_back(std::string_view app_id, std::string_view notifier_id, std::size_t limit,
                     std::vector<std::string>& out) const override;
  Result<void> tell_now(std::string_view, std::string_view notifier_id) override {
    if (outbox_ != nullptr) outbox_->tell_now(notifier_id);
    return {};
  }

  /// Sets what is called with what store() has stored, in its thread, before any delivery of it can be taken from the
  /// outbox. Hand over and return; throw nothing. To be set before anything is stored.
  void on_stored(std::function<void(const std::vector<Outcome*>&)> call) { on_stored_ = std::move(call); }

  /// The deliveries; null without SqliteOptions::with_outbox.
  SqliteOutbox* outbox() noexcept { return outbox_.get(); }

 private:
  explicit SqliteStore(SqliteOptions options) : options_(std::move(options)) {}

  Result<void> open_connections();
  Result<void> prepare();
  Result<void> load_configuration(Registry& registry);
  Result<void> store_configuration(std::string_view document);
  /// One transaction, which is undone where `body()` fails or throws.
  template <class Body>
  Result<void> transaction(Body&& body);
  Result<void> store_outcome(Outcome& outcome);
  Timestamp now() const;
  /// The numbers of an app's first and last event.
  std::optional<std::pair<std::int64_t, std::int64_t>> range_of_events(std::string_view app_id) const;
  /// Those of at most a number, newest first.
  void read_events(std::string_view app_id, std::int64_t last, std::size_t limit, std::vector<std::string>& out) const;
  /// What a statement of two parameters gives; empty where it gives nothing.
  std::string read_one(SqliteStatement& statement, std::string_view first, std::string_view second) const;

  SqliteOptions options_;
  std::function<void(const std::vector<Outcome*>&)> on_stored_;

  std::mutex write_mutex_;
  SqliteDatabase writer_;
  detail::sqlite::StoreWriter rows_;

  mutable std::mutex read_mutex_;
  SqliteDatabase reader_;
  mutable SqliteStatement event_range_;
  mutable SqliteStatement page_of_events_;
  mutable SqliteStatement event_by_id_;
  mutable SqliteStatement removed_;

  std::unique_ptr<SqliteOutbox> outbox_;
};

inline Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(options)));
  auto done = store->open_connections();
  if (done) done = store->prepare();
  if (!done) return done.error();
  return store;
}

inline Result<void> SqliteStore::open_connections() {
  using detail::sqlite::assign;
  auto done = detail::sqlite::check_file(options_.path, options_.vfs, detail::sqlite::schema_version);
  if (done) done = assign(writer_, SqliteDatabase::open(options_.path, options_.busy_timeout_ms, options_.vfs));
  if (!done) return done;
  done = detail::sqlite::check_schema(writer_);
  // Without effect on a database that has tables already.
  if (done) done = writer_.execute("PRAGMA auto_vacuum = INCREMENTAL");
  if (!done) return done;
  const auto mode = writer_.query_text("PRAGMA journal_mode=WAL");
  if (!mode) return mode.error();
  done = writer_.execute(options_.synchronous == SqliteOptions::Synchronous::full ? "PRAGMA synchronous=FULL"
                                                                                  : "PRAGMA synchronous=NORMAL");
  if (!done) return done;
  done = writer_.transaction([&]() -> Result<void> { return detail::sqlite::migrate(writer_); });
  if (!done) return done;
  done = assign(reader_, SqliteDatabase::open(options_.path, options_.busy_timeout_ms, options_.vfs));
  if (!done || !options_.with_outbox) return done;
  auto reader = SqliteDatabase::open(options_.path, options_.busy_timeout_ms, options_.vfs);
  if (!reader) return std::move(reader).error();
  outbox_.reset(new SqliteOutbox(writer_, write_mutex_));
  return outbox_->open(*std::move(reader));
}

inline Result<void> SqliteStore::prepare() {
  using detail::sqlite::assign;
  Result<void> done =
      rows_.open(writer_, {options_.events_per_app, options_.event_bytes_per_app, options_.event_bytes});
  const auto prepare_one = [&](SqliteStatement& statement, std::string_view sql) {
    if (done) done = assign(statement, SqliteStatement::prepare(reader_.handle(), sql));
  };
  prepare_one(event_range_, detail::sqlite::event_range);
  prepare_one(page_of_events_, detail::sqlite::page_of_events);
  prepare_one(event_by_id_, detail::sqlite::event_by_id);
  prepare_one(removed_, detail::sqlite::select_removed);
  return done;
}

inline Result<void> SqliteStore::load(Registry& registry) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  if (auto done = load_configuration(registry); !done) return done;
  auto rows = SqliteStatement::prepare(writer_.handle(), detail::sqlite::select_changes);
  if (!rows) return rows.error();
  json::Document document;
  std::vector<Change> changes;
  while (true) {
    const auto more = rows->step();
    if (!more.has_value()) return more.error();
    if (!*more) break;
    const auto root = document.parse(rows->text(0));
    if (!root) return root.error();
    auto change = read_change(*root);
    if (!change) return change.error();
    changes.push_back(std::move(*change));
  }
  return registry.apply(changes);
}

inline Result<void> SqliteStore::load_configuration(Registry& registry) {
  auto row = SqliteStatement::prepare(writer_.handle(), detail::sqlite::select_configuration);
  if (!row) return row.error();
  const auto exists = row->step();
  if (!exists.has_value()) return exists.error();
  return *exists ? registry.load_configuration(row->text(0)) : Result<void>();
}

inline Result<void> SqliteStore::store_configuration(std::string_view document) {
  if (auto done = writer_.execute(detail::sqlite::drop_configuration.data()); !done) return done;
  auto insert = SqliteStatement::prepare(writer_.handle(), detail::sqlite::insert_configuration);
  return insert ? insert->bind(1, document).run() : Result<void>(insert.error());
}

inline Result<void> SqliteStore::store_all(const Registry& registry) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  return transaction([&]() -> Result<void> {
    auto done = store_configuration(registry.configuration());
    Change change;
    change.expected = "*";
    change.op = Change::Op::put_user;
    for (User& user : registry.users()) {
      change.user = std::move(user);
      if (done) done = rows_.store(change);
    }
    for (App& app : registry.apps()) {
      change.op = Change::Op::put_app;
      change.app = std::move(app);
      if (done) done = rows_.store(change);
      change.op = Change::Op::put_notifier;
      for (Notifier& notifier : registry.list(change.app.id)) {
        change.notifier = std::move(notifier);
        if (done) done = rows_.store(change);
      }
    }
    return done;
  });
}

template <class Body>
Result<void> SqliteStore::transaction(Body&& body) {
  /// Ends what an exception left open.
  struct Undo {
    ~Undo() {
      if (sqlite3_get_autocommit(store.writer_.handle()) == 0) {
        static_cast<void>(store.writer_.execute("ROLLBACK"));
      }
      if (is_stored) return;
      if (store.outbox_ != nullptr) store.outbox_->settle(false);
      store.rows_.undone();
    }
    SqliteStore& store;
    bool is_stored = false;
  };
  Undo undo{*this};
  auto done = writer_.transaction(std::forward<Body>(body));
  undo.is_stored = done.has_value();
  return done;
}

inline Result<void> SqliteStore::store(const std::vector<Outcome*>& outcomes) {
  const std::lock_guard<std::mutex> lock(write_mutex_);
  auto stored = transaction([&]() -> Result<void> {
    for (Outcome* const outcome : outcomes)
      if (auto done = store_outcome(*outcome); !done) return done;
    return {};
  });
  if (!stored) return stored;
  // What is stored is stored, also where there is no memory to say so.
  static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
    for (Outcome* const outcome : outcomes) outcome->mark_known();
    if (on_stored_) on_stored_(outcomes);
    return {};
  }));
  static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
    if (outbox_ != nullptr) outbox_->settle(true);
    return {};
  }));
  return stored;
}

inline Result<void> SqliteStore::store_outcome(Outcome& outcome) {
  outcome.known.clear();
  Result<void> done;
  for (std::size_t i = 0; done && i < outcome.changes.size(); ++i) done = rows_.store(outcome.changes[i]);
  if (done) done = rows_.store(outcome.events);
  if (!done || outbox_ == nullptr || outcome.deliveries.empty()) return done;
  return outbox_->add(outcome.deliveries, now(), outcome.known);
}

inline Timestamp SqliteStore::now() const {
  using namespace std::chrono;
  if (options_.clock) return options_.clock();
  return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

inline std::size_t SqliteStore::events(std::string_view app_id, std::size_t offset, std::size_t limit,
                                       std::vector<std::string>& out) const {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto range = range_of_events(app_id);
  if (!range) return 0;
  const auto total = static_cast<std::size_t>(range->second - range->first + 1);
  if (offset < total) read_events(app_id, range->second - static_cast<std::int64_t>(offset), limit, out);
  return total;
}

inline std::size_t SqliteStore::events_from(std::string_view app_id, std::uint64_t& place, std::size_t limit,
                                            std::vector<std::string>& out) const {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const std::uint64_t from = std::exchange(place, 0);
  const auto range = range_of_events(app_id);
  if (!range) return 0;
  const auto [first, newest] = *range;
  const std::int64_t last =
      from == 0 || from > static_cast<std::uint64_t>(newest) ? newest : static_cast<std::int64_t>(from);
  read_events(app_id, last, limit, out);
  const std::int64_t next = last - static_cast<std::int64_t>(limit);
  if (next >= first) place = static_cast<std::uint64_t>(next);
  return static_cast<std::size_t>(newest - first + 1);
}

inline std::optional<std::pair<std::int64_t, std::int64_t>> SqliteStore::range_of_events(
    std::string_view app_id) const {
  const auto range = event_range_.bind(1, app_id).step();
  if (!range.value_or(false)) return std::nullopt;
  const std::pair<std::int64_t, std::int64_t> numbers(event_range_.integer(0), event_range_.integer(1));
  event_range_.reset();
  return numbers;
}

inline void SqliteStore::read_events(std::string_view app_id, std::int64_t last, std::size_t limit,
                                     std::vector<std::string>& out) const {
  page_of_events_.bind(1, app_id).bind(2, last).bind(3, static_cast<std::int64_t>(limit));
  for (auto row = page_of_events_.step(); row.value_or(false); row = page_of_events_.step()) {
    out.emplace_back(page_of_events_.text(0));
  }
}

inline std::size_t SqliteStore::deliveries(std::string_view, std::string_view notifier_id, std::size_t offset,
                                           std::size_t limit, std::vector<std::string>& out) const {
  return outbox_ == nullptr ? 0 : detail::page_of_deliveries(*outbox_, notifier_id, offset, limit, out);
}

inline std::size_t SqliteStore::deliveries_from(std::string_view, std::string_view notifier_id, std::uint64_t& place,
                                                std::size_t limit, std::vector<std::string>& out) const {
  if (outbox_ != nullptr) return detail::page_of_deliveries_from(*outbox_, notifier_id, place, limit, out);
  place = 0;
  return 0;
}

inline std::string SqliteStore::read_one(SqliteStatement& statement, std::string_view first,
                                         std::string_view second) const {
  const std::lock_guard<std::mutex> lock(read_mutex_);
  std::string text;
  if (statement.bind(1, first).bind(2, second).step().value_or(false)) text = statement.text(0);
  statement.reset();
  return text;
}

inline void SqliteStore::find_deliveries(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                                         std::vector<std::string>& out) const {
  if (outbox_ != nullptr) return detail::page_of_found_deliveries(*outbox_, filter, place, limit, out);
  place = 0;
}

inline Result<std::size_t> SqliteStore::retry_all(const DeliveryFilter& filter, std::uint64_t& place,
                                                  std::size_t limit) {
  return outbox_ == nullptr ? History::retry_all(filter, place, limit)
                            : outbox_->retry_all(filter, place, limit, now());
}

inline HeldBack SqliteStore::held_back(std::string_view app_id, std::string_view notifier_id, std::size_t limit,
                                       std::vector<std::string>& out) const {
  detail::HeldGroups held(limit);
  const auto add = [&](StoredGroup&& group) { held.add(group); };
  if (outbox_ == nullptr || !outbox_->each_group_of(app_id, notifier_id, add)) return {};
  return std::move(held).finish(out);
}

NOTIFIER_NAMESPACE_END
