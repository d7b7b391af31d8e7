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
#include "registry_commit_world.hpp"

using namespace notifier;
using namespace registry_commit_world;

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
  invalid.notifier.type_data.set_text("webhook_url", "no url");
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
