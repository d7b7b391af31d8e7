// An outbox that gives targets away, to another on the same storage.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "notifier/outbox/target.hpp"
#include "outbox_post.hpp"

using outbox_test::errc;
using outbox_test::make;
using outbox_test::OutboxClaim;
using outbox_test::Post;
using outbox_test::verdict;
using Action = notifier::Verdict::Action;

namespace {

std::uint64_t target_of(const notifier::Delivery& delivery) {
  return notifier::describe_for_outbox(delivery, {}).target;
}

}  // namespace

TEST_CASE("what waits for targets that are another's is forgotten here, and stays in the storage") {
  Post post;
  const auto mine = make("k1", "no-1", "https://example.com/a");
  const auto theirs = make("k2", "no-2", "https://example.com/b");
  REQUIRE(post.outbox.enqueue({mine, theirs}, post.now));
  const auto is_theirs = [&](std::uint64_t target) { return target == target_of(theirs); };
  CHECK(post.outbox.drop(is_theirs, false, post.now) == 0);
  CHECK(post.outbox.pending() == 1);
  std::vector<OutboxClaim> claims;
  CHECK(post.outbox.claim(post.now, 10, claims) == 1);
  CHECK(claims[0].delivery.idempotency_key == "k1");
  const auto kept = post.storage.find("no-2", "k2");
  REQUIRE(kept);
  REQUIRE(*kept);
  CHECK((*kept)->state == notifier::OutboxState::pending);
}

TEST_CASE("what is under way is dropped only where it is asked for: then it comes to nothing") {
  Post post;
  REQUIRE(post.outbox.enqueue({make("k1", "no-1", "https://example.com/a")}, post.now));
  std::vector<OutboxClaim> claims;
  REQUIRE(post.outbox.claim(post.now, 10, claims) == 1);
  const auto all = [](std::uint64_t) { return true; };
  CHECK(post.outbox.drop(all, false, post.now) == 1);
  CHECK(post.outbox.record(claims[0].sequence, verdict(Action::retry), post.now));
  // It would be tried again here: that is the other's, now.
  CHECK(post.outbox.drop(all, false, post.now) == 0);
  CHECK(post.outbox.pending() == 0);
  REQUIRE(post.outbox.enqueue({make("k2", "no-1", "https://example.com/a")}, post.now));
  claims.clear();
  REQUIRE(post.outbox.claim(post.now, 10, claims) == 1);
  CHECK(post.outbox.drop(all, true, post.now) == 0);
  const auto recorded = post.outbox.record(claims[0].sequence, verdict(Action::delivered), post.now);
  REQUIRE_FALSE(recorded);
  CHECK(recorded.error().code == errc::not_found);
  CHECK(post.outbox.in_flight() == 0);
}

TEST_CASE("a target that comes back goes on as before") {
  Post post;
  const auto delivery = make("k1", "no-1", "https://example.com/a");
  REQUIRE(post.outbox.enqueue({delivery}, post.now));
  post.outbox.drop([](std::uint64_t) { return true; }, true, post.now);
  REQUIRE(post.outbox.take_over(post.now));
  const auto kept = post.storage.find("no-1", "k1");
  REQUIRE(kept);
  REQUIRE(*kept);
  post.outbox.admit(**kept, post.now);
  std::vector<OutboxClaim> claims;
  CHECK(post.outbox.claim(post.now, 10, claims) == 1);
}
