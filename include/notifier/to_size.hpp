#pragma once

#include <cstddef>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A number that fits into std::size_t, where one that wide is no cast at all on some machines and one on others.
template <class Integer>
constexpr std::size_t to_size(Integer value) noexcept {
  return static_cast<std::size_t>(value);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
