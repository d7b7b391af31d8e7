// What the table of the wire contract (tests/conformance/api) cannot show: clocks, ids, samples, previews.

#include "notifier/api/api.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "api_oracle.hpp"
#include "api_world.hpp"

using api_world::at;
using api_world::World;

namespace json = notifier::json;

TEST_CASE("answers are the same on every run, events and their ids included") {
  const auto run = [] {
    World world;
    const auto added = world.call("POST", "/v1/apps/shop/notifiers",
                                  R"({"notifier":{"platform_id":"59c52ac27651ce002c1d4620","name":"n"}})");
    const auto removed = world.call("DELETE", "/v1/apps/shop/notifiers/no-1");
    const auto tested = world.call("POST", "/v1/apps/shop/notifiers/no-1/test");
    CHECK(added.events[0].id != removed.events[0].id);
    return added.response.body + added.events[0].json + removed.events[0].json + tested.deliveries[0].body.str() +
           tested.deliveries[0].idempotency_key;
  };
  CHECK(run() == run());
}

TEST_CASE("the host's clock and ids are used") {
  notifier::ApiOptions options;
  options.router.clock = [] { return notifier::Timestamp{1526291202077}; };
  options.new_id = [](std::string_view prefix) { return std::string(prefix) + "7"; };
  World world(std::move(options));
  const auto removed = world.call("DELETE", "/v1/apps/shop/notifiers/no-2");
  REQUIRE(removed.events.size() == 1);
  CHECK(removed.events[0].id == "ev-7");
  CHECK(at(removed.events[0].json, {"id"}) == "\"ev-7\"");
  CHECK(at(removed.events[0].json, {"created_at"}) == "\"2018-05-14T09:46:42.077Z\"");
  const auto tested = world.call("POST", "/v1/apps/shop/notifiers/no-2/test");
  CHECK(at(tested.deliveries[0].body.str(), {"type"}) == "\"test\"");
  CHECK(at(tested.deliveries[0].body.str(), {"created_at"}) == "\"2018-05-14T09:46:42.077Z\"");
}

TEST_CASE("a test says who asked for it") {
  World world;
  notifier::Request request;
  request.method = "POST";
  request.target = "/v1/apps/shop/notifiers/no-2/test";
  const auto message = [&] {
    return at(world.api.handle(request).deliveries.at(0).body.str(), {"type_data", "message"});
  };
  CHECK(message() == R"("Somebody asked for this test of the notifier \"signed\". Nothing happened to shop.")");
  request.email = "jane@example.com";
  CHECK(message().substr(0, 18) == "\"jane@example.com ");
  request.username = "jane";
  CHECK(message().substr(0, 6) == "\"jane ");
  const auto outcome = world.api.handle(request);
  CHECK(at(outcome.deliveries.at(0).body.str(), {"user"}) ==
        R"({"username":"jane","email":"jane@example.com","id":""})");
  CHECK(at(outcome.deliveries.at(0).body.str(), {"type_data", "notifier_id"}) == "\"no-2\"");
  CHECK(at(outcome.deliveries.at(0).body.str(), {"type_data", "notifier_name"}) == "\"signed\"");
  CHECK(at(outcome.deliveries.at(0).body.str(), {"type_data", "platform_name"}) == "\"webhook\"");
}

TEST_CASE("what the API makes itself holds no secret, previews neither") {
  World world;
  std::string all;
  for (const auto& [method, target, body] : std::vector<std::array<std::string, 3>>{
           {"PATCH", "/v1/apps/shop/notifiers/no-1", R"({"notifier":{"name":"x"}})"},
           {"DELETE", "/v1/apps/shop/notifiers/no-2", ""},
           {"POST", "/v1/apps/shop/notifiers/no-1/preview", ""},
           {"POST", "/v1/apps/shop/notifiers/no-2/preview", ""},
           {"POST", "/v1/apps/shop/notifiers/no-1/test", ""}}) {
    const auto outcome = world.call(method, target, body);
    if (method == "POST") all += outcome.response.body;
    for (const auto& event : outcome.events) all += event.json;
    for (const auto& delivery : outcome.deliveries) all += delivery.body.str();
  }
  CHECK(all.find("SECRET") == std::string::npos);
  CHECK(all.find("whsec_") == std::string::npos);
  CHECK(all.find("edit_notifier") != std::string::npos);
}

