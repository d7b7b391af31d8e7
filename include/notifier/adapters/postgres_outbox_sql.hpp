// The SQL of a PostgresOutbox, which the npm package has from here, too.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres_sql {

// Who owns which shard.

inline constexpr const char* forget_workers =
    "DELETE FROM outbox_workers WHERE alive_until < clock_timestamp() - INTERVAL '1 day'";
inline constexpr std::string_view insert_worker =
    "INSERT INTO outbox_workers (name, alive_until) VALUES ($1, '-infinity'::timestamptz) RETURNING worker";
/// Shards, and as shard -1 the workers that are alive, at one moment.
inline constexpr std::string_view select_view =
    "SELECT shard, owner, epoch, lease_until <= clock_timestamp() FROM outbox_shards UNION ALL SELECT -1, "
    "worker, 0, false FROM outbox_workers WHERE alive_until > clock_timestamp() ORDER BY 1, 2";
/// In one order, so that no two wait for each other.
inline constexpr std::string_view lock_shards =
    "SELECT 1 FROM outbox_shards WHERE shard = ANY($1::smallint[]) ORDER BY shard FOR UPDATE";
inline constexpr std::string_view announce =
    "UPDATE outbox_workers SET alive_until = clock_timestamp() + $2::bigint * INTERVAL '1 millisecond' WHERE "
    "worker = $1";
inline constexpr std::string_view renew_shards =
    "UPDATE outbox_shards s SET lease_until = clock_timestamp() + $4::bigint * INTERVAL '1 millisecond' FROM "
    "UNNEST($1::smallint[], $2::bigint[]) AS u (shard, epoch) WHERE s.shard = u.shard AND s.epoch = u.epoch "
    "AND s.owner = $3 RETURNING s.shard";
/// Without those that somebody has locked.
inline constexpr std::string_view take_shards =
    "WITH free AS (SELECT shard FROM outbox_shards WHERE shard = ANY($1::smallint[]) FOR UPDATE SKIP LOCKED) "
    "UPDATE outbox_shards s SET owner = $3, epoch = s.epoch + 1, lease_until = clock_timestamp() + $4::bigint "
    "* INTERVAL '1 millisecond' FROM UNNEST($1::smallint[], $2::bigint[]) AS u (shard, epoch) JOIN free USING "
    "(shard) WHERE s.shard = u.shard AND s.epoch = u.epoch AND (s.owner IN (0, $3) OR s.lease_until <= "
    "clock_timestamp()) RETURNING s.shard";
inline constexpr std::string_view give_shards =
    "UPDATE outbox_shards s SET owner = 0, lease_until = '-infinity'::timestamptz FROM UNNEST($1::smallint[], "
    "$2::bigint[]) AS u (shard, epoch) WHERE s.shard = u.shard AND s.epoch = u.epoch AND s.owner = $3";

// What there is to look for, told to all.

inline constexpr std::string_view tell = "SELECT pg_notify('notifier', $1)";
inline constexpr const char* listen = "LISTEN notifier";

// Deliveries.

/// Each is counted from those that are stored.
inline constexpr std::string_view insert_attempts =
    "INSERT INTO delivery_attempts (sequence, number, at, action, status, reason, remaining, refused, reply, "
    "receipt, duration_ms) SELECT u.sequence, u.place + COALESCE((SELECT MAX(a.number) FROM delivery_attempts a WHERE "
    "a.sequence = u.sequence), 0), u.at, u.action, u.status, u.reason, u.remaining, u.refused, u.reply, "
    "u.receipt, u.duration_ms FROM UNNEST($1::bigint[], $2::int[], $3::bigint[], $4::text[], $5::int[], $6::text[], "
    "$7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[]) AS u (sequence, place, at, action, status, "
    "reason, "
    "remaining, refused, reply, receipt, duration_ms) JOIN deliveries USING (sequence)";
inline constexpr std::string_view drop_contents =
    "DELETE FROM delivery_contents WHERE sequence = ANY($1::bigint[]) RETURNING rest";
/// Those that no content has any more.
inline constexpr std::string_view drop_rests =
    "DELETE FROM delivery_rests r WHERE r.id = ANY($1::bigint[]) AND NOT EXISTS (SELECT 1 FROM "
    "delivery_contents c WHERE c.rest <> 0 AND c.rest = r.id)";
inline constexpr std::string_view insert_rest = "INSERT INTO delivery_rests (rest) VALUES ($1) RETURNING id";
inline constexpr std::string_view insert_contents =
    "INSERT INTO delivery_contents (sequence, rest, content) SELECT * FROM UNNEST($1::bigint[], $2::bigint[], "
    "$3::text[])";
