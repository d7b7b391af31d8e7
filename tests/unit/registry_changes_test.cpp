// What changes do to apps and people, what they expect to be there, and their JSON form.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/routing/router.hpp"
#include "registry_commit_world.hpp"

using namespace notifier;
using namespace registry_commit_world;

// ---- apps and people ------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(World, "an app is removed with its notifiers, unless one was added since that was planned") {
  const Changes stale = *registry.plan_remove_app("shop");
  REQUIRE(stale.size() == 3);
  REQUIRE(registry.add("shop", webhook("third")));
  CHECK(is_conflict(registry.apply(stale)));
  Changes only_the_app = {stale.back()};
  CHECK(is_conflict(registry.apply(only_the_app)));
  CHECK(registry.list("shop").size() == 3);
  auto outcomes = outcomes_of({*registry.plan_remove_app("shop")});
  CHECK(commit(outcomes)[0]);
  CHECK_FALSE(registry.find_app("app-1"));
  CHECK(registry.notifier_count() == 0);
  Router router(registry);
  CHECK(*router.match(R"({"type":"restart","app_id":"app-1"})", [](std::string_view) {}) == 0);
  CHECK(*router.match(R"({"type":"new_project","project_id":"pr"})", [](std::string_view) {}) == 0);
  CHECK(registry.remove_app("shop").error().code == errc::not_found);
  // It may be there again, with the same id and name, and has nothing of what it had.
  CHECK(registry.add_app({"app-1", "shop", {}, {}}));
  CHECK(registry.list("shop").empty());
}

TEST_CASE_FIXTURE(World, "an app with many notifiers is removed as one with few") {
  for (int i = 0; i < 300; ++i) REQUIRE(registry.add("shop", webhook(std::to_string(i))));
  auto outcomes = outcomes_of({*registry.plan_remove_app("app-1")});
  CHECK(outcomes[0].changes.size() == 303);
  CHECK(commit(outcomes)[0]);
  CHECK(registry.notifier_count() == 0);
  CHECK(registry.app_count() == 1);
}

TEST_CASE_FIXTURE(World, "a renamed app keeps its id, its place, its notifiers and their order") {
  const auto renamed = registry.rename_app("shop", "store");
  REQUIRE(renamed);
  CHECK(renamed->id == "app-1");
  CHECK(registry.apps()[0].name == "store");
  CHECK(registry.list("store")[1].id == second);
  CHECK(registry.list("store")[1].app == "store");
  CHECK_FALSE(registry.find_app("shop"));
  CHECK(registry.rename_app("store", "blog").error().fields[0].code == "taken");
  CHECK(registry.rename_app("store", "store"));
  CHECK(registry.rename_app("store", " ").error().code == errc::invalid);
  CHECK(registry.rename_app("shop", "x").error().field == "app");
  AppPatch patch;
  patch.project_id = "pr-2";
  patch.owner = User{"us-1", "anna", "anna@example.org"};
  REQUIRE(registry.update_app("store", patch));
  Router router(registry);
  const auto reached = [&](const std::string& project) {
    return *router.match(R"({"type":"new_project","project_id":")" + project + "\"}", [](std::string_view) {});
  };
  CHECK(reached("pr") == 0);
  CHECK(reached("pr-2") == 2);
  CHECK(registry.find_app("app-1")->owner.username == "anna");
}

TEST_CASE_FIXTURE(World, "a person who is removed stands for nobody where notifiers name them") {
  NotifierDraft draft;
  draft.platform = "email";
  draft.name = "mail";
  draft.send_all_events = true;
  draft.type_data = R"({"user_ids":["us-1"],"emails":["ops@example.org"]})";
  const std::string id = registry.add("blog", draft)->id;
  Router router(registry);
  const auto recipients = [&] {
    std::vector<std::string> to;
    REQUIRE(router.route(R"({"type":"restart","app_id":"app-2"})",
                         [&](const DeliveryView& view) { to = Delivery::own(view).to; }));
    return to;
  };
  CHECK(recipients() == std::vector<std::string>{"anna@example.org", "ops@example.org"});
  UserPatch patch;
  patch.email = "new@example.org";
  CHECK(registry.update_user("us-1", patch)->username == "anna");
  CHECK(recipients() == std::vector<std::string>{"new@example.org", "ops@example.org"});
  CHECK(registry.remove_user("us-1")->email == "new@example.org");
  CHECK(recipients() == std::vector<std::string>{"ops@example.org"});
  CHECK(registry.find(id)->type_data.texts("user_ids") == std::vector<std::string>{"us-1"});
  CHECK(registry.remove_user("us-1").error().field == "user");
  CHECK(registry.update_user("us-1", patch).error().code == errc::not_found);
}

