// Which endpoint answers which path and verb. 404, 405, Allow, OPTIONS and HEAD follow from the table.

#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "notifier/api/apps.hpp"
#include "notifier/api/call.hpp"
#include "notifier/api/deliveries.hpp"
#include "notifier/api/digests.hpp"
#include "notifier/api/events.hpp"
#include "notifier/api/notifiers.hpp"
#include "notifier/api/previews.hpp"
#include "notifier/api/settings.hpp"
#include "notifier/api/vocabulary.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< segments that begin with a colon are variable and not empty
  Response (*endpoint)(Call&);
};

/// Where two patterns fit a path, the first one that has the verb answers.
inline constexpr Route routes[] = {
    {"GET", "/v1/apps", list_apps},
    {"POST", "/v1/apps", add_app},
    {"GET", "/v1/apps/:app", show_app},
    {"PATCH", "/v1/apps/:app", update_app},
    {"DELETE", "/v1/apps/:app", remove_app},
    {"GET", "/v1/apps/:app/collaborators", list_collaborators},
    {"GET", "/v1/apps/:app/stream", stream},

    {"GET", "/v1/apps/:app/notifiers", list_notifiers},
    {"POST", "/v1/apps/:app/notifiers", add_notifier},
    {"POST", "/v1/apps/:app/notifiers/preview", preview_draft},
    {"GET", "/v1/apps/:app/notifiers/:id", show_notifier},
    {"PATCH", "/v1/apps/:app/notifiers/:id", update_notifier},
    {"PUT", "/v1/apps/:app/notifiers/:id", update_notifier},
    {"DELETE", "/v1/apps/:app/notifiers/:id", remove_notifier},
    {"POST", "/v1/apps/:app/notifiers/:id/restore", restore_notifier},
    {"POST", "/v1/apps/:app/notifiers/:id/test", test_notifier},
    {"POST", "/v1/apps/:app/notifiers/:id/preview", preview_notifier},
    {"GET", "/v1/apps/:app/notifiers/:id/deliveries", list_deliveries},
    {"POST", "/v1/apps/:app/notifiers/:id/deliveries/:delivery/retry", retry_delivery},
    {"GET", "/v1/apps/:app/notifiers/:id/digest", show_digest},
    {"POST", "/v1/apps/:app/notifiers/:id/digest", tell_digest},

    {"GET", "/v1/apps/:app/events", list_events},
    {"POST", "/v1/apps/:app/events", accept_events},
    {"POST", "/v1/apps/:app/events/explain", explain_event},
    {"GET", "/v1/apps/:app/events/:event", show_event},

    {"GET", "/v1/apps/:app/deliveries", find_deliveries},
    {"POST", "/v1/apps/:app/deliveries/retry", retry_deliveries},
    {"GET", "/v1/apps/:app/deliveries/:delivery", show_delivery},
    {"POST", "/v1/apps/:app/deliveries/:delivery/retry", retry_one},
    {"POST", "/v1/apps/:app/deliveries/:delivery/cancel", cancel_one},

    {"PATCH", "/v1/users/:id", update_user},
    {"DELETE", "/v1/users/:id", remove_user},

    {"GET", "/v1/notification_platforms", list_platforms},
    {"GET", "/v1/notification_platforms/search", search_platforms},
    {"GET", "/v1/notification_platforms/:id", show_platform},
    {"GET", "/v1/event_types", list_event_types},
    {"GET", "/v1/event_categories", list_event_categories},

    {"GET", "/v1/vocabulary", show_vocabulary},
    {"PUT", "/v1/vocabulary", put_vocabulary},

    {"GET", "/v1/settings", show_settings},
};

/// Whether a pattern fits a path; then `call.parameters` holds the variable segments.
inline bool fits(std::string_view pattern, const Target& target, Call& call) {
  std::size_t segment = 0;
  std::size_t parameter = 0;
  const bool same = split(pattern.substr(1), '/', [&](std::string_view expected) {
    if (segment == target.segments.size()) return false;
    const std::string& actual = target.segments[segment++];
    if (expected[0] != ':') return expected == actual;
    call.parameters[parameter++] = actual;
    return !actual.empty();
  });
  return same && segment == target.segments.size();
}

/// Collects a path's verbs for an Allow header, each once; HEAD comes with GET.
inline void allow(std::string& verbs, std::string_view method) {
  if (verbs.find(method) != std::string::npos) return;
  if (!verbs.empty()) verbs += ", ";
  verbs += method;
  if (method == "GET") verbs += ", HEAD";
}

/// 204 with Allow, the answer to OPTIONS.
inline Response options_response(std::string verbs) {
  Response response;
  response.status = 204;
  response.headers.push_back({"Allow", std::move(verbs)});
  return response;
}

/// Lets the right endpoint answer.
inline Response dispatch(Call& call) {
  const std::string_view method = call.request.method == "HEAD" ? std::string_view("GET") : call.request.method;
  std::string verbs;
  for (const Route& route : routes) {
    if (!fits(route.pattern, call.target, call)) continue;
    if (route.method == method) return route.endpoint(call);
    allow(verbs, route.method);
  }
  if (verbs.empty()) return not_found("path");
  verbs += ", OPTIONS";
  if (method == "OPTIONS") return options_response(std::move(verbs));
  Response response =
      error_response(405, joined("This path does not take the method of the request; it takes ", verbs));
  response.headers.push_back({"Allow", std::move(verbs)});
  return response;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
