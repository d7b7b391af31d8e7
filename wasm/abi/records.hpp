// Deliveries as records: numbers that a host reads without parsing, and two runs of text that it decodes in one go
// each.

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "answer.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/text/utf8.hpp"

extern "C" char __heap_base;  // the linker's: what lies before it never moves and never changes

namespace notifier_wasm {

/// Length of UTF-8 text in UTF-16 units.
inline std::uint32_t utf16_length(std::string_view text) noexcept {
  return static_cast<std::uint32_t>(notifier::count_utf16(text));
}

/// Writes the deliveries of one event to `answer`.
class RecordWriter {
 public:
  /// @param decode  offsets into the bodies count UTF-16 units, not bytes.
  RecordWriter(std::string_view event, bool decode) noexcept : event_(event), decode_(decode) { answer.clear(); }

  void operator()(const notifier::DeliveryView& delivery) {
    const bool email = notifier::is_mail(delivery.platform);
    notifier_record record;
    record.platform = static_cast<std::uint32_t>(delivery.platform);
    record.notifier_id = still(delivery.notifier_id);
    record.notifier_name = still(delivery.notifier_name);
    record.app_id = still(delivery.app_id);
    record.target = email ? still(delivery.from) : url(delivery);
    record.method = any(delivery.method);
    record.paced_as[0] = static_cast<std::uint32_t>(delivery.target);
    record.paced_as[1] = static_cast<std::uint32_t>(delivery.target >> 32);
    if (answer.result.count == 0) {
      event_id_ = moving(delivery.event_id);
      event_type_ = moving(delivery.event_type);
    }
    record.event_id = event_id_;
    record.event_type = event_type_;
    record.key = moving(delivery.idempotency_key);
    record.arrival = arrival(delivery);
    const Body body = add_body(delivery);
    record.body = body.start;
    record.body_size = body.size;
    record.pairs = static_cast<std::uint32_t>(email ? delivery.to.size() : delivery.headers.size());
    record.cuts = static_cast<std::uint32_t>(delivery.truncations.size());
    put(record);
    if (email) {
      for (const std::string_view to : delivery.to) put(moving(to));
    } else {
      for (const notifier::HeaderView& header : delivery.headers) {
        put(any(header.name));
        put(any(header.value));
      }
    }
    for (const notifier::Truncation& cut : delivery.truncations) {
      put(any(cut.part));
      put(static_cast<std::uint32_t>(cut.length));
      put(static_cast<std::uint32_t>(cut.kept));
    }
    ++answer.result.count;
  }

 private:
  struct Body {
    std::uint64_t rest_id = 0;
    std::uint32_t start = 0;
    std::uint32_t size = 0;
  };
  static constexpr std::size_t bodies_size = 16;
  static constexpr std::uint32_t still_bit = 0x80000000u;

  static notifier_text still(std::string_view text) noexcept {
    return {address_of(text.data()), static_cast<std::uint32_t>(text.size()) | still_bit};
  }

  notifier_text moving(std::string_view text) {
    answer.text.append(text);
    const notifier_text result{heads_, utf16_length(text)};
    heads_ += result.size;
    return result;
  }

  /// Most URLs are a field of the notifier; the others are made anew for each delivery.
  notifier_text url(const notifier::DeliveryView& delivery) {
    return delivery.is_url_kept ? still(delivery.url) : moving(delivery.url);
  }

  notifier_text any(std::string_view text) {
    return address_of(text.data()) < address_of(&__heap_base) ? still(text) : moving(text);
  }

  /// As JSON, as a store keeps it: few deliveries have one.
  notifier_text arrival(const notifier::DeliveryView& delivery) {
    if (delivery.arrival == nullptr) return {0, 0};
    const std::size_t begin = answer.text.size();
    notifier::json::Writer out(answer.text);
    notifier::detail::net::write_arrival(out, *delivery.arrival);
    const notifier_text result{heads_, utf16_length(answer.text.view().substr(begin))};
    heads_ += result.size;
    return result;
  }

  Body add_body(const notifier::DeliveryView& delivery) {
    const std::string_view body = delivery.body;
    if (body.data() == event_.data() && body.size() == event_.size()) return {0, 0, UINT32_MAX};
    // What is shared whole is written once: but for a rest that another one has driven out, which is written again.
    Body& shared = bodies_[delivery.rest_id % bodies_size];
    const bool is_shared = delivery.front_size == 0 && delivery.rest_id != 0;
    if (is_shared && shared.rest_id == delivery.rest_id) return shared;
    const Body added{delivery.rest_id, body_, decode_ ? utf16_length(body) : static_cast<std::uint32_t>(body.size())};
    answer.bodies.append(body);
    body_ += added.size;
    if (is_shared) shared = added;
    return added;
  }

  template <class T>
  static void put(const T& value) {
    char* to = answer.records.room(sizeof value);
    std::memcpy(to, &value, sizeof value);
    answer.records.set_end(to + sizeof value);
  }

  std::string_view event_;
  bool decode_;
  notifier_text event_id_{};
  notifier_text event_type_{};
  std::uint32_t heads_ = 0;
  std::uint32_t body_ = 0;
  Body bodies_[bodies_size];
};

/// Writes address and size of each notifier's id.
struct IdWriter {
  void operator()(std::string_view id) const {
    const std::uint32_t pair[2] = {address_of(id.data()), static_cast<std::uint32_t>(id.size())};
    char* to = answer.records.room(sizeof pair);
    std::memcpy(to, pair, sizeof pair);
    answer.records.set_end(to + sizeof pair);
    ++answer.result.count;
  }
};

}  // namespace notifier_wasm
