// The outbox's storage in memory, where it is asked for what it does not have, and where names are alike.

#include "notifier/outbox/memory.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

using namespace notifier;

namespace {

std::vector<OutboxRecord> records_of(std::initializer_list<const char*> keys, const char* notifier_id = "n") {
  std::vector<OutboxRecord> records;
  for (const char* key : keys) {
    records.emplace_back();
    records.back().key = key;
    records.back().notifier_id = notifier_id;
  }
  return records;
}

OutboxWrite change_of(std::uint64_t sequence, OutboxState state) {
  OutboxWrite write;
  write.change.sequence = sequence;
  write.change.state = state;
  return write;
}

}  // namespace

TEST_CASE("a key is inserted once for each notifier, and what is not stored is not found") {
  MemoryOutboxStorage storage;
  const Delivery deliveries[3];
  auto records = records_of({"a", "b", "a"});
  REQUIRE(storage.insert(records, deliveries));
  CHECK(records[0].sequence == 1);
  CHECK(records[1].sequence == 2);
  CHECK(records[2].sequence == 0);
  records = records_of({"b", "c"});
  REQUIRE(storage.insert(records, deliveries));
  CHECK(records[0].sequence == 0);
  CHECK(records[1].sequence == 3);
  records = records_of({"a"}, "another");
  REQUIRE(storage.insert(records, deliveries));
  CHECK(records[0].sequence == 4);
  // A name that reads the same is not the same.
  records = records_of({"ab"}, "n");
  REQUIRE(storage.insert(records, deliveries));
  records = records_of({"b"}, "na");
  REQUIRE(storage.insert(records, deliveries));
  CHECK(records[0].sequence == 6);
  CHECK((*storage.find("another", "a"))->sequence == 4);
  CHECK_FALSE(storage.find("another", "b")->has_value());
  CHECK(storage.load(99).error().code == errc::not_found);
  CHECK(storage.write({change_of(99, OutboxState::dead)}));
}

TEST_CASE("the content of a mail goes to those who are left, and is gone once it has arrived") {
  MemoryOutboxStorage storage;
  Delivery mail;
  mail.to = {"a@example.org", "b@example.org"};
  mail.body = "kept";
  auto records = records_of({"a"});
  REQUIRE(storage.insert(records, &mail));
  OutboxWrite narrowed = change_of(1, OutboxState::pending);
  narrowed.change.recipients = {"b@example.org"};
  REQUIRE(storage.write({narrowed, change_of(1, OutboxState::pending)}));
  CHECK(storage.load(1)->to == std::vector<std::string>{"b@example.org"});
  CHECK(storage.load(1)->body == "kept");
  REQUIRE(storage.write({change_of(1, OutboxState::delivered)}));
  CHECK(storage.load(1)->body.empty());
}
