// List, add, show, update, test, remove and restore a notifier. A body has the root key `notifier` (or `notifiers`); on
// create the app is looked for first, then the platform (both 404), then all attributes are judged in one answer (422).

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/call.hpp"
#include "notifier/api/change_events.hpp"
#include "notifier/api/warnings.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/checks.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

inline Response notifier_response(int status, const Notifier& notifier, const std::vector<FieldError>& warnings = {}) {
  return json_response(status, [&](json::Writer& out) {
    out.object([&] {
      out.key("notifier");
      write_json(out, notifier);
      write_warnings(out, warnings);
    });
  });
}

/// Reads the draft of a request to add or update.
inline Result<NotifierDraft> read_draft(json::View body) {
  const auto root = read_root(body, "notifier", "notifiers");
  if (!root) return root.error();
  return NotifierDraft::read(*root);
}

inline Response list_notifiers(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  return list_response("notifiers", [&](json::Writer& out) {
    for (const Notifier& notifier : call.registry.list(app->id)) write_json(out, notifier);
  });
}

inline Response show_notifier(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto notifier = call.registry.find(app->id, call.notifier_id());
  return notifier ? notifier_response(200, *notifier) : not_found("base");
}

inline Response add_notifier(Call& call) {
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto draft = read_draft(*body);
  if (!draft) return failure(draft.error());
  auto change = call.registry.plan_add(app->id, *draft);
  if (!change) return failure(change.error());

  Response response = notifier_response(201, change->notifier, change->warnings);
  record_change(call, *app, "new_notifier", change->notifier, change->notifier.updated_at);
  call.outcome.changes.push_back(std::move(*change));
  return response;
}

inline Response update_notifier(Call& call) {
  const auto body = read_body(call);
  if (!body) return failure(body.error());
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (!call.registry.find(app->id, call.notifier_id())) return not_found("base");
  const auto draft = read_draft(*body);
  if (!draft) return failure(draft.error());
  auto change = call.registry.plan_update(app->id, call.notifier_id(), *draft);
  if (!change) return failure(change.error());

  Response response = notifier_response(200, change->notifier, change->warnings);
  record_change(call, *app, "edit_notifier", change->notifier, change->notifier.updated_at);
  call.outcome.changes.push_back(std::move(*change));
  return response;
}

/// Of why a notifier was switched off, in bytes, no more is kept.
inline constexpr std::size_t longest_reason = 1024;

/// What the host does to a notifier that kept failing. One that is off already is left alone.
inline Response switch_off_notifier(Call& call, std::string_view app_id, std::string_view id, std::string_view reason) {
  const auto app = call.registry.find_app(app_id);
  if (!app) return not_found("app");
  const auto notifier = call.registry.find(app->id, id);
  if (!notifier) return not_found("base");
  if (!notifier->active) return notifier_response(200, *notifier);
  NotifierDraft draft;
  draft.active = false;
  auto change = call.registry.plan_update(app->id, id, draft);
  if (!change) return failure(change.error());
  Notifier& off = change->notifier;
  const std::string_view why = reason.substr(0, cut_position(reason, longest_reason));
  if (!has_no_text(why) && is_utf8(why)) off.switched_off = Notifier::SwitchedOff{std::string(why), off.updated_at};

  Response response = notifier_response(200, off);
  record_change(call, *app, "edit_notifier", change->notifier, change->notifier.updated_at, reason);
  call.outcome.changes.push_back(std::move(*change));
  return response;
}

inline Response remove_notifier(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  auto notifier = call.registry.find(app->id, call.notifier_id());
  if (!notifier) return not_found("base");
  auto change = call.registry.plan_remove(app->id, call.notifier_id());
  if (!change) return failure(change.error());

  record_change(call, *app, "delete_notifier", *notifier, (std::max)(call.now(), notifier->updated_at));
  call.outcome.changes.push_back(std::move(*change));
  Response response;
  response.status = 204;
  return response;
}

/// Puts back what was removed a short while ago, with its id, its dates and its secrets.
inline Response restore_notifier(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  if (call.registry.find(app->id, call.notifier_id())) return error_response(409, "A notifier with this id is there");
  const History* const history = call.options.history;
  const std::string kept = history != nullptr ? history->removed_notifier(app->id, call.notifier_id()) : std::string();
  json::Document document;
  const auto root = document.parse(kept, NOTIFIER_MAX_SNAPSHOT_BYTES);
  auto removed = root ? read_change(*root) : Result<Change>(root.error());
  if (!removed) return not_found("base", "no notifier with this id was removed within the last day");
  auto change = call.registry.plan_restore(app->id, std::move(removed->notifier));
  if (!change) return failure(change.error());

  Response response = notifier_response(200, change->notifier);
  record_change(call, *app, "new_notifier", change->notifier, change->notifier.updated_at);
  call.outcome.changes.push_back(std::move(*change));
  return response;
}

/// Sends one marked event to this notifier alone, active or not. It is no event of the app, so no history keeps it.
inline Response test_notifier(Call& call) {
  const auto app = call.registry.find_app(call.app_name());
  if (!app) return not_found("app");
  const auto notifier = call.registry.find(app->id, call.notifier_id());
  if (!notifier) return not_found("base");

  Buffer event;
  write_test_event(call, *app, *notifier, event);
  const auto delivery = call.router.preview(*notifier, event.view());
  if (!delivery) return failure(delivery.error());
  call.outcome.deliveries.push_back(Delivery::own(*delivery));
  Response response;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  return response;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
