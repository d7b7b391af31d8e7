// The programs without this library beside it, over the same events: whether they write the same.

#pragma once

#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/notifier.hpp"
#include "peer/program.hpp"

namespace bench {

using Events = std::vector<std::string>;

/// A program without this library that has the same notifiers.
template <class Json>
peer::Program<Json> make_peer(const notifier::Registry& registry) {
  peer::Program<Json> program;
  for (const notifier::App& app : registry.apps()) {
    for (const notifier::Notifier& n : registry.list(app.id)) {
      peer::Notifier copy;
      copy.id = n.id;
      copy.platform = std::string(to_string(n.platform));
      copy.url = n.type_data.text("webhook_url");
      copy.active = n.active;
      copy.send_all_events = n.send_all_events;
      if (!n.type_data.texts("emails").empty()) copy.email = n.type_data.texts("emails")[0];
      program.add(app.id, std::move(copy));
    }
  }
  return program;
}

/// A ratio between different work means nothing.
/// @return whether both sides write the same. Members of a payload may stand in another order, as they do for picojson.
/// The
///         first difference is printed.
template <class Json>
bool peer_agrees(notifier::Router& router, const Events& events, const peer::Program<Json>& program) {
  using Payloads = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::string_view> views(events.begin(), events.end());
  std::vector<Payloads> batched(events.size());
  router.route(
      views.data(), views.size(),
      [&](std::size_t i, const notifier::DeliveryView& d) { batched[i].emplace_back(d.notifier_id, d.body); },
      [](std::size_t, const notifier::Error&) {});
  for (const std::string& event : events) {
    Payloads ours, theirs;
    auto routed =
        router.route(event, [&](const notifier::DeliveryView& d) { ours.emplace_back(d.notifier_id, d.body); });
    program.route(event, [&](const peer::Notifier& n, const std::string& body) { theirs.emplace_back(n.id, body); });
    const std::size_t index = static_cast<std::size_t>(&event - events.data());
    bool same = routed.has_value() && ours.size() == theirs.size() && ours == batched[index];
    for (std::size_t i = 0; same && i < ours.size(); ++i) {
      same = ours[i] == theirs[i] || (!Json::keeps_order && ours[i].first == theirs[i].first &&
                                      nlohmann::json::parse(ours[i].second) == nlohmann::json::parse(theirs[i].second));
      if (same) continue;
      std::fprintf(stderr, "ours:   %s\ntheirs: %s\n", ours[i].second.c_str(), theirs[i].second.c_str());
    }
    if (same) continue;
    std::fprintf(stderr, "the peer writes something else for\n%s\n", event.c_str());
    return false;
  }
  return true;
}

}  // namespace bench
