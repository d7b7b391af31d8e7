#pragma once

#include <optional>
#include <string>
#include <vector>

#include "notifier/error.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/time.hpp"
#include "notifier/model/type_data.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A notifier as it is stored and as the API shows it. Owns its text. The source of the attributes is the public API's
/// documentation.
struct Notifier {
  /// By whom nobody was asked: its target is gone, or kept failing.
  struct SwitchedOff {
    std::string reason;  ///< one English sentence without a final full stop; Verdict::reason
    Timestamp at;
  };

  std::string id;
  std::string app_id;
  std::string app;  ///< the app's name
  std::string name;
  Platform platform = Platform::webhook;
  bool active = true;
  bool send_all_alerts = false;
  bool send_all_events = false;
  std::vector<std::string> selected_event_ids;  ///< ids of EventType, in the order given, each once
  TypeData type_data;
  /// Which of the events that it takes it is told of, as the compact JSON of a Filter; empty: all.
  std::string filter;
  /// How its events are told together, and hours in which nothing is told, as the compact JSON that GroupPolicy::read()
  /// takes; empty: each at once.
  std::string grouping;
  std::string quiet;
  std::optional<Timestamp> muted_until;
  bool muted_pass_errors = false;
  std::string language;  ///< what its messages are in, as "fr"; empty: its app's language
  Timestamp created_at;
  Timestamp updated_at;  ///< strictly greater after every accepted update; the version for conflict detection
  std::optional<SwitchedOff> switched_off;  ///< only of one that is not active, until somebody makes it so
};

/// What a client asks for in add and update: every part optional, nothing judged yet.
///
/// Reading keeps type errors (as `"active": 3`) as problems, so that one answer can name everything.
struct NotifierDraft {
  std::optional<std::string> id;  ///< only in snapshots; the API ignores it
  std::optional<std::string> platform_id;
  std::optional<std::string> platform;  ///< by name; snapshots only
  std::optional<std::string> name;
  std::optional<bool> active;
  std::optional<bool> send_all_alerts;
  std::optional<bool> send_all_events;
  std::optional<std::vector<std::string>> selected_event_ids;
  std::optional<std::vector<std::string>> selected_events;  ///< deprecated: names of either namespace
  std::optional<std::string> type_data;                     ///< JSON text of an object, merged key by key on update
  std::optional<std::string> filter;                        ///< JSON text of a Filter; "null" removes it
  std::optional<std::string> grouping;                      ///< JSON text, see GroupPolicy; "null" removes it
  std::optional<std::string> quiet;                         ///< the same
  std::optional<std::string> muted_until;                   ///< RFC 3339; empty removes it
  std::optional<bool> muted_pass_errors;
  std::optional<std::string> language;  ///< empty removes it
  std::optional<Timestamp> created_at;  ///< snapshots only
  std::optional<Timestamp> updated_at;  ///< snapshots only
  std::vector<FieldError> problems;     ///< values of a wrong type, found while reading
  std::vector<std::string> unknown;     ///< keys that no notifier has, found while reading

  /// Reads the object under the root key `notifier`. Null means absent. Booleans also as "true" and "false". What only
  /// snapshots may say (`id`, `platform`, `type`, the times) is left out: a client of the API that sends it is not
  /// heard.
  static NotifierDraft read(json::View object);
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <string_view>
#include <utility>

#include "notifier/model/draft_view.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE NotifierDraft NotifierDraft::read(json::View object) {
  detail::DraftView view;
  detail::Problems problems;
  view.read(object, problems);

  NotifierDraft draft;
  const auto own = [](const std::optional<std::string_view>& text) {
    return text ? std::optional<std::string>(*text) : std::nullopt;
  };
  draft.platform_id = own(view.platform_id);
  draft.name = own(view.name);
  draft.active = view.active;
  draft.send_all_alerts = view.send_all_alerts;
  draft.send_all_events = view.send_all_events;
  if (view.selection == detail::DraftView::Selection::by_id) {
    draft.selected_event_ids.emplace(view.selected.begin(), view.selected.end());
  } else if (view.selection == detail::DraftView::Selection::by_name) {
    draft.selected_events.emplace(view.selected.begin(), view.selected.end());
  }
  if (view.type_data.exists()) view.type_data.append_json(draft.type_data.emplace());
  if (view.filter.exists()) view.filter.append_json(draft.filter.emplace());
  if (view.grouping.exists()) view.grouping.append_json(draft.grouping.emplace());
  if (view.quiet.exists()) view.quiet.append_json(draft.quiet.emplace());
  draft.muted_until = own(view.muted_until);
  draft.muted_pass_errors = view.muted_pass_errors;
  draft.language = own(view.language);
  draft.problems = std::move(problems.list());
  draft.unknown.assign(view.unknown.begin(), view.unknown.end());
  return draft;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
