// Changes that a store keeps: judged and reserved, stored, then seen; or nothing has happened.

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/group_commit.hpp"
#include "notifier/api/response.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

using Changes = std::vector<Change>;

NotifierDraft webhook(std::string name) {
  NotifierDraft draft;
  draft.platform = "webhook";
  draft.name = std::move(name);
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":"https://h.example/x"})";
  return draft;
}

NotifierDraft named(std::string name) {
  NotifierDraft draft;
  draft.name = std::move(name);
  return draft;
}

AppPatch app_named(std::string name) {
  AppPatch patch;
  patch.name = std::move(name);
  return patch;
}

/// Two apps, of which the first has two notifiers, and a person.
struct World {
  World() {
    REQUIRE(registry.add_app({"app-1", "shop", {}, "pr"}));
    REQUIRE(registry.add_app({"app-2", "blog", {}, {}}));
    first = registry.add("shop", webhook("first"))->id;
    second = registry.add("shop", webhook("second"))->id;
    REQUIRE(registry.put_user({"us-1", "anna", "anna@example.org"}));
  }

  Prepared prepare(const std::vector<Changes>& outcomes) {
    std::vector<const Changes*> pointers;
    for (const Changes& changes : outcomes) pointers.push_back(&changes);
    return registry.prepare(pointers);
  }
  Changes update(const std::string& id, std::string name) {
    return {*registry.plan_update("app-1", id, named(std::move(name)))};
  }
  Changes rename(std::string_view app, std::string name) {
    return {*registry.plan_update_app(app, app_named(std::move(name)))};
  }
  std::vector<Result<void>> commit(std::vector<Outcome>& outcomes) {
    std::vector<Outcome*> pointers;
    for (Outcome& outcome : outcomes) pointers.push_back(&outcome);
    return registry.commit(pointers, [this](const std::vector<Outcome*>& accepted) {
      batches.push_back(accepted.size());
      return Result<void>();
    });
  }
  std::string name_of(const std::string& id) { return registry.find(id)->name; }

  Registry registry;
  std::string first, second;
  std::vector<std::size_t> batches;
};

std::vector<Outcome> outcomes_of(std::vector<Changes> changes) {
  std::vector<Outcome> outcomes(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) outcomes[i].changes = std::move(changes[i]);
  return outcomes;
}

Error error_of(errc code) {
  Error error;
  error.code = code;
  error.message = "the store says so";
  return error;
}

bool is_conflict(const Result<void>& result) { return !result && result.error().code == errc::conflict; }

}  // namespace

// ---- prepare, publish, abandon --------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(World, "what is prepared is seen by nobody until it is published, and then by all") {
  Router router(registry);
  auto prepared = prepare({update(first, "renamed"), {*registry.plan_add("blog", webhook("new"))}});
  REQUIRE(prepared.results()[0]);
  REQUIRE(prepared.results()[1]);
  CHECK(name_of(first) == "first");
  CHECK(*router.match(R"({"type":"restart","app_id":"app-2"})", [](std::string_view) {}) == 0);
  prepared.publish();
  CHECK(name_of(first) == "renamed");
  CHECK(*router.match(R"({"type":"restart","app_id":"app-2"})", [](std::string_view) {}) == 1);
  prepared.publish();
  prepared.abandon();
  CHECK(name_of(first) == "renamed");
}

TEST_CASE_FIXTURE(World, "what is abandoned, or simply goes, has never been, and keeps nothing") {
  const std::string before = registry.snapshot();
  {
    auto one = prepare({update(first, "renamed")});
    one.abandon();
    CHECK(registry.snapshot() == before);
    one.publish();
    CHECK(registry.snapshot() == before);
    auto two = prepare({update(first, "renamed")});
    CHECK(two.results()[0]);
    two = prepare({update(second, "renamed")});  // the first one goes
    CHECK(prepare({update(first, "renamed")}).results()[0]);
    const Prepared moved = std::move(two);
    CHECK(is_conflict(prepare({update(second, "again")}).results()[0]));
  }
  CHECK(registry.snapshot() == before);
  CHECK(registry.update("shop", second, named("renamed")));
}

TEST_CASE_FIXTURE(
    World, "of two planners of one notifier the second is in conflict, before the first is published and after") {
  const Changes late = update(first, "late");
  auto early = prepare({update(first, "early")});
  CHECK(is_conflict(prepare({late}).results()[0]));
  early.publish();
  CHECK(is_conflict(prepare({late}).results()[0]));
  CHECK(name_of(first) == "early");
}

