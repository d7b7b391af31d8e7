// The tables of a PostgresStore, in a schema of their own, and how they come to be. The SQL that reads and writes them
// stands beside, in postgres_registry_sql.hpp and postgres_outbox_sql.hpp.

#pragma once

#include <cstdint>
#include <string>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// Into how many shards deliveries are dealt, in every database, for good.
inline constexpr std::uint32_t shards = 64;

/// Each brings the schema from its number to the next, and is never changed once it was released.
inline constexpr const char* migrations[] = {
    // The registry. Whoever changes it raises `revision` first: so all changes have one order, without gaps, and are
    // followed by it.
    "CREATE TABLE registry_head (id SMALLINT PRIMARY KEY CHECK (id = 1), revision BIGINT NOT NULL);"
    "INSERT INTO registry_head VALUES (1, 0);"
    "CREATE TABLE registry (kind TEXT NOT NULL, id TEXT NOT NULL, position BIGINT GENERATED ALWAYS AS IDENTITY, change "
    "TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (kind, id));"
    "CREATE TABLE registry_log (revision BIGINT NOT NULL, number INT NOT NULL, change TEXT NOT NULL, PRIMARY KEY "
    "(revision, number));"
    "CREATE TABLE configuration (id SMALLINT PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL);"
    "CREATE TABLE events (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, app_id TEXT NOT NULL, event_id TEXT "
    "NOT NULL, event TEXT NOT NULL);"
    "CREATE INDEX events_of_app ON events (app_id, number);"
    "CREATE UNIQUE INDEX events_by_id ON events (app_id, event_id) WHERE event_id <> '';",
    // Deliveries: their states, which are updated in place as long as there is room in the page; beside them what does
    // not change, their contents, as long as they may be sent, and the rest of bodies that several of one insertion
    // share, once. `xact` is the transaction that made a delivery due: by it arrivals are found, whenever it commits.
    "CREATE TABLE deliveries (sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shard SMALLINT NOT NULL, xact "
    "XID8 NOT NULL DEFAULT pg_current_xact_id(), notifier_id TEXT NOT NULL, key TEXT NOT NULL, app_id TEXT NOT NULL, "
    "event_id TEXT NOT NULL, event_type TEXT NOT NULL, platform TEXT NOT NULL, target BIGINT NOT NULL, host BIGINT NOT "
    "NULL, state TEXT NOT NULL, attempts INT NOT NULL, created_at BIGINT NOT NULL, next_at BIGINT NOT NULL, wait_ms "
    "BIGINT NOT NULL, UNIQUE (notifier_id, key)) WITH (fillfactor = 80);"
    "CREATE INDEX deliveries_of_notifier ON deliveries (notifier_id, sequence);"
    "CREATE INDEX deliveries_by_xact ON deliveries (xact);"
    "CREATE INDEX deliveries_waiting ON deliveries (shard, sequence) WHERE state IN ('pending', 'held', 'grouping');"
    "CREATE INDEX deliveries_over ON deliveries (shard, next_at) WHERE state IN ('delivered', 'dead', 'grouped');"
    "CREATE TABLE delivery_contents (sequence BIGINT PRIMARY KEY, rest BIGINT NOT NULL, recipients TEXT NOT NULL "
    "DEFAULT '', content TEXT NOT NULL);"
    "CREATE INDEX delivery_contents_by_rest ON delivery_contents (rest) WHERE rest <> 0;"
    "CREATE TABLE delivery_rests (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rest BYTEA NOT NULL);"
    "CREATE TABLE delivery_attempts (sequence BIGINT NOT NULL, number INT NOT NULL, at BIGINT NOT NULL, action TEXT "
    "NOT "
    "NULL, status INT NOT NULL, reason TEXT NOT NULL, remaining TEXT NOT NULL, refused TEXT NOT NULL, reply TEXT NOT "
    "NULL, receipt TEXT NOT NULL, PRIMARY KEY (sequence, number));"
    "CREATE TABLE notifier_health (notifier_id TEXT PRIMARY KEY, failing_ms BIGINT NOT NULL, last_failure BIGINT NOT "
    "NULL, failures BIGINT NOT NULL) WITH (fillfactor = 80);"
    "CREATE TABLE delivery_groups (shard SMALLINT NOT NULL, key TEXT NOT NULL, app_id TEXT NOT NULL, notifier_id TEXT "
    "NOT NULL, target BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (shard, key)) WITH (fillfactor = 80);"
    "CREATE TABLE outbox_clock (id SMALLINT PRIMARY KEY CHECK (id = 1), wall BIGINT NOT NULL, kept BIGINT NOT NULL);",
    // Who sends what. Numbers of workers are never given again.
    "CREATE TABLE outbox_workers (worker BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL, "
    "alive_until TIMESTAMPTZ NOT NULL) WITH (fillfactor = 50);"
    "CREATE TABLE outbox_shards (shard SMALLINT PRIMARY KEY, owner BIGINT NOT NULL DEFAULT 0, epoch BIGINT NOT NULL "
    "DEFAULT 0, lease_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity') WITH (fillfactor = 25);"
    "INSERT INTO outbox_shards (shard) SELECT generate_series(0, 63);",
    // What is asked of whoever owns a shard, wherever that was: a row each, until it is done. And what an app's
    // deliveries are found by.
    "CREATE TABLE outbox_commands (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shard SMALLINT NOT NULL, "
    "name TEXT NOT NULL, app_id TEXT NOT NULL, notifier_id TEXT NOT NULL, key TEXT NOT NULL);"
    "ALTER TABLE deliveries DROP CONSTRAINT deliveries_notifier_id_key_key;"
    "ALTER TABLE deliveries ADD CONSTRAINT deliveries_by_key UNIQUE (key, notifier_id);"
    "CREATE INDEX deliveries_of_app ON deliveries (app_id, sequence);"
    "CREATE INDEX deliveries_of_event ON deliveries (event_id, sequence);"
    "CREATE INDEX deliveries_dead ON deliveries (app_id, sequence) WHERE state = 'dead';",
    // Who listens to what, and what is told to them: worth nothing once the database has crashed.
    "CREATE SEQUENCE stream_ids;"
    "CREATE UNLOGGED TABLE stream_listeners (listener BIGINT NOT NULL, app_id TEXT NOT NULL, alive_until TIMESTAMPTZ "
    "NOT NULL, PRIMARY KEY (listener, app_id));"
    "CREATE UNLOGGED TABLE stream_messages (number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender BIGINT NOT "
    "NULL, app_id TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL, told_at TIMESTAMPTZ NOT NULL DEFAULT now());",
    // Notifiers that were removed, as long as they may come back: the change that put them.
    "CREATE TABLE removed_notifiers (id TEXT PRIMARY KEY, app_id TEXT NOT NULL, change TEXT NOT NULL, removed_at "
    "TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp());",
};
inline constexpr std::int64_t schema_version = static_cast<std::int64_t>(sizeof migrations / sizeof migrations[0]);

