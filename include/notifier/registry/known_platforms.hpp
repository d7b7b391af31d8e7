#pragma once

#include <string>

#include "notifier/platform/own.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The platforms there are, for who named none of them.
/// @param with_ids  beside each name, which is all that the API takes
NOTIFIER_NOINLINE inline std::string known_platforms(const Vocabulary& vocabulary, bool with_ids = false) {
  std::string text = "there are ";
  for_each_platform(vocabulary, [&](const PlatformRow& row) {
    if (&row != platforms_begin()) text += ", ";
    text += row.name;
    if (with_ids) text.append(" (").append(row.id).append(")");
  });
  return text;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
