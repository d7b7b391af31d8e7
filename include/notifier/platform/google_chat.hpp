// Google Chat: what the webhook of a space takes.
//
// Sources: Google's documentation of incoming webhooks, of messages (`spaces.messages.create`), of cards (`cardsV2`)
// and of the formatting of their texts.

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
namespace google_chat_limits {
inline constexpr std::size_t message = 32000;

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
}  // namespace google_chat_limits

/// Appends the JSON body for the webhook of a space of Google Chat.
///
/// `text` is the title, for the notification; a card has title, sentence, the fields under their labels, logs, a line
/// with who, what kind and when, and a button that leads to the message's link.
///
/// `&`, `<` and `>` are entities everywhere, so that there is no mention and no HTML; the markup that `text` has beside
/// them is switched off by taking it apart.
void format_google_chat(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField google_chat_fields[] = {webhook_url_field, no_signing_secret_field};

inline constexpr KnownReply google_chat_replies[] = {
    {{}, Verdict::Action::disable, "Google Chat: the space or its webhook does not exist", true, {}, 404},
};

inline constexpr ReplyRules google_chat_rules = [] {
  ReplyRules rules;
  rules.replies = google_chat_replies;
  rules.receipt = "name";  // "spaces/SPACE/messages/MESSAGE", of which the URL has the space
  rules.receipt_behind = "/messages/";
  return rules;
}();

inline constexpr PayloadLimit google_chat_payload_limits[] = {
    {"", google_chat_limits::message, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow google_chat_row = [] {
  PlatformRow row;
  row.platform = Platform::google_chat;
  row.id = "000000006e6f7469f0000009";
  row.name = "google_chat";
  row.display_name = "Google Chat";
  row.description = "Posts the events you choose to a space of Google Chat through its webhook.";
  row.fields = detail::google_chat_fields;
  row.headers = json_request_headers;
  // What is sent twice is shown once.
  row.key_in = Place::query;
  row.key_name = "requestId";
  row.thread_query = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD";
  row.thread_member = "thread.threadKey";
  row.target_limits = {1, 0, {{1, 1000}}};
  row.most_fields = google_chat_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/google_chat_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr CardList google_chat_field_list = {
    ",",
    ",",
    "{\"decoratedText\":{\"topLabel\":\"",
    "\",\"wrapText\":true,\"text\":\"",
    "\"}}",
    "\"}}",
    {},
    google_chat_limits::label,
    google_chat_limits::value,
    put_part<GoogleChatText>,
    "<a href=\\\"",
    "\\\">View</a>",
    escape<SlackUrl>,
};

inline constexpr CardList google_chat_log_list = {
    ",",
    ",",
    "{\"textParagraph\":{\"text\":\"<b>",
    "</b><br>",
    "\"}}",
    "\"}}",
    {},
    google_chat_limits::label,
    google_chat_limits::code,
    put_part<GoogleChatLog>,
};

inline void write_google_chat(CardWriter& card) {
  const Message& message = card.message();
  constexpr PartWriter text = put_part<GoogleChatText>;
  // The quiet line, the button, and what ends it all.
  constexpr std::size_t tail = 2 * google_chat_limits::origin + google_chat_limits::link + 300;
  card.hold_back(tail);
  card.put("{\"text\":\"");
  if (!card.part({}, {"title", message.title()}, {}, google_chat_limits::title, put_line<GoogleChatProse>)) {
    card.put("Event");
  }
  card.put(
      "\",\"cardsV2\":[{\"cardId\":\"event\",\"card\":{\"sections\":[{\"widgets\":[{\"textParagraph\":{\"text\":\"");
  if (!card.part({}, {"sentence", message.sentence()}, {}, google_chat_limits::sentence, text)) card.put("Event");
  card.put("\"}}");
  card.fields(google_chat_field_list, google_chat_limits::fields);
  card.logs(google_chat_log_list, google_chat_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined(",{\"textParagraph\":{\"text\":\"<i>",
              {{"actor", message.actor()}, {"kind", message.kind()}, {"time", message.readable_time()}}, "</i>\"}}",
              google_chat_limits::origin, text);
  card.link(",{\"buttonList\":{\"buttons\":[{\"text\":\"View details\",\"onClick\":{\"openLink\":{\"url\":\"",
            "\"}}}]}}", google_chat_limits::link, escape<RocketChatUrl>);
  card.put("]}]}}]}");
}

}  // namespace detail

NOTIFIER_INLINE void format_google_chat(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, google_chat_limits::message, detail::write_google_chat);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
