// What an outbox asks where events are told together, answered by a registry and a router.

#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "notifier/grouping/policy.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/digest.hpp"
#include "notifier/outbox/group_host.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/result.hpp"
#include "notifier/routing/router.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The host of Outbox::tell_together() for the notifiers of a registry, with the time zones that it knows.
///
/// @param router  renders the digests, within Outbox::claim(): that of the thread which claims. Both outlive the outbox
inline GroupHost group_host(Registry& registry, Router& router) {
  GroupHost host;
  host.policy = [&registry](std::string_view app_id, std::string_view notifier_id) -> std::optional<GroupPolicy> {
    const auto notifier = registry.find_stored(app_id, notifier_id);
    if (!notifier) return std::nullopt;
    auto policy = GroupPolicy::of(*notifier);
    return policy ? *std::move(policy) : GroupPolicy();
  };
  host.render = [&router](std::string_view app_id, std::string_view notifier_id, const Digest& digest,
                          std::string_view key) -> Result<Delivery> {
    const auto delivery = router.digest(app_id, notifier_id, digest, key);
    if (!delivery) return delivery.error();
    return Delivery::own(*delivery);
  };
  host.zones = registry.zones();
  return host;
}

NOTIFIER_NAMESPACE_END
