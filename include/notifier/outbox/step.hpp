// What becomes of deliveries, as the outbox tells it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "notifier/model/time.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A delivery whose turn it is.
struct OutboxTurn {
  std::uint64_t sequence = 0;
  unsigned attempt = 1;  ///< which attempt this is, since the delivery was enqueued or sent again by hand
};

/// What an attempt came to.
struct OutboxStep {
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;
  Timestamp next_at;  ///< OutboxState::pending: when it is tried again; held: when it is given up; else when it ended
  std::string notifier_id;
  /// The host is to switch the notifier off and tell its owner. What else was pending or held for it is dead by now.
  bool disable_notifier = false;
  std::size_t ended = 0;  ///< how many others these were
};

/// What came of ending all that there is for a notifier.
struct OutboxEnded {
  std::size_t pending = 0;    ///< ended
  std::size_t held = 0;       ///< ended
  std::size_t under_way = 0;  ///< not tried again
};

NOTIFIER_NAMESPACE_END
