// What a Registry has behind its pointer.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "notifier/registry/change.hpp"
#include "notifier/registry/options.hpp"
#include "notifier/registry/preparation.hpp"
#include "notifier/registry/reserved_keys.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

struct RegistryCore {
  RegistryOptions options;
  std::atomic<std::int64_t> ticks{0};  // the clock where the host gives none
  std::mutex writing;
  ReservedKeys reserved;
  std::condition_variable released;
  std::unique_ptr<Preparation> stored;  // and not seen yet

  // Readers look at the generation, and take the mutex for the length of a copy only when it has moved.
  std::atomic<std::uint64_t> generation{0};
  std::mutex publishing;
  std::shared_ptr<const State> state;
};

/// Checks a change that puts a notifier, and makes it. What plans is read before what applies.
Result<void> apply_notifier(const Change& change, State& next);

}  // namespace detail
NOTIFIER_NAMESPACE_END
