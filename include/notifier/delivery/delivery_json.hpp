// A delivery as JSON, for a store. Holds all secrets of the delivery: not for logs, nor for answers of an API.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What is written of a body.
enum class BodyParts : std::uint8_t {
  whole,
  front  ///< for a store that keeps the rest apart
};

/// Writes a delivery as one object; empty members are left out, and what was truncated is not kept.
void to_json(json::Writer& out, const Delivery& delivery, BodyParts parts = BodyParts::whole);

/// Reads what to_json() wrote.
/// @param rest  of the body, where it was kept apart
/// @return errc::invalid where there is no idempotency key or no platform
Result<Delivery> delivery_from_json(json::View object, std::shared_ptr<const std::string> rest = nullptr);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <utility>

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

template <class Member>
void each_text_member(Member&& member) {
  member("key", &Delivery::idempotency_key);
  member("notifier_id", &Delivery::notifier_id);
  member("notifier_name", &Delivery::notifier_name);
  member("app_id", &Delivery::app_id);
  member("event_id", &Delivery::event_id);
  member("event_type", &Delivery::event_type);
  member("method", &Delivery::method);
  member("url", &Delivery::url);
  member("from", &Delivery::from);
}

/// 64 bits as text, since numbers in JSON have 53.
inline std::string to_hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

inline std::uint64_t read_hex(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (const char c : text) value = value << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return value;
}

/// One of a host's own that nobody knows any more is delivered and judged as a webhook.
inline bool read_platform(std::string_view name, Platform& out) noexcept {
  const PlatformInfo* const info = find_platform_by_name(name);
  if (info != nullptr) out = info->platform;
  return !name.empty();
}

template <class Member>
void each_arrival_text(Member&& member) {
  member("group", &Arrival::group);
  member("type", &Arrival::type);
  member("title", &Arrival::title);
  member("link", &Arrival::link);
  member("subject", &Arrival::subject);
}

/// All but the event, which is the body.
inline void write_arrival(json::Writer& out, const Arrival& arrival) {
  out.object([&] {
    each_arrival_text([&](std::string_view name, std::string Arrival::*text) {
      if (!(arrival.*text).empty()) out.member(name, arrival.*text);
    });
    out.member("severity", to_string(arrival.severity));
    if (arrival.stands_alone) {
      out.key("stands_alone");
      out.boolean(true);
    }
    if (arrival.ends_alert) {
      out.key("ends_alert");
      out.boolean(true);
    }
  });
}

inline std::shared_ptr<const Arrival> read_arrival(json::View object) {
  if (!object.is_object()) return nullptr;
  auto arrival = std::make_shared<Arrival>();
  each_arrival_text(
      [&](std::string_view name, std::string Arrival::*text) { (*arrival).*text = object[name].string(); });
  arrival->severity = severity_named(object["severity"].string());
  arrival->stands_alone = object["stands_alone"].boolean();
  arrival->ends_alert = object["ends_alert"].boolean();
  return arrival;
}

}  // namespace detail::net

NOTIFIER_INLINE void to_json(json::Writer& out, const Delivery& delivery, BodyParts parts) {
  out.object([&] {
    out.member("platform", to_string(delivery.platform));
    detail::net::each_text_member([&](std::string_view name, std::string Delivery::*text) {
      if (!(delivery.*text).empty()) out.member(name, delivery.*text);
    });
    if (delivery.target != 0) out.member("target", detail::net::to_hex(delivery.target));
    const std::string_view rest = parts == BodyParts::whole ? delivery.body.rest() : std::string_view();
    if (!delivery.body.front().empty() || !rest.empty()) {
      out.key("body");
      out.string(delivery.body.front(), rest);
    }
    if (!delivery.headers.empty()) {
      out.key("headers");
      out.array([&] {
        for (const Header& header : delivery.headers) {
          out.array([&] {
            out.string(header.name);
            out.string(header.value);
          });
        }
      });
    }
    if (!delivery.to.empty()) {
      out.key("to");
      out.array([&] {
        for (const std::string& recipient : delivery.to) out.string(recipient);
      });
    }
    if (NOTIFIER_ARRIVALS != 0 && delivery.arrival != nullptr) {
      out.key("arrival");
      detail::net::write_arrival(out, *delivery.arrival);
    }
  });
}

NOTIFIER_INLINE Result<Delivery> delivery_from_json(json::View object, std::shared_ptr<const std::string> rest) {
  Delivery delivery;
  const bool known = detail::net::read_platform(object.string("platform"), delivery.platform);
  detail::net::each_text_member(
      [&](std::string_view name, std::string Delivery::*text) { delivery.*text = object.string(name); });
  delivery.body = Body(std::string(object.string("body")), std::move(rest));
  if (!known || delivery.idempotency_key.empty()) {
    Error error;
    error.code = errc::invalid;
    error.message = "is no stored delivery";
    return error;
  }
  object["headers"].for_each_element([&](json::View pair) {
    std::string parts[2];
    std::size_t count = 0;
    pair.for_each_element([&](json::View part) {
      if (count < 2) parts[count] = part.string();
      ++count;
    });
    delivery.headers.push_back({std::move(parts[0]), std::move(parts[1])});
  });
  delivery.limits = platform_info(delivery.platform).target_limits;
  delivery.target = detail::net::read_hex(object.string("target"));
  object["to"].for_each_element([&](json::View recipient) { delivery.to.emplace_back(recipient.string()); });
  if (NOTIFIER_ARRIVALS != 0) delivery.arrival = detail::net::read_arrival(object["arrival"]);
  return delivery;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
