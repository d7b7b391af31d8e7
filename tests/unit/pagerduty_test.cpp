#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/platform/pagerduty.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_pagerduty>;

/// What a PagerDuty notifier of an app sends.
struct Sent {
  std::string url;
  json::Document document;
  json::View body;

  explicit Sent(const std::string& event, const std::string& notifier = "no-1", const std::string& type_data = {}) {
    Registry registry;
    REQUIRE(registry.load(
        R"({"apps":[{"id":"1","name":"shop","notifiers":[{"id":")" + notifier +
        R"(","name":"on call","platform":"pagerduty","send_all_events":true,"send_all_alerts":true,"type_data":{)" +
        type_data + R"("routing_key":"R"}}]}]})"));
    Router router(registry);
    const auto routed = router.route(event, [&](const DeliveryView& delivery) {
      url = delivery.url;
      text_ = delivery.body;
    });
    REQUIRE(routed);
    REQUIRE(*routed == 1);
    const auto parsed = document.parse(text_, text_.size());
    REQUIRE_MESSAGE(parsed.has_value(), text_);
    body = *parsed;
  }

 private:
  std::string text_;
};

std::string alert(const std::string& members, const std::string& app = R"("app_id":"1","app_name":"shop")") {
  static int number = 0;
  return R"({"id":"e-)" + std::to_string(++number) + R"(","type":"alert",)" + app + R"(,"type_data":{)" + members +
         "}}";
}

constexpr const char* begun = R"("metric":"cpu","sender_name":"web","send_when_below":false,"activated":true)";
constexpr const char* ended = R"("metric":"cpu","sender_name":"web","send_when_below":false,"activated":false)";

std::string key_of(const std::string& event, const std::string& notifier = "no-1") {
  return std::string(Sent(event, notifier).body["dedup_key"].string());
}

}  // namespace

TEST_CASE("pagerduty: trouble triggers an alert, with all that is told as details and a link") {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed *my-app* & \"more\".");
  message.set_subject("my-app");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_field("Log", "one\n\ttwo", false, true);
  const Formatted pagerduty(message);
  CHECK(pagerduty.cut.empty());
  CHECK(pagerduty.body ==
        R"({"event_action":"trigger","payload":{"summary":"my-app: deployment failed","source":"my-app",)"
        R"("severity":"error","class":"deployment","timestamp":"2018-05-14T09:46:42.077Z","custom_details":{)"
        R"("Message":"johndoe deployed *my-app* & \"more\".","By":"johndoe","Stack":"scalingo_22",)"
        R"("Log":"one\n\ttwo"}},"links":[)"
        R"({"href":"https://dashboard.example.com/apps/my-app?b=%222%22","text":"View details"}]})");
}

TEST_CASE("pagerduty: an alert's end resolves it, and what is no trouble is a change, which has no severity") {
  Message message;
  message.severity = Severity::success;
  message.alert = Message::Alert::ends;
  CHECK(Formatted(message).body ==
        R"({"event_action":"resolve","payload":{"summary":"Event","source":"notifier","severity":"info",)"
        R"("custom_details":{"Message":"Event"}},"links":[]})");
  message.alert = Message::Alert::none;
  message.set_kind("scale");
  for (const Severity severity : {Severity::info, Severity::success}) {
    message.severity = severity;
    CHECK(Formatted(message).body == R"({"payload":{"summary":"Event","source":"notifier",)"
                                     R"("custom_details":{"Message":"Event","Event":"scale"}},"links":[]})");
  }
  message.severity = Severity::warning;
  CHECK(Formatted(message).root["payload"]["severity"].string() == "warning");
}

TEST_CASE("pagerduty: no detail hides another of the same label") {
  Message message;
  for (const char* const label : {"A", "A", "Message", "A", "A 2", "A\\", "A\\"}) message.add_field(label, "\"A\":\"x");
  const Formatted pagerduty(message);
  std::set<std::string> labels;
  std::size_t count = 0;
  pagerduty.root["payload"]["custom_details"].for_each_member([&](std::string_view label, json::View) {
    labels.insert(std::string(label));
    ++count;
  });
  CHECK(count == 8);
  CHECK(labels == std::set<std::string>{"Message", "A", "A 2", "Message 3", "A 4", "A 2 5", "A\\", "A\\ 7"});
}

TEST_CASE("pagerduty: an alert and its end have one key, whatever they measured; all else has the delivery's") {
  const std::string key = key_of(alert(std::string(begun) + R"(,"value":0.97)"));
  CHECK(key.size() == 38);
  CHECK(key.substr(0, 6) == "alert_");
  CHECK(key_of(alert(std::string(ended) + R"(,"value":0.2)")) == key);
  CHECK(Sent(alert(begun)).body["event_action"].string() == "trigger");
  CHECK(Sent(alert(ended)).body["event_action"].string() == "resolve");
  CHECK(key_of(alert(begun), "no-2") != key);
  CHECK(key_of(alert(R"("metric":"ram","sender_name":"web","send_when_below":false)")) != key);
  CHECK(key_of(alert(R"("metric":"cpu","sender_name":"worker","send_when_below":false)")) != key);
  CHECK(key_of(alert(R"("metric":"cpu","sender_name":"web","send_when_below":true)")) != key);

  const std::string crash = R"({"id":"e","type":"crash","app_id":"1","app_name":"shop"})";
  CHECK(key_of(crash).substr(0, 4) == "msg_");
  CHECK(key_of(crash) == key_of(crash));
}

