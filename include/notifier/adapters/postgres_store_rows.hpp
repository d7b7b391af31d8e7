// What a PostgresStore writes for changes of the registry and for events, within its transaction.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/kept_events.hpp"
#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_outbox_rows.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/api/response.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/change.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

inline Error conflict() { return row_fault(errc::conflict, "what is stored has changed since the change was planned"); }

inline Result<Change> read_change_text(std::string_view json) {
  json::Document document;
  const auto root = document.parse(json, NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return root.error();
  return read_change(*root);
}

/// The statements, each to be run within a transaction by whoever holds the write lock.
class StoreWriter {
 public:
  /// @param kept  or a twentieth more
  void open(const KeptEvents& kept) { kept_ = kept; }

  /// Begins a change of the registry: from now on nobody else does, until the transaction ends.
  /// @return the revision that it makes
  static Result<std::int64_t> raise(PostgresConnection& connection) {
    const auto row = connection.run(postgres_sql::raise_revision);
    if (!row) return row.error();
    return row->integer(0, 0);
  }

  /// @return errc::conflict where a row is not as one of the changes expects
  static Result<void> store(PostgresConnection& connection, const std::vector<Change>& changes, std::int64_t revision);
  /// Sets RecordedEvent::is_known of each.
  Result<void> store(PostgresConnection& connection, const std::vector<RecordedEvent*>& events);

 private:
  /// Of the log, so many revisions are kept, for a day: whom more have passed by is to begin anew (has_passed_by).
  static constexpr std::int64_t kept_revisions = 100'000;

  struct Amount {
    std::int64_t count = 0;
    std::int64_t bytes = 0;
    bool is_a_twentieth_of(const KeptEvents& kept) const {
      return count > kept.count_per_app / 20 || bytes > kept.bytes_per_app / 20;
    }
    void add(const Amount& more) {
      count += more.count;
      bytes += more.bytes;
    }
  };

  struct Row {
    std::string_view kind;
    std::string_view id;
    std::string version;  // of what the change leaves; empty where it leaves nothing
  };

  static Row row_of(const Change& change);
  static Result<void> store(PostgresConnection& connection, const Change& change, std::string_view json);
  static Result<bool> is_there(PostgresConnection& connection, std::string_view kind, std::string_view id);
  Result<void> forget_events(PostgresConnection& connection, const std::string& app_id, const Amount& stored);

  KeptEvents kept_;
  std::map<std::string, Amount, std::less<>> since_forgotten_;  // of an app that were stored since
  std::int64_t bytes_since_forgotten_ = 0;                      // of all
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline StoreWriter::Row StoreWriter::row_of(const Change& change) {
  switch (change.op) {
    case Change::Op::put_app: return {"app", change.app.id, version_of(change.app)};
    case Change::Op::remove_app: return {"app", change.app.id, {}};
    case Change::Op::put_user: return {"user", change.user.id, version_of(change.user)};
    case Change::Op::remove_user: return {"user", change.user.id, {}};
    case Change::Op::put_vocabulary: return {"vocabulary", "vocabulary", version_of(*change.vocabulary)};
    case Change::Op::put_notifier: return {"notifier", change.notifier.id, version_of(change.notifier)};
    case Change::Op::remove_notifier: break;
  }
  return {"notifier", change.notifier.id, {}};
}

inline Result<bool> StoreWriter::is_there(PostgresConnection& connection, std::string_view kind, std::string_view id) {
  const auto rows = connection.run(postgres_sql::has_row, PostgresParameters().add(kind).add(id));
  if (!rows) return rows.error();
  return !rows->is_empty();
}

inline Result<void> StoreWriter::store(PostgresConnection& connection, const std::vector<Change>& changes,
                                       std::int64_t revision) {
  Buffer json;
  std::int64_t number = 0;
  for (const Change& change : changes) {
    Change row = change;
    row.expected.clear();
    json.clear();
    json::Writer out(json);
    write_json(out, row);
    auto stored = store(connection, change, json.view());
    if (stored) {
      stored = done(
          connection.run(postgres_sql::log_change, PostgresParameters().add(revision).add(++number).add(json.view())));
    }
    if (!stored) return stored;
  }
  return done(connection.run(postgres_sql::forget_log, PostgresParameters().add(revision - kept_revisions)));
}

inline Result<void> StoreWriter::store(PostgresConnection& connection, const Change& change, std::string_view json) {
  const Row row = row_of(change);
  PostgresParameters parameters;
  parameters.add(row.kind).add(row.id);
  if (row.version.empty()) {
    parameters.add(change.expected);
    const auto removed = change.op == Change::Op::remove_notifier
                             ? connection.run(postgres_sql::remove_notifier, parameters.add(change.notifier.app_id))
                             : connection.run(postgres_sql::remove_row, parameters);
    if (!removed) return removed.error();
    if (removed->touched() == 0) return conflict();
    if (change.op != Change::Op::remove_app) return {};
    for (const std::string_view rest : {postgres_sql::forget_events_of, postgres_sql::forget_removed_of}) {
      if (auto forgotten = done(connection.run(rest, PostgresParameters().add(row.id))); !forgotten) return forgotten;
    }
    return {};
  }
  if (change.op == Change::Op::put_notifier) {
    const auto has_app = is_there(connection, "app", change.notifier.app_id);
    if (!has_app.has_value()) return has_app.error();
    if (!*has_app) return conflict();
  }
  // What no change has put yet is the configuration's vocabulary, or the program's.
  bool is_any = change.expected == "*";
  if (change.op == Change::Op::put_vocabulary && !is_any) {
    const auto has_one = is_there(connection, row.kind, row.id);
    if (!has_one.has_value()) return has_one.error();
    is_any = !*has_one || change.expected.empty();
  }
  parameters.add(json).add(row.version);
  const bool is_new = !is_any && change.expected.empty();
  const auto put = is_any   ? connection.run(postgres_sql::put_row, parameters)
                   : is_new ? connection.run(postgres_sql::insert_row, parameters)
                            : connection.run(postgres_sql::update_row, parameters.add(change.expected));
  if (!put) return put.error();
  return put->touched() != 0 ? Result<void>() : Result<void>(conflict());
}

inline Result<void> StoreWriter::store(PostgresConnection& connection, const std::vector<RecordedEvent*>& events) {
  if (events.empty()) return {};
  PostgresParameters parameters;
  const auto add = [&](std::string RecordedEvent::*member) {
    parameters.add_all(events, [member](const RecordedEvent* each) { return std::string_view(each->*member); });
  };
  add(&RecordedEvent::app_id);
  add(&RecordedEvent::id);
  add(&RecordedEvent::json);
  const auto rows = connection.run(postgres_sql::insert_events, parameters);
  if (!rows) return rows.error();
  std::set<std::pair<std::string, std::string>> added;
  for (std::size_t row = 0; row < rows->size(); ++row) added.emplace(rows->text(row, 0), rows->text(row, 1));
  std::map<std::string, Amount> stored;
  for (RecordedEvent* const event : events) {
    const std::pair name(PostgresParameters::kept(event->app_id), PostgresParameters::kept(event->id));
    event->is_known = !event->id.empty() && added.erase(name) == 0;
    if (!event->is_known) stored[name.first].add({1, static_cast<std::int64_t>(event->json.size())});
  }
  for (const auto& [app_id, amount] : stored)
    if (auto done = forget_events(connection, app_id, amount); !done) return done;
  if (kept_.bytes_in_all == 0 || bytes_since_forgotten_ <= kept_.bytes_in_all / 20) return {};
  bytes_since_forgotten_ = 0;
  return done(connection.run(postgres_sql::forget_events_over_all, PostgresParameters().add(kept_.bytes_in_all)));
}

/// Forgets the oldest, once they are a twentieth more than are kept.
inline Result<void> StoreWriter::forget_events(PostgresConnection& connection, const std::string& app_id,
                                               const Amount& stored) {
  bytes_since_forgotten_ += stored.bytes;
  Amount& since = since_forgotten_[app_id];
  since.add(stored);
  if (!since.is_a_twentieth_of(kept_)) return {};
  since = {};
  const auto parameters = PostgresParameters().add(app_id).add(kept_.count_per_app).add(kept_.bytes_per_app);
  return done(connection.run(postgres_sql::forget_events, parameters));
}

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
