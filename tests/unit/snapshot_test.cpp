// One JSON document for a whole registry: written, loaded all or nothing, written by hand.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/registry/registry.hpp"

using namespace notifier;

namespace {

using Texts = std::vector<std::string>;

Texts faults(const Error& error) {
  Texts out;
  for (const FieldError& fault : error.fields) out.push_back(fault.field + ": " + fault.message);
  return out;
}

/// The faults of a document that must not load, into a registry that must not change.
Texts load_faults(const std::string& json) {
  Registry registry;
  REQUIRE(registry.add_app({"keep", "kept", {}, {}}));
  const std::string before = registry.snapshot();
  const auto loaded = registry.load(json);
  CHECK(registry.snapshot() == before);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == errc::invalid);
  CHECK(loaded.error().message.find("://") == std::string::npos);
  return faults(loaded.error());
}

std::string loaded_snapshot(const std::string& json) {
  Registry registry;
  const auto loaded = registry.load(json);
  if (!loaded) FAIL(loaded.error().message);
  return registry.snapshot();
}

const char* const by_hand = R"({"apps":[
  {"name":"shop","notifiers":[
    {"name":"ops","platform":"slack","type_data":{"webhook_url":"https://hooks.example.com/x"}},
    {"name":"ops","platform":"slack","type_data":{"webhook_url":"https://hooks.example.com/y"}},
    {"name":"mail","type":"email","send_all_events":"true"}]},
  {"id":"7","name":"blog","project_id":"pr-1","owner":{"id":"us-1","username":"anna","email":"anna@example.org"}}],
  "users":[{"id":"us-1","username":"anna","email":"anna@example.org"}],
  "email_from":"Ops <ops@example.org>","link_base":"https://dash.example.org/"})";

}  // namespace

TEST_CASE("a configuration written by hand gets the API's defaults") {
  Registry registry;
  REQUIRE(registry.load(by_hand));
  CHECK(registry.app_count() == 2);
  const auto list = registry.list("shop");
  REQUIRE(list.size() == 3);
  CHECK(list[0].active);
  CHECK_FALSE(list[0].send_all_events);
  CHECK(list[0].created_at == list[0].updated_at);
  CHECK(list[2].platform == Platform::email);
  CHECK(list[2].send_all_events);
  CHECK(registry.find_app("7")->owner.username == "anna");
  CHECK(registry.find_user("us-1")->email == "anna@example.org");
  CHECK(registry.settings().email_from == "Ops <ops@example.org>");
  CHECK(registry.settings().link_base == "https://dash.example.org");
}

TEST_CASE("ids that are missing are derived: unique, shaped as ids are, the same wherever the file is loaded") {
  Registry one;
  RegistryOptions seeded;
  seeded.hash_seed = 12345;
  Registry two(seeded);
  REQUIRE(one.load(by_hand));
  REQUIRE(two.load(by_hand));
  CHECK(one.snapshot() == two.snapshot());
  const auto list = one.list("shop");
  CHECK(list[0].id != list[1].id);
  // As long as these texts stand here, no build and no version may derive others.
  CHECK(one.find_app("shop")->id == "app-b516072b-bced-8719-894c-d48425f0f8bf");
  CHECK(list[0].id == "no-57557eb1-6ad1-845c-a1be-51929af67fb1");
}

TEST_CASE("a derived id steps aside for the same id given to another") {
  Registry registry;
  REQUIRE(registry.load(by_hand));
  const std::string taken = registry.list("shop")[0].id;
  const std::string json =
      R"({"apps":[{"name":"shop","notifiers":[{"name":"ops","platform":"slack","type_data":{"webhook_url":"https://hooks.example.com/x"}},
      {"id":")" +
      taken + R"(","name":"ops","platform":"slack","type_data":{"webhook_url":"https://hooks.example.com/x"}}]}]})";
  REQUIRE(registry.load(json));
  CHECK(registry.list("shop")[0].id != taken);
  CHECK(registry.list("shop")[1].id == taken);
}

