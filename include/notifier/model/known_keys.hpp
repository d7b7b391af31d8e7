// The keys of what is of our own shape: documents, their apps, people, notifiers and event types. Others are faults
// that name the key which was probably meant. `type_data` is open.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/model/draft_view.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

// Each list: keys with a space between them.
/// `events` and `event_ids` are the history that `notifier-wasm serve` keeps in its file.
inline constexpr std::string_view document_keys =
    "version apps users vocabulary event_types event_kinds event_categories email_from link_base links logo_url "
    "language events event_ids";
inline constexpr std::string_view app_keys = "id name owner project_id language notifiers";
inline constexpr std::string_view user_keys = "id username email";
inline constexpr std::string_view category_keys = "id name display_name position";
inline constexpr std::string_view event_type_keys = "id name display_name description template category_id kinds";
inline constexpr std::string_view event_kind_keys = "type scope selectable_as";

/// Calls `f(key)` for each key of a list.
template <class F>
void for_each_key(std::string_view list, F&& f) {
  while (!list.empty()) {
    const std::size_t end = (std::min)(list.find(' '), list.size());
    f(list.substr(0, end));
    list.remove_prefix((std::min)(end + 1, list.size()));
  }
}

inline bool is_among(std::string_view key, std::string_view list) {
  bool found = false;
  for_each_key(list, [&](std::string_view known) { found = found || known == key; });
  return found;
}

inline constexpr std::size_t longest_near_key = 63;

/// How many bytes have to be put in, taken out, replaced or changed with their neighbour to make one text of another
/// (optimal string alignment).
/// @param b  at most longest_near_key bytes long
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, longest_near_key + 1>, 3> rows{};  // the last three, in turn
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& before = rows[(i + 2) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = (std::min)(replaced, (std::min)(before[j], row[j - 1]) + 1);
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) row[j] = (std::min)(row[j], rows[(i + 1) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

/// The key of a list that was probably meant: a third of it may be wrong, and one byte always. Empty where none is
/// near.
inline std::string_view nearest_key(std::string_view key, std::string_view list) {
  std::string_view nearest;
  std::size_t least = (std::max)(key.size() / 3, std::size_t{1}) + 1;
  if (key.size() > longest_near_key) return nearest;
  for_each_key(list, [&](std::string_view known) {
    if (known.size() > longest_near_key) return;  // as the name of a host's set of words
    const std::size_t distance = edit_distance(key, known);
    if (distance >= least) return;
    least = distance;
    nearest = known;
  });
  return nearest;
}

/// What is said to a key that is not in the list: "; did you mean name?", or where none is near, what there is.
NOTIFIER_NOINLINE inline std::string nearest_or_all(std::string_view key, std::string_view list) {
  std::string text;
  if (const std::string_view nearest = nearest_key(key, list); !nearest.empty()) {
    return text.append("; did you mean ").append(nearest).append("?");
  }
  std::string_view separator = "; there are ";
  for_each_key(list, [&](std::string_view known) {
    text.append(separator).append(known);
    separator = ", ";
  });
  return text;
}

/// Adds a problem for a key that is not in the list; an empty one by its quotes.
/// @param prefix  path of the object with a final dot, or empty
NOTIFIER_NOINLINE inline void refuse_key(std::string_view key, std::string_view list, std::string_view prefix,
                                         Problems& problems) {
  const std::string quoted = detail::quoted(key);
  const std::string shown = key.empty() ? quoted : quoted.substr(1, quoted.size() - 2);
  problems.add(detail::joined(prefix, shown), detail::joined("is not known here", nearest_or_all(key, list)),
               "unknown_key");
}

/// Adds a problem for each key of an object that is not in the list.
NOTIFIER_NOINLINE inline void check_keys(json::View object, std::string_view list, std::string_view prefix,
                                         Problems& problems) {
  object.for_each_member([&](std::string_view key, json::View) {
    if (!is_among(key, list)) refuse_key(key, list, prefix, problems);
  });
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
