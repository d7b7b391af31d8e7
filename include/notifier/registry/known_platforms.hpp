#pragma once

#include <string>

#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The platforms there are, for who named none of them.
/// @param with_ids  beside each name, which is all that the API takes
NOTIFIER_NOINLINE inline std::string known_platforms(bool with_ids = false) {
  std::string text = "there are ";
  for (const PlatformRow* info = platforms_begin(); info != platforms_end(); ++info) {
    if (info != platforms_begin()) text += ", ";
    text += info->name;
    if (with_ids) text.append(" (").append(info->id).append(")");
  }
  return text;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
