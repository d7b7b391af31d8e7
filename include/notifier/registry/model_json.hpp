// Apps and users in JSON: one form for changes and snapshots.

#pragma once

#include <string>
#include <string_view>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/model/user.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void write_user(json::Writer& out, const User& user) {
  out.object([&] {
    out.member("id", user.id);
    out.member("username", user.username);
    out.member("email", user.email);
  });
}

/// The members of an app, without the braces.
inline void write_app_members(json::Writer& out, const App& app) {
  out.member("id", app.id);
  out.member("name", app.name);
  if (!app.owner.id.empty() || !app.owner.username.empty() || !app.owner.email.empty()) {
    out.key("owner");
    write_user(out, app.owner);
  }
  if (!app.project_id.empty()) out.member("project_id", app.project_id);
  if (!app.language.empty()) out.member("language", app.language);
}

/// Reads a text; null means absent.
inline void read_text(json::View object, std::string_view key, std::string_view path, std::string& out,
                      Problems& problems) {
  out = DraftView::read_text(object[key], path, problems).value_or(std::string_view());
}

inline void read_user(json::View object, std::string_view prefix, User& out, Problems& problems) {
  if (!object.is_object()) {
    const std::string_view field = prefix.empty() ? "user" : prefix.substr(0, prefix.size() - 1);
    return problems.add(field, "must be an object", "type");
  }
  const std::string path(prefix);
  read_text(object, "id", joined(path, "id"), out.id, problems);
  read_text(object, "username", joined(path, "username"), out.username, problems);
  read_text(object, "email", joined(path, "email"), out.email, problems);
}

inline void read_app(json::View object, App& out, Problems& problems) {
  read_text(object, "id", "id", out.id, problems);
  read_text(object, "name", "name", out.name, problems);
  read_text(object, "project_id", "project_id", out.project_id, problems);
  read_text(object, "language", "language", out.language, problems);
  out.owner = User();
  const json::View owner = object["owner"];
  if (owner.exists() && !owner.is_null()) read_user(owner, "owner.", out.owner, problems);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
