#pragma once

#include <memory>
#include <vector>

#include "notifier/registry/change.hpp"
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

/// What a change is answered that touches what is reserved.
inline Error is_reserved() {
  Error error;
  error.code = errc::conflict;
  error.message = "somebody else is changing the same at this moment";
  return error;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
