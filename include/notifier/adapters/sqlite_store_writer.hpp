// What a store writes for each change and event, within its transaction.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/kept_events.hpp"
#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_registry_sql.hpp"
#include "notifier/api/response.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/change.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// Assigns a value, or hands on the error.
template <class T>
Result<void> assign(T& to, Result<T> from) {
  if (!from) return std::move(from).error();
  to = *std::move(from);
  return {};
}

/// The version of what a change leaves; empty where it leaves nothing.
inline std::string new_version(const Change& change) {
  switch (change.op) {
    case Change::Op::put_app: return version_of(change.app);
    case Change::Op::put_notifier: return version_of(change.notifier);
    case Change::Op::put_user: return version_of(change.user);
    case Change::Op::put_vocabulary: return version_of(*change.vocabulary);
    default: return {};
  }
}

/// The statements, each to be run within a transaction by whoever holds the write lock.
class StoreWriter {
 public:
  /// @param database  outlives the writer
  Result<void> open(SqliteDatabase& database, const KeptEvents& kept);

  /// @return errc::conflict where the row is not as the change expects, and nothing was written
  Result<void> store(const Change& change);
  /// Sets RecordedEvent::is_known of each.
  Result<void> store(std::vector<RecordedEvent>& events);
  /// To be called where a transaction was undone.
  void undone() noexcept {
    taken_over_.clear();
    bytes_in_all_ = unknown_bytes;
    for (SqliteStatement* const statement :
         {&present_, &put_, &remove_, &add_event_id_, &add_event_, &forget_events_, &forget_event_ids_, &event_bytes_,
          &event_sizes_, &all_bytes_, &all_sizes_}) {
      statement->reset();
    }
  }

 private:
  static constexpr std::int64_t unknown_bytes = std::int64_t{1} << 61;  // more than may be kept: it is looked at

  Result<void> check_expected(const Change& change, std::string_view kind, std::string_view id);
  Result<void> check_app(std::string_view id);
  Result<void> store(RecordedEvent& event);
  /// Forgets the events of an app up to a number.
  Result<void> forget_up_to(std::string_view app_id, std::int64_t last);
  /// Forgets the oldest until they take no more than they may. @param newest  is kept, whatever it takes
  Result<void> forget_bytes(std::string_view app_id, std::int64_t newest);
  /// Forgets the oldest of all apps until they take no more than they may, but for the latest.
  Result<void> forget_over_all();
  Result<void> take_over_events(const std::string& app_id);
  static Error conflict();

  SqliteDatabase* database_ = nullptr;
  KeptEvents kept_;
  std::int64_t bytes_in_all_ = unknown_bytes;  // or less
  SqliteStatement present_, put_, remove_;
  SqliteStatement add_event_id_, add_event_, forget_events_, forget_event_ids_, event_bytes_, event_sizes_;
  SqliteStatement all_bytes_, all_sizes_;
  std::int64_t last_of_1_0_ = 0;                   // rowid of the last event that 1.0 stored; 0: none of them is left
  std::set<std::string, std::less<>> taken_over_;  // apps whose events of 1.0 are known by their ids
  Buffer json_;
};

inline Result<void> StoreWriter::open(SqliteDatabase& database, const KeptEvents& kept) {
  database_ = &database;
  kept_ = kept;
  Result<void> done;
  const auto prepare = [&](SqliteStatement& statement, std::string_view sql) {
    if (done) done = assign(statement, SqliteStatement::prepare(database.handle(), sql));
  };
  prepare(present_, select_version);
  prepare(put_, put_change);
  prepare(remove_, remove_change);
  prepare(add_event_, insert_event);
  prepare(add_event_id_, insert_event_id);
  prepare(forget_events_, forget_events);
  prepare(forget_event_ids_, forget_event_ids);
  prepare(event_bytes_, select_event_bytes);
  prepare(event_sizes_, select_event_sizes);
  prepare(all_bytes_, select_all_event_bytes);
  prepare(all_sizes_, select_all_event_sizes);
  if (done) done = database.execute(forget_removed.data());
  if (!done) return done;
  return assign(last_of_1_0_, database.query_integer(last_event_of_1_0));
}

inline Result<void> StoreWriter::store(const Change& change) {
  using Op = Change::Op;
  const bool is_removal =
      change.op == Op::remove_app || change.op == Op::remove_notifier || change.op == Op::remove_user;
  std::string_view kind = "notifier";
  std::string_view id = change.notifier.id;
  if (change.op == Op::put_app || change.op == Op::remove_app) {
    kind = "app";
    id = change.app.id;
  } else if (change.op == Op::put_user || change.op == Op::remove_user) {
    kind = "user";
    id = change.user.id;
  } else if (change.op == Op::put_vocabulary) {
    kind = id = vocabulary;
  }
  if (auto fine = check_expected(change, kind, id); !fine) return fine;
  if (change.op == Op::put_notifier) {
    if (auto fine = check_app(change.notifier.app_id); !fine) return fine;
  }
  if (is_removal) {
    auto done = remove_.bind(1, kind).bind(2, id).run();
    return done && change.op == Op::remove_app ? forget_up_to(id, 0x7FFFFFFFFFFFFFFF) : done;
  }

  Change row = change;
  row.expected.clear();
  json_.clear();
  json::Writer out(json_);
  write_json(out, row);
  const std::string version = new_version(change);
  return put_.bind(1, kind).bind(2, id).bind(3, json_.view()).bind(4, version).run();
}

