#include "notifier/outbox/outbox.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::errc;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::Platform;
using notifier::Timestamp;
using notifier::Verdict;
using Action = notifier::Verdict::Action;
using outbox_test::day;
using outbox_test::make;
using outbox_test::Post;
using outbox_test::verdict;

TEST_CASE("a delivery is claimed once, whole, and is gone when it has arrived") {
  Post post;
  CHECK(post.put({make("k1", "n1", "https://a.example/x")}) == 1);
  CHECK(post.outbox.pending() == 1);
  const OutboxClaim claim = post.claim_one();
  CHECK(claim.delivery.idempotency_key == "k1");
  CHECK(claim.delivery.url == "https://a.example/x");
  CHECK(claim.delivery.body == "{\"key\":\"k1\"}");
  CHECK(claim.attempt == 1);
  CHECK(post.claim().empty());
  CHECK(post.outbox.in_flight() == 1);
  const auto step = post.record(claim, verdict(Action::delivered));
  CHECK(step.state == OutboxState::delivered);
  CHECK(step.notifier_id == "n1");
  CHECK_FALSE(step.disable_notifier);
  CHECK(post.outbox.pending() == 0);
  CHECK(post.outbox.in_flight() == 0);
  CHECK_FALSE(post.outbox.wait_ms(post.now));
  CHECK(post.claim().empty());
  CHECK(post.find("k1").state == OutboxState::delivered);
}

TEST_CASE("a key is delivered once however often it is put in") {
  Post post;
  const Delivery delivery = make("k1", "n1", "https://a.example/x");
  CHECK(post.put({delivery, delivery}) == 1);
  CHECK(post.put({delivery}) == 0);
  const OutboxClaim claim = post.claim_one();
  CHECK(post.put({delivery}) == 0);
  post.record(claim, verdict(Action::delivered));
  CHECK(post.put({delivery}) == 0);
  CHECK(post.claim().empty());
}

TEST_CASE("a delivery that fails comes back by the schedule and dies at its end") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/x")});
  for (unsigned attempt = 1; attempt <= 7; ++attempt) {
    const OutboxClaim claim = post.claim_one();
    CHECK(claim.attempt == attempt);
    const auto step = post.record(claim, verdict(Action::retry, "no luck"));
    CHECK(step.attempts == attempt);
    if (attempt == 7) {
      CHECK(step.state == OutboxState::dead);
      break;
    }
    REQUIRE(step.state == OutboxState::pending);
    const std::int64_t wait = step.next_at.ms - post.now.wall.ms;
    CHECK(post.outbox.wait_ms(post.now) == wait);
    post.pass(wait - 1);
    CHECK(post.claim().empty());
    post.pass(1);
  }
  CHECK(post.outbox.pending() == 0);
  const OutboxRecord record = post.find("k1");
  CHECK(record.state == OutboxState::dead);
  REQUIRE(record.history.size() == 7);
  CHECK(record.history[6].at == post.now.wall);
  CHECK(record.history[6].reason == "no luck");
  CHECK(record.history[6].status == 200);
}

TEST_CASE("jitter comes from the host's random numbers") {
  OutboxOptions options;
  options.random = [] { return 0x80000000u; };
  Post post(options);
  post.put({make("k1", "n1", "https://a.example/x")});
  CHECK(post.record(post.claim_one(), verdict(Action::retry)).next_at.ms == post.now.wall.ms + 5'500);
}

TEST_CASE("a dead delivery can be sent again under its key, and no other can") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/x")});
  const OutboxClaim claim = post.claim_one();
  CHECK(post.resend_error("k1") == errc::conflict);
  post.record(claim, verdict(Action::fail));
  CHECK(post.resend_error("k2") == errc::not_found);
  CHECK_FALSE(post.outbox.resend("n2", "k1", post.now));
  CHECK(post.outbox.resend("n1", "k1", post.now));
  CHECK(post.resend_error("k1") == errc::conflict);
  const OutboxClaim again = post.claim_one();
  CHECK(again.delivery.idempotency_key == "k1");
  CHECK(again.attempt == 1);
  post.record(again, verdict(Action::delivered));
  CHECK(post.resend_error("k1") == errc::conflict);
  CHECK(post.find("k1").history.size() == 2);
}

TEST_CASE("what is released is due at once and has used no attempt") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/x")});
  post.outbox.release(post.claim_one().sequence, post.now);
  CHECK(post.outbox.in_flight() == 0);
  CHECK(post.claim_one().attempt == 1);
}

TEST_CASE("only what is under way can be recorded") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/x")});
  for (const std::uint64_t sequence : {0u, 1u, 2u}) {
    const auto step = post.outbox.record(sequence, verdict(Action::delivered), post.now);
    REQUIRE_FALSE(step);
    CHECK(step.error().code == errc::not_found);
  }
  const OutboxClaim claim = post.claim_one();
  post.record(claim, verdict(Action::delivered));
  CHECK_FALSE(post.outbox.record(claim.sequence, verdict(Action::delivered), post.now));
}

