#pragma once

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Starts to load the cache line of an address, which need not be valid.
inline void prefetch(const void* address) noexcept {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#else
  static_cast<void>(address);
#endif
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
