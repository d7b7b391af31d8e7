#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/json/view.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// How much of a path is behind where it goes on with a key; 0 where it does not.
inline std::size_t step_along(std::string_view path, std::size_t offset, std::string_view key) noexcept {
  if (offset > path.size() || path.size() - offset < key.size()) return 0;
  if (path.substr(offset, key.size()) != key) return 0;
  const std::size_t end = offset + key.size();
  return end == path.size() || path[end] == '.' ? end + 1 : 0;
}

/// The first scalar at a path of keys joined by dots, whatever lists it stands in; missing where there is none.
/// @param offset  how much of the path is behind
inline json::View find_path(std::string_view path, json::View value, std::size_t offset = 0) {
  json::View found;
  if (value.is_object()) {
    value.for_each_member([&](std::string_view key, json::View member) {
      if (found.exists()) return;
      if (const std::size_t next = step_along(path, offset, key)) found = find_path(path, member, next);
    });
  } else if (value.is_array()) {
    value.for_each_element([&](json::View element) {
      if (!found.exists()) found = find_path(path, element, offset);
    });
  } else if (offset == path.size() + 1) {
    found = value;
  }
  return found;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