/// Gives those that are new, in their order.
inline constexpr std::string_view insert_deliveries =
    "INSERT INTO deliveries (shard, notifier_id, key, app_id, event_id, event_type, platform, target, host, "
    "state, attempts, created_at, next_at, wait_ms) SELECT * FROM UNNEST($1::smallint[], $2::text[], "
    "$3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::text[], "
    "$11::int[], $12::bigint[], $13::bigint[], $14::bigint[]) ON CONFLICT (notifier_id, key) DO NOTHING "
    "RETURNING sequence, notifier_id, key, xact";
inline constexpr std::string_view update_deliveries =
    "UPDATE deliveries d SET state = u.state, attempts = u.attempts, next_at = u.next_at, wait_ms = u.wait_ms "
    "FROM UNNEST($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS u (sequence, state, "
    "attempts, next_at, wait_ms) WHERE d.sequence = u.sequence";
inline constexpr std::string_view update_recipients =
    "UPDATE delivery_contents c SET recipients = u.recipients FROM UNNEST($1::bigint[], $2::text[]) AS u "
    "(sequence, recipients) WHERE c.sequence = u.sequence";
inline constexpr std::string_view put_health =
    "INSERT INTO notifier_health SELECT * FROM UNNEST($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) "
    "ON CONFLICT (notifier_id) DO UPDATE SET failing_ms = excluded.failing_ms, last_failure = "
    "excluded.last_failure, failures = excluded.failures";
/// Good health need not be kept.
inline constexpr const char* drop_health = "DELETE FROM notifier_health WHERE failures = 0";
inline constexpr std::string_view put_clock =
    "INSERT INTO outbox_clock VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET wall = excluded.wall, kept = "
    "GREATEST(outbox_clock.kept, excluded.kept)";
inline constexpr std::string_view drop_group = "DELETE FROM delivery_groups WHERE shard = $1 AND key = $2";
inline constexpr std::string_view put_group =
    "INSERT INTO delivery_groups (shard, key, app_id, notifier_id, target, state) VALUES ($1, $2, $3, $4, $5, "
    "$6) ON CONFLICT (shard, key) DO UPDATE SET state = excluded.state";
inline constexpr std::string_view select_contents =
    "SELECT c.content, c.rest, c.recipients, d.shard, d.state, c.sequence FROM delivery_contents c JOIN deliveries "
    "d USING (sequence) WHERE c.sequence = ANY($1::bigint[])";
inline constexpr std::string_view select_rest = "SELECT rest FROM delivery_rests WHERE id = $1";
inline constexpr std::string_view select_groups =
    "SELECT key, app_id, notifier_id, state, target FROM delivery_groups WHERE shard = ANY($1::smallint[])";
inline constexpr std::string_view select_groups_of =
    "SELECT key, app_id, notifier_id, state, target FROM delivery_groups WHERE notifier_id = $1 AND app_id = "
    "$2";
inline constexpr std::string_view select_health =
    "SELECT notifier_id, failing_ms, last_failure, failures FROM notifier_health";
inline constexpr std::string_view select_clock = "SELECT wall, kept FROM outbox_clock";
inline constexpr std::string_view select_attempts =
    "SELECT at, action, status, reason, remaining, refused, reply, receipt, duration_ms, sequence FROM "
    "delivery_attempts WHERE sequence = ANY($1::bigint[]) ORDER BY sequence, number";
inline constexpr std::string_view count_records =
    "SELECT COUNT(*) FROM deliveries WHERE ($1 = '' OR notifier_id = $1) AND ($2 = '' OR state = $2)";
inline constexpr std::string_view shards_of_deliveries =
    "SELECT sequence, shard FROM deliveries WHERE sequence = ANY($1::bigint[])";
/// They stay as they are until the transaction ends.
inline constexpr std::string_view lock_epochs =
    "SELECT shard, owner, epoch FROM outbox_shards WHERE shard = ANY($1::smallint[]) ORDER BY shard FOR SHARE";
/// What ended was dated by a clock that was wrong.
inline constexpr std::string_view date_over =
    "UPDATE deliveries SET next_at = $3 WHERE shard = ANY($1::smallint[]) AND state IN ('delivered', 'dead', "
    "'grouped') AND state = $2 AND next_at > $3";
