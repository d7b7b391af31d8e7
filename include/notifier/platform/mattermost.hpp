// Mattermost: what an incoming webhook takes.
//
// Sources: Mattermost's documentation of incoming webhooks and message attachments
// (https://developers.mattermost.com/integrate/webhooks/incoming/), and its server's source.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/incoming_webhook.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Mattermost's limits, in code points of the text as it is sent.
namespace mattermost_limits {
/// A post's text, which the server splits where it is longer; the JSON of the whole message is counted, which is more.
inline constexpr std::size_t message = 16383;
/// A footer is cut behind so many.
inline constexpr std::size_t footer = 300;

// Ours, so that no part takes all:
inline constexpr std::size_t title = 200;
inline constexpr std::size_t sentence = 1500;
inline constexpr std::size_t heading = 60;  ///< of app and event kind each
inline constexpr std::size_t label = 100;
inline constexpr std::size_t value = 1000;
inline constexpr std::size_t actor = 100;
inline constexpr std::size_t code = 4000;
inline constexpr std::size_t link = 1500;  ///< escaped: one half is of no use
inline constexpr std::size_t fields = 30;
inline constexpr std::size_t logs = 4;
}  // namespace mattermost_limits

/// Appends the JSON body of a Mattermost incoming webhook.
///
/// `text` is title, in bold, and sentence; one attachment in the severity's colour, under the names of app and event
/// kind, which lead to the message's link, holds logs between fences, the fields, two in a line where they are short,
/// and in its footer who did it and when.
///
/// Markdown is alive everywhere. Plain values stand as they are, all others as inline code; in prose a zero-width
/// joiner takes mentions, links, emoji and references apart, and likes of `*` `` ` `` `~` `$` `|` stand in for them.
void format_mattermost(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

/// Whether a URL is that of an incoming webhook of Mattermost: /hooks/ and 26 letters and digits, which no other server
/// that takes messages of Slack's has.
constexpr bool is_mattermost_hook(std::string_view url) noexcept {
  constexpr std::string_view before = "/hooks/";
  constexpr std::size_t digits = 26;
  url = url.substr(0, url.find_first_of("?#"));
  if (url.size() < before.size() + digits) return false;
  for (std::size_t i = url.size() - digits; i < url.size(); ++i) {
    if (!(url[i] >= 'a' && url[i] <= 'z') && !is_digit(url[i])) return false;
  }
  return url.substr(url.size() - digits - before.size(), before.size()) == before;
}

inline constexpr PlatformField mattermost_fields[] = {
    webhook_url_field,
    no_signing_secret_field,
    {"type_data.channel", PlatformField::Kind::text, PlatformField::Visibility::open, false, {}, Place::body},
    {"type_data.username", PlatformField::Kind::text, PlatformField::Visibility::open, false, {}, Place::body},
};

inline constexpr KnownReply mattermost_replies[] = {
    {"web.incoming_webhook.invalid.app_error", Verdict::Action::disable, "Mattermost: this webhook does not exist",
     true, "id"},
    {"web.incoming_webhook.channel.app_error", Verdict::Action::disable, "Mattermost: the channel does not exist", true,
     "id"},
    {"web.incoming_webhook.channel_locked.app_error", Verdict::Action::fail,
     "Mattermost: this webhook may not post to another channel", true, "id"},
    {"web.incoming_webhook.permissions.app_error", Verdict::Action::fail,
     "Mattermost: this webhook may not post to the channel", true, "id"},
    {"web.incoming_webhook.disabled.app_error", Verdict::Action::fail,
     "Mattermost: an administrator switched incoming webhooks off", true, "id"},
};

inline constexpr ReplyRules mattermost_rules = [] {
  ReplyRules rules;
  rules.success_body = "ok";
  rules.unlike_success = "the target answered success, but not the \"ok\" that Mattermost says";
  rules.replies = mattermost_replies;
  return rules;
}();

inline constexpr PayloadLimit mattermost_payload_limits[] = {
    {"", mattermost_limits::message},
    {"attachments[].footer", mattermost_limits::footer},
};

}  // namespace detail

inline constexpr PlatformRow mattermost_row = [] {
  PlatformRow row;
  row.platform = Platform::mattermost;
  row.id = "000000006e6f7469f0000005";
  row.name = "mattermost";
  row.display_name = "Mattermost";
  row.description = "Posts the events you choose to a channel of any Mattermost server.";
  row.fields = detail::mattermost_fields;
  row.headers = json_request_headers;
  row.target_limits = {2, 0};
  row.most_fields = mattermost_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/mattermost_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr CardList mattermost_field_list = {
    ",\"fields\":[", ",", "{\"title\":\"",          "\",\"value\":\"",        "\",\"short\":true}",
    "\"}",           "]", mattermost_limits::label, mattermost_limits::value, put_mattermost_value,
    "[View](",       ")", escape<RocketChatTarget>,
};

inline constexpr CardList mattermost_log_list = {
    ",\"text\":\"",
    "\\n",
    {},
    "\\n```\\n",
    "\\n```",
    "\\n```",
    "\"",
    mattermost_limits::label,
    mattermost_limits::code,
    put_part<RocketChatCode>,
};

inline void write_mattermost(CardWriter& card) {
  static constexpr std::string_view colors[] = {"#1c58d9", "#3db887", "#ffbc1f", "#d24b4e"};
  const Message& message = card.message();
  constexpr PartWriter line = put_mattermost_line;
  // The fields' own frame, the footer, and what ends it all.
  constexpr std::size_t tail = mattermost_limits::footer + 100;
  card.hold_back(tail);
  card.put("{\"text\":\"");
  const bool has_title = card.part("**", {"title", message.title()}, "**", mattermost_limits::title, line);
  const bool has_sentence =
      card.part(has_title ? "\\n" : "", {"sentence", message.sentence()}, {}, mattermost_limits::sentence, line);
  if (!has_title && !has_sentence) card.put("Event");
  card.put("\",\"attachments\":[{\"color\":\"");
  card.put(colors[static_cast<std::size_t>(message.severity)]);
  card.put("\",\"fallback\":\"");
  if (!card.part({}, {"title", message.title()}, {}, mattermost_limits::title, line)) card.put("Event");
  card.put("\"");
  const bool has_heading = card.joined(",\"title\":\"", {{"subject", message.subject()}, {"kind", message.kind()}},
                                       "\"", mattermost_limits::heading, line);
  card.link(has_heading ? ",\"title_link\":\"" : ",\"title\":\"View details\",\"title_link\":\"", "\"",
            mattermost_limits::link, escape<RocketChatUrl>);
  card.fields(mattermost_field_list, mattermost_limits::fields);
  card.logs(mattermost_log_list, mattermost_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined(",\"footer\":\"", {{"actor", message.actor()}, {"time", message.readable_time()}}, "\"",
              mattermost_limits::actor, line);
  card.put("}]}");
}

}  // namespace detail

NOTIFIER_INLINE void format_mattermost(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::code_points, mattermost_limits::message,
                     detail::write_mattermost);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