TEST_CASE_FIXTURE(World,
                  "planners of other notifiers of the same app do not meet, in whichever order they are published") {
  auto one = prepare({update(first, "one")});
  auto two = prepare({update(second, "two")});
  auto three = prepare({{*registry.plan_add("shop", webhook("three"))}});
  REQUIRE(three.results()[0]);
  three.publish();
  two.publish();
  one.publish();
  CHECK(name_of(first) == "one");
  CHECK(name_of(second) == "two");
  CHECK(registry.list("shop").size() == 3);
}

TEST_CASE_FIXTURE(World, "outcomes that are prepared together and touch the same: the first is accepted") {
  auto prepared = prepare({update(first, "one"), update(first, "two"), update(second, "three"), {}});
  CHECK(prepared.results()[0]);
  CHECK(is_conflict(prepared.results()[1]));
  CHECK(prepared.results()[2]);
  CHECK(prepared.results()[3]);
  prepared.publish();
  CHECK(name_of(first) == "one");
  CHECK(name_of(second) == "three");
}

TEST_CASE_FIXTURE(World, "an outcome is accepted whole or not at all") {
  Changes changes = update(first, "one");
  changes.push_back(*registry.plan_remove("shop", second));
  changes[1].expected = "2000-01-01T00:00:00.000Z";
  auto prepared = prepare({changes, update(second, "two")});
  CHECK(is_conflict(prepared.results()[0]));
  CHECK(prepared.results()[1]);
  prepared.publish();
  CHECK(name_of(first) == "first");
  CHECK(name_of(second) == "two");
}

TEST_CASE_FIXTURE(World, "an app is not renamed while a change of its notifier is prepared, nor the other way round") {
  {
    const auto notifier = prepare({update(first, "one")});
    CHECK(is_conflict(prepare({rename("shop", "store")}).results()[0]));
    CHECK(registry.rename_app("shop", "store").error().code == errc::conflict);
    CHECK(registry.rename_app("blog", "diary"));
  }
  auto app = prepare({rename("shop", "store")});
  CHECK(is_conflict(prepare({update(first, "one")}).results()[0]));
  CHECK(is_conflict(prepare({{*registry.plan_add("shop", webhook("new"))}}).results()[0]));
  app.publish();
  // The change was planned under the old name: it is of the same app.
  CHECK(registry.update("store", first, named("one")));
  CHECK(registry.find(first)->app == "store");
}

TEST_CASE_FIXTURE(World, "a name that an app leaves or takes is nobody else's until that is decided") {
  auto renaming = prepare({rename("shop", "store")});
  CHECK(is_conflict(prepare({rename("blog", "store")}).results()[0]));
  for (const char* name : {"shop", "store"}) {
    Change change;
    change.op = Change::Op::put_app;
    change.app = {"app-3", name, {}, {}};
    CHECK(is_conflict(prepare({{change}}).results()[0]));
    CHECK(is_conflict(registry.apply({change})));
  }
  renaming.publish();
  CHECK(registry.add_app({"app-3", "shop", {}, {}}));
  CHECK(registry.add_app({"app-4", "store", {}, {}}).error().code == errc::invalid);
}

TEST_CASE_FIXTURE(World, "a notifier that was removed and added again with the same URL is another one") {
  const Changes of_the_old = update(first, "late");
  const Notifier old = *registry.remove("shop", first);
  Change again;
  again.notifier = old;
  again.notifier.updated_at.ms += 100;
  REQUIRE(registry.apply({again}));
  CHECK(is_conflict(prepare({of_the_old}).results()[0]));
  const Notifier other = *registry.add("shop", webhook("first"));
  CHECK(other.id != first);
  CHECK(name_of(first) == "first");
}

TEST_CASE_FIXTURE(World, "what is removed while a change of it is planned does not come back") {
  const Changes late = update(first, "late");
  auto removal = prepare({{*registry.plan_remove("shop", first)}});
  CHECK(is_conflict(prepare({late}).results()[0]));
  removal.publish();
  CHECK(is_conflict(prepare({late}).results()[0]));
  CHECK_FALSE(registry.find(first));
}