TEST_CASE("a snapshot loads into the same snapshot, byte for byte") {
  const std::string first = loaded_snapshot(by_hand);
  CHECK(loaded_snapshot(first) == first);

  Registry registry;
  REQUIRE(registry.load(by_hand));
  NotifierDraft draft;
  draft.platform_id = "5982f145d48c3600273ef08a";
  draft.name = "\xF0\x9F\x98\x80 \"quoted\" \\ \n";
  draft.selected_events = {{"app_deployed", "restart"}};
  draft.type_data =
      R"({"webhook_url":"https://h.example/?q=\"x\"","signing_secret":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],"n":[1e999,-0,null]})";
  REQUIRE(registry.add("blog", draft));
  for (int i = 0; i < 100; ++i) {
    draft.name = "n" + std::to_string(i);
    REQUIRE(registry.add("blog", draft));
  }
  const std::string second = registry.snapshot();
  CHECK(loaded_snapshot(second) == second);
  CHECK(second.find("whsec_") != std::string::npos);
}

TEST_CASE("an empty registry is a document too") {
  CHECK(loaded_snapshot(R"({"apps":[]})") == R"({"version":1,"apps":[],"users":[]})");
  CHECK(Registry().snapshot() == R"({"version":1,"apps":[],"users":[]})");
}

TEST_CASE("loading replaces everything, settings too") {
  Registry registry;
  REQUIRE(registry.load(by_hand));
  REQUIRE(registry.load(R"({"version":1,"apps":[{"id":"1","name":"new"}]})"));
  CHECK(registry.app_count() == 1);
  CHECK(registry.notifier_count() == 0);
  CHECK(registry.users().empty());
  CHECK_FALSE(registry.find_app("shop"));
  CHECK(registry.settings().email_from == Settings().email_from);
  CHECK(registry.settings().link_base.empty());
}

TEST_CASE("a list recorded from another installation loads: the name of a platform decides where its id is not known") {
  Registry registry;
  const auto loaded = registry.load(R"({"apps":[{"id":"5343eccd646173000a140000","name":"shop","notifiers":[
      {"id":"no-1","name":"mail","active":true,"type":"email","platform_id":"5f0000000000000000000001",
       "created_at":"2019-03-04T05:06:07.089Z","updated_at":"2019-03-04T05:06:07.089Z","send_all_alerts":false,
       "send_all_events":true,"selected_event_ids":[],"app_id":"5343eccd646173000a140000","app":"shop",
       "type_data":{"user_ids":[],"emails":["a@example.org"]}},
      {"id":"no-2","name":"chat","type":"rocket_chat","platform_id":"5f0000000000000000000002",
       "type_data":{"webhook_url":"https://chat.example.org/hooks/x"}},
      {"id":"no-3","name":"hook","platform":"webhook","type":"","platform_id":"5f0000000000000000000003",
       "type_data":{"webhook_url":"https://h.example.org/"}}]}]})");
  if (!loaded) FAIL(loaded.error().message);
  const auto list = registry.list("shop");
  REQUIRE(list.size() == 3);
  CHECK(list[0].platform == Platform::email);
  CHECK(list[1].platform == Platform::rocket_chat);
  CHECK(list[2].platform == Platform::webhook);
  CHECK(registry.snapshot().find("5f00000000000000000000") == std::string::npos);
}

