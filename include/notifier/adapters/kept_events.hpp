// How much of the history of events a store keeps.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The latest events, and never less than the very latest.
struct KeptEvents {
  KeptEvents() = default;
  /// @param in_all  0: whatever those of all apps take together
  KeptEvents(std::size_t count, std::size_t bytes, std::size_t in_all)
      : count_per_app(at_most(count)), bytes_per_app(at_most(bytes)), bytes_in_all(at_most(in_all)) {}

  std::int64_t count_per_app = 0;
  std::int64_t bytes_per_app = 0;
  std::int64_t bytes_in_all = 0;

 private:
  /// What databases count with, and may be added to.
  static std::int64_t at_most(std::size_t amount) {
    return static_cast<std::int64_t>((std::min)(std::uint64_t{amount}, std::uint64_t{1} << 60));
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
