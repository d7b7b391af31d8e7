// Whom an event concerns: the apps whose notifiers are asked.

#pragma once

#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What the host knows about an event beside its bytes. Borrowed for the call.
struct Audience {
  std::vector<std::string_view> notifier_ids;  ///< the notifiers that an alert rule names
  std::vector<std::string_view> app_ids;       ///< the apps an account event concerns
  /// What an event that has no id of its own is known by: the same text makes it the same event, as the key that a
  /// client repeats a request under. Empty: RouterOptions::new_id is asked.
  std::string_view event_id = {};
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/model/event.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/routing/explanation.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// Finds the apps an event concerns, in this order: the app of its `app_id`; without one, of its `app_name`; the apps
/// of its project; the apps that the host names.
///
/// @param out  cleared first; each app once.
inline AudienceStatus find_audience(const State& state, const Event& event, const Audience& audience,
                                    std::vector<const AppBlock*>& out) {
  out.clear();
  const auto add = [&out](const AppBlock* app) {
    if (app != nullptr && std::find(out.begin(), out.end(), app) == out.end()) out.push_back(app);
  };
  if (!event.app_id.empty() || !event.app_name.empty()) {
    add(event.app_id.empty() ? state.find_app_by_name(event.app_name) : state.find_app_by_id(event.app_id));
    return out.empty() ? AudienceStatus::unknown_app : AudienceStatus::app;
  }
  if (!event.project_id.empty()) {
    state.find_project(event.project_id, out);
    return out.empty() ? AudienceStatus::empty_project : AudienceStatus::projects;
  }
  if (audience.app_ids.empty()) return AudienceStatus::no_app;
  for (const std::string_view id : audience.app_ids) add(state.find_app_by_id(id));
  return out.empty() ? AudienceStatus::unknown_app : AudienceStatus::named_apps;
}

/// The name of the app that an event is about, where the event itself does not say it: messages are to name the app.
inline std::string_view name_app(const State& state, const Event& event, const Audience& audience) noexcept {
  std::string_view id = event.app_id;
  if (id.empty() && event.project_id.empty() && audience.app_ids.size() == 1) {
    const EventKind* const kind = state.vocabulary->find_event_kind(event.type);
    if (kind == nullptr || kind->scope == Scope::app) id = audience.app_ids[0];
  }
  const AppBlock* const app = id.empty() ? nullptr : state.find_app_by_id(id);
  return app == nullptr ? std::string_view() : app->name();
}

/// True where the host names this notifier as a recipient, and it is active.
inline bool is_named(const Audience& audience, Record record) noexcept {
  return record.active() && std::find(audience.notifier_ids.begin(), audience.notifier_ids.end(), record.id()) !=
                                audience.notifier_ids.end();
}

}  // namespace detail

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
