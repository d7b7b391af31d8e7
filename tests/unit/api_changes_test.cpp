// What the table of the wire contract (tests/conformance/api) cannot show of changes: what they are to a registry that
// takes them, and who is told.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "notifier/api/api.hpp"

using api_world::at;
using api_world::drawing_ids;
using api_world::post_events;
using api_world::World;

TEST_CASE("an app is added with what the body says of it") {
  World world;
  const auto outcome = world.call("POST", "/v1/apps",
                                  R"({"app":{"name":"new","project_id":"pr-7",)"
                                  R"("owner":{"id":"us-9","username":"sam","email":"sam@example.com"}}})");
  CHECK(outcome.response.status == 201);
  REQUIRE_FALSE(outcome.changes.empty());
  const notifier::App& app = outcome.changes[0].app;
  CHECK(app.name == "new");
  CHECK(app.project_id == "pr-7");
  CHECK(app.owner.id == "us-9");
  CHECK(app.owner.username == "sam");
  CHECK(app.owner.email == "sam@example.com");
  CHECK(at(world.call("POST", "/v1/apps", R"({"app":{"name":"a","project_id":1,"owner":{"id":2}}})").response.body,
           {"errors"}) == R"({"project_id":["must be a string"],"owner.id":["must be a string"]})");
}

TEST_CASE("a notifier that the host switches off is inactive, and its owner is told why") {
  World world;
  const auto outcome = world.api.switch_off("app-1", "no-2", "the target is gone");
  CHECK(outcome.response.status == 200);
  REQUIRE(outcome.changes.size() == 1);
  CHECK_FALSE(outcome.changes[0].notifier.active);
  REQUIRE(outcome.events.size() == 1);
  CHECK(at(outcome.events[0].json, {"type"}) == "\"edit_notifier\"");
  CHECK(at(outcome.events[0].json, {"type_data", "active"}) == "false");
  CHECK(at(outcome.events[0].json, {"type_data", "disabled_because"}) == "\"the target is gone\"");
  REQUIRE(outcome.deliveries.size() == 1);
  CHECK(outcome.deliveries[0].notifier_id == "no-1");
  CHECK(
      outcome.deliveries[0].body.str().find(
          R"(The notifier \"signed\" of shop was switched off, since it failed: the target is gone (platform: webhook).)") !=
      std::string::npos);
  CHECK(outcome.events[0].json.find("SECRET") == std::string::npos);

  REQUIRE(world.registry.apply(outcome.changes));
  const auto again = world.api.switch_off("app-1", "no-2", "the target is gone");
  CHECK(again.response.status == 200);
  CHECK(again.changes.empty());
  CHECK(again.events.empty());
  CHECK(world.api.switch_off("app-1", "no-3", "x").response.status == 404);
  CHECK(world.api.switch_off("app-2", "no-2", "x").response.status == 404);
}

