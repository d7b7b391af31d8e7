// How many deliveries are under way at a time: at a host, for an app, and in which order they get their turn.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using notifier::Platform;
using notifier::Timestamp;
using notifier::Verdict;
using Action = notifier::Verdict::Action;
using outbox_test::day;
using outbox_test::make;
using outbox_test::Post;
using outbox_test::verdict;

TEST_CASE("a host that hangs does not take all places, whatever the number of its targets") {
  OutboxOptions options;
  options.host_concurrency = 10;
  Post post(options);
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 1000; ++i) {
    deliveries.push_back(make("h" + std::to_string(i), "n", "https://hanging.example/" + std::to_string(i)));
  }
  deliveries.push_back(make("ok", "n", "https://fine.example/"));
  post.put(deliveries);
  auto claims = post.claim();
  CHECK(claims.size() == 11);
  CHECK(std::count_if(claims.begin(), claims.end(),
                      [](const OutboxClaim& c) { return c.delivery.idempotency_key == "ok"; }) == 1);
  for (const auto& claim : claims) post.record(claim, verdict(Action::retry));
  CHECK(post.claim().size() == 10);
}

TEST_CASE("an app with many hosts that hang leaves places to others, and gets all of its own in the end") {
  OutboxOptions options;
  options.app_concurrency = 20;
  Post post(options);
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 200; ++i) {
    deliveries.push_back(make("h" + std::to_string(i), "n" + std::to_string(i % 80),
                              "https://hang" + std::to_string(i % 10) + ".example/" + std::to_string(i)));
    deliveries.back().app_id = "greedy";
  }
  deliveries.push_back(make("ok", "other", "https://fine.example/"));
  deliveries.back().app_id = "modest";
  post.put(deliveries);
  auto claims = post.claim();
  CHECK(claims.size() == 21);
  CHECK(post.claim().empty());
  const auto modest = std::find_if(claims.begin(), claims.end(),
                                   [](const OutboxClaim& c) { return c.delivery.idempotency_key == "ok"; });
  REQUIRE(modest != claims.end());
  post.record(*modest, verdict(Action::delivered));
  claims.erase(modest);
  // Each place that comes free is taken again, at once.
  std::size_t arrived = 0;
  std::size_t under_way = claims.size();
  while (!claims.empty()) {
    post.record(claims.back(), verdict(Action::delivered));
    claims.pop_back();
    ++arrived;
    --under_way;
    for (auto& claim : post.claim()) {
      claims.push_back(std::move(claim));
      ++under_way;
    }
    CHECK(under_way <= 20);
    if (arrived <= 180) CHECK(under_way == 20);
  }
  CHECK(arrived == 200);
}

TEST_CASE("an app whose notifiers are removed while it has all its places holds nobody up") {
  OutboxOptions options;
  options.app_concurrency = 2;
  Post post(options);
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 10; ++i) {
    deliveries.push_back(
        make("g" + std::to_string(i), "n" + std::to_string(i), "https://a.example/" + std::to_string(i)));
    deliveries.back().app_id = "greedy";
  }
  // To the very URLs that the other app waits for.
  for (int i = 0; i < 10; ++i) {
    deliveries.push_back(make("m" + std::to_string(i), "m", "https://a.example/" + std::to_string(i)));
    deliveries.back().app_id = "modest";
    deliveries.back().notifier_id += std::to_string(i);
  }
  post.put(deliveries);
  auto claims = post.claim();
  for (int i = 0; i < 10; ++i) post.outbox.end("n" + std::to_string(i), "the notifier was removed", post.now);
  for (const auto& claim : claims) post.record(claim, verdict(Action::retry));
  std::size_t arrived = 0;
  for (claims = post.claim(); !claims.empty(); claims = post.claim()) {
    for (const auto& claim : claims) {
      if (claim.delivery.app_id != "modest") continue;
      ++arrived;
      post.record(claim, verdict(Action::delivered));
    }
  }
  CHECK(arrived + 2 >= 10);
}

TEST_CASE("a host that does not answer has fewer places until it does") {
  OutboxOptions options;
  options.host_concurrency = 10;
  options.silent_host_concurrency = 3;
  options.retry.delays_ms = {0, 0, 0, 0, 0, 0};
  Post post(options);
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 100; ++i) {
    deliveries.push_back(
        make("h" + std::to_string(i), "n" + std::to_string(i), "https://hanging.example/" + std::to_string(i)));
  }
  post.put(deliveries);
  auto claims = post.claim();
  CHECK(claims.size() == 10);
  for (const auto& claim : claims) post.record(claim, {Action::retry, 0, "no answer came in time", std::nullopt});
  claims = post.claim();
  CHECK(claims.size() == 3);
  // What is short here says nothing of the host, and a refusal is an answer.
  post.record(claims[0], {Action::postpone, 0, "no descriptor", std::nullopt});
  CHECK(post.claim().size() == 1);
  post.record(claims[1], {Action::retry, 503, "busy", std::nullopt});
  CHECK(post.claim().size() == 8);
}

TEST_CASE("outboxes that send to the same hosts have their part of the places each") {
  OutboxOptions options;
  options.host_concurrency = 10;
  options.silent_host_concurrency = 3;
  Post post(options);
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 100; ++i) {
    deliveries.push_back(
        make("h" + std::to_string(i), "n" + std::to_string(i), "https://host.example/" + std::to_string(i)));
  }
  post.put(deliveries);
  post.outbox.share_hosts(3);
  auto claims = post.claim();
  CHECK(claims.size() == 4);
  // One of them is gone, and then another.
  post.outbox.share_hosts(2);
  CHECK(post.claim().size() == 1);
  post.outbox.share_hosts(1);
  CHECK(post.claim().size() == 5);
  // What is under way beyond one's part goes on, and nothing begins until it has ended.
  post.outbox.share_hosts(10);
  CHECK(post.claim().empty());
  for (const auto& claim : claims) post.record(claim, verdict(Action::delivered));
  CHECK(post.claim().empty());
  // However many there are, each has a place.
  post.outbox.share_hosts(1);
  claims = post.claim();
  CHECK(claims.size() == 4);
  post.outbox.share_hosts(1000);
  Post other(options);
  other.put({make("o1", "n1", "https://other.example/1"), make("o2", "n2", "https://other.example/2")});
  other.outbox.share_hosts(1000);
  CHECK(other.claim().size() == 1);
  other.outbox.share_hosts(0);
  CHECK(other.claim().size() == 1);
}

TEST_CASE("mails of an app that has all its places go on: their relay is everybody's") {
  OutboxOptions options;
  options.app_concurrency = 1;
  Post post(options);
  std::vector<Delivery> deliveries = {make("a", "n1", "https://a.example/1"), make("b", "n2", "https://b.example/2"),
                                      make("mail", "n3", "")};
  deliveries[2].platform = Platform::email;
  deliveries[2].to = {"anna@example.org"};
  for (Delivery& each : deliveries) each.app_id = "app";
  post.put(deliveries);
  CHECK(post.claim().size() == 2);
}

TEST_CASE("targets that are due take turns") {
  Post post;
  for (int i = 0; i < 10; ++i) post.put({make("a" + std::to_string(i), "n1", "https://a.example/")});
  for (int i = 0; i < 3; ++i) post.put({make("b" + std::to_string(i), "n2", "https://b.example/")});
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const auto claims = post.claim(1);
    REQUIRE(claims.size() == 1);
    order += claims[0].delivery.idempotency_key[0];
  }
  CHECK(order == "ababab");
}
