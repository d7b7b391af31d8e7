// Pushover: what its API takes as a message.
//
// Sources: Pushover's documentation of its API: messages, their limits, priorities, and being friendly to it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/incoming_webhook.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Pushover's limits, in code points.
namespace pushover_limits {
inline constexpr std::size_t message = 1024;
inline constexpr std::size_t title = 250;
inline constexpr std::size_t url = 512;  ///< escaped: one half is of no use
inline constexpr std::size_t url_title = 100;
}  // namespace pushover_limits

/// Appends the JSON body of a message for Pushover, without application and user.
///
/// Title and text are plain. What is no trouble comes without a sound, an error also in quiet hours; nothing has to be
/// acknowledged. The message's link stands below it, and the time is the event's.
void format_pushover(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField pushover_fields[] = {
    {"type_data.api_token",
     PlatformField::Kind::token,
     PlatformField::Visibility::write_only,
     true,
     {},
     Place::body,
     "token"},
    {"type_data.user_key",
     PlatformField::Kind::token,
     PlatformField::Visibility::write_only,
     true,
     {},
     Place::body,
     "user"},
    {"type_data.device", PlatformField::Kind::token, PlatformField::Visibility::open, false, {}, Place::body},
    no_signing_secret_field,
};

inline constexpr std::string_view pushover_target[] = {"api_token", "user_key"};

inline constexpr KnownReply pushover_replies[] = {
    {"invalid", Verdict::Action::disable, "Pushover: the application's token is not valid", true, "token", 400},
    {"invalid", Verdict::Action::disable, "Pushover: the user's or group's key is not valid", true, "user", 400},
    {{}, Verdict::Action::throttle, "Pushover: the application's messages of this month are used up", true, {}, 429},
};

inline constexpr ReplyRules pushover_rules = [] {
  ReplyRules rules;
  rules.success_member = "status";
  rules.success_text = "1";
  rules.unlike_success = "the target answered success, but not as Pushover does";
  rules.denied_success = "Pushover refuses it";
  rules.replies = pushover_replies;
  return rules;
}();

inline constexpr PayloadLimit pushover_payload_limits[] = {
    {"message", pushover_limits::message},
    {"title", pushover_limits::title},
    {"url", pushover_limits::url},
    {"url_title", pushover_limits::url_title},
};

}  // namespace detail

inline constexpr PlatformRow pushover_row = [] {
  PlatformRow row;
  row.platform = Platform::pushover;
  row.id = "000000006e6f7469f000000c";
  row.name = "pushover";
  row.display_name = "Pushover";
  row.description = "Pushes the events you choose to the devices of a person or a group through Pushover.";
  row.fields = detail::pushover_fields;
  row.headers = json_request_headers;
  row.url = "https://api.pushover.net/1/messages.json";
  row.target = detail::pushover_target;
  row.target_limits = {1, 0};
  row.most_fields = 6;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/plain_card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// What stands beside the text: title, priority, time and link.
inline constexpr std::size_t pushover_tail = 2 * plain_limits::title + pushover_limits::url + 120;

inline void write_pushover(CardWriter& card) {
  static constexpr std::string_view priorities[] = {",\"priority\":-1", ",\"priority\":-1", ",\"priority\":0",
                                                    ",\"priority\":1"};
  const Message& message = card.message();
  card.hold_back(pushover_tail);
  card.put("{\"message\":\"");
  write_plain_text(card);
  card.give_back(pushover_tail);
  card.put("\"");
  card.part(",\"title\":\"", {"title", message.title()}, "\"", plain_limits::title, put_plain_line);
  card.put(priorities[static_cast<std::size_t>(message.severity)]);
  const auto time = message.time();
  if (time && time->ms > 0) {
    card.put(",\"timestamp\":");
    card.put(decimal(static_cast<std::uint64_t>(time->ms / 1000)));
  }
  card.link(",\"url_title\":\"View details\",\"url\":\"", "\"", pushover_limits::url, escape<RocketChatUrl>);
  card.put("}");
}

}  // namespace detail

NOTIFIER_INLINE void format_pushover(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::code_points, pushover_limits::message, detail::write_pushover,
                     detail::pushover_tail);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
