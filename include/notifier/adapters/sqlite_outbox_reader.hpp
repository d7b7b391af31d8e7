// Reading the outbox of a SqliteStore, by a connection of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_outbox_sql.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/json/document.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// The value of an enum that has a name; where none has it, the last.
template <class Enum>
Enum named(std::string_view name, Enum last) noexcept {
  for (int i = 0; i < static_cast<int>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return last;
}

inline OutboxRecord read_record(const SqliteStatement& row) {
  OutboxRecord record;
  record.sequence = static_cast<std::uint64_t>(row.integer(0));
  record.key = row.text(1);
  record.notifier_id = row.text(2);
  record.app_id = row.text(3);
  record.event_id = row.text(4);
  record.event_type = row.text(5);
  if (const PlatformRow* const known = find_platform_by_name(row.text(6))) record.platform = known->platform;
  record.limits = platform_info(record.platform).target_limits;
  record.target = static_cast<std::uint64_t>(row.integer(7));
  record.host = static_cast<std::uint64_t>(row.integer(8));
  record.state = named(row.text(9), OutboxState::grouped);
  record.attempts = static_cast<unsigned>(row.integer(10));
  record.created_at.ms = row.integer(11);
  record.next_at.ms = row.integer(12);
  record.wait_ms = row.integer(13);
  return record;
}

/// Hands each row of a statement whose parameters are bound to `each(row)`.
template <class Each>
Result<void> each_row(SqliteStatement& statement, Each&& each) {
  while (true) {
    const auto more = statement.step();
    if (!more.has_value()) return more.error();
    if (!*more) return {};
    each(statement);
  }
}

/// Compiles one statement of SQL into `statement`.
inline Result<void> prepare_into(SqliteStatement& statement, const SqliteDatabase& database, std::string_view sql) {
  auto prepared = SqliteStatement::prepare(database.handle(), sql);
  if (!prepared) return std::move(prepared).error();
  statement = *std::move(prepared);
  return {};
}

/// Sees what was committed. Thread-safe; see OutboxStorage for what the functions do.
class OutboxReader {
 public:
  /// @param has_old  whether there are tables of 1.0
  Result<void> open(SqliteDatabase database, bool has_old) {
    database_ = std::move(database);
    has_old_ = has_old;
    auto done = prepare(load_, select_content);
    if (done && has_old) done = prepare(load_old_, select_old_content);
    if (done) done = prepare(load_rest_, select_rest);
    if (done) done = prepare(waiting_, select_waiting(has_old));
    if (done) done = prepare(grouping_, select_grouping());
    if (done) done = prepare(find_, select_by_key(has_old));
    return done ? prepare(history_, select_history(has_old)) : done;
  }

  Result<Delivery> load(std::uint64_t sequence) {
    const std::lock_guard<std::mutex> lock(mutex_);
    auto delivery = load_by(load_, sequence);
    if (!delivery && delivery.error().code == errc::not_found && has_old_) return load_by(load_old_, sequence);
    return delivery;
  }

  /// The next of those that wait, after a sequence, in order.
  /// @param are_grouping  of those that are to be taken into groups, else of the others
  /// @param out           gets `limit` of them, or all that are left
  Result<void> waiting_after(std::uint64_t sequence, std::size_t limit, bool are_grouping,
                             std::vector<OutboxRecord>& out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement& waiting = are_grouping ? grouping_ : waiting_;
    out.clear();
    waiting.reset();
    waiting.bind(1, static_cast<std::int64_t>(sequence)).bind(2, static_cast<std::int64_t>(limit));
    return each_row(waiting, [&](const SqliteStatement& row) { out.push_back(read_record(row)); });
  }

  Result<void> each_group(const Function<void(StoredGroup&&)>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    auto done = prepare(rows, select_groups);
    return done ? read_groups(rows, call) : done;
  }

  /// The same of one notifier.
  Result<void> each_group_of(std::string_view app_id, std::string_view notifier_id,
                             const Function<void(StoredGroup&&)>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    if (auto done = prepare(rows, select_groups_of); !done) return done;
    rows.bind(1, notifier_id).bind(2, app_id);
    return read_groups(rows, call);
  }

  Result<void> each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    if (auto done = prepare(rows, select_health); !done) return done;
    return each_row(rows, [&](const SqliteStatement& row) {
      call(row.text(0), {row.integer(1), {row.integer(2)}, static_cast<unsigned>(row.integer(3))});
    });
  }

  Result<std::optional<OutboxClock>> clock() {
    const std::lock_guard<std::mutex> lock(mutex_);
    SqliteStatement rows;
    std::optional<OutboxClock> clock;
    auto done = prepare(rows, select_clock);
    if (done) {
      done = each_row(rows, [&](const SqliteStatement& row) {
        clock = OutboxClock{{row.integer(0)}, {row.integer(1)}};
      });
    }
    if (!done) return std::move(done).error();
    return clock;
  }

  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::optional<OutboxRecord> found;
    auto done = each_row(find_.bind(1, notifier_id).bind(2, key),
                         [&](const SqliteStatement& row) { found = read_record(row); });
    if (done && found) done = read_history(*found);
    if (!done) return std::move(done).error();
    return found;
  }

  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool by_notifier = !query.notifier_id.empty();
    const bool by_state = query.state.has_value();
    const auto bind = [&](SqliteStatement& statement) -> SqliteStatement& {
      if (!query.notifier_id.empty()) statement.bind(1, query.notifier_id);
      if (query.state) statement.bind(2, to_string(*query.state));
      if (query.state && has_old_) statement.bind(3, static_cast<std::int64_t>(*query.state));
      return statement;
    };
    SqliteStatement count;
    SqliteStatement page;
    std::size_t total = 0;
    const std::size_t first = out.size();
    auto done = prepare(count, count_records(has_old_, by_notifier, by_state));
    if (done) {
      done =
          each_row(bind(count), [&](const SqliteStatement& row) { total += static_cast<std::size_t>(row.integer(0)); });
    }
    if (done) {
      done = prepare(page, page_of_records(has_old_, by_notifier, by_state));
    }
    if (done) {
      bind(page).bind(4, static_cast<std::int64_t>(query.limit)).bind(5, static_cast<std::int64_t>(query.offset));
      constexpr std::uint64_t any = std::uint64_t{1} << 62;
      page.bind(6, static_cast<std::int64_t>(query.up_to == 0 || query.up_to > any ? any : query.up_to));
      done = each_row(page, [&](const SqliteStatement& row) { out.push_back(read_record(row)); });
    }
    for (std::size_t i = first; done && i < out.size(); ++i) done = read_history(out[i]);
    if (!done) return std::move(done).error();
    return total;
  }

  Result<void> search(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                      std::vector<OutboxRecord>& out) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const SearchBy by = !filter.key.empty()                 ? SearchBy::key
                        : !filter.event_id.empty()          ? SearchBy::event
                        : !filter.notifier_id.empty()       ? SearchBy::notifier
                        : filter.state == OutboxState::dead ? SearchBy::dead
                                                            : SearchBy::app;
    constexpr std::uint64_t any = std::uint64_t{1} << 62;
    const auto up_to = static_cast<std::int64_t>(place == 0 || place > any ? any : place);
    place = 0;
    const auto bind = [&](SqliteStatement& statement) -> SqliteStatement& {
      statement.bind(1, filter.app_id).bind(2, filter.key).bind(3, filter.notifier_id).bind(4, filter.event_id);
      return statement.bind(7, up_to);
    };
    SqliteStatement page;
    const std::size_t first = out.size();
    auto done = prepare(page, search_page(has_old_, by));
    if (done) {
      bind(page).bind(5, filter.event_type).bind(6, filter.state ? to_string(*filter.state) : std::string_view());
      page.bind(8, filter.since.ms).bind(9, static_cast<std::int64_t>(limit) + 1);
      done = each_row(page, [&](const SqliteStatement& row) { out.push_back(read_record(row)); });
    }
    if (done && out.size() - first > limit) {
      place = out.back().sequence;
      out.pop_back();
    } else if (done) {
      SqliteStatement next;
      done = prepare(next, search_next(has_old_, by));
      if (done) {
        done = each_row(bind(next), [&](const SqliteStatement& row) {
          if (row.integer(1) >= filter.since.ms) place = static_cast<std::uint64_t>(row.integer(0));
        });
      }
    }
    for (std::size_t i = first; done && i < out.size(); ++i) done = read_history(out[i]);
    return done;
  }

 private:
  using Rest = std::shared_ptr<const std::string>;

  Result<void> prepare(SqliteStatement& statement, std::string_view sql) {
    return prepare_into(statement, database_, sql);
  }

  Result<void> read_groups(SqliteStatement& rows, const Function<void(StoredGroup&&)>& call) {
    Result<void> read;
    auto done = each_row(rows, [&](const SqliteStatement& row) {
      const auto root = document_.parse(row.text(3), NOTIFIER_MAX_SNAPSHOT_BYTES);
      if (!root) read = lost(errc::invalid, "a stored group cannot be read");
      if (!root) return;
      call(
          {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), group_state_from_json(*root)});
    });
    return done ? read : done;
  }

  Result<Delivery> load_by(SqliteStatement& content, std::uint64_t sequence) {
    const auto row = content.bind(1, static_cast<std::int64_t>(sequence)).step();
    if (!row.has_value()) return row.error();
    if (!*row) return lost(errc::not_found, "no such delivery is stored");
    Result<Rest> rest = content.integer(1) == 0 ? Result<Rest>(Rest()) : shared_rest(content.integer(1));
    const auto root = document_.parse(content.text(0), NOTIFIER_MAX_SNAPSHOT_BYTES);
    auto delivery = !rest  ? Result<Delivery>(rest.error())
                    : root ? delivery_from_json(*root, *std::move(rest))
                           : Result<Delivery>(lost(errc::invalid, "the stored delivery cannot be read"));
    if (delivery && !content.text(2).empty()) {
      delivery->to.clear();
      if (auto done = read_addresses(content.text(2), delivery->to); !done) delivery = done.error();
    }
    content.reset();
    return delivery;
  }

  /// A rest, read once for all deliveries that are under way with it.
  Result<Rest> shared_rest(std::int64_t id) {
    constexpr std::size_t many = 64;
    auto& known = rests_[id];
    if (auto rest = known.lock()) return rest;
    const auto row = load_rest_.bind(1, id).step();
    if (!row.has_value()) return row.error();
    if (!*row) return lost(errc::invalid, "the stored body is lost");
    auto rest = std::make_shared<const std::string>(load_rest_.text(0));
    load_rest_.reset();
    known = rest;
    if (rests_.size() > many) {
      for (auto at = rests_.begin(); at != rests_.end();) at = at->second.expired() ? rests_.erase(at) : std::next(at);
    }
    return rest;
  }

  Result<void> read_addresses(std::string_view json, std::vector<std::string>& out) {
    const auto root = document_.parse(json);
    if (!root) return lost(errc::invalid, "stored recipients cannot be read");
    root->for_each_element([&](json::View address) { out.emplace_back(address.string()); });
    return {};
  }

  Result<void> read_history(OutboxRecord& record) {
    Result<void> read;
    auto done = each_row(history_.bind(1, static_cast<std::int64_t>(record.sequence)), [&](const SqliteStatement& row) {
      DeliveryAttempt attempt{{row.integer(1)},
                              named(row.text(2), Verdict::Action::postpone),
                              static_cast<int>(row.integer(3)),
                              std::string(row.text(4))};
      if (!row.text(5).empty() && read) read = read_addresses(row.text(5), attempt.remaining);
      if (!row.text(6).empty() && read) read = read_addresses(row.text(6), attempt.refused);
      attempt.reply = row.text(7);
      attempt.receipt = row.text(8);
      if (row.integer(9) >= 0) attempt.duration_ms = row.integer(9);
      record.history.push_back(std::move(attempt));
    });
    return done ? read : done;
  }

  static Error lost(errc code, const char* message) {
    Error error;
    error.code = code;
    error.message = message;
    return error;
  }

  std::mutex mutex_;
  SqliteDatabase database_;
  bool has_old_ = false;
  SqliteStatement waiting_, grouping_, load_, load_old_, load_rest_, find_, history_;
  json::Document document_;
  std::unordered_map<std::int64_t, std::weak_ptr<const std::string>> rests_;
};

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