TEST_CASE("pagerduty: an alert is told alone, and its end at once, also to who is told of events together") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop","notifiers":[{"id":"no-1","name":"on call",
      "platform":"pagerduty","send_all_events":true,"send_all_alerts":true,"type_data":{"routing_key":"R"},
      "grouping":{"mode":"digest","window":60}}]}]})"));
  Router router(registry);
  const auto arrival_of = [&](const std::string& event) {
    std::shared_ptr<Arrival> found;
    const auto routed = router.route(event, [&](const DeliveryView& delivery) {
      if (delivery.arrival != nullptr) found = std::make_shared<Arrival>(*delivery.arrival);
    });
    REQUIRE(routed);
    return found;
  };
  const auto crash = arrival_of(R"({"id":"e","type":"crash","app_id":"1"})");
  REQUIRE(crash);
  CHECK_FALSE(crash->stands_alone);
  const auto begin = arrival_of(alert(begun));
  REQUIRE(begin);
  CHECK(begin->stands_alone);
  CHECK_FALSE(arrival_of(alert(ended)));
}

TEST_CASE("pagerduty: a digest is an alert where something in it is trouble, else a change") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop","notifiers":[{"id":"no-1","name":"on call",
      "platform":"pagerduty","send_all_events":true,"type_data":{"routing_key":"R"}}]}]})"));
  Router router(registry);
  Digest digest;
  digest.count = 41;
  digest.subject = "shop";
  digest.kinds = {{"crash", 41}};
  for (int i = 0; i < 20; ++i) digest.items.push_back({"shop: crash " + std::to_string(i), {}, Severity::error, {}});
  for (const Severity worst : {Severity::success, Severity::error}) {
    digest.worst = worst;
    const bool is_trouble = worst == Severity::error;
    const auto told = router.digest("1", "no-1", digest, "0123456789abcdef0123456789abcdef");
    REQUIRE(told);
    CHECK(told->url ==
          (is_trouble ? "https://events.pagerduty.com/v2/enqueue" : "https://events.pagerduty.com/v2/change/enqueue"));
    json::Document document;
    const auto body = document.parse(told->body, told->body.size());
    REQUIRE(body);
    CHECK((*body)["event_action"].exists() == is_trouble);
    CHECK((*body)["dedup_key"].exists() == is_trouble);
    CHECK((*body)["payload"]["summary"].string() == "shop: 41 crash events");
    CHECK((*body)["payload"]["custom_details"]["20"].string() == "crash 19");
    CHECK((*body)["payload"]["custom_details"]["More"].string() == "and 21 more");
  }
}

TEST_CASE("pagerduty: what is no trouble goes where changes do, without a key; trouble and its end, where alerts do") {
  const std::string us = "https://events.pagerduty.com/v2/";
  const std::string eu = "https://events.eu.pagerduty.com/v2/";
  const std::string region = R"("region":"eu",)";
  for (const char* const quiet :
       {R"({"id":"e","type":"deployment","app_id":"1","type_data":{"status":"success"}})",
        R"({"id":"e","type":"scale","app_id":"1"})", R"({"id":"e","type":"new_alert","app_id":"1"})",
        R"({"id":"e","type":"test","app_id":"1"})"}) {
    CAPTURE(quiet);
    const Sent sent(quiet);
    CHECK(sent.url == us + "change/enqueue");
    CHECK(Sent(quiet, "no-1", region).url == eu + "change/enqueue");
    CHECK(sent.body["routing_key"].string() == "R");
    for (const char* const other : {"dedup_key", "event_action"}) CHECK_FALSE(sent.body[other].exists());
  }
  for (const std::string& loud :
       {std::string(R"({"id":"e","type":"crash","app_id":"1"})"), alert(begun), alert(ended)}) {
    CAPTURE(loud);
    CHECK(Sent(loud).url == us + "enqueue");
    CHECK(Sent(loud, "no-1", region).url == eu + "enqueue");
    CHECK(Sent(loud).body["event_action"].exists());
  }
}

TEST_CASE("pagerduty: whatever the message holds, it is within its limits, and a link that is too long is left out") {
  hostile::Random random(26);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted pagerduty(message);
    const json::View payload = pagerduty.root["payload"];
    CHECK(!payload["summary"].string().empty());
    CHECK(count_code_points(payload["summary"].string()) <= pagerduty_limits::summary);
    CHECK(!payload["source"].string().empty());
    CHECK(pagerduty.body.size() <= pagerduty_limits::event);
    for (const Truncation& cut : pagerduty.cut) CHECK(cut.kept <= cut.length);
  }
  message.clear();
  message.set_link("https://example.com/" + std::string(3000, 'x'));
  const Formatted pagerduty(message);
  CHECK(pagerduty.root["links"].size() == 0);
  REQUIRE(pagerduty.cut.size() == 1);
  CHECK(pagerduty.cut[0].part == "link");
}
