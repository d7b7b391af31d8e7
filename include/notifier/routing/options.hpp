#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "notifier/model/time.hpp"
#include "notifier/model/user.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a Router takes from its host; every member has a default.
struct RouterOptions {
  UserLookup users;                  ///< empty: the registry's users, and the app's owner
  std::function<Timestamp()> clock;  ///< for the Date of a mail whose event has no time; empty: 1970-01-01
  /// Ids for events that have none (`prefix` is "ev-"): each that is routed is then an event of its own, delivered also
  /// where one with the same bytes was before. Empty: such an event is known by its bytes, so that output can be
  /// reproduced.
  std::function<std::string(std::string_view prefix)> new_id;
};

NOTIFIER_NAMESPACE_END
