// The history of events that a PostgresStore keeps, and what was removed of late, read by a connection of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// Thread-safe.
class EventReader {
 public:
  Result<void> open(const std::string& url) {
    auto opened = PostgresConnection::open(url, "notifier-history");
    if (!opened) return std::move(opened).error();
    connection_ = *std::move(opened);
    return {};
  }

  /// A page of an app's events, newest first.
  /// @param from  the number that it begins with at most; 0: the newest
  /// @param next  gets the number of the one after it, where there is one; or null
  /// @return how many there are in all; 0 where the database fails
  std::size_t page(std::string_view app_id, std::uint64_t from, std::size_t offset, std::size_t limit,
                   std::vector<std::string>& out, std::uint64_t* next) {
    constexpr std::uint64_t any = std::uint64_t{1} << 62;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto total = connection_.run(postgres_sql::count_events, PostgresParameters().add(app_id));
    if (!total) return 0;
    PostgresParameters parameters;
    parameters.add(app_id).add(static_cast<std::int64_t>(from == 0 || from > any ? any : from));
    parameters.add(static_cast<std::int64_t>(limit) + 1).add(static_cast<std::int64_t>(offset));
    const auto rows = connection_.run(postgres_sql::page_of_events, parameters);
    if (!rows) return 0;
    for (std::size_t row = 0; row < rows->size() && row < limit; ++row) out.emplace_back(rows->text(row, 0));
    if (next != nullptr && rows->size() > limit) *next = static_cast<std::uint64_t>(rows->integer(limit, 1));
    return static_cast<std::size_t>(total->integer(0, 0));
  }

  /// One of an app's events by its id; empty where none is kept, or the database fails.
  std::string find(std::string_view app_id, std::string_view event_id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto rows = connection_.run(postgres_sql::event_by_id, PostgresParameters().add(app_id).add(event_id));
    return rows && !rows->is_empty() ? std::string(rows->text(0, 0)) : std::string();
  }

  /// The change that put a notifier of an app which was removed less than a day ago; empty where there is none, or the
  /// database fails.
  std::string removed(std::string_view app_id, std::string_view notifier_id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto rows =
        connection_.run(postgres_sql::removed_notifier, PostgresParameters().add(notifier_id).add(app_id));
    return rows && !rows->is_empty() ? std::string(rows->text(0, 0)) : std::string();
  }

  /// Whether the database answers, and can be written.
  /// @param revision  that the registry shows: what others have changed since must be kept
  Result<void> check(std::int64_t revision) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto rows = connection_.run(postgres_sql::is_read_only);
    if (!rows) return rows.error();
    if (rows->is_true(0, 0)) return not_ready("the database can only be read");
    const auto passed_by = connection_.run(postgres_sql::has_passed_by, PostgresParameters().add(revision));
    if (!passed_by) return passed_by.error();
    if (passed_by->is_empty()) return {};
    return not_ready("others have changed more than is kept since this server heard of it: start it again");
  }

 private:
  static Error not_ready(const char* why) {
    Error error;
    error.code = errc::storage;
    error.message = why;
    return error;
  }

  std::mutex mutex_;
  PostgresConnection connection_;
};

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
