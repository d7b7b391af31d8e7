// The outbox's storage, kept by the host: each call is a question in JSON, `{"op","..."}`, and an answer in JSON.
//
// Every answer may be `{"error":true}`: then nothing has changed. Contents of deliveries stay with the host, which has
// them at hand when it enqueues and when it sends; what passes here is what the state machine is about.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host.hpp"
#include "notifier/catalogue/platforms.hpp"
#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier_delivery.h"

namespace notifier_wasm {

using notifier::OutboxRecord;
using notifier::Result;
using notifier::Timestamp;
using notifier::json::View;
using notifier::json::Writer;

inline std::int64_t integer(View value, std::int64_t otherwise = 0) {
  value.integer(otherwise);
  return otherwise;
}

/// 64 bits as text, since numbers in JavaScript have 53.
inline std::string to_hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

inline std::uint64_t from_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) value = value << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return value;
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
  return read_name(name, {OutboxState::pending, OutboxState::delivered, OutboxState::dead}, OutboxState::pending);
}

inline notifier::Verdict::Action read_action(std::string_view name) {
  using Action = notifier::Verdict::Action;
  return read_name(name, {Action::delivered, Action::retry, Action::throttle, Action::disable, Action::fail},
                   Action::fail);
}

inline void write_attempt(Writer& out, const notifier::DeliveryAttempt& attempt) {
  out.object([&] {
    out.key("at");
    out.integer(attempt.at.ms);
    out.member("action", to_string(attempt.action));
    out.key("status");
    out.integer(attempt.status);
    out.member("reason", attempt.reason);
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
    out.member("target", to_hex(record.target));
    out.member("host", to_hex(record.host));
    out.member("state", to_string(record.state));
    out.key("attempts");
    out.unsigned_integer(record.attempts);
    out.key("created_at");
    out.integer(record.created_at.ms);
    out.key("next_at");
    out.integer(record.next_at.ms);
    out.key("history");
    out.array([&] {
      for (const notifier::DeliveryAttempt& attempt : record.history) write_attempt(out, attempt);
    });
  });
}

inline OutboxRecord read_record(View object) {
  OutboxRecord record;
  record.sequence = static_cast<std::uint64_t>(integer(object["sequence"]));
  record.key = object["key"].string();
  record.notifier_id = object["notifier_id"].string();
  record.app_id = object["app_id"].string();
  record.event_id = object["event_id"].string();
  record.event_type = object["event_type"].string();
  const notifier::PlatformInfo* platform = notifier::find_platform_by_name(object["platform"].string());
  if (platform != nullptr) record.platform = platform->platform;
  record.target = from_hex(object["target"].string());
  record.host = from_hex(object["host"].string());
  record.state = read_state(object["state"].string());
  record.attempts = static_cast<unsigned>(integer(object["attempts"]));
  record.created_at = {integer(object["created_at"])};
  record.next_at = {integer(object["next_at"])};
  object["history"].for_each_element([&](View attempt) {
    record.history.push_back({{integer(attempt["at"])},
                              read_action(attempt["action"].string()),
                              static_cast<int>(integer(attempt["status"])),
                              std::string(attempt["reason"].string())});
  });
  return record;
}

class HostStorage : public notifier::OutboxStorage {
 public:
  Result<std::uint64_t> insert(const OutboxRecord& record, const notifier::Delivery&) override {
    return ask(
        "insert",
        [&](Writer& out) {
          out.key("record");
          write_record(out, record);
        },
        [](View said) { return static_cast<std::uint64_t>(integer(said["sequence"])); });
  }

  Result<void> update(const notifier::OutboxChange& change) override {
    return tell("update", [&](Writer& out) {
      out.key("sequence");
      out.unsigned_integer(change.sequence);
      out.member("state", to_string(change.state));
      out.key("attempts");
      out.unsigned_integer(change.attempts);
      out.key("next_at");
      out.integer(change.next_at.ms);
      if (!change.attempt) return;
      out.key("attempt");
      write_attempt(out, *change.attempt);
    });
  }

  Result<void> set_health(std::string_view notifier_id, const notifier::NotifierHealth& health) override {
    return tell("set_health", [&](Writer& out) {
      out.member("notifier_id", notifier_id);
      out.key("failing_since");
      out.integer(health.failing_since.ms);
      out.key("failures");
      out.unsigned_integer(health.failures);
    });
  }

