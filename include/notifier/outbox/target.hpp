// Which deliveries share a target, and with it their limits.

#pragma once

#include "notifier/model/delivery.hpp"
#include "notifier/model/time.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The record that a new delivery begins with: due at once, or to be taken into its group.
/// @param now  the time of day
///
/// Its target is what the delivery says, else what scheme, host, port and path name: queries often differ from one
/// notifier to the next where the receiver is the same. Only hashes are kept of it, since paths are secrets. All mail
/// has one target, the relay.
OutboxRecord describe_for_outbox(const Delivery& delivery, Timestamp now);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/net/url.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

inline std::uint64_t target_hash(std::string_view text) noexcept { return Hasher(0x6E6F7469666965)(text); }

}  // namespace detail::net

NOTIFIER_INLINE OutboxRecord describe_for_outbox(const Delivery& delivery, Timestamp now) {
  OutboxRecord record;
  record.key = delivery.idempotency_key;
  record.notifier_id = delivery.notifier_id;
  record.app_id = delivery.app_id;
  record.event_id = delivery.event_id;
  record.event_type = delivery.event_type;
  record.platform = delivery.platform;
  record.created_at = now;
  record.next_at = now;
  if (delivery.arrival != nullptr) record.state = OutboxState::grouping;
  std::string host = "smtp:";
  std::string target = host;
  record.limits = delivery.limits;
  if (!delivery.url.empty()) {
    const auto url = parse_http_url(delivery.url);
    if (url) {
      Url part = *url;
      part.target = {};
      host.clear();
      append_normalized(part, host);
      part.target = part.path;
      target.clear();
      append_normalized(part, target);
    } else {
      host = target = delivery.url;
    }
  } else if (delivery.to.empty()) {
    record.state = OutboxState::dead;
    record.history.push_back({now, Verdict::Action::fail, 0, "the mail has no recipient"});
  }
  record.host = detail::net::target_hash(host);
  record.target = delivery.target != 0 ? delivery.target : detail::net::target_hash(target);
  return record;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
