// RouterOptions::compose: a host's own code writes what people read of an event, or changes it.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "api_world.hpp"
#include "notifier/message/message.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

constexpr std::string_view two_of_each = R"({"apps":[{"id":"a","name":"line-1","notifiers":[
    {"id":"s1","name":"s1","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://h.example/1"}},
    {"id":"s2","name":"s2","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://h.example/2"}},
    {"id":"r","name":"r","platform":"rocket_chat","send_all_events":true,"type_data":{"webhook_url":"https://h.example/3"}},
    {"id":"w","name":"w","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/4"}},
    {"id":"e","name":"e","platform":"email","send_all_events":true,"type_data":{"emails":["a@example.org"]}}]}]})";

struct Composed {
  Registry registry;
  int calls = 0;

  Composed() { REQUIRE(registry.load(two_of_each)); }

  /// Options whose function counts its calls, then does as it is told.
  RouterOptions options(std::function<void(const Event&, Message&)> compose) {
    RouterOptions made;
    made.compose = [this, compose = std::move(compose)](const Event& event, Message& message) {
      ++calls;
      compose(event, message);
    };
    return made;
  }
  /// The bodies of all deliveries of an event by notifier.
  std::map<std::string, std::string> route(Router& router, std::string_view event) {
    std::map<std::string, std::string> bodies;
    const auto routed = router.route(event, [&](const DeliveryView& delivery) {
      bodies[std::string(delivery.notifier_id)] = std::string(delivery.body);
      for (const Truncation& cut : delivery.truncations) {
        bodies[std::string(delivery.notifier_id) + " cut"] += std::string(cut.part) + " ";
      }
    });
    REQUIRE(routed);
    return bodies;
  }
};

constexpr std::string_view event =
    R"({"id":"1","app_id":"a","app_name":"line-1","type":"furnace","type_data":{"t":1312}})";

}  // namespace

TEST_CASE_FIXTURE(Composed, "a host's function changes what the vocabulary made, for all but raw events") {
  Router router(registry, options([](const Event& of, Message& message) {
                  CHECK(of.type == "furnace");
                  CHECK(message.title() == "line-1: furnace");
                  CHECK(message.field(0).value == "1312");
                  message.severity = Severity::error;
                  message.set_title("line-1: too hot");
                  message.add_field("Limit", "1250");
                }));
  const auto bodies = route(router, event);
  CHECK(calls == 1);
  REQUIRE(bodies.size() == 5);
  for (const char* id : {"s1", "r", "e"}) {
    CHECK(bodies.at(id).find("too hot") != std::string::npos);
    CHECK(bodies.at(id).find("1312") != std::string::npos);
    CHECK(bodies.at(id).find("1250") != std::string::npos);
  }
  CHECK(bodies.at("s1") == bodies.at("s2"));
  CHECK(bodies.at("w") == event);
}

TEST_CASE_FIXTURE(Composed, "one event's words are never another's, whether it is composed or not") {
  Router router(registry, options([](const Event& of, Message& message) {
                  if (of.id == "2") message.set_sentence("Composed.");
                }));
  const std::string other = R"({"id":"2","app_id":"a","app_name":"line-1","type":"furnace","type_data":{"t":1}})";
  Router plain(registry);
  const auto before = route(plain, event);
  for (int i = 0; i < 2; ++i) {
    CHECK(route(router, event) == before);
    CHECK(route(router, other).at("s1").find("Composed.") != std::string::npos);
  }
  CHECK(calls == 4);

  const std::string_view events[] = {event, other, event};
  std::string told;
  router.route(
      events, 3,
      [&](std::size_t number, const DeliveryView& delivery) {
        const bool is_composed = std::string(delivery.body).find("Composed.") != std::string::npos;
        if (delivery.notifier_id == "s1") told += std::to_string(number) + (is_composed ? "!" : "");
      },
      [](std::size_t, const Error&) { FAIL("read"); });
  CHECK(told == "01!2");
}

