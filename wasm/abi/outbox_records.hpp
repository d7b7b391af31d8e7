// What the outbox's machine and its host tell each other, in JSON: records, what is to be written, names.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/delivery/delivery_json.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/platform/table.hpp"

namespace notifier_wasm {

using notifier::OutboxRecord;
using notifier::json::View;
using notifier::json::Writer;

inline std::int64_t integer(View value, std::int64_t otherwise = 0) {
  value.integer(otherwise);
  return otherwise;
}

/// The first of `values` with this name, or `otherwise`.
template <class Enum>
Enum read_name(std::string_view name, std::initializer_list<Enum> values, Enum otherwise) {
  for (const Enum value : values) {
    if (to_string(value) == name) return value;
  }
  return otherwise;
}

inline notifier::OutboxState read_state(std::string_view name) {
  using notifier::OutboxState;
  return read_name(name, {OutboxState::pending, OutboxState::delivered, OutboxState::dead, OutboxState::held},
                   OutboxState::pending);
}

inline notifier::Verdict::Action read_action(std::string_view name) {
  using Action = notifier::Verdict::Action;
  return read_name(
      name, {Action::delivered, Action::retry, Action::throttle, Action::disable, Action::fail, Action::postpone},
      Action::fail);
}

/// Writes a number that may be of 64 bits.
inline void number(Writer& out, std::string_view name, std::int64_t value) {
  out.key(name);
  out.integer(value);
}

/// Writes texts, where there are any.
inline void texts(Writer& out, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.key(name);
  out.array([&] {
    for (const std::string& text : texts) out.string(text);
  });
}

inline std::vector<std::string> read_texts(View array) {
  std::vector<std::string> texts;
  array.for_each_element([&](View text) { texts.emplace_back(text.string()); });
  return texts;
}

inline void write_attempt(Writer& out, const notifier::DeliveryAttempt& attempt) {
  out.object([&] {
    number(out, "at", attempt.at.ms);
    out.member("action", to_string(attempt.action));
    number(out, "status", attempt.status);
    out.member("reason", attempt.reason);
    texts(out, "remaining", attempt.remaining);
    texts(out, "refused", attempt.refused);
    if (!attempt.reply.empty()) out.member("reply", attempt.reply);
    if (!attempt.receipt.empty()) out.member("receipt", attempt.receipt);
    if (attempt.duration_ms) number(out, "duration_ms", *attempt.duration_ms);
  });
}

inline void write_record(Writer& out, const OutboxRecord& record) {
  out.object([&] {
    out.member("key", record.key);
    out.member("notifier_id", record.notifier_id);
    out.member("app_id", record.app_id);
    out.member("event_id", record.event_id);
    out.member("event_type", record.event_type);
    out.member("platform", to_string(record.platform));
    out.member("target", notifier::detail::net::to_hex(record.target));
    out.member("host", notifier::detail::net::to_hex(record.host));
    out.member("state", to_string(record.state));
    number(out, "attempts", record.attempts);
    number(out, "created_at", record.created_at.ms);
    number(out, "next_at", record.next_at.ms);
    number(out, "wait_ms", record.wait_ms);
    out.key("history");
    out.array([&] {
      for (const notifier::DeliveryAttempt& attempt : record.history) write_attempt(out, attempt);
    });
  });
}

/// Reads what the machine looks at: all but the history.
inline OutboxRecord read_record(View object) {
  OutboxRecord record;
  record.sequence = static_cast<std::uint64_t>(integer(object["sequence"]));
  record.key = object.string("key");
  record.notifier_id = object.string("notifier_id");
  record.app_id = object.string("app_id");
  record.event_id = object.string("event_id");
  record.event_type = object.string("event_type");
  const notifier::PlatformInfo* platform = notifier::find_platform_by_name(object.string("platform"));
  if (platform != nullptr) record.platform = platform->platform;
  record.limits = notifier::platform_info(record.platform).target_limits;
  record.target = notifier::detail::net::read_hex(object.string("target"));
  record.host = notifier::detail::net::read_hex(object.string("host"));
  record.state = read_state(object.string("state"));
  record.attempts = static_cast<unsigned>(integer(object["attempts"]));
  record.created_at = {integer(object["created_at"])};
  record.next_at = {integer(object["next_at"])};
  record.wait_ms = integer(object["wait_ms"], -1);
  return record;
}

inline void write_json(Writer& out, const notifier::OutboxWrite& write) {
  using Kind = notifier::OutboxWrite::Kind;
  out.object([&] {
    switch (write.kind) {
      case Kind::change: {
        const notifier::OutboxChange& change = write.change;
        out.member("op", "update");
        out.key("sequence");
        out.unsigned_integer(change.sequence);
        out.member("state", to_string(change.state));
        number(out, "attempts", change.attempts);
        number(out, "next_at", change.next_at.ms);
        number(out, "wait_ms", change.wait_ms);
        if (change.attempt) {
          out.key("attempt");
          write_attempt(out, *change.attempt);
        }
        texts(out, "recipients", change.recipients);
        break;
      }
      case Kind::health:
        out.member("op", "health");
        out.member("notifier_id", write.notifier_id);
        number(out, "failing_ms", write.health.failing_ms);
        number(out, "last_failure", write.health.last_failure.ms);
        number(out, "failures", write.health.failures);
        break;
      case Kind::clock:
        out.member("op", "clock");
        number(out, "wall", write.clock.wall.ms);
        number(out, "kept", write.clock.kept.ms);
        break;
    }
  });
}

}  // namespace notifier_wasm
