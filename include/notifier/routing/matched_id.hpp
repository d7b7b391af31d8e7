#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A notifier that accepts one of some events.
struct MatchedId {
  std::size_t event;
  std::string_view id;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