/// A thousand at most.
inline constexpr std::string_view forget_over =
    "DELETE FROM deliveries WHERE sequence IN (SELECT sequence FROM deliveries WHERE shard = "
    "ANY($1::smallint[]) AND state IN ('delivered', 'dead', 'grouped') AND state = $2 AND next_at < $3 LIMIT "
    "1000 FOR UPDATE SKIP LOCKED) RETURNING sequence";
inline constexpr std::string_view forget_attempts = "DELETE FROM delivery_attempts WHERE sequence = ANY($1::bigint[])";
/// Two that had a rest together may have gone at the same moment, and each have left it to the other.
inline constexpr std::string_view forget_rests =
    "DELETE FROM delivery_rests r WHERE r.id < (SELECT COALESCE(MAX(id), 0) - 10000 FROM delivery_rests) AND "
    "NOT EXISTS (SELECT 1 FROM delivery_contents c WHERE c.rest <> 0 AND c.rest = r.id)";
/// All before it have ended.
inline constexpr std::string_view oldest_transaction = "SELECT pg_snapshot_xmin(pg_current_snapshot())";
/// Of these what is dead.
inline constexpr std::string_view make_due =
    "UPDATE deliveries SET state = 'pending', attempts = 0, next_at = $2, wait_ms = 0, xact = "
    "pg_current_xact_id() WHERE sequence = ANY($1::bigint[]) AND state = 'dead' RETURNING shard";
inline constexpr std::string_view insert_commands =
    "INSERT INTO outbox_commands (shard, name, app_id, notifier_id, key) SELECT UNNEST($1::smallint[]), $2, "
    "$3, $4, $5";
inline constexpr std::string_view select_commands =
    "SELECT number, shard, name, app_id, notifier_id, key FROM outbox_commands WHERE shard = "
    "ANY($1::smallint[]) ORDER BY number";
inline constexpr std::string_view forget_commands = "DELETE FROM outbox_commands WHERE number = ANY($1::bigint[])";

/// A record's columns, and the transaction that made it due.
inline constexpr std::string_view record_columns =
    "sequence, key, notifier_id, app_id, event_id, event_type, platform, target, host, state, attempts, created_at, "
    "next_at, wait_ms, xact";

inline std::string select_records(std::string_view rest) {
  return std::string("SELECT ").append(record_columns).append(" FROM deliveries ").append(rest);
}

/// Those of transactions that have ended before the shard was taken up: a thousand behind a sequence.
inline std::string select_waiting() {
  return select_records(
      "WHERE shard = $1 AND state IN ('pending', 'held', 'grouping') AND sequence > $2 AND xact < $3::xid8 ORDER BY "
      "sequence LIMIT 1000");
}
/// Those of all transactions since.
inline std::string select_arrived() {
  return select_records(
      "WHERE xact >= $1::xid8 AND shard = ANY($2::smallint[]) AND state IN ('pending', 'held', 'grouping') ORDER BY "
      "sequence");
}
inline std::string select_by_key() { return select_records("WHERE notifier_id = $1 AND key = $2"); }
inline std::string page_of_records() {
  return select_records(
      "WHERE ($1 = '' OR notifier_id = $1) AND ($2 = '' OR state = $2) AND sequence <= $3 ORDER BY sequence DESC LIMIT "
      "$4 OFFSET $5");
}

/// By what an app's deliveries are looked up: for each there is an index, which has the sequence behind the column.
enum class SearchBy : std::uint8_t { app, dead, notifier, event, key };

inline std::string searched(SearchBy by, std::string_view columns) {
  constexpr std::string_view conditions[] = {"app_id = $1", "state = 'dead' AND app_id = $1", "notifier_id = $1",
                                             "event_id = $1", "key = $1"};
  std::string sql("SELECT ");
  sql.append(columns).append(" FROM deliveries WHERE ").append(conditions[static_cast<std::size_t>(by)]);
  return sql.append(" AND sequence <= $2 ORDER BY sequence DESC");
}
/// Of some thousands those that are asked for.
inline std::string search_page(SearchBy by) {
  std::string page("SELECT * FROM (");
  page.append(searched(by, record_columns)).append(" LIMIT 5000) d WHERE app_id = $3 AND $4 IN ('', key)");
  page.append(" AND $5 IN ('', notifier_id) AND $6 IN ('', event_id) AND $7 IN ('', event_type) AND $8 IN ('', state)");
  return page.append(" AND created_at >= $9 ORDER BY sequence DESC LIMIT $10");
}
/// The first that was not looked at.
inline std::string search_next(SearchBy by) {
  return searched(by, "sequence, created_at").append(" LIMIT 1 OFFSET 5000");
}

}  // namespace detail::postgres_sql
NOTIFIER_NAMESPACE_END
