// How much a target is sent at a time, and what is one target.

#include "notifier/outbox/outbox.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::Platform;
using Action = notifier::Verdict::Action;
using outbox_test::make;
using outbox_test::Post;
using outbox_test::verdict;

TEST_CASE("a target is sent no more at a time than its platform's limit") {
  Post post;
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 40; ++i) {
    // One target: queries do not count, nor does the way a host is written.
    deliveries.push_back(make("w" + std::to_string(i), "n1",
                              (i % 2 ? "https://A.example/x?" : "https://a.example:443/x?") + std::to_string(i)));
    deliveries.push_back(make("r" + std::to_string(i), "n2", "https://b.example/x", Platform::rocket_chat));
  }
  post.put(deliveries);
  const auto claims = post.claim();
  CHECK(claims.size() == 16 + 2);
  CHECK_FALSE(post.outbox.wait_ms(post.now));
  post.record(claims[0], verdict(Action::delivered));
  CHECK(post.claim().size() == 1);
}

TEST_CASE("Slack gets one message a second and webhook") {
  Post post;
  for (int i = 0; i < 3; ++i) {
    post.put({make("a" + std::to_string(i), "n1", "https://hooks.slack.com/services/a", Platform::slack),
              make("b" + std::to_string(i), "n2", "https://hooks.slack.com/services/b", Platform::slack)});
  }
  for (int round = 0; round < 3; ++round) {
    const auto claims = post.claim();
    REQUIRE(claims.size() == 2);
    CHECK(claims[0].delivery.url != claims[1].delivery.url);
    for (const auto& claim : claims) post.record(claim, verdict(Action::delivered));
    CHECK(post.claim().empty());
    if (round < 2) CHECK(post.outbox.wait_ms(post.now) == 1000);
    post.pass(999);
    CHECK(post.claim().empty());
    post.pass(1);
  }
  // The pace is kept although the target had nothing left to be sent.
  post.put({make("a3", "n1", "https://hooks.slack.com/services/a", Platform::slack)});
  post.record(post.claim_one(), verdict(Action::delivered));
  post.pass(500);
  post.put({make("a4", "n1", "https://hooks.slack.com/services/a", Platform::slack)});
  CHECK(post.claim().empty());
  post.pass(500);
  CHECK(post.claim().size() == 1);
}

TEST_CASE("throttling holds back the whole target and nobody else") {
  Post post;
  post.put({make("a1", "n1", "https://a.example/x"), make("a2", "n2", "https://a.example/x"),
            make("b1", "n3", "https://a.example/y")});
  const auto claims = post.claim(1);
  REQUIRE(claims[0].delivery.idempotency_key == "a1");
  post.record(claims[0], {Action::throttle, 429, "slow down", 30'000});
  CHECK(post.claim_one().delivery.idempotency_key == "b1");
  post.pass(29'999);
  CHECK(post.claim().empty());
  post.pass(1);
  CHECK(post.claim().size() == 2);
}

TEST_CASE("a target's hash does not depend on spelling, query or notifier, and tells schemes, ports and paths apart") {
  const auto target = [](const std::string& url) { return describe_for_outbox(make("k", "n", url), {0}).target; };
  const auto host = [](const std::string& url) { return describe_for_outbox(make("k", "n", url), {0}).host; };
  CHECK(target("https://a.example/x") == target("HTTPS://A.EXAMPLE:443/x?y"));
  CHECK(target("http://127.1/x") == target("http://0x7f000001/x"));
  CHECK(target("https://a.example/x") != target("http://a.example/x"));
  CHECK(target("https://a.example/x") != target("https://a.example:444/x"));
  CHECK(target("https://a.example/x") != target("https://a.example/y"));
  CHECK(host("https://a.example/x") == host("https://a.example/y"));
  CHECK(host("https://a.example/x") != host("https://b.example/x"));
  CHECK(target("no url") != target("no other url"));
}
