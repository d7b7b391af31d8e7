// Telegram: what a bot's `sendMessage` takes.
//
// Sources: Telegram's documentation of the Bot API (`sendMessage`, `MessageEntity`, `ResponseParameters`) and of its
// limits for bots; the source of its Bot API server, for what it finds in texts by itself.

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

/// Telegram's limits, in UTF-16 units of the text that is shown.
namespace telegram_limits {
inline constexpr std::size_t text = 4096;
inline constexpr std::size_t entities = 100;

// Ours, so that no part takes all, and there are no more entities than allowed:
inline constexpr std::size_t title = 300;
inline constexpr std::size_t sentence = 1500;
inline constexpr std::size_t label = 60;
inline constexpr std::size_t value = 600;
inline constexpr std::size_t code = 2500;
inline constexpr std::size_t origin = 100;  ///< an actor's name, an event's kind
inline constexpr std::size_t link = 1000;   ///< escaped: one half is of no use
inline constexpr std::size_t fields = 40;
inline constexpr std::size_t logs = 4;
}  // namespace telegram_limits

/// Appends the JSON body of a bot's `sendMessage`, without the chat.
///
/// The title stands in bold, behind a sign of the severity; below it the sentence, the fields, logs in a fixed-width
/// font, a line with who, what kind and when, and the message's link. What is no trouble comes without a sound.
///
/// What looks otherwise is told beside the text (`entities`), so that no text is markup. What Telegram finds in texts
/// by itself, as links, mentions and commands, is taken apart. Links stand as they are: one within an entity that
/// Telegram does not like refuses the message.
void format_telegram(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField telegram_fields[] = {
    {"type_data.bot_token", PlatformField::Kind::token, PlatformField::Visibility::write_only, true, {}, Place::path},
    {"type_data.chat_id", PlatformField::Kind::token, PlatformField::Visibility::open, true, {}, Place::body},
    {"type_data.message_thread_id",
     PlatformField::Kind::number,
     PlatformField::Visibility::open,
     false,
     {},
     Place::body},
    {"type_data.api_url",
     PlatformField::Kind::url,
     PlatformField::Visibility::open,
     false,
     {},
     Place::url,
     {},
     {},
     {},
     "https://api.telegram.org"},
    no_signing_secret_field,
};

inline constexpr std::string_view telegram_target[] = {"bot_token", "chat_id"};

inline constexpr KnownReply telegram_replies[] = {
    {"429", Verdict::Action::throttle, "Telegram asks to send less often", true, "error_code"},
    {"migrate_to_chat_id", Verdict::Action::disable,
     "Telegram: the group has become a supergroup, whose chat_id is the reply's migrate_to_chat_id", false},
    {"chat not found", Verdict::Action::disable, "Telegram: the chat does not exist, or the bot is not in it", false},
    {"message thread not found", Verdict::Action::disable, "Telegram: the topic does not exist", false},
    {{}, Verdict::Action::disable, "Telegram: the bot is blocked, or not in the chat", true, {}, 403},
    {{}, Verdict::Action::disable, "Telegram: the bot's token is not valid", true, {}, 401},
    {{}, Verdict::Action::disable, "Telegram: the bot's token is not valid", true, {}, 404},
};

inline constexpr ReplyRules telegram_rules = [] {
  ReplyRules rules;
  rules.success_member = "ok";
  rules.unlike_success = "the target answered success, but not as Telegram does";
  rules.denied_success = "Telegram says that it is not ok";
  rules.replies = telegram_replies;
  rules.retry_after = "parameters.retry_after";
  rules.receipt = "result.message_id";
  return rules;
}();

inline constexpr PayloadLimit telegram_payload_limits[] = {
    {"text", telegram_limits::text, PayloadLimit::Unit::utf16},
    {"entities", telegram_limits::entities, PayloadLimit::Unit::elements},
};

}  // namespace detail

