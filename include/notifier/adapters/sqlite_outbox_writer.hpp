// Writing the outbox of a SqliteStore, by the store's own connection.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_outbox_reader.hpp"
#include "notifier/adapters/sqlite_outbox_sql.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// The statements, each to be run within a transaction by whoever holds the write lock.
class OutboxWriter {
 public:
  /// @param database  outlives the writer
  /// @param has_old   whether there are tables of 1.0
  Result<void> open(const SqliteDatabase& database, bool has_old) {
    database_ = &database;
    has_old_ = has_old;
    Result<void> done;
    const auto prepare = [&](SqliteStatement& statement, std::string_view sql) {
      if (done) done = prepare_into(statement, database, sql);
    };
    prepare(insert_, insert_record(has_old));
    prepare(insert_content_, insert_content);
    prepare(find_rest_, find_rest);
    prepare(insert_rest_, insert_rest);
    prepare(insert_attempt_, insert_attempt);
    prepare(update_, update_record);
    prepare(update_recipients_, update_recipients);
    prepare(put_health_, put_health);
    prepare(drop_health_, drop_health);
    prepare(put_clock_, put_clock);
    prepare(find_, select_by_key(has_old));
    prepare(over_, select_over);
    prepare(date_over_, date_over);
    prepare(grouped_over_, select_grouped_over);
    prepare(date_grouped_over_, date_grouped_over);
    prepare(put_group_, put_group);
    prepare(drop_group_, drop_group);
    prepare(forget_, forget_record);
    prepare(forget_attempts_, forget_attempts);
    prepare(forget_content_, forget_content);
    prepare(forget_rest_, forget_rest);
    if (!has_old) return done;
    prepare(move_, move_record());
    prepare(move_content_, move_content);
    prepare(move_attempts_, move_attempts());
    prepare(old_over_, select_old_over);
    prepare(date_old_over_, date_old_over);
    prepare(forget_old_, forget_old_record);
    prepare(forget_old_attempts_, forget_old_attempts);
    prepare(forget_old_content_, forget_old_content);
    return done;
  }

