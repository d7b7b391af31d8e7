// Why each notifier receives an event, or does not.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/registry/checks.hpp"
#include "notifier/routing/audience.hpp"
#include "notifier/routing/explanation.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline Reason find_reason(const Vocabulary& vocabulary, EventBit bit, const Rows& rows, std::size_t row,
                          const Audience& audience) {
  const Record record = rows.record(row);
  const bool is_alert = bit == vocabulary.alert_bit();
  if (!record.active()) return Reason::inactive;
  if (is_alert ? record.send_all_alerts() : record.send_all_events()) {
    return is_alert ? Reason::sends_all_alerts : Reason::sends_all_events;
  }
  if (rows.accepts(row, bit)) return Reason::selected;
  if (is_named(audience, record)) return Reason::alert_recipient;
  if (is_alert) return Reason::alert_not_accepted;
  return bit == vocabulary.unselectable_bit() ? Reason::not_selectable : Reason::not_selected;
}

inline bool receives(Reason reason) noexcept {
  return reason == Reason::sends_all_events || reason == Reason::sends_all_alerts || reason == Reason::selected ||
         reason == Reason::alert_recipient;
}

/// @param what  the event type as people read it, or the event's kind where no type covers it.
inline std::string reason_text(Reason reason, const std::string& what) {
  switch (reason) {
    case Reason::sends_all_events: return detail::joined("send_all_events is on, and covers ", what);
    case Reason::sends_all_alerts: return "send_all_alerts is on, and the event is an alert";
    case Reason::selected: return detail::joined(what, " is among the selected events");
    case Reason::alert_recipient: return "The host names the notifier as a recipient of this event";
    case Reason::inactive: return "The notifier is not active";
    case Reason::not_selected:
      return detail::joined(what, " is not among the selected events, and send_all_events is off");
    case Reason::not_selectable: return detail::joined("Only send_all_events covers ", what, ", and it is off");
    case Reason::alert_not_accepted:
      return detail::joined("The event is an alert: send_all_alerts is off, and ", what,
                            " is not among the selected events");
    case Reason::filtered_out: break;
  }
  return {};
}

inline std::string status_text(AudienceStatus status, const Event& event, const std::vector<const AppBlock*>& apps) {
  switch (status) {
    case AudienceStatus::app: return detail::with_quoted("The event is about the app ", apps[0]->name());
    case AudienceStatus::projects:
      return detail::with_number("The event is about a project, and goes to its apps: ", apps.size());
    case AudienceStatus::named_apps:
      return detail::with_number("The event names no app, and goes to the apps that were named with it: ", apps.size());
    case AudienceStatus::unknown_app:
      if (event.app_id.empty() && event.app_name.empty()) {
        return "The event names no app, and the apps that were named with it are not registered";
      }
      return detail::with_quoted("The event is about an app that is not registered: ",
                                 event.app_id.empty() ? event.app_name : event.app_id);
    case AudienceStatus::no_app: return "The event names no app, and no apps were named with it";
    case AudienceStatus::empty_project:
      return detail::with_quoted("No app carries the event's project: ", event.project_id);
  }
  return {};
}

inline Explained explain(const State& state, const Event& event, const Audience& audience) {
  Explained explained;
  explained.event_id = event.id;
  explained.event_type = event.type;
  std::vector<const AppBlock*> apps;
  explained.status = find_audience(state, event, audience, apps);
  explained.text = status_text(explained.status, event, apps);
  if (event.type.empty()) explained.text += "; it has no type";
  const Vocabulary& vocabulary = *state.vocabulary;
  const EventBit bit = vocabulary.bit_of_kind(event.type);
  const std::string what = event.type.empty() ? "events without a type"
                           : bit == vocabulary.unselectable_bit()
                               ? detail::with_quoted("events of kind ", event.type)
                               : std::string(vocabulary.event_types()[bit].display_name);
  for (const AppBlock* const app : apps) {
    app->for_each_rows([&](const Rows& rows) {
      for (std::size_t row = 0; row < rows.count(); ++row) {
        const Record record = rows.record(row);
        Explanation explanation;
        explanation.notifier_id = record.id();
        explanation.notifier_name = record.name();
        explanation.app_id = app->id();
        explanation.platform = record.platform();
        explanation.reason = find_reason(vocabulary, bit, rows, row, audience);
        const bool has_filter = record.filter() != Record::no_filter && !is_named(audience, record);
        std::string why_not;
        if (has_filter && receives(explanation.reason)) {
          why_not = state.filters()[record.filter()].filter->explain(event.root);
        }
        if (!why_not.empty()) explanation.reason = Reason::filtered_out;
        explanation.receives = receives(explanation.reason);
        explanation.text = why_not.empty() ? reason_text(explanation.reason, what) : std::move(why_not);
        explanation.grouped = NOTIFIER_ARRIVALS != 0 && explanation.receives && record.holds() && event.type != "test";
        if (NOTIFIER_ARRIVALS != 0 && explanation.grouped) {
          explanation.text += "; it may be told of it together with other events";
        }
        explained.notifiers.push_back(std::move(explanation));
      }
    });
  }
  return explained;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
