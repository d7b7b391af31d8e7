// By what an event is known that comes over the API, and what its answer says of it.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "api_world.hpp"

using api_world::at;
using api_world::drawing_ids;
using api_world::post_events;
using api_world::World;

TEST_CASE(
    "an event that has no id is given one each time, by which its answer, its record and its deliveries know it") {
  World world(drawing_ids());
  const std::string bytes = R"({"type":"restart"})";
  const auto first = post_events(world, bytes);
  const auto second = post_events(world, bytes);
  CHECK(at(first.response.body, {"events"}).find(R"([{"id":"ev-1","type":"restart")") == 0);
  CHECK(first.events[0].id == "ev-1");
  CHECK(first.events[0].json == bytes);
  CHECK(first.deliveries[0].event_id == "ev-1");
  CHECK(second.events[0].id == "ev-2");
  CHECK(first.deliveries[0].idempotency_key != second.deliveries[0].idempotency_key);
  CHECK(post_events(world, R"({"id":"own","type":"restart"})").events[0].id == "own");
}

TEST_CASE("what a client repeats under one Idempotency-Key is the same event, whatever host draws ids") {
  World world(drawing_ids());
  const auto known_by = [&](std::string_view body, std::string_view key) {
    return post_events(world, body, {{"IDEMPOTENCY-key", key}}).events;
  };
  CHECK(known_by(R"({"type":"restart"})", "retry-7")[0].id == "retry-7");
  CHECK(known_by(R"({"type":"restart"})", "\"retry-7\"")[0].id == "retry-7");
  CHECK(known_by(R"({"id":"own","type":"restart"})", "retry-7")[0].id == "own");
  const auto several = known_by("{\"type\":\"restart\"}\n\n{\"id\":\"own\",\"type\":\"a\"}\n{\"type\":\"b\"}\n", "k");
  REQUIRE(several.size() == 3);
  CHECK(several[0].id == "k:1");
  CHECK(several[1].id == "own");
  CHECK(several[2].id == "k:3");
  const auto again = post_events(world, R"({"type":"restart"})", {{"Idempotency-Key", "retry-7"}});
  const auto once_more = post_events(world, R"({"type":"restart"})", {{"Idempotency-Key", "retry-7"}});
  CHECK(again.deliveries[0].idempotency_key == once_more.deliveries[0].idempotency_key);
}

TEST_CASE("an Idempotency-Key that can be no id is refused, and nothing is taken in") {
  World world;
  for (const std::string& key : {std::string(), std::string("\"\""), std::string(" "), std::string(256, 'x'),
                                 std::string("a\tb"), std::string("\xC3\xA9"), std::string("a\0b", 3)}) {
    const auto outcome = post_events(world, R"({"type":"restart"})", {{"Idempotency-Key", key}});
    CHECK_MESSAGE(outcome.response.status == 400, key);
  }
  CHECK(post_events(world, R"({"type":"restart"})", {{"Idempotency-Key", std::string(255, 'x')}}).response.status ==
        202);
  const auto twice = post_events(world, R"({"type":"restart"})", {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}});
  CHECK(twice.response.status == 400);
}

TEST_CASE("the answer marks what was left out as known, and nothing else") {
  World world(drawing_ids());
  auto outcome = post_events(world, "{\"type\":\"restart\"}\n{\"type\":\"a\"}\n{\"type\":\"b\"}\n");
  REQUIRE(outcome.deliveries.size() == 3);
  const std::string before = outcome.response.body;
  outcome.mark_known();
  CHECK(outcome.response.body == before);
  outcome.known = {0, 2};
  outcome.mark_known();
  const std::string entry = R"({"notifier_id":"no-1","notifier_name":"ops","platform":"slack")";
  CHECK(at(outcome.response.body, {"events"}) == R"([{"id":"ev-1","type":"restart","deliveries":[)" + entry +
                                                     R"(,"known":true}]},{"id":"ev-2","type":"a","deliveries":[)" +
                                                     entry + R"(}]},{"id":"ev-3","type":"b","deliveries":[)" + entry +
                                                     R"(,"known":true}]}])");
  const std::string marked = outcome.response.body;
  outcome.mark_known();
  CHECK(outcome.response.body == marked);
}
