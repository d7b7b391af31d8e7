// Mails that not all of their recipients get, and attempts that the machine could not make.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/api/record_json.hpp"
#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::MailRecipients;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using notifier::Platform;
using Action = notifier::Verdict::Action;
using Addresses = std::vector<std::string>;
using outbox_test::make;
using outbox_test::Post;
using outbox_test::verdict;

namespace {

Delivery mail() {
  Delivery delivery = make("m1", "n1", "", Platform::email);
  delivery.to = {"a@example.org", "b@example.org", "c@example.org"};
  return delivery;
}

}  // namespace

TEST_CASE("a mail that one recipient is refused for now is tried again for that one alone") {
  Post post;
  post.put({mail()});
  const auto step = post.outbox.record(post.claim_one().sequence, verdict(Action::retry, "the mailbox is busy"),
                                       post.now, MailRecipients{{"b@example.org"}, {"c@example.org"}, true});
  REQUIRE(step);
  CHECK(step->state == OutboxState::pending);
  // Until that is stored, what would be loaded goes to all of them.
  post.pass(5000);
  CHECK(post.claim().empty());
  CHECK(post.outbox.in_flight() == 0);
  CHECK_FALSE(post.outbox.wait_ms(post.now));
  CHECK_FALSE(post.outbox.record(1, verdict(Action::delivered), post.now));
  REQUIRE(post.outbox.flush());
  CHECK(post.outbox.wait_ms(post.now) == 0);
  const OutboxClaim second = post.claim_one();
  CHECK(second.delivery.to == Addresses{"b@example.org"});
  CHECK(second.attempt == 2);
  // The same after a restart.
  REQUIRE(post.outbox.flush());
  Outbox next(post.storage);
  REQUIRE(next.recover(post.now));
  std::vector<OutboxClaim> claims;
  REQUIRE(next.claim(post.now, 1, claims) == 1);
  CHECK(claims[0].delivery.to == Addresses{"b@example.org"});

  post.record(second, verdict(Action::delivered));
  const auto record = post.find("m1");
  CHECK(record.state == OutboxState::delivered);
  REQUIRE(record.history.size() == 2);
  CHECK(record.history[0].remaining == Addresses{"b@example.org"});
  CHECK(record.history[0].refused == Addresses{"c@example.org"});
  CHECK(record.history[1].remaining.empty());
  notifier::Buffer json;
  notifier::json::Writer writer(json);
  to_json(writer, record);
  CHECK(json.view().find("\"reason\":\"the mailbox is busy\",\"remaining\":[\"b@example.org\"],"
                         "\"refused\":[\"c@example.org\"]}") != std::string_view::npos);
}

TEST_CASE("a mail that some never get says who when it is dead, and by hand is sent to those alone") {
  OutboxOptions options;
  options.retry.delays_ms.clear();
  Post post(options);
  post.put({mail()});
  const auto step = post.outbox.record(post.claim_one().sequence, verdict(Action::retry), post.now,
                                       MailRecipients{{"b@example.org"}, {}, true});
  REQUIRE(step);
  CHECK(step->state == OutboxState::dead);
  CHECK(post.find("m1").history.back().remaining == Addresses{"b@example.org"});
  CHECK(post.outbox.resend("n1", "m1", post.now));
  CHECK(post.claim_one().delivery.to == Addresses{"b@example.org"});
}

TEST_CASE("a mail whose notifier is switched off or removed while it is being narrowed is held or ends") {
  for (const bool is_removed : {false, true}) {
    Post post;
    post.put({mail()});
    REQUIRE(post.outbox.record(post.claim_one().sequence, verdict(Action::retry), post.now,
                               MailRecipients{{"b@example.org"}, {}, true}));
    if (is_removed) {
      post.outbox.end("n1", "the notifier was removed", post.now);
    } else {
      post.outbox.hold("n1", post.now);
    }
    REQUIRE(post.outbox.flush());
    CHECK(post.claim().empty());
    CHECK(post.find("m1").state == (is_removed ? OutboxState::dead : OutboxState::held));
    CHECK(post.find("m1").attempts == 1);
    CHECK(post.storage.load(1)->to == Addresses{"b@example.org"});
    CHECK(post.outbox.held() == (is_removed ? 0 : 1));
    CHECK(post.outbox.pending() == 0);
  }
}

TEST_CASE("a mail that some have got neither counts against its notifier nor for it") {
  OutboxOptions options;
  options.retry.disable_after_failures = 2;
  options.retry.disable_after_ms = 0;
  Post post(options);
  post.put({mail()});
  const MailRecipients partly{{"b@example.org"}, {}, true};
  const auto attempt = [&](const MailRecipients& recipients) {
    const auto step = post.outbox.record(post.claim_one().sequence, verdict(Action::retry), post.now, recipients);
    REQUIRE(step);
    REQUIRE(post.outbox.flush());
    post.pass(3'600'000);
    return step->disable_notifier;
  };
  CHECK_FALSE(attempt(partly));
  CHECK_FALSE(attempt({{"b@example.org"}, {}, false}));
  CHECK_FALSE(attempt(partly));
  CHECK(attempt({{"b@example.org"}, {}, false}));
}

TEST_CASE("what this machine could not attempt is due again soon, and nothing counts") {
  OutboxOptions options;
  options.retry.delays_ms.clear();
  options.retry.disable_after_failures = 1;
  options.retry.disable_after_ms = 0;
  Post post(options);
  post.put({make("k1", "n1", "https://a.example/"), make("k2", "n2", "https://b.example/")});
  for (const std::int64_t wait : {1000, 2000, 4000, 8000, 16'000, 30'000, 30'000}) {
    const auto claims = post.claim();
    REQUIRE(claims.size() == 2);
    for (const OutboxClaim& claim : claims) {
      CHECK(claim.attempt == 1);
      const auto step = post.record(claim, verdict(Action::postpone));
      CHECK(step.state == OutboxState::pending);
      CHECK(step.attempts == 0);
      CHECK_FALSE(step.disable_notifier);
      CHECK(step.next_at.ms == post.now.wall.ms + wait);
    }
    // All of one time wait for one time.
    CHECK(post.outbox.wait_ms(post.now) == wait);
    post.pass(wait - 1);
    CHECK(post.claim().empty());
    post.pass(1);
  }
  CHECK(post.find("k1").history.empty());
  CHECK(post.find("k1").attempts == 0);
  const auto claims = post.claim();
  REQUIRE(claims.size() == 2);
  post.record(claims[0], verdict(Action::delivered));
  CHECK(post.record(claims[1], verdict(Action::postpone)).next_at.ms == post.now.wall.ms + 1000);
}
