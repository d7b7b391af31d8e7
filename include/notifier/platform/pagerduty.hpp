// PagerDuty: what its Events API takes as an alert, as the end of one, and as a change.
//
// Sources: PagerDuty's documentation of its Events API v2: alerts, change events, their limits and answers; the types
// of its own JavaScript client.

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

/// In bytes.
namespace pagerduty_limits {
inline constexpr std::size_t summary = 1024;  ///< of characters; more than that many bytes are none too many
/// An event has at most 512 KB. Ours is what people still read.
inline constexpr std::size_t event = 64000;

// Ours, so that no part takes all:
inline constexpr std::size_t sentence = 4000;
inline constexpr std::size_t label = 100;
inline constexpr std::size_t value = 2000;
inline constexpr std::size_t code = 16000;
inline constexpr std::size_t origin = 300;  ///< an app's or an actor's name, an event's kind
inline constexpr std::size_t link = 2000;   ///< escaped: one half is of no use
inline constexpr std::size_t fields = 40;
inline constexpr std::size_t logs = 4;
}  // namespace pagerduty_limits

/// Appends the JSON body of an event for PagerDuty, without the integration's key.
///
/// A warning or an error triggers an alert, which opens an incident; the end of an alert resolves it. All else is the
/// body of a change event, which goes to an address of its own and wakes nobody. The title is the summary, the app the
/// source; sentence, actor, fields and logs are details, all of it plain text; the message's link is one.
void format_pagerduty(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField pagerduty_fields[] = {
    {"type_data.routing_key", PlatformField::Kind::token, PlatformField::Visibility::write_only, true, {}, Place::body},
    {"type_data.region",
     PlatformField::Kind::choice,
     PlatformField::Visibility::open,
     false,
     {},
     Place::url,
     {},
     {},
     "us eu",
     "us",
     {},
     {},
     "events.pagerduty.com events.eu.pagerduty.com"},
    no_signing_secret_field,
};

inline constexpr std::string_view pagerduty_target[] = {"routing_key"};

inline constexpr KnownReply pagerduty_replies[] = {
    {"routing_key", Verdict::Action::disable, "PagerDuty: the integration's key is not valid", false, {}, 400},
    {"Invalid routing key", Verdict::Action::disable, "PagerDuty: the integration's key is not valid", false, {}, 400},
};

inline constexpr ReplyRules pagerduty_rules = [] {
  ReplyRules rules;
  rules.success_member = "status";
  rules.success_text = "success";
  rules.unlike_success = "the target answered success, but not as PagerDuty does";
  rules.denied_success = "PagerDuty refuses it";
  rules.replies = pagerduty_replies;
  rules.receipt = "dedup_key";
  return rules;
}();

inline constexpr PayloadLimit pagerduty_payload_limits[] = {
    {"payload.summary", pagerduty_limits::summary},
    {"", pagerduty_limits::event, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow pagerduty_row = [] {
  PlatformRow row;
  row.platform = Platform::pagerduty;
  row.id = "000000006e6f7469f000000a";
  row.name = "pagerduty";
  row.display_name = "PagerDuty";
  row.description = "Opens and resolves incidents of a PagerDuty service, and tells it of changes.";
  row.fields = detail::pagerduty_fields;
  row.headers = json_request_headers;
  row.url = "https://{region}/v2/enqueue";
  row.news_url = "https://{region}/v2/change/enqueue";
  // What is sent twice is one alert.
  row.key_in = Place::body;
  row.key_name = "dedup_key";
  row.resolves = true;
  row.target = detail::pagerduty_target;
  row.target_limits = {4, 0, {{120, 60000}}};
  row.most_fields = pagerduty_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/plain_json_escape.hpp"
#include "notifier/format/rocket_chat_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr PartWriter put_pagerduty_line = put_part<PlainJsonLine>;

inline constexpr CardList pagerduty_field_list = {
    ",",
    ",",
    "\"",
    "\":\"",
    "\"",
    "\"",
    {},
    pagerduty_limits::label,
    pagerduty_limits::value,
    put_pagerduty_line,
    {},
    {},
    nullptr,
    put_pagerduty_line,
};

inline constexpr CardList pagerduty_log_list = {
    ",",
    ",",
    "\"",
    "\":\"",
    "\"",
    "\"",
    {},
    pagerduty_limits::label,
    pagerduty_limits::code,
    put_part<PlainJsonLines>,
    {},
    {},
    nullptr,
    put_pagerduty_line,
};

inline void write_pagerduty(CardWriter& card) {
  static constexpr std::string_view severities[] = {"\",\"severity\":\"info\"", "\",\"severity\":\"info\"",
                                                    "\",\"severity\":\"warning\"", "\",\"severity\":\"error\""};
  const Message& message = card.message();
  constexpr PartWriter text = put_pagerduty_line;
  // The link, and what ends it all.
  constexpr std::size_t tail = pagerduty_limits::link + 80;
  card.hold_back(tail);
  if (message.is_news()) {
    card.put("{\"payload\":{\"summary\":\"");
  } else if (message.alert == Message::Alert::ends) {
    card.put("{\"event_action\":\"resolve\",\"payload\":{\"summary\":\"");
  } else {
    card.put("{\"event_action\":\"trigger\",\"payload\":{\"summary\":\"");
  }
  if (!card.part({}, {"title", message.title()}, {}, pagerduty_limits::summary, text)) card.put("Event");
  card.put("\",\"source\":\"");
  if (!card.part({}, {"subject", message.subject()}, {}, pagerduty_limits::origin, text)) card.put("notifier");
  if (message.is_news()) {
    card.put("\"");
  } else {
    card.put(severities[static_cast<std::size_t>(message.severity)]);
    card.part(",\"class\":\"", {"kind", message.kind()}, "\"", pagerduty_limits::origin, text);
  }
  card.time(",\"timestamp\":\"", "\"");
  card.put(",\"custom_details\":{");
  card.begin_keys();
  card.put("\"Message\":\"");
  if (!card.part({}, {"sentence", message.sentence()}, {}, pagerduty_limits::sentence, text)) card.put("Event");
  card.put("\"");
  card.part(",\"By\":\"", {"actor", message.actor()}, "\"", pagerduty_limits::origin, text);
  if (message.is_news()) card.part(",\"Event\":\"", {"kind", message.kind()}, "\"", pagerduty_limits::origin, text);
  card.fields(pagerduty_field_list, pagerduty_limits::fields);
  card.logs(pagerduty_log_list, pagerduty_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.put("}},\"links\":[");
  card.link("{\"href\":\"", "\",\"text\":\"View details\"}", pagerduty_limits::link, escape<RocketChatUrl>);
  card.put("]}");
}

}  // namespace detail

NOTIFIER_INLINE void format_pagerduty(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, pagerduty_limits::event, detail::write_pagerduty);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