TEST_CASE("what of another installation has no name here is named, with what to write in its place") {
  CHECK(
      load_faults(R"({"apps":[{"id":"1","name":"a","notifiers":[
      {"name":"x","platform_id":"5f0000000000000000000001"},
      {"name":"x","platform_id":"5f0000000000000000000001","type":" "},
      {"name":"x","platform_id":"5f0000000000000000000001","type":"fax"},
      {"name":"x","platform_id":"5f0000000000000000000001","type":"email","platform":"slack","type_data":{"webhook_url":"https://h.example/"}},
      {"name":"x","type":"email","selected_event_ids":["5f00000000000000000000ff","5982f139d48c360021b1eb4b"]},
      {"name":"x","type":"email","selected_events":["crash","order_placed"]}]}]})") ==
      Texts{
          "apps[0].notifiers[0].platform_id: is no platform that is known here: '5f0000000000000000000001'; name it in "
          "platform: there are rocket_chat, webhook, slack, email, "
          "mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty",
          "apps[0].notifiers[1].platform_id: is no platform that is known here: '5f0000000000000000000001'; name it in "
          "platform: there are rocket_chat, webhook, slack, email, "
          "mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty",
          "apps[0].notifiers[2].type: is no platform: 'fax'; there are rocket_chat, webhook, slack, email, "
          "mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty",
          "apps[0].notifiers[3].type: does not agree with the platform named before",
          "apps[0].notifiers[4].selected_event_ids: holds an unknown event type id: '5f00000000000000000000ff'; name "
          "the "
          "event in selected_events, or declare its type in event_types",
          "apps[0].notifiers[5].selected_events: holds a name that no event type goes by: 'order_placed'; declare its "
          "type in event_types"});
}

TEST_CASE("a byte order mark before the document is skipped, and a second one is not") {
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(loaded_snapshot(mark + by_hand) == loaded_snapshot(by_hand));
  Registry registry;
  CHECK(registry.load(mark + mark + by_hand).error().code == errc::invalid_json);
  CHECK(registry.load(mark).error().code == errc::invalid_json);
  CHECK(registry.load(mark.substr(0, 2) + by_hand).error().code == errc::invalid_json);
  CHECK(registry.load("  " + mark + by_hand).error().code == errc::invalid_json);
  CHECK(registry.load(mark + "{\"apps\":[}").error().offset == 9);
  // A document is not a file.
  json::Document document;
  CHECK_FALSE(document.parse(mark + by_hand));
}

TEST_CASE("every fault is named by its path") {
  CHECK(load_faults(R"({"apps":[
      {"id":"1","name":"a","notifiers":[{"platform":"slack"},{"name":"x","platform":"pager"},5]},
      {"name":""},
      {"id":"3","name":"c","owner":{"id":"u","email":"x"},"notifiers":{}},
      {"id":"4","name":"d","notifiers":[{"name":"x","platform":"email","created_at":"soon","updated_at":"2018-05-14 09:46:42","id":7}]},
      "app"],
      "users":[{"id":""},{"id":"u"},{"id":"u"}],"email_from":"me","link_base":5})") ==
        Texts{"apps[0].notifiers[0].name: can't be blank", "apps[0].notifiers[0].type_data.webhook_url: can't be blank",
              "apps[0].notifiers[1].platform: is no platform: 'pager'; there are rocket_chat, webhook, slack, email, "
              "mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty",
              "apps[0].notifiers[2]: must be an object", "apps[1].name: can't be blank",
              "apps[2].owner.email: 'x' is not a valid email address", "apps[2].notifiers: must be an array",
              "apps[3].notifiers[0].created_at: must be a time as 2018-05-14T09:46:42.077Z",
              "apps[3].notifiers[0].updated_at: must say its zone, as 2018-05-14T09:46:42.077Z",
              "apps[4]: must be an object", "users[0].id: can't be blank", "users[2].id: has already been taken",
              "link_base: must be a string",
              "email_from: must be an email address, or `Name <address>`; 'me' is not a valid email address"});
}

