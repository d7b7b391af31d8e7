// Matrix: what a homeserver takes as an event of a room.
//
// Sources: the specification of Matrix, its client-server API 1.11: sending events, their size, `m.room.message`, the
// HTML that messages may have, `m.mentions`, and the codes of errors.

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
namespace matrix_limits {
/// An event has at most 65,536 bytes, with what the homeserver adds to it.
inline constexpr std::size_t content = 48000;

// Ours, so that no part takes all:
inline constexpr std::size_t title = 600;
inline constexpr std::size_t sentence = 3000;
inline constexpr std::size_t label = 100;
inline constexpr std::size_t value = 1500;
inline constexpr std::size_t code = 16000;
inline constexpr std::size_t origin = 300;  ///< an actor's name, an event's kind
inline constexpr std::size_t link = 2000;   ///< escaped: one half is of no use
inline constexpr std::size_t fields = 40;
inline constexpr std::size_t logs = 4;
}  // namespace matrix_limits

/// Appends the content of an `m.room.message`.
///
/// Its plain text is the title and the sentence, for notifications. Its HTML has these behind a dot in the severity's
/// colour, the fields as a list, logs in a fixed-width font, who, what kind and when, and a link to the message's.
///
/// `&`, `<` and `>` are entities in it, and nobody is mentioned: `m.mentions` says so.
void format_matrix(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField matrix_fields[] = {
    {"type_data.homeserver_url", PlatformField::Kind::url, PlatformField::Visibility::open, true, {}, Place::url},
    {"type_data.room_id", PlatformField::Kind::token, PlatformField::Visibility::open, true, {}, Place::path},
    {"type_data.access_token",
     PlatformField::Kind::token,
     PlatformField::Visibility::write_only,
     true,
     {},
     Place::header,
     "authorization",
     "Bearer "},
    no_signing_secret_field,
};

inline constexpr std::string_view matrix_target[] = {"homeserver_url", "room_id", "access_token"};

inline constexpr KnownReply matrix_replies[] = {
    {{}, Verdict::Action::disable, "Matrix: the homeserver does not accept the access token", true, {}, 401},
    {{}, Verdict::Action::disable, "Matrix: the account is not in the room, or may not post there", true, {}, 403},
};

inline constexpr ReplyRules matrix_rules = [] {
  ReplyRules rules;
  rules.replies = matrix_replies;
  rules.retry_after = "retry_after_ms";
  rules.retry_after_is_ms = true;
  rules.receipt = "event_id";
  return rules;
}();

inline constexpr PayloadLimit matrix_payload_limits[] = {
    {"", matrix_limits::content, PayloadLimit::Unit::bytes},
};

}  // namespace detail

inline constexpr PlatformRow matrix_row = [] {
  PlatformRow row;
  row.platform = Platform::matrix;
  row.id = "000000006e6f7469f000000e";
  row.name = "matrix";
  row.display_name = "Matrix";
  row.description = "Posts the events you choose to a room of Matrix, on any homeserver.";
  row.fields = detail::matrix_fields;
  row.headers = json_request_headers;
  row.method = "PUT";
  // What is sent twice under one key is one event.
  row.url = "{homeserver_url}/_matrix/client/v3/rooms/{room_id}/send/m.room.message/{idempotency_key}";
  row.target = detail::matrix_target;
  row.target_limits = {1, 0};
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/card.hpp"
#include "notifier/format/plain_json_escape.hpp"
#include "notifier/format/slack_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr CardList matrix_field_list = {
    "<ul><li><b>",
    "<li><b>",
    {},
    "</b>: ",
    "</li>",
    "</li>",
    "</ul>",
    matrix_limits::label,
    matrix_limits::value,
    put_part<SlackText<Lines::one>>,
    "<a href=\\\"",
    "\\\">View</a>",
    escape<SlackUrl>,
    put_part<SlackText<Lines::one>>,
};

inline constexpr CardList matrix_log_list = {
    "<p><b>",
    "<p><b>",
    {},
    "</b></p><pre><code>",
    "</code></pre>",
    "</code></pre>",
    {},
    matrix_limits::label,
    matrix_limits::code,
    put_part<SlackText<Lines::many>>,
    {},
    {},
    nullptr,
    put_part<SlackText<Lines::one>>,
};

inline void write_matrix(CardWriter& card) {
  static constexpr std::string_view colors[] = {"1c58d9", "3db887", "ffbc1f", "d24b4e"};
  const Message& message = card.message();
  constexpr PartWriter plain = put_part<PlainJsonLine>;
  constexpr PartWriter text = put_part<SlackText<Lines::one>>;
  // The last line, the link, and what ends it all.
  constexpr std::size_t tail = 2 * matrix_limits::origin + matrix_limits::link + 200;
  card.hold_back(tail);
  card.put("{\"msgtype\":\"m.notice\",\"m.mentions\":{},\"body\":\"");
  const bool has_title = card.part({}, {"title", message.title()}, {}, matrix_limits::title, plain);
  const bool has_sentence =
      card.part(has_title ? "\\n" : "", {"sentence", message.sentence()}, {}, matrix_limits::sentence, plain);
  if (!has_title && !has_sentence) card.put("Event");
  card.put("\",\"format\":\"org.matrix.custom.html\",\"formatted_body\":\"<p><span data-mx-color=\\\"#");
  card.put(colors[static_cast<std::size_t>(message.severity)]);
  card.put("\\\">\xE2\x97\x8F</span> <b>");
  if (!card.part({}, {"title", message.title()}, {}, matrix_limits::title, text)) card.put("Event");
  card.put("</b>");
  card.part("<br>", {"sentence", message.sentence()}, {}, matrix_limits::sentence, text);
  card.put("</p>");
  card.fields(matrix_field_list, matrix_limits::fields);
  card.logs(matrix_log_list, matrix_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined("<p><i>", {{"actor", message.actor()}, {"kind", message.kind()}, {"time", message.readable_time()}},
              "</i></p>", matrix_limits::origin, text);
  card.link("<p><a href=\\\"", "\\\">View details</a></p>", matrix_limits::link, escape<SlackUrl>);
  card.put("\"}");
}

}  // namespace detail

NOTIFIER_INLINE void format_matrix(const Message& message, Buffer& out, Truncations& cut) {
  detail::write_card(message, out, cut, detail::Unit::bytes, matrix_limits::content, detail::write_matrix);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
