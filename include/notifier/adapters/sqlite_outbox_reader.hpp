// Reading the outbox of a SqliteStore, by a connection of its own.

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
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/json/document.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// What read_record() reads, in its order, to be followed by conditions.
inline constexpr std::string_view select_record =
    "SELECT sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, "
    "created_at, next_at FROM deliveries";

inline OutboxRecord read_record(const SqliteStatement& row) {
  OutboxRecord record;
  record.sequence = static_cast<std::uint64_t>(row.integer(0));
  record.key = row.text(1);
  record.notifier_id = row.text(2);
  record.app_id = row.text(3);
  record.event_id = row.text(4);
  record.event_type = row.text(5);
  record.platform = static_cast<Platform>(row.integer(6));
  record.target = static_cast<std::uint64_t>(row.integer(7));
  record.host = static_cast<std::uint64_t>(row.integer(8));
  record.state = static_cast<OutboxState>(row.integer(9));
  record.attempts = static_cast<unsigned>(row.integer(10));
  record.created_at.ms = row.integer(11);
  record.next_at.ms = row.integer(12);
  return record;
}

/// Hands each row of a statement whose parameters are bound to `each(row)`.
template <class Each>
Result<void> each_row(SqliteStatement& statement, Each&& each) {
  while (true) {
    const auto more = statement.step();
    if (!more) return more.error();
    if (!*more) return {};
    each(statement);
  }
}

/// Sees what was committed. Thread-safe; see OutboxStorage for what the functions do.
class OutboxReader {
 public:
  Result<void> open(SqliteDatabase database) {
    database_ = std::move(database);
    auto done = prepare(load_, "SELECT content FROM delivery_contents WHERE sequence = ?1");
    if (!done) return done;
    return prepare(history_,
                   "SELECT at, action, status, reason FROM delivery_attempts WHERE sequence = ?1 ORDER BY number");
  }

  Result<Delivery> load(std::uint64_t sequence) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto row = load_.bind(1, static_cast<std::int64_t>(sequence)).step();
    if (!row) return row.error();
    if (!*row) {
      Error error;
      error.code = errc::not_found;
      error.message = "no such delivery is stored";
      return error;
    }
    const auto root = document_.parse(load_.text(0), NOTIFIER_MAX_SNAPSHOT_BYTES);
    auto delivery = root ? delivery_from_json(*root) : Result<Delivery>(root.error());
    load_.reset();
    if (!delivery) delivery.error().code = errc::invalid;
    return delivery;
  }

  Result<void> each_pending(const std::function<void(const OutboxRecord&)>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    if (auto done = prepare(rows, std::string(select_record) + " WHERE state = 0 ORDER BY sequence"); !done) {
      return done;
    }
    return each_row(rows, [&](const SqliteStatement& row) { call(read_record(row)); });
  }

  Result<void> each_health(const std::function<void(std::string_view, const NotifierHealth&)>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    if (auto done = prepare(rows, "SELECT notifier_id, failing_since, failures FROM notifier_health"); !done) {
      return done;
    }
    return each_row(rows, [&](const SqliteStatement& row) {
      call(row.text(0), {{row.integer(1)}, static_cast<unsigned>(row.integer(2))});
    });
  }

  Result<std::optional<OutboxRecord>> find(std::string_view key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    auto done = prepare(rows, std::string(select_record) + " WHERE key = ?1");
    std::optional<OutboxRecord> found;
    if (done) done = each_row(rows.bind(1, key), [&](const SqliteStatement& row) { found = read_record(row); });
    if (done && found) done = read_history(*found);
    if (!done) return std::move(done).error();
    return found;
  }

  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string where = query.notifier_id.empty() ? " WHERE TRUE" : " WHERE notifier_id = ?1";
    if (query.state) where += " AND state = ?2";
    const auto bind = [&](SqliteStatement& statement) -> SqliteStatement& {
      if (!query.notifier_id.empty()) statement.bind(1, query.notifier_id);
      if (query.state) statement.bind(2, static_cast<std::int64_t>(*query.state));
      return statement;
    };
    SqliteStatement count;
    SqliteStatement page;
    std::size_t total = 0;
    const std::size_t first = out.size();
    auto done = prepare(count, "SELECT COUNT(*) FROM deliveries" + where);
    if (done) {
      done =
          each_row(bind(count), [&](const SqliteStatement& row) { total = static_cast<std::size_t>(row.integer(0)); });
    }
    if (done) {
      done = prepare(page, std::string(select_record) + where + " ORDER BY sequence DESC LIMIT " +
                               std::to_string(query.limit) + " OFFSET " + std::to_string(query.offset));
    }
    if (done) {
      done = each_row(bind(page), [&](const SqliteStatement& row) { out.push_back(read_record(row)); });
    }
    for (std::size_t i = first; done && i < out.size(); ++i) done = read_history(out[i]);
    if (!done) return std::move(done).error();
    return total;
  }

 private:
  Result<void> prepare(SqliteStatement& statement, std::string_view sql) {
    auto prepared = SqliteStatement::prepare(database_.handle(), sql);
    if (!prepared) return std::move(prepared).error();
    statement = *std::move(prepared);
    return {};
  }

  Result<void> read_history(OutboxRecord& record) {
    history_.bind(1, static_cast<std::int64_t>(record.sequence));
    return each_row(history_, [&](const SqliteStatement& row) {
      record.history.push_back({{row.integer(0)},
                                static_cast<Verdict::Action>(row.integer(1)),
                                static_cast<int>(row.integer(2)),
                                std::string(row.text(3))});
    });
  }

  std::mutex mutex_;
  SqliteDatabase database_;
  SqliteStatement load_;
  SqliteStatement history_;
  json::Document document_;
};

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
