// Discord: what a channel's webhook takes.
//
// Sources: Discord's documentation of webhooks, embeds, message formatting and rate limits
// (https://discord.com/developers/docs/resources/webhook#execute-webhook).

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

/// Discord's limits, in code points of the texts as they are sent, backslashes included.
namespace discord_limits {
inline constexpr std::size_t title = 256;
inline constexpr std::size_t description = 4096;
inline constexpr std::size_t fields = 25;
inline constexpr std::size_t field_name = 256;
inline constexpr std::size_t field_value = 1024;
inline constexpr std::size_t footer = 2048;
inline constexpr std::size_t embeds = 10;
/// The texts of all embeds together; the JSON of all is counted, which is more.
inline constexpr std::size_t message = 6000;
/// Above about 10,000 bytes of UTF-8 in one text the answer is 500, for ever.
inline constexpr std::size_t text_bytes = 9900;

// Ours, so that no part takes all:
inline constexpr std::size_t sentence = 1500;
inline constexpr std::size_t link = 1800;  ///< escaped: one half is of no use
inline constexpr std::size_t label = 100;
inline constexpr std::size_t origin = 200;  ///< an actor's name, an event's kind
inline constexpr std::size_t code = 3900;   ///< a log: the label and the fences go off the description
inline constexpr std::size_t logs = 4;      ///< logs shown, each an embed
}  // namespace discord_limits

/// Appends the JSON body of a Discord webhook.
///
/// One embed in the severity's colour holds title, sentence, the message's link, the fields, three in a line where they
/// are short, and in its footer who did it, the event's kind and, as each reader's clock has it, the time. A log is an
/// embed of its own.
///
/// No text of an event is markup, mention, emoji or link: a backslash is before whatever could be, and
/// `allowed_mentions` allows none. Links are of the form `[label](url)`, never the `url` of an embed: for hosts without
/// a domain that is refused, and the message with it.
void format_discord(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField discord_fields[] = {
    webhook_url_field,
    no_signing_secret_field,
    {"type_data.thread_id", PlatformField::Kind::token, PlatformField::Visibility::open, false, {}, Place::query},
};

inline constexpr KnownReply discord_replies[] = {
    {"10003", Verdict::Action::disable, "Discord: the channel or thread does not exist (10003)", true, "code", 404},
    {{}, Verdict::Action::disable, "Discord: this webhook does not exist", true, {}, 404},
    {{}, Verdict::Action::disable, "Discord: the webhook's token is not valid", true, {}, 401},
};

inline constexpr ReplyRules discord_rules = [] {
  ReplyRules rules;
  rules.replies = discord_replies;
  rules.retry_after = "retry_after";
  rules.receipt = "id";
  return rules;
}();

inline constexpr PayloadLimit discord_payload_limits[] = {
    {"", discord_limits::message},
    {"embeds", discord_limits::embeds, PayloadLimit::Unit::elements},
    {"embeds[].title", discord_limits::title},
    {"embeds[].title", discord_limits::text_bytes, PayloadLimit::Unit::bytes},
    {"embeds[].description", discord_limits::description},
    {"embeds[].description", discord_limits::text_bytes, PayloadLimit::Unit::bytes},
    {"embeds[].fields", discord_limits::fields, PayloadLimit::Unit::elements},
    {"embeds[].fields[].name", discord_limits::field_name},
    {"embeds[].fields[].value", discord_limits::field_value},
    {"embeds[].footer.text", discord_limits::footer},
};

}  // namespace detail

inline constexpr PlatformRow discord_row = [] {
  PlatformRow row;
  row.platform = Platform::discord;
  row.id = "000000006e6f7469f0000006";
  row.name = "discord";
  row.display_name = "Discord";
  row.description = "Posts the events you choose to a Discord channel or thread through its webhook.";
  row.fields = detail::discord_fields;
  row.headers = json_request_headers;
  // So that failures are told in the answer.
  row.query = "wait=true";
  row.target_limits = {1, 0, {{5, 2000}}};
  row.most_fields = discord_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/discord_escape.hpp"
#include "notifier/format/rocket_chat_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// A log between fences; of scripts of many bytes, fewer characters.
inline char* put_discord_log(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out,
                             Truncations& cut) {
  constexpr std::size_t most = discord_limits::text_bytes - 500;
  if (text.size() > most) limit.text = (std::min)(limit.text, count_code_points(text.substr(0, most)));
  return put_part<RocketChatCode>(part, text, limit, unit, out, cut);
}

inline constexpr CardList discord_field_list = {
    ",\"fields\":[", ",", "{\"name\":\"",           "\",\"value\":\"",           "\",\"inline\":true}",
    "\"}",           "]", discord_limits::label,    discord_limits::field_value, put_part<DiscordText>,
    "[View](",       ")", escape<RocketChatTarget>,
};

inline void write_discord(CardWriter& card) {
  // What each embed begins with, and a log's embed goes on with.
  static constexpr std::string_view colors[] = {
      "\"color\":5793266,\"description\":\"**", "\"color\":2336090,\"description\":\"**",
      "\"color\":15774258,\"description\":\"**", "\"color\":15875907,\"description\":\"**"};
  const Message& message = card.message();
  const std::string_view color = colors[static_cast<std::size_t>(message.severity)];
  // The footer, the time, and what ends it all.
  constexpr std::size_t tail = 2 * discord_limits::origin + 150;
  card.put("{\"allowed_mentions\":{\"parse\":[]},\"embeds\":[{");
  card.put(color.substr(0, color.find(',')));
  card.hold_back(tail + discord_limits::link);
  const bool has_title =
      card.part(",\"title\":\"", {"title", message.title()}, "\"", discord_limits::title, put_part<DiscordText>);
  const bool has_sentence = card.part(",\"description\":\"", {"sentence", message.sentence()}, {},
                                      discord_limits::sentence, put_part<DiscordText>);
  card.give_back(discord_limits::link);
  const bool has_link = card.link(has_sentence ? "\\n[View details](" : ",\"description\":\"[View details](", ")",
                                  discord_limits::link, escape<RocketChatTarget>);
  if (has_sentence || has_link) {
    card.put("\"");
  } else if (!has_title) {
    card.put(",\"title\":\"Event\"");
  }
  card.fields(discord_field_list, discord_limits::fields);
  card.give_back(tail);
  card.joined(",\"footer\":{\"text\":\"", {{"actor", message.actor()}, {"kind", message.kind()}}, "\"}",
              discord_limits::origin, put_part<RocketChatInlineCode>);
  card.time(",\"timestamp\":\"", "\"");
  card.hold_back(3);
  card.logs({"},{",
             "},{",
             color,
             "**\\n```\\n",
             "\\n```\"",
             "\\n```\"",
             {},
             discord_limits::label,
             discord_limits::code,
             put_discord_log},
            discord_limits::logs);
  card.end_lists();
  card.put("}]}");
}

}  // namespace detail

NOTIFIER_INLINE void format_discord(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::code_points, discord_limits::message, detail::write_discord);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