TEST_CASE("what is given twice is a fault where it is given again") {
  CHECK(load_faults(R"({"apps":[{"id":"1","name":"a"},{"id":"1","name":"b"},{"id":"2","name":"a"}]})") ==
        Texts{"apps[1].id: has already been taken", "apps[2].name: has already been taken"});
  CHECK(load_faults(R"({"apps":[
      {"id":"1","name":"a","notifiers":[{"id":"n","name":"x","platform":"email"},{"id":"n","name":"y","platform":"email"}]},
      {"id":"2","name":"b","notifiers":[{"id":"n","name":"x","platform":"email"}]}]})") ==
        Texts{"apps[0].notifiers[1].id: has already been taken", "apps[1].notifiers[0].id: has already been taken"});
}

TEST_CASE("ways to name the platform have to agree") {
  CHECK(
      loaded_snapshot(
          R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x","platform":"email","type":"email","platform_id":"59c52ac27651ce002c1d4620"}]}]})")
          .find(R"("type":"email")") != std::string::npos);
  CHECK(
      load_faults(
          R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x","type":"slack","platform_id":"59c52ac27651ce002c1d4620"}]}]})") ==
      Texts{"apps[0].notifiers[0].type: does not agree with the platform named before"});
  CHECK(
      load_faults(R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x"}]}]})") ==
      Texts{"apps[0].notifiers[0].platform: can't be blank; there are rocket_chat, webhook, slack, email, "
            "mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty"});
}

TEST_CASE("no more than a hundred faults are told, and how many there are") {
  std::string json = R"({"apps":[{"id":"1","name":"a","notifiers":[)";
  for (int i = 0; i < 5000; ++i) json += R"({"name":"x","platform":"email","id":"same"},)";
  json += "0]}]}";
  Registry registry;
  const auto loaded = registry.load(json);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().fields.size() == 100);
  CHECK(loaded.error().message.find("5000 faults") != std::string::npos);
  CHECK(loaded.error().fields[0].field == "apps[0].notifiers[1].id");
}

TEST_CASE("a version that is not known is not guessed at") {
  for (const char* json : {R"({"version":2})", R"({"version":"1"})", R"({"version":null})", R"({"version":1.5})"}) {
    Registry registry;
    const auto loaded = registry.load(json);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == errc::unsupported);
    CHECK(loaded.error().field == "version");
  }
}

TEST_CASE("what is no JSON, or no object, is told with its place") {
  Registry registry;
  CHECK(registry.load("").error().code == errc::invalid_json);
  CHECK(registry.load("{\"apps\":[}").error().offset == 9);
  CHECK(registry.load("[]").error().code == errc::not_an_object);
  CHECK(registry.load("null").error().code == errc::not_an_object);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "[";
  CHECK(registry.load(deep).error().code == errc::too_deep);
  CHECK(load_faults(R"({"apps":7,"users":"x"})") == Texts{"apps: must be an array", "users: must be an array"});
}

TEST_CASE("the moment zero is never an updated_at: it means that there is no notifier yet") {
  const std::string json = loaded_snapshot(
      R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x","platform":"email","created_at":"1970-01-01T00:00:00Z"}]}]})");
  CHECK(json.find(R"("created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.001Z")") !=
        std::string::npos);
  CHECK(loaded_snapshot(json) == json);
}

TEST_CASE("moments keep their milliseconds, from year 1 to year 9999") {
  const std::string json = loaded_snapshot(
      R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x","platform":"email","created_at":"0001-01-01T00:00:00Z","updated_at":"9999-12-31T23:59:59.999Z"}]}]})");
  CHECK(json.find(R"("created_at":"0001-01-01T00:00:00.000Z","updated_at":"9999-12-31T23:59:59.999Z")") !=
        std::string::npos);
}

