// Sample events, for previews: one of every built-in kind, with the data that its real ones carry.

#pragma once

#include <string>
#include <string_view>

#include "notifier/json/writer.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/time.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A made-up event of a kind, about an app (or its project, or an account, as the kind's scope says), as JSON. The same
/// arguments give the same bytes. A kind without a sample of its own has an empty `type_data`.
std::string sample_event(std::string_view kind, const App& app, Timestamp at, const Vocabulary& vocabulary);

inline std::string sample_event(std::string_view kind, const App& app, Timestamp at, const Vocabulary& vocabulary) {
  const EventKind* known = vocabulary.find_event_kind(kind);
  const Scope scope = known == nullptr ? Scope::app : known->scope;
  Buffer event;
  json::Writer out(event);
  out.object([&] {
    out.member("id", "sample");
    out.member("created_at", to_rfc3339(at));
    out.key("user");
    out.object([&] {
      out.member("username", "jane");
      out.member("email", "jane@example.com");
      out.member("id", "us-1");
    });
    if (scope == Scope::app) {
      out.member("app_id", app.id);
      out.member("app_name", app.name);
    } else if (scope == Scope::project) {
      out.member("project_id", app.project_id.empty() ? "pr-1" : app.project_id);
      out.member("project_name", "shop");
    }
    out.member("type", kind);
    out.key("type_data");
    out.raw(vocabulary.state().find_sample(kind));
  });
  return event.str();
}

NOTIFIER_NAMESPACE_END
