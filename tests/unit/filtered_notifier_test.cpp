// Notifiers with a filter: kept, answered, and asked before anybody is told.

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api_world.hpp"
#include "filter_sentences.hpp"
#include "notifier/notifier.hpp"

using api_world::at;
using api_world::World;

namespace {

constexpr const char* failures = R"({"type_data":{"status":["build-error","crashed-error"]}})";

std::string deployment(std::string_view status) {
  return R"({"id":"e","type":"deployment","app_id":"app-1","type_data":{"status":")" + std::string(status) + "\"}}";
}

/// The API's shop, whose notifier no-1 is told of failures only.
struct FilteredWorld : World {
  FilteredWorld() { set(failures); }
  void set(const std::string& filter) {
    const auto outcome = call("PATCH", "/v1/apps/shop/notifiers/no-1", R"({"notifier":{"filter":)" + filter + "}}");
    REQUIRE(outcome.response.status == 200);
    REQUIRE(registry.apply(outcome.changes));
  }
  std::string show() { return at(call("GET", "/v1/apps/shop/notifiers/no-1").response.body, {"notifier", "filter"}); }
  std::string told(std::string_view event, const notifier::Audience& audience = {}) {
    notifier::Router router(registry);
    std::string ids;
    const auto count = router.route(
        event, [&](const notifier::DeliveryView& delivery) { ids += std::string(delivery.notifier_id) + " "; },
        audience);
    REQUIRE(count);
    std::string matched;
    const auto match_count = router.match(
        event, [&](std::string_view id) { matched += std::string(id) + " "; }, audience);
    CHECK(matched == ids);
    CHECK(*match_count == *count);
    return ids;
  }
};

}  // namespace

TEST_CASE("a notifier with a filter is told of what its filter lets through") {
  FilteredWorld world;
  CHECK(world.show() == failures);
  CHECK(world.told(deployment("build-error")) == "no-1 ");
  CHECK(world.told(deployment("success")).empty());
  CHECK(world.told(R"({"type":"restart","app_id":"app-1"})").empty());
  // An alert's own recipients are told whatever they filter.
  notifier::Audience audience;
  audience.notifier_ids.push_back("no-1");
  CHECK(world.told(deployment("success"), audience) == "no-1 ");
  world.set("null");
  CHECK(world.show().empty());
  CHECK(world.told(deployment("success")) == "no-1 ");
}

TEST_CASE("a filter is asked in batches as it is one by one") {
  FilteredWorld world;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(deployment(i % 3 == 0 ? "crashed-error" : "success"));
  texts[50] = "{";
  const std::vector<std::string_view> events(texts.begin(), texts.end());
  notifier::Router router(world.registry);
  std::vector<std::size_t> told;
  std::size_t failed = 0;
  const std::size_t count = router.route(
      events.data(), events.size(), [&](std::size_t event, const notifier::DeliveryView&) { told.push_back(event); },
      [&](std::size_t, const notifier::Error&) { ++failed; });
  CHECK(count == told.size());
  CHECK(failed == 1);
  REQUIRE(told.size() == 34);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == 3 * i);

  std::vector<notifier::json::Document> documents(2);
  std::vector<notifier::Event> read;
  for (std::size_t i = 0; i < 2; ++i) read.push_back(notifier::Event::read(*documents[i].parse(events[i]), events[i]));
  std::vector<std::size_t> matched;
  CHECK(router.match(read.data(), 2, [&](std::size_t event, std::string_view) { matched.push_back(event); }) == 1);
  CHECK(matched == std::vector<std::size_t>{0});
}

TEST_CASE("why a filter lets an event not through is explained with the field") {
  FilteredWorld world;
  notifier::Router router(world.registry);
  const auto explained = router.explain(deployment("success"));
  REQUIRE(explained);
  CHECK_FALSE(explained->notifiers[0].receives);
  CHECK(to_string(explained->notifiers[0].reason) == "filtered_out");
  CHECK(explained->notifiers[0].text ==
        "type_data.status is 'success'; the filter wants 'build-error' or 'crashed-error'");
  CHECK(router.explain(deployment("build-error"))->notifiers[0].receives);
}

