// What the table of the wire contract (tests/conformance/api) cannot show: histories, clocks, ids, samples.

#include "notifier/api/api.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api_oracle.hpp"
#include "api_world.hpp"

using api_world::at;
using api_world::drawing_ids;
using api_world::post_events;
using api_world::World;

namespace {

namespace json = notifier::json;

/// A history of made-up events and deliveries.
class NumberedHistory final : public notifier::History {
 public:
  std::size_t count = 45;
  std::string retried;

  std::size_t events(std::string_view app_id, std::size_t offset, std::size_t limit,
                     std::vector<std::string>& out) const override {
    CHECK(app_id == "app-1");
    for (std::size_t i = offset; i < count && i < offset + limit; ++i) out.push_back(std::to_string(i));
    return count;
  }
  std::size_t deliveries(std::string_view, std::string_view notifier_id, std::size_t offset, std::size_t limit,
                         std::vector<std::string>& out) const override {
    CHECK(notifier_id == "no-1");
    return events("app-1", offset, limit, out);
  }
  notifier::Result<void> retry(std::string_view, std::string_view, std::string_view delivery_id) override {
    retried = delivery_id;
    if (delivery_id == "dead") return {};
    notifier::Error error;
    error.code = delivery_id == "delivered" ? notifier::errc::conflict
                 : delivery_id == "broken"  ? notifier::errc::storage
                                            : notifier::errc::not_found;
    error.message = "the delivery is " + std::string(delivery_id);
    return error;
  }
};

/// Remembers what was asked of it.
class AskedHistory final : public notifier::History {
 public:
  mutable std::string asked;

  std::size_t events(std::string_view, std::size_t, std::size_t, std::vector<std::string>&) const override { return 0; }
  std::size_t deliveries(std::string_view, std::string_view, std::size_t, std::size_t,
                         std::vector<std::string>&) const override {
    return 0;
  }
  std::string event(std::string_view app_id, std::string_view event_id) const override {
    asked = "event " + std::string(app_id) + " " + std::string(event_id);
    return event_id == "ev-1" ? R"({ "id" : "ev-1" })" : "";
  }
  void find_deliveries(const notifier::DeliveryFilter& filter, std::uint64_t& place, std::size_t limit,
                       std::vector<std::string>& out) const override {
    asked = "find " + written(filter) + " " + std::to_string(place) + " " + std::to_string(limit);
    if (filter.key == "nope") return;
    out.push_back(R"({"id":"k1"})");
    place = place == 0 ? 12 : 0;
  }
  notifier::Result<void> retry(std::string_view app_id, std::string_view notifier_id, std::string_view id) override {
    asked = "retry " + std::string(app_id) + " '" + std::string(notifier_id) + "' " + std::string(id);
    return {};
  }
  notifier::Result<void> cancel(std::string_view app_id, std::string_view notifier_id, std::string_view id) override {
    asked = "cancel " + std::string(app_id) + " '" + std::string(notifier_id) + "' " + std::string(id);
    if (id == "k1") return {};
    notifier::Error error;
    error.code = notifier::errc::conflict;
    error.message = "the delivery has arrived";
    return error;
  }
  notifier::Result<std::size_t> retry_all(const notifier::DeliveryFilter& filter, std::uint64_t& place,
                                          std::size_t limit) override {
    asked = "retry_all " + written(filter) + " " + std::to_string(limit);
    place = filter.notifier_id.empty() ? 7 : 0;
    return std::size_t{3};
  }

 private:
  static std::string written(const notifier::DeliveryFilter& filter) {
    std::string text;
    for (const std::string_view part : {filter.app_id, filter.key, filter.notifier_id, filter.event_id,
                                        filter.event_type, filter.state ? to_string(*filter.state) : "any"}) {
      text.append(part).append("|");
    }
    return text + notifier::to_rfc3339(filter.since);
  }
};

}  // namespace

TEST_CASE("events and deliveries come by pages") {
  NumberedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  for (const std::string what : {"events", "notifiers/no-1/deliveries"}) {
    const auto page = [&](const std::string& query) {
      return world.call("GET", "/v1/apps/shop/" + what + query).response.body;
    };
    const std::string root = what == "events" ? "events" : "deliveries";
    const auto meta = [&](const std::string& query) { return at(page(query), {"meta", "pagination"}); };
    CHECK(at(page("?per_page=3"), {root}) == "[0,1,2]");
    CHECK(at(page("?page=2&per_page=3"), {root}) == "[3,4,5]");
    CHECK(meta("") ==
          R"({"current_page":1,"prev_page":null,"previous_page":null,"next_page":2,"total_pages":3,"total_count":45})");
    CHECK(meta("?page=2") ==
          R"({"current_page":2,"prev_page":1,"previous_page":1,"next_page":3,"total_pages":3,"total_count":45})");
    CHECK(meta("?page=3") ==
          R"({"current_page":3,"prev_page":2,"previous_page":2,"next_page":null,"total_pages":3,"total_count":45})");
    CHECK(at(page("?page=4"), {root}) == "[]");
    CHECK(
        meta("?page=999999999") ==
        R"({"current_page":999999999,"prev_page":3,"previous_page":3,"next_page":null,"total_pages":3,"total_count":45})");
    CHECK(meta("?page=9999999999") == meta("?page=0"));
    CHECK(
        meta("?per_page=1000") ==
        R"({"current_page":1,"prev_page":null,"previous_page":null,"next_page":null,"total_pages":1,"total_count":45})");
    CHECK(meta("?per_page=45") == meta("?per_page=99"));
    CHECK(meta("?per_page=45&page=2") ==
          R"({"current_page":2,"prev_page":1,"previous_page":1,"next_page":null,"total_pages":1,"total_count":45})");
    CHECK(meta("?per_page=44") ==
          R"({"current_page":1,"prev_page":null,"previous_page":null,"next_page":2,"total_pages":2,"total_count":45})");
  }
}