TEST_CASE("a host's own event types travel with a snapshot") {
  const std::string json = R"({"apps":[{"id":"1","name":"a","notifiers":[
      {"name":"x","platform":"email","selected_event_ids":["et-1"]},
      {"name":"y","platform":"email","selected_events":["backup/late"]}]}],
      "event_categories":[{"id":"cat-1","name":"backups","display_name":"Backups","position":20}],
      "event_types":[{"id":"et-1","name":"backup_failed","category_id":"cat-1"},
                     {"id":"et-2","name":"backup_slow","kinds":["backup/slow","backup/late"]}]})";
  Registry registry;
  REQUIRE(registry.load(json));
  const EventType* const type = registry.vocabulary()->find_event_type_by_id("et-1");
  REQUIRE(type != nullptr);
  CHECK(registry.vocabulary()->bit_of_kind("backup_failed") == registry.vocabulary()->bit_of(*type));
  CHECK(registry.list("a")[0].selected_event_ids == Texts{"et-1"});
  CHECK(registry.list("a")[1].selected_event_ids == Texts{"et-2"});
  CHECK(type->category_id == "cat-1");
  CHECK(type->display_name == "backup_failed");
  const std::string snapshot = registry.snapshot();
  CHECK(loaded_snapshot(snapshot) == snapshot);
  CHECK(snapshot.find(R"({"id":"et-1","name":"backup_failed","display_name":"backup_failed","description":"",)"
                      R"("category_id":"cat-1"})") != std::string::npos);
  CHECK(snapshot.find(R"({"type":"backup_failed","scope":"app","selectable_as":"backup_failed"})") !=
        std::string::npos);
  // The same types again, into a registry that has them.
  REQUIRE(registry.load(snapshot));
  CHECK(registry.snapshot() == snapshot);
  CHECK(Vocabulary::standard()->find_event_type_by_id("et-1") == nullptr);
  // And without them, they are gone.
  REQUIRE(registry.load(R"({"apps":[]})"));
  CHECK(registry.vocabulary()->find_event_type_by_id("et-1") == nullptr);
}

TEST_CASE("a category keeps its position from 1 to 1,000,000, and comes last where it has another") {
  for (const auto& [given, kept] : {std::pair("1", "1"), std::pair("1000000", "1000000"), std::pair("0", "10"),
                                    std::pair("1000001", "10"), std::pair("\"x\"", "10"), std::pair("-1", "10")}) {
    const std::string snapshot =
        loaded_snapshot(R"({"apps":[],"event_categories":[{"id":"cat-1","name":"backups","position":)" +
                        std::string(given) + R"(}],"event_types":[{"id":"e","name":"f","category_id":"cat-1"}]})");
    CAPTURE(snapshot);
    CHECK(snapshot.find("\"position\":" + std::string(kept) + "}") != std::string::npos);
  }
}

TEST_CASE("what is wrong with a document is counted, and the first of it told") {
  Registry registry;
  const auto message = [&](std::string_view json) { return registry.load(json).error().message; };
  const std::string one = message(R"({"apps":[{"id":"1"}]})");
  const std::string two = message(R"({"apps":[{"id":"1"},5]})");
  CHECK(one == "the document has 1 fault: apps[0].name can't be blank");
  CHECK(two == "the document has 2 faults, the first: apps[0].name can't be blank");
}

TEST_CASE("a notifier is loaded without a trace of the one before it") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"a","notifiers":[
      {"name":"u","platform":"email","active":false,"send_all_alerts":true,"send_all_events":true,
       "selected_event_ids":["5982f139d48c360021b1eb4b"],"type_data":{"emails":["a@b.example"],"user_ids":["us-1"]}},
      {"name":"v","platform":"email"},
      {"name":"w","platform":"webhook","type_data":{"webhook_url":"https://a.example/x","phone":"1",
       "signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
      {"name":"x","platform":"webhook","type_data":{"webhook_url":"https://a.example/y"}},
      {"name":"y","platform":"email"}]}]})"));
  const auto all = registry.list("a");
  REQUIRE(all.size() == 5);
  for (const std::size_t i : {std::size_t{1}, std::size_t{4}}) {
    CHECK(all[i].active);
    CHECK_FALSE(all[i].send_all_alerts);
    CHECK_FALSE(all[i].send_all_events);
    CHECK(all[i].selected_event_ids.empty());
    CHECK(all[i].type_data.text("webhook_url").empty());
    CHECK(all[i].type_data.texts("emails").empty());
    CHECK(all[i].type_data.texts("user_ids").empty());
    CHECK(all[i].type_data.other.empty());
  }
  Registry again;
  REQUIRE(again.load(registry.snapshot()));
  CHECK(again.snapshot() == registry.snapshot());
  CHECK(again.list("a")[1].type_data.texts("user_ids").empty());
  CHECK(again.list("a")[1].type_data.texts("emails").empty());
  CHECK(all[2].type_data.texts("signing_secret").size() == 1);
  CHECK(all[3].type_data.texts("signing_secret").empty());
  CHECK(all[3].type_data.other.empty());
}