// ---- what changes expect --------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(World, "a change says what it expects: nothing, a version, or whatever there is") {
  Change user;
  user.op = Change::Op::put_user;
  user.user = {"us-1", "gert", {}};
  CHECK(is_conflict(registry.apply({user})));  // there must be none
  user.expected = version_of(User{"us-1", "somebody", {}});
  CHECK(is_conflict(registry.apply({user})));
  user.expected = version_of(*registry.find_user("us-1"));
  CHECK(registry.apply({user}));
  CHECK(is_conflict(registry.apply({user})));
  user.expected = "*";
  CHECK(registry.apply({user}));
  user.user.id = "us-9";
  CHECK(registry.apply({user}));

  Change app;
  app.op = Change::Op::remove_app;
  app.app.id = "app-2";
  CHECK(is_conflict(registry.apply({app})));
  app.expected = "*";
  CHECK(registry.apply({app}));
  CHECK(is_conflict(registry.apply({app})));
  Change gone;
  gone.op = Change::Op::remove_user;
  gone.user.id = "us-8";
  gone.expected = "*";
  CHECK(is_conflict(registry.apply({gone})));
}

TEST_CASE("versions differ wherever a member does") {
  const App app{"id", "name", {"owner", "user", "e@x.example"}, "project"};
  std::vector<std::string> versions = {version_of(app)};
  for (int member = 0; member < 6; ++member) {
    App other = app;
    std::string* const members[] = {&other.id,       &other.name,           &other.project_id,
                                    &other.owner.id, &other.owner.username, &other.owner.email};
    *members[member] += "x";
    versions.push_back(version_of(other));
  }
  versions.push_back(version_of(App{"idn", "ame", app.owner, app.project_id}));
  for (const std::string& version : versions) CHECK(version.size() == 32);
  std::sort(versions.begin(), versions.end());
  CHECK(std::unique(versions.begin(), versions.end()) == versions.end());
  Notifier notifier;
  notifier.updated_at.ms = 1525945602077;
  CHECK(version_of(notifier) == "2018-05-10T09:46:42.077Z");
}

TEST_CASE_FIXTURE(World, "removals survive their JSON form, and 1.0's form of a change is read as it was meant") {
  const auto again = [](const Change& change) {
    Buffer json;
    json::Writer out(json);
    write_json(out, change);
    json::Document document;
    auto read = read_change(*document.parse(json.view()));
    REQUIRE_MESSAGE(read, json.view());
    Buffer second_json;
    json::Writer second_out(second_json);
    write_json(second_out, *read);
    CHECK(second_json.view() == json.view());
    return *read;
  };
  const Changes removal = *registry.plan_remove_app("shop");
  for (const Change& change : removal) CHECK(registry.apply({again(change)}));
  CHECK_FALSE(registry.find_app("shop"));
  CHECK(registry.apply({again(*registry.plan_remove_user("us-1"))}));

  const auto expected = [](const std::string& op, const std::string& json) {
    json::Document document;
    const auto change = read_change(*document.parse(
        R"({"op":")" + op +
        R"(","app":{"id":"1","name":"a"},"user":{"id":"1"},"notifier":{"id":"1","type":"email","name":"x"})" + json +
        "}"));
    return change ? change->expected : "refused: " + change.error().fields[0].field;
  };
  CHECK(expected("put_notifier", R"(,"expected":null)").empty());
  CHECK(expected("put_notifier", "").empty());
  CHECK(expected("put_notifier", R"(,"expected":"2018-05-14T11:46:42.077+02:00")") == "2018-05-14T09:46:42.077Z");
  CHECK(expected("remove_notifier", R"(,"expected":"*")") == "*");
  CHECK(expected("put_notifier", R"(,"expected":"yesterday")") == "refused: expected");
  CHECK(expected("put_app", R"(,"expected":"00ff")") == "00ff");
  CHECK(expected("put_app", R"(,"expected":"")") == "refused: expected");
  CHECK(expected("remove_user", R"(,"expected":5)") == "refused: expected");
}

TEST_CASE("members that 1.0 kept unread stay so where they are not of the shape that they need now") {
  const auto stored = [](const std::string& type_data) {
    notifier::json::Document document;
    const std::string text =
        R"({"op":"put_notifier","notifier":{"id":"no-1","name":"n","type":"webhook","app_id":"a","app":"shop",)"
        R"("created_at":"2020-01-01T00:00:00.000Z","updated_at":"2020-01-01T00:00:00.000Z","type_data":)" +
        type_data + "}}";
    const auto root = document.parse(text);
    REQUIRE(root);
    auto change = notifier::read_change(*root);
    REQUIRE(change);
    return change->notifier.type_data;
  };
  const auto odd = stored(R"({"webhook_url":"https://hook.example.com/","headers":[["A","b"]],"method":7})");
  CHECK(odd.text("webhook_url") == "https://hook.example.com/");
  CHECK(odd.texts("headers").empty());
  CHECK(odd.other == R"("headers":[["A","b"]],"method":7)");
  const auto fine = stored(R"({"webhook_url":"https://hook.example.com/","headers":{"A":"b"},"method":"PUT"})");
  CHECK(fine.texts("headers").size() == 2);
  CHECK(fine.text("method") == "PUT");
  CHECK(fine.other.empty());
}
