// The SQL of the outbox of a SqliteStore, all of it: its tables, how they came from those of 1.0, and what reads and
// writes them.
//
// States, platforms and actions have their names there. The tables of 1.0 had numbers, and keys that are unique over
// all notifiers, which cannot be changed without writing them anew; so they are only renamed, in no time. Rows stay
// there until they change or are forgotten. A delivery lies in one of the two, under the same sequence.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// Deliveries, as long as their keys are to be known; their content as JSON, as long as it may be sent, without the
/// rest of the body where deliveries share it (then `rest` is its id, else 0); attempts, oldest first; how notifiers
/// fare; and the time. `recipients` is a JSON array of those that are left to a mail, or empty while all are.
inline constexpr const char* outbox_tables =
    "ALTER TABLE deliveries RENAME TO old_deliveries;"
    "ALTER TABLE delivery_contents RENAME TO old_delivery_contents;"
    "ALTER TABLE delivery_attempts RENAME TO old_delivery_attempts;"
    "CREATE TABLE deliveries (sequence INTEGER PRIMARY KEY AUTOINCREMENT, notifier_id TEXT NOT NULL, key TEXT NOT "
    "NULL, app_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, platform TEXT NOT NULL, target "
    "INTEGER NOT NULL, host INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, created_at INTEGER NOT "
    "NULL, next_at INTEGER NOT NULL, wait_ms INTEGER NOT NULL, UNIQUE "
    "(key, notifier_id)) STRICT;"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'deliveries', seq FROM sqlite_sequence WHERE name = "
    "'old_deliveries';"
    "CREATE INDEX deliveries_of_notifier ON deliveries (notifier_id, sequence);"
    "CREATE INDEX deliveries_waiting ON deliveries (sequence) WHERE state IN ('pending', 'held');"
    "CREATE INDEX deliveries_over ON deliveries (state, next_at) WHERE state IN ('delivered', 'dead');"
    "CREATE TABLE delivery_contents (sequence INTEGER PRIMARY KEY, rest INTEGER NOT NULL, recipients TEXT NOT NULL "
    "DEFAULT '', content TEXT NOT NULL) STRICT;"
    "CREATE INDEX delivery_contents_by_rest ON delivery_contents (rest) WHERE rest <> 0;"
    // An id is never given again: readers remember which rest it stands for.
    "CREATE TABLE delivery_rests (id INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, rest TEXT NOT NULL) STRICT;"
    "CREATE INDEX delivery_rests_by_hash ON delivery_rests (hash);"
    "CREATE TABLE delivery_attempts (sequence INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, action "
    "TEXT NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, remaining TEXT NOT NULL, refused TEXT NOT NULL, "
    "PRIMARY KEY (sequence, number)) STRICT, WITHOUT ROWID;"
    // 1.0 kept when the failing began. How long it went on is not known; it is taken to be no longer than what was
    // seen: from then on it counts.
    "ALTER TABLE notifier_health RENAME TO old_notifier_health;"
    "CREATE TABLE notifier_health (notifier_id TEXT PRIMARY KEY, failing_ms INTEGER NOT NULL, last_failure INTEGER NOT "
    "NULL, failures INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO notifier_health SELECT notifier_id, 0, failing_since, failures FROM old_notifier_health;"
    "DROP TABLE old_notifier_health;"
    // At most one row.
    "CREATE TABLE outbox_clock (id INTEGER PRIMARY KEY CHECK (id = 1), wall INTEGER NOT NULL, kept INTEGER NOT NULL) "
    "STRICT;";

/// The beginning of what the target said; empty for attempts of before.
inline constexpr const char* outbox_replies =
    "ALTER TABLE delivery_attempts ADD COLUMN reply TEXT NOT NULL DEFAULT '';";

/// What the platform calls the message; empty for attempts of before.
inline constexpr const char* outbox_receipts =
    "ALTER TABLE delivery_attempts ADD COLUMN receipt TEXT NOT NULL DEFAULT '';";

/// How long attempts took, in milliseconds; -1 where that is not known, as of attempts of before.
inline constexpr const char* outbox_durations =
    "ALTER TABLE delivery_attempts ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT -1;";

/// Groups of events that are told together, as long as they are open, with their state as JSON; what is to be taken
/// into them, and what was.
inline constexpr const char* group_tables =
    "CREATE INDEX IF NOT EXISTS deliveries_grouping ON deliveries (sequence) WHERE state = 'grouping';"
    "CREATE INDEX IF NOT EXISTS deliveries_grouped ON deliveries (next_at) WHERE state = 'grouped';"
    "CREATE TABLE IF NOT EXISTS delivery_groups (key TEXT PRIMARY KEY, app_id TEXT NOT NULL, notifier_id TEXT NOT "
    "NULL, state TEXT "
    "NOT NULL) STRICT;";

