// One registry over several servers: two stores with a registry each stand for them.

#include "notifier/adapters/postgres.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "notifier/adapters/group_commit.hpp"
#include "notifier/api/api.hpp"
#include "postgres_world.hpp"

using notifier::Api;
using notifier::Change;
using notifier::errc;
using notifier::GroupCommit;
using notifier::Outcome;
using notifier::PostgresConnection;
using notifier::PostgresParameters;
using notifier::PostgresStore;
using notifier::Registry;
using namespace std::chrono_literals;

namespace {

/// A server without its HTTP.
struct Server {
  explicit Server(const std::string& url, bool follows = true, std::int64_t follow_ms = 20) {
    notifier::PostgresOptions options;
    options.url = url;
    options.follow_ms = follow_ms;
    auto opened = PostgresStore::open(options);
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
    const auto loaded = store->load(registry);
    REQUIRE_MESSAGE(loaded, loaded.error().message);
    if (follows) store->follow(registry, [this](const std::vector<Change>& changes) { followed += changes.size(); });
    commits = std::make_unique<GroupCommit>(registry, [this](const auto& outcomes) { return store->store(outcomes); });
  }
  ~Server() { commits.reset(); }

  notifier::Response ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    return commits
        ->settle([&] {
          store->catch_up();
          notifier::ApiOptions options;
          options.history = store.get();
          Api api(registry, options);
          return api.handle({method, path, body});
        })
        .response;
  }

  Registry registry;
  std::atomic<std::size_t> followed{0};
  std::unique_ptr<PostgresStore> store;
  std::unique_ptr<GroupCommit> commits;
};

std::string app_body(const std::string& name) { return R"({"app": {"name": ")" + name + R"("}})"; }

std::string id_in(const notifier::Response& response) {
  const std::string mark = "\"id\":\"";
  const auto at = response.body.find(mark);
  REQUIRE_MESSAGE(at != std::string::npos, response.body);
  const auto begin = at + mark.size();
  return response.body.substr(begin, response.body.find('"', begin) - begin);
}

bool comes_true(const std::function<bool()>& condition) {
  for (int tries = 0; tries < 500; ++tries) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("what one server has stored is there after a start, and on the other one soon") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  Server other(url);
  const auto made = one.ask("POST", "/v1/apps", app_body("shop"));
  REQUIRE(made.status == 201);
  const std::string id = id_in(made);
  CHECK(comes_true([&] { return other.registry.find_app(id).has_value(); }));
  CHECK(other.followed > 0);
  CHECK(one.followed == 0);
  CHECK(other.store->wait_for(one.store->revision(), 1s));
  Server third(url);
  CHECK(third.registry.snapshot() == one.registry.snapshot());
  REQUIRE(other.ask("DELETE", "/v1/apps/" + id).status < 300);
  CHECK(one.store->wait_for(other.store->revision(), 1s));
  CHECK_FALSE(one.registry.find_app(id).has_value());
  CHECK(one.registry.snapshot() == other.registry.snapshot());
}

TEST_CASE("a server is told of what others change, and need not look for it") {
  constexpr std::int64_t never = 3'600'000;
  const std::string url = postgres_test::server().make_database();
  Server one(url, true, never);
  Server other(url, true, never);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(one.ask("POST", "/v1/apps", app_body("app " + std::to_string(i))).status == 201);
    CHECK(other.store->wait_for(one.store->revision(), 5s));
    // Whatever somebody else says there.
    const auto said = PostgresConnection::open(url, "stranger")->run("SELECT pg_notify('notifier', 'c-17 nonsense')");
    REQUIRE(said);
  }
  CHECK(other.registry.snapshot() == one.registry.snapshot());
}

