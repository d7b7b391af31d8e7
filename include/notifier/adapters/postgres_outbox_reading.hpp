// What a PostgresOutbox reads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_outbox.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// The bytes of a bytea as PostgreSQL writes it: \x and two digits for each.
inline std::string from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  return bytes;
}

/// A place in a list that begins with the newest, as a parameter.
/// @param sequence  0: any
inline std::int64_t up_to(std::uint64_t sequence) {
  constexpr std::uint64_t any = std::uint64_t{1} << 62;
  return static_cast<std::int64_t>(sequence == 0 || sequence > any ? any : sequence);
}

inline Result<void> read_addresses(json::Document& document, std::string_view json, std::vector<std::string>& out) {
  if (json.empty()) return {};
  const auto root = document.parse(json);
  if (!root) return row_fault(errc::invalid, "stored recipients cannot be read");
  root->for_each_element([&](json::View address) { out.emplace_back(address.string()); });
  return {};
}

inline Result<void> read_groups(const PostgresRows& rows, json::Document& document,
                                const Function<void(StoredGroup&&)>& call) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto root = document.parse(rows.text(row, 3), NOTIFIER_MAX_SNAPSHOT_BYTES);
    if (!root) return row_fault(errc::invalid, "a stored group cannot be read");
    call({std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), std::string(rows.text(row, 2)),
          group_state_from_json(*root), static_cast<std::uint64_t>(rows.integer(row, 4))});
  }
  return {};
}

}  // namespace detail::postgres

inline Result<void> PostgresOutbox::open() {
  auto writer = PostgresConnection::open(url_, "notifier-outbox");
  if (!writer) return std::move(writer).error();
  writer_ = *std::move(writer);
  auto reader = PostgresConnection::open(url_, "notifier-lists");
  if (!reader) return std::move(reader).error();
  reader_ = *std::move(reader);
  return {};
}

inline Result<Delivery> PostgresOutbox::load(std::uint64_t sequence) {
  using detail::postgres::row_fault;
  const auto rows = writer_.run(detail::postgres_sql::select_contents,
                                PostgresParameters().add_all(Sequences{static_cast<std::int64_t>(sequence)},
                                                             [](std::int64_t each) { return each; }));
  if (!rows) return rows.error();
  if (rows->is_empty()) return row_fault(errc::not_found, "no such delivery is stored");
  const auto shard = static_cast<std::uint32_t>(rows->integer(0, 3));
  // What is counted is not attempted: that the shard is still this worker's is seen by regroup().
  const bool is_attempt = rows->text(0, 4) != to_string(OutboxState::grouping);
  {
    const std::int64_t now = steady_ms();
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto working = working_.find(shard);
    if (!leases_ || working == working_.end() || leases_->lease(shard).epoch != working->second ||
        (is_attempt && !leases_->may_begin(shard, now))) {
      return row_fault(errc::storage, "the lease of the delivery's shard would not outlast an attempt");
    }
    attempt_until_ = now + leases_->options().attempt_ms;
  }
  std::shared_ptr<const std::string> rest;
  if (const std::int64_t id = rows->integer(0, 1); id != 0) {
    constexpr std::size_t many = 64;
    auto& known = rests_[id];
    rest = known.lock();
    if (rest == nullptr) {
      const auto row = writer_.run(detail::postgres_sql::select_rest, PostgresParameters().add(id));
      if (!row) return row.error();
      if (row->is_empty()) return row_fault(errc::invalid, "the stored body is lost");
      rest = std::make_shared<const std::string>(detail::postgres::from_hex(row->text(0, 0)));
      known = rest;
    }
    if (rests_.size() > many) {
      for (auto at = rests_.begin(); at != rests_.end();) at = at->second.expired() ? rests_.erase(at) : std::next(at);
    }
  }
  const auto root = document_.parse(rows->text(0, 0), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return row_fault(errc::invalid, "the stored delivery cannot be read");
  auto delivery = delivery_from_json(*root, std::move(rest));
  if (delivery && !rows->text(0, 2).empty()) {
    delivery->to.clear();
    if (auto done = detail::postgres::read_addresses(document_, rows->text(0, 2), delivery->to); !done)
      return std::move(done).error();
  }
  return delivery;
}

inline Result<void> PostgresOutbox::each_group(const Function<void(StoredGroup&&)>& call) {
  std::vector<std::int64_t> shards;
  for (const auto& [shard, epoch] : working_)
    if (leaving_.count(shard) == 0) shards.push_back(shard);
  const auto rows = writer_.run(detail::postgres_sql::select_groups,
                                PostgresParameters().add_all(shards, [](std::int64_t each) { return each; }));
  return rows ? detail::postgres::read_groups(*rows, document_, call) : Result<void>(rows.error());
}

inline Result<void> PostgresOutbox::each_group_of(std::string_view app_id, std::string_view notifier_id,
                                                  const Function<void(StoredGroup&&)>& call) {
  json::Document document;
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto rows =
      reader_.run(detail::postgres_sql::select_groups_of, PostgresParameters().add(notifier_id).add(app_id));
  return rows ? detail::postgres::read_groups(*rows, document, call) : Result<void>(rows.error());
}

inline Result<void> PostgresOutbox::each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) {
  const auto rows = writer_.run(detail::postgres_sql::select_health);
  if (!rows) return rows.error();
  for (std::size_t row = 0; row < rows->size(); ++row) {
    call(rows->text(row, 0),
         {rows->integer(row, 1), {rows->integer(row, 2)}, static_cast<unsigned>(rows->integer(row, 3))});
  }
  return {};
}