/// What an app's deliveries are found by; each index has the sequence behind its columns.
inline constexpr const char* search_indices =
    "CREATE INDEX IF NOT EXISTS deliveries_of_app ON deliveries (app_id);"
    "CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (event_id);"
    "CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (app_id) WHERE state = 'dead';";

/// Whether there are tables of 1.0, whether something is left in them, and how they go.
inline constexpr std::string_view has_old_tables =
    "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'old_deliveries'";
inline constexpr std::string_view has_old_rows = "SELECT EXISTS (SELECT 1 FROM old_deliveries)";
inline constexpr const char* drop_old_tables =
    "DROP TABLE old_delivery_attempts; DROP TABLE old_delivery_contents; DROP TABLE old_deliveries;";

// ---- records --------------------------------------------------------------------------------------------------------

/// A record's columns, in the order of read_record(); those of 1.0 by the numbers they had.
inline constexpr std::string_view record_columns =
    "sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, "
    "next_at, wait_ms";
inline constexpr std::string_view old_record_columns =
    "sequence, key, notifier_id, app_id, event_id, event_type, CASE platform WHEN 0 THEN 'email' WHEN 1 THEN 'slack' "
    "WHEN 2 THEN 'webhook' ELSE 'rocket_chat' END, target, host, CASE state WHEN 0 THEN 'pending' WHEN 1 THEN "
    "'delivered' ELSE 'dead' END, attempts, created_at, next_at, -1";
inline constexpr std::string_view old_action =
    "CASE action WHEN 0 THEN 'delivered' WHEN 1 THEN 'retry' WHEN 2 THEN 'throttle' WHEN 3 THEN 'disable' ELSE 'fail' "
    "END";

/// Selects columns of deliveries, and of those of 1.0 where there are such.
/// @param where      a condition, as the table's indices need it
/// @param old_where  the same for those of 1.0
/// @param rest       what follows: ORDER BY and the like
inline std::string select_records(bool has_old, std::string_view where, std::string_view old_where,
                                  std::string_view rest = {}, std::string_view columns = record_columns,
                                  std::string_view old_columns = old_record_columns) {
  std::string sql("SELECT ");
  sql.append(columns).append(" FROM deliveries WHERE ").append(where);
  if (has_old) {
    sql.append(" UNION ALL SELECT ").append(old_columns).append(" FROM old_deliveries WHERE ").append(old_where);
  }
  return sql.append(rest);
}

/// At most ?2 of those that wait, after sequence ?1.
inline std::string select_waiting(bool has_old) {
  return select_records(has_old, "state IN ('pending', 'held') AND sequence > ?1", "state = 0 AND sequence > ?1",
                        " ORDER BY sequence LIMIT ?2");
}

/// At most ?2 of those that are to be taken into groups, after sequence ?1.
inline std::string select_grouping() {
  return select_records(false, "state = 'grouping' AND sequence > ?1", {}, " ORDER BY sequence LIMIT ?2");
}

inline std::string select_by_key(bool has_old) {
  constexpr std::string_view where = "notifier_id = ?1 AND key = ?2";
  return select_records(has_old, where, where);
}

// ---- the rest of reading --------------------------------------------------------------------------------------------

inline constexpr std::string_view select_content =
    "SELECT content, rest, recipients FROM delivery_contents WHERE sequence = ?1";
inline constexpr std::string_view select_old_content =
    "SELECT content, 0, '' FROM old_delivery_contents WHERE sequence = ?1";
inline constexpr std::string_view select_rest = "SELECT rest FROM delivery_rests WHERE id = ?1";
inline constexpr std::string_view select_health =
    "SELECT notifier_id, failing_ms, last_failure, failures FROM notifier_health";
inline constexpr std::string_view select_groups = "SELECT key, app_id, notifier_id, state FROM delivery_groups";
/// Those of notifier ?1 of app ?2.
inline constexpr std::string_view select_groups_of =
    "SELECT key, app_id, notifier_id, state FROM delivery_groups WHERE notifier_id = ?1 AND app_id = ?2";
inline constexpr std::string_view select_clock = "SELECT wall, kept FROM outbox_clock";

inline std::string select_history(bool has_old) {
  std::string sql(
      "SELECT number, at, action, status, reason, remaining, refused, reply, receipt, duration_ms FROM "
      "delivery_attempts WHERE sequence = ?1");
  if (has_old) {
    sql.append(" UNION ALL SELECT number, at, ").append(old_action);
    sql.append(", status, reason, '', '', '', '', -1 FROM old_delivery_attempts WHERE sequence = ?1");
  }
  return sql.append(" ORDER BY number");
}