TEST_CASE("events and deliveries come from a cursor on, by offsets where the history knows no places") {
  NumberedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  for (const std::string root : {"events", "deliveries"}) {
    const std::string path = "/v1/apps/shop/" + std::string(root == "events" ? "" : "notifiers/no-1/") + root;
    const std::string letter = root.substr(0, 1);
    const auto page = [&](const std::string& query) { return world.call("GET", path + query).response.body; };
    CHECK(at(page("?per_page=20"), {"meta", "next_cursor"}) == "\"" + letter + "20\"");
    CHECK(page("?per_page=3&cursor=" + letter + "20") ==
          "{\"" + root + R"(":[20,21,22],"meta":{"total_count":45,"next_cursor":")" + letter + R"(23"}})");
    CHECK(page("?per_page=3&cursor=" + letter + "42") ==
          "{\"" + root + R"(":[42,43,44],"meta":{"total_count":45,"next_cursor":null}})");
    CHECK(at(page("?cursor=" + letter + "999999999999999"), {root}) == "[]");
    CHECK(at(page("?page=2"), {"meta"}).find("next_cursor") == std::string::npos);
    for (const std::string cursor : {"20", "x20", "e20e", "d20d", "E20"}) {
      CHECK(world.call("GET", path + "?cursor=" + cursor).response.status == 400);
    }
  }
}

TEST_CASE("a dead delivery is sent again, any other is not found") {
  NumberedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  auto outcome = world.call("POST", "/v1/apps/shop/notifiers/no-1/deliveries/dead/retry");
  CHECK(outcome.response.status == 202);
  CHECK(outcome.response.body == R"({"delivery":{"id":"dead"}})");
  outcome = world.call("POST", "/v1/apps/shop/notifiers/no-1/deliveries/x%20y/retry");
  CHECK(outcome.response.status == 404);
  CHECK(history.retried == "x y");
  CHECK(outcome.response.status == 404);
  outcome = world.call("POST", "/v1/apps/shop/notifiers/no-1/deliveries/delivered/retry");
  CHECK(outcome.response.status == 409);
  CHECK(outcome.response.body == R"({"error":"the delivery is delivered"})");
  history.retried.clear();
  CHECK(world.call("POST", "/v1/apps/shop/notifiers/nope/deliveries/dead/retry").response.status == 404);
  CHECK(world.call("GET", "/v1/apps/shop/notifiers/no-1/deliveries/dead/retry").response.status == 405);
  CHECK(history.retried.empty());
}

TEST_CASE("an app's deliveries are found by what the query says, and go on from a cursor") {
  AskedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  const std::string path = "/v1/apps/shop/deliveries";
  CHECK(world.call("GET", path).response.body == R"({"deliveries":[{"id":"k1"}],"meta":{"next_cursor":"a12"}})");
  CHECK(history.asked == "find app-1|||||any|0001-01-01T00:00:00.000Z 0 20");
  CHECK(world
            .call("GET", path + "?status=held&notifier_id=no-9&event_id=a%20b&type=x&since=2026-01-31T10:30:00%2B01:00"
                                "&per_page=5&cursor=a12")
            .response.body == R"({"deliveries":[{"id":"k1"}],"meta":{"next_cursor":null}})");
  CHECK(history.asked == "find app-1||no-9|a b|x|held|2026-01-31T09:30:00.000Z 12 5");
  CHECK(world.call("GET", "/v1/apps/app-1/deliveries/k1").response.body == R"({"delivery":{"id":"k1"}})");
  CHECK(history.asked == "find app-1|k1||||any|0001-01-01T00:00:00.000Z 0 1");
  CHECK(world.call("GET", path + "/nope").response.status == 404);
}

TEST_CASE("deliveries are sent again and withdrawn by their ids, and the many by a filter") {
  AskedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  const std::string path = "/v1/apps/shop/deliveries";
  auto response = world.call("POST", path + "/k1/retry").response;
  CHECK(response.status == 202);
  CHECK(response.body == R"({"delivery":{"id":"k1"}})");
  CHECK(history.asked == "retry app-1 '' k1");
  CHECK(world.call("POST", path + "/k1/cancel").response.status == 202);
  CHECK(history.asked == "cancel app-1 '' k1");
  response = world.call("POST", path + "/k2/cancel").response;
  CHECK(response.status == 409);
  CHECK(response.body == R"({"error":"the delivery has arrived"})");
  response = world.call("POST", path + "/retry", R"({"since":"2026-01-31T09:30:00Z","status":"dead"})").response;
  CHECK(response.status == 202);
  CHECK(response.body == R"({"deliveries":3,"more":true})");
  CHECK(history.asked == "retry_all app-1|||||dead|2026-01-31T09:30:00.000Z 1000");
  CHECK(world.call("POST", path + "/retry", R"({"notifier_id":"no-1"})").response.body ==
        R"({"deliveries":3,"more":false})");
  history.asked.clear();
  CHECK(world.call("POST", path + "/retry", R"({"statuz":"dead"})").response.status == 422);
  CHECK(history.asked.empty());
}

TEST_CASE("an event is shown as it came in") {
  AskedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  CHECK(world.call("GET", "/v1/apps/shop/events/ev-1").response.body == R"({"event":{ "id" : "ev-1" }})");
  CHECK(history.asked == "event app-1 ev-1");
  CHECK(world.call("GET", "/v1/apps/shop/events/ev-2").response.status == 404);
  CHECK(world.call("POST", "/v1/apps/shop/events/explain", R"({"id":"ev-3"})").response.status == 200);
}

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