inline Result<std::optional<OutboxClock>> PostgresOutbox::clock() {
  const auto rows = writer_.run(detail::postgres_sql::select_clock);
  if (!rows) return rows.error();
  if (rows->is_empty()) return std::optional<OutboxClock>();
  return std::optional<OutboxClock>(OutboxClock{{rows->integer(0, 0)}, {rows->integer(0, 1)}});
}

/// @param records  as many as there are from `first` on get their histories. The lists' connection is held
inline Result<void> PostgresOutbox::read_histories(std::vector<OutboxRecord>& records, std::size_t first) {
  if (records.size() == first) return {};
  std::unordered_map<std::int64_t, OutboxRecord*> by_sequence;
  for (std::size_t i = first; i < records.size(); ++i)
    by_sequence.emplace(static_cast<std::int64_t>(records[i].sequence), &records[i]);
  const auto rows = reader_.run(detail::postgres_sql::select_attempts,
                                PostgresParameters().add_all(by_sequence, [](const auto& each) { return each.first; }));
  if (!rows) return rows.error();
  json::Document document;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    DeliveryAttempt attempt{{rows->integer(row, 0)},
                            detail::postgres::value_named(rows->text(row, 1), Verdict::Action::postpone),
                            static_cast<int>(rows->integer(row, 2)),
                            std::string(rows->text(row, 3))};
    auto read = detail::postgres::read_addresses(document, rows->text(row, 4), attempt.remaining);
    if (read) read = detail::postgres::read_addresses(document, rows->text(row, 5), attempt.refused);
    if (!read) return read;
    attempt.reply = rows->text(row, 6);
    attempt.receipt = rows->text(row, 7);
    if (rows->integer(row, 8) >= 0) attempt.duration_ms = rows->integer(row, 8);
    by_sequence[rows->integer(row, 9)]->history.push_back(std::move(attempt));
  }
  return {};
}

/// Appends the records of rows to `out`, with their histories. The lists' connection is held.
inline Result<void> PostgresOutbox::read_records(const PostgresRows& rows, std::vector<OutboxRecord>& out) {
  const std::size_t first = out.size();
  for (std::size_t row = 0; row < rows.size(); ++row) out.push_back(detail::postgres::read_record(rows, row));
  return read_histories(out, first);
}

inline Result<std::optional<OutboxRecord>> PostgresOutbox::find(std::string_view notifier_id, std::string_view key) {
  static const std::string by_key = detail::postgres_sql::select_by_key();
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto rows = reader_.run(by_key, PostgresParameters().add(notifier_id).add(key));
  if (!rows) return rows.error();
  std::vector<OutboxRecord> found;
  if (auto done = read_records(*rows, found); !done) return std::move(done).error();
  if (found.empty()) return std::optional<OutboxRecord>();
  return std::optional<OutboxRecord>(std::move(found.front()));
}

inline Result<std::size_t> PostgresOutbox::list(const OutboxQuery& query, std::vector<OutboxRecord>& out) {
  const std::string state(query.state ? to_string(*query.state) : std::string_view());
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto which = [&] { return PostgresParameters().add(query.notifier_id).add(state); };
  const auto total = reader_.run(detail::postgres_sql::count_records, which());
  if (!total) return total.error();
  static const std::string page = detail::postgres_sql::page_of_records();
  PostgresParameters parameters = which();
  parameters.add(detail::postgres::up_to(query.up_to));
  parameters.add(static_cast<std::int64_t>(query.limit)).add(static_cast<std::int64_t>(query.offset));
  const auto rows = reader_.run(page, parameters);
  if (!rows) return rows.error();
  if (auto done = read_records(*rows, out); !done) return std::move(done).error();
  return static_cast<std::size_t>(total->integer(0, 0));
}

inline Result<void> PostgresOutbox::search(const DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                                           std::vector<OutboxRecord>& out) {
  using By = detail::postgres_sql::SearchBy;
  const auto [by, value] = !filter.key.empty()                 ? std::pair(By::key, filter.key)
                           : !filter.event_id.empty()          ? std::pair(By::event, filter.event_id)
                           : !filter.notifier_id.empty()       ? std::pair(By::notifier, filter.notifier_id)
                           : filter.state == OutboxState::dead ? std::pair(By::dead, filter.app_id)
                                                               : std::pair(By::app, filter.app_id);
  PostgresParameters through;
  through.add(value).add(detail::postgres::up_to(std::exchange(place, 0)));
  PostgresParameters parameters = through;
  parameters.add(filter.app_id).add(filter.key).add(filter.notifier_id).add(filter.event_id).add(filter.event_type);
  parameters.add(filter.state ? to_string(*filter.state) : std::string_view()).add(filter.since.ms);
  const std::lock_guard<std::mutex> lock(read_mutex_);
  const auto rows =
      reader_.run(detail::postgres_sql::search_page(by), parameters.add(static_cast<std::int64_t>(limit) + 1));
  if (!rows) return rows.error();
  const std::size_t first = out.size();
  if (auto done = read_records(*rows, out); !done) return done;
  if (out.size() - first > limit) {
    place = out.back().sequence;
    out.pop_back();
    return {};
  }
  const auto next = reader_.run(detail::postgres_sql::search_next(by), through);
  if (!next) return next.error();
  if (!next->is_empty() && next->integer(0, 1) >= filter.since.ms)
    place = static_cast<std::uint64_t>(next->integer(0, 0));
  return {};
}

NOTIFIER_NAMESPACE_END
