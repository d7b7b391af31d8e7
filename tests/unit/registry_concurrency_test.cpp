// Readers on other threads go on while a writer changes the registry, and never see half a change.

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

constexpr int apps = 40;
constexpr const char* left = R"({"webhook_url":"https://h.example/left"})";
constexpr const char* right = R"({"webhook_url":"https://h.example/right"})";

/// Each app has two notifiers that always change together: one of them takes events, both have the same URL.
void fill(Registry& registry) {
  for (int i = 0; i < apps; ++i) {
    REQUIRE(registry.add_app({std::to_string(i), "app " + std::to_string(i), {}, {}}));
    for (const bool takes : {true, false}) {
      NotifierDraft draft;
      draft.platform = "webhook";
      draft.name = takes ? "first" : "second";
      draft.send_all_events = takes;
      draft.type_data.emplace(left);
      REQUIRE(registry.add(std::to_string(i), draft));
    }
  }
}

bool turn(Registry& registry, int app, bool to_left) {
  const std::string id = std::to_string(app);
  std::vector<Change> changes;
  NotifierDraft patch;
  patch.type_data.emplace(to_left ? left : right);
  for (const Notifier& notifier : registry.list(id)) {
    patch.send_all_events = !notifier.send_all_events;
    auto change = registry.plan_update(id, notifier.id, patch);
    if (!change) return false;
    changes.push_back(std::move(*change));
  }
  return registry.apply(changes).has_value();
}

}  // namespace

TEST_CASE("readers see each change whole or not at all") {
  Registry registry;
  fill(registry);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> routed{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      Router router(registry);
      for (int i = reader; !stop.load(); ++i) {
        const std::string id = std::to_string(i % apps);
        int deliveries = 0;
        const auto result =
            router.route("{\"type\":\"x\",\"app_id\":\"" + id + "\"}", [&](const DeliveryView& delivery) {
              ++deliveries;
              if (delivery.url != "https://h.example/left" && delivery.url != "https://h.example/right") ++wrong;
            });
        if (!result || deliveries != 1) ++wrong;
        ++routed;
        if (i % 7 != 0) continue;
        const auto list = registry.list(id);
        if (list.size() != 2 || list[0].type_data.text("webhook_url") != list[1].type_data.text("webhook_url") ||
            list[0].send_all_events == list[1].send_all_events) {
          ++wrong;
        }
      }
    });
  }
  for (int i = 0; i < 2000 || routed.load() < 300; ++i) {
    if (!turn(registry, i % apps, i / apps % 2 != 0)) ++wrong;
    if (i % 100 == 0) std::this_thread::yield();
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong.load() == 0);
  CHECK(routed.load() > 0);
}

TEST_CASE("several writers and a loader get in each other's way only as conflicts") {
  Registry registry;
  fill(registry);
  const std::string start = registry.snapshot();
  std::atomic<int> wrong{0};
  std::atomic<int> added{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 200; ++i) {
        const std::string id = std::to_string((i * 7 + writer) % apps);
        NotifierDraft draft;
        draft.platform = "email";
        draft.name = "w" + std::to_string(writer);
        if (i % 3 == 0) {
          const auto plan = registry.plan_add(id, draft);
          if (!plan) {
            ++wrong;
            continue;
          }
          const auto applied = registry.apply({*plan});
          if (applied) ++added;
          if (!applied && applied.error().code != errc::conflict) ++wrong;
        } else if (registry.add(id, draft)) {
          ++added;
        } else {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(wrong.load() == 0);
  CHECK(registry.notifier_count() == static_cast<std::size_t>(2 * apps + added.load()));

  std::atomic<bool> stop{false};
  std::thread reader([&] {
    Router router(registry);
    while (!stop.load()) {
      if (*router.match(R"({"type":"x","app_id":"3"})", [](std::string_view) {}) != 1) ++wrong;
    }
  });
  for (int i = 0; i < 20; ++i) REQUIRE(registry.load(start));
  stop = true;
  reader.join();
  CHECK(wrong.load() == 0);
  CHECK(registry.snapshot() == start);
}

TEST_CASE("a router that rests keeps only the state it last saw") {
  Registry registry;
  fill(registry);
  Router router(registry);
  CHECK(*router.match(R"({"type":"x","app_id":"3"})", [](std::string_view) {}) == 1);
  for (int i = 0; i < 500; ++i) REQUIRE(turn(registry, i % apps, i / apps % 2 != 0));
  CHECK(*router.match(R"({"type":"x","app_id":"3"})", [](std::string_view) {}) == 1);
}
