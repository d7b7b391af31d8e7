#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/catalogue/catalogue.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/model/secret_member.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The platform-dependent part of a notifier. Only the platform's own members are used; the rest stay empty.
struct TypeData {
  std::string webhook_url;  ///< slack, webhook, rocket_chat. A secret: it appears in no text but its own request
  std::vector<std::string> user_ids;  ///< email: people, resolved when a mail is rendered
  std::vector<std::string> emails;    ///< email: additional addresses
  std::vector<std::string>
      signing_secrets;  ///< webhook: `signing_secret` (a string or an array), `whsec_...`. Never returned by the API
  /// Unknown keys as compact JSON members without braces, as `"phone_number":"1"`, in the order first given. Kept, and
  /// returned but for those whose names look like secrets, or which hold such (model/secret_member.hpp).
  std::string other;
};

/// A notifier as it is stored and as the API shows it. Owns its text. The source of the attributes is the public API's
/// documentation.
struct Notifier {
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
  Timestamp created_at;
  Timestamp updated_at;  ///< strictly greater after every accepted update; the version for conflict detection
};

/// Whether `signing_secret` and what looks like a secret is written: only a store needs it, and a store holds secrets
/// anyway.
enum class Secrets { hide, keep };

/// Writes the API's notifier object: all keys, in the documented order (wire contract, section 2).
void write_json(json::Writer& out, const Notifier& notifier, Secrets secrets = Secrets::hide);

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
  std::optional<Timestamp> created_at;                      ///< snapshots only
  std::optional<Timestamp> updated_at;                      ///< snapshots only
  std::vector<FieldError> problems;                         ///< values of a wrong type, found while reading
  std::vector<std::string> unknown;                         ///< keys that no notifier has, found while reading

  /// Reads the object under the root key `notifier`. Null means absent. Booleans also as "true" and "false". What only
  /// snapshots may say (`id`, `platform`, `type`, the times) is left out: a client of the API that sends it is not
  /// heard.
  static NotifierDraft read(json::View object);
};

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail {

inline void write_texts(json::Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key);
  out.array([&] {
    for (const std::string& text : texts) out.string(text);
  });
}

inline void write_time(json::Writer& out, std::string_view key, Timestamp time) {
  char text[32];
  out.key(key);
  out.string({text, static_cast<std::size_t>(write_rfc3339(text, civil_time(time)) - text)});
}

inline void write_type_data(json::Writer& out, const Notifier& notifier, Secrets secrets) {
  const TypeData& data = notifier.type_data;
  out.object([&] {
    if (notifier.platform == Platform::email) {
      write_texts(out, "user_ids", data.user_ids);
      write_texts(out, "emails", data.emails);
    } else {
      out.member("webhook_url", data.webhook_url);
    }
    if (secrets == Secrets::keep && !data.signing_secrets.empty()) {
      write_texts(out, "signing_secret", data.signing_secrets);
    }
    if (data.other.empty()) return;
    if (secrets == Secrets::keep) {
      out.raw(data.other);
    } else {
      write_without_secrets(out, data.other);
    }
  });
}

}  // namespace detail

inline void write_json(json::Writer& out, const Notifier& notifier, Secrets secrets) {
  out.object([&] {
    out.member("id", notifier.id);
    out.member("name", notifier.name);
    out.key("active");
    out.boolean(notifier.active);
    out.member("type", to_string(notifier.platform));
    out.member("platform_id", platform_info(notifier.platform).id);
    detail::write_time(out, "created_at", notifier.created_at);
    detail::write_time(out, "updated_at", notifier.updated_at);
    out.key("send_all_alerts");
    out.boolean(notifier.send_all_alerts);
    out.key("send_all_events");
    out.boolean(notifier.send_all_events);
    detail::write_texts(out, "selected_event_ids", notifier.selected_event_ids);
    out.member("app_id", notifier.app_id);
    out.member("app", notifier.app);
    out.key("type_data");
    detail::write_type_data(out, notifier, secrets);
  });
}

inline NotifierDraft NotifierDraft::read(json::View object) {
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
  draft.problems = std::move(problems.list());
  draft.unknown.assign(view.unknown.begin(), view.unknown.end());
  return draft;
}

NOTIFIER_NAMESPACE_END