TEST_CASE("a filter that is none is refused with the place in it, and nothing changes") {
  FilteredWorld world;
  const auto problem = [&](const std::string& filter) {
    const auto outcome =
        world.call("PATCH", "/v1/apps/shop/notifiers/no-1", R"({"notifier":{"filter":)" + filter + "}}");
    CHECK(outcome.response.status == 422);
    CHECK(outcome.changes.empty());
    return at(outcome.response.body, {"errors"});
  };
  CHECK(problem(R"({"type_data":{"status":"x"}})") ==
        R"({"filter.type_data.status":["must be a list of values, as [\"x\"]"]})");
  CHECK(problem("{}") == R"({"filter":["must be an object with a field at least"]})");
  CHECK(problem("7") == R"({"filter":["must be an object with a field at least"]})");
  CHECK(problem(R"({"a":[")" + std::string(4096, 'x') + "\"]}") ==
        R"x({"filter":["the filter is too long (maximum is 4096 bytes)"]})x");
  CHECK(world.show() == failures);
}

TEST_CASE("a filter is whole in snapshots and changes") {
  FilteredWorld world;
  notifier::Registry other;
  REQUIRE(other.load(world.registry.snapshot()));
  CHECK(other.find("app-1", "no-1")->filter == failures);
  CHECK(other.find("app-1", "no-2")->filter.empty());
  CHECK(other.snapshot() == world.registry.snapshot());
  const auto loaded = other.load(
      R"({"version":1,"apps":[{"id":"1","name":"a","notifiers":[{"name":"n","platform":"webhook","filter":{"a":[]},)"
      R"("type_data":{"webhook_url":"https://hook.example.com/"}}]}]})");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().fields.at(0).field == "apps[0].notifiers[0].filter.a");
}

TEST_CASE("a notifier without a filter answers as ever, and one is removed with its notifier") {
  FilteredWorld world;
  CHECK(world.call("GET", "/v1/apps/shop/notifiers/no-2").response.body.find("filter") == std::string::npos);
  REQUIRE(world.registry.remove("app-1", "no-1"));
  CHECK(world.told(deployment("build-error")).empty());
  notifier::NotifierDraft draft;
  draft.name = "again";
  draft.platform = "webhook";
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":"https://hook.example.com/"})";
  draft.filter = R"({"type":[{"prefix":"deploy"}]})";
  const auto added = world.registry.add("shop", draft);
  REQUIRE(added);
  CHECK(added->filter == *draft.filter);
  CHECK(world.told(deployment("success")) == added->id + " ");
  draft.filter = "{";
  CHECK_FALSE(world.registry.add("shop", draft));
}

TEST_CASE("ten thousand notifiers with one filter and with filters of their own") {
  notifier::Registry registry;
  std::string document = R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[)";
  for (int i = 0; i < 10'000; ++i) {
    const std::string n = std::to_string(i);
    document += (i == 0 ? "" : ",") + (R"({"id":"n)" + n) +
                R"(","name":"n","platform":"webhook","send_all_events":true,)" + R"("filter":{"n":[)" +
                std::to_string(i % 2 == 0 ? -1 : i) + R"(]},"type_data":{"webhook_url":"https://hook.example.com/"}})";
  }
  REQUIRE(registry.load(document + "]}]}"));
  notifier::Router router(registry);
  CHECK(*router.route(R"({"type":"x","app_id":"1","n":-1})", [](const notifier::DeliveryView&) {}) == 5000);
  CHECK(*router.route(R"({"type":"x","app_id":"1","n":[777,-1.0]})", [](const notifier::DeliveryView&) {}) == 5001);
  CHECK(*router.route(R"({"type":"x","app_id":"1","n":778})", [](const notifier::DeliveryView&) {}) == 0);
}

namespace {

/// Two apps with notifiers of which some share a filter, some have their own, and some have none.
struct ManyFilters {
  notifier::Registry registry;
  FilterSentences draw;
  std::vector<std::string> events;

  ManyFilters(std::uint64_t seed, std::size_t count) : draw(seed) {
    std::string json = R"({"apps":[{"id":"app-1","name":"shop","notifiers":[)" + notifiers("a", count);
    json += R"(]},{"id":"app-2","name":"blog","notifiers":[)" + notifiers("b", 3) + "]}]}";
    REQUIRE_MESSAGE(registry.load(json), json);
    for (int i = 0; i < 150; ++i) {
      const char* const types[] = {"deployment", "restart", "alert", "own-kind"};
      events.push_back(R"({"type":")" + std::string(types[draw.below(4)]) + R"(","app_id":"app-)" +
                       (draw.below(4) == 0 ? "2" : "1") + R"(","type_data":)" + draw.event() + "}");
    }
  }

  std::string notifiers(const std::string& prefix, std::size_t count) {
    std::string json;
    std::string filter;
    for (std::size_t i = 0; i < count; ++i) {
      if (filter.empty() || draw.below(4) != 0) {
        do filter = R"({"type_data":)" + draw.pattern() + "}";
        while (!notifier::Filter::compile(filter));
      }
      json += i == 0 ? "" : ",";
      json += R"({"id":")" + prefix + std::to_string(i) + R"(","platform":"webhook","name":"n","active":)" +
              (draw.below(9) == 0 ? "false" : "true");
      json += draw.below(3) == 0 ? R"(,"selected_events":["restart"])"
                                 : R"(,"send_all_events":true,"send_all_alerts":true)";
      if (draw.below(5) != 0) json += ",\"filter\":" + filter;
      json += R"(,"type_data":{"webhook_url":"https://h.example/"}})";
    }
    return json;
  }

  /// Who is to be told, as `explain` has it, which asks every filter alone.
  std::string expected(const std::string& event, const notifier::Audience& audience) {
    notifier::Router router(registry);
    const auto explained = router.explain(event, audience);
    REQUIRE(explained);
    std::string ids;
    for (const auto& one : explained->notifiers) {
      if (one.receives) ids += one.notifier_id + " ";
    }
    return ids;
  }

  void check(notifier::Router& router, const notifier::Audience& audience) {
    for (const std::string& event : events) {
      CAPTURE(event);
      const std::string ids = expected(event, audience);
      std::string matched;
      REQUIRE(router.match(
          event, [&](std::string_view id) { matched += std::string(id) + " "; }, audience));
      CHECK(matched == ids);
      std::string routed;
      REQUIRE(router.route(
          event, [&](const notifier::DeliveryView& delivery) { routed += std::string(delivery.notifier_id) + " "; },
          audience));
      CHECK(routed == ids);
    }
  }

  void check_batches(notifier::Router& router) {
    const std::vector<std::string_view> texts(events.begin(), events.end());
    std::vector<std::string> routed(events.size());
    router.route(
        texts.data(), texts.size(),
        [&](std::size_t event, const notifier::DeliveryView& delivery) {
          routed[event] += std::string(delivery.notifier_id) + " ";
        },
        [&](std::size_t, const notifier::Error&) { FAIL("an event was refused"); });
    std::vector<notifier::json::Document> documents(events.size());
    std::vector<notifier::Event> read;
    for (std::size_t i = 0; i < events.size(); ++i) {
      read.push_back(notifier::Event::read(*documents[i].parse(events[i]), events[i]));
    }
    std::vector<std::string> matched(events.size());
    router.match(read.data(), read.size(),
                 [&](std::size_t event, std::string_view id) { matched[event] += std::string(id) + " "; });
    for (std::size_t i = 0; i < events.size(); ++i) {
      CAPTURE(events[i]);
      CHECK(routed[i] == expected(events[i], {}));
      CHECK(matched[i] == routed[i]);
    }
  }
};

}  // namespace

