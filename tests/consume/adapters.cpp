// The adapters beside the single header: an event comes in and is stored; prints what is to be sent for it then.

#include <cstdio>

#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/group_commit.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/notifier.hpp"

int main() {
  notifier::Registry registry;
  const auto loaded = registry.load(R"({"version": 1, "apps": [{"id": "1", "name": "shop", "notifiers": [
      {"name": "hook", "platform": "webhook", "send_all_events": true,
       "type_data": {"webhook_url": "https://example.com/hook"}}]}]})");
  notifier::SqliteOptions options;
  options.path = "notifier.db";
  options.with_outbox = true;
  auto store = notifier::SqliteStore::open(options);
  if (!loaded || !store || !(*store)->store_all(registry)) return 1;

  notifier::Api api(registry);
  notifier::GroupCommit commits(registry, [&store](const auto& outcomes) { return (*store)->store(outcomes); });
  const notifier::Outcome outcome = commits.settle([&] {
    return api.handle({"POST", "/v1/apps/1/events", R"({"type": "restart", "app_id": "1"})"});
  });
  if (outcome.response.status != 202) return 2;

  notifier::Outbox outbox(*(*store)->outbox());
  auto transport = notifier::CurlTransport::create();
  if (!transport || !outbox.recover(notifier::system_moment())) return 3;
  const notifier::Courier courier(outbox, **transport);
  std::vector<notifier::OutboxClaim> claims;
  outbox.claim(notifier::system_moment(), 10, claims);
  for (const notifier::OutboxClaim& claim : claims) {
    std::printf("%s %s\n", claim.delivery.url.c_str(), claim.delivery.body.str().c_str());
  }
  return courier.in_flight() == 0 && claims.size() == 1 ? 0 : 4;
}
