#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"
#include "older_database.hpp"

namespace {

/// A database file that is gone at the end, with what SQLite puts beside it.
struct TemporaryDatabase {
  TemporaryDatabase() {
    static int count = 0;
    path = "/tmp/notifier_sqlite_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db";
    remove();
  }
  ~TemporaryDatabase() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::remove((path + suffix).c_str());
  }
  std::string path;
};

notifier::SqliteOptions at(const TemporaryDatabase& database) {
  notifier::SqliteOptions options;
  options.path = database.path;
  return options;
}

std::unique_ptr<notifier::SqliteStore> open(notifier::SqliteOptions options) {
  auto store = notifier::SqliteStore::open(std::move(options));
  REQUIRE_MESSAGE(store, store.error().message);
  return std::move(*store);
}

/// Runs SQL on a database file, past the store.
void execute(const std::string& path, const char* sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

notifier::NotifierDraft webhook_draft(std::string name) {
  notifier::NotifierDraft draft;
  draft.platform_id = "5982f145d48c3600273ef08a";
  draft.name = std::move(name);
  draft.type_data =
      R"({"webhook_url":"https://example.com/x","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","k":[1,null]})";
  return draft;
}

void store_and_apply(notifier::SqliteStore& store, notifier::Registry& registry,
                     std::vector<notifier::Change> changes) {
  notifier::Outcome outcome;
  outcome.changes = std::move(changes);
  const auto stored = store.store({&outcome});
  REQUIRE_MESSAGE(stored, stored.error().message);
  const auto applied = registry.apply(outcome.changes);
  REQUIRE_MESSAGE(applied, applied.error().message);
}

/// An app with two notifiers, one of which was edited, and one that was removed again.
void fill(notifier::SqliteStore& store, notifier::Registry& registry) {
  store_and_apply(store, registry,
                  *registry.plan_add_app({"app-1", "shop", {"us-1", "jane", "jane@example.com"}, "prj"}, true));
  store_and_apply(store, registry, {*registry.plan_add("shop", webhook_draft("first"))});
  store_and_apply(store, registry, {*registry.plan_add("shop", webhook_draft("second"))});
  store_and_apply(store, registry, {*registry.plan_add("shop", webhook_draft("third"))});
  const auto notifiers = registry.list("shop");
  notifier::NotifierDraft patch;
  patch.name = "first, renamed";
  store_and_apply(store, registry, {*registry.plan_update("shop", notifiers[1].id, patch)});
  store_and_apply(store, registry, {*registry.plan_remove("shop", notifiers[2].id)});
}

notifier::Outcome with_events(const std::string& app_id, int from, int to) {
  notifier::Outcome outcome;
  for (int i = from; i <= to; ++i) {
    outcome.events.push_back({app_id, std::to_string(i), "{\"id\":\"" + std::to_string(i) + "\"}"});
  }
  return outcome;
}

}  // namespace

TEST_CASE("a registry comes back from its database as it was, secrets and order included") {
  const TemporaryDatabase database;
  std::string before;
  {
    notifier::Registry registry;
    const auto store = open(at(database));
    fill(*store, registry);
    before = registry.snapshot();
    CHECK(registry.list("shop").size() == 3);
    CHECK(before.find("whsec_") != std::string::npos);
  }
  notifier::Registry registry;
  const auto store = open(at(database));
  const auto loaded = store->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(registry.snapshot() == before);
}

TEST_CASE("all of a registry is stored at once, with its settings and own event types, and goes on from there") {
  const TemporaryDatabase database;
  std::string before;
  {
    notifier::Registry registry;
    const auto loaded = registry.load(R"({"apps":[{"id":"app-1","name":"shop","notifiers":[
        {"id":"no-1","name":"n","platform":"email","selected_event_ids":["own-1"]}]},{"id":"app-0","name":"empty"}],
        "users":[{"id":"us-1","username":"jane","email":"jane@example.com"}],
        "event_types":[{"id":"own-1","name":"order_placed","kinds":["order/placed"]}],
        "email_from":"Shop <shop@example.com>","link_base":"https://dashboard.example.com"})");
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    const auto store = open(at(database));
    REQUIRE(store->store_all(registry));
    REQUIRE(store->store_all(registry));  // a second time changes nothing
    store_and_apply(*store, registry, {*registry.plan_add("empty", webhook_draft("later"))});
    before = registry.snapshot();
  }
  notifier::Registry registry;
  const auto loaded = open(at(database))->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(registry.snapshot() == before);
}

