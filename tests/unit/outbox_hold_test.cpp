// Notifiers that are switched off for a while, removed, or gone, while something waits for them.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/api/record_json.hpp"
#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::errc;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using Action = notifier::Verdict::Action;
using outbox_test::day;
using outbox_test::make;
using outbox_test::Post;
using outbox_test::verdict;

namespace {

std::vector<Delivery> some(const std::string& notifier_id, int count) {
  std::vector<Delivery> deliveries;
  for (int i = 0; i < count; ++i) {
    deliveries.push_back(make("k" + std::to_string(i), notifier_id, "https://" + notifier_id + ".example/"));
  }
  return deliveries;
}

}  // namespace

TEST_CASE("what waits for a notifier that is switched off and on again arrives, all of it and once") {
  Post post;
  post.put(some("n1", 50));
  post.put(some("n2", 1));
  CHECK(post.outbox.hold("n1", post.now) == 50);
  CHECK(post.outbox.hold("n1", post.now) == 0);
  CHECK(post.outbox.hold("unknown", post.now) == 0);
  CHECK(post.outbox.held() == 50);
  CHECK(post.outbox.pending() == 1);
  CHECK(post.outbox.held_notifiers() == std::vector<std::string>{"n1"});
  CHECK(post.claim_one().delivery.notifier_id == "n2");
  CHECK(post.find("k7").state == OutboxState::held);
  CHECK(post.find("k7").history.empty());
  CHECK(post.find("k7").next_at.ms == post.now.wall.ms + 3 * day);
  post.pass(1500);
  CHECK(post.claim().empty());
  CHECK(post.outbox.resume("n1", post.now) == 50);
  CHECK(post.outbox.resume("n1", post.now) == 0);
  CHECK(post.outbox.held() == 0);
  std::size_t arrived = 0;
  // At the target's rate: sixteen at a time.
  while (true) {
    const auto claims = post.claim();
    if (claims.empty()) break;
    CHECK(claims.size() <= 16);
    for (const OutboxClaim& claim : claims) {
      CHECK(claim.attempt == 1);
      CHECK(post.record(claim, verdict(Action::delivered)).state == OutboxState::delivered);
      ++arrived;
    }
  }
  CHECK(arrived == 50);
  CHECK(post.find("k7").state == OutboxState::delivered);
}

TEST_CASE("what is held for three days is dead, says why, and can be sent again") {
  Post post;
  post.put(some("n1", 2));
  post.outbox.hold("n1", post.now);
  CHECK(post.outbox.wait_ms(post.now) == 3 * day);
  post.pass(3 * day - 1);
  CHECK(post.claim().empty());
  CHECK(post.outbox.held() == 2);
  CHECK(post.outbox.wait_ms(post.now) == 1);
  post.pass(1);
  CHECK(post.claim().empty());
  CHECK(post.outbox.held() == 0);
  CHECK_FALSE(post.outbox.wait_ms(post.now));
  const auto record = post.find("k0");
  CHECK(record.state == OutboxState::dead);
  REQUIRE(record.history.size() == 1);
  CHECK(record.history[0].reason == "the notifier stayed switched off");
  CHECK(record.next_at == post.now.wall);
  CHECK(post.outbox.resume("n1", post.now) == 0);
  CHECK(post.outbox.resend("n1", "k0", post.now));
  CHECK(post.claim_one().delivery.idempotency_key == "k0");
}

TEST_CASE("what is under way when its notifier is switched off arrives, or is held instead of tried again") {
  Post post;
  post.put(some("n1", 4));
  const auto claims = post.claim();
  REQUIRE(claims.size() == 4);
  CHECK(post.outbox.hold("n1", post.now) == 0);
  CHECK(post.record(claims[0], verdict(Action::delivered)).state == OutboxState::delivered);
  CHECK(post.record(claims[1], verdict(Action::fail)).state == OutboxState::dead);
  const auto step = post.record(claims[2], verdict(Action::retry, "no luck"));
  CHECK(step.state == OutboxState::held);
  CHECK(step.attempts == 1);
  CHECK(step.next_at.ms == post.now.wall.ms + 3 * day);
  post.outbox.release(claims[3].sequence, post.now);
  CHECK(post.outbox.held() == 2);
  CHECK(post.find("k2").history.at(0).reason == "no luck");
  CHECK(post.find("k3").state == OutboxState::held);
  CHECK(post.outbox.resume("n1", post.now) == 2);
  const auto again = post.claim();
  REQUIRE(again.size() == 2);
  CHECK(again[0].attempt == 2);
  CHECK(again[1].attempt == 1);
}