  /// See OutboxStorage::insert().
  Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) {
    // What is only one delivery's stays with it, and so does what is too short to be worth a row of its own.
    constexpr std::size_t shortest_rest = 1024;
    std::unordered_map<const std::string*, Shared> shared;
    for (std::size_t i = 0; records.size() > 1 && i < records.size(); ++i) {
      const auto& rest = deliveries[i].body.shared_rest();
      if (rest != nullptr && rest->size() >= shortest_rest) ++shared[rest.get()].count;
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto at = shared.find(deliveries[i].body.shared_rest().get());
      Shared* rest = at != shared.end() && at->second.count > 1 ? &at->second : nullptr;
      if (auto done = insert_one(records[i], deliveries[i], rest); !done) return done;
    }
    return {};
  }

  /// See OutboxStorage::write().
  Result<void> write(const OutboxWrite& write) {
    switch (write.kind) {
      case OutboxWrite::Kind::change: return change(write.change);
      case OutboxWrite::Kind::clock: return put_clock_.bind(1, write.clock.wall.ms).bind(2, write.clock.kept.ms).run();
      case OutboxWrite::Kind::health: break;
    }
    const NotifierHealth& health = write.health;
    if (health.failures == 0) return drop_health_.bind(1, write.notifier_id).run();
    put_health_.bind(1, write.notifier_id).bind(2, health.failing_ms).bind(3, health.last_failure.ms);
    return put_health_.bind(4, std::int64_t{health.failures}).run();
  }

  Result<void> change(const OutboxChange& change) {
    auto found = update(change);
    if (found.has_value() && !*found && has_old_) {
      auto moved = move(static_cast<std::int64_t>(change.sequence));
      found = moved ? update(change) : Result<bool>(std::move(moved).error());
    }
    if (!found.has_value()) return std::move(found).error();
    if (!*found) return {};
    const auto sequence = static_cast<std::int64_t>(change.sequence);
    Result<void> done;
    if (change.attempt) done = add_attempt(sequence, *change.attempt);
    if (done && (change.state == OutboxState::delivered || change.state == OutboxState::grouped)) {
      done = drop_content(sequence);
    } else if (done && !change.recipients.empty()) {
      const std::string recipients = addresses(change.recipients);
      done = update_recipients_.bind(1, sequence).bind(2, recipients).run();
    }
    return done;
  }

  /// Keeps a group in place of the one with its key; one that is not open is forgotten.
  Result<void> write(const StoredGroup& group) {
    if (!group.state.is_open) return drop_group_.bind(1, group.key).run();
    json_.clear();
    json::Writer out(json_);
    to_json(out, group.state);
    put_group_.bind(1, group.key).bind(2, group.app_id).bind(3, group.notifier_id);
    return put_group_.bind(4, json_.view()).run();
  }

  /// The delivery of a notifier with this key, without its history.
  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) {
    std::optional<OutboxRecord> found;
    auto done = each_row(find_.bind(1, notifier_id).bind(2, key),
                         [&](const SqliteStatement& row) { found = read_record(row); });
    if (!done) return std::move(done).error();
    return found;
  }

  /// Dates what ended in this state later than a moment as of that moment.
  Result<void> date(OutboxState state, Timestamp latest) {
    SqliteStatement& date = state == OutboxState::grouped ? date_grouped_over_ : date_over_;
    auto done = date.bind(1, to_string(state)).bind(2, latest.ms).run();
    if (!done || !has_old_) return done;
    return date_old_over_.bind(1, static_cast<std::int64_t>(state)).bind(2, latest.ms).run();
  }

  /// Forgets up to `most` deliveries that came to this end before a moment.
  /// @return how many
  Result<std::size_t> forget(OutboxState state, Timestamp before, std::size_t most) {
    std::vector<std::int64_t> sequences;
    const auto collect = [&](const SqliteStatement& row) { sequences.push_back(row.integer(0)); };
    SqliteStatement& over = state == OutboxState::grouped ? grouped_over_ : over_;
    over.bind(1, to_string(state)).bind(2, before.ms).bind(3, static_cast<std::int64_t>(most));
    auto done = each_row(over, collect);
    for (std::size_t i = 0; done && i < sequences.size(); ++i) {
      done = forget_attempts_.bind(1, sequences[i]).run();
      if (done) done = drop_content(sequences[i]);
      if (done) done = forget_.bind(1, sequences[i]).run();
    }
    const std::size_t newer = sequences.size();
    if (done && has_old_ && newer < most) {
      old_over_.bind(1, static_cast<std::int64_t>(state)).bind(2, before.ms);
      done = each_row(old_over_.bind(3, static_cast<std::int64_t>(most - newer)), collect);
      for (std::size_t i = newer; done && i < sequences.size(); ++i) done = forget_old(sequences[i]);
    }
    if (!done) return std::move(done).error();
    return sequences.size();
  }

 private:
  /// A rest that several deliveries of one insertion have.
  struct Shared {
    std::size_t count = 0;
    std::int64_t id = 0;  // of its row; 0 before there is one
  };

  Result<void> insert_one(OutboxRecord& record, const Delivery& delivery, Shared* rest) {
    record.sequence = 0;
    insert_.bind(1, record.key).bind(2, record.notifier_id).bind(3, record.app_id).bind(4, record.event_id);
    insert_.bind(5, record.event_type).bind(6, to_string(record.platform));
    insert_.bind(7, static_cast<std::int64_t>(record.target)).bind(8, static_cast<std::int64_t>(record.host));
    insert_.bind(9, to_string(record.state)).bind(10, std::int64_t{record.attempts});
    insert_.bind(11, record.created_at.ms).bind(12, record.next_at.ms).bind(13, record.wait_ms);
    const auto is_new = insert_.step();
    if (!is_new.has_value()) return is_new.error();
    if (!*is_new) return {};
    const std::int64_t sequence = insert_.integer(0);
    insert_.reset();
    if (rest != nullptr && rest->id == 0) {
      auto id = keep_rest(delivery.body.rest());
      if (!id) return std::move(id).error();
      rest->id = *id;
    }
    json_.clear();
    json::Writer out(json_);
    to_json(out, delivery, rest == nullptr ? BodyParts::whole : BodyParts::front);
    insert_content_.bind(1, sequence).bind(2, json_.view()).bind(3, rest == nullptr ? 0 : rest->id);
    auto done = insert_content_.run();
    for (std::size_t i = 0; done && i < record.history.size(); ++i) done = add_attempt(sequence, record.history[i]);
    if (done) record.sequence = static_cast<std::uint64_t>(sequence);
    return done;
  }

  /// The id of a rest's row, which is made where there is none with the same bytes.
  Result<std::int64_t> keep_rest(std::string_view rest) {
    char hash[32];
    Hash128().add(rest).write_hex(hash);
    const std::string_view name(hash, sizeof hash);
    const auto row_id = [](SqliteStatement& statement) -> Result<std::int64_t> {
      const auto row = statement.step();
      if (!row.has_value()) return row.error();
      const std::int64_t id = *row ? statement.integer(0) : 0;
      statement.reset();
      return id;
    };
    auto id = row_id(find_rest_.bind(1, name).bind(2, rest));
    return id && *id == 0 ? row_id(insert_rest_.bind(1, name).bind(2, rest)) : id;
  }

  Result<bool> update(const OutboxChange& change) {
    update_.bind(1, static_cast<std::int64_t>(change.sequence)).bind(2, to_string(change.state));
    update_.bind(3, std::int64_t{change.attempts}).bind(4, change.next_at.ms).bind(5, change.wait_ms);
    const auto found = update_.step();
    if (found.has_value()) update_.reset();
    return found;
  }

  /// Takes a delivery over from the tables of 1.0; where there is none, nothing happens.
  Result<void> move(std::int64_t sequence) {
    auto done = move_.bind(1, sequence).run();
    if (!done || sqlite3_changes(database_->handle()) == 0) return done;
    done = move_content_.bind(1, sequence).run();
    if (done) done = move_attempts_.bind(1, sequence).run();
    return done ? forget_old(sequence) : done;
  }

  Result<void> forget_old(std::int64_t sequence) {
    auto done = forget_old_attempts_.bind(1, sequence).run();
    if (done) done = forget_old_content_.bind(1, sequence).run();
    return done ? forget_old_.bind(1, sequence).run() : done;
  }

  /// Drops a delivery's content, and the rest of its body with the last that has it.
  Result<void> drop_content(std::int64_t sequence) {
    const auto row = forget_content_.bind(1, sequence).step();
    if (!row.has_value()) return row.error();
    const std::int64_t rest = *row ? forget_content_.integer(0) : 0;
    forget_content_.reset();
    return rest == 0 ? Result<void>() : forget_rest_.bind(1, rest).run();
  }

  Result<void> add_attempt(std::int64_t sequence, const DeliveryAttempt& attempt) {
    const std::string remaining = addresses(attempt.remaining);
    const std::string refused = addresses(attempt.refused);
    insert_attempt_.bind(1, sequence).bind(2, attempt.at.ms).bind(3, to_string(attempt.action));
    insert_attempt_.bind(4, std::int64_t{attempt.status}).bind(5, attempt.reason);
    insert_attempt_.bind(6, remaining).bind(7, refused).bind(8, attempt.reply).bind(9, attempt.receipt);
    return insert_attempt_.bind(10, attempt.duration_ms.value_or(-1)).run();
  }

  /// As a JSON array; empty where there are none.
  std::string addresses(const std::vector<std::string>& list) {
    if (list.empty()) return {};
    json_.clear();
    json::Writer out(json_);
    out.array([&] {
      for (const std::string& address : list) out.string(address);
    });
    return json_.str();
  }

  const SqliteDatabase* database_ = nullptr;
  bool has_old_ = false;
  SqliteStatement insert_, insert_content_, find_rest_, insert_rest_, insert_attempt_, update_, update_recipients_;
  SqliteStatement put_health_, drop_health_, put_clock_, find_;
  SqliteStatement grouped_over_, date_grouped_over_, put_group_, drop_group_;
  SqliteStatement over_, date_over_, forget_, forget_attempts_, forget_content_, forget_rest_;
  SqliteStatement move_, move_content_, move_attempts_;
  SqliteStatement old_over_, date_old_over_, forget_old_, forget_old_attempts_, forget_old_content_;
  Buffer json_;
};

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