TEST_CASE("a new database loads as an empty registry") {
  const TemporaryDatabase database;
  notifier::Registry registry;
  CHECK(open(at(database))->load(registry));
  CHECK(registry.app_count() == 0);
}

TEST_CASE("a store keeps several outcomes together") {
  const TemporaryDatabase database;
  notifier::Registry registry;
  const auto store = open(at(database));
  fill(*store, registry);
  notifier::Outcome one;
  one.changes = {*registry.plan_add("shop", webhook_draft("fourth"))};
  notifier::Outcome two = with_events("app-1", 1, 2);
  CHECK(store->store({&one, &two}));
  std::vector<std::string> events;
  CHECK(store->events("app-1", 0, 10, events) == 2);

  notifier::Registry again;
  CHECK(open(at(database))->load(again));
  CHECK(again.notifier_count() == registry.notifier_count() + 1);
}

TEST_CASE("events come newest first, by pages, and each app has its own") {
  const TemporaryDatabase database;
  const auto store = open(at(database));
  notifier::Outcome outcome = with_events("a", 1, 5);
  CHECK(store->store({&outcome}));
  outcome = with_events("b", 100, 100);
  CHECK(store->store({&outcome}));

  std::vector<std::string> events;
  CHECK(store->events("a", 0, 2, events) == 5);
  CHECK(events == std::vector<std::string>{R"({"id":"5"})", R"({"id":"4"})"});
  events.clear();
  CHECK(store->events("a", 4, 2, events) == 5);
  CHECK(events == std::vector<std::string>{R"({"id":"1"})"});
  events.clear();
  CHECK(store->events("a", 5, 2, events) == 5);
  CHECK(store->events("a", static_cast<std::size_t>(-1), 2, events) == 5);
  CHECK(store->events("nobody", 0, 2, events) == 0);
  CHECK(events.empty());
  CHECK(store->events("b", 0, 2, events) == 1);
}

TEST_CASE("the latest events of an app are kept, and no more than asked for") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.events_per_app = 3;
  const auto store = open(options);
  for (int i = 1; i <= 10; ++i) {
    notifier::Outcome outcome = with_events("a", i, i);
    CHECK(store->store({&outcome}));
  }
  std::vector<std::string> events;
  CHECK(store->events("a", 0, 10, events) == 3);
  CHECK(events == std::vector<std::string>{R"({"id":"10"})", R"({"id":"9"})", R"({"id":"8"})"});
}

TEST_CASE("texts may hold any character") {
  const TemporaryDatabase database;
  const std::string id("a\0'\"\xF0\x9F\x9A\x80", 8);
  const auto store = open(at(database));
  notifier::Outcome outcome;
  outcome.events.push_back({id, "1", "{}"});
  CHECK(store->store({&outcome}));
  std::vector<std::string> events;
  CHECK(store->events(id, 0, 10, events) == 1);
  CHECK(store->events("a", 0, 10, events) == 0);
}

TEST_CASE("without an outbox there are no deliveries") {
  const TemporaryDatabase database;
  const auto store = open(at(database));
  std::vector<std::string> out;
  CHECK(store->deliveries("a", "n", 0, 10, out) == 0);
  CHECK(store->retry("a", "n", "x").error().code == notifier::errc::not_found);
}

TEST_CASE("the database is synced as the host chooses, fully by default") {
  const TemporaryDatabase database;
  open(at(database));
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  REQUIRE(raw);
  CHECK(*raw->query_text("PRAGMA journal_mode") == "wal");
  CHECK(notifier::SqliteOptions().synchronous == notifier::SqliteOptions::Synchronous::full);
}

TEST_CASE("a database of the first schema version is migrated and keeps its rows") {
  const TemporaryDatabase database;
  std::string before;
  {
    notifier::Registry registry;
    const auto store = open(at(database));
    fill(*store, registry);
    before = registry.snapshot();
  }
  make_older(database.path, 1, "INSERT INTO registry SELECT position, kind, id, change FROM newest.registry;");

  notifier::Registry registry;
  const auto store = open(at(database));
  CHECK(store->load(registry));
  CHECK(registry.snapshot() == before);
  notifier::Outcome outcome = with_events("app-1", 1, 1);
  CHECK(store->store({&outcome}));
  notifier::AppPatch patch;
  patch.name = "renamed";
  store_and_apply(*store, registry, {*registry.plan_update_app("app-1", patch)});
}

