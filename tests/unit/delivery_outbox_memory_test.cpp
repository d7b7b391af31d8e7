// The outbox's storage in memory, where it is asked for what it does not have, and where a turn is taken back.

#include "notifier/delivery/outbox_memory.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace notifier;

namespace {

OutboxRecord record_of(const std::string& key) {
  OutboxRecord record;
  record.key = key;
  return record;
}

}  // namespace

TEST_CASE("what was inserted since the last commit is gone after a rollback, and may be inserted again") {
  MemoryOutboxStorage storage;
  Delivery delivery;
  delivery.body = "kept";
  const auto kept = storage.insert(record_of("a"), delivery);
  REQUIRE(kept);
  REQUIRE(storage.commit());
  const auto taken_back = storage.insert(record_of("b"), delivery);
  REQUIRE(taken_back);
  storage.rollback();
  CHECK(storage.load(*kept)->body == "kept");
  CHECK(storage.load(*taken_back).error().code == errc::not_found);
  CHECK_FALSE(storage.find("b")->has_value());
  CHECK(storage.find("a")->has_value());
  const auto again = storage.insert(record_of("b"), delivery);
  REQUIRE(again);
  CHECK(*again > *kept);
}

TEST_CASE("a key is inserted once, and what is not stored is not found") {
  MemoryOutboxStorage storage;
  REQUIRE(storage.insert(record_of("a"), {}));
  CHECK(*storage.insert(record_of("a"), {}) == 0);
  CHECK(storage.load(99).error().code == errc::not_found);
  OutboxChange change;
  change.sequence = 99;
  CHECK(storage.update(change));
}
