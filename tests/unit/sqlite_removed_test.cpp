// What a SqliteStore keeps of notifiers that were removed, and for how long.

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/api.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/registry/registry.hpp"

namespace {

/// A server without its HTTP, on a database file that is gone at the end.
struct Server {
  Server() {
    remove();
    open();
    REQUIRE(registry.load(
        R"({"version":1,"apps":[{"id":"app-1","name":"shop","notifiers":[{"id":"no-1","name":"audit","platform":"webhook",
"type_data":{"webhook_url":"https://example.com/x","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
{"id":"no-2","name":"ops","platform":"slack","type_data":{"webhook_url":"https://hooks.example.com/y"}}]}]})"));
    REQUIRE(store->store_all(registry));
  }
  ~Server() {
    store.reset();
    remove();
  }

  void open() {
    store.reset();
    notifier::SqliteOptions options;
    options.path = path;
    options.with_outbox = true;
    auto opened = notifier::SqliteStore::open(std::move(options));
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = *std::move(opened);
  }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::remove((path + suffix).c_str());
  }

  int ask(std::string_view method, std::string_view target, std::string_view body = {}) {
    notifier::ApiOptions options;
    options.history = store.get();
    notifier::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    notifier::Outcome outcome = notifier::Api(registry, options).handle(request);
    const auto done =
        registry.commit(std::vector{&outcome}, [&](const auto& accepted) { return store->store(accepted); });
    CHECK(done[0].has_value());
    return outcome.response.status;
  }

  /// Lets all that was removed have been so for as long as this, past the store.
  void age(int seconds) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    const std::string sql = "UPDATE removed_notifiers SET removed_at = removed_at - " + std::to_string(seconds);
    CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
  }

  const std::string path = "/tmp/notifier_removed_test_" + std::to_string(::getpid()) + ".db";
  notifier::Registry registry;
  std::unique_ptr<notifier::SqliteStore> store;
};

/// A notifier with all that it has.
std::string written(const notifier::Notifier& notifier) {
  notifier::Buffer json;
  notifier::json::Writer out(json);
  write_json(out, notifier, notifier::Secrets::keep);
  return json.str();
}

constexpr int day = 86'400;
constexpr std::string_view path = "/v1/apps/shop/notifiers/no-1";
constexpr std::string_view restore = "/v1/apps/shop/notifiers/no-1/restore";

}  // namespace

TEST_CASE("what was removed comes back as it was, after a restart, too") {
  Server server;
  const notifier::Notifier before = *server.registry.find("no-1");
  CHECK(server.ask("POST", restore) == 409);
  CHECK(server.ask("DELETE", path) == 204);
  CHECK(server.ask("GET", path) == 404);
  CHECK(server.ask("POST", "/v1/apps/shop/notifiers/nobody/restore") == 404);
  server.age(day / 2);
  server.open();
  CHECK(server.ask("POST", restore) == 200);
  notifier::Notifier after = *server.registry.find("no-1");
  CHECK(before.updated_at < after.updated_at);
  after.updated_at = before.updated_at;
  CHECK(written(after) == written(before));
  CHECK(server.ask("POST", restore) == 409);
  CHECK(server.store->removed_notifier("app-1", "no-1").empty());
  notifier::Registry again;
  REQUIRE(server.store->load(again));
  CHECK(again.find("no-1").has_value());
}

TEST_CASE("after a day it does not, nor by a clock that was a day ahead, and nothing is left of it") {
  Server server;
  CHECK(server.ask("DELETE", path) == 204);
  for (const int age : {day, -2 * day}) {
    server.age(age);
    CHECK(server.ask("POST", restore) == 404);
  }
  SUBCASE("once the store is opened again") { server.open(); }
  SUBCASE("once what is old is forgotten, which is every hour") { REQUIRE(server.store->outbox()->forget({})); }
  server.age(-day);
  CHECK(server.ask("POST", restore) == 404);
}

TEST_CASE("with its app it goes for good: another one of the same id gets nothing of it") {
  Server server;
  CHECK(server.ask("DELETE", path) == 204);
  CHECK(server.ask("DELETE", "/v1/apps/shop") == 204);
  REQUIRE(server.ask("POST", "/v1/apps", R"({"app":{"name":"shop"}})") == 201);
  const std::vector<notifier::App> apps = server.registry.apps();
  REQUIRE(apps.size() == 1);
  CHECK(server.store->removed_notifier("app-1", "no-1").empty());
  CHECK(server.store->removed_notifier("app-1", "no-2").empty());
  CHECK(server.ask("POST", restore) == 404);
}
