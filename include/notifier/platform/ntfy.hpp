// ntfy: what a server of it takes as JSON, ntfy.sh or any other.
//
// Sources: ntfy's documentation of publishing as JSON, of its limits and of its server's configuration; its source, for
// the codes of errors.

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

/// ntfy's limits, in bytes.
namespace ntfy_limits {
inline constexpr std::size_t message = 4096;  ///< of the text: a longer one becomes a file, in silence
inline constexpr std::size_t body = 8192;     ///< of the JSON

// Ours:
inline constexpr std::size_t link = 2000;  ///< escaped: one half is of no use
}  // namespace ntfy_limits

/// Appends the JSON body for an ntfy server, without the topic.
///
/// Title and text are plain, the priority and a sign before the title are the severity's, and the message's link is
/// what a tap opens.
void format_ntfy(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField ntfy_fields[] = {
    {"type_data.server_url",
     PlatformField::Kind::url,
     PlatformField::Visibility::open,
     false,
     {},
     Place::url,
     {},
     {},
     {},
     "https://ntfy.sh"},
    {"type_data.topic", PlatformField::Kind::token, PlatformField::Visibility::write_only, true, {}, Place::body},
    {"type_data.access_token",
     PlatformField::Kind::token,
     PlatformField::Visibility::write_only,
     false,
     {},
     Place::header,
     "authorization",
     "Bearer "},
    no_signing_secret_field,
};

inline constexpr std::string_view ntfy_target[] = {"server_url", "topic", "access_token"};

inline constexpr KnownReply ntfy_replies[] = {
    {"42908", Verdict::Action::throttle, "ntfy: the messages of this day are used up", true, "code", 429},
    {"42909", Verdict::Action::throttle, "ntfy: too many attempts without a valid access token", true, "code", 429},
    {"41301", Verdict::Action::fail, "ntfy: the server takes no message of this size", true, "code", 413},
    {"41303", Verdict::Action::fail, "ntfy: the server takes no message of this size", true, "code", 413},
    {{}, Verdict::Action::disable, "ntfy: the server does not accept the access token", true, {}, 401},
    {{}, Verdict::Action::disable, "ntfy: the topic may not be written to", true, {}, 403},
};

inline constexpr ReplyRules ntfy_rules = [] {
  ReplyRules rules;
  rules.replies = ntfy_replies;
  rules.receipt = "id";
  return rules;
}();

inline constexpr PayloadLimit ntfy_payload_limits[] = {
    {"", ntfy_limits::body, PayloadLimit::Unit::bytes},
    {"message", ntfy_limits::message, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow ntfy_row = [] {
  PlatformRow row;
  row.platform = Platform::ntfy;
  row.id = "000000006e6f7469f000000b";
  row.name = "ntfy";
  row.display_name = "ntfy";
  row.description = "Pushes the events you choose to a topic of ntfy, at ntfy.sh or a server of your own.";
  row.fields = detail::ntfy_fields;
  row.headers = json_request_headers;
  row.url = "{server_url}/";
  row.target = detail::ntfy_target;
  // Sixty at once, then one in five seconds.
  row.target_limits = {1, 0, {{60, 300000}}};
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/plain_card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// What stands beside the text: title, priority, sign and link.
inline constexpr std::size_t ntfy_tail = 2 * plain_limits::title + ntfy_limits::link + 120;

inline void write_ntfy(CardWriter& card) {
  static constexpr std::string_view priorities[] = {
      ",\"priority\":3", ",\"priority\":3,\"tags\":[\"white_check_mark\"]", ",\"priority\":4,\"tags\":[\"warning\"]",
      ",\"priority\":5,\"tags\":[\"rotating_light\"]"};
  const Message& message = card.message();
  card.hold_back(ntfy_tail);
  card.put("{\"message\":\"");
  write_plain_text(card);
  card.give_back(ntfy_tail);
  card.put("\"");
  card.part(",\"title\":\"", {"title", message.title()}, "\"", plain_limits::title, put_plain_line);
  card.put(priorities[static_cast<std::size_t>(message.severity)]);
  card.link(",\"click\":\"", "\"", ntfy_limits::link, escape<RocketChatUrl>);
  card.put("}");
}

}  // namespace detail

NOTIFIER_INLINE void format_ntfy(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, ntfy_limits::message, detail::write_ntfy,
                     detail::ntfy_tail);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
