// The schema of the store's database, version by version.

#pragma once

#include <cstdint>
#include <string>

#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/adapters/sqlite_file.hpp"
#include "notifier/adapters/sqlite_outbox_sql.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// What brings the schema from each version (PRAGMA user_version) to the next. Never changed once released, only added
/// to.
inline constexpr const char* migrations[] = {
    // One row for each app, user and notifier: a Change as JSON that puts it into an empty registry. `position` keeps
    // the order.
    "CREATE TABLE registry (position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, change "
    "TEXT NOT NULL,"
    " UNIQUE (kind, id)) STRICT;",
    // An app's events, numbered without gaps, so that counting them needs no look at each.
    "CREATE TABLE events (app_id TEXT NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL, UNIQUE (app_id, number)) "
    "STRICT;",
    // Deliveries: their state; their content as JSON, as long as it may be sent; attempts, oldest first; and how
    // notifiers fare. The numbers are those of the enums OutboxState, Platform and Verdict::Action in 1.0.
    "CREATE TABLE deliveries (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, notifier_id TEXT "
    "NOT NULL, app_id TEXT NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, platform INTEGER NOT NULL, "
    "target INTEGER NOT NULL, host INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, created_at "
    "INTEGER NOT NULL, next_at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX deliveries_by_notifier ON deliveries (notifier_id, sequence);"
    "CREATE INDEX deliveries_pending ON deliveries (sequence) WHERE state = 0;"
    "CREATE INDEX deliveries_ended ON deliveries (state, next_at) WHERE state <> 0;"
    "CREATE TABLE delivery_contents (sequence INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;"
    "CREATE TABLE delivery_attempts (sequence INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, action "
    "INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sequence, number)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE notifier_health (notifier_id TEXT PRIMARY KEY, failing_since INTEGER NOT NULL, failures INTEGER NOT "
    "NULL) STRICT, WITHOUT ROWID;",
    // At most one row: Registry::configuration().
    "CREATE TABLE configuration (document TEXT NOT NULL) STRICT;",
    // What a change expects of a row, version_of(); null in rows of 1.0, whose change says it. By which ids an app's
    // events are known, those of 1.0 from the app's next event on: they have a rowid of at most `last`.
    "ALTER TABLE registry ADD COLUMN version TEXT;"
    "CREATE TABLE event_ids (app_id TEXT NOT NULL, event_id TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY "
    "(app_id, event_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX event_ids_by_number ON event_ids (app_id, number);"
    "CREATE TABLE events_of_1_0 (last INTEGER NOT NULL) STRICT;"
    "INSERT INTO events_of_1_0 SELECT COALESCE(MAX(rowid), 0) FROM events;",
    // What is new in the outbox.
    outbox_tables,
    // What is kept of replies.
    outbox_replies,
    // Events that are told together.
    group_tables,
    // What the events of each app take, kept by the database itself.
    "CREATE TABLE event_bytes (app_id TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO event_bytes SELECT app_id, SUM(LENGTH(CAST(event AS BLOB))) FROM events GROUP BY app_id;"
    "CREATE TRIGGER event_kept AFTER INSERT ON events BEGIN INSERT INTO event_bytes (app_id, bytes) VALUES "
    "(NEW.app_id, "
    "LENGTH(CAST(NEW.event AS BLOB))) ON CONFLICT (app_id) DO UPDATE SET bytes = bytes + excluded.bytes; END;"
    "CREATE TRIGGER event_forgotten AFTER DELETE ON events BEGIN UPDATE event_bytes SET bytes = bytes - "
    "LENGTH(CAST(OLD.event AS BLOB)) WHERE app_id = OLD.app_id; END;",
    // What platforms call what they were sent.
    outbox_receipts,
    // What an app's deliveries are found by.
    search_indices,
    // Notifiers that were removed, as long as they may come back, kept by the database itself: their change, and when
    // they were removed, in seconds since 1970. With their app they are gone for good.
    "CREATE TABLE removed_notifiers (id TEXT PRIMARY KEY, app_id TEXT NOT NULL, change TEXT NOT NULL, removed_at "
    "INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER notifier_removed AFTER DELETE ON registry WHEN OLD.kind = 'notifier' BEGIN INSERT INTO "
    "removed_notifiers (id, app_id, change, removed_at) VALUES (OLD.id, COALESCE(json_extract(OLD.change, "
    "'$.notifier.app_id'), ''), OLD.change, CAST(strftime('%s', 'now') AS INTEGER)) ON CONFLICT (id) DO UPDATE SET "
    "app_id = excluded.app_id, change = excluded.change, removed_at = excluded.removed_at; END;"
    "CREATE TRIGGER notifier_added AFTER INSERT ON registry WHEN NEW.kind = 'notifier' BEGIN DELETE FROM "
    "removed_notifiers WHERE id = NEW.id; END;"
    "CREATE TRIGGER app_removed AFTER DELETE ON registry WHEN OLD.kind = 'app' BEGIN DELETE FROM removed_notifiers "
    "WHERE app_id = OLD.id; END;",
    // How long attempts took.
    outbox_durations,
};
inline constexpr std::int64_t schema_version = static_cast<std::int64_t>(sizeof migrations / sizeof migrations[0]);

/// Refuses a database of another program or of a newer version, before anything is written to it; a log that it has is
/// left to its owner.
inline Result<void> check_schema(SqliteDatabase& database) {
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto owner = database.query_integer("PRAGMA application_id");
  if (!owner) return owner.error();
  const auto version = database.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = database.query_integer("SELECT COUNT(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*owner != application_id && (*owner != 0 || *version != 0 || *tables != 0)) {
    return unsupported_database("the file is a database of another program");
  }
  if (*version > schema_version) {
    return newer_database(*version, schema_version);
  }
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return {};
}

/// Drops the tables of 1.0 once nothing is left in them.
inline Result<void> drop_empty_tables(SqliteDatabase& database) {
  const auto are_there = database.query_integer(has_old_tables);
  if (!are_there) return are_there.error();
  if (*are_there == 0) return {};
  const auto has_rows = database.query_integer(has_old_rows);
  if (!has_rows) return has_rows.error();
  return *has_rows != 0 ? Result<void>() : database.execute(drop_old_tables);
}

/// Brings the schema up to date. Runs in a transaction.
inline Result<void> migrate(SqliteDatabase& database) {
  const auto version = database.query_integer("PRAGMA user_version");
  if (!version) return version.error();
  for (std::int64_t next = *version; next < schema_version; ++next) {
    auto done = database.execute(migrations[next]);
    if (!done) return done;
  }
  if (auto dropped = drop_empty_tables(database); !dropped) return dropped;
  if (*version == schema_version) return {};
  auto done = database.execute(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
  if (done) done = database.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
  return done;
}

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
