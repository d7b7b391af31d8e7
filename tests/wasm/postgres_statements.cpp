// Prints the SQL of PostgresStore as the module that the npm package reads: wasm/src/delivery/postgres_statements.ts.

#include <cstdio>
#include <string>
#include <string_view>

#include "notifier/adapters/postgres_outbox_sql.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/adapters/postgres_streams_sql.hpp"
#include "notifier/adapters/postgres_tables.hpp"

namespace sql = notifier::detail::postgres_sql;

namespace {

/// As a string of TypeScript: what there is of quotes is single, and nothing else would have to be escaped.
void one(std::string_view name, std::string_view statement) {
  std::printf("  %.*s: \"%.*s\",\n", static_cast<int>(name.size()), name.data(), static_cast<int>(statement.size()),
              statement.data());
}

void by(std::string_view name, sql::SearchBy what) {
  one(std::string("searchBy").append(name), sql::search_page(what));
  one(std::string("nextBy").append(name), sql::search_next(what));
}

}  // namespace

int main() {
  std::puts(
      "// The SQL of a PostgreSQL, which is the native store's: made by tests/wasm/postgres_statements.cpp from\n"
      "// include/notifier/adapters. A test says when it is stale, and how it is made anew.\n");
  std::printf("/** Into how many shards deliveries are dealt, and mail into how many lanes. */\n");
  std::printf("export const shardCount = %u;\n", notifier::detail::postgres::shards);
  std::printf("export const mailLanes = %u;\n\n", static_cast<unsigned>(notifier::detail::postgres::mail_lanes));
  std::puts(
      "/** What brings the schema from each version to the next. */\nexport const migrations: readonly string[] = [");
  for (const char* const migration : notifier::detail::postgres::migrations) std::printf("  \"%s\",\n", migration);
  std::puts("];\n\nexport const statements = {");
  one("beginSession", sql::begin_session);
  one("lockSchema", sql::lock_schema);
  one("createSchema", sql::create_schema);
  one("createVersion", sql::create_version);
  one("selectVersion", sql::select_version);
  one("dropVersion", sql::drop_version);
  one("insertVersion", sql::insert_version);
  one("seeOneMoment", sql::see_one_moment);
  one("selectRevision", sql::select_revision);
  one("selectConfiguration", sql::select_configuration);
  one("selectChanges", sql::select_changes);
  one("putConfiguration", sql::put_configuration);
  one("raiseRevision", sql::raise_revision);
  one("hasRow", sql::has_row);
  one("logChange", sql::log_change);
  one("forgetLog", sql::forget_log);
  one("hasPassedBy", sql::has_passed_by);
  one("removeRow", sql::remove_row);
  one("removeNotifier", sql::remove_notifier);
  one("forgetRemovedOf", sql::forget_removed_of);
  one("forgetRemoved", sql::forget_removed);
  one("removedNotifier", sql::removed_notifier);
  one("forgetEventsOf", sql::forget_events_of);
  one("putRow", sql::put_row);
  one("insertRow", sql::insert_row);
  one("updateRow", sql::update_row);
  one("insertEvents", sql::insert_events);
  one("forgetEvents", sql::forget_events);
  one("forgetEventsOverAll", sql::forget_events_over_all);
  one("selectLog", sql::select_log);
  one("countEvents", sql::count_events);
  one("pageOfEvents", sql::page_of_events);
  one("eventById", sql::event_by_id);
  one("isReadOnly", sql::is_read_only);
  one("nextStreamId", sql::next_stream_id);
  one("forgetListening", sql::forget_listening);
  one("putListening", sql::put_listening);
  one("listenedToElsewhere", sql::listened_to_elsewhere);
  one("newestMessage", sql::newest_message);
  one("selectMessages", sql::select_messages);
  one("lockMessages", sql::lock_messages);
  one("insertMessages", sql::insert_messages);
  one("forgetMessages", sql::forget_messages);
  one("tell", sql::tell);
  one("listen", sql::listen);
  one("forgetWorkers", sql::forget_workers);
  one("insertWorker", sql::insert_worker);
  one("selectView", sql::select_view);
  one("lockShards", sql::lock_shards);
  one("announce", sql::announce);
  one("renewShards", sql::renew_shards);
  one("takeShards", sql::take_shards);
  one("giveShards", sql::give_shards);
  one("insertDeliveries", sql::insert_deliveries);
  one("insertRest", sql::insert_rest);
  one("insertContents", sql::insert_contents);
  one("insertAttempts", sql::insert_attempts);
  one("updateDeliveries", sql::update_deliveries);
  one("updateRecipients", sql::update_recipients);
  one("dropContents", sql::drop_contents);
  one("dropRests", sql::drop_rests);
  one("putHealth", sql::put_health);
  one("dropHealth", sql::drop_health);
  one("putClock", sql::put_clock);
  one("putGroup", sql::put_group);
  one("dropGroup", sql::drop_group);
  one("shardsOfDeliveries", sql::shards_of_deliveries);
  one("lockEpochs", sql::lock_epochs);
  one("dateOver", sql::date_over);
  one("forgetOver", sql::forget_over);
  one("forgetAttempts", sql::forget_attempts);
  one("forgetRests", sql::forget_rests);
  one("oldestTransaction", sql::oldest_transaction);
  one("selectWaiting", sql::select_waiting());
  one("selectArrived", sql::select_arrived());
  one("selectContents", sql::select_contents);
  one("selectRest", sql::select_rest);
  one("selectGroups", sql::select_groups);
  one("selectGroupsOf", sql::select_groups_of);
  one("selectHealth", sql::select_health);
  one("selectClock", sql::select_clock);
  one("selectAttempts", sql::select_attempts);
  one("selectByKey", sql::select_by_key());
  one("countRecords", sql::count_records);
  one("pageOfRecords", sql::page_of_records());
  by("App", sql::SearchBy::app);
  by("Dead", sql::SearchBy::dead);
  by("Notifier", sql::SearchBy::notifier);
  by("Event", sql::SearchBy::event);
  by("Key", sql::SearchBy::key);
  one("makeDue", sql::make_due);
  one("insertCommands", sql::insert_commands);
  one("selectCommands", sql::select_commands);
  one("forgetCommands", sql::forget_commands);
  std::puts("};");
}
