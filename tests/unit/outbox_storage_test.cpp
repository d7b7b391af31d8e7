// What an outbox does whose storage fails.

#include "notifier/outbox/outbox.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "outbox_post.hpp"

using notifier::Delivery;
using notifier::errc;
using notifier::MemoryOutboxStorage;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxRecord;
using notifier::OutboxState;
using Action = notifier::Verdict::Action;
using outbox_test::make;
using outbox_test::verdict;

namespace {

/// Fails on demand, in the manner of a disk that is full or gone.
class FailingStorage : public MemoryOutboxStorage {
 public:
  bool fails_insert = false, fails_write = false, fails_load = false;
  errc load_error = errc::storage;

  notifier::Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) override {
    return fails_insert ? notifier::Result<void>(failed(errc::storage))
                        : MemoryOutboxStorage::insert(records, deliveries);
  }
  notifier::Result<void> write(const std::vector<notifier::OutboxWrite>& writes) override {
    return fails_write ? notifier::Result<void>(failed(errc::storage)) : MemoryOutboxStorage::write(writes);
  }
  notifier::Result<Delivery> load(std::uint64_t sequence) override {
    return fails_load ? notifier::Result<Delivery>(failed(load_error)) : MemoryOutboxStorage::load(sequence);
  }

 private:
  static notifier::Error failed(errc code) {
    notifier::Error error;
    error.code = code;
    error.message = "it broke";
    return error;
  }
};

}  // namespace

TEST_CASE("deliveries that could not be stored are not sent either") {
  FailingStorage storage;
  Outbox outbox(storage);
  const std::vector<Delivery> deliveries = {make("k1", "n1", "https://a.example/"),
                                            make("k2", "n1", "https://a.example/")};
  storage.fails_insert = true;
  const auto result = outbox.enqueue(deliveries, {});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::storage);
  CHECK(outbox.pending() == 0);
  storage.fails_insert = false;
  CHECK(outbox.enqueue(deliveries, {})->added == 2);
  std::vector<OutboxClaim> claims;
  CHECK(outbox.claim({}, 10, claims) == 2);
}

TEST_CASE("an outcome that could not be stored is kept, and nothing else is begun until it is stored") {
  FailingStorage storage;
  Outbox outbox(storage);
  REQUIRE(outbox.enqueue({make("k1", "n1", "https://a.example/"), make("k2", "n2", "https://b.example/")}, {}));
  std::vector<OutboxClaim> claims;
  REQUIRE(outbox.claim({}, 1, claims) == 1);
  storage.fails_write = true;
  const auto step = outbox.record(claims[0].sequence, verdict(Action::delivered), {});
  REQUIRE(step);
  CHECK(step->attempts == 1);
  for (int i = 0; i < 3; ++i) {
    const auto failed = outbox.flush();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == errc::storage);
    CHECK(outbox.is_stuck());
    CHECK(outbox.claim({}, 10, claims) == 0);
    CHECK_FALSE(outbox.wait_ms({}));
  }
  CHECK((*storage.find("n1", "k1"))->state == OutboxState::pending);
  storage.fails_write = false;
  CHECK(outbox.flush());
  CHECK((*storage.find("n1", "k1"))->state == OutboxState::delivered);
  CHECK((*storage.find("n1", "k1"))->history.size() == 1);
  CHECK(outbox.wait_ms({}) == 0);
  CHECK(outbox.claim({}, 10, claims) == 1);
}

TEST_CASE("a storage that cannot read now is asked again later, and what it lost is dead") {
  FailingStorage storage;
  Outbox outbox(storage);
  REQUIRE(outbox.enqueue({make("k1", "n1", "https://a.example/"), make("k2", "n2", "https://b.example/")}, {}));
  std::vector<OutboxClaim> claims;
  storage.fails_load = true;
  CHECK(outbox.claim({}, 10, claims) == 0);
  CHECK(outbox.pending() == 2);
  CHECK(outbox.in_flight() == 0);
  storage.load_error = errc::not_found;
  CHECK(outbox.claim({{60'000}, 60'000}, 10, claims) == 0);
  CHECK(outbox.pending() == 0);
  REQUIRE(outbox.flush());
  CHECK((*storage.find("n1", "k1"))->state == OutboxState::dead);
  CHECK((*storage.find("n1", "k1"))->history.back().reason == "the stored delivery cannot be read");
}