TEST_CASE("a database of a newer schema version is refused and not touched") {
  const TemporaryDatabase database;
  open(at(database));
  execute(database.path, "PRAGMA user_version = 99;");
  const auto store = notifier::SqliteStore::open(at(database));
  REQUIRE_FALSE(store);
  CHECK(store.error().code == notifier::errc::unsupported);
  CHECK(store.error().message.find("version 99") != std::string::npos);
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  CHECK(*raw->query_integer("PRAGMA user_version") == 99);
}

TEST_CASE("a database of another program is refused and not touched") {
  const TemporaryDatabase database;
  execute(database.path, "CREATE TABLE theirs (x);");
  const auto store = notifier::SqliteStore::open(at(database));
  REQUIRE_FALSE(store);
  CHECK(store.error().code == notifier::errc::unsupported);
  auto raw = notifier::SqliteDatabase::open(database.path, 1000);
  CHECK(*raw->query_integer("SELECT COUNT(*) FROM sqlite_schema") == 1);
}

TEST_CASE("what is no database, or in no folder, is refused") {
  const TemporaryDatabase database;
  std::FILE* file = std::fopen(database.path.c_str(), "w");
  REQUIRE(file != nullptr);
  for (int i = 0; i < 1000; ++i) std::fputs("this is not a database ", file);
  std::fclose(file);
  const auto store = notifier::SqliteStore::open(at(database));
  REQUIRE_FALSE(store);
  CHECK(store.error().code == notifier::errc::unsupported);

  notifier::SqliteOptions nowhere;
  nowhere.path = "/nonexistent/folder/notifier.db";
  CHECK_FALSE(notifier::SqliteStore::open(nowhere));
}

TEST_CASE("a row that is no change is an error, not half a registry") {
  const TemporaryDatabase database;
  {
    notifier::Registry registry;
    fill(*open(at(database)), registry);
  }
  execute(database.path, "INSERT INTO registry (kind, id, change) VALUES ('notifier', 'x', '{\"op\":\"nonsense\"}')");
  notifier::Registry registry;
  CHECK_FALSE(open(at(database))->load(registry));
  CHECK(registry.app_count() == 0);
}

TEST_CASE("a database that another program has locked is an error in the end") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.busy_timeout_ms = 20;
  const auto store = open(options);
  auto other = notifier::SqliteDatabase::open(database.path, 0);
  REQUIRE(other);
  REQUIRE(other->execute("BEGIN IMMEDIATE"));
  notifier::Outcome outcome = with_events("a", 1, 1);
  const auto stored = store->store({&outcome});
  REQUIRE_FALSE(stored);
  CHECK(stored.error().code == notifier::errc::storage);
  REQUIRE(other->execute("ROLLBACK"));
  CHECK(store->store({&outcome}));
}

// ---- what a change expects ------------------------------------------------------------------------------------------

