// What an event says of itself, where nobody says it for it: message/said.hpp.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/message/describe.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

using namespace notifier;

namespace {

/// "severity | title | sentence | link | Label: value ..." of an event, by its members but for the closing brace.
std::string told(std::string_view members, const Vocabulary& vocabulary = *Vocabulary::standard()) {
  const std::string event = R"({"app_name":"line-1",)" + std::string(members) + "}";
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), "https://d.example", message, vocabulary);
  std::string text = std::string(to_string(message.severity)) + " | " + std::string(message.title()) + " | " +
                     std::string(message.sentence()) + " | " + std::string(message.link());
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    text += " | " + std::string(message.field(i).label) + ": " + std::string(message.field(i).value);
  }
  return text;
}

std::string severity_of(std::string_view json) {
  const std::string text = told(R"("type":"x","type_data":{"severity":)" + std::string(json) + "}");
  return text.substr(0, text.find(' '));
}

}  // namespace

TEST_CASE("severities have the names of syslog, Alertmanager, Sentry, OpenTelemetry and PagerDuty") {
  for (const auto& [names, severity] :
       {std::pair("emerg emergency panic alert crit critical err error fatal major FATAL ERROR ERROR2 FATAL4 Critical",
                  "error"),
        std::pair("warning warn minor WARN WARN3 Warning", "warning"),
        std::pair("notice info informational debug trace INFO DEBUG2 TRACE4 none low 3 high error5 e errors", "info"),
        std::pair("success ok resolved OK", "success")}) {
    std::string_view rest(names);
    while (!rest.empty()) {
      const std::string_view name = rest.substr(0, rest.find(' '));
      rest.remove_prefix((std::min)(name.size() + 1, rest.size()));
      INFO(std::string(name));
      CHECK(severity_of('"' + std::string(name) + '"') == severity);
    }
  }
  for (const char* other : {"3", "true", "null", "[]", "{}", R"("")", R"(" error")", R"("error or so, who knows")"}) {
    CHECK(severity_of(other) == "info");
  }
}

TEST_CASE("of a kind without wordings, the event's own severity, title, text and link are used as what they say") {
  CHECK(
      told(
          R"("type":"furnace_overheated","type_data":{"severity":"critical","title":"F2 is overheating",)"
          R"("message":"F2 is at 1312 degrees","url":"https://panel.example/f2?tab=1","furnace":"F2","value":1312})") ==
      "error | line-1: F2 is overheating | F2 is at 1312 degrees. | https://panel.example/f2?tab=1 | Severity: "
      "critical | "
      "Furnace: F2 | Value: 1312");
  CHECK(told(R"("type":"x","severity":"warning","title":"T","summary":"S!","link":"https://a.example")") ==
        "warning | line-1: T | S! | https://a.example");
  CHECK(told(R"("type":"x","level":"error","type_data":{"level":"warning","a":1})") ==
        "warning | line-1: x | The event \"x\" happened on line-1. | https://d.example/apps/line-1 | A: 1");
  CHECK(told(R"("type":"x","type_data":{"text":"two\nlines?","description":"D"})") ==
        "info | line-1: x | two lines? | https://d.example/apps/line-1 | Description: D");
}

TEST_CASE("what says nothing, is no link or may be a secret is not used, and the next in line is") {
  CHECK(told(R"("type":"x","title":"from outside","type_data":{"title":" ","message":7,"text":"","summary":"S",)"
             R"("url":"javascript:x","link":"https://a.example/"})") ==
        "info | line-1: from outside | S. | https://a.example/ | Message: 7 | Url: javascript:x");
  CHECK(
      told(
          R"("type":"x","type_data":{"message":"see https://x.example/?token=s3cr3t","url":"https://u:p@a.example"})") ==
      "info | line-1: x | The event \"x\" happened on line-1. | https://d.example/apps/line-1");
  const auto vocabulary = Vocabulary::read(R"({"standard":false,"secret_names":["title"]})");
  REQUIRE(vocabulary);
  CHECK(told(R"("type":"x","type_data":{"title":"s3cr3t"})", *vocabulary) ==
        "info | line-1: x | The event \"x\" happened on line-1. | https://d.example/apps/line-1");
  CHECK(told(R"("type":"x","type_data":{"title":"a","title":"b"})").find("line-1: b |") != std::string::npos);
}

TEST_CASE("what a host's row leaves out, the event says; what the row says counts") {
  const auto vocabulary = Vocabulary::read(R"({"event_types":[{"id":"t","name":"heat","display_name":"Heat",
      "description":"It is hot","category_id":"c"}],"categories":[{"id":"c","name":"c","display_name":"C","position":1}],
      "event_kinds":[{"type":"bare","selectable_as":"heat"},{"type":"row","wordings":[{"title":"{a} is hot"}]},
      {"type":"full","wordings":[{"severity":"success","title":"t","sentence":"s.","fields":"","link":"none"}]}],
      "standard":false})");
  REQUIRE(vocabulary);
  const std::string data =
      R"("type_data":{"severity":"error","title":"T","message":"M","url":"https://a.example/","a":"F2"})";
  CHECK(told(R"("type":"row",)" + data, *vocabulary) ==
        "error | line-1: F2 is hot | M. | https://a.example/ | Title: T | A: F2");
  CHECK(told(R"("type":"full",)" + data, *vocabulary) == "success | line-1: t | s. | ");
  CHECK(told(R"("type":"bare",)" + data, *vocabulary) == "error | line-1: T | M. | https://a.example/ | A: F2");
  CHECK(told(R"("type":"bare")", *vocabulary) == "info | line-1: Heat | It is hot. | https://d.example/apps/line-1");
}

TEST_CASE("a built-in kind is told by its rows, whatever the event says of itself") {
  CHECK(told(R"("type":"restart","severity":"critical","title":"T","message":"M","url":"https://a.example")") ==
        "info | line-1: restarting | All containers of line-1 are restarting. | https://d.example/apps/line-1");
}

TEST_CASE("what is left out of a message is among what was cut") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"a","name":"line-1","notifiers":[
      {"id":"s","name":"s","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://h.example/x"}},
      {"id":"w","name":"w","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/x"}},
      {"id":"e","name":"e","platform":"email","send_all_events":true,"type_data":{"emails":["a@example.org"]}}]}]})"));
  Router router(registry);
  std::string cuts;
  const auto routed = router.route(
      R"({"app_id":"a","type":"x","type_data":{"a":1,"b":2,"api_key":"s3cr3t","note":"https://x.example/?k"}})",
      [&](const DeliveryView& delivery) {
        cuts += std::string(delivery.notifier_id) + ":";
        for (const Truncation& cut : delivery.truncations) {
          cuts += std::string(cut.part) + " " + std::to_string(cut.kept) + " of " + std::to_string(cut.length);
        }
        cuts += "; ";
        if (delivery.notifier_id != "w") CHECK(std::string(delivery.body).find("s3cr3t") == std::string::npos);
      });
  REQUIRE(routed);
  CHECK(cuts == "s:values 2 of 4; w:; e:values 2 of 4; ");
}
