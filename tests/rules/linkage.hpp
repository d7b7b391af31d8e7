// Included by each translation unit of the linkage test, which names its own function.

#pragma once

#include <string>

#include "notifier/notifier.hpp"

static std::string route_once() {
  notifier::Registry registry;
  const auto loaded = registry.load(
      R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[
          {"name":"hook","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://example.com/hook"}},
          {"name":"ops","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.slack.com/services/T/B/x"}}]}]})");
  if (!loaded) return loaded.error().message;
  notifier::Router router(registry);
  std::string told;
  const auto routed = router.route(R"({"id":"e","type":"restart","app_id":"1","created_at":"2024-05-01T10:00:00Z"})",
                                   [&told](const notifier::DeliveryView& delivery) {
                                     told.append(to_string(delivery.platform)).append(" ");
                                     told.append(delivery.url).append(" ").append(delivery.body).append("\n");
                                   });
  return routed ? told : routed.error().message;
}