TEST_CASE("why a notifier was switched off by nobody stays with it until somebody switches it on") {
  World world;
  const auto show = [&] { return world.call("GET", "/v1/apps/shop/notifiers/no-2").response.body; };
  const auto patch = [&](const char* body) {
    REQUIRE(world.registry.apply(world.call("PATCH", "/v1/apps/shop/notifiers/no-2", body).changes));
  };
  CHECK(show().find("switched_off") == std::string::npos);
  const auto off = world.api.switch_off("app-1", "no-2", "the target is gone");
  REQUIRE(off.changes.size() == 1);
  // As every store has it: through the JSON of the change.
  notifier::Buffer json;
  notifier::json::Writer writer(json);
  write_json(writer, off.changes[0]);
  notifier::json::Document document;
  const auto root = document.parse(json.view());
  REQUIRE(root);
  const auto change = notifier::read_change(*root);
  REQUIRE(change);
  REQUIRE(world.registry.apply({*change}));
  const std::string at_text = notifier::to_rfc3339(world.registry.find("app-1", "no-2")->updated_at);
  CHECK(at(show(), {"notifier", "switched_off"}) == R"({"reason":"the target is gone","at":")" + at_text + "\"}");

  SUBCASE("another change of it leaves it") {
    patch(R"({"notifier":{"name":"renamed","active":false}})");
    CHECK(at(show(), {"notifier", "switched_off", "at"}) == "\"" + at_text + "\"");
  }
  SUBCASE("it is in a snapshot") {
    notifier::Registry other;
    REQUIRE(other.load(world.registry.snapshot()));
    CHECK(other.find("app-1", "no-2")->switched_off->reason == "the target is gone");
    CHECK(other.snapshot() == world.registry.snapshot());
  }
  SUBCASE("switched on, and off by a person, it is gone") {
    patch(R"({"notifier":{"active":true}})");
    CHECK(show().find("switched_off") == std::string::npos);
    patch(R"({"notifier":{"active":false}})");
    CHECK(show().find("switched_off") == std::string::npos);
  }
  SUBCASE("a client cannot say it") {
    patch(R"({"notifier":{"active":true,"switched_off":{"reason":"said","at":"2020-01-01T00:00:00Z"}}})");
    patch(R"({"notifier":{"active":false,"switched_off":{"reason":"said","at":"2020-01-01T00:00:00Z"}}})");
    CHECK(show().find("said") == std::string::npos);
  }
  SUBCASE("of a reason without end a part is kept, and of one that is no text nothing") {
    patch(R"({"notifier":{"active":true}})");
    std::string endless;
    while (endless.size() < 100'000) endless += "\xF0\x9F\x98\x80";
    const auto cut = world.api.switch_off("app-1", "no-2", endless).changes.at(0).notifier.switched_off;
    REQUIRE(cut);
    CHECK(cut->reason.size() == 1024);
    CHECK_FALSE(world.api.switch_off("app-1", "no-2", "\xFF").changes.at(0).notifier.switched_off);
    CHECK_FALSE(world.api.switch_off("app-1", "no-2", "").changes.at(0).notifier.switched_off);
  }
}

TEST_CASE("a snapshot that says wrongly why a notifier is off is refused with the place") {
  const auto load = [](const std::string& off) {
    notifier::Registry registry;
    const auto loaded = registry.load(
        R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[{"name":"n","platform":"webhook","active":false,)"
        R"("type_data":{"webhook_url":"https://hook.example.com/"},"switched_off":)" +
        off + "}]}]}");
    return loaded ? std::string() : loaded.error().fields.at(0).field;
  };
  CHECK(load("null").empty());
  CHECK(load(R"({"reason":"gone","at":"2020-01-01T00:00:00Z"})").empty());
  CHECK(load(R"({"reason":"gone","at":"yesterday"})") == "apps[0].notifiers[0].switched_off");
  CHECK(load(R"({"reason":"","at":"2020-01-01T00:00:00Z"})") == "apps[0].notifiers[0].switched_off.reason");
  CHECK(load("7") == "apps[0].notifiers[0].switched_off");
}

TEST_CASE("a renamed app keeps its id and its notifiers, which are told under the new name") {
  World world(drawing_ids());
  const auto outcome = world.call("PATCH", "/v1/apps/shop", R"({"app":{"name":"store","unknown":1}})");
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.body ==
        R"({"app":{"id":"app-1","name":"store","owner":null},)"
        R"("warnings":[{"field":"unknown","code":"unknown_key",)"
        R"("message":"is not known here; there are id, name, owner, project_id, language, notifiers"}]})");
  REQUIRE(outcome.changes.size() == 1);
  REQUIRE(outcome.events.size() == 1);
  CHECK(at(outcome.events[0].json, {"type"}) == "\"rename_app\"");
  CHECK(at(outcome.events[0].json, {"app_name"}) == "\"store\"");
  CHECK(at(outcome.events[0].json, {"type_data"}) == R"({"old_name":"shop","new_name":"store"})");
  REQUIRE(outcome.deliveries.size() == 1);
  CHECK(outcome.deliveries[0].notifier_id == "no-1");
  CHECK(outcome.deliveries[0].body.str().find(R"(The app was renamed from \"shop\" to \"store\".)") !=
        std::string::npos);
  REQUIRE(world.registry.apply(outcome.changes));
  CHECK(world.call("GET", "/v1/apps/shop").response.status == 404);
  CHECK(world.call("GET", "/v1/apps/store/notifiers/no-2").response.status == 200);
}