/// Those of notifier ?1, or of all, in state ?2, or in any; of 1.0 in state ?3.
inline std::string listed(bool by_notifier, bool by_state, std::string_view state) {
  std::string where(by_notifier ? "notifier_id = ?1" : "TRUE");
  if (by_state) where.append(" AND state = ").append(state);
  return where;
}
inline std::string count_records(bool has_old, bool by_notifier, bool by_state) {
  return select_records(has_old, listed(by_notifier, by_state, "?2"), listed(by_notifier, by_state, "?3"), {},
                        "COUNT(*)", "COUNT(*)");
}
/// At most ?4 of those up to sequence ?6, newest first, after the first ?5.
inline std::string page_of_records(bool has_old, bool by_notifier, bool by_state) {
  constexpr std::string_view up_to = " AND sequence <= ?6";
  return select_records(has_old, listed(by_notifier, by_state, "?2").append(up_to),
                        listed(by_notifier, by_state, "?3").append(up_to),
                        " ORDER BY sequence DESC LIMIT ?4 OFFSET ?5");
}

// ---- searching ------------------------------------------------------------------------------------------------------

/// What a search looks through: an index, by the parameter that it needs.
enum class SearchBy { app, dead, notifier, event, key };

/// The names that the statements have in TypeScript.
constexpr std::string_view to_string(SearchBy by) noexcept {
  switch (by) {
    case SearchBy::app: return "App";
    case SearchBy::dead: return "Dead";
    case SearchBy::notifier: return "Notifier";
    case SearchBy::event: return "Event";
    case SearchBy::key: return "Key";
  }
  return "";
}

/// So many records are looked at for one page.
inline constexpr std::int64_t most_searched = 5000;

/// What a search looks through, up to sequence ?7, newest first. The numbers of parameters are those of search_page().
inline std::string searched(bool has_old, SearchBy by, std::string_view columns, std::string_view old_columns) {
  std::string_view where;
  std::string_view old_where;
  switch (by) {
    case SearchBy::app: where = old_where = "app_id = ?1 AND sequence <= ?7"; break;
    case SearchBy::dead:
      where = "state = 'dead' AND app_id = ?1 AND sequence <= ?7";
      old_where = "state = 2 AND app_id = ?1 AND sequence <= ?7";
      break;
    case SearchBy::notifier: where = old_where = "notifier_id = ?3 AND sequence <= ?7"; break;
    case SearchBy::event: where = old_where = "event_id = ?4 AND sequence <= ?7"; break;
    case SearchBy::key: where = old_where = "key = ?2 AND sequence <= ?7"; break;
  }
  return select_records(has_old, where, old_where, " ORDER BY sequence DESC", columns, old_columns);
}

/// At most ?9 of an app's (?1), up to sequence ?7: of a key (?2), a notifier (?3), an event (?4), a type (?5), in a
/// state
/// (?6), each of them empty for any; made at ?8 or later. They come from within in their order: to sort them once more
/// would look at all of them.
inline std::string search_page(bool has_old, SearchBy by) {
  std::string sql("SELECT ");
  sql.append(record_columns).append(" FROM (");
  sql.append(searched(has_old, by, record_columns, old_record_columns));
  sql.append(" LIMIT ").append(std::to_string(most_searched));
  return sql.append(
      ") WHERE app_id = ?1 AND ?2 IN ('', key) AND ?3 IN ('', notifier_id) AND ?4 IN ('', event_id) AND ?5 IN ('', "
      "event_type) AND ?6 IN ('', state) AND created_at >= ?8 LIMIT ?9");
}

/// The first record that a page of the same parameters has not looked at: its sequence, and when it was made.
inline std::string search_next(bool has_old, SearchBy by) {
  constexpr std::string_view columns = "sequence, created_at";
  std::string sql = searched(has_old, by, columns, columns);
  return sql.append(" LIMIT 1 OFFSET ").append(std::to_string(most_searched));
}

// ---- writing --------------------------------------------------------------------------------------------------------

inline std::string insert_record(bool has_old) {
  constexpr std::string_view values = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13";
  std::string sql(
      "INSERT INTO deliveries (key, notifier_id, app_id, event_id, event_type, platform, target, host, state, "
      "attempts, created_at, next_at, wait_ms) ");
  if (has_old) {
    sql.append("SELECT ").append(values);
    sql.append(" WHERE NOT EXISTS (SELECT 1 FROM old_deliveries WHERE key = ?1 AND notifier_id = ?2)");
  } else {
    sql.append("VALUES (").append(values).append(")");
  }
  return sql.append(" ON CONFLICT (notifier_id, key) DO NOTHING RETURNING sequence");
}