TEST_CASE("a preview of a signed webhook tells which headers are computed when it is sent") {
  World world;
  const auto headers = [&](const char* id) {
    return at(world.call("POST", std::string("/v1/apps/shop/notifiers/") + id + "/preview").response.body,
              {"preview", "headers"});
  };
  CHECK(headers("no-2").find(R"("webhook-signature":"computed when sent")") != std::string::npos);
  CHECK(headers("no-2").find(R"("webhook-timestamp":"computed when sent")") != std::string::npos);
  CHECK(headers("no-1").find("computed when sent") == std::string::npos);
}

TEST_CASE("a preview says what was cut") {
  World world;
  const std::string event =
      R"({"event":{"type":"crash","type_data":{"crash_logs":")" + std::string(100000, 'x') + "\"}}}";
  const auto outcome = world.call("POST", "/v1/apps/shop/notifiers/no-1/preview", event);
  const std::string cut = at(outcome.response.body, {"preview", "truncations"});
  CHECK(cut.find("\"length\":") != std::string::npos);
  CHECK(cut.find("\"kept\":") != std::string::npos);
  CHECK(cut.find("\"part\":\"field.value\"") != std::string::npos);
}

TEST_CASE("there is a sample of every kind, it is valid and describes itself on every platform") {
  World world;
  const auto held = world.registry.vocabulary();
  const notifier::Vocabulary& vocabulary = *held;
  const notifier::App app = *world.registry.find_app("shop");
  std::size_t with_data = 0;
  for (const notifier::EventKind& kind : vocabulary.event_kinds()) {
    const std::string event = notifier::sample_event(kind.type, app, {}, vocabulary);
    CHECK(at(event, {"type"}) == "\"" + std::string(kind.type) + "\"");
    CHECK((at(event, {"app_id"}) != "") == (kind.scope == notifier::Scope::app));
    CHECK((at(event, {"project_id"}) != "") == (kind.scope == notifier::Scope::project));
    with_data += at(event, {"type_data"}) != "{}";
    const std::string body = "{\"event\":\"" + std::string(kind.type) + "\"}";
    CHECK(world.call("POST", "/v1/apps/shop/notifiers/no-1/preview", body).response.status == 200);
  }
  CHECK(with_data > 85);
  CHECK(notifier::sample_event("tfa_enabled", app, notifier::Timestamp{1526291202077}, vocabulary) ==
        R"({"id":"sample","created_at":"2018-05-14T09:46:42.077Z","user":{"username":"jane",)"
        R"("email":"jane@example.com","id":"us-1"},"type":"tfa_enabled","type_data":{"provider":"TOTP"}})");
  const std::string of_project = notifier::sample_event("edit_project", app, {}, vocabulary);
  CHECK(at(of_project, {"project_id"}) == "\"pr-1\"");
  CHECK(at(of_project, {"project_name"}) == "\"shop\"");
  CHECK(at(notifier::sample_event("toke", app, {}, vocabulary), {"type_data"}) == "{}");
  CHECK(at(notifier::sample_event("brand_new", app, {}, vocabulary), {"type_data"}) == "{}");
  for (const auto& sample : notifier::detail::samples) {
    json::Document document;
    CHECK(document.parse(sample.type_data));
    notifier::detail::api::split(sample.kinds, ' ', [&](std::string_view kind) {
      CHECK_MESSAGE(vocabulary.find_event_kind(kind) != nullptr, kind);
      return true;
    });
  }
}

TEST_CASE("a store that fails is answered with 500 in the documented shape") {
  const notifier::Response response = notifier::Api::storage_failed();
  CHECK(response.status == 500);
  CHECK(at(response.body, {"error"}).size() > 10);
  const notifier::Response conflict = notifier::Api::conflict();
  CHECK(conflict.status == 409);
  CHECK(at(conflict.body, {"error"}).size() > 10);
}

TEST_CASE("errors that only a host can cause have their shapes too") {
  notifier::Error error;
  error.message = "m";
  const auto status = [&](notifier::errc code) {
    error.code = code;
    return notifier::detail::api::failure(error).status;
  };
  CHECK(status(notifier::errc::conflict) == 409);
  CHECK(status(notifier::errc::unsupported) == 400);
  CHECK(status(notifier::errc::storage) == 500);
  CHECK(status(notifier::errc::invalid) == 422);
  CHECK(notifier::detail::api::failure(error).body == R"({"errors":{"base":["m"]}})");
  error.field = "f";
  CHECK(notifier::detail::api::failure(error).body == R"({"errors":{"f":["m"]}})");
}