TEST_CASE("a notifier's order is kept where the host asks for it") {
  OutboxOptions options;
  options.keep_order = true;
  Post post(options);
  post.put({make("a1", "n1", "https://a.example/"), make("a2", "n1", "https://a.example/"),
            make("b1", "n2", "https://a.example/")});
  auto claims = post.claim();
  REQUIRE(claims.size() == 2);
  CHECK(claims[0].delivery.idempotency_key == "a1");
  CHECK(claims[1].delivery.idempotency_key == "b1");
  post.record(claims[0], verdict(Action::retry));
  CHECK(post.claim().empty());
  post.pass(5'000);
  const OutboxClaim first = post.claim_one();
  CHECK(first.delivery.idempotency_key == "a1");
  post.record(first, verdict(Action::fail));
  CHECK(post.claim_one().delivery.idempotency_key == "a2");
  CHECK(post.outbox.resend("n1", "a1", post.now));
  CHECK(post.claim().empty());
}

TEST_CASE("a target that is gone switches its notifier off and ends all that waits for it") {
  Post post;
  post.put({make("a1", "n1", "https://a.example/"), make("a2", "n1", "https://a.example/"),
            make("a3", "n1", "https://a.example/"), make("b1", "n2", "https://a.example/")});
  const auto claims = post.claim(2);
  REQUIRE(claims[0].delivery.notifier_id == "n1");
  REQUIRE(claims[1].delivery.notifier_id == "n1");
  const auto step = post.record(claims[0], verdict(Action::disable));
  CHECK(step.disable_notifier);
  CHECK(step.state == OutboxState::dead);
  CHECK(post.find("a3").state == OutboxState::dead);
  CHECK(post.find("a3").history.back().reason == "the notifier was switched off");
  // What was under way is not tried again, and nobody is told twice.
  const auto other = post.record(claims[1], verdict(Action::retry));
  CHECK(other.state == OutboxState::dead);
  CHECK_FALSE(other.disable_notifier);
  CHECK(post.claim_one().delivery.notifier_id == "n2");
  // Once it is on again it is served again.
  post.put({make("a4", "n1", "https://a.example/")});
  const OutboxClaim again = post.claim_one();
  CHECK(again.delivery.idempotency_key == "a4");
  CHECK(post.record(again, verdict(Action::retry)).state == OutboxState::pending);
}

TEST_CASE("a notifier that does nothing but fail for five days is switched off, also over a restart") {
  Post post;
  const Moment start = post.now;
  bool disabled = false;
  int events = 0;
  while (!disabled) {
    REQUIRE(post.now.steady_ms - start.steady_ms <= 5 * day);
    post.put({make("k" + std::to_string(events++), "n1", "https://a.example/")});
    OutboxOptions options;
    options.retry.delays_ms.clear();
    Outbox outbox(post.storage, options);
    REQUIRE(outbox.recover(post.now));
    std::vector<OutboxClaim> claims;
    REQUIRE(outbox.claim(post.now, 100, claims) == 1);
    disabled = outbox.record(claims[0].sequence, verdict(Action::retry), post.now)->disable_notifier;
    REQUIRE(outbox.flush());
    if (!disabled) post.pass(day / 4);
  }
  CHECK(post.now.steady_ms - start.steady_ms == 5 * day);
}

TEST_CASE("a notifier that was removed is sent nothing more") {
  Post post;
  post.put({make("a1", "n1", "https://a.example/"), make("a2", "n1", "https://a.example/"),
            make("b1", "n2", "https://a.example/")});
  const auto claims = post.claim(1);
  CHECK(post.outbox.end("n1", "the notifier was removed", post.now).pending == 1);
  CHECK(post.outbox.end("n1", "the notifier was removed", post.now).pending == 0);
  CHECK(post.outbox.end("unknown", "x", post.now).pending == 0);
  CHECK(post.claim_one().delivery.notifier_id == "n2");
  CHECK(post.record(claims[0], verdict(Action::retry)).state == OutboxState::dead);
}

TEST_CASE("after a crash all that was pending is due again under its key") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/"), make("k2", "n1", "https://a.example/"),
            make("k3", "n1", "https://a.example/")});
  const auto claims = post.claim(3);
  post.record(claims[0], verdict(Action::delivered));
  const auto later = post.record(claims[1], verdict(Action::retry));
  REQUIRE(post.outbox.flush());
  Outbox next(post.storage);
  CHECK(*next.recover(post.now) == 2);
  std::vector<OutboxClaim> again;
  REQUIRE(next.claim(post.now, 10, again) == 1);
  CHECK(again[0].delivery.idempotency_key == "k3");
  CHECK(again[0].attempt == 1);
  post.pass(later.next_at.ms - post.now.wall.ms);
  REQUIRE(next.claim(post.now, 10, again) == 1);
  CHECK(again[1].delivery.idempotency_key == "k2");
  CHECK(again[1].attempt == 2);
}

