#pragma once

#include <memory>
#include <vector>

#include "notifier/registry/change.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/reserved_keys.hpp"
#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What a Prepared stands for.
struct Preparation {
  std::vector<Change> changes;              // of what was accepted
  ReservedKeys::Keys keys;                  // likewise
  std::shared_ptr<const State> base, next;  // without and with the changes; null where there are none
  std::unique_ptr<Preparation> later;       // stored after this one, and not seen yet either
};

/// Makes changes in a state that is not published, one after the other. Where one cannot be, the state is of no use.
Result<void> apply(const std::vector<Change>& changes, State& next);

}  // namespace detail
NOTIFIER_NAMESPACE_END
