// Rows of a PostgresOutbox: how deliveries, their attempts and contents are inserted, changed and read.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_outbox_sql.hpp"
#include "notifier/adapters/postgres_tables.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/leases.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// Of postgres_sql::record_columns.
inline constexpr int xact_column = 14;

inline Error row_fault(errc code, const char* message) {
  Error error;
  error.code = code;
  error.message = message;
  return error;
}

/// The value of an enum that has a name; where none has it, the last.
template <class Enum>
Enum value_named(std::string_view name, Enum last) noexcept {
  for (int i = 0; i < static_cast<int>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return last;
}

inline TargetLimits limits_of(Platform platform) {
  TargetLimits limits = platform_info(platform).target_limits;
  if (is_mail(platform)) limits.concurrency = (std::max)(limits.concurrency / unsigned{mail_lanes}, 1U);
  return limits;
}

/// The same on every server: FNV-1a, mixed, since the ends of ids are alike.
inline std::uint64_t lane_of(std::string_view notifier_id) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : notifier_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return (hash * 0x9E3779B97F4A7C15U >> 32) % mail_lanes;
}

/// Puts a new mail into its lane.
inline void enter_lane(OutboxRecord& record) {
  if (!is_mail(record.platform)) return;
  constexpr std::uint64_t apart = shards / mail_lanes;
  record.target += lane_of(record.notifier_id) * apart;
  record.limits = limits_of(record.platform);
}

inline OutboxRecord read_record(const PostgresRows& rows, std::size_t row) {
  OutboxRecord record;
  record.sequence = static_cast<std::uint64_t>(rows.integer(row, 0));
  record.key = rows.text(row, 1);
  record.notifier_id = rows.text(row, 2);
  record.app_id = rows.text(row, 3);
  record.event_id = rows.text(row, 4);
  record.event_type = rows.text(row, 5);
  if (const PlatformRow* const known = find_platform_by_name(rows.text(row, 6))) record.platform = known->platform;
  record.limits = limits_of(record.platform);
  record.target = static_cast<std::uint64_t>(rows.integer(row, 7));
  record.host = static_cast<std::uint64_t>(rows.integer(row, 8));
  record.state = value_named(rows.text(row, 9), OutboxState::grouped);
  record.attempts = static_cast<unsigned>(rows.integer(row, 10));
  record.created_at.ms = rows.integer(row, 11);
  record.next_at.ms = rows.integer(row, 12);
  record.wait_ms = rows.integer(row, 13);
  return record;
}

/// A list of texts as a JSON array; empty where there are none.
inline std::string addresses_json(const std::vector<std::string>& list) {
  if (list.empty()) return {};
  Buffer json;
  json::Writer out(json);
  out.array([&] {
    for (const std::string& address : list) out.string(address);
  });
  return json.str();
}

/// An attempt and where it stands in a delivery's history, counted from those that are stored.
struct AttemptRow {
  std::int64_t sequence = 0;
  std::int64_t place = 1;
  const DeliveryAttempt* attempt = nullptr;
};

inline Result<void> done(const Result<PostgresRows>& rows) {
  return rows ? Result<void>() : Result<void>(rows.error());
}

inline Result<void> insert_attempts(PostgresConnection& connection, const std::vector<AttemptRow>& attempts) {
  if (attempts.empty()) return {};
  PostgresParameters parameters;
  const auto add = [&](auto&& of) { parameters.add_all(attempts, of); };
  add([](const AttemptRow& each) { return each.sequence; });
  add([](const AttemptRow& each) { return each.place; });
  add([](const AttemptRow& each) { return each.attempt->at.ms; });
  add([](const AttemptRow& each) { return to_string(each.attempt->action); });
  add([](const AttemptRow& each) { return std::int64_t{each.attempt->status}; });
  add([](const AttemptRow& each) { return std::string_view(each.attempt->reason); });
  add([](const AttemptRow& each) { return addresses_json(each.attempt->remaining); });
  add([](const AttemptRow& each) { return addresses_json(each.attempt->refused); });
  add([](const AttemptRow& each) { return std::string_view(each.attempt->reply); });
  add([](const AttemptRow& each) { return std::string_view(each.attempt->receipt); });
  add([](const AttemptRow& each) { return each.attempt->duration_ms.value_or(-1); });
  return done(connection.run(postgres_sql::insert_attempts, parameters));
}