namespace {

/// What a store answers to some changes.
notifier::Result<void> store_changes(notifier::SqliteStore& store, std::vector<notifier::Change> changes) {
  notifier::Outcome outcome;
  outcome.changes = std::move(changes);
  return store.store({&outcome});
}

bool is_conflict(const notifier::Result<void>& result) {
  return !result && result.error().code == notifier::errc::conflict;
}

std::string stored_snapshot(const TemporaryDatabase& database) {
  notifier::Registry registry;
  const auto loaded = open(at(database))->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  return registry.snapshot();
}

/// Tries what must not be stored over what somebody else has stored since; then what may.
void check_guards(const TemporaryDatabase& database, bool as_1_0_wrote) {
  const auto store = open(at(database));
  notifier::Registry ours;
  fill(*store, ours);
  store_and_apply(*store, ours, {[&] {
    notifier::Change change;
    change.op = notifier::Change::Op::put_user;
    change.user = {"us-5", "sam", {}};
    return change;
  }()});
  notifier::Registry theirs;
  REQUIRE(open(at(database))->load(theirs));
  if (as_1_0_wrote) execute(database.path, "UPDATE registry SET version = NULL");

  notifier::NotifierDraft draft;
  draft.name = "ours";
  notifier::AppPatch app;
  app.name = "ours";
  notifier::UserPatch user;
  user.username = "ours";
  const std::string id = ours.list("app-1")[1].id;
  const std::vector<notifier::Change> late = {*ours.plan_update("app-1", id, draft), *ours.plan_remove("app-1", id),
                                              *ours.plan_update_app("app-1", app), *ours.plan_update_user("us-5", user),
                                              *ours.plan_remove_user("us-5")};
  notifier::Change new_user = late[3];
  new_user.expected.clear();
  CHECK(is_conflict(store_changes(*store, {new_user})));

  draft.name = app.name = user.username = "theirs";
  for (const notifier::Change& change : {*theirs.plan_update("app-1", id, draft), *theirs.plan_update_app("app-1", app),
                                         *theirs.plan_update_user("us-5", user)}) {
    store_and_apply(*store, theirs, {change});
  }
  const std::string before = stored_snapshot(database);
  CHECK(before == theirs.snapshot());
  for (const notifier::Change& change : late) {
    CHECK(is_conflict(store_changes(*store, {change})));
    // And nothing of what comes with it.
    CHECK(is_conflict(store_changes(*store, {*theirs.plan_remove_user("us-5"), change})));
    CHECK(stored_snapshot(database) == before);
  }
  store_and_apply(*store, theirs, {*theirs.plan_remove("app-1", id)});
  CHECK(is_conflict(store_changes(*store, {late[0]})));
  store_and_apply(*store, theirs, *theirs.plan_remove_app("app-1"));
  CHECK(is_conflict(store_changes(*store, {late[2]})));
  CHECK(is_conflict(store_changes(*store, {*ours.plan_add("app-1", webhook_draft("for an app that is gone"))})));
  store_and_apply(*store, theirs, {*theirs.plan_remove_user("us-5")});
  CHECK(is_conflict(store_changes(*store, {late[4]})));
  CHECK(stored_snapshot(database) == theirs.snapshot());
}

}  // namespace

TEST_CASE("what was stored by somebody else since a change was planned is not overwritten, removed or revived") {
  const TemporaryDatabase database;
  check_guards(database, false);
}

TEST_CASE("rows that 1.0 wrote are guarded by what they say") {
  const TemporaryDatabase database;
  check_guards(database, true);
}

TEST_CASE("a renamed app keeps its events; a removed one takes them along, and another of its name has none") {
  const TemporaryDatabase database;
  const auto store = open(at(database));
  notifier::Registry registry;
  fill(*store, registry);
  store_and_apply(*store, registry, *registry.plan_add_app({"app-2", "blog", {}, {}}, false));
  notifier::Outcome shop = with_events("app-1", 1, 3);
  notifier::Outcome blog = with_events("app-2", 1, 1);
  REQUIRE(store->store({&shop, &blog}));
  notifier::AppPatch patch;
  patch.name = "store";
  store_and_apply(*store, registry, {*registry.plan_update_app("shop", patch)});
  std::vector<std::string> events;
  CHECK(store->events("app-1", 0, 10, events) == 3);
  CHECK(stored_snapshot(database) == registry.snapshot());

  store_and_apply(*store, registry, *registry.plan_remove_app("store"));
  CHECK(store->events("app-1", 0, 10, events) == 0);
  CHECK(store->events("app-2", 0, 10, events) == 1);
  CHECK(stored_snapshot(database) == registry.snapshot());
  store_and_apply(*store, registry, *registry.plan_add_app({"app-1", "shop", {}, {}}, false));
  shop = with_events("app-1", 1, 1);
  REQUIRE(store->store({&shop}));
  CHECK_FALSE(shop.events[0].is_known);
  CHECK(store->events("app-1", 0, 10, events) == 1);
}

// ---- events that come again -----------------------------------------------------------------------------------------

