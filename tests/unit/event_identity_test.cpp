// What an event is known by: its id; else what the host says of it; else its bytes.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

const char* const config = R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[
  {"id":"one","name":"One","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/1"}},
  {"id":"two","name":"Two","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/2"}}]}]})";
const char* const bare = R"({"type":"restart","app_id":"1"})";
const char* const named = R"({"id":"e-1","type":"restart","app_id":"1"})";

struct World {
  explicit World(RouterOptions options = {}) : router(registry, std::move(options)) { REQUIRE(registry.load(config)); }

  std::vector<Delivery> route(std::string_view event, const Audience& audience = {}) {
    std::vector<Delivery> out;
    REQUIRE(router.route(
        event, [&](const DeliveryView& view) { out.push_back(Delivery::own(view)); }, audience));
    REQUIRE(out.size() == 2);
    return out;
  }
  std::string key(std::string_view event, const Audience& audience = {}) {
    return route(event, audience)[0].idempotency_key;
  }

  Registry registry;
  Router router;
};

RouterOptions counting(int& count) {
  RouterOptions options;
  options.new_id = [&count](std::string_view prefix) { return std::string(prefix) + std::to_string(++count); };
  return options;
}

std::string with_id(const std::string& id) { return R"({"id":)" + id + R"(,"type":"restart","app_id":"1"})"; }

Audience known_as(std::string_view id) {
  Audience audience;
  audience.event_id = id;
  return audience;
}

}  // namespace

TEST_CASE("without an id source, an event that has no id is known by its bytes") {
  World world;
  CHECK(world.key(bare) == world.key(bare));
  CHECK(world.key(bare) != world.key(R"({"type":"restart","app_id":"1" })"));
  CHECK(world.route(bare)[0].event_id.empty());
}

TEST_CASE("with an id source, each event that has no id is one of its own, and its bytes stay as they came") {
  int drawn = 0;
  World world(counting(drawn));
  const std::vector<Delivery> first = world.route(bare);
  const std::vector<Delivery> second = world.route(bare);
  CHECK(first[0].event_id == "ev-1");
  CHECK(first[1].event_id == "ev-1");
  CHECK(second[0].event_id == "ev-2");
  CHECK(first[0].idempotency_key != second[0].idempotency_key);
  CHECK(first[0].idempotency_key != first[1].idempotency_key);
  CHECK(first[0].body == bare);
  CHECK(second[0].body == bare);
  CHECK(drawn == 2);
}

TEST_CASE("an id of the event's own counts, whatever else there is") {
  int drawn = 0;
  World world(counting(drawn));
  const std::string key = world.key(named);
  CHECK(world.key(named, known_as("other")) == key);
  CHECK(World().key(named) == key);
  CHECK(drawn == 0);
  int count = 0;
  // What is neither text nor a number is no id.
  const char* const others[] = {"null", "\"\"", "true", "[1]", "{\"id\":1}", "\"x\",\"id\":null"};
  for (const char* id : others) {
    CAPTURE(id);
    const std::string number = std::to_string(++count);
    CHECK(world.route(with_id(id))[0].event_id == "ev-" + number);
  }
}

TEST_CASE("an id that is a number is the event's own, by its text as it stands there") {
  int drawn = 0;
  World world(counting(drawn));
  for (const char* id : {"42", "-7", "0", "-0", "1.0", "1e2", "18446744073709551616", "1e999", "0.10"}) {
    CAPTURE(id);
    const std::vector<Delivery> deliveries = world.route(with_id(id));
    CHECK(deliveries[0].event_id == id);
    CHECK(world.key(with_id(id)) == deliveries[0].idempotency_key);
    CHECK(world.key(with_id("\"" + std::string(id) + "\"")) == deliveries[0].idempotency_key);
    CHECK(world.key(with_id(id), known_as("other")) == deliveries[0].idempotency_key);
    CHECK(deliveries[0].body == with_id(id));
  }
  CHECK(world.key(with_id("1")) != world.key(with_id("1.0")));
  CHECK(world.route(with_id("\"x\",\"id\":5"))[0].event_id == "5");  // the last one counts
  CHECK(drawn == 0);

  const std::string one = with_id("1");
  const std::string two = with_id("2");
  const std::string_view events[] = {one, two, one};
  std::vector<std::string> ids;
  world.router.route(
      events, 3, [&](std::size_t, const DeliveryView& view) { ids.emplace_back(view.event_id); },
      [](std::size_t, const Error&) { FAIL("every event can be read"); });
  CHECK(ids == std::vector<std::string>{"1", "1", "2", "2", "1", "1"});
  CHECK(drawn == 0);
}

TEST_CASE("what the host knows an event by makes it the same event when it comes again") {
  int drawn = 0;
  World world(counting(drawn));
  const std::string key = world.key(bare, known_as("retry-7"));
  CHECK(world.key(bare, known_as("retry-7")) == key);
  CHECK(world.key(bare, known_as("retry-8")) != key);
  CHECK(World().key(bare, known_as("retry-7")) == key);
  CHECK(world.route(bare, known_as("retry-7"))[0].event_id == "retry-7");
  CHECK(drawn == 0);
}

TEST_CASE("in batches, each event that has no id and goes to somebody draws one") {
  int drawn = 0;
  World world(counting(drawn));
  const std::vector<std::string_view> events = {bare, named, bare, R"({"type":"restart","app_id":"nobody"})", bare};
  std::vector<std::string> ids;
  world.router.route(
      events.data(), events.size(), [&](std::size_t, const DeliveryView& view) { ids.emplace_back(view.event_id); },
      [](std::size_t, const Error&) { FAIL("every event can be read"); });
  CHECK(ids == std::vector<std::string>{"ev-1", "ev-1", "e-1", "e-1", "ev-2", "ev-2", "ev-3", "ev-3"});
  CHECK(drawn == 3);
}