/// Whether the row is as the change expects; errc::conflict where it is not.
inline Result<void> StoreWriter::check_expected(const Change& change, std::string_view kind, std::string_view id) {
  const auto row = present_.bind(1, kind).bind(2, id).step();
  if (!row.has_value()) return row.error();
  const bool is_there = *row;
  std::string version;
  if (is_there) {
    version = present_.text(0);
    if (version.empty()) {
      json::Document document;
      const auto root = document.parse(present_.text(1));
      auto stored = root ? read_change(*root) : Result<Change>(root.error());
      if (!stored) {
        present_.reset();
        return std::move(stored).error();
      }
      version = new_version(*stored);
    }
    present_.reset();
  }
  const bool is_removal = new_version(change).empty();
  // What no change has put yet is the configuration's vocabulary, or the program's.
  const bool is_first = change.op == Change::Op::put_vocabulary && (!is_there || change.expected.empty());
  const bool is_expected = is_first || change.expected == "*" || change.expected == version;
  if (is_expected && (is_there || !is_removal)) return {};
  return conflict();
}

/// Whether the app of a notifier is there.
inline Result<void> StoreWriter::check_app(std::string_view id) {
  const auto row = present_.bind(1, "app").bind(2, id).step();
  if (!row.has_value()) return row.error();
  present_.reset();
  return *row ? Result<void>() : Result<void>(conflict());
}

inline Error StoreWriter::conflict() {
  Error error;
  error.code = errc::conflict;
  error.message = "what is stored has changed since the change was planned";
  return error;
}

inline Result<void> StoreWriter::forget_up_to(std::string_view app_id, std::int64_t last) {
  if (last <= 0) return {};
  auto done = forget_events_.bind(1, app_id).bind(2, last).run();
  return done ? forget_event_ids_.bind(1, app_id).bind(2, last).run() : done;
}

inline Result<void> StoreWriter::forget_bytes(std::string_view app_id, std::int64_t newest) {
  const auto row = event_bytes_.bind(1, app_id).step();
  if (!row.has_value()) return row.error();
  std::int64_t over = *row ? event_bytes_.integer(0) - kept_.bytes_per_app : 0;
  event_bytes_.reset();
  std::int64_t last = 0;
  for (event_sizes_.bind(1, app_id); over > 0;) {
    const auto more = event_sizes_.step();
    if (!more.has_value()) return more.error();
    if (!*more || event_sizes_.integer(0) >= newest) break;
    last = event_sizes_.integer(0);
    over -= event_sizes_.integer(1);
  }
  event_sizes_.reset();
  return forget_up_to(app_id, last);
}

inline Result<void> StoreWriter::forget_over_all() {
  if (kept_.bytes_in_all == 0 || bytes_in_all_ <= kept_.bytes_in_all) return {};
  const auto row = all_bytes_.step();
  if (!row.has_value()) return row.error();
  bytes_in_all_ = *row ? all_bytes_.integer(0) : 0;
  all_bytes_.reset();
  if (bytes_in_all_ <= kept_.bytes_in_all) return {};
  // A little more than need be: so not every event that comes has all apps looked at.
  std::int64_t over = bytes_in_all_ - kept_.bytes_in_all + kept_.bytes_in_all / 64;
  std::map<std::string, std::int64_t, std::less<>> last;  // of each app
  std::string app_id;
  std::int64_t number = 0;
  std::int64_t size = 0;
  for (all_sizes_.bind(1, std::int64_t{-1}); over > 0;) {
    const auto more = all_sizes_.step();
    if (!more.has_value()) return more.error();
    if (!*more) break;
    // The one before, since there is a later one.
    if (number != 0) last[app_id] = number;
    over -= size;
    bytes_in_all_ -= size;
    app_id = all_sizes_.text(0);
    number = all_sizes_.integer(1);
    size = all_sizes_.integer(2);
  }
  all_sizes_.reset();
  for (const auto& [id, up_to] : last)
    if (auto done = forget_up_to(id, up_to); !done) return done;
  return {};
}

inline Result<void> StoreWriter::store(std::vector<RecordedEvent>& events) {
  if (events.empty()) return {};
  for (RecordedEvent& event : events)
    if (auto done = store(event); !done) return done;
  return forget_over_all();
}

inline Result<void> StoreWriter::store(RecordedEvent& event) {
  event.is_known = false;
  if (!event.id.empty()) {
    if (auto done = take_over_events(event.app_id); !done) return done;
    const auto is_new = add_event_id_.bind(1, event.app_id).bind(2, event.id).step();
    if (!is_new.has_value()) return is_new.error();
    add_event_id_.reset();
    event.is_known = !*is_new;
    if (event.is_known) return {};
  }
  const auto row = add_event_.bind(1, event.app_id).bind(2, event.json).step();
  if (!row.has_value()) return row.error();
  const std::int64_t number = add_event_.integer(0);
  add_event_.reset();
  bytes_in_all_ += static_cast<std::int64_t>(event.json.size());
  auto done = forget_up_to(event.app_id, number - kept_.count_per_app);
  return done ? forget_bytes(event.app_id, number) : done;
}

/// Events of 1.0 are stored without what they are known by. Their own ids are noted when the app has its next event.
inline Result<void> StoreWriter::take_over_events(const std::string& app_id) {
  if (last_of_1_0_ == 0 || !taken_over_.insert(app_id).second) return {};
  auto note = SqliteStatement::prepare(database_->handle(), take_over_event_ids);
  return note ? note->bind(1, app_id).bind(2, last_of_1_0_).run() : Result<void>(note.error());
}

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
