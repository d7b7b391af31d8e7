#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/function.hpp"
#include "notifier/function_ref.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What the host knows of time zones: the library itself knows none but UTC.
///
/// @param zone  a name of the IANA database, as "Europe/Paris"
/// @return how many seconds the zone is east of UTC at a moment; nullopt of a zone that is not known
using ZoneOffset = detail::FunctionRef<std::optional<std::int32_t>(std::string_view zone, Timestamp at)>;

/// A ZoneOffset that is kept. Empty: no zones are known, times of day are those of UTC.
using ZoneLookup = Function<std::optional<std::int32_t>(std::string_view zone, Timestamp at)>;

namespace detail {

/// Whether a text looks like a zone's name, where nobody knows which there are.
inline bool may_be_zone(std::string_view name) noexcept {
  for (const char c : name) {
    const bool is_known = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                          c == '_' || c == '-' || c == '+';
    if (!is_known) return false;
  }
  return true;
}

}  // namespace detail

NOTIFIER_NAMESPACE_END
