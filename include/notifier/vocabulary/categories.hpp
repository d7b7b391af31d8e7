#pragma once

#include <string_view>

#include "notifier/vocabulary/rows.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

// The ids of the public API. What it has not published has an id of ours, which never changes: 00000000 (an object id
// begins with the second of its birth, so that service never issues one from 1970), "noti", then c and a category's
// position, or e and an event type's number.
inline constexpr std::string_view app_operations_id = "5982f139d48c360021b1eb44";
inline constexpr std::string_view addons_id = "5982f139d48c360021b1eb45";
inline constexpr std::string_view collaborators_id = "5982f139d48c360021b1eb46";
inline constexpr std::string_view domains_id = "5982f139d48c360021b1eb47";
inline constexpr std::string_view notifiers_id = "5982f139d48c360021b1eb48";
inline constexpr std::string_view variables_id = "5982f139d48c360021b1eb49";
inline constexpr std::string_view github_id = "5982f139d48c360021b1eb4a";
inline constexpr std::string_view databases_id = "000000006e6f7469c0000008";
inline constexpr std::string_view projects_id = "000000006e6f7469c0000009";

}  // namespace detail

/// The built-in categories, by position.
inline constexpr Category builtin_categories[] = {
    {detail::app_operations_id, "app_operations", "App operations", 1},
    {detail::addons_id, "addons", "Addons", 2},
    {detail::collaborators_id, "collaborators", "Collaborators", 3},
    {detail::domains_id, "domains", "Domains", 4},
    {detail::notifiers_id, "notifiers", "Notifiers", 5},
    {detail::variables_id, "variables", "Variables", 6},
    {detail::github_id, "github", "GitHub", 7},
    {detail::databases_id, "databases", "Databases", 8},
    {detail::projects_id, "projects", "Projects", 9},
};

NOTIFIER_NAMESPACE_END
