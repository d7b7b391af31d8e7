// An engine, and what its functions share: reading their input, answering.

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "answer.hpp"
#include "host.hpp"
#include "notifier/api/api.hpp"
#include "notifier/notifier.hpp"
#include "respond.hpp"

struct notifier_engine {
  explicit notifier_engine(std::uint32_t host)
      : registry(registry_options(host)), router(registry, router_options(host)), api(registry, api_options(host)) {}

  notifier::Registry registry;
  notifier::Router router;
  notifier_wasm::HostHistory history;
  notifier::Api api;
  notifier::json::Document document;
  notifier::json::Document audience;
  /// What notifier_prepare() has made and nobody has ended yet, by its ticket.
  std::list<std::pair<std::uint32_t, notifier::Prepared>> prepared;
  std::uint32_t last_ticket = 0;

 private:
  static notifier::RegistryOptions registry_options(std::uint32_t host) {
    notifier::RegistryOptions options;
    if ((host & NOTIFIER_HOST_CLOCK) != 0) options.clock = notifier_wasm::host_now;
    if ((host & NOTIFIER_HOST_IDS) != 0) options.new_id = notifier_wasm::host_new_id;
    if ((host & NOTIFIER_HOST_REFUSE_URL) != 0) options.refuse_url = notifier_wasm::host_refuse_url;
    return options;
  }

  notifier::RouterOptions router_options(std::uint32_t host) {
    notifier::RouterOptions options;
    if ((host & NOTIFIER_HOST_CLOCK) != 0) options.clock = notifier_wasm::host_now;
    if ((host & NOTIFIER_HOST_IDS) != 0) options.new_id = notifier_wasm::host_new_id;
    if ((host & NOTIFIER_HOST_COMPOSE) != 0) options.compose = notifier_wasm::host_compose;
    if ((host & NOTIFIER_HOST_USERS) != 0) {
      options.users = [this](std::string_view id, std::string& email) {
        if (notifier_wasm::host_user(id, email)) return true;
        const auto user = registry.find_user(id);
        if (user) email = user->email;
        return user.has_value();
      };
    }
    return options;
  }

  notifier::ApiOptions api_options(std::uint32_t host) {
    notifier::ApiOptions options;
    options.router = router_options(host);
    if ((host & NOTIFIER_HOST_IDS) != 0) options.new_id = notifier_wasm::host_new_id;
    if ((host & NOTIFIER_HOST_HISTORY) != 0) options.history = &history;
    return options;
  }
};

namespace notifier_wasm {

using notifier::NotifierDraft;

inline Error no_notifier(std::string_view id) { return notifier::detail::no_notifier(id, "notifier"); }

/// Parses an object. Where it is none, answers so and returns false.
inline bool read_object(notifier_engine* engine, std::string_view json, std::size_t max_bytes, View& object) {
  const Result<View> root = engine->document.parse(json, max_bytes);
  if (root && root->is_object()) {
    object = *root;
    return true;
  }
  Error error;
  error.code = notifier::errc::not_an_object;
  error.message = "a JSON object is needed";
  answer.fail(root ? error : root.error());
  return false;
}

inline notifier::User read_user(View object) {
  return {object["id"].text(), object["username"].text(), object["email"].text()};
}

/// Reads a draft, whose platform may be given by name. A key that no notifier has is a problem.
inline NotifierDraft read_draft(View object) {
  NotifierDraft draft = NotifierDraft::read(object);
  notifier::detail::Problems problems;
  for (const std::string& key : draft.unknown) {
    notifier::detail::refuse_key(key, notifier::detail::DraftView::keys, {}, problems);
  }
  draft.problems.insert(draft.problems.end(), problems.list().begin(), problems.list().end());
  if (!draft.platform_id) {
    draft.platform = object.string("platform");
    if (const auto* named = notifier::find_platform_by_name(*draft.platform)) draft.platform_id = named->id;
  }
  return draft;
}

/// Reads who else is concerned, and what the event is known by. Where that cannot be read, answers so and returns
/// false.
inline bool read_audience(notifier_engine* engine, std::string_view json, notifier::Audience& audience) {
  if (json.empty()) return true;
  const Result<View> root = engine->audience.parse(json, NOTIFIER_MAX_BODY_BYTES);
  if (!root) {
    answer.fail(root.error());
    return false;
  }
  (*root)["notifier_ids"].for_each_element([&](View id) { audience.notifier_ids.push_back(id.string()); });
  (*root)["app_ids"].for_each_element([&](View id) { audience.app_ids.push_back(id.string()); });
  audience.event_id = root->string("event_id");
  return true;
}

}  // namespace notifier_wasm
