#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The one reason why a notifier receives an event, or does not.
enum class Reason {
  // receives it
  sends_all_events,  ///< send_all_events is on
  sends_all_alerts,  ///< the event is an alert and send_all_alerts is on
  selected,          ///< the event's type is among selected_event_ids
  alert_recipient,   ///< the host names this notifier as recipient of the alert
  // does not
  inactive,            ///< `active` is off
  not_selected,        ///< the event has a selectable type, and it is not selected
  not_selectable,      ///< no selectable type covers this event; only send_all_events does
  alert_not_accepted,  ///< the event is an alert: send_all_alerts is off, app_alert_triggered is not selected
  filtered_out,        ///< it takes the type, but the event is not what its filter wants
};

/// The reason's name, as "sends_all_events": stable, for programs.
std::string_view to_string(Reason reason) noexcept;

/// Why an event went to no app at all, or that it did.
enum class AudienceStatus {
  app,            ///< the event's app was found
  projects,       ///< a project event: all apps of the project
  named_apps,     ///< the apps that the host named
  unknown_app,    ///< the event names an app that is not registered
  no_app,         ///< an account event, and the host named no apps
  empty_project,  ///< no app carries the event's project_id
};

/// Whether one notifier receives an event, and why. Owns its text.
struct Explanation {
  std::string notifier_id;
  std::string notifier_name;
  std::string app_id;
  Platform platform = Platform::webhook;
  bool receives = false;
  bool grouped = false;  ///< it receives, but maybe not at once: it is told of several events together
  Reason reason = Reason::inactive;
  std::string text;  ///< one English sentence that names the setting and the event type, as "App deployed is not among
                     ///< the selected events"
};

/// The status's name, as "unknown_app": stable, for programs.
std::string_view to_string(AudienceStatus status) noexcept;

/// For every notifier of the apps concerned, yes or no and why; oldest first within an app.
struct Explained {
  std::string event_id;    ///< as the event says; may be empty
  std::string event_type;  ///< its kind
  AudienceStatus status = AudienceStatus::app;
  std::string text;  ///< one sentence on the status, as "The event names no app, and no apps were named with it"
  std::vector<Explanation> notifiers;
};

/// Writes
/// `{"status","text","notifiers":[{"notifier_id","notifier_name","app_id","platform","receives","reason","text"}]}`,
/// and
/// `"grouped":true` where it is.
void write_json(json::Writer& out, const Explained& explained);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::sends_all_events: return "sends_all_events";
    case Reason::sends_all_alerts: return "sends_all_alerts";
    case Reason::selected: return "selected";
    case Reason::alert_recipient: return "alert_recipient";
    case Reason::inactive: return "inactive";
    case Reason::not_selected: return "not_selected";
    case Reason::not_selectable: return "not_selectable";
    case Reason::alert_not_accepted: return "alert_not_accepted";
    case Reason::filtered_out: return "filtered_out";
  }
  return "unknown";
}

NOTIFIER_INLINE std::string_view to_string(AudienceStatus status) noexcept {
  switch (status) {
    case AudienceStatus::app: return "app";
    case AudienceStatus::projects: return "projects";
    case AudienceStatus::named_apps: return "named_apps";
    case AudienceStatus::unknown_app: return "unknown_app";
    case AudienceStatus::no_app: return "no_app";
    case AudienceStatus::empty_project: return "empty_project";
  }
  return "unknown";
}

NOTIFIER_INLINE void write_json(json::Writer& out, const Explained& explained) {
  out.object([&] {
    out.member("event_id", explained.event_id);
    out.member("event_type", explained.event_type);
    out.member("status", to_string(explained.status));
    out.member("text", explained.text);
    out.key("notifiers");
    out.array([&] {
      for (const Explanation& explanation : explained.notifiers) {
        out.object([&] {
          out.member("notifier_id", explanation.notifier_id);
          out.member("notifier_name", explanation.notifier_name);
          out.member("app_id", explanation.app_id);
          out.member("platform", to_string(explanation.platform));
          out.key("receives");
          out.boolean(explanation.receives);
          out.member("reason", to_string(explanation.reason));
          out.member("text", explanation.text);
          if (NOTIFIER_ARRIVALS != 0 && explanation.grouped) {
            out.key("grouped");
            out.boolean(true);
          }
        });
      }
    });
  });
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
