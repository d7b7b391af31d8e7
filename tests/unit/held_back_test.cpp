// What is held back to be told together: shown, and told at once where somebody asks for it.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api_world.hpp"
#include "grouping_outbox_world.hpp"
#include "notifier/adapters/held_groups.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/notifier.hpp"

using api_world::at;
using notifier::HeldBack;
using notifier::Moment;
using notifier::SqliteStore;

namespace {

using namespace grouping_outbox;

constexpr Moment start{{1'778'749'200'000}, 5'000};  // 2026-05-14T09:00:00Z
const std::string path = "/v1/apps/shop/notifiers/no-1/digest";

/// A server's parts: a database, an outbox that its sending thread drives, and the API.
class Server {
 public:
  /// @param grouping  members of the notifier `no-1`, as `"grouping":{...}`
  Server(const std::string& grouping, const std::string& platform) {
    REQUIRE(registry.load(snapshot(grouping, platform)));
    remove();
    notifier::SqliteOptions options;
    options.path = file_;
    options.synchronous = notifier::SqliteOptions::Synchronous::normal;
    options.with_outbox = true;
    options.clock = [] { return start.wall; };
    auto opened = SqliteStore::open(std::move(options));
    REQUIRE(opened);
    store = *std::move(opened);
    process = std::make_unique<Process>(registry, *store->outbox());
    REQUIRE(process->outbox().recover(start));
    notifier::ApiOptions of_api;
    of_api.history = store.get();
    of_api.router.clock = [] { return start.wall; };
    api = std::make_unique<notifier::Api>(registry, std::move(of_api));
  }
  ~Server() {
    store.reset();
    remove();
  }

  void take(std::string_view event) {
    notifier::Outcome outcome;
    outcome.deliveries = process->route(event);
    REQUIRE(store->store({&outcome}));
  }
  /// What the sending thread does in a turn.
  std::vector<notifier::Delivery> turn(Moment now) {
    for (const notifier::OutboxRecord& record : store->outbox()->take_arrivals()) process->outbox().admit(record, now);
    for (const std::string& id : store->outbox()->take_told()) process->outbox().tell_now(id);
    return process->send(now);
  }
  notifier::Response call(std::string_view method, std::string_view target) {
    notifier::Request request;
    request.method = method;
    request.target = target;
    notifier::Outcome outcome = api->handle(request);
    CHECK(api_oracle::fault(request, outcome) == "");
    return std::move(outcome.response);
  }

  notifier::Registry registry;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Process> process;
  std::unique_ptr<notifier::Api> api;

 private:
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((file_ + suffix).c_str());
  }
  std::string file_ = "/tmp/notifier_held_back_" + std::to_string(::getpid()) + ".db";
};

notifier::StoredGroup group(std::string key, std::uint64_t count, std::int64_t closes) {
  notifier::StoredGroup group;
  group.key = std::move(key);
  group.state.is_open = true;
  group.state.closes.wall.ms = closes;
  group.state.held.count = count;
  return group;
}

}  // namespace