TEST_CASE("servers that change the same at once agree in the end, and no change is lost") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  Server other(url);
  std::vector<std::thread> threads;
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  for (Server* const server : {&one, &other}) {
    threads.emplace_back([&, server] {
      for (int i = 0; i < 40; ++i) {
        // Half of the names are asked for on both servers: one of them gets each.
        const std::string name =
            i % 2 == 0 ? "both " + std::to_string(i) : (server == &one ? "one " : "other ") + std::to_string(i);
        const auto answer = server->ask("POST", "/v1/apps", app_body(name));
        ++(answer.status == 201 ? made : refused);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(made == 60);
  CHECK(refused == 20);
  const std::int64_t last = (std::max)(one.store->revision(), other.store->revision());
  CHECK(one.store->wait_for(last, 5s));
  CHECK(other.store->wait_for(last, 5s));
  CHECK(one.registry.app_count() == 60);
  CHECK(one.registry.snapshot() == other.registry.snapshot());
  Server third(url);
  CHECK(third.registry.snapshot() == one.registry.snapshot());
}

TEST_CASE("a store that follows nobody takes no change that another one has overtaken") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  const std::string id = id_in(one.ask("POST", "/v1/apps", app_body("shop")));
  Server stale(url, false);
  REQUIRE(one.ask("PATCH", "/v1/apps/" + id, app_body("bazaar")).status == 200);
  CHECK(stale.ask("PATCH", "/v1/apps/" + id, app_body("stall")).status == 409);
  Server third(url);
  CHECK(third.registry.find_app(id)->name == "bazaar");
}

TEST_CASE("an event with an id is kept once, wherever it comes in, and so are its deliveries") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  const std::string id = id_in(one.ask("POST", "/v1/apps", app_body("shop")));
  const auto hook =
      one.ask("POST", "/v1/apps/" + id + "/notifiers",
              R"({"notifier": {"name": "hook", "platform_id": "5982f145d48c3600273ef08a", "send_all_events": true,
                                "type_data": {"webhook_url": "https://example.com/hook"}}})");
  REQUIRE_MESSAGE(hook.status == 201, hook.body);
  Server other(url);
  const std::string event = R"({"type": "restart", "app_id": ")" + id + R"(", "id": "e-1"})";
  // What was made is told, too.
  std::vector<std::string> events;
  const std::size_t told = one.store->events(id, 0, 10, events);
  CHECK(one.ask("POST", "/v1/apps/" + id + "/events", event).status == 202);
  const auto again = other.ask("POST", "/v1/apps/" + id + "/events", event);
  CHECK(again.status == 202);
  CHECK(again.body.find("\"known\":true") != std::string::npos);
  CHECK(other.store->events(id, 0, 10, events) == told + 1);
  std::vector<notifier::OutboxRecord> records;
  const auto total = other.store->outbox().list({}, records);
  REQUIRE(total);
  CHECK(*total == told + 1);
  REQUIRE(records.size() == told + 1);
  CHECK(records[0].platform == notifier::Platform::webhook);
}

TEST_CASE("of many events the latest are kept, and pages go on where the last one ended") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  const std::string id = id_in(one.ask("POST", "/v1/apps", app_body("shop")));
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(one.ask("POST", "/v1/apps/" + id + "/events",
                    R"({"type": "restart", "app_id": ")" + id + R"(", "id": "e-)" + std::to_string(i) + "\"}")
                .status == 202);
  }
  std::vector<std::string> page;
  std::uint64_t place = 0;
  CHECK(one.store->events_from(id, place, 2, page) == 5);
  REQUIRE(page.size() == 2);
  CHECK(page[0].find("e-5") != std::string::npos);
  CHECK(one.store->events_from(id, place, 2, page) == 5);
  CHECK(one.store->events_from(id, place, 2, page) == 5);
  REQUIRE(page.size() == 5);
  CHECK(page[4].find("e-1") != std::string::npos);
  CHECK(place == 0);
}

TEST_CASE("a server that has missed more of what others changed than is kept says so") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  Server stale(url, false);
  CHECK(stale.store->check());
  REQUIRE(one.ask("POST", "/v1/apps", app_body("shop")).status == 201);
  CHECK(stale.store->check());
  auto past = *PostgresConnection::open(url, "past the store");
  REQUIRE(past.execute("UPDATE registry_log SET logged_at = logged_at - INTERVAL '25 hours'"));
  CHECK(stale.store->check());
  // What is a day old goes with the next change.
  REQUIRE(one.ask("POST", "/v1/apps", app_body("other")).status == 201);
  const auto checked = stale.store->check();
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message.find("start it again") != std::string::npos);
  CHECK(one.store->check());
  Server again(url);
  CHECK(again.store->check());
  CHECK(again.registry.snapshot() == one.registry.snapshot());
}