TEST_CASE("a snapshot has an app's owner where anything is known of them") {
  const auto owner = [](std::string_view json) {
    const std::string snapshot =
        loaded_snapshot(R"({"apps":[{"id":"1","name":"a","owner":)" + std::string(json) + "}]}");
    return snapshot.find("\"owner\"") != std::string::npos;
  };
  CHECK(owner(R"({"id":"us-1"})"));
  CHECK(owner(R"({"id":"us-1","username":"anna","email":"anna@example.org"})"));
  CHECK_FALSE(owner("null"));
}

TEST_CASE("users are listed in the order in which they were added") {
  std::string users;
  for (const char* id : {"q", "d", "m", "a", "z", "k", "b", "x", "f", "t"}) {
    users += std::string(users.empty() ? "" : ",") + R"({"id":")" + id + R"(","username":"u","email":"u@example.org"})";
  }
  users = "\"users\":[" + users + "]";
  CHECK(loaded_snapshot(R"({"apps":[],)" + users + "}").find(users) != std::string::npos);
}

TEST_CASE("event types that cannot be are faults") {
  CHECK(
      load_faults(
          R"({"event_types":[{"id":"","name":"x"},5,{"id":"e","name":"app_deployed"},{"id":"f","name":"g","category_id":"none"},
                        {"id":"h","name":"i","kinds":["restart"]}]})")
          .size() == 5);
  CHECK(load_faults(R"({"event_types":{"a":1}})") == Texts{"event_types: must be an array"});
}

TEST_CASE("faults do not show secrets") {
  Registry registry;
  const auto loaded = registry.load(
      R"({"apps":[{"id":"1","name":"a","notifiers":[{"name":"x","platform":"webhook","type_data":{"webhook_url":"https://u:hunter2@h.example/","signing_secret":"whsec_hunter2"}}]}]})");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message.find("hunter2") == std::string::npos);
  for (const FieldError& fault : loaded.error().fields) CHECK(fault.message.find("hunter2") == std::string::npos);
}

TEST_CASE("twenty thousand notifiers in all sizes of apps load, and are all found") {
  std::string json = R"({"apps":[)";
  std::size_t count = 0;
  for (int a = 0; count < 20000; ++a) {
    if (a > 0) json += ',';
    json += R"({"id":"app)" + std::to_string(a) + R"(","name":"name)" + std::to_string(a) + R"(","notifiers":[)";
    const int size = a % 50 == 0 ? 300 : a % 7;
    for (int i = 0; i < size; ++i, ++count) {
      if (i > 0) json += ',';
      json += R"({"id":"n)" + std::to_string(count) + R"(","name":"x","platform":"email"})";
    }
    json += "]}";
  }
  Registry registry;
  REQUIRE(registry.load(json + "]}"));
  CHECK(registry.notifier_count() == count);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) found += registry.find("n" + std::to_string(i)).has_value() ? 1u : 0u;
  CHECK(found == count);
  const std::string snapshot = registry.snapshot();
  CHECK(loaded_snapshot(snapshot) == snapshot);
}