TEST_CASE_FIXTURE(Composed, "a host's function may write all of it anew") {
  Router router(registry, options([](const Event&, Message& message) {
                  message.clear();
                  message.set_title("T");
                  message.set_sentence("S.");
                  message.set_link("https://x.example/");
                }));
  const auto bodies = route(router, event);
  CHECK(bodies.at("s1").find("https://x.example/") != std::string::npos);
  CHECK(bodies.at("s1").find("1312") == std::string::npos);
  CHECK(bodies.at("e").find("furnace") == std::string::npos);
  Router fields(registry, options([](const Event&, Message& message) { message.clear_fields(); }));
  CHECK(route(fields, event).at("s1").find("1312") == std::string::npos);
}

TEST_CASE_FIXTURE(Composed, "its text is untrusted like any other, and what is no link is not used, and told") {
  Router router(registry, options([](const Event&, Message& message) {
                  message.set_title("a\r\nBcc: x@y.example");
                  message.set_sentence("<!channel> @all <script>alert(1)</script> *b*");
                  message.set_link("javascript:alert(1)");
                  message.add_link("Panel", "javascript:alert(2)");
                  message.add_field("L<b>\r\nX: y", "</td>");
                }));
  const auto bodies = route(router, event);
  for (const char* id : {"s1", "r", "e"}) {
    const std::string& body = bodies.at(id);
    INFO(body);
    // A mail's plain text has no markup.
    const std::string html = body.substr((std::min)(body.size(), id[0] == 'e' ? body.find("<html") : 0));
    CHECK(html.find("<!channel>") == std::string::npos);
    CHECK(html.find("<script>") == std::string::npos);
    CHECK(body.find("\nBcc:") == std::string::npos);
    CHECK(body.find("\nX: y") == std::string::npos);
    CHECK(body.find("href=\"javascript") == std::string::npos);
    CHECK(body.find("<javascript") == std::string::npos);
    CHECK(bodies.at(std::string(id) + " cut") == "link ");
  }
}

TEST_CASE_FIXTURE(Composed, "what is only matched, or goes out as it came, is not composed") {
  Router router(registry, options([](const Event&, Message&) { FAIL("not asked for"); }));
  const auto matched = router.match(event, [](std::string_view) {});
  REQUIRE(matched);
  CHECK(*matched == 5);
  const auto draft = registry.find("w");
  REQUIRE(draft);
  REQUIRE(router.preview(*draft, event));
  CHECK(calls == 0);
}

TEST_CASE_FIXTURE(Composed, "a preview is what is sent") {
  Router router(registry, options([](const Event&, Message& message) { message.set_title("Composed"); }));
  const auto bodies = route(router, event);
  for (const char* id : {"s1", "r", "e"}) {
    const auto notifier = registry.find(id);
    REQUIRE(notifier);
    const auto preview = router.preview(*notifier, event);
    REQUIRE(preview);
    CHECK(std::string(preview->body) == bodies.at(id));
  }
}

TEST_CASE("the API's previews, test sends and events are composed") {
  ApiOptions options;
  options.router.compose = [](const Event& of, Message& message) {
    message.set_sentence("Composed of " + std::string(of.type) + ".");
  };
  api_world::World world(options);
  const Outcome test = world.call("POST", "/v1/apps/shop/notifiers/no-1/test");
  REQUIRE(test.deliveries.size() == 1);
  CHECK(test.deliveries[0].body.str().find("Composed of test.") != std::string::npos);
  const Outcome event_sent = world.call("POST", "/v1/apps/shop/events", R"({"type":"furnace"})");
  REQUIRE(event_sent.deliveries.size() == 1);
  CHECK(event_sent.deliveries[0].body.str().find("Composed of furnace.") != std::string::npos);
  const Outcome preview = world.call("POST", "/v1/apps/shop/notifiers/no-1/preview", R"({"event":{"type":"furnace"}})");
  CHECK(preview.response.body.find("Composed of furnace.") != std::string::npos);
}
