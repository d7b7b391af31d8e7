// A delivery's record as the API and the dashboard show it: what became of it, without content and secrets.

#pragma once

#include "notifier/json/writer.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes a record as an object with the keys id (the idempotency key), notifier_id, event_id, event_type, platform,
/// state, created_at, next_at (null unless it is pending), ended_at (null before it has ended) and attempts: an array,
/// oldest first, of objects with at, outcome (an action's name), status (null where no reply came) and reason. One that
/// is held has held_until, too; an attempt that not all recipients of a mail got has remaining and refused, those that
/// there are; one that got a reply with a body has its beginning as reply.
void to_json(json::Writer& out, const OutboxRecord& record);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE void to_json(json::Writer& out, const OutboxRecord& record) {
  const bool is_pending = record.state == OutboxState::pending;
  const bool is_held = record.state == OutboxState::held;
  const bool is_over = !is_pending && !is_held && record.state != OutboxState::grouping;
  const auto time = [&](std::string_view key, Timestamp at, bool is_known) {
    out.key(key);
    if (is_known) {
      out.string(to_rfc3339(at));
    } else {
      out.null();
    }
  };
  const auto recipients = [&](std::string_view key, const std::vector<std::string>& addresses) {
    if (addresses.empty()) return;
    out.key(key);
    out.array([&] {
      for (const std::string& address : addresses) out.string(address);
    });
  };
  out.object([&] {
    out.member("id", record.key);
    out.member("notifier_id", record.notifier_id);
    out.member("event_id", record.event_id);
    out.member("event_type", record.event_type);
    out.member("platform", to_string(record.platform));
    out.member("state", to_string(record.state));
    time("created_at", record.created_at, true);
    time("next_at", record.next_at, is_pending);
    time("ended_at", record.next_at, is_over);
    if (is_held) time("held_until", record.next_at, true);
    out.key("attempts");
    out.array([&] {
      for (const DeliveryAttempt& attempt : record.history) {
        out.object([&] {
          time("at", attempt.at, true);
          out.member("outcome", to_string(attempt.action));
          out.key("status");
          if (attempt.status != 0) {
            out.integer(attempt.status);
          } else {
            out.null();
          }
          out.member("reason", attempt.reason);
          recipients("remaining", attempt.remaining);
          recipients("refused", attempt.refused);
          if (!attempt.reply.empty()) out.member("reply", attempt.reply);
          if (!attempt.receipt.empty()) out.member("receipt", attempt.receipt);
          if (attempt.duration_ms) {
            out.key("duration_ms");
            out.integer(*attempt.duration_ms);
          }
        });
      }
    });
  });
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
