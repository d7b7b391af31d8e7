// What previews elsewhere need to know of this host: who mails come from, and where links lead.

#pragma once

#include "notifier/api/call.hpp"
#include "notifier/api/revalidation.hpp"
#include "notifier/registry/settings_links.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// `{"settings":{"email_from":...,"link_base":...,"links":{...}}}`: what a notifier's messages are made with. It holds
/// no secret; `link_base` is empty where there is none, `links` is left out. Where messages may be in more languages
/// than English, `languages` are their tags, and `language` is the one of notifiers that name none.
inline Response show_settings(Call& call) {
  const Settings settings = call.registry.settings();
  return without_secrets(call, json_response(200, [&](json::Writer& out) {
                           out.object([&] {
                             out.key("settings");
                             out.object([&] {
                               out.member("email_from", settings.email_from);
                               out.member("link_base", settings.link_base);
                               write_links(out, settings.links);
                               const auto vocabulary = call.registry.vocabulary();
                               const auto languages = vocabulary->languages();
                               if (languages.size() == 1) return;
                               out.member("language",
                                          settings.language.empty() ? english : std::string_view(settings.language));
                               out.key("languages");
                               out.array([&] {
                                 for (const std::string_view language : languages) out.string(language);
                               });
                             });
                           });
                         }));
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
