// The events that the API itself makes: a notifier was added, edited, removed, or is to be tested; an app was changed.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// A new event id: the host's, else one derived from what the event is about, so that runs can be repeated byte for
/// byte.
/// @param subject  what it is about, as a notifier's id
inline std::string event_id(const Call& call, std::string_view kind, std::string_view subject, Timestamp at) {
  if (call.options.new_id) return call.options.new_id("ev-");
  char key[36];
  write_idempotency_key(joined(kind, to_rfc3339(at)), subject, key);
  return joined("ev-", std::string(key + 4, sizeof key - 4));
}

/// Writes what every event has but its `type_data`.
inline void write_envelope(json::Writer& out, const Call& call, const App& app, std::string_view kind,
                           std::string_view id, Timestamp at) {
  out.member("id", id);
  out.member("created_at", to_rfc3339(at));
  const Request& request = call.request;
  if (!request.username.empty() || !request.email.empty() || !request.user_id.empty()) {
    out.key("user");
    out.object([&] {
      out.member("username", request.username);
      out.member("email", request.email);
      out.member("id", request.user_id);
    });
  }
  out.member("app_id", app.id);
  out.member("app_name", app.name);
  out.member("type", kind);
}

/// Writes an event; `type_data(json::Writer&)` writes what its kind carries.
template <class TypeData>
void write_event(const Call& call, const App& app, std::string_view kind, std::string_view id, Timestamp at,
                 Buffer& event, TypeData&& type_data) {
  json::Writer out(event);
  out.object([&] {
    write_envelope(out, call, app, kind, id, at);
    out.key("type_data");
    out.object([&] { type_data(out); });
  });
}

/// What an event tells of a notifier: never a secret, or the parts of `type_data` that we do not know.
inline void write_notifier_facts(json::Writer& out, const Notifier& notifier, const Vocabulary& vocabulary) {
  const std::string_view platform = to_string(notifier.platform);
  out.member("notifier_id", notifier.id);
  out.member("notifier_name", notifier.name);
  out.key("active");
  out.boolean(notifier.active);
  out.key("send_all_events");
  out.boolean(notifier.send_all_events);
  out.key("send_all_alerts");
  out.boolean(notifier.send_all_alerts);
  out.key("selected_events");
  out.array([&] {
    for (const std::string& id : notifier.selected_event_ids) {
      if (const EventType* type = vocabulary.find_event_type_by_id(id)) out.string(type->name);
    }
  });
  out.member("notifier_type", platform);
  out.key("notifier_type_data");
  out.object([&] {
    for (const PlatformField& field : platform_info(notifier.platform).fields) {
      if (field.visibility != PlatformField::Visibility::open) continue;
      if (field.is_always_shown() || has_value(field, notifier.type_data)) {
        write_field(out, field, notifier.type_data);
      }
    }
  });
  out.member("platform_name", platform);
}

/// Whether a notifier that the registry does not hold in this state receives an event which is no alert.
inline bool accepts(const Notifier& notifier, std::string_view kind, const Vocabulary& vocabulary) {
  if (!notifier.active || notifier.send_all_events) return notifier.active;
  const EventType* type = vocabulary.resolve_selected_name(kind);
  if (type == nullptr) return false;
  for (const std::string& id : notifier.selected_event_ids) {
    if (id == type->id) return true;
  }
  return false;
}

/// Makes the event of a change, routes it, and adds both to the outcome.
///
/// It happens after the change: the notifier itself receives it in its new state, and not at all once it is removed.
/// @param disabled_because  why it is switched off by the host and not by a person; else empty
inline void record_change(Call& call, const App& app, std::string_view kind, const Notifier& notifier, Timestamp at,
                          std::string_view disabled_because = {}) {
  const auto held = call.registry.vocabulary();
  const Vocabulary& vocabulary = *held;
  const std::string id = event_id(call, kind, notifier.id, at);
  Buffer event;
  write_event(call, app, kind, id, at, event, [&](json::Writer& out) {
    write_notifier_facts(out, notifier, vocabulary);
    if (!disabled_because.empty()) out.member("disabled_because", disabled_because);
  });

  DeliveryOwner own;
  static_cast<void>(route(call, event.view(), own, {}, notifier.id));
  if (kind != "delete_notifier" && accepts(notifier, kind, vocabulary)) {
    if (const auto its_own = call.router.preview(notifier, event.view()))
      call.outcome.deliveries.push_back(own(*its_own));
  }
  call.outcome.events.push_back({app.id, id, event.str()});
}

/// Writes what an event of a change of an app carries.
inline void write_app_change(json::Writer& out, std::string_view kind, const App& before, const App& after) {
  if (kind == "rename_app") {
    out.member("old_name", before.name);
    out.member("new_name", after.name);
  } else if (kind == "transfer_app") {
    out.key("old_owner");
    write_user(out, before.owner);
    out.key("new_owner");
    write_user(out, after.owner);
  } else if (kind == "update_app_project") {
    if (!before.project_id.empty()) out.member("old_project_id", before.project_id);
    out.member("new_project_id", after.project_id);
  }
}

/// Makes an event of a change of an app, and routes it to the app's notifiers, which all stay.
inline void record_app_change(Call& call, std::string_view kind, const App& before, const App& after) {
  const Timestamp at = call.now();
  const std::string id = event_id(call, kind, after.id + version_of(before) + version_of(after), at);
  Buffer event;
  write_event(call, after, kind, id, at, event, [&](json::Writer& out) { write_app_change(out, kind, before, after); });
  DeliveryOwner own;
  static_cast<void>(route(call, event.view(), own));
  call.outcome.events.push_back({after.id, id, event.str()});
}

/// Makes the events of what is different in an app: a name, an owner, a project, something else.
inline void record_app_changes(Call& call, const App& before, const App& after) {
  const bool is_transferred = before.owner.id != after.owner.id;
  const bool is_moved = before.project_id != after.project_id;
  const bool is_edited =
      (!is_transferred && (before.owner.username != after.owner.username || before.owner.email != after.owner.email)) ||
      (is_moved && after.project_id.empty()) || before.language != after.language;
  for (const auto& [kind, is_one] : {std::pair<std::string_view, bool>("rename_app", before.name != after.name),
                                     {"transfer_app", is_transferred},
                                     {"update_app_project", is_moved && !after.project_id.empty()},
                                     {"edit_app", is_edited}}) {
    if (is_one) record_app_change(call, kind, before, after);
  }
}

/// Writes the sample event of a notifier's test.
inline void write_test_event(const Call& call, const App& app, const Notifier& notifier, Buffer& event) {
  const Timestamp at = call.now();
  const Request& request = call.request;
  std::string_view who = request.username.empty() ? request.email : request.username;
  if (who.empty()) who = "Somebody";
  write_event(call, app, "test", event_id(call, "test", notifier.id, at), at, event, [&](json::Writer& out) {
    out.member("message", std::string(who) + " asked for this test of the notifier \"" + notifier.name +
                              "\". Nothing happened to " + app.name + ".");
    out.member("notifier_id", notifier.id);
    out.member("notifier_name", notifier.name);
    out.member("platform_name", to_string(notifier.platform));
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
