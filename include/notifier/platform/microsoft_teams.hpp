// Microsoft Teams: what a workflow takes that begins when a webhook request is received.
//
// Sources: Microsoft's documentation of webhooks with Workflows, of Adaptive Cards in Teams and of rate limits for
// them; the schema of Adaptive Cards 1.4.

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
namespace microsoft_teams_limits {
/// Teams stores at most 28,672 bytes of a message, and adds its own to it.
inline constexpr std::size_t message = 20000;

// Ours, so that no part takes all:
inline constexpr std::size_t title = 600;
inline constexpr std::size_t sentence = 3000;
inline constexpr std::size_t label = 100;
inline constexpr std::size_t value = 1500;
inline constexpr std::size_t code = 8000;
inline constexpr std::size_t origin = 300;  ///< an actor's name, an event's kind
inline constexpr std::size_t link = 2000;   ///< escaped: one half is of no use
inline constexpr std::size_t fields = 40;
inline constexpr std::size_t logs = 4;
}  // namespace microsoft_teams_limits

/// Appends the JSON body for a workflow of Microsoft Teams: a message with one Adaptive Card.
///
/// The title stands in the severity's colour; below it the sentence, the fields as a table of facts, logs in a
/// fixed-width font, a quiet line with who, what kind and when, and a button that leads to the message's link.
///
/// All text is escaped for the subset of Markdown that Teams reads. Nobody is ever mentioned: that takes
/// `msteams.entities`, which are not written.
void format_microsoft_teams(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField microsoft_teams_fields[] = {
    [] {
      PlatformField field = webhook_url_field;
      field.refused_hosts = "webhook.office.com outlook.office.com outlook.office365.com";
      field.refusal_of_hosts =
          "is the URL of a connector, which Microsoft Teams no longer has: make a workflow in its app Workflows, from "
          "\"Send webhook alerts to a channel\", and take the URL that it shows";
      return field;
    }(),
    no_signing_secret_field,
};

inline constexpr KnownReply microsoft_teams_replies[] = {
    {"WorkflowTriggerIsNotEnabled", Verdict::Action::disable,
     "Microsoft Teams: the workflow is switched off or deleted", true, "error.code", 400},
    {"WorkflowNotFound", Verdict::Action::disable, "Microsoft Teams: the workflow does not exist", true, "error.code",
     404},
};

inline constexpr ReplyRules microsoft_teams_rules = [] {
  ReplyRules rules;
  rules.replies = microsoft_teams_replies;
  rules.taken = "the workflow has begun, and is to post it";
  return rules;
}();

inline constexpr PayloadLimit microsoft_teams_payload_limits[] = {
    {"", microsoft_teams_limits::message, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow microsoft_teams_row = [] {
  PlatformRow row;
  row.platform = Platform::microsoft_teams;
  row.id = "000000006e6f7469f0000007";
  row.name = "microsoft_teams";
  row.display_name = "Microsoft Teams";
  row.description = "Posts the events you choose to a channel or chat of Microsoft Teams through a workflow.";
  row.fields = detail::microsoft_teams_fields;
  row.headers = json_request_headers;
  row.target_limits = {1, 0, {{4, 1000}, {60, 30000}, {100, 3600000}, {1800, 86400000}}};
  row.most_fields = microsoft_teams_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/format/teams_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr CardList microsoft_teams_field_list = {
    ",{\"type\":\"FactSet\",\"facts\":[",
    ",",
    "{\"title\":\"",
    "\",\"value\":\"",
    "\"}",
    "\"}",
    "]}",
    microsoft_teams_limits::label,
    microsoft_teams_limits::value,
    put_part<TeamsText>,
    "[View](",
    ")",
    escape<RocketChatTarget>,
};

inline constexpr CardList microsoft_teams_log_list = {
    ",",
    ",",
    "{\"type\":\"TextBlock\",\"wrap\":true,\"weight\":\"Bolder\",\"text\":\"",
    "\"},{\"type\":\"TextBlock\",\"wrap\":true,\"fontType\":\"Monospace\",\"text\":\"",
    "\"}",
    "\"}",
    {},
    microsoft_teams_limits::label,
    microsoft_teams_limits::code,
    put_part<TeamsLog>,
};

inline void write_microsoft_teams(CardWriter& card) {
  static constexpr std::string_view colors[] = {"Accent", "Good", "Warning", "Attention"};
  const Message& message = card.message();
  constexpr PartWriter text = put_part<TeamsText>;
  // The quiet line, the button, and what ends it all.
  constexpr std::size_t tail = 2 * microsoft_teams_limits::origin + microsoft_teams_limits::link + 300;
  card.hold_back(tail);
  card.put(
      "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\","
      "\"contentUrl\":null,\"content\":{\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\","
      "\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"msteams\":{\"width\":\"Full\"},\"body\":[{\"type\":"
      "\"TextBlock\","
      "\"wrap\":true,\"size\":\"Medium\",\"weight\":\"Bolder\",\"color\":\"");
  card.put(colors[static_cast<std::size_t>(message.severity)]);
  card.put("\",\"text\":\"");
  if (!card.part({}, {"title", message.title()}, {}, microsoft_teams_limits::title, text)) card.put("Event");
  card.put("\"}");
  card.part(",{\"type\":\"TextBlock\",\"wrap\":true,\"text\":\"", {"sentence", message.sentence()}, "\"}",
            microsoft_teams_limits::sentence, text);
  card.fields(microsoft_teams_field_list, microsoft_teams_limits::fields);
  card.logs(microsoft_teams_log_list, microsoft_teams_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined(",{\"type\":\"TextBlock\",\"wrap\":true,\"size\":\"Small\",\"isSubtle\":true,\"text\":\"",
              {{"actor", message.actor()}, {"kind", message.kind()}, {"time", message.readable_time()}}, "\"}",
              microsoft_teams_limits::origin, text);
  card.put("]");
  card.link(",\"actions\":[{\"type\":\"Action.OpenUrl\",\"title\":\"View details\",\"url\":\"", "\"}]",
            microsoft_teams_limits::link, escape<RocketChatUrl>);
  card.put("}}]}");
}

}  // namespace detail

NOTIFIER_INLINE void format_microsoft_teams(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, microsoft_teams_limits::message,
                     detail::write_microsoft_teams);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
