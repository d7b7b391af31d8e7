// Apps, as far as clients need them to get one with its default notifier, and the people an email notifier can name.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

inline void write_user(json::Writer& out, const User& user) {
  out.object([&] {
    out.member("id", user.id);
    out.member("username", user.username);
    out.member("email", user.email);
  });
}

inline void write_app(json::Writer& out, const App& app) {
  out.object([&] {
    out.member("id", app.id);
    out.member("name", app.name);
    out.key("owner");
    if (app.owner.id.empty()) {
      out.null();
    } else {
      write_user(out, app.owner);
    }
    if (!app.project_id.empty()) out.member("project_id", app.project_id);
  });
}

inline Response app_response(int status, const App& app) {
  return json_response(status, [&](json::Writer& out) {
    out.object([&] {
      out.key("app");
      write_app(out, app);
    });
  });
}

inline Response list_apps(Call& call) {
  return list_response("apps", [&](json::Writer& out) {
    for (const App& app : call.registry.apps()) write_app(out, app);
  });
}

inline Response show_app(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  return app ? app_response(200, *app) : not_found("app");
}

/// Reads `{"name", "owner":{id, username, email}?, "project_id"?}`; null means absent, and other keys are ignored.
/// Without an owner the app belongs to who asks, where that is known.
inline Result<App> read_app(json::View root, const Request& request) {
  App app;
  Error error;
  const auto read = [&](json::View object, std::string_view key, std::string_view path, std::string& out) {
    const json::View value = object[key];
    if (value.is_string()) {
      out = value.string();
    } else if (value.exists() && !value.is_null()) {
      error.fields.push_back({std::string(path), "must be a string", "type"});
    }
  };
  read(root, "name", "name", app.name);
  read(root, "project_id", "project_id", app.project_id);
  const json::View owner = root["owner"];
  if (owner.is_object()) {
    read(owner, "id", "owner.id", app.owner.id);
    read(owner, "username", "owner.username", app.owner.username);
    read(owner, "email", "owner.email", app.owner.email);
  } else if (owner.exists() && !owner.is_null()) {
    error.fields.push_back({"owner", "must be an object", "type"});
  } else if (!request.user_id.empty()) {
    app.owner = {std::string(request.user_id), std::string(request.username), std::string(request.email)};
  }
  if (!error.fields.empty()) return error;
  return app;
}

inline Response add_app(Call& call) {
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  const auto root = read_root(*body, "app");
  if (!root) return failure(root.error());
  auto app = read_app(*root, call.request);
  if (!app) return failure(app.error());
  auto changes = call.registry.plan_add_app(std::move(*app), true);
  if (!changes) return failure(changes.error());
  call.outcome.changes = std::move(*changes);
  return app_response(201, call.outcome.changes.front().app);
}

inline Response list_collaborators(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  return list_response("collaborators", [&](json::Writer& out) {
    const auto write = [&](const User& user) {
      out.object([&] {
        out.member("id", user.id);
        out.member("app_id", app->id);
        out.member("username", user.username);
        out.member("email", user.email);
        out.member("user_id", user.id);
        out.member("status", "accepted");
      });
    };
    if (!app->owner.id.empty()) write(app->owner);
    for (const User& user : call.registry.users()) {
      if (user.id != app->owner.id) write(user);
    }
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
