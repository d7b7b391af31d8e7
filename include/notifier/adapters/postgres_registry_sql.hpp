// The SQL of a PostgresStore beside that of its outbox: the session, the schema's version, the registry, the history of
// events. The npm package has it from here, too.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres_sql {

inline constexpr const char* begin_session =
    "SET client_encoding = 'UTF8'; SET search_path = notifier, pg_catalog; SET "
    "idle_in_transaction_session_timeout = '30s'; SET statement_timeout = '60s'; SET lock_timeout = '20s'; "
    "SET bytea_output = 'hex'";
inline constexpr const char* lock_schema = "SELECT pg_advisory_xact_lock(7881701337051587954)";
inline constexpr const char* create_schema = "CREATE SCHEMA IF NOT EXISTS notifier";
inline constexpr const char* create_version =
    "CREATE TABLE IF NOT EXISTS notifier.schema_version (version BIGINT NOT NULL)";
inline constexpr std::string_view select_version = "SELECT COALESCE(MAX(version), 0) FROM notifier.schema_version";
inline constexpr const char* drop_version = "DELETE FROM notifier.schema_version";
inline constexpr std::string_view insert_version = "INSERT INTO notifier.schema_version VALUES ($1)";
inline constexpr const char* see_one_moment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
inline constexpr std::string_view select_revision = "SELECT revision FROM registry_head";
inline constexpr std::string_view select_configuration = "SELECT document FROM configuration";
/// In the order in which they can be applied.
inline constexpr std::string_view select_changes =
    "SELECT change FROM registry ORDER BY kind <> 'vocabulary', position";
inline constexpr std::string_view put_configuration =
    "INSERT INTO configuration VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET document = excluded.document";
/// From now on nobody else changes the registry, until the transaction ends.
inline constexpr std::string_view raise_revision =
    "UPDATE registry_head SET revision = revision + 1 RETURNING revision";
inline constexpr std::string_view has_row = "SELECT 1 FROM registry WHERE kind = $1 AND id = $2";
inline constexpr std::string_view log_change = "INSERT INTO registry_log VALUES ($1, $2, $3)";
inline constexpr std::string_view forget_log =
    "DELETE FROM registry_log WHERE revision <= $1 OR logged_at < now() - INTERVAL '1 day'";
/// Whether what follows a revision is not kept any more: whoever shows that one can go on only from the beginning.
inline constexpr std::string_view has_passed_by =
    "SELECT 1 FROM registry_head WHERE revision > $1 AND NOT EXISTS (SELECT 1 FROM registry_log WHERE revision = $1 + "
    "1)";
inline constexpr std::string_view remove_row =
    "DELETE FROM registry WHERE kind = $1 AND id = $2 AND ($3 = '*' OR version = $3)";
/// The same of a notifier, $4 its app: it may come back.
inline constexpr std::string_view remove_notifier =
    "WITH gone AS (DELETE FROM registry WHERE kind = $1 AND id = $2 AND ($3 = '*' OR version = $3) RETURNING id, "
    "change) INSERT INTO removed_notifiers (id, app_id, change) SELECT id, $4, change FROM gone ON CONFLICT (id) DO "
    "UPDATE SET app_id = excluded.app_id, change = excluded.change, removed_at = excluded.removed_at";
inline constexpr std::string_view forget_removed_of = "DELETE FROM removed_notifiers WHERE app_id = $1";
/// Every hour: what is an hour short of a day would be older than that the next time.
inline constexpr std::string_view forget_removed =
    "DELETE FROM removed_notifiers WHERE removed_at < clock_timestamp() - INTERVAL '23 hours'";
inline constexpr std::string_view removed_notifier =
    "SELECT change FROM removed_notifiers WHERE id = $1 AND app_id = $2 AND removed_at > clock_timestamp() - INTERVAL "
    "'1 day'";
inline constexpr std::string_view forget_events_of = "DELETE FROM events WHERE app_id = $1";
/// Whatever there was.
inline constexpr std::string_view put_row =
    "INSERT INTO registry (kind, id, change, version) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, id) DO "
    "UPDATE SET change = excluded.change, version = excluded.version";
/// Where there is none.
inline constexpr std::string_view insert_row =
    "WITH back AS (DELETE FROM removed_notifiers WHERE id = $2 AND $1 = 'notifier') INSERT INTO registry (kind, id, "
    "change, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
/// Where it is as expected.
inline constexpr std::string_view update_row =
    "UPDATE registry SET change = $3, version = $4 WHERE kind = $1 AND id = $2 AND version = $5";
/// Gives those that are new.
inline constexpr std::string_view insert_events =
    "INSERT INTO events (app_id, event_id, event) SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[]) ON "
    "CONFLICT (app_id, event_id) WHERE event_id <> '' DO NOTHING RETURNING app_id, event_id";
/// All of an app's but so many, and but those that take no more than so many bytes; the latest is kept, whatever it
/// takes.
inline constexpr std::string_view forget_events =
    "DELETE FROM events WHERE app_id = $1 AND number <= GREATEST((SELECT number FROM events WHERE app_id = $1 ORDER BY "
    "number DESC OFFSET $2 LIMIT 1), (SELECT MAX(number) FROM (SELECT number, SUM(octet_length(event)) OVER newest AS "
    "bytes, ROW_NUMBER() OVER newest AS place FROM events WHERE app_id = $1 WINDOW newest AS (ORDER BY number DESC)) "
    "AS kept WHERE bytes > $3 AND place > 1))";
/// Of all apps, but those that take no more than so many bytes together, and but the latest.
inline constexpr std::string_view forget_events_over_all =
    "DELETE FROM events WHERE number <= (SELECT MAX(number) FROM (SELECT number, SUM(octet_length(event)) OVER newest "
    "AS bytes, ROW_NUMBER() OVER newest AS place FROM events WINDOW newest AS (ORDER BY number DESC)) AS kept WHERE "
    "bytes > $1 AND place > 1)";
inline constexpr std::string_view select_log = "SELECT change FROM registry_log WHERE revision = $1 ORDER BY number";
inline constexpr std::string_view count_events = "SELECT COUNT(*) FROM events WHERE app_id = $1";
inline constexpr std::string_view page_of_events =
    "SELECT event, number FROM events WHERE app_id = $1 AND number <= $2 ORDER BY number DESC LIMIT $3 OFFSET "
    "$4";
inline constexpr std::string_view event_by_id =
    "SELECT event FROM events WHERE app_id = $1 AND event_id = $2 AND event_id <> ''";
inline constexpr std::string_view is_read_only =
    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool";

}  // namespace detail::postgres_sql
NOTIFIER_NAMESPACE_END
