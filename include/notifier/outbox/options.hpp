#pragma once

#include <cstdint>

#include "notifier/delivery/retry.hpp"
#include "notifier/function.hpp"
#include "notifier/model/target_limits.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What an outbox takes from its host; every member has a default.
struct OutboxOptions {
  RetryPolicy retry;
  PlatformLimits limits;  ///< in place of those that deliveries come with, of the platforms that are named here
  /// Attempts under way at once to one host, over all of its targets, so that a host that hangs does not take all
  /// places. Workers that share a database have their part of it each.
  unsigned host_concurrency = 64;
  /// The same at a host that did not answer the last attempt: it keeps a place for as long as an attempt may take.
  unsigned silent_host_concurrency = 8;
  /// Attempts under way at once for one app, over all hosts, so that one that has many hosts which hang leaves places
  /// to the others. Mails are not counted: they share one relay.
  unsigned app_concurrency = 128;
  /// Sends a notifier's deliveries one by one, in the order they were enqueued: the next begins when the one before has
  /// arrived or is dead. One that is sent again by hand is out of order.
  bool keep_order = false;
  /// How long a delivery is held for a notifier that is switched off; then it is dead.
  std::int64_t hold_ms = std::int64_t{3} * 24 * 3'600'000;
  /// How long the record of a delivery is kept after it arrived or died: as long, its key is not delivered again.
  std::int64_t keep_delivered_ms = std::int64_t{7} * 24 * 3'600'000;
  std::int64_t keep_dead_ms = std::int64_t{30} * 24 * 3'600'000;
  /// Uniform random numbers for the jitter. Empty: no jitter.
  Function<std::uint32_t()> random;
};

NOTIFIER_NAMESPACE_END
