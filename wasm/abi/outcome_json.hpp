// Deliveries and outcomes as the JSON that the TypeScript API hands out: keys in camel case, an email as nodemailer
// takes it; but of a body that several deliveries share the rest of, that is written once, however many they are.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "answer.hpp"
#include "notifier/api/response.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/change.hpp"

namespace notifier_wasm {

inline void write_headers(notifier::json::Writer& out, const std::vector<notifier::Header>& headers) {
  out.key("headers");
  out.object([&] {
    for (const notifier::Header& header : headers) {
      out.escaped_key(header.name);
      out.string(header.value);
    }
  });
}

/// The rests of the bodies that were written so far, each once. Of an event they come one after the other, so that no
/// more than the last ones are looked at.
class Rests {
 public:
  /// Where this one is.
  std::size_t place(const std::string* rest) {
    const std::size_t end = rests_.size();
    const std::size_t begin = end > most_looked_at ? end - most_looked_at : 0;
    for (std::size_t at = end; at > begin; --at) {
      if (rests_[at - 1] == rest) return at - 1;
    }
    rests_.push_back(rest);
    return end;
  }
  const std::vector<const std::string*>& all() const noexcept { return rests_; }

 private:
  static constexpr std::size_t most_looked_at = 1000;

  std::vector<const std::string*> rests_;
};

inline void write_json(notifier::json::Writer& out, const notifier::Delivery& delivery, Rests& rests) {
  out.begin_object();
  out.member("notifierId", delivery.notifier_id);
  out.member("notifierName", delivery.notifier_name);
  out.member("appId", delivery.app_id);
  out.member("platform", notifier::to_string(delivery.platform));
  out.member("eventId", delivery.event_id);
  out.member("eventType", delivery.event_type);
  out.member("idempotencyKey", delivery.idempotency_key);
  if (notifier::is_mail(delivery.platform)) {
    out.key("envelope");
    out.object([&] {
      out.member("from", delivery.from);
      out.key("to");
      out.array([&] {
        for (const std::string& to : delivery.to) out.string(to);
      });
    });
  } else {
    out.member("method", delivery.method);
    out.member("url", delivery.url);
    write_headers(out, delivery.headers);
    if (delivery.target != 0) out.member("pacedAs", notifier::detail::net::to_hex(delivery.target));
  }
  if (delivery.arrival != nullptr) {
    out.key("arrival");
    notifier::detail::net::write_arrival(out, *delivery.arrival);
  }
  if (!delivery.body.front().empty()) out.member("front", delivery.body.front());
  if (const std::string* const rest = delivery.body.shared_rest().get()) {
    out.key("rest");
    out.unsigned_integer(rests.place(rest));
  }
  out.key("truncations");
  out.array([&] {
    for (const notifier::Truncation& cut : delivery.truncations) {
      out.object([&] {
        out.member("part", cut.part);
        out.key("length");
        out.unsigned_integer(cut.length);
        out.key("kept");
        out.unsigned_integer(cut.kept);
      });
    }
  });
  out.end_object();
}

inline void write_json(notifier::json::Writer& out, const notifier::Outcome& outcome) {
  out.begin_object();
  out.key("response");
  out.object([&] {
    out.key("status");
    out.integer(outcome.response.status);
    write_headers(out, outcome.response.headers);
    out.member("body", outcome.response.body);
  });
  out.key("changes");
  out.array([&] {
    for (const notifier::Change& change : outcome.changes) notifier::write_json(out, change);
  });
  out.key("events");
  out.array([&] {
    for (const notifier::RecordedEvent& event : outcome.events) {
      out.object([&] {
        out.member("appId", event.app_id);
        out.member("id", event.id);
        out.member("json", event.json);
      });
    }
  });
  Rests rests;
  out.key("deliveries");
  out.array([&] {
    for (const notifier::Delivery& delivery : outcome.deliveries) write_json(out, delivery, rests);
  });
  out.key("rests");
  out.array([&] {
    for (const std::string* rest : rests.all()) out.string(*rest);
  });
  if (!outcome.stream_app_id.empty()) out.member("streamAppId", outcome.stream_app_id);
  out.end_object();
}

}  // namespace notifier_wasm
