#pragma once

#include <string>
#include <string_view>

#include "notifier/api/history.hpp"
#include "notifier/function.hpp"
#include "notifier/routing/options.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What an Api takes from its host; every member has a default.
struct ApiOptions {
  RouterOptions router;  ///< its clock also dates test events and removals
  /// Ids of the events that changes make, and of those that come without one and without an Idempotency-Key (`prefix`
  /// is "ev-"). Empty: derived from the change; and what RouterOptions::new_id says.
  Function<std::string(std::string_view prefix)> new_id;
  History* history = nullptr;  ///< null: no history is kept, its endpoints answer empty lists. Else it outlives the Api
};

NOTIFIER_NAMESPACE_END
