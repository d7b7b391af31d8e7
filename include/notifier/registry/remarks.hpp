// What is legal in a notifier, and of no use to who asks for it.

#pragma once

#include <string>
#include <string_view>

#include "notifier/model/known_keys.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/own_members.hpp"
#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool has_namesake(const AppBlock& app, const Notifier& notifier) {
  bool found = false;
  app.for_each_record(
      [&](Record record) { found = found || (record.name() == notifier.name && record.id() != notifier.id); });
  return found;
}

/// Remarks on what a draft asks for; what it leaves as it was is not remarked on again.
/// @param notifier  as it comes to be
/// @param is_new    all of it is asked for
inline void remark_on(const NotifierDraft& draft, const Notifier& notifier, bool is_new, const AppBlock& app,
                      Problems& warnings) {
  for (const std::string& key : draft.unknown) refuse_key(key, DraftView::keys, {}, warnings);
  if ((is_new || draft.name) && has_namesake(app, notifier)) {
    warnings.add("name", "is also the name of another notifier of this app", "duplicate_name");
  }
  const bool selects =
      draft.send_all_events || draft.send_all_alerts || draft.selected_event_ids || draft.selected_events;
  if ((is_new || selects) && !notifier.send_all_events && !notifier.send_all_alerts &&
      notifier.selected_event_ids.empty()) {
    warnings.add(
        "selected_event_ids",
        "selects nothing: no event is sent until send_all_events, send_all_alerts or selected_event_ids say which",
        "selects_nothing");
  }
  const PlatformRow& row = platform_info(notifier.platform);
  if ((!is_new && !draft.type_data) || row.deaf_hosts.empty()) return;
  if (!is_deaf(row, notifier.type_data)) {
    warnings.add("type_data.webhook_url",
                 "is not on hooks.slack.com, which is right only for another server that takes messages of Slack's, as "
                 "Mattermost",
                 "not_slack");
  } else if (const PlatformField* const unheard = first_own_member(row, notifier.type_data)) {
    warnings.add(unheard->path,
                 "is kept and not sent: Slack posts to the channel, and under the name, that the webhook was made for",
                 "no_effect");
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
