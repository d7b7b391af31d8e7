// What a stranger writes first; prints what is sent.

#include <cstdio>

#include "notifier/notifier.hpp"

int main() {
  notifier::Registry registry;
  const auto loaded = registry.load(R"({"version": 1, "apps": [{"id": "1", "name": "shop", "notifiers": [
      {"name": "hook", "platform": "webhook", "send_all_events": true,
       "type_data": {"webhook_url": "https://example.com/hook"}}]}]})");
  if (!loaded) return 1;
  notifier::Router router(registry);
  const auto routed = router.route(R"({"type": "restart", "app_id": "1"})", [](const notifier::DeliveryView& delivery) {
    std::printf("%.*s %.*s\n", static_cast<int>(delivery.url.size()), delivery.url.data(),
                static_cast<int>(delivery.body.size()), delivery.body.data());
  });
  return routed && *routed == 1 ? 0 : 1;
}
