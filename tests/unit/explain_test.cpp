// Why a notifier receives an event or does not: one reason each, in a sentence.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

const char* const config = R"({"apps":[
  {"id":"1","name":"a","project_id":"pr","notifiers":[
    {"id":"all","name":"All","platform":"email","send_all_events":true,"selected_events":["app_deployed"]},
    {"id":"alerts","name":"Alerts","platform":"email","send_all_alerts":true},
    {"id":"picky","name":"Picky","platform":"email","selected_events":["app_deployed","app_alert_triggered"]},
    {"id":"off","name":"Off","platform":"email","active":false,"send_all_events":true}]}]})";

struct Explaining {
  Explaining() : router(registry) { REQUIRE(registry.load(config)); }

  Explained explain(std::string_view event, const Audience& audience = {}) {
    auto explained = router.explain(event, audience);
    REQUIRE(explained);
    return *explained;
  }
  /// `notifier yes|no reason: text`
  std::vector<std::string> lines(std::string_view event, const Audience& audience = {}) {
    std::vector<std::string> out;
    for (const Explanation& e : explain(event, audience).notifiers) {
      out.push_back(e.notifier_id + (e.receives ? " yes " : " no ") + std::string(to_string(e.reason)) + ": " + e.text);
    }
    return out;
  }

  Registry registry;
  Router router;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Explaining, "an event that can be selected") {
  CHECK(lines(R"({"type":"deployment","app_id":"1"})") ==
        Texts{"all yes sends_all_events: send_all_events is on, and covers App deployed",
              "alerts no not_selected: App deployed is not among the selected events, and send_all_events is off",
              "picky yes selected: App deployed is among the selected events",
              "off no inactive: The notifier is not active"});
}

TEST_CASE_FIXTURE(Explaining, "an event that cannot be selected") {
  CHECK(lines(R"({"type":"order/placed","app_id":"1"})") ==
        Texts{"all yes sends_all_events: send_all_events is on, and covers events of kind 'order/placed'",
              "alerts no not_selectable: Only send_all_events covers events of kind 'order/placed', and it is off",
              "picky no not_selectable: Only send_all_events covers events of kind 'order/placed', and it is off",
              "off no inactive: The notifier is not active"});
}

TEST_CASE_FIXTURE(Explaining, "an alert, and those that the host names") {
  CHECK(lines(R"({"type":"alert","app_id":"1"})", {{"all", "off"}, {}}) ==
        Texts{"all yes alert_recipient: The host names the notifier as a recipient of this event",
              "alerts yes sends_all_alerts: send_all_alerts is on, and the event is an alert",
              "picky yes selected: App alert triggered is among the selected events",
              "off no inactive: The notifier is not active"});
  CHECK(
      lines(R"({"type":"alert","app_id":"1"})")[0] ==
      "all no alert_not_accepted: The event is an alert: send_all_alerts is off, and App alert triggered is not among "
      "the selected events");
}

TEST_CASE_FIXTURE(Explaining, "where an event went, and why to no app at all") {
  const auto status = [&](std::string_view event, const Audience& audience = {}) {
    const Explained explained = explain(event, audience);
    CHECK(explained.notifiers.empty() ==
          (explained.status != AudienceStatus::app && explained.status != AudienceStatus::projects &&
           explained.status != AudienceStatus::named_apps));
    return std::string(to_string(explained.status)) + ": " + explained.text;
  };
  CHECK(status(R"({"type":"restart","app_id":"1"})") == "app: The event is about the app 'a'");
  CHECK(status(R"({"type":"restart","app_name":"a"})") == "app: The event is about the app 'a'");
  CHECK(status(R"({"type":"restart","app_id":"9"})") ==
        "unknown_app: The event is about an app that is not registered: '9'");
  CHECK(status(R"({"type":"restart","app_name":"b"})") ==
        "unknown_app: The event is about an app that is not registered: 'b'");
  CHECK(status(R"({"type":"restart","project_id":"pr"})") ==
        "projects: The event is about a project, and goes to its apps: 1");
  CHECK(status(R"({"type":"restart","project_id":"x"})") == "empty_project: No app carries the event's project: 'x'");
  CHECK(status(R"({"type":"restart"})") == "no_app: The event names no app, and no apps were named with it");
  CHECK(status(R"({"type":"restart"})", {{}, {"1"}}) ==
        "named_apps: The event names no app, and goes to the apps that were named with it: 1");
  CHECK(status(R"({"type":"restart"})", {{}, {"9"}}) ==
        "unknown_app: The event names no app, and the apps that were named with it are not registered");
  CHECK(status(R"({"app_id":"1"})") == "app: The event is about the app 'a'; it has no type");
}

TEST_CASE_FIXTURE(Explaining, "a long kind is cut in the sentence") {
  const auto text = lines(R"({"app_id":"1","type":")" + std::string(100000, 'k') + "\"}")[0];
  CHECK(text.size() < 200);
}

TEST_CASE_FIXTURE(Explaining, "an explanation in JSON") {
  Buffer out;
  json::Writer writer(out);
  Explained explained = explain(R"({"app_id":"1","type":"deployment"})");
  explained.notifiers.resize(1);
  write_json(writer, explained);
  CHECK(
      out.view() ==
      R"({"event_id":"","event_type":"deployment","status":"app","text":"The event is about the app 'a'","notifiers":[{"notifier_id":"all","notifier_name":"All",)"
      R"("app_id":"1","platform":"email","receives":true,"reason":"sends_all_events",)"
      R"("text":"send_all_events is on, and covers App deployed"}]})");
}