/// What is of no use any more, and the rests of bodies that only these had.
inline Result<void> drop_contents(PostgresConnection& connection, const std::vector<std::int64_t>& sequences) {
  if (sequences.empty()) return {};
  const auto same = [](std::int64_t each) { return each; };
  const auto dropped = connection.run(postgres_sql::drop_contents, PostgresParameters().add_all(sequences, same));
  if (!dropped) return dropped.error();
  std::vector<std::int64_t> rests;
  for (std::size_t row = 0; row < dropped->size(); ++row)
    if (dropped->integer(row, 0) != 0) rests.push_back(dropped->integer(row, 0));
  if (rests.empty()) return {};
  return done(connection.run(postgres_sql::drop_rests, PostgresParameters().add_all(rests, same)));
}

/// The rests of bodies that several of these have, each inserted once. What is short is not worth a row of its own.
inline Result<std::unordered_map<const std::string*, std::int64_t>> insert_rests(
    PostgresConnection& connection, const std::vector<OutboxRecord>& records, const Delivery* deliveries) {
  constexpr std::size_t shortest_rest = 1024;
  std::unordered_map<const std::string*, std::size_t> counts;
  std::unordered_map<const std::string*, std::int64_t> ids;
  for (std::size_t i = 0; records.size() > 1 && i < records.size(); ++i) {
    const auto& rest = deliveries[i].body.shared_rest();
    if (records[i].sequence != 0 && rest != nullptr && rest->size() >= shortest_rest) ++counts[rest.get()];
  }
  for (const auto& [rest, count] : counts) {
    if (count < 2) continue;
    const auto row = connection.run(postgres_sql::insert_rest, PostgresParameters().add_bytes(*rest));
    if (!row) return row.error();
    ids.emplace(rest, row->integer(0, 0));
  }
  return ids;
}

inline Result<void> insert_contents(PostgresConnection& connection, const std::vector<OutboxRecord>& records,
                                    const Delivery* deliveries) {
  const auto rests = insert_rests(connection, records, deliveries);
  if (!rests) return rests.error();
  struct Content {
    std::int64_t sequence;
    std::int64_t rest;
    std::string json;
  };
  std::vector<Content> contents;
  std::vector<AttemptRow> attempts;
  Buffer json;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].sequence == 0) continue;
    const auto sequence = static_cast<std::int64_t>(records[i].sequence);
    const auto rest = rests->find(deliveries[i].body.shared_rest().get());
    const bool is_shared = rest != rests->end();
    json.clear();
    json::Writer out(json);
    to_json(out, deliveries[i], is_shared ? BodyParts::front : BodyParts::whole);
    contents.push_back({sequence, is_shared ? rest->second : 0, json.str()});
    std::int64_t place = 0;
    for (const DeliveryAttempt& attempt : records[i].history) attempts.push_back({sequence, ++place, &attempt});
  }
  if (contents.empty()) return {};
  PostgresParameters parameters;
  parameters.add_all(contents, [](const Content& each) { return each.sequence; });
  parameters.add_all(contents, [](const Content& each) { return each.rest; });
  parameters.add_all(contents, [](const Content& each) { return std::string_view(each.json); });
  auto inserted = done(connection.run(postgres_sql::insert_contents, parameters));
  return inserted ? insert_attempts(connection, attempts) : inserted;
}

/// See OutboxStorage::insert(); in the caller's transaction.
/// @return the transaction's own number
inline Result<std::string> insert_deliveries(PostgresConnection& connection, std::vector<OutboxRecord>& records,
                                             const Delivery* deliveries) {
  for (OutboxRecord& record : records) {
    record.sequence = 0;
    enter_lane(record);
  }
  if (records.empty()) return std::string();
  PostgresParameters parameters;
  const auto add = [&](auto&& of) { parameters.add_all(records, of); };
  const auto add_text = [&](std::string OutboxRecord::*member) {
    add([member](const OutboxRecord& each) { return std::string_view(each.*member); });
  };
  add([](const OutboxRecord& each) { return std::int64_t{shard_of(each.target, shards)}; });
  add_text(&OutboxRecord::notifier_id);
  add_text(&OutboxRecord::key);
  add_text(&OutboxRecord::app_id);
  add_text(&OutboxRecord::event_id);
  add_text(&OutboxRecord::event_type);
  add([](const OutboxRecord& each) { return to_string(each.platform); });
  add([](const OutboxRecord& each) { return static_cast<std::int64_t>(each.target); });
  add([](const OutboxRecord& each) { return static_cast<std::int64_t>(each.host); });
  add([](const OutboxRecord& each) { return to_string(each.state); });
  add([](const OutboxRecord& each) { return std::int64_t{each.attempts}; });
  add([](const OutboxRecord& each) { return each.created_at.ms; });
  add([](const OutboxRecord& each) { return each.next_at.ms; });
  add([](const OutboxRecord& each) { return each.wait_ms; });
  const auto rows = connection.run(postgres_sql::insert_deliveries, parameters);
  if (!rows) return rows.error();
  // Those that are new come back in their order; of two with one key the first is new.
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto is_next = [&] {
      return rows->text(row, 1) == PostgresParameters::kept(records[next].notifier_id) &&
             rows->text(row, 2) == PostgresParameters::kept(records[next].key);
    };
    while (next < records.size() && !is_next()) ++next;
    if (next == records.size()) return row_fault(errc::storage, "the database gave rows in another order");
    records[next++].sequence = static_cast<std::uint64_t>(rows->integer(row, 0));
  }
  auto inserted = insert_contents(connection, records, deliveries);
  if (!inserted) return std::move(inserted).error();
  return rows->is_empty() ? std::string() : std::string(rows->text(0, 3));
}

