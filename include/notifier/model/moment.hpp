#pragma once

#include <cstdint>

#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A moment by both of a machine's clocks, handed in by the host with every call that has to do with time.
///
/// What waits in memory waits by `steady_ms`, so that a step of the wall clock holds nothing back and hurries nothing.
/// What is stored or shown is dated by `wall`; a date read from a store is never trusted further than the longest wait
/// there is.
struct Moment {
  Timestamp wall;              ///< the time of day: may step, either way
  std::int64_t steady_ms = 0;  ///< from any origin, which stays the same as long as the process: never goes back
};

NOTIFIER_NAMESPACE_END