TEST_CASE_FIXTURE(World, "calls that change at once are in conflict with what is prepared, and with nothing else") {
  auto prepared = prepare({update(first, "one"), {*registry.plan_remove_user("us-1")}});
  CHECK(registry.update("shop", first, named("x")).error().code == errc::conflict);
  CHECK(registry.remove("shop", first).error().code == errc::conflict);
  CHECK(registry.remove_app("shop").error().code == errc::conflict);
  CHECK(registry.put_user({"us-1", "x", {}}).error().code == errc::conflict);
  CHECK(registry.update_user("us-1", {}).error().code == errc::conflict);
  CHECK(registry.remove_user("us-1").error().code == errc::conflict);
  CHECK(registry.load(R"({"apps":[]})").error().code == errc::conflict);
  CHECK(registry.update("shop", second, named("two")));
  CHECK(registry.add("shop", webhook("three")));
  CHECK(registry.put_user({"us-2", "gert", {}}));
  CHECK(registry.set_settings({"Shop <shop@example.com>", {}}));
  prepared.publish();
  CHECK(name_of(first) == "one");
  CHECK(name_of(second) == "two");
  CHECK(registry.settings().email_from == "Shop <shop@example.com>");
  CHECK_FALSE(registry.find_user("us-1"));
  CHECK(registry.load(R"({"apps":[]})"));
}

// ---- commit ---------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(World, "outcomes that touch the same are stored one after the other where the second still fits") {
  Change notifier = *registry.plan_add("blog", webhook("of the new app"));
  notifier.notifier.app_id = "app-3";
  auto outcomes = outcomes_of({*registry.plan_add_app({"app-3", "news", {}, {}}, false),
                               {notifier},
                               update(first, "one"),
                               {*registry.plan_remove("shop", first)},
                               {}});
  const auto results = commit(outcomes);
  CHECK(results[0]);
  CHECK(results[1]);
  CHECK(results[2]);
  CHECK(is_conflict(results[3]));
  CHECK(results[4]);
  CHECK(batches == std::vector<std::size_t>{3, 1});
  CHECK(registry.list("news").size() == 1);
  CHECK(name_of(first) == "one");
}

TEST_CASE_FIXTURE(World, "nothing is stored of an outcome that is refused") {
  Change unknown_app = *registry.plan_add("shop", webhook("x"));
  unknown_app.notifier.app_id = "nowhere";
  Change invalid = *registry.plan_add("shop", webhook("x"));
  invalid.notifier.type_data.webhook_url = "no url";
  auto outcomes = outcomes_of({{unknown_app}, {invalid}});
  const auto results = commit(outcomes);
  CHECK(results[0].error().code == errc::not_found);
  CHECK(results[1].error().code == errc::invalid);
  CHECK(batches.empty());
  CHECK(registry.commit(std::vector<Outcome*>(), [](const auto&) { return Result<void>(); }).empty());
}

TEST_CASE_FIXTURE(World, "where the store fails, nothing has changed, and nothing stays reserved") {
  const std::string before = registry.snapshot();
  auto outcomes = outcomes_of({update(first, "one"), update(second, "two")});
  const auto results = registry.commit(std::vector<Outcome*>{&outcomes[0], &outcomes[1]},
                                       [](const auto&) -> Result<void> { return error_of(errc::storage); });
  CHECK(results[0].error().code == errc::storage);
  CHECK(results[1].error().message == "the store says so");
  CHECK(registry.snapshot() == before);
  CHECK(registry.update("shop", first, named("three")));
}

TEST_CASE_FIXTURE(World, "where the store is in conflict with one of several, the others are stored") {
  auto outcomes = outcomes_of({update(first, "one"), update(second, "two"), {*registry.plan_remove_user("us-1")}});
  std::vector<std::size_t> sizes;
  const auto results = registry.commit(std::vector<Outcome*>{&outcomes[0], &outcomes[1], &outcomes[2]},
                                       [&](const std::vector<Outcome*>& accepted) -> Result<void> {
                                         sizes.push_back(accepted.size());
                                         const bool has_second =
                                             std::count(accepted.begin(), accepted.end(), &outcomes[1]);
                                         return has_second ? Result<void>(error_of(errc::conflict)) : Result<void>();
                                       });
  CHECK(sizes == std::vector<std::size_t>{3, 1, 1, 1});
  CHECK(results[0]);
  CHECK(is_conflict(results[1]));
  CHECK(results[2]);
  CHECK(name_of(first) == "one");
  CHECK(name_of(second) == "second");
  CHECK_FALSE(registry.find_user("us-1"));
}