/// See OutboxStorage::write(); in the caller's transaction, which has seen to it that all of it may be written.
inline Result<void> write_all(PostgresConnection& connection, const std::vector<const OutboxWrite*>& writes) {
  std::map<std::int64_t, const OutboxChange*> last;
  std::map<std::int64_t, const OutboxChange*> mails;
  std::map<std::int64_t, std::int64_t> places;
  std::map<std::string_view, const NotifierHealth*> healths;
  std::vector<AttemptRow> attempts;
  const OutboxClock* clock = nullptr;
  for (const OutboxWrite* write : writes) {
    const OutboxChange& change = write->change;
    const auto sequence = static_cast<std::int64_t>(change.sequence);
    switch (write->kind) {
      case OutboxWrite::Kind::change:
        last[sequence] = &change;
        if (change.attempt) attempts.push_back({sequence, ++places[sequence], &*change.attempt});
        if (!change.recipients.empty()) mails[sequence] = &change;
        break;
      case OutboxWrite::Kind::health: healths[write->notifier_id] = &write->health; break;
      case OutboxWrite::Kind::clock: clock = &write->clock; break;
    }
  }
  Result<void> written;
  std::vector<std::int64_t> over;
  if (!last.empty()) {
    PostgresParameters parameters;
    const auto add = [&](auto&& of) { parameters.add_all(last, [&of](const auto& each) { return of(*each.second); }); };
    parameters.add_all(last, [](const auto& each) { return each.first; });
    add([](const OutboxChange& each) { return to_string(each.state); });
    add([](const OutboxChange& each) { return std::int64_t{each.attempts}; });
    add([](const OutboxChange& each) { return each.next_at.ms; });
    add([](const OutboxChange& each) { return each.wait_ms; });
    written = done(connection.run(postgres_sql::update_deliveries, parameters));
    for (const auto& [sequence, change] : last)
      if (change->state == OutboxState::delivered || change->state == OutboxState::grouped) over.push_back(sequence);
  }
  if (written) written = insert_attempts(connection, attempts);
  if (written) written = drop_contents(connection, over);
  if (written && !mails.empty()) {
    PostgresParameters parameters;
    parameters.add_all(mails, [](const auto& each) { return each.first; });
    parameters.add_all(mails, [](const auto& each) { return addresses_json(each.second->recipients); });
    written = done(connection.run(postgres_sql::update_recipients, parameters));
  }
  if (written && !healths.empty()) {
    PostgresParameters parameters;
    parameters.add_all(healths, [](const auto& each) { return each.first; });
    parameters.add_all(healths, [](const auto& each) { return each.second->failing_ms; });
    parameters.add_all(healths, [](const auto& each) { return each.second->last_failure.ms; });
    parameters.add_all(healths, [](const auto& each) { return std::int64_t{each.second->failures}; });
    written = done(connection.run(postgres_sql::put_health, parameters));
    if (written) written = connection.execute(postgres_sql::drop_health);
  }
  if (written && clock != nullptr) {
    written =
        done(connection.run(postgres_sql::put_clock, PostgresParameters().add(clock->wall.ms).add(clock->kept.ms)));
  }
  return written;
}

/// Keeps groups in place of those with their keys; those that are not open are forgotten.
inline Result<void> write_groups(PostgresConnection& connection, const std::vector<StoredGroup>& groups) {
  for (const StoredGroup& group : groups) {
    PostgresParameters parameters;
    parameters.add(std::int64_t{shard_of(group.target, shards)}).add(group.key);
    if (!group.state.is_open) {
      auto dropped = done(connection.run(postgres_sql::drop_group, parameters));
      if (!dropped) return dropped;
      continue;
    }
    Buffer json;
    json::Writer out(json);
    to_json(out, group.state);
    parameters.add(group.app_id).add(group.notifier_id).add(static_cast<std::int64_t>(group.target)).add(json.view());
    auto kept = done(connection.run(postgres_sql::put_group, parameters));
    if (!kept) return kept;
  }
  return {};
}

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