TEST_CASE("what is under way when its notifier is switched off and on again is tried again as ever") {
  Post post;
  post.put(some("n1", 1));
  const OutboxClaim claim = post.claim_one();
  post.outbox.hold("n1", post.now);
  post.outbox.resume("n1", post.now);
  CHECK(post.record(claim, verdict(Action::retry)).state == OutboxState::pending);
}

TEST_CASE("a notifier that is switched off can be tested, and the rest stays held") {
  for (const bool keep_order : {false, true}) {
    OutboxOptions options;
    options.keep_order = keep_order;
    Post post(options);
    post.put(some("n1", 3));
    post.outbox.hold("n1", post.now);
    Delivery test = make("test", "n1", "https://n1.example/");
    test.event_type = "test";
    post.put({test});
    const OutboxClaim claim = post.claim_one();
    CHECK(claim.delivery.idempotency_key == "test");
    CHECK(post.record(claim, verdict(Action::retry)).state == OutboxState::pending);
    post.pass(5000);
    CHECK(post.record(post.claim_one(), verdict(Action::delivered)).state == OutboxState::delivered);
    CHECK(post.claim().empty());
    CHECK(post.outbox.held() == 3);
  }
}

TEST_CASE("a host that finds a notifier switched off when its delivery's turn has come holds it") {
  Post post;
  post.put(some("n1", 2));
  const OutboxClaim claim = post.claim(1)[0];
  const auto step = post.outbox.hold_claim(claim.sequence, post.now);
  REQUIRE(step);
  CHECK(step->state == OutboxState::held);
  CHECK(step->attempts == 0);
  CHECK_FALSE(post.outbox.hold_claim(claim.sequence, post.now));
  CHECK(post.outbox.in_flight() == 0);
  CHECK(post.claim_one().delivery.idempotency_key == "k1");
  post.outbox.resume("n1", post.now);
  CHECK(post.claim_one().delivery.idempotency_key == "k0");
}

TEST_CASE("what is held is held again after a restart, and the host learns for whom") {
  Post post;
  post.put(some("n1", 2));
  post.put(some("n2", 1));
  post.put(some("n3", 1));
  post.outbox.hold("n1", post.now);
  post.outbox.hold("n2", post.now);
  REQUIRE(post.outbox.flush());
  post.pass(day);
  Outbox next(post.storage);
  CHECK(*next.recover(post.now) == 1);
  CHECK(next.held() == 3);
  auto notifiers = next.held_notifiers();
  std::sort(notifiers.begin(), notifiers.end());
  CHECK(notifiers == std::vector<std::string>{"n1", "n2"});
  // Switched on in between, and gone in between.
  CHECK(next.resume("n1", post.now) == 2);
  CHECK(next.end("n2", "the notifier was removed", post.now).held == 1);
  std::vector<OutboxClaim> claims;
  CHECK(next.claim(post.now, 10, claims) == 3);
  REQUIRE(next.flush());
  CHECK((*post.storage.find("n2", "k0"))->state == OutboxState::dead);
  // What is left of the three days is left after a restart.
  Outbox third(post.storage);
  REQUIRE(third.recover(post.now));
  third.hold("n1", post.now);
  REQUIRE(third.flush());
  post.pass(2 * day);
  Outbox fourth(post.storage);
  REQUIRE(fourth.recover(post.now));
  CHECK(fourth.held() == 2);
  post.pass(day);
  fourth.claim(post.now, 10, claims);
  CHECK(fourth.held() == 0);
}

