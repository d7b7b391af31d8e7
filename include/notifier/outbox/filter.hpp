#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/error.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Where a delivery stands. Stores and files have the names; the numbers are those of 1.0, to which others are only
/// added.
enum class OutboxState : std::uint8_t {
  pending,    ///< to be sent, now or later
  delivered,  ///< it has arrived
  dead,       ///< given up; can be sent again
  held,       ///< its notifier is switched off: pending again when that is switched on, dead when it takes too long
  grouping,   ///< its notifier is told of several events together: to be sent at once, or to be counted
  grouped,    ///< counted: its notifier's digest, a delivery of its own, tells of it
};

/// "pending", "delivered", "dead", "held", "grouping" or "grouped".
constexpr std::string_view to_string(OutboxState state) noexcept {
  switch (state) {
    case OutboxState::pending: return "pending";
    case OutboxState::delivered: return "delivered";
    case OutboxState::dead: return "dead";
    case OutboxState::held: return "held";
    case OutboxState::grouping: return "grouping";
    case OutboxState::grouped: return "grouped";
  }
  return "unknown";
}

/// Which deliveries are asked for: those of the app that have all that is said. Its texts borrow.
struct DeliveryFilter {
  std::string_view app_id;
  std::string_view key;  ///< the idempotency key; empty, as the next: any
  std::string_view notifier_id;
  std::string_view event_id;
  std::string_view event_type;
  std::optional<OutboxState> state = std::nullopt;
  Timestamp since = first_timestamp;  ///< those that were made then or later
};

namespace detail {

inline Error no_such_delivery() {
  Error error;
  error.code = errc::not_found;
  error.message = "there is no such delivery";
  return error;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
