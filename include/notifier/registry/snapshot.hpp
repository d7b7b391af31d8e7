// A registry as one JSON document: `{"version":1,"apps":[{"id","name",...,"notifiers":[...]}],"users":[...],...}`, with
// notifiers as the API writes them, and their secrets.

#pragma once

#include <string>

#include "notifier/registry/model_json.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/registry/settings_links.hpp"
#include "notifier/registry/state.hpp"
#include "notifier/registry/vocabulary_json.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Writes the members of a snapshot that are about no app and no person.
inline void write_configuration_members(json::Writer& out, const State& state) {
  write_vocabulary_member(out, *state.vocabulary);
  if (state.settings->email_from != Settings().email_from) out.member("email_from", state.settings->email_from);
  if (!state.settings->link_base.empty()) out.member("link_base", state.settings->link_base);
  write_links(out, state.settings->links);
  if (!state.settings->logo_url.empty()) out.member("logo_url", state.settings->logo_url);
  if (!state.settings->language.empty()) out.member("language", state.settings->language);
}

inline void write_configuration(json::Writer& out, const State& state) {
  out.object([&] {
    out.key("version");
    out.integer(1);
    write_configuration_members(out, state);
  });
}

inline void write_snapshot(json::Writer& out, const State& state) {
  Notifier notifier;
  out.begin_object();
  out.key("version");
  out.integer(1);
  out.key("apps");
  out.begin_array();
  for (const AppBlock* const app : state.apps_in_order()) {
    out.begin_object();
    write_app_members(out, app->app());
    out.key("notifiers");
    out.begin_array();
    app->for_each_record([&](Record record) {
      state.read(*app, record, notifier);
      write_json(out, notifier, Secrets::keep);
    });
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.key("users");
  out.begin_array();
  for (const UserBlock* const user : state.users_in_order()) write_user(out, user->user());
  out.end_array();
  write_configuration_members(out, state);
  out.end_object();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