  Result<std::size_t> forget(Timestamp delivered_before, Timestamp dead_before) override {
    return ask(
        "forget",
        [&](Writer& out) {
          out.key("delivered_before");
          out.integer(delivered_before.ms);
          out.key("dead_before");
          out.integer(dead_before.ms);
        },
        [](View said) { return static_cast<std::size_t>(integer(said["count"])); });
  }

  Result<void> commit() override {
    return tell("commit", [](Writer&) {});
  }

  void rollback() override {
    static_cast<void>(tell("rollback", [](Writer&) {}));
  }

  /// Only says whether the host has it.
  Result<notifier::Delivery> load(std::uint64_t sequence) override {
    const auto found = ask(
        "load",
        [&](Writer& out) {
          out.key("sequence");
          out.unsigned_integer(sequence);
        },
        [](View said) { return said["found"].boolean(); });
    if (!found) return found.error();
    if (*found) return notifier::Delivery();
    notifier::Error error;
    error.code = notifier::errc::not_found;
    error.message = "no such delivery is stored";
    return error;
  }

  /// In pages, so that no answer grows without bound.
  Result<void> each_pending(const std::function<void(const OutboxRecord&)>& call) override {
    std::uint64_t after = 0;
    bool is_more = true;
    while (is_more) {
      const auto done = ask(
          "pending",
          [&](Writer& out) {
            out.key("after");
            out.unsigned_integer(after);
          },
          [&](View said) {
            is_more = said["more"].boolean();
            said["records"].for_each_element([&](View object) {
              const OutboxRecord record = read_record(object);
              after = record.sequence;
              call(record);
            });
            return true;
          });
      if (!done) return done.error();
    }
    return {};
  }

  Result<void> each_health(
      const std::function<void(std::string_view, const notifier::NotifierHealth&)>& call) override {
    const auto done = ask(
        "health", [](Writer&) {},
        [&](View said) {
          said["health"].for_each_element([&](View one) {
            call(one["notifier_id"].string(),
                 {{integer(one["failing_since"])}, static_cast<unsigned>(integer(one["failures"]))});
          });
          return true;
        });
    if (!done) return done.error();
    return {};
  }

  Result<std::optional<OutboxRecord>> find(std::string_view key) override {
    return ask(
        "find", [&](Writer& out) { out.member("key", key); },
        [](View said) {
          std::optional<OutboxRecord> record;
          if (said["record"].is_object()) record = read_record(said["record"]);
          return record;
        });
  }

  Result<std::size_t> list(const notifier::OutboxQuery& query, std::vector<OutboxRecord>& out) override {
    return ask(
        "list",
        [&](Writer& question) {
          question.member("notifier_id", query.notifier_id);
          if (query.state) question.member("state", to_string(*query.state));
          question.key("offset");
          question.unsigned_integer(query.offset);
          question.key("limit");
          question.unsigned_integer(query.limit);
        },
        [&](View said) {
          said["records"].for_each_element([&](View object) { out.push_back(read_record(object)); });
          return static_cast<std::size_t>(integer(said["total"]));
        });
  }

 private:
  /// @param write  adds the question's members beside `op`
  /// @param read   makes what is asked for of the answer
  template <class Write, class Read>
  auto ask(std::string_view op, Write&& write, Read&& read) -> Result<decltype(read(View()))> {
    question_.clear();
    Writer out(question_);
    out.object([&] {
      out.member("op", op);
      write(out);
    });
    const std::uint32_t size =
        notifier_host_storage(address_of(question_.data()), static_cast<std::uint32_t>(question_.size()));
    const std::string text = take(size);
    const Result<View> root = document_.parse(text, text.size());
    if (root && !(*root)["error"].boolean()) return read(*root);
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the outbox cannot read or write its storage";
    return error;
  }

  template <class Write>
  Result<void> tell(std::string_view op, Write&& write) {
    const auto done = ask(op, write, [](View) { return true; });
    if (!done) return done.error();
    return {};
  }

  notifier::Buffer question_;
  notifier::json::Document document_;
};

}  // namespace notifier_wasm
