// The tables of a PostgresStore, in a schema of their own. The SQL that reads and writes them stands beside, in
// postgres_registry_sql.hpp and postgres_outbox_sql.hpp.

#pragma once

#include <cstdint>

#include "notifier/config.hpp"

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
    ("CREATE TABLE removed_notifiers (id TEXT PRIMARY KEY, app_id TEXT NOT NULL, change TEXT NOT NULL, removed_at "
     "TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp());"),
    // How long attempts took, in milliseconds; -1 where that is not known.
    "ALTER TABLE delivery_attempts ADD COLUMN duration_ms BIGINT NOT NULL DEFAULT -1;",
    // When a change was made: what it held of secrets is not kept for longer than what was removed.
    ("ALTER TABLE registry_log ADD COLUMN logged_at TIMESTAMPTZ NOT NULL DEFAULT now();"
     "CREATE INDEX registry_log_by_time ON registry_log (logged_at);"),
};
inline constexpr std::int64_t schema_version = static_cast<std::int64_t>(sizeof migrations / sizeof migrations[0]);

/// All mail has one target, the relay, which would be one owner's: so it goes in lanes, each a target of its own, which
/// share what the relay is sent at a time. A notifier's mails are in one of them, and so in their order.
inline constexpr std::uint64_t mail_lanes = 4;

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
