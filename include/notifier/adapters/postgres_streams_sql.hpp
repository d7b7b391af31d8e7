// The SQL of streams that servers on one PostgreSQL share. The npm package has it from here, too.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres_sql {

inline constexpr std::string_view next_stream_id = "SELECT nextval('stream_ids')";
/// What a server does not listen to any more, and those of servers that are gone.
inline constexpr std::string_view forget_listening =
    "DELETE FROM stream_listeners WHERE (listener = $1 AND app_id <> ALL($2::text[])) OR alive_until < now()";
inline constexpr std::string_view put_listening =
    "INSERT INTO stream_listeners (listener, app_id, alive_until) SELECT $1, app, now() + interval '12 seconds' FROM "
    "UNNEST($2::text[]) AS app ON CONFLICT (listener, app_id) DO UPDATE SET alive_until = excluded.alive_until";
inline constexpr std::string_view listened_to_elsewhere =
    "SELECT DISTINCT app_id FROM stream_listeners WHERE listener <> $1 AND alive_until > now()";
inline constexpr std::string_view newest_message = "SELECT COALESCE(MAX(number), 0) FROM stream_messages";
/// Messages between two numbers, of others, for some apps, of so many bytes and one more.
inline constexpr std::string_view select_messages =
    "SELECT number, app_id, name, json FROM (SELECT *, SUM(octet_length(json)) OVER (ORDER BY number) - "
    "octet_length(json) AS before FROM stream_messages WHERE number > $1 AND number <= $2 AND sender <> $3 AND app_id "
    "= ANY($4::text[])) AS due WHERE before < $5 ORDER BY number";
/// One server at a time, until its transaction ends: so numbers are seen in their order, and none is passed over.
inline constexpr std::string_view lock_messages = "SELECT pg_advisory_xact_lock(7881701337051587955)";
inline constexpr std::string_view insert_messages =
    "INSERT INTO stream_messages (sender, app_id, name, json) SELECT $1, app, name, json FROM UNNEST($2::text[], "
    "$3::text[], $4::text[]) WITH ORDINALITY AS message (app, name, json, place) ORDER BY place";
inline constexpr std::string_view forget_messages =
    "DELETE FROM stream_messages WHERE told_at < now() - interval '1 minute'";

}  // namespace detail::postgres_sql
NOTIFIER_NAMESPACE_END