TEST_CASE("what else changes in an app is told as what it is; what does not change is no change") {
  World world(drawing_ids());
  const auto kinds = [&](std::string_view body) {
    auto outcome = world.call("PATCH", "/v1/apps/shop", body);
    CHECK(outcome.response.status == 200);
    std::string all;
    for (const auto& event : outcome.events) all += at(event.json, {"type"}) + at(event.json, {"type_data"}) + " ";
    CHECK(outcome.changes.size() == (all.empty() ? 0 : 1));
    REQUIRE(world.registry.apply(outcome.changes));
    return all;
  };
  CHECK(kinds(R"({"app":{}})") == "");
  CHECK(kinds(R"({"app":{"name":"shop","owner":null,"project_id":null}})") == "");
  CHECK(kinds(R"({"app":{"project_id":"p-1"}})") == R"("update_app_project"{"new_project_id":"p-1"} )");
  CHECK(kinds(R"({"app":{"project_id":"p-2"}})") ==
        R"("update_app_project"{"old_project_id":"p-1","new_project_id":"p-2"} )");
  CHECK(kinds(R"({"app":{"project_id":""}})") == R"("edit_app"{} )");
  CHECK(
      kinds(R"({"app":{"owner":{"id":"u","username":"jane","email":"jane@example.com"}}})") ==
      R"("transfer_app"{"old_owner":{"id":"","username":"","email":""},"new_owner":{"id":"u","username":"jane","email":"jane@example.com"}} )");
  CHECK(kinds(R"({"app":{"owner":{"id":"u","username":"jane","email":""}}})") == R"("edit_app"{} )");
}

TEST_CASE("an app is removed together with its notifiers, each of which is named") {
  World world;
  const auto outcome = world.call("DELETE", "/v1/apps/shop");
  CHECK(outcome.response.status == 204);
  REQUIRE(outcome.changes.size() == 3);
  CHECK(outcome.changes[0].op == notifier::Change::Op::remove_notifier);
  CHECK(outcome.changes[0].notifier.id == "no-1");
  CHECK(outcome.changes[1].notifier.id == "no-2");
  CHECK(outcome.changes[2].op == notifier::Change::Op::remove_app);
  CHECK(outcome.events.empty());
  CHECK(outcome.deliveries.empty());
  REQUIRE(world.registry.apply(outcome.changes));
  CHECK(world.call("DELETE", "/v1/apps/shop").response.status == 404);
  CHECK(world.registry.notifier_count() == 0);
}

TEST_CASE("a person is changed and removed by id, and an id that stands for nobody stays where it is named") {
  World world;
  REQUIRE(world.registry.put_user({"us-1", "jane", "jane@example.com"}));
  notifier::NotifierDraft draft;
  draft.platform = "email";
  draft.name = "mail";
  draft.send_all_events = true;
  draft.type_data = R"({"user_ids":["us-1"]})";
  REQUIRE(world.registry.add("shop", draft));
  auto outcome = world.call("PATCH", "/v1/users/us-1", R"({"user":{"email":"new@example.com"}})");
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.body == R"({"user":{"id":"us-1","username":"jane","email":"new@example.com"}})");
  REQUIRE(world.registry.apply(outcome.changes));
  const auto recipients = [&] {
    const auto events = post_events(world, R"({"type":"restart"})");
    return events.deliveries.back().to;
  };
  CHECK(recipients() == std::vector<std::string>{"new@example.com"});
  CHECK(world.call("PATCH", "/v1/users/us-1", R"({"user":{"email":"new@example.com"}})").changes.empty());
  CHECK(world.call("PATCH", "/v1/users/us-1", R"({"user":{"email":"no address"}})").response.status == 422);
  CHECK(world.call("PATCH", "/v1/users/us-1", R"({"user":{"email":3}})").response.status == 422);
  CHECK(world.call("PATCH", "/v1/users/us-1", R"({"email":"a@b.example"})").response.status == 422);
  CHECK(world.call("PATCH", "/v1/users/nope", R"({"user":{}})").response.status == 404);
  outcome = world.call("DELETE", "/v1/users/us-1");
  CHECK(outcome.response.status == 204);
  REQUIRE(world.registry.apply(outcome.changes));
  CHECK(recipients().empty());
  CHECK(world.registry.list("shop").back().type_data.texts("user_ids") == std::vector<std::string>{"us-1"});
  CHECK(world.call("DELETE", "/v1/users/us-1").response.status == 404);
}
