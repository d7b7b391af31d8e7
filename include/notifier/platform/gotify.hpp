// Gotify: what a server of it takes as a message of an application.
//
// Sources: the specification of its API that Gotify publishes, its documentation of message extras and of priorities.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/incoming_webhook.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// In bytes of JSON.
namespace gotify_limits {
// Gotify names none; these are ours:
inline constexpr std::size_t body = 16000;
inline constexpr std::size_t link = 2000;  ///< escaped: one half is of no use
}  // namespace gotify_limits

/// Appends the JSON body of a message for Gotify.
///
/// Title and text are plain, the priority is the severity's: 4 makes a sound, 8 and more are urgent. The message's link
/// is what a click opens.
void format_gotify(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField gotify_fields[] = {
    {"type_data.server_url", PlatformField::Kind::url, PlatformField::Visibility::open, true, {}, Place::url},
    // Never in the URL, which servers log.
    {"type_data.app_token",
     PlatformField::Kind::token,
     PlatformField::Visibility::write_only,
     true,
     {},
     Place::header,
     "x-gotify-key"},
    no_signing_secret_field,
};

inline constexpr std::string_view gotify_target[] = {"server_url", "app_token"};

inline constexpr KnownReply gotify_replies[] = {
    {{}, Verdict::Action::disable, "Gotify: the server does not accept the application's token", true, {}, 401},
    {{}, Verdict::Action::disable, "Gotify: the token is not an application's", true, {}, 403},
};

inline constexpr ReplyRules gotify_rules = [] {
  ReplyRules rules;
  rules.replies = gotify_replies;
  rules.receipt = "id";
  return rules;
}();

inline constexpr PayloadLimit gotify_payload_limits[] = {
    {"", gotify_limits::body, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow gotify_row = [] {
  PlatformRow row;
  row.platform = Platform::gotify;
  row.id = "000000006e6f7469f000000d";
  row.name = "gotify";
  row.display_name = "Gotify";
  row.description = "Pushes the events you choose through a Gotify server of your own.";
  row.fields = detail::gotify_fields;
  row.headers = json_request_headers;
  row.url = "{server_url}/message";
  row.target = detail::gotify_target;
  row.target_limits = {2, 0};
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/plain_card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline void write_gotify(CardWriter& card) {
  static constexpr std::string_view begins[] = {"{\"priority\":4,\"message\":\"", "{\"priority\":4,\"message\":\"",
                                                "{\"priority\":6,\"message\":\"", "{\"priority\":8,\"message\":\""};
  // Title, link, and what ends it all.
  constexpr std::size_t tail = 2 * plain_limits::title + gotify_limits::link + 120;
  const Message& message = card.message();
  card.hold_back(tail);
  card.put(begins[static_cast<std::size_t>(message.severity)]);
  write_plain_text(card);
  card.give_back(tail);
  card.put("\"");
  card.part(",\"title\":\"", {"title", message.title()}, "\"", plain_limits::title, put_plain_line);
  card.link(",\"extras\":{\"client::notification\":{\"click\":{\"url\":\"", "\"}}}", gotify_limits::link,
            escape<RocketChatUrl>);
  card.put("}");
}

}  // namespace detail

NOTIFIER_INLINE void format_gotify(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, gotify_limits::body, detail::write_gotify);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