TEST_CASE("own kinds come back whole: of every scope, of an own type, a built-in one or none") {
  auto vocabulary = std::make_shared<Vocabulary>();
  REQUIRE(vocabulary->add_category({"cat-9", "own", "Own", 9}));
  EventType type = vocabulary->event_types().front();
  type.id = "et-1";
  type.name = "quota_reached";
  REQUIRE(vocabulary->add_event_type(type));
  const EventKind kinds[] = {{"quota/app", Scope::app, "quota_reached"},
                             {"quota/project", Scope::project, "quota_reached"},
                             {"quota/account", Scope::account, "quota_reached"},
                             {"rolled_back", Scope::app, "app_deployed"},
                             {"moved", Scope::project, "app_deployed"},
                             {"unselectable", Scope::app, ""},
                             {"account_closed", Scope::account, ""}};
  for (const EventKind& kind : kinds) REQUIRE(vocabulary->add_event_kind(kind));
  RegistryOptions options;
  options.vocabulary = vocabulary;
  const std::string snapshot = Registry(options).snapshot();

  Registry registry;  // of a host that has none of them
  const auto loaded = registry.load(snapshot);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  for (const EventKind& kind : kinds) {
    const auto held = registry.vocabulary();
    const EventKind* const found = held->find_event_kind(kind.type);
    REQUIRE_MESSAGE(found != nullptr, kind.type);
    CHECK(found->scope == kind.scope);
    CHECK(found->selectable_as == kind.selectable_as);
    CHECK(held->bit_of_kind(kind.type) == vocabulary->bit_of_kind(kind.type));
  }
  CHECK(registry.vocabulary()->event_kinds().size() == vocabulary->event_kinds().size());
  CHECK(registry.snapshot() == snapshot);
  CHECK(registry.load_configuration(registry.configuration()));
  CHECK(registry.vocabulary()->event_kinds().size() == vocabulary->event_kinds().size());
  Registry host(options);  // of the host that has them
  REQUIRE(host.load(snapshot));
  CHECK(host.snapshot() == snapshot);
}

TEST_CASE("categories of a host's own come back where nothing else is its own") {
  Registry registry;
  const std::string own = R"({"id":"cat-9","name":"own","display_name":"Own","position":9})";
  REQUIRE(registry.load(R"({"apps":[],"event_categories":[)" + own + "]}"));
  CHECK(registry.snapshot().find(R"("categories":[)" + own + "]") != std::string::npos);
}

TEST_CASE("what 1.0 wrote of a host's project kind loads beside that host's vocabulary") {
  auto vocabulary = std::make_shared<Vocabulary>();
  EventType type = vocabulary->event_types().front();
  type.id = "et-1";
  type.name = "quota_reached";
  REQUIRE(vocabulary->add_event_type(type));
  REQUIRE(vocabulary->add_event_kind({"quota", Scope::project, "quota_reached"}));
  RegistryOptions options;
  options.vocabulary = vocabulary;
  Registry registry(options);
  REQUIRE(registry.load(
      R"({"version":1,"apps":[],"event_types":[{"id":"et-1","name":"quota_reached","kinds":["quota"]}]})"));
  CHECK(registry.vocabulary()->find_event_kind("quota")->scope == Scope::project);
}

TEST_CASE("an event kind that cannot be is named") {
  const auto faults = [](const char* kind) { return load_faults(R"({"event_kinds":[)" + std::string(kind) + "]}"); };
  CHECK(faults(R"({"type":"","scope":"app"})") == Texts{"event_kinds[0].type: can't be blank"});
  CHECK(faults(R"({"type":"x","scope":"team"})") == Texts{"event_kinds[0].scope: must be app, project or account"});
  CHECK(faults(R"({"type":"x","scope":5})") == Texts{"event_kinds[0].scope: must be app, project or account"});
  CHECK(faults(R"({"type":"restart","scope":"project"})") == Texts{"event_kinds[0].type: is already taken"});
  CHECK(faults(R"({"type":"x","selectable_as":"nothing"})").size() == 1);
  CHECK(Registry().load(R"({"apps":[],"event_kinds":[{"type":"restart","selectable_as":"app_restarted"}]})"));
  CHECK(faults("5") == Texts{"event_kinds[0]: must be an object"});
}

