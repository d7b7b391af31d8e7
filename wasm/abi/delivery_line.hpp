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
    for (const std::string_view to : delivery.to) out.string(to);
    out.end_array();
    out.member("message", delivery.body);
  } else {
    out.member("method", delivery.method);
    out.member("url", delivery.url);
    out.key("headers");
    out.begin_object();
    for (const notifier::HeaderView& header : delivery.headers) {
      out.escaped_key(header.name);
      out.string(header.value);
    }
    out.end_object();
    out.member("body", delivery.body);
  }
  out.key("truncations");
  out.begin_array();
  for (const notifier::Truncation& cut : delivery.truncations) {
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