TEST_CASE("what a throttle holds back is shown with its message, and told at once when somebody asks for it") {
  Server server(R"("grouping":{"mode":"throttle","window":600})", "slack");
  CHECK(server.call("GET", path).body == R"({"digest":{"events":0,"total":0,"groups":[]}})");
  server.take(crash(0));
  CHECK(server.turn(start).size() == 1);
  // A window is open, and nothing is held back in it.
  CHECK(at(server.call("GET", path).body, {"digest", "total"}) == "0");
  CHECK(server.call("POST", path).status == 409);
  const Moment then = later(start, minute);
  for (std::size_t i = 1; i < 42; ++i) server.take(crash(i));
  CHECK(server.turn(then).empty());

  const notifier::Response shown = server.call("GET", path);
  CHECK(shown.status == 200);
  CHECK(at(shown.body, {"digest", "events"}) == "41");
  notifier::json::Document document;
  const auto root = document.parse(shown.body);
  REQUIRE(root);
  notifier::json::View held;
  (*root)["digest"]["groups"].for_each_element([&](notifier::json::View each) { held = each; });
  CHECK(held.string("first_at") == "2026-05-14T09:01:00.000Z");
  CHECK(held.string("told_at") == "2026-05-14T09:10:00.000Z");
  CHECK(held.string("waits_for") == "window");
  CHECK(held["preview"].string("url") == "https://hooks.example.com/***");
  const std::string message(held["preview"].string("body"));
  CHECK(message.find("41 more repeated crash events") != std::string::npos);

  const notifier::Response told = server.call("POST", path);
  CHECK(told.status == 202);
  CHECK(told.body == R"({"digest":{"events":41}})");
  const auto sent = server.turn(then);
  REQUIRE(sent.size() == 1);
  CHECK(counted(sent[0]) == 41);
  CHECK(body(sent[0]) == message);
  CHECK(sent[0].event_id == held["preview"].string("event_id"));
  // It was told once, and its window is over.
  CHECK(server.call("GET", path).body == R"({"digest":{"events":0,"total":0,"groups":[]}})");
  CHECK(server.call("POST", path).body == R"({"error":"Nothing is held back for this notifier"})");
  CHECK(server.turn(later(then, 20 * minute)).empty());
}

TEST_CASE("what a mute holds back waits for its end, unless somebody asks for it") {
  Server server(R"("muted_until":"2026-05-14T12:00:00Z")", "email");
  server.take(crash(0));
  CHECK(server.turn(start).empty());
  const notifier::Response shown = server.call("GET", path);
  CHECK(shown.body.find(R"("told_at":"2026-05-14T12:00:00.000Z","waits_for":"mute")") != std::string::npos);
  CHECK(shown.body.find(R"("to":["anna@example.com"])") != std::string::npos);
  CHECK(server.call("POST", path).status == 202);
  CHECK(server.turn(start).size() == 1);
}

TEST_CASE("a notifier has as many messages waiting as its events have kinds") {
  Server server(R"("grouping":{"mode":"digest","window":60,"by":["type"]})", "webhook");
  server.take(crash(0, "repeated_crash"));
  server.take(crash(1, "repeated_timeout"));
  CHECK(server.turn(start).empty());
  const notifier::Response shown = server.call("GET", path);
  CHECK(at(shown.body, {"digest", "total"}) == "2");
  CHECK(shown.body.find(R"("kinds":[{"type":"repeated_timeout","events":1}])") != std::string::npos);
  // The events' own bytes are what a webhook gets.
  CHECK(shown.body.find(R"(\"id\":\"ev-1\")") != std::string::npos);
  CHECK(server.call("POST", path).status == 202);
  CHECK(server.turn(start).size() == 2);
}

TEST_CASE("nobody sees or sends what an unknown notifier holds back") {
  Server server(R"("grouping":{"mode":"digest","window":60})", "slack");
  for (const char* method : {"GET", "POST"}) {
    CHECK(server.call(method, "/v1/apps/shop/notifiers/no-2/digest").status == 404);
    CHECK(server.call(method, "/v1/apps/other/notifiers/no-1/digest").status == 404);
  }
  CHECK(server.call("DELETE", path).status == 405);
}

TEST_CASE("of many groups those are shown that are told first, and all are counted") {
  notifier::detail::HeldGroups held(3);
  for (const std::int64_t closes : {50, 20, 40, 10, 30}) held.add(group("k" + std::to_string(closes), 2, closes));
  held.add(group("nothing", 0, 1));
  auto closed = group("closed", 7, 1);
  closed.state.is_open = false;
  held.add(closed);
  std::vector<std::string> shown;
  const HeldBack all = std::move(held).finish(shown);
  CHECK(all.events == 10);
  CHECK(all.groups == 5);
  REQUIRE(shown.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(at(shown[i], {"key"}) == "\"k" + std::to_string(10 * (i + 1)) + "\"");
  std::vector<std::string> none;
  notifier::detail::HeldGroups counted_alone(0);
  counted_alone.add(group("k", 4, 1));
  CHECK(std::move(counted_alone).finish(none).events == 4);
  CHECK(none.empty());
}
