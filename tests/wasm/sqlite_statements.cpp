// Prints the SQL of SqliteStore as the module that the npm package reads: wasm/src/delivery/sqlite_statements.ts.

#include <cstdio>
#include <string>
#include <string_view>

#include "notifier/adapters/sqlite_registry_sql.hpp"
#include "notifier/adapters/sqlite_schema.hpp"

namespace sql = notifier::detail::sqlite;

namespace {

/// As a string of TypeScript: what there is of quotes is single, and nothing else would have to be escaped.
void print(std::string_view indent, std::string_view name, std::string_view statement) {
  std::printf("%.*s%.*s: \"%.*s\",\n", static_cast<int>(indent.size()), indent.data(), static_cast<int>(name.size()),
              name.data(), static_cast<int>(statement.size()), statement.data());
}

}  // namespace

int main() {
  std::puts(
      "// The SQL of the database, which is the native store's: made by tests/wasm/sqlite_statements.cpp from\n"
      "// include/notifier/adapters. A test says when it is stale, and how it is made anew.\n");
  std::printf("export const applicationId = %lld;\n\n", static_cast<long long>(sql::application_id));
  std::puts(
      "/** What brings the schema from each version to the next. */\nexport const migrations: readonly string[] = [");
  for (const char* const migration : sql::migrations) std::printf("  \"%s\",\n", migration);
  std::puts("];\n\nexport const statements = {");
  const auto one = [](std::string_view name, std::string_view statement) { print("  ", name, statement); };
  one("hasOldTables", sql::has_old_tables);
  one("hasOldRows", sql::has_old_rows);
  one("dropOldTables", sql::drop_old_tables);
  one("selectChanges", sql::select_changes);
  one("putChange", sql::put_change);
  one("removeChange", sql::remove_change);
  one("selectRemoved", sql::select_removed);
  one("forgetRemoved", sql::forget_removed);
  one("selectConfiguration", sql::select_configuration);
  one("dropConfiguration", sql::drop_configuration);
  one("insertConfiguration", sql::insert_configuration);
  one("insertEvent", sql::insert_event);
  one("insertEventId", sql::insert_event_id);
  one("forgetEvents", sql::forget_events);
  one("forgetEventIds", sql::forget_event_ids);
  one("selectEventBytes", sql::select_event_bytes);
  one("selectAllEventBytes", sql::select_all_event_bytes);
  one("selectEventSizes", sql::select_event_sizes);
  one("selectAllEventSizes", sql::select_all_event_sizes);
  one("eventRange", sql::event_range);
  one("pageOfEvents", sql::page_of_events);
  one("eventById", sql::event_by_id);
  one("lastEventOf10", sql::last_event_of_1_0);
  one("takeOverEventIds", sql::take_over_event_ids);
  one("selectContent", sql::select_content);
  one("selectRest", sql::select_rest);
  one("selectHealth", sql::select_health);
  one("selectClock", sql::select_clock);
  one("insertContent", sql::insert_content);
  one("findRest", sql::find_rest);
  one("insertRest", sql::insert_rest);
  one("insertAttempt", sql::insert_attempt);
  one("updateRecord", sql::update_record);
  one("updateRecipients", sql::update_recipients);
  one("putHealth", sql::put_health);
  one("dropHealth", sql::drop_health);
  one("putClock", sql::put_clock);
  one("selectOver", sql::select_over);
  one("dateOver", sql::date_over);
  one("selectGrouping", sql::select_grouping());
  one("selectGroupedOver", sql::select_grouped_over);
  one("dateGroupedOver", sql::date_grouped_over);
  one("selectGroups", sql::select_groups);
  one("putGroup", sql::put_group);
  one("dropGroup", sql::drop_group);
  one("forgetRecord", sql::forget_record);
  one("forgetAttempts", sql::forget_attempts);
  one("forgetContent", sql::forget_content);
  one("forgetRest", sql::forget_rest);
  std::puts("};\n\n/** Those that look at the tables of 1.0, too, while there are such. */");
  std::puts("export const statementsBesideOld = {");
  for (const bool has_old : {false, true}) {
    std::puts(has_old ? "  yes: {" : "  no: {");
    const auto either = [](std::string_view name, std::string_view statement) { print("    ", name, statement); };
    either("selectWaiting", sql::select_waiting(has_old));
    either("selectByKey", sql::select_by_key(has_old));
    either("selectHistory", sql::select_history(has_old));
    either("insertRecord", sql::insert_record(has_old));
    either("countAll", sql::count_records(has_old, false, false));
    either("countOfState", sql::count_records(has_old, false, true));
    either("countOfNotifier", sql::count_records(has_old, true, false));
    either("countOfBoth", sql::count_records(has_old, true, true));
    either("pageOfAll", sql::page_of_records(has_old, false, false));
    either("pageOfState", sql::page_of_records(has_old, false, true));
    either("pageOfNotifier", sql::page_of_records(has_old, true, false));
    either("pageOfBoth", sql::page_of_records(has_old, true, true));
    for (const auto by :
         {sql::SearchBy::app, sql::SearchBy::dead, sql::SearchBy::notifier, sql::SearchBy::event, sql::SearchBy::key}) {
      either(std::string("searchBy").append(to_string(by)), sql::search_page(has_old, by));
      either(std::string("nextBy").append(to_string(by)), sql::search_next(has_old, by));
    }
    std::puts("  },");
  }
  std::puts("};\n\n/** Those of the tables of 1.0 alone. */\nexport const oldStatements = {");
  one("selectOldContent", sql::select_old_content);
  one("moveRecord", sql::move_record());
  one("moveContent", sql::move_content);
  one("moveAttempts", sql::move_attempts());
  one("selectOldOver", sql::select_old_over);
  one("dateOldOver", sql::date_old_over);
  one("forgetOldRecord", sql::forget_old_record);
  one("forgetOldAttempts", sql::forget_old_attempts);
  one("forgetOldContent", sql::forget_old_content);
  std::puts("};");
}