inline constexpr PlatformRow telegram_row = [] {
  PlatformRow row;
  row.platform = Platform::telegram;
  row.id = "000000006e6f7469f0000008";
  row.name = "telegram";
  row.display_name = "Telegram";
  row.description = "Sends the events you choose to a chat, group or channel of Telegram through a bot of yours.";
  row.fields = detail::telegram_fields;
  row.headers = json_request_headers;
  row.url = "{api_url}/bot{bot_token}/sendMessage";
  row.target = detail::telegram_target;
  row.target_limits = {1, 0, {{1, 1000}, {20, 60000}}};
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/format/telegram_escape.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

// Where a part that looks otherwise begins and ends, until its place is known: no escaped text has these.
inline constexpr char telegram_end = 1;
inline constexpr char telegram_bold = 2;
inline constexpr char telegram_pre = 3;

inline constexpr CardList telegram_field_list = {
    "\\n\\n\x02",
    "\\n\x02",
    {},
    "\x01: ",
    {},
    {},
    {},
    telegram_limits::label,
    telegram_limits::value,
    put_part<TelegramText>,
    {},
    {},
    escape<RocketChatUrl>,
    put_part<TelegramText>,
};

inline constexpr CardList telegram_log_list = {
    "\\n\\n\x02",
    "\\n\x02",
    {},
    "\x01\\n\x03",
    "\x01",
    "\x01",
    {},
    telegram_limits::label,
    telegram_limits::code,
    put_part<PlainJsonLines>,
    {},
    {},
    nullptr,
    put_part<TelegramText>,
};

inline void write_telegram(CardWriter& card) {
  static constexpr std::string_view signs[] = {"\x02", "\xE2\x9C\x85 \x02", "\xE2\x9A\xA0\xEF\xB8\x8F \x02",
                                               "\xF0\x9F\x94\xB4 \x02"};
  const Message& message = card.message();
  constexpr PartWriter text = put_part<TelegramText>;
  // The quiet line, the link, and what ends it all.
  constexpr std::size_t tail = 2 * telegram_limits::origin + telegram_limits::link + 80;
  card.hold_back(tail);
  card.put("{\"text\":\"");
  const bool has_title = card.part(signs[static_cast<std::size_t>(message.severity)], {"title", message.title()},
                                   "\x01", telegram_limits::title, text);
  const bool has_sentence =
      card.part(has_title ? "\\n" : "", {"sentence", message.sentence()}, {}, telegram_limits::sentence, text);
  if (!has_title && !has_sentence) card.put("Event");
  card.fields(telegram_field_list, telegram_limits::fields);
  card.logs(telegram_log_list, telegram_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined("\\n\\n", {{"actor", message.actor()}, {"kind", message.kind()}, {"time", message.readable_time()}}, {},
              telegram_limits::origin, text);
  card.link("\\n\\n", {}, telegram_limits::link, escape<RocketChatUrl>);
}

/// Takes the signs out of a text, and writes where they were, in UTF-16 units, as the array of its entities.
/// @param begin  of the text, in `out`, whose end is that of the text
NOTIFIER_NOINLINE inline void write_telegram_entities(Buffer& out, std::size_t begin) {
  struct Entity {
    std::size_t offset;
    std::size_t length;
    bool is_pre;
  };
  Entity found[telegram_limits::entities];
  Entity* last = found;
  std::size_t units = 0;
  const char* p = out.data() + begin;
  const char* const end = out.data() + out.size();
  char* to = out.data() + begin;
  while (p != end) {
    if (*p == telegram_end) {
      last->length = units - last->offset;
      ++last;
      ++p;
    } else if (*p == telegram_bold || *p == telegram_pre) {
      last->offset = units;
      last->is_pre = *p++ == telegram_pre;
    } else {
      const std::size_t size = *p == '\\' ? 2 : code_point_size(*p);
      units += measure_token(p, p + size, Unit::utf16).text;
      for (std::size_t i = 0; i < size; ++i) *to++ = *p++;
    }
  }
  out.set_end(to);
  out.append("\",\"entities\":");
  json::Writer list(out);
  list.begin_array();
  for (const Entity* each = found; each != last; ++each) {
    list.begin_object();
    list.member("type", each->is_pre ? std::string_view("pre") : std::string_view("bold"));
    list.key("offset");
    list.unsigned_integer(each->offset);
    list.key("length");
    list.unsigned_integer(each->length);
    list.end_object();
  }
  list.end_array();
}

}  // namespace detail

NOTIFIER_INLINE void format_telegram(const Message& message, Buffer& out, Truncations& cut) {
  const std::size_t begin = out.size() + std::string_view("{\"text\":\"").size();
  detail::write_card(message, out, cut, detail::Unit::utf16, telegram_limits::text, detail::write_telegram);
  detail::write_telegram_entities(out, begin);
  const bool is_trouble = message.severity == Severity::warning || message.severity == Severity::error;
  out.append(",\"link_preview_options\":{\"is_disabled\":true}");
  out.append(is_trouble ? "}" : ",\"disable_notification\":true}");
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