TEST_CASE("a notifier that is removed drops what is pending and held, and says how many") {
  Post post;
  post.put(some("n1", 20));
  const auto claims = post.claim(3);
  REQUIRE(claims.size() == 3);
  for (const std::size_t i : {0u, 1u}) REQUIRE(post.outbox.hold_claim(claims[i].sequence, post.now));
  const auto ended = post.outbox.end("n1", "the notifier was removed", post.now);
  CHECK(ended.held == 2);
  CHECK(ended.pending == 17);
  CHECK(ended.under_way == 1);
  CHECK(post.outbox.end("n1", "the notifier was removed", post.now).under_way == 0);
  CHECK(post.find("k0").history.back().reason == "the notifier was removed");
  // Whether it was held, released or failed: it is not tried again.
  const auto step = post.record(claims[2], verdict(Action::retry));
  CHECK(step.state == OutboxState::dead);
  CHECK_FALSE(step.disable_notifier);
  CHECK(post.outbox.pending() == 0);
  CHECK(post.outbox.held() == 0);
}

TEST_CASE("what is under way for a removed notifier ends, however it is given back") {
  Post post;
  post.put(some("n1", 3));
  const auto claims = post.claim();
  REQUIRE(claims.size() == 3);
  post.outbox.end("n1", "the notifier was removed", post.now);
  post.outbox.hold("n1", post.now);
  post.outbox.resume("n1", post.now);
  post.outbox.release(claims[0].sequence, post.now);
  CHECK(post.outbox.hold_claim(claims[1].sequence, post.now)->state == OutboxState::dead);
  CHECK(post.record(claims[2], verdict(Action::postpone)).state == OutboxState::dead);
  CHECK(post.outbox.pending() + post.outbox.held() == 0);
  CHECK(post.find("k0").state == OutboxState::dead);
}

TEST_CASE("a target that is gone ends what is held for its notifier, too") {
  Post post;
  post.put(some("n1", 5));
  const auto claims = post.claim(2);
  post.outbox.hold("n1", post.now);
  const auto step = post.record(claims[0], verdict(Action::disable));
  CHECK(step.disable_notifier);
  CHECK(step.ended == 3);
  CHECK(post.outbox.held() == 0);
  CHECK(post.find("k4").state == OutboxState::dead);
  CHECK(post.record(claims[1], verdict(Action::disable)).disable_notifier == false);
}

TEST_CASE("order is kept over holding: what was held comes before what came later") {
  OutboxOptions options;
  options.keep_order = true;
  Post post(options);
  post.put(some("n1", 3));
  const OutboxClaim first = post.claim_one();
  post.outbox.hold("n1", post.now);
  CHECK(post.record(first, verdict(Action::retry)).state == OutboxState::held);
  post.put({make("late", "n1", "https://n1.example/")});
  CHECK(post.outbox.resume("n1", post.now) == 3);
  std::string order;
  for (int i = 0; i < 4; ++i) {
    const OutboxClaim claim = post.claim_one();
    order += claim.delivery.idempotency_key + " ";
    CHECK(post.record(claim, verdict(Action::delivered)).state == OutboxState::delivered);
  }
  CHECK(order == "k0 k1 k2 late ");
}

TEST_CASE("order is kept where something later is under way while the notifier is switched on") {
  OutboxOptions options;
  options.keep_order = true;
  Post post(options);
  post.put(some("n1", 2));
  post.outbox.hold("n1", post.now);
  post.put({make("late", "n1", "https://n1.example/")});
  const OutboxClaim late = post.claim_one();
  REQUIRE(late.delivery.idempotency_key == "late");
  post.outbox.resume("n1", post.now);
  CHECK(post.claim().empty());
  CHECK(post.record(late, verdict(Action::retry)).state == OutboxState::pending);
  const OutboxClaim first = post.claim_one();
  CHECK(first.delivery.idempotency_key == "k0");
  post.pass(60'000);
  CHECK(post.claim().empty());
  post.record(first, verdict(Action::delivered));
  const OutboxClaim second = post.claim_one();
  CHECK(second.delivery.idempotency_key == "k1");
  post.record(second, verdict(Action::delivered));
  CHECK(post.claim_one().delivery.idempotency_key == "late");
}

TEST_CASE("the record of a held delivery says until when") {
  Post post;
  post.put(some("n1", 1));
  post.outbox.hold("n1", post.now);
  notifier::Buffer json;
  notifier::json::Writer writer(json);
  to_json(writer, post.find("k0"));
  CHECK(json.view().find("\"state\":\"held\"") != std::string_view::npos);
  CHECK(json.view().find("\"next_at\":null,\"ended_at\":null,\"held_until\":\"2001-09-12T01:46:40.000Z\"") !=
        std::string_view::npos);
}
