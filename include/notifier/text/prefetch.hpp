#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Starts to load the cache line of an address, which need not be valid.
inline void prefetch(const void* address) noexcept {
#if defined(__GNUC__) && !defined(__wasm__)
  __builtin_prefetch(address);
#else
  static_cast<void>(address);
#endif
}

/// Starts to load a text, so far as it fits beside others in the innermost cache.
inline void prefetch(std::string_view text) noexcept {
  constexpr std::size_t line = 64;
  constexpr std::size_t most = 4096;
  for (std::size_t at = 0; at < (std::min)(text.size(), most); at += line) prefetch(text.data() + at);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
