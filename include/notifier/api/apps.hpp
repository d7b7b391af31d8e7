// Apps and the people an email notifier can name, as far as clients need them.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/change_events.hpp"
#include "notifier/api/warnings.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

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
    if (!app.language.empty()) out.member("language", app.language);
  });
}

inline Response app_response(int status, const App& app, const std::vector<FieldError>& warnings = {}) {
  return json_response(status, [&](json::Writer& out) {
    out.object([&] {
      out.key("app");
      write_app(out, app);
      write_warnings(out, warnings);
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

/// Reads texts that may be absent; null means absent.
class TextReader {
 public:
  void read(json::View object, std::string_view key, std::string_view path, std::optional<std::string>& out) {
    const json::View value = object[key];
    if (value.is_string()) {
      out = value.string();
    } else if (value.exists() && !value.is_null()) {
      error_.fields.push_back({std::string(path), "must be a string", "type"});
    }
  }
  void read(json::View object, std::string_view key, std::string_view path, std::string& out) {
    std::optional<std::string> text;
    read(object, key, path, text);
    if (text) out = *std::move(text);
  }
  void refuse(std::string_view field, std::string_view message) {
    error_.fields.push_back({std::string(field), std::string(message), "type"});
  }
  bool is_fine() const noexcept { return error_.fields.empty(); }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// Remarks on the keys of an app that nobody knows; its id and notifiers are known, though nothing comes of them here.
inline std::vector<FieldError> remarks_on_app(json::View root) {
  Problems warnings;
  check_keys(root, app_keys, {}, warnings);
  check_keys(root["owner"], user_keys, "owner.", warnings);
  return std::move(warnings.list());
}

/// Reads `{"name"?, "owner":{id, username, email}?, "project_id"?, "language"?}`; null means absent, and other keys are
/// ignored.
inline Result<AppPatch> read_app_patch(json::View root) {
  AppPatch patch;
  TextReader reader;
  reader.read(root, "name", "name", patch.name);
  reader.read(root, "project_id", "project_id", patch.project_id);
  reader.read(root, "language", "language", patch.language);
  const json::View owner = root["owner"];
  if (owner.is_object()) {
    patch.owner.emplace();
    reader.read(owner, "id", "owner.id", patch.owner->id);
    reader.read(owner, "username", "owner.username", patch.owner->username);
    reader.read(owner, "email", "owner.email", patch.owner->email);
  } else if (owner.exists() && !owner.is_null()) {
    reader.refuse("owner", "must be an object");
  }
  if (!reader.is_fine()) return reader.error();
  return patch;
}

/// Reads an app to be added. Without an owner it belongs to who asks, where that is known.
inline Result<App> read_app(json::View root, const Request& request) {
  auto patch = read_app_patch(root);
  if (!patch) return std::move(patch).error();
  App app;
  if (patch->name) app.name = *std::move(patch->name);
  if (patch->project_id) app.project_id = *std::move(patch->project_id);
  if (patch->language) app.language = *std::move(patch->language);
  if (patch->owner) {
    app.owner = *std::move(patch->owner);
  } else if (!request.user_id.empty()) {
    app.owner = {std::string(request.user_id), std::string(request.username), std::string(request.email)};
  }
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
  return app_response(201, call.outcome.changes.front().app, remarks_on_app(*root));
}

inline Response update_app(Call& call) {
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto root = read_root(*body, "app");
  if (!root) return failure(root.error());
  const auto patch = read_app_patch(*root);
  if (!patch) return failure(patch.error());
  auto change = call.registry.plan_update_app(app->id, *patch);
  if (!change) return failure(change.error());
  Response response = app_response(200, change->app, remarks_on_app(*root));
  if (version_of(change->app) == change->expected) return response;
  record_app_changes(call, *app, change->app);
  call.outcome.changes.push_back(std::move(*change));
  return response;
}

/// Nobody is told: whom the app's events went to is removed with it.
inline Response remove_app(Call& call) {
  auto changes = call.registry.plan_remove_app(call.app_name());
  if (!changes) return failure(changes.error());
  call.outcome.changes = std::move(*changes);
  Response response;
  response.status = 204;
  return response;
}

inline Response user_response(const User& user, const std::vector<FieldError>& warnings) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key("user");
      write_user(out, user);
      write_warnings(out, warnings);
    });
  });
}

/// Reads `{"username"?, "email"?}`.
inline Response update_user(Call& call) {
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  const std::string_view id = call.parameters[0];
  if (!call.registry.find_user(id)) return not_found("user");
  const auto root = read_root(*body, "user");
  if (!root) return failure(root.error());
  UserPatch patch;
  TextReader reader;
  reader.read(*root, "username", "username", patch.username);
  reader.read(*root, "email", "email", patch.email);
  if (!reader.is_fine()) return failure(reader.error());
  auto change = call.registry.plan_update_user(id, patch);
  if (!change) return failure(change.error());
  Problems warnings;
  check_keys(*root, user_keys, {}, warnings);
  Response response = user_response(change->user, warnings.list());
  if (version_of(change->user) != change->expected) call.outcome.changes.push_back(std::move(*change));
  return response;
}

inline Response remove_user(Call& call) {
  auto change = call.registry.plan_remove_user(call.parameters[0]);
  if (!change) return failure(change.error());
  call.outcome.changes.push_back(std::move(*change));
  Response response;
  response.status = 204;
  return response;
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
