// An outbox over memory, for tests.

#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/platform/table.hpp"

namespace outbox_test {

using notifier::Delivery;
using notifier::errc;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxRecord;
using notifier::Platform;
using notifier::Verdict;

inline constexpr std::int64_t day = 24 * 3'600'000;

inline Delivery make(const std::string& key, const std::string& notifier_id, const std::string& url,
                     Platform platform = Platform::webhook) {
  Delivery delivery;
  delivery.idempotency_key = key;
  delivery.notifier_id = notifier_id;
  delivery.app_id = "app";
  delivery.platform = platform;
  delivery.method = "POST";
  delivery.url = url;
  delivery.limits = notifier::platform_info(platform).target_limits;
  delivery.body = "{\"key\":\"" + key + "\"}";
  return delivery;
}

inline Verdict verdict(Verdict::Action action, std::string_view reason = "because") {
  return {action, 200, reason, std::nullopt};
}

/// An outbox over memory, and two clocks.
struct Post {
  MemoryOutboxStorage storage;
  Outbox outbox;
  Moment now{{1'000'000'000'000}, 5'000'000};

  explicit Post(OutboxOptions options = {}) : outbox(storage, std::move(options)) {}

  void pass(std::int64_t ms) {
    now.wall.ms += ms;
    now.steady_ms += ms;
  }
  std::size_t put(const std::vector<Delivery>& deliveries) {
    auto result = outbox.enqueue(deliveries, now);
    REQUIRE(result);
    CHECK(result->added + result->known.size() == deliveries.size());
    return result->added;
  }
  std::vector<OutboxClaim> claim(std::size_t most = 1000) {
    std::vector<OutboxClaim> claims;
    const std::size_t count = outbox.claim(now, most, claims);
    CHECK(count == claims.size());
    return claims;
  }
  /// Claims the one delivery that there is to claim.
  OutboxClaim claim_one() {
    auto claims = claim();
    REQUIRE(claims.size() == 1);
    return claims[0];
  }
  notifier::OutboxStep record(const OutboxClaim& claim, const Verdict& of) {
    auto step = outbox.record(claim.sequence, of, now);
    REQUIRE(step);
    return *step;
  }
  OutboxRecord find(std::string_view key, std::string_view notifier_id = "n1") {
    REQUIRE(outbox.flush());
    auto record = storage.find(notifier_id, key);
    REQUIRE(record);
    REQUIRE(*record);
    return **record;
  }
  errc resend_error(std::string_view key) {
    const auto resent = outbox.resend("n1", key, now);
    REQUIRE_FALSE(resent);
    return resent.error().code;
  }
};

}  // namespace outbox_test
