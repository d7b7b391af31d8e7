#pragma once

#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The pieces one after the other: one call, where operator+ takes one for each and a string in between. For messages.
NOTIFIER_NOINLINE inline std::string joined(std::string_view first, std::string_view second,
                                            std::string_view third = {}, std::string_view fourth = {},
                                            std::string_view fifth = {}) {
  std::string text;
  text.reserve(first.size() + second.size() + third.size() + fourth.size() + fifth.size());
  return text.append(first).append(second).append(third).append(fourth).append(fifth);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