/// Brings the schema up to date, forward only, while nobody else does.
/// @return errc::unsupported where a newer release was there before
inline Result<void> migrate(PostgresConnection& connection) {
  return connection.transaction([&]() -> Result<void> {
    auto done = connection.execute("SELECT pg_advisory_xact_lock(7881701337051587954)");
    if (done) done = connection.execute("CREATE SCHEMA IF NOT EXISTS notifier");
    if (done) done = connection.execute("CREATE TABLE IF NOT EXISTS notifier.schema_version (version BIGINT NOT NULL)");
    if (!done) return done;
    const auto found = connection.run("SELECT COALESCE(MAX(version), 0) FROM notifier.schema_version");
    if (!found) return found.error();
    const std::int64_t version = found->integer(0, 0);
    if (version > schema_version) {
      Error error;
      error.code = errc::unsupported;
      error.message = "the database has the schema of a newer version of this library (" + std::to_string(version) +
                      "); this one knows " + std::to_string(schema_version);
      return error;
    }
    for (std::int64_t next = version; done && next < schema_version; ++next)
      done = connection.execute(migrations[next]);
    if (!done || version == schema_version) return done;
    done = connection.execute("DELETE FROM notifier.schema_version");
    const auto noted =
        connection.run("INSERT INTO notifier.schema_version VALUES ($1)", PostgresParameters().add(schema_version));
    return done && !noted ? Result<void>(noted.error()) : done;
  });
}

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
