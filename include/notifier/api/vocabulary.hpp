// Notification platforms, event types and event categories, which need no authentication; and the vocabulary as a
// whole.

#pragma once

#include <string_view>
#include <utility>

#include "notifier/api/call.hpp"
#include "notifier/api/revalidation.hpp"
#include "notifier/platform/table_json.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

inline Response list_platforms(Call& call) {
  return without_secrets(call, list_response("notification_platforms", [&](json::Writer& out) {
                           const auto vocabulary = call.registry.vocabulary();
                           for_each_platform(*vocabulary, [&](const PlatformRow& row) {
                             write_json(out, row, *vocabulary, call.registry.settings().logo_url);
                           });
                         }));
}

inline Response search_platforms(Call& call) {
  return without_secrets(call, list_response("notification_platforms", [&](json::Writer& out) {
                           const PlatformInfo* info =
                               platform_named(call.target.parameter("name"), *call.registry.vocabulary());
                           if (info != nullptr)
                             write_json(out, *info, *call.registry.vocabulary(), call.registry.settings().logo_url);
                         }));
}

inline Response show_platform(Call& call) {
  const PlatformInfo* info = platform_of_id(call.parameters[0], *call.registry.vocabulary());
  if (info == nullptr) return not_found("notification_platform");
  return without_secrets(call, json_response(200, [&](json::Writer& out) {
                           out.object([&] {
                             out.key("notification_platform");
                             write_json(out, *info, *call.registry.vocabulary(), call.registry.settings().logo_url);
                           });
                         }));
}

inline Response list_event_types(Call& call) {
  const auto vocabulary = call.registry.vocabulary();
  return without_secrets(call, list_response("event_types", [&](json::Writer& out) {
                           for (const EventType& type : vocabulary->event_types()) write_json(out, type);
                         }));
}

inline Response list_event_categories(Call& call) {
  const auto vocabulary = call.registry.vocabulary();
  return without_secrets(call, list_response("event_categories", [&](json::Writer& out) {
                           for (const Category& category : vocabulary->categories()) write_json(out, category);
                         }));
}

/// `{"vocabulary":{...}}`, in the form of Vocabulary::read().
inline Response vocabulary_response(const Vocabulary& vocabulary) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key("vocabulary");
      write_json(out, vocabulary);
    });
  });
}

inline Response show_vocabulary(Call& call) {
  return without_secrets(call, vocabulary_response(*call.registry.vocabulary()));
}

/// The whole of it is replaced, where it still is what If-Match names. It may be as long as an event.
inline Response put_vocabulary(Call& call) {
  const auto body = read_body(call, NOTIFIER_MAX_EVENT_BYTES);
  if (!body) return failure(body.error());
  const auto root = read_root(*body, "vocabulary");
  if (!root) return failure(root.error());
  auto vocabulary = call.registry.read_vocabulary(*root);
  if (!vocabulary) return failure(vocabulary.error());
  auto change = call.registry.plan_put_vocabulary(*std::move(vocabulary));
  if (!change) return failure(change.error());
  if (!may_change(call, vocabulary_response(*call.registry.vocabulary()))) {
    return error_response(412,
                          "The vocabulary has changed since it was read; nothing has changed: read it and try again");
  }
  Response response = vocabulary_response(*change->vocabulary);
  if (version_of(*change->vocabulary) != change->expected) call.outcome.changes.push_back(std::move(*change));
  return response;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