TEST_CASE("what is kept of events is bounded by what they take, too: of each app, and of all") {
  notifier::PostgresOptions options;
  options.url = postgres_test::server().make_database();
  options.event_bytes_per_app = 20'000;
  options.event_bytes = 50'000;
  const auto store = *PostgresStore::open(options);
  const auto come_in = [&](const std::string& app, std::size_t size) {
    Outcome outcome;
    outcome.events.push_back({app, "", "{\"x\":\"" + std::string(size, 'x') + "\"}"});
    REQUIRE(store->store({&outcome}));
  };
  const auto count = [&](const std::string& app) {
    std::vector<std::string> events;
    return store->events(app, 0, 100, events);
  };
  // Each is more than a twentieth, and so looked at.
  for (int i = 0; i < 8; ++i) come_in("a", 4'000);
  CHECK(count("a") == 4);
  come_in("a", 30'000);
  CHECK(count("a") == 1);
  come_in("b", 15'000);
  CHECK(count("a") == 1);
  come_in("c", 15'000);
  CHECK(count("a") == 0);
  CHECK(count("b") == 1);
  come_in("d", 70'000);
  CHECK(count("b") + count("c") == 0);
  CHECK(count("d") == 1);
}

TEST_CASE("a server whose connections are cut goes on, and nothing half done is seen") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  Server other(url);
  auto killer = PostgresConnection::open(url, "killer");
  REQUIRE(killer);
  int made = 0;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(
        killer->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                    "pid <> pg_backend_pid()"));
    for (int tries = 0; tries < 5; ++tries) {
      if (one.ask("POST", "/v1/apps", app_body("app " + std::to_string(i))).status != 201) continue;
      ++made;
      break;
    }
  }
  CHECK(made == 10);
  CHECK(other.store->wait_for(one.store->revision(), 5s));
  CHECK(other.registry.snapshot() == one.registry.snapshot());
}

TEST_CASE("what one server has removed another puts back, within a day, and not into another app") {
  const std::string url = postgres_test::server().make_database();
  Server one(url);
  Server other(url);
  CHECK(one.ask("POST", "/v1/apps", app_body("shop")).status == 201);
  CHECK(one.ask("POST", "/v1/apps", app_body("else")).status == 201);
  const std::string id = id_in(one.ask(
      "POST", "/v1/apps/shop/notifiers",
      R"({"notifier":{"name":"back","platform_id":"5982f145d48c3600273ef08a","type_data":{"webhook_url":"https://example.com/x"}}})"));
  const std::string path = "/v1/apps/shop/notifiers/" + id;
  CHECK(one.ask("POST", path + "/restore").status == 409);
  CHECK(one.ask("DELETE", path).status == 204);
  CHECK(comes_true([&] { return other.ask("GET", path).status == 404; }));
  CHECK(other.ask("POST", "/v1/apps/else/notifiers/" + id + "/restore").status == 404);
  CHECK(other.ask("POST", path + "/restore").status == 200);
  CHECK(comes_true([&] { return one.ask("GET", path).status == 200; }));
  CHECK(one.ask("DELETE", path).status == 204);
  auto past = *PostgresConnection::open(url, "past the store");
  REQUIRE(past.execute("UPDATE removed_notifiers SET removed_at = removed_at - INTERVAL '1 day'"));
  CHECK(one.ask("POST", path + "/restore").status == 404);
  REQUIRE(past.execute("UPDATE removed_notifiers SET removed_at = now()"));
  CHECK(one.ask("DELETE", "/v1/apps/shop").status == 204);
  const auto left = past.run("SELECT COUNT(*) FROM removed_notifiers");
  REQUIRE(left);
  CHECK(left->integer(0, 0) == 0);
}
