// What is held back to be told together, where several workers share a PostgreSQL.

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "grouping_outbox_world.hpp"
#include "notifier/adapters/group_host.hpp"
#include "notifier/adapters/postgres.hpp"
#include "notifier/notifier.hpp"
#include "postgres_worker.hpp"
#include "postgres_world.hpp"

using notifier::Delivery;
using namespace std::chrono_literals;

namespace {

using namespace postgres_test;

/// Has a worker store what a router makes of an event.
void take(Worker& worker, notifier::Router& router, std::string_view event) {
  std::vector<Delivery> deliveries;
  REQUIRE(router.route(event, [&](const notifier::DeliveryView& view) { deliveries.push_back(Delivery::own(view)); }));
  worker.put(deliveries);
}

}  // namespace

TEST_CASE("what is held back is shown by any worker, and told by the one that owns its shard") {
  const std::string url = postgres_test::server().make_database();
  notifier::Registry registry;
  REQUIRE(registry.load(grouping_outbox::snapshot(R"("grouping":{"mode":"digest","window":604800,"by":["type"]})")));
  notifier::Router router(registry);
  Worker one(url, 2'000, 20, notifier::group_host(registry, router));
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  // It stores, shows and asks, and owns nothing.
  Worker other(url);
  other.store->outbox().stop();
  const auto held = [&](std::vector<std::string>& shown) { return other.store->held_back("app-1", "no-1", 1, shown); };
  for (std::size_t i = 0; i < 6; ++i)
    take(i % 2 == 0 ? one : other, router, grouping_outbox::crash(i, i < 5 ? "a" : "b"));
  std::vector<std::string> shown;
  CHECK(comes_true([&] { return held(shown).events == 6; }, one));
  shown.clear();
  CHECK(held(shown).groups == 2);
  REQUIRE(shown.size() == 1);
  CHECK(other.store->held_back("app-2", "no-1", 1, shown).events == 0);
  CHECK(one.sent.empty());

  REQUIRE(other.store->tell_now("app-2", "no-1"));
  REQUIRE(other.store->tell_now("app-1", "no-2"));
  CHECK(query(url, "SELECT COUNT(*) FROM outbox_commands") == 0);
  REQUIRE(other.store->tell_now("app-1", "no-1"));
  CHECK(comes_true([&] { return one.sent.size() == 2; }, one));
  CHECK(held(shown).events == 0);
  CHECK(query(url, "SELECT COUNT(*) FROM delivery_groups") == 0);
  CHECK(comes_true([&] { return query(url, "SELECT COUNT(*) FROM outbox_commands") == 0; }, one));

  // What comes later waits again.
  take(other, router, grouping_outbox::crash(7, "a"));
  CHECK(comes_true([&] { return held(shown).events == 1; }, one));
  for (int i = 0; i < 20; ++i) one.turn();
  CHECK(one.sent.size() == 2);
}

TEST_CASE("a throttle that holds nothing yet is not told, and what it holds later waits for its window") {
  const std::string url = postgres_test::server().make_database();
  notifier::Registry registry;
  REQUIRE(registry.load(grouping_outbox::snapshot(R"("grouping":{"mode":"throttle","window":3600})")));
  notifier::Router router(registry);
  Worker one(url, 2'000, 20, notifier::group_host(registry, router));
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  take(one, router, grouping_outbox::crash(0));
  CHECK(comes_true([&] { return one.sent.size() == 1; }, one));
  REQUIRE(one.store->tell_now("app-1", "no-1"));
  take(one, router, grouping_outbox::crash(1));
  std::vector<std::string> shown;
  CHECK(comes_true([&] { return one.store->held_back("app-1", "no-1", 1, shown).events == 1; }, one));
  for (int i = 0; i < 20; ++i) {
    one.turn();
    std::this_thread::sleep_for(5ms);
  }
  CHECK(one.sent.size() == 1);
}

TEST_CASE("what is to be counted is counted also while a lease would not outlast an attempt") {
  const std::string url = postgres_test::server().make_database();
  notifier::Registry registry;
  REQUIRE(registry.load(grouping_outbox::snapshot(R"("grouping":{"mode":"digest","window":604800})")));
  notifier::Router router(registry);
  Worker one(url, 2'000, 20, notifier::group_host(registry, router), 60'000);
  CHECK(comes_true([&] { return one.owned() == 64; }, one));
  for (std::size_t i = 0; i < 5; ++i) take(one, router, grouping_outbox::crash(i));
  std::vector<std::string> shown;
  CHECK(comes_true([&] { return one.store->held_back("app-1", "no-1", 1, shown).events == 5; }, one));
  // Its digest is an attempt, which has to wait.
  REQUIRE(one.store->tell_now("app-1", "no-1"));
  CHECK(comes_true([&] { return query(url, "SELECT COUNT(*) FROM deliveries WHERE state = 'pending'") == 1; }, one));
  CHECK(one.sent.empty());
}
