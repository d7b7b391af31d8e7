// A delivery's record as the API and the dashboard show it: what became of it, without content and secrets.

#pragma once

#include <string_view>

#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes a record as an object with the keys id (the idempotency key), notifier_id, event_id, event_type, platform,
/// state, created_at, next_at (null once it has ended), ended_at (null before) and attempts: an array, oldest first, of
/// objects with at, outcome (an action's name), status (null where no reply came) and reason.
inline void to_json(json::Writer& out, const OutboxRecord& record) {
  const bool is_pending = record.state == OutboxState::pending;
  const auto time = [&](std::string_view key, Timestamp at, bool is_known) {
    out.key(key);
    if (is_known) {
      out.string(to_rfc3339(at));
    } else {
      out.null();
    }
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
    time("ended_at", record.next_at, !is_pending);
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
        });
      }
    });
  });
}

NOTIFIER_NAMESPACE_END
