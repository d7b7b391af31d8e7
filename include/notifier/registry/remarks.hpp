// What is legal in a notifier, and of no use to who asks for it.

#pragma once

#include <string>
#include <string_view>

#include "notifier/model/known_keys.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/net/url.hpp"
#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool is_host_of_slack(std::string_view url) {
  const auto parsed = parse_http_url(url);
  return parsed &&
         (net::equals_lower(parsed->host, "hooks.slack.com") || net::equals_lower(parsed->host, "hooks.slack-gov.com"));
}

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
  if ((is_new || draft.type_data) && notifier.platform == Platform::slack &&
      !is_host_of_slack(notifier.type_data.text("webhook_url"))) {
    warnings.add("type_data.webhook_url",
                 "is not on hooks.slack.com, which is right only for another server that takes messages of Slack's, as "
                 "Mattermost",
                 "not_slack");
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