TEST_CASE("many filters of an app, which are asked together, tell whom each alone would") {
  for (const std::size_t count : {7u, 8u, 9u, 40u, 130u}) {
    CAPTURE(count);
    ManyFilters world(count, count);
    notifier::Router router(world.registry);
    world.check(router, {});
    world.check_batches(router);
    notifier::Audience named;
    named.notifier_ids = {"a1", "a5", "b0"};
    world.check(router, named);
  }
}

TEST_CASE("a change of one of many filters is seen with the next event") {
  ManyFilters world(3, 60);
  notifier::Router router(world.registry);
  world.check(router, {});
  for (int i = 0; i < 8; ++i) {
    notifier::NotifierDraft patch;
    patch.filter =
        i % 3 == 2 ? "null" : R"({"type_data":{"a":[{"exists":)" + std::string(i % 2 == 0 ? "true" : "false") + "}]}}";
    REQUIRE(world.registry.update("shop", "a" + std::to_string(7 * i), patch));
    REQUIRE(world.registry.remove("shop", "a" + std::to_string(7 * i + 1)));
    world.check(router, {});
  }
  REQUIRE(world.registry.rename_app("shop", "store"));
  world.check_batches(router);
}

TEST_CASE("routers of several threads ask many filters while they change") {
  ManyFilters world(5, 80);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> told{0};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      notifier::Router router(world.registry);
      for (int round = 0; round < 10; ++round) {
        for (const std::string& event : world.events) {
          if (router.match(event, [&](std::string_view) { ++told; })) continue;
          std::abort();
        }
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    notifier::NotifierDraft patch;
    patch.filter = R"({"type_data":{"a":["x)" + std::to_string(i) + "\"]}}";
    REQUIRE(world.registry.update("shop", "a" + std::to_string(i), patch));
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(told > 0);
  notifier::Router router(world.registry);
  world.check(router, {});
}