TEST_CASE("a mail to nobody is dead at once and says so") {
  Post post;
  Delivery mail = make("m1", "n1", "", Platform::email);
  CHECK(post.put({mail}) == 1);
  CHECK(post.claim().empty());
  CHECK(post.find("m1").state == OutboxState::dead);
  CHECK(post.find("m1").history.at(0).reason == "the mail has no recipient");
  mail.idempotency_key = "m2";
  mail.to = {"a@example.org"};
  post.put({mail});
  CHECK(post.claim_one().delivery.to.size() == 1);
}

TEST_CASE("records are listed newest first, by notifier and state, in pages") {
  Post post;
  for (int i = 0; i < 10; ++i) {
    post.put({make("k" + std::to_string(i), i % 2 ? "odd" : "even", "https://" + std::to_string(i) + ".example/")});
  }
  for (const auto& claim : post.claim()) {
    post.record(claim, verdict(claim.sequence <= 4 ? Action::fail : Action::delivered));
  }
  REQUIRE(post.outbox.flush());
  std::vector<OutboxRecord> page;
  CHECK(*post.outbox.list({"odd", std::nullopt, 1, 2}, page) == 5);
  REQUIRE(page.size() == 2);
  CHECK(page[0].key == "k7");
  CHECK(page[1].key == "k5");
  page.clear();
  CHECK(*post.storage.list({"", OutboxState::dead, 0, 50}, page) == 4);
  CHECK(page[0].key == "k3");
}

TEST_CASE("what ended long ago is forgotten, the dead later than the delivered, the pending never") {
  Post post;
  post.put({make("ok", "n", "https://a.example/"), make("dead", "n", "https://a.example/"),
            make("waiting", "n", "https://a.example/")});
  const auto claims = post.claim();
  post.record(claims[0], verdict(Action::delivered));
  post.record(claims[1], verdict(Action::fail));
  post.pass(7 * day);
  CHECK(*post.outbox.prune(post.now) == 0);
  post.pass(1);
  CHECK(*post.outbox.prune(post.now) == 1);
  post.pass(23 * day);
  CHECK(*post.outbox.prune(post.now) == 1);
  post.pass(1000 * day);
  CHECK(*post.outbox.prune(post.now) == 0);
  CHECK(post.put({make("ok", "n", "https://a.example/")}) == 1);
}

TEST_CASE("a delivery that the host stored itself is taken up once") {
  Post post;
  const Delivery delivery = make("k1", "n1", "https://a.example/x");
  std::vector<OutboxRecord> records = {notifier::describe_for_outbox(delivery, post.now.wall)};
  REQUIRE(post.storage.insert(records, &delivery));
  post.outbox.admit(records[0], post.now);
  post.outbox.admit(records[0], post.now);
  CHECK(post.outbox.pending() == 1);
  CHECK(post.record(post.claim_one(), verdict(Action::delivered)).state == OutboxState::delivered);
  CHECK(post.find("k1").state == OutboxState::delivered);
}

TEST_CASE("what is taken up is sent, though its notifier was switched off before") {
  Post post;
  post.put({make("k1", "n1", "https://a.example/x")});
  const OutboxClaim under_way = post.claim_one();
  post.outbox.end("n1", "the notifier was removed", post.now);
  const Delivery delivery = make("k2", "n1", "https://a.example/y");
  std::vector<OutboxRecord> records = {notifier::describe_for_outbox(delivery, post.now.wall)};
  REQUIRE(post.storage.insert(records, &delivery));
  post.outbox.admit(records[0], post.now);
  CHECK(post.record(post.claim_one(), verdict(Action::retry)).state == OutboxState::pending);
  CHECK(post.record(under_way, verdict(Action::delivered)).state == OutboxState::delivered);
}

TEST_CASE("a delivery that the host gives up is dead without counting against its notifier") {
  OutboxOptions options;
  options.retry.disable_after_failures = 1;
  options.retry.disable_after_ms = 0;
  Post post(options);
  post.put({make("k1", "n1", "https://a.example/x"), make("k2", "n1", "https://a.example/y")});
  const auto claims = post.claim();
  REQUIRE(claims.size() == 2);
  const auto step = post.outbox.give_up(claims[0].sequence, "there is no mail server", post.now);
  REQUIRE(step);
  CHECK(step->state == OutboxState::dead);
  CHECK(step->notifier_id == "n1");
  CHECK_FALSE(step->disable_notifier);
  const OutboxRecord record = post.find("k1");
  CHECK(record.state == OutboxState::dead);
  CHECK(record.attempts == 0);
  REQUIRE(record.history.size() == 1);
  CHECK(record.history[0].reason == "there is no mail server");
  CHECK(record.history[0].status == 0);
  CHECK(post.outbox.in_flight() == 1);
  CHECK_FALSE(post.outbox.give_up(claims[0].sequence, "again", post.now));

  CHECK(post.outbox.resend("n1", "k1", post.now));
  CHECK(post.claim_one().attempt == 1);
  CHECK(post.record(claims[1], verdict(Action::fail)).disable_notifier);
}