TEST_CASE("an event with an id that the app's history has is not recorded twice; one without an id always is") {
  const TemporaryDatabase database;
  auto options = at(database);
  options.events_per_app = 3;
  const auto store = open(options);
  std::vector<std::string> events;
  notifier::Outcome outcome = with_events("a", 1, 2);
  REQUIRE(store->store({&outcome}));
  outcome = with_events("a", 2, 3);
  outcome.events.push_back({"a", "3", "{\"again\":3}"});
  outcome.events.push_back({"b", "3", "{\"of\":\"b\"}"});
  REQUIRE(store->store({&outcome}));
  CHECK(outcome.events[0].is_known);
  CHECK_FALSE(outcome.events[1].is_known);
  CHECK(outcome.events[2].is_known);
  CHECK_FALSE(outcome.events[3].is_known);
  CHECK(store->events("a", 0, 10, events) == 3);
  CHECK(events == std::vector<std::string>{R"({"id":"3"})", R"({"id":"2"})", R"({"id":"1"})"});
  CHECK(store->events("b", 0, 10, events) == 1);

  for (int i = 0; i < 2; ++i) {
    notifier::Outcome nameless;
    nameless.events.push_back({"a", "", "{}"});
    REQUIRE(store->store({&nameless}));
    CHECK_FALSE(nameless.events[0].is_known);
  }
  // 1 and 2 are forgotten by now, and 3 is kept.
  outcome = with_events("a", 1, 3);
  REQUIRE(store->store({&outcome}));
  CHECK_FALSE(outcome.events[0].is_known);
  CHECK_FALSE(outcome.events[1].is_known);
  events.clear();
  CHECK(store->events("a", 0, 10, events) == 3);
}

TEST_CASE("an event that was refused with its outcome is new when it comes again") {
  const TemporaryDatabase database;
  const auto store = open(at(database));
  notifier::Outcome outcome = with_events("a", 1, 1);
  notifier::Change conflicting;
  conflicting.op = notifier::Change::Op::remove_user;
  conflicting.user.id = "nobody";
  outcome.changes = {conflicting};
  CHECK(is_conflict(store->store({&outcome})));
  outcome.changes.clear();
  REQUIRE(store->store({&outcome}));
  CHECK_FALSE(outcome.events[0].is_known);
}

TEST_CASE("events that 1.0 stored are known by the ids they say") {
  const TemporaryDatabase database;
  {
    const auto store = open(at(database));
    notifier::Outcome outcome = with_events("a", 1, 3);
    outcome.events.push_back({"a", "", R"({"id":7,"type":"x"})"});
    outcome.events.push_back({"a", "", R"({"id":""})"});
    outcome.events.push_back({"b", "1", R"({"id":"1"})"});
    REQUIRE(store->store({&outcome}));
  }
  execute(database.path,
          "DELETE FROM event_ids; DELETE FROM events_of_1_0; INSERT INTO events_of_1_0 SELECT MAX(rowid) FROM events;");
  auto options = at(database);
  options.events_per_app = 5;
  const auto store = open(options);
  notifier::Outcome outcome = with_events("a", 3, 4);
  REQUIRE(store->store({&outcome}));
  CHECK(outcome.events[0].is_known);
  CHECK_FALSE(outcome.events[1].is_known);
  std::vector<std::string> events;
  CHECK(store->events("a", 0, 10, events) == 5);
  outcome = with_events("a", 1, 2);  // 1 went when 4 came
  REQUIRE(store->store({&outcome}));
  CHECK_FALSE(outcome.events[0].is_known);
  outcome = with_events("b", 1, 1);
  REQUIRE(store->store({&outcome}));
  CHECK(outcome.events[0].is_known);
}

TEST_CASE("a transaction that ends in an exception leaves nothing, and the next one is as any other") {
#if NOTIFIER_EXCEPTIONS
  const TemporaryDatabase database;
  auto options = at(database);
  options.with_outbox = true;
  bool fails = true;
  options.clock = [&]() -> notifier::Timestamp {
    if (fails) throw std::bad_alloc();
    return {};
  };
  const auto store = open(options);
  notifier::Outcome outcome = with_events("a", 1, 2);
  notifier::Delivery delivery;
  delivery.notifier_id = "no-1";
  delivery.idempotency_key = "k";
  delivery.url = "https://h.example/x";
  outcome.deliveries.push_back(delivery);
  CHECK_THROWS_AS((void)store->store({&outcome}), std::bad_alloc);
  std::vector<std::string> events;
  CHECK(store->events("a", 0, 10, events) == 0);
  fails = false;
  REQUIRE(store->store({&outcome}));
  CHECK_FALSE(outcome.events[0].is_known);
  CHECK(outcome.known.empty());
  REQUIRE(store->store({&outcome}));
  CHECK(outcome.events[0].is_known);
  CHECK(outcome.known == std::vector<std::size_t>{0});
  CHECK(store->outbox()->take_arrivals().size() == 1);
#endif
}
