// Routing many events at once: the same as one by one, whatever is among them.

#include "notifier/routing/router.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace notifier;

namespace {

const char* const config = R"({"apps":[
  {"id":"1","name":"shop","project_id":"pr","notifiers":[
    {"id":"chat","name":"Chat","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://s.example/x"}},
    {"id":"rocket","name":"Rocket","platform":"rocket_chat","selected_events":["restart"],"type_data":{"webhook_url":"https://r.example/x"}},
    {"id":"mail","name":"Mail","platform":"email","send_all_events":true,"type_data":{"emails":["ops@example.org"]}},
    {"id":"hook","name":"Hook","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/x"}}]},
  {"id":"2","name":"api","project_id":"pr","notifiers":[
    {"id":"api-hook","name":"Hook","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/y"}}]}]})";

struct Batched {
  Batched() : router(registry), other(registry) { REQUIRE(registry.load(config)); }

  /// What came of each event, in the order in which it came: all of a delivery, or the error's message.
  using Told = std::vector<std::pair<std::size_t, std::string>>;

  static std::string text(const DeliveryView& delivery) {
    std::string all;
    for (const std::string_view part : {delivery.notifier_id, delivery.app_id, delivery.event_id, delivery.event_type,
                                        delivery.idempotency_key, delivery.url, delivery.from, delivery.body}) {
      all.append(part).append("|");
    }
    for (const auto& header : delivery.headers) all.append(header.value).append("|");
    for (const auto to : delivery.to) all.append(to).append("|");
    return all;
  }

  Told at_once(const std::vector<std::string>& events) {
    const std::vector<std::string_view> views(events.begin(), events.end());
    Told told;
    std::size_t deliveries = 0;
    const std::size_t count = router.route(
        views.data(), views.size(),
        [&](std::size_t event, const DeliveryView& delivery) {
          told.emplace_back(event, text(delivery));
          ++deliveries;
        },
        [&](std::size_t event, const Error& error) { told.emplace_back(event, error.message); });
    CHECK(count == deliveries);
    return told;
  }

  Told one_by_one(const std::vector<std::string>& events) {
    Told told;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto routed =
          other.route(events[i], [&](const DeliveryView& delivery) { told.emplace_back(i, text(delivery)); });
      if (!routed) told.emplace_back(i, routed.error().message);
    }
    return told;
  }

  Registry registry;
  Router router;
  Router other;
};

std::string restart(std::size_t number, const std::string& app = R"("app_id":"1")") {
  return R"({"id":"ev-)" + std::to_string(number) + R"(","type":"restart",)" + app +
         R"(,"created_at":"2026-03-01T10:00:00Z","user":{"username":"anna \"b\""},"type_data":{"scope":["web"]}})";
}

}  // namespace

TEST_CASE_FIXTURE(Batched, "any number of events gives the deliveries of each, in their order") {
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 16u, 100u}) {
    std::vector<std::string> events;
    for (std::size_t i = 0; i < count; ++i)
      events.push_back(restart(i, i % 3 == 2 ? R"("app_id":"2")" : R"("app_id":"1")"));
    CAPTURE(count);
    const Told told = at_once(events);
    CHECK(told == one_by_one(events));
    CHECK(told.size() == (count - count / 3) * 4 + count / 3);
  }
}

TEST_CASE_FIXTURE(Batched, "what is no event is told in its place, and the others go on") {
  const std::vector<std::string> events = {"{\"type\":", restart(1), "[]", "", restart(4), "{}"};
  const Told told = at_once(events);
  CHECK(told == one_by_one(events));
  REQUIRE(told.size() == 3 + 2 * 4);
  CHECK(told[0] == Told::value_type(0, "the text ends at byte 8, expected a value"));
  CHECK(told[5] == Told::value_type(2, "the event is not an object"));
  CHECK(told[6].first == 3);
  CHECK(told[7].first == 4);
}

TEST_CASE_FIXTURE(Batched, "an error of one batch is not told again in the next") {
  CHECK(at_once({"x", restart(1)}).size() == 5);
  CHECK(at_once({restart(2), restart(3)}).size() == 8);
}

TEST_CASE_FIXTURE(Batched, "events of a project, of an app's name, of nobody, and of an app that is unknown") {
  const std::vector<std::string> events = {R"({"type":"edit_project","project_id":"pr"})",
                                           restart(1, R"("app_name":"api")"),
                                           R"({"type":"restart"})",
                                           restart(3, R"("app_id":"9")"),
                                           R"({"type":"new_key"})",
                                           restart(5)};
  const Told told = at_once(events);
  CHECK(told == one_by_one(events));
  CHECK(told.front().first == 0);
  CHECK(told.back().first == 5);
}

TEST_CASE_FIXTURE(Batched, "a message names the app, also where the event has its id alone") {
  const std::vector<std::string> events = {restart(0), restart(1, R"("app_id":"1","app_name":"renamed")")};
  const Told told = at_once(events);
  CHECK(told == one_by_one(events));
  CHECK(told[0].second.find("shop: ") != std::string::npos);
  CHECK(told[4].second.find("renamed: ") != std::string::npos);
}

TEST_CASE_FIXTURE(Batched, "large events among small ones") {
  std::vector<std::string> events;
  for (std::size_t i = 0; i < 20; ++i) {
    events.push_back(restart(i));
    if (i % 7 == 3) events.back().insert(1, "\"note\":\"" + std::string(200 * 1024, 'x') + "\",");
  }
  events.push_back("{\"large and wrong\":\"" + std::string(200 * 1024, 'x') + "\"");
  const Told told = at_once(events);
  CHECK(told == one_by_one(events));
  CHECK(told.size() == 20 * 4 + 1);
}

TEST_CASE_FIXTURE(Batched, "a change of the registry is seen by a later batch, also where a sink makes it") {
  std::vector<std::string> events;
  for (std::size_t i = 0; i < 64; ++i) events.push_back(restart(i));
  const std::vector<std::string_view> views(events.begin(), events.end());
  std::size_t hooks = 0;
  router.route(
      views.data(), views.size(),
      [&](std::size_t event, const DeliveryView& delivery) {
        if (delivery.notifier_id == "hook") ++hooks;
        if (event == 0 && delivery.notifier_id == "chat") REQUIRE(registry.remove("1", "hook"));
      },
      [](std::size_t, const Error&) { FAIL("all of these are events"); });
  CHECK(hooks < 64);
  CHECK(at_once({restart(1)}).size() == 3);
}
