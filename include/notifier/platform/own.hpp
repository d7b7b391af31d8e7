// The platforms that a vocabulary knows: the built-in ones, and those of its own.

#pragma once

#include <string_view>

#include "notifier/platform/table.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Calls `f(const PlatformRow&)` for each, the built-in ones first. Rows of its own have no number yet.
template <class F>
void for_each_platform(const Vocabulary& vocabulary, F&& f) {
  for (const PlatformRow& row : builtin_platforms) f(row);
  for (const auto& own : vocabulary.state().platforms) f(own->row());
}

/// The platform for which `is` holds, with the number that notifiers of it have; nullptr where there is none.
template <class Is>
const PlatformRow* find_platform(const Vocabulary& vocabulary, Is&& is) {
  for (const PlatformRow& row : builtin_platforms) {
    if (is(row)) return &row;
  }
  for (const auto& own : vocabulary.state().platforms) {
    if (!is(own->row())) continue;
    const OwnPlatform* const numbered = OwnPlatforms::admit(*own);
    return numbered == nullptr ? nullptr : &numbered->row();
  }
  return nullptr;
}

/// Numbers all of its own, so that they are known by name wherever something is stored.
/// @param problems  null: where they are too many, the last ones get none
NOTIFIER_NOINLINE inline void number_platforms(const Vocabulary& vocabulary, Problems* problems = nullptr) {
  for (const auto& own : vocabulary.state().platforms) {
    if (OwnPlatforms::take_over(*own) == nullptr && problems != nullptr)
      return problems->add("platforms", too_many_platforms, "too_many");
  }
}

NOTIFIER_NOINLINE inline const PlatformRow* platform_named(std::string_view name, const Vocabulary& vocabulary) {
  return find_platform(vocabulary, [name](const PlatformRow& row) { return row.name == name; });
}
NOTIFIER_NOINLINE inline const PlatformRow* platform_of_id(std::string_view id, const Vocabulary& vocabulary) {
  return find_platform(vocabulary, [id](const PlatformRow& row) { return row.id == id; });
}

/// The row that a vocabulary has now for a platform of a host's own, where that is another one; else nullptr.
NOTIFIER_NOINLINE inline const PlatformRow* stale_platform(Platform platform, const Vocabulary& vocabulary) {
  if (!is_own(platform)) return nullptr;
  const PlatformRow* const row = platform_named(to_string(platform), vocabulary);
  return row != nullptr && row->platform != platform ? row : nullptr;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
