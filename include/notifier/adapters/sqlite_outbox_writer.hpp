// Writing the outbox of a SqliteStore, by the store's own connection.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_outbox_reader.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// The statements, each to be run within a transaction by whoever holds the write lock.
class OutboxWriter {
 public:
  /// @param database  outlives the writer
  Result<void> open(const SqliteDatabase& database) {
    Result<void> done;
    const auto prepare = [&](SqliteStatement& statement, std::string_view sql) {
      if (!done) return;
      auto prepared = SqliteStatement::prepare(database.handle(), sql);
      if (prepared) {
        statement = *std::move(prepared);
      } else {
        done = std::move(prepared).error();
      }
    };
    prepare(insert_,
            "INSERT INTO deliveries (key, notifier_id, app_id, event_id, event_type, platform, target, host, state, "
            "attempts, created_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
            "ON CONFLICT (key) DO NOTHING RETURNING sequence");
    prepare(insert_content_, "INSERT INTO delivery_contents (sequence, content) VALUES (?1, ?2)");
    prepare(insert_attempt_,
            "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason) "
            "SELECT ?1, 1 + COALESCE(MAX(number), 0), ?2, ?3, ?4, ?5 FROM delivery_attempts WHERE sequence = ?1");
    prepare(update_, "UPDATE deliveries SET state = ?2, attempts = ?3, next_at = ?4 WHERE sequence = ?1 RETURNING 1");
    prepare(put_health_,
            "INSERT INTO notifier_health (notifier_id, failing_since, failures) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (notifier_id) DO UPDATE SET failing_since = ?2, failures = ?3");
    prepare(drop_health_, "DELETE FROM notifier_health WHERE notifier_id = ?1");
    prepare(find_, std::string(select_record) + " WHERE key = ?1 AND notifier_id = ?2 AND app_id = ?3");
    // The index of what has ended is used where the query says so in its words.
    prepare(ended_, "SELECT sequence FROM deliveries WHERE state <> 0 AND state = ?1 AND next_at < ?2 LIMIT ?3");
    prepare(forget_, "DELETE FROM deliveries WHERE sequence = ?1");
    prepare(forget_attempts_, "DELETE FROM delivery_attempts WHERE sequence = ?1");
    prepare(forget_content_, "DELETE FROM delivery_contents WHERE sequence = ?1");
    return done;
  }

  /// See OutboxStorage::insert().
  Result<std::uint64_t> insert(const OutboxRecord& record, const Delivery& delivery) {
    insert_.bind(1, record.key).bind(2, record.notifier_id).bind(3, record.app_id).bind(4, record.event_id);
    insert_.bind(5, record.event_type).bind(6, static_cast<std::int64_t>(record.platform));
    insert_.bind(7, static_cast<std::int64_t>(record.target)).bind(8, static_cast<std::int64_t>(record.host));
    insert_.bind(9, static_cast<std::int64_t>(record.state)).bind(10, std::int64_t{record.attempts});
    insert_.bind(11, record.created_at.ms).bind(12, record.next_at.ms);
    const auto is_new = insert_.step();
    if (!is_new) return is_new.error();
    if (!*is_new) return std::uint64_t{0};
    const std::int64_t sequence = insert_.integer(0);
    insert_.reset();
    json_.clear();
    json::Writer out(json_);
    to_json(out, delivery);
    auto done = insert_content_.bind(1, sequence).bind(2, json_.view()).run();
    for (std::size_t i = 0; done && i < record.history.size(); ++i) done = add_attempt(sequence, record.history[i]);
    if (!done) return std::move(done).error();
    return static_cast<std::uint64_t>(sequence);
  }

  Result<void> update(const OutboxChange& change) {
    const auto sequence = static_cast<std::int64_t>(change.sequence);
    update_.bind(1, sequence).bind(2, static_cast<std::int64_t>(change.state));
    const auto found = update_.bind(3, std::int64_t{change.attempts}).bind(4, change.next_at.ms).step();
    if (!found) return found.error();
    update_.reset();
    Result<void> done;
    if (*found && change.attempt) done = add_attempt(sequence, *change.attempt);
    if (done && *found && change.state == OutboxState::delivered) done = forget_content_.bind(1, sequence).run();
    return done;
  }

  Result<void> set_health(std::string_view notifier_id, const NotifierHealth& health) {
    if (health.failures == 0) return drop_health_.bind(1, notifier_id).run();
    return put_health_.bind(1, notifier_id)
        .bind(2, health.failing_since.ms)
        .bind(3, std::int64_t{health.failures})
        .run();
  }

  /// The delivery of a notifier with this key, without its history.
  Result<std::optional<OutboxRecord>> find(std::string_view key, std::string_view notifier_id,
                                           std::string_view app_id) {
    std::optional<OutboxRecord> found;
    auto done = each_row(find_.bind(1, key).bind(2, notifier_id).bind(3, app_id),
                         [&](const SqliteStatement& row) { found = read_record(row); });
    if (!done) return std::move(done).error();
    return found;
  }

  /// Forgets up to `most` deliveries that came to this end before a moment.
  /// @return how many
  Result<std::size_t> forget(OutboxState state, Timestamp before, std::size_t most) {
    std::vector<std::int64_t> sequences;
    ended_.bind(1, static_cast<std::int64_t>(state)).bind(2, before.ms).bind(3, static_cast<std::int64_t>(most));
    auto done = each_row(ended_, [&](const SqliteStatement& row) { sequences.push_back(row.integer(0)); });
    for (std::size_t i = 0; done && i < sequences.size(); ++i) {
      done = forget_attempts_.bind(1, sequences[i]).run();
      if (done) done = forget_content_.bind(1, sequences[i]).run();
      if (done) done = forget_.bind(1, sequences[i]).run();
    }
    if (!done) return std::move(done).error();
    return sequences.size();
  }

 private:
  Result<void> add_attempt(std::int64_t sequence, const DeliveryAttempt& attempt) {
    return insert_attempt_.bind(1, sequence)
        .bind(2, attempt.at.ms)
        .bind(3, static_cast<std::int64_t>(attempt.action))
        .bind(4, std::int64_t{attempt.status})
        .bind(5, attempt.reason)
        .run();
  }

  SqliteStatement insert_, insert_content_, insert_attempt_, update_, put_health_, drop_health_, find_;
  SqliteStatement ended_, forget_, forget_attempts_, forget_content_;
  Buffer json_;
};

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
