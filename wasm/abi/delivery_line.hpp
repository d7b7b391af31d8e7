// A delivery as the program notifier-route writes it: one object to a line.

#pragma once

#include <cstddef>

#include "notifier/json/writer.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"

namespace notifier_wasm {

inline void write_json(notifier::json::Writer& out, const notifier::DeliveryView& delivery) {
  out.begin_object();
  out.member("event_id", delivery.event_id);
  out.member("notifier_id", delivery.notifier_id);
  out.member("notifier_name", delivery.notifier_name);
  out.member("platform", notifier::to_string(delivery.platform));
  if (notifier::is_mail(delivery.platform)) {
    out.member("from", delivery.from);
    out.key("to");
    out.begin_array();
    for (std::size_t i = 0; i < delivery.to_count; ++i) out.string(delivery.to[i]);
    out.end_array();
    out.member("message", delivery.body);
  } else {
    out.member("method", delivery.method);
    out.member("url", delivery.url);
    out.key("headers");
    out.begin_object();
    for (std::size_t i = 0; i < delivery.header_count; ++i) {
      out.escaped_key(delivery.headers[i].name);
      out.string(delivery.headers[i].value);
    }
    out.end_object();
    out.member("body", delivery.body);
  }
  out.key("truncations");
  out.begin_array();
  for (std::size_t i = 0; i < delivery.truncation_count; ++i) {
    const notifier::Truncation& cut = delivery.truncations[i];
    out.begin_object();
    out.member("part", cut.part);
    out.key("length");
    out.unsigned_integer(cut.length);
    out.key("kept");
    out.unsigned_integer(cut.kept);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

}  // namespace notifier_wasm
