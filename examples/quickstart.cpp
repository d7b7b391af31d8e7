// A factory line tells its shift in Slack and its maintenance by mail of events of its own. Prints what it would send:
//
//     g++ quickstart.cpp -I notifier/single_include -lcurl && ./a.out
//     ./a.out --send smtp://user:password@mail.example.com    # sends it: put your own webhook and address in first

#include <cstdio>
#include <string_view>

#include "notifier/adapters/curl.hpp"
#include "notifier/notifier.hpp"

constexpr std::string_view configuration = R"({"version": 1, "email_from": "Line 1 <line-1@factory.example>",
  "vocabulary": {"standard": false,
    "categories": [{"id": "furnaces", "name": "furnaces", "display_name": "Furnaces"}],
    "event_types": [{"id": "heat", "name": "furnace_heat", "display_name": "Furnace too hot"}],
    "event_kinds": [{"type": "furnace_overheated", "selectable_as": "furnace_heat", "wordings": [
      {"when": "level=critical", "severity": "error", "title": "{furnace} is overheating",
       "sentence": "{furnace} is at {temperature} \u00b0C[ since {since:time}].",
       "fields": "Limit: {limit} \u00b0C; Operator: {operator}", "link": "{panel:link}"},
      {"severity": "warning", "title": "{furnace} is warm", "sentence": "{furnace} is at {temperature} \u00b0C."}]}]},
  "apps": [{"id": "line-1", "name": "Line 1", "notifiers": [
    {"name": "shift", "platform": "slack", "selected_events": ["furnace_heat"],
     "type_data": {"webhook_url": "https://hooks.slack.com/services/T000/B000/your-own"}},
    {"name": "maintenance", "platform": "email", "selected_events": ["furnace_heat"],
     "filter": {"type_data": {"level": ["critical"]}}, "type_data": {"emails": ["maintenance@factory.example"]}}]}]})";

constexpr std::string_view event = R"({"id": "e-1", "type": "furnace_overheated", "app_id": "line-1",
  "created_at": "2026-05-14T09:46:00Z", "type_data": {"furnace": "F2", "level": "critical", "temperature": 1312,
  "limit": 1250, "operator": "Ada", "since": "2026-05-14T09:41:00Z", "panel": "https://panel.factory.example/f2"}})";

int main(int argc, char** argv) {
  const auto fail = [](const notifier::Error& error) { return std::fprintf(stderr, "%s\n", error.message.c_str()), 1; };
  notifier::Registry registry;
  if (const auto loaded = registry.load(configuration); !loaded) return fail(loaded.error());
  notifier::CurlOptions options;
  if (argc > 2) {
    auto relay = notifier::SmtpRelay::parse(argv[2]);
    if (!relay) return fail(relay.error());
    options.relay = *std::move(relay);
  }
  auto transport = notifier::CurlTransport::create(std::move(options));
  if (!transport) return fail(transport.error());

  notifier::Router router(registry);
  const auto routed = router.route(event, [&](const notifier::DeliveryView& delivery) {
    const notifier::Delivery own = notifier::Delivery::own(delivery);
    std::printf("%s, by %s:\n%s\n", own.notifier_name.c_str(), notifier::to_string(own.platform).data(),
                own.body.str().c_str());
    if (argc > 1 && argv[1] == std::string_view("--send")) (*transport)->start(0, own);
  });
  if (!routed) return fail(routed.error());
  while ((*transport)->in_flight() > 0) {
    (*transport)->run(1000, [](const notifier::CurlResult& sent) {
      std::printf("%s: %.*s\n", sent.delivery.notifier_name.c_str(), int(sent.verdict.reason.size()),
                  sent.verdict.reason.data());
    });
  }
}