#if NOTIFIER_EXCEPTIONS
TEST_CASE_FIXTURE(World, "a store that throws has stored nothing, and nothing stays reserved") {
  const std::string before = registry.snapshot();
  auto outcomes = outcomes_of({update(first, "one")});
  const std::vector<Outcome*> pointers{&outcomes[0]};
  const auto out_of_memory = registry.commit(pointers, [](const auto&) -> Result<void> { throw std::bad_alloc(); });
  CHECK(out_of_memory[0].error().code == errc::storage);
  CHECK(registry.snapshot() == before);
  CHECK_THROWS_AS((void)registry.commit(pointers, [](const auto&) -> Result<void> { throw std::runtime_error("x"); }),
                  std::runtime_error);
  CHECK(registry.snapshot() == before);
  CHECK(registry.update("shop", first, named("two")));
}
#endif

TEST_CASE_FIXTURE(World, "while a store runs, others change and read what it does not have") {
  auto outcomes = outcomes_of({update(first, "one")});
  const auto results = registry.commit(std::vector<Outcome*>{&outcomes[0]}, [&](const auto&) -> Result<void> {
    CHECK(name_of(first) == "first");
    CHECK(registry.update("shop", second, named("two")));
    CHECK(registry.rename_app("blog", "diary"));
    auto other = outcomes_of({{*registry.plan_remove_user("us-1")}});
    CHECK(commit(other)[0]);
    return {};
  });
  CHECK(results[0]);
  CHECK(name_of(first) == "one");
  CHECK(name_of(second) == "two");
  CHECK(registry.find_app("diary"));
}

TEST_CASE_FIXTURE(World, "a commit waits for what another has, and is judged by what came of it") {
  for (const bool is_published : {true, false}) {
    auto prepared = prepare({update(first, "early " + name_of(first))});
    auto outcomes = outcomes_of({update(first, "late")});
    std::atomic<bool> is_done{false};
    std::vector<Result<void>> results;
    std::thread other([&] {
      results = commit(outcomes);
      is_done = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(is_done);
    is_published ? prepared.publish() : prepared.abandon();
    other.join();
    CHECK(is_conflict(results[0]) == is_published);
    CHECK(name_of(first) == (is_published ? "early first" : "late"));
  }
}

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
  CHECK(registry.find(id)->type_data.user_ids == std::vector<std::string>{"us-1"});
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

// ---- group commit ---------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(World, "a request that others overtake is handled again, and answered 409 at last") {
  int stores = 0;
  GroupCommitOptions options;
  options.most_tries = 5;
  GroupCommit commits(
      registry,
      [&](const auto&) -> Result<void> {
        ++stores;
        return error_of(errc::conflict);
      },
      options);
  int asked = 0;
  const Outcome outcome = commits.settle([&] {
    ++asked;
    Outcome one;
    one.changes = update(first, "one");
    return one;
  });
  CHECK(asked == 5);
  CHECK(stores == 5);
  CHECK(outcome.response.status == 409);
  CHECK(outcome.changes.empty());
  CHECK(name_of(first) == "first");
  // What has nothing to store is answered at once.
  CHECK(commits.settle([] { return Outcome(); }).response.status == 200);
  CHECK(stores == 5);
}

TEST_CASE_FIXTURE(World, "a request whose object was removed meanwhile is handled again, and finds that") {
  GroupCommit commits(registry, [](const auto&) { return Result<void>(); });
  int asked = 0;
  const Outcome outcome = commits.settle([&] {
    Outcome one;
    if (++asked == 1) {
      one.changes = update(first, "one");
      REQUIRE(registry.remove_app("shop"));
    } else {
      one.response.status = registry.find_app("shop") ? 200 : 404;
    }
    return one;
  });
  CHECK(asked == 2);
  CHECK(outcome.response.status == 404);
}

TEST_CASE_FIXTURE(World, "where a store fails the answer is 500, the hook hears why, and nothing has changed") {
  std::string heard;
  int stored = 0;
  GroupCommitOptions options;
  options.on_error = [&](const Error& error) { heard = error.message; };
  options.on_stored = [&](const Outcome&) { ++stored; };
  GroupCommit commits(
      registry, [](const auto&) -> Result<void> { return error_of(errc::storage); }, options);
  Outcome one;
  one.changes = update(first, "one");
  CHECK(commits.settle([&] { return one; }).response.status == 500);
  CHECK(heard == "the store says so");
  CHECK(stored == 0);
  CHECK(name_of(first) == "first");
}
