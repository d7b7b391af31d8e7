// What tests of deliveries that are told together share: a registry, a router and an outbox whose time is the test's.

#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/group_host.hpp"
#include "notifier/notifier.hpp"

namespace grouping_outbox {

inline constexpr std::int64_t second = 1000;
inline constexpr std::int64_t minute = 60 * second;

/// @param grouping  members of the notifier `no-1`, as `"grouping":{...}`
inline std::string snapshot(const std::string& grouping, const std::string& platform = "slack") {
  const std::string data = platform == "email" ? R"({"emails":["anna@example.com"]})"
                                               : R"({"webhook_url":"https://hooks.example.com/services/T0/B0/x"})";
  return R"({"apps":[{"id":"app-1","name":"shop","notifiers":[{"id":"no-1","name":"ops","platform":")" + platform +
         R"(","send_all_events":true,"type_data":)" + data + (grouping.empty() ? "" : "," + grouping) + "}]}]}";
}

inline std::string crash(std::size_t number, std::string_view type = "repeated_crash") {
  return R"({"id":"ev-)" + std::to_string(number) + R"(","type":")" + std::string(type) +
         R"(","app_id":"app-1","type_data":{}})";
}

/// One process: what it knows beside its storage is gone with it.
class Process {
 public:
  Process(notifier::Registry& registry, notifier::OutboxStorage& storage, notifier::ZoneLookup zones = {})
      : router_(registry), outbox_(storage) {
    notifier::GroupHost host = notifier::group_host(registry, router_);
    host.zones = std::move(zones);
    outbox_.tell_together(std::move(host));
  }

  std::vector<notifier::Delivery> route(std::string_view event) {
    std::vector<notifier::Delivery> deliveries;
    const auto routed = router_.route(
        event, [&](const notifier::DeliveryView& view) { deliveries.push_back(notifier::Delivery::own(view)); });
    REQUIRE(routed);
    return deliveries;
  }
  void take(std::string_view event, notifier::Moment now) { REQUIRE(outbox_.enqueue(route(event), now)); }

  /// Sends all that may be sent now; all of it arrives.
  std::vector<notifier::Delivery> send(notifier::Moment now) {
    std::vector<notifier::Delivery> sent;
    for (;;) {
      std::vector<notifier::OutboxClaim> claims;
      outbox_.claim(now, 100, claims);
      for (notifier::OutboxClaim& claim : claims) {
        REQUIRE(outbox_.record(claim.sequence, {notifier::Verdict::Action::delivered, 200, "fine", std::nullopt}, now));
        sent.push_back(std::move(claim.delivery));
      }
      static_cast<void>(outbox_.flush());
      if (claims.empty() && outbox_.wait_ms(now).value_or(1) != 0) return sent;
    }
  }
  notifier::Outbox& outbox() { return outbox_; }

 private:
  notifier::Router router_;
  notifier::Outbox outbox_;
};

inline notifier::Moment later(notifier::Moment now, std::int64_t ms) {
  return {{now.wall.ms + ms}, now.steady_ms + ms};
}

/// The body of a delivery, whole.
inline std::string body(const notifier::Delivery& delivery) { return delivery.body.str(); }

/// So many events a digest counts in its title, as "shop: 41 more repeated crash events"; 1 where it is none.
inline std::uint64_t counted(const notifier::Delivery& delivery) {
  if (delivery.event_type != "digest") return 1;
  const std::string text = body(delivery);
  for (std::size_t at = text.find("shop: "); at != std::string::npos; at = text.find("shop: ", at + 1)) {
    const std::uint64_t count = std::strtoull(text.c_str() + at + 6, nullptr, 10);
    if (count != 0) return count;
  }
  return 0;
}

}  // namespace grouping_outbox