TEST_CASE("a key that is not known is a fault that names the one which was probably meant") {
  CHECK(load_faults(R"({"version":1,"aps":[]})") ==
        Texts{"aps: is not known here; did you mean apps?", "apps: is missing: an array of apps, [] for none"});
  CHECK(load_faults(R"({"apps":[{"name":"a","notifier":[],"owner":{"id":"u","mail":"a@example.com"}},
                     {"name":"b","notifiers":[{"name":"n","platform":"email","send_all_event":true,"typedata":{}}]}],
            "users":[{"id":"u","name":"x"}],"colour":1,"event_types":[]})") ==
        Texts{"colour: is not known here; there are version, apps, users, vocabulary, event_types, event_kinds, "
              "event_categories, email_from, link_base, links, logo_url, language, events, event_ids",
              "apps[0].notifier: is not known here; did you mean notifiers?",
              "apps[0].owner.mail: is not known here; did you mean email?",
              "apps[1].notifiers[0].send_all_event: is not known here; did you mean send_all_events?",
              "apps[1].notifiers[0].typedata: is not known here; did you mean type_data?",
              "users[0].name: is not known here; there are id, username, email"});
  CHECK(load_faults(R"({"apps":[],"event_types":[{"id":"1","name":"x","kind":["x"],"templat":1}]})") ==
        Texts{"event_types[0].kind: is not known here; did you mean kinds?",
              "event_types[0].templat: is not known here; did you mean template?"});
  CHECK(load_faults(R"({"apps":[],"event_categories":[{"id":"c","name":"x","pos":1}],)"
                    R"("event_kinds":[{"type":"x","scop":"app"}]})") ==
        Texts{"event_categories[0].pos: is not known here; there are id, name, display_name, position",
              "event_kinds[0].scop: is not known here; did you mean scope?"});
}

TEST_CASE("a key of no characters is named by its quotes") {
  CHECK(load_faults(R"({"":2,"apps":[]})").front().substr(0, 25) == "'': is not known here; th");
  CHECK(load_faults(R"({"apps":[{"name":"a","":1}]})").front().substr(0, 30) == "apps[0].'': is not known here;");
}

TEST_CASE("a key that is not known is shown short, in printable characters, and not where it may be a secret") {
  const std::string long_key(200, 'k');
  const Texts faults =
      load_faults(R"({"apps":[],"a\u001b\n":1,"https://hooks.example.com/SECRET":1,")" + long_key + "\":1}");
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].rfind("a\\x1b\\x0a: is not known here", 0) == 0);
  CHECK(faults[1].rfind("...: is not known here; there are", 0) == 0);
  CHECK(faults[2].rfind(std::string(64, 'k') + "...: is not known here; there are", 0) == 0);
}

TEST_CASE("apps have to be there, unless what is read is a configuration without them") {
  CHECK(load_faults("{}") == Texts{"apps: is missing: an array of apps, [] for none"});
  CHECK(load_faults(R"({"apps":null})") == Texts{"apps: is missing: an array of apps, [] for none"});
  Registry registry;
  REQUIRE(registry.set_settings({"a@example.org", {}}));
  Registry other;
  REQUIRE(other.load_configuration(registry.configuration()));
  CHECK(other.settings().email_from == "a@example.org");
  CHECK_FALSE(other.load_configuration(R"({"emailfrom":"a@example.org"})"));
}

TEST_CASE("type_data is open") {
  const std::string json = loaded_snapshot(
      R"({"apps":[{"name":"a","notifiers":[{"name":"n","platform":"email","type_data":{"colour":"red","emial":1}}]}]})");
  CHECK(json.find(R"("colour":"red","emial":1)") != std::string::npos);
}
