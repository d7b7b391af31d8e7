#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/error.hpp"
#include "notifier/json/document.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Collects broken rules.
class Problems {
 public:
  NOTIFIER_NOINLINE void add(std::string_view field, std::string_view message, std::string_view code) {
    list_.push_back({std::string(field), std::string(message), std::string(code)});
  }
  bool empty() const noexcept { return list_.empty(); }
  bool has(std::string_view field) const noexcept {
    return std::any_of(list_.begin(), list_.end(), [&](const FieldError& problem) { return problem.field == field; });
  }
  void clear() noexcept { list_.clear(); }
  std::vector<FieldError>& list() noexcept { return list_; }

  /// errc::invalid. There is a problem.
  NOTIFIER_NOINLINE Error to_error(std::string_view what) && {
    Error error;
    error.code = errc::invalid;
    error.message = "the " + std::string(what) + " is not valid: " + list_[0].field + " " + list_[0].message;
    error.field = list_[0].field;
    error.fields = std::move(list_);
    return error;
  }

 private:
  std::vector<FieldError> list_;
};

/// What somebody asks for in a notifier, borrowed from the JSON or the draft that says so. Absent where it says null.
struct DraftView {
  enum class Selection { none, by_id, by_name };

  std::optional<std::string_view> platform_id;
  std::optional<std::string_view> name;
  std::optional<bool> active;
  std::optional<bool> send_all_alerts;
  std::optional<bool> send_all_events;
  Selection selection = Selection::none;
  std::vector<std::string_view> selected;       ///< event type ids, or names
  json::View type_data;                         ///< an object, or missing
  json::View filter;                            ///< whatever it is
  json::View grouping;                          ///< the same
  json::View quiet;                             ///< the same
  std::optional<std::string_view> muted_until;  ///< empty where it says null
  std::optional<bool> muted_pass_errors;
  std::optional<std::string_view> language;  ///< empty where it says null

  // Members that mean something in snapshots alone; their types are for who needs them to judge.
  json::View id;
  json::View platform;
  json::View type;
  json::View created_at;
  json::View updated_at;
  json::View switched_off;

  std::vector<std::string_view> unknown;  ///< keys that no notifier has

  /// All keys that it may have, with a space between them.
  static constexpr std::string_view keys =
      "id name active type platform platform_id created_at updated_at send_all_alerts send_all_events "
      "selected_event_ids selected_events app_id app type_data filter grouping quiet muted_until muted_pass_errors "
      "language";

  /// Reads the members of an object; the last of a duplicate counts. Reuses the capacity of the vectors.
  void read(json::View object, Problems& problems);

  static std::optional<std::string_view> read_text(json::View value, std::string_view field, Problems& problems);

 private:
  static std::optional<bool> read_flag(json::View value, std::string_view field, Problems& problems);
  void read_selection(json::View value, std::string_view field, Problems& problems);
};

inline std::optional<std::string_view> DraftView::read_text(json::View value, std::string_view field,
                                                            Problems& problems) {
  if (value.is_string()) return value.string();
  if (value.exists() && !value.is_null()) problems.add(field, "must be a string", "type");
  return std::nullopt;
}

inline std::optional<bool> DraftView::read_flag(json::View value, std::string_view field, Problems& problems) {
  if (value.kind() == json::Kind::boolean) return value.boolean();
  if (value.is_string() && value.string() == "true") return true;
  if (value.is_string() && value.string() == "false") return false;
  if (value.exists() && !value.is_null()) problems.add(field, "must be true or false", "type");
  return std::nullopt;
}

inline void DraftView::read_selection(json::View value, std::string_view field, Problems& problems) {
  bool all_strings = value.is_array();
  value.for_each_element([&](json::View element) {
    all_strings = all_strings && element.is_string();
    selected.push_back(element.string());
  });
  if (!all_strings) {
    selected.clear();
    problems.add(field, "must be an array of strings", "type");
  }
}

inline void DraftView::read(json::View object, Problems& problems) {
  json::View name_value, active_value, alerts_value, events_value, ids, names, until, pass_errors;
  json::View language_value;
  json::View platform_id_value;
  json::View ignored;
  id = platform = type = created_at = updated_at = switched_off = json::View();
  type_data = filter = grouping = quiet = json::View();
  unknown.clear();
  object.for_each_member([&](std::string_view key, json::View value) {
    const auto is = [&](std::string_view wanted, json::View& out) {
      if (key != wanted) return false;
      out = value;
      return true;
    };
    bool known = false;
    switch (key.size()) {
      case 2: known = is("id", id); break;
      case 3: known = is("app", ignored); break;
      case 4: known = is("name", name_value) || is("type", type); break;
      case 5: known = is("quiet", quiet); break;
      case 6: known = is("active", active_value) || is("app_id", ignored) || is("filter", filter); break;
      case 8: known = is("platform", platform) || is("grouping", grouping) || is("language", language_value); break;
      case 9: known = is("type_data", type_data); break;
      case 10: known = is("created_at", created_at) || is("updated_at", updated_at); break;
      case 11:
        known = is("platform_id", platform_id_value) || is("secrets_set", ignored) || is("muted_until", until);
        break;
      case 12: known = is("switched_off", switched_off); break;
      case 15:
        known =
            is("send_all_alerts", alerts_value) || is("send_all_events", events_value) || is("selected_events", names);
        break;
      case 17: known = is("muted_pass_errors", pass_errors); break;
      case 18: known = is("selected_event_ids", ids); break;
      default: break;
    }
    if (!known) unknown.push_back(key);
  });

  platform_id = read_text(platform_id_value, "platform_id", problems);
  name = read_text(name_value, "name", problems);
  active = read_flag(active_value, "active", problems);
  send_all_alerts = read_flag(alerts_value, "send_all_alerts", problems);
  send_all_events = read_flag(events_value, "send_all_events", problems);
  muted_pass_errors = read_flag(pass_errors, "muted_pass_errors", problems);
  muted_until = read_text(until, "muted_until", problems);
  if (until.is_null()) muted_until.emplace();
  language = read_text(language_value, "language", problems);
  if (language_value.is_null()) language.emplace();

  selection = Selection::none;
  selected.clear();
  if (ids.exists() && !ids.is_null()) {
    selection = Selection::by_id;
    read_selection(ids, "selected_event_ids", problems);
  } else if (names.exists() && !names.is_null()) {
    selection = Selection::by_name;
    read_selection(names, "selected_events", problems);
  }

  if (!type_data.is_object()) {
    if (type_data.exists() && !type_data.is_null()) problems.add("type_data", "must be an object", "type");
    type_data = json::View();
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
