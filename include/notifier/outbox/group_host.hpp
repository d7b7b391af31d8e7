#pragma once

#include <optional>
#include <string_view>

#include "notifier/function.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What an outbox asks its host where events are told together. Called within Outbox::claim() and recover().
struct GroupHost {
  /// How a notifier's events are told together, as it is now: GroupPolicy::of(). nullopt where the notifier is gone:
  /// what is held for it goes, too.
  Function<std::optional<GroupPolicy>(std::string_view app_id, std::string_view notifier_id)> policy;
  /// Makes a digest's delivery: Router::digest(). errc::not_found where the notifier is gone; after another error it is
  /// asked again.
  Function<Result<Delivery>(std::string_view app_id, std::string_view notifier_id, const Digest& digest,
                            std::string_view key)>
      render;
  ZoneLookup zones;  ///< what is known of time zones, as system_zones(); empty: all are UTC
};

NOTIFIER_NAMESPACE_END
