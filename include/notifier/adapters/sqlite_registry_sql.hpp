// The SQL of what a SqliteStore keeps beside its outbox, all of it: the registry's rows and the history of events. Its
// tables are in sqlite_schema.hpp.

#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

// ---- the registry ---------------------------------------------------------------------------------------------------

/// Kind and id of the vocabulary's row, which comes before those of notifiers that select its event types.
inline constexpr std::string_view vocabulary = "vocabulary";

inline constexpr std::string_view select_changes = "SELECT change FROM registry ORDER BY position";
/// The version of a row, and where it has none its change, which says it.
inline constexpr std::string_view select_version =
    "SELECT version, CASE WHEN version IS NULL THEN change END FROM registry WHERE kind = ?1 AND id = ?2";
inline constexpr std::string_view put_change =
    "INSERT INTO registry (position, kind, id, change, version) "
    "VALUES (CASE ?1 WHEN 'vocabulary' THEN 0 END, ?1, ?2, ?3, ?4) "
    "ON CONFLICT (kind, id) DO UPDATE SET change = excluded.change, version = excluded.version";
inline constexpr std::string_view remove_change = "DELETE FROM registry WHERE kind = ?1 AND id = ?2";

/// Of a notifier that was removed less than a day ago. A clock that was ahead then makes it no longer than that.
inline constexpr std::string_view select_removed =
    "SELECT change FROM removed_notifiers WHERE id = ?1 AND app_id = ?2 AND ABS(strftime('%s', 'now') - removed_at) < "
    "86400";
/// Run every hour: what is an hour short of a day would be older than that the next time.
inline constexpr std::string_view forget_removed =
    "DELETE FROM removed_notifiers WHERE ABS(strftime('%s', 'now') - removed_at) >= 82800";

inline constexpr std::string_view select_configuration = "SELECT document FROM configuration";
inline constexpr std::string_view drop_configuration = "DELETE FROM configuration";
inline constexpr std::string_view insert_configuration = "INSERT INTO configuration (document) VALUES (?1)";

// ---- events ---------------------------------------------------------------------------------------------------------

inline constexpr std::string_view insert_event =
    "INSERT INTO events (app_id, number, event) "
    "SELECT ?1, 1 + COALESCE(MAX(number), 0), ?2 FROM events WHERE app_id = ?1 RETURNING number";
/// Gives no row where the app has an event of this id.
inline constexpr std::string_view insert_event_id =
    "INSERT INTO event_ids (app_id, event_id, number) "
    "SELECT ?1, ?2, 1 + COALESCE(MAX(number), 0) FROM events WHERE app_id = ?1 "
    "ON CONFLICT DO NOTHING RETURNING number";
inline constexpr std::string_view forget_events = "DELETE FROM events WHERE app_id = ?1 AND number <= ?2";
inline constexpr std::string_view forget_event_ids = "DELETE FROM event_ids WHERE app_id = ?1 AND number <= ?2";

inline constexpr std::string_view select_event_bytes = "SELECT bytes FROM event_bytes WHERE app_id = ?1";
inline constexpr std::string_view select_all_event_bytes = "SELECT COALESCE(SUM(bytes), 0) FROM event_bytes";
/// Of an app's events, the oldest first.
inline constexpr std::string_view select_event_sizes =
    "SELECT number, LENGTH(CAST(event AS BLOB)) FROM events WHERE app_id = ?1 ORDER BY number";
/// Of all events, the oldest first, so many at most; all where that is below 0.
inline constexpr std::string_view select_all_event_sizes =
    "SELECT app_id, number, LENGTH(CAST(event AS BLOB)) FROM events ORDER BY rowid LIMIT ?1";

inline constexpr std::string_view event_range =
    "SELECT COALESCE(MIN(number), 1), COALESCE(MAX(number), 0) FROM events WHERE app_id = ?1";
inline constexpr std::string_view event_by_id =
    "SELECT event FROM events WHERE app_id = ?1 AND number = (SELECT number FROM event_ids WHERE app_id = ?1 AND "
    "event_id = ?2)";
inline constexpr std::string_view page_of_events =
    "SELECT event FROM events WHERE app_id = ?1 AND number <= ?2 ORDER BY number DESC LIMIT ?3";

/// Of the last event that 1.0 stored, as long as one of them is left.
inline constexpr std::string_view last_event_of_1_0 =
    "SELECT last FROM events_of_1_0 WHERE last >= (SELECT rowid FROM events ORDER BY rowid LIMIT 1)";
/// Notes by which ids an app's events of 1.0 are known.
inline constexpr std::string_view take_over_event_ids =
    "INSERT OR IGNORE INTO event_ids (app_id, event_id, number) "
    "SELECT app_id, json_extract(event, '$.id'), number FROM events "
    "WHERE app_id = ?1 AND rowid <= ?2 AND json_valid(event) AND json_type(event, '$.id') = 'text' "
    "AND json_extract(event, '$.id') <> '' ORDER BY number";

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