inline constexpr std::string_view insert_content =
    "INSERT INTO delivery_contents (sequence, content, rest) VALUES (?1, ?2, ?3)";
inline constexpr std::string_view find_rest = "SELECT id FROM delivery_rests WHERE hash = ?1 AND rest = ?2";
inline constexpr std::string_view insert_rest = "INSERT INTO delivery_rests (hash, rest) VALUES (?1, ?2) RETURNING id";
inline constexpr std::string_view insert_attempt =
    "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason, remaining, refused, reply, receipt, "
    "duration_ms) SELECT ?1, 1 + COALESCE(MAX(number), 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM delivery_attempts "
    "WHERE sequence = ?1";
inline constexpr std::string_view update_record =
    "UPDATE deliveries SET state = ?2, attempts = ?3, next_at = ?4, wait_ms = ?5 WHERE sequence = ?1 RETURNING 1";
inline constexpr std::string_view update_recipients =
    "UPDATE delivery_contents SET recipients = ?2 WHERE sequence = ?1";
inline constexpr std::string_view put_health =
    "INSERT INTO notifier_health (notifier_id, failing_ms, last_failure, failures) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (notifier_id) DO UPDATE SET failing_ms = ?2, last_failure = ?3, failures = ?4";
inline constexpr std::string_view drop_health = "DELETE FROM notifier_health WHERE notifier_id = ?1";
inline constexpr std::string_view put_clock =
    "INSERT INTO outbox_clock (id, wall, kept) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET wall = ?1, kept = ?2";

// The index of what has ended is used where the query says so in its words.
inline constexpr std::string_view select_over =
    "SELECT sequence FROM deliveries WHERE state IN ('delivered', 'dead') AND state = ?1 AND next_at < ?2 LIMIT ?3";
inline constexpr std::string_view date_over =
    "UPDATE deliveries SET next_at = ?2 WHERE state IN ('delivered', 'dead') AND state = ?1 AND next_at > ?2";
inline constexpr std::string_view select_grouped_over =
    "SELECT sequence FROM deliveries WHERE state = 'grouped' AND state = ?1 AND next_at < ?2 LIMIT ?3";
inline constexpr std::string_view date_grouped_over =
    "UPDATE deliveries SET next_at = ?2 WHERE state = 'grouped' AND state = ?1 AND next_at > ?2";
inline constexpr std::string_view put_group =
    "INSERT INTO delivery_groups (key, app_id, notifier_id, state) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE "
    "SET app_id = ?2, notifier_id = ?3, state = ?4";
inline constexpr std::string_view drop_group = "DELETE FROM delivery_groups WHERE key = ?1";
inline constexpr std::string_view forget_record = "DELETE FROM deliveries WHERE sequence = ?1";
inline constexpr std::string_view forget_attempts = "DELETE FROM delivery_attempts WHERE sequence = ?1";
inline constexpr std::string_view forget_content = "DELETE FROM delivery_contents WHERE sequence = ?1 RETURNING rest";
inline constexpr std::string_view forget_rest =
    "DELETE FROM delivery_rests WHERE id = ?1 AND NOT EXISTS "
    "(SELECT 1 FROM delivery_contents WHERE rest <> 0 AND rest = ?1)";

// ---- what 1.0 left --------------------------------------------------------------------------------------------------

inline std::string move_record() {
  std::string sql("INSERT INTO deliveries (");
  sql.append(record_columns).append(") SELECT ").append(old_record_columns);
  return sql.append(" FROM old_deliveries WHERE sequence = ?1");
}

inline std::string move_attempts() {
  std::string sql(
      "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason, remaining, refused, reply, "
      "receipt) "
      "SELECT sequence, number, at, ");
  sql.append(old_action);
  return sql.append(", status, reason, '', '', '', '' FROM old_delivery_attempts WHERE sequence = ?1");
}

inline constexpr std::string_view move_content =
    "INSERT INTO delivery_contents (sequence, content, rest) "
    "SELECT sequence, content, 0 FROM old_delivery_contents WHERE sequence = ?1";
inline constexpr std::string_view select_old_over =
    "SELECT sequence FROM old_deliveries WHERE state <> 0 AND state = ?1 AND next_at < ?2 LIMIT ?3";
inline constexpr std::string_view date_old_over =
    "UPDATE old_deliveries SET next_at = ?2 WHERE state <> 0 AND state = ?1 AND next_at > ?2";
inline constexpr std::string_view forget_old_record = "DELETE FROM old_deliveries WHERE sequence = ?1";
inline constexpr std::string_view forget_old_attempts = "DELETE FROM old_delivery_attempts WHERE sequence = ?1";
inline constexpr std::string_view forget_old_content = "DELETE FROM old_delivery_contents WHERE sequence = ?1";

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
