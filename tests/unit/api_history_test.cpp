// What the table of the wire contract (tests/conformance/api) cannot show of histories: events and deliveries by pages
// and from a cursor on, found, sent again, withdrawn.

#include "notifier/api/api.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"

using api_world::at;
using api_world::World;

namespace {

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
  std::string removed;

  std::size_t events(std::string_view, std::size_t, std::size_t, std::vector<std::string>&) const override { return 0; }
  std::size_t deliveries(std::string_view, std::string_view, std::size_t, std::size_t,
                         std::vector<std::string>&) const override {
    return 0;
  }
  std::string event(std::string_view app_id, std::string_view event_id) const override {
    asked = "event " + std::string(app_id) + " " + std::string(event_id);
    return event_id == "ev-1" ? R"({ "id" : "ev-1" })" : "";
  }
  std::string removed_notifier(std::string_view app_id, std::string_view notifier_id) const override {
    asked = "removed " + std::string(app_id) + " " + std::string(notifier_id);
    return removed;
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

TEST_CASE("a removed notifier is restored with what the history has kept of it, or told why not") {
  AskedHistory history;
  notifier::ApiOptions options;
  options.history = &history;
  World world(std::move(options));
  const std::string path = "/v1/apps/shop/notifiers/no-3/restore";
  CHECK(
      world.call("POST", path).response.body ==
      R"({"resource":"base","error":"not found","message":"no notifier with this id was removed within the last day"})");
  CHECK(history.asked == "removed app-1 no-3");
  CHECK(world.call("POST", "/v1/apps/nope/notifiers/no-3/restore").response.status == 404);
  CHECK(world.call("POST", "/v1/apps/shop/notifiers/no-1/restore").response.status == 409);
  const auto kept = [](const std::string& more) {
    return R"({"op":"put_notifier","notifier":{"id":"no-3","app_id":"app-1","name":"back","platform":"webhook","active":false,)" +
           more +
           R"("type_data":{"webhook_url":"https://example.com/SECRET","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}})";
  };
  history.removed = kept(R"("created_at":"2026-01-31T09:30:00.000Z",)");
  const notifier::Outcome outcome = world.call("POST", path);
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.body.find("whsec_") == std::string::npos);
  CHECK(at(outcome.response.body, {"notifier", "created_at"}) == R"("2026-01-31T09:30:00.000Z")");
  REQUIRE(outcome.changes.size() == 1);
  CHECK(outcome.changes[0].expected.empty());
  notifier::Buffer stored;
  notifier::json::Writer out(stored);
  write_json(out, outcome.changes[0]);
  CHECK(stored.view().find("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") != std::string_view::npos);
  REQUIRE(outcome.events.size() == 1);
  CHECK(at(outcome.events[0].json, {"type"}) == R"("new_notifier")");
  history.removed = kept(R"("selected_event_ids":["gone"],)");
  CHECK(world.call("POST", path).response.status == 422);
  history.removed = "{";
  CHECK(world.call("POST", path).response.status == 404);
}