TEST_CASE("what is of the wrong type in a body is named") {
  World world;
  const auto errors = [&](std::string_view target, std::string_view body) {
    const notifier::Outcome outcome = world.call("POST", target, body);
    CHECK(outcome.response.status == 422);
    CHECK(outcome.changes.empty());
    return at(outcome.response.body, {"errors"});
  };
  CHECK(errors("/v1/apps", R"({"app":{"name":"a","owner":"jane"}})") == R"({"owner":["must be an object"]})");
  CHECK(errors("/v1/apps", R"({"app":{"name":7,"owner":{"email":[]}}})") ==
        R"({"name":["must be a string"],"owner.email":["must be a string"]})");
  CHECK(errors("/v1/apps/app-1/notifiers/no-1/preview", R"({"event":[1]})") ==
        R"({"event":["must be an event, or the name of an event kind"]})");
}

TEST_CASE("an answer lists every event that was accepted, and each of its deliveries") {
  World world;
  const auto added =
      world.call("POST", "/v1/apps/shop/notifiers",
                 R"({"notifier":{"platform_id":"59c52ac27651ce002c1d4620","name":"m","send_all_events":true}})");
  REQUIRE(world.registry.apply(added.changes));
  const notifier::Outcome outcome = world.call(
      "POST", "/v1/apps/shop/events", "{\"id\":\"a\",\"type\":\"restart\"}\n{\"id\":\"b\",\"type\":\"crash\"}\n");
  CHECK(outcome.response.status == 202);
  json::Document document;
  const auto body = document.parse(outcome.response.body);
  REQUIRE(body);
  std::string told;
  (*body)["events"].for_each_element([&](json::View event) {
    told.append(event["id"].string()).append(" ").append(event["type"].string()).append(":");
    event["deliveries"].for_each_element(
        [&](json::View delivery) { told.append(" ").append(delivery["notifier_name"].string()); });
    told += '\n';
  });
  CHECK(told == "a restart: ops m\nb crash: ops m\n");
}

TEST_CASE("a request names a user by any of name, address and id, or none") {
  World world;
  const auto user = [&](std::string_view username, std::string_view email, std::string_view id) {
    notifier::Request request;
    request.method = "DELETE";
    request.target = "/v1/apps/shop/notifiers/no-2";
    request.username = username;
    request.email = email;
    request.user_id = id;
    return at(world.api.handle(request).events.at(0).json, {"user"});
  };
  CHECK(user("", "", "") == "");
  CHECK(user("jane", "", "") == R"({"username":"jane","email":"","id":""})");
  CHECK(user("", "j@example.com", "") == R"({"username":"","email":"j@example.com","id":""})");
  CHECK(user("", "", "us-1") == R"({"username":"","email":"","id":"us-1"})");
}

TEST_CASE("an event over several lines is one, unless its Content-Type says that each line is") {
  World world;
  const auto status = [&](std::string_view type) {
    const notifier::HeaderView header{"Content-Type", type};
    notifier::Request request;
    request.method = "POST";
    request.target = "/v1/apps/shop/events";
    request.headers = {header};
    request.body = "{\n\"type\":\"restart\"}";
    return world.api.handle(request).response.status;
  };
  CHECK(status("application/json") == 202);
  CHECK(status("application/x-ndjson") == 400);
  CHECK(status("application/jsonl") == 400);
}

TEST_CASE("a stream is never stored, and HEAD starts none") {
  World world;
  const auto outcome = world.call("GET", "/v1/apps/shop/stream");
  CHECK(outcome.stream_app_id == "app-1");
  CHECK(api_oracle::header(outcome.response, "Cache-Control") == "no-store");
  CHECK(world.call("HEAD", "/v1/apps/shop/stream").stream_app_id == "");
}

TEST_CASE("one bad event among several takes the whole request back") {
  World world;
  const notifier::Outcome outcome = world.call("POST", "/v1/apps/app-1/events", "{\"type\":\"restart\"}\n[1]\n");
  CHECK(outcome.response.status >= 400);
  CHECK(outcome.response.body.find("line 2: ") != std::string::npos);
  CHECK(outcome.events.empty());
  CHECK(outcome.deliveries.empty());
  const notifier::Outcome third = world.call("POST", "/v1/apps/app-1/events", "{\"type\":\"restart\"}\n\n{]\n");
  CHECK(third.response.body.find("line 3: ") != std::string::npos);
}
