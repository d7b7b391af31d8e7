// Rocket.Chat: what an incoming webhook takes.
//
// Sources: Rocket.Chat's documentation of incoming webhooks and its message parser. There is no way to switch markup
// off and no escape that every client knows, so characters are taken apart or replaced by their likes.

#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "notifier/buffer.hpp"
#include "notifier/format/incoming_webhook.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Limits for Rocket.Chat, in UTF-16 units of the text as it is shown: its server measures JavaScript strings.
namespace rocket_chat_limits {
/// The whole message; its JSON is counted, which is more than its texts.
inline constexpr std::size_t message = NOTIFIER_ROCKET_CHAT_MAX_MESSAGE;

// Ours, so that no part takes all:
inline constexpr std::size_t title = 200;
inline constexpr std::size_t sentence = 1000;
inline constexpr std::size_t heading = 60;  ///< of app and event kind each
inline constexpr std::size_t label = 100;
inline constexpr std::size_t value = 500;
inline constexpr std::size_t actor = 100;
inline constexpr std::size_t code = 3000;
inline constexpr std::size_t link = 1500;  ///< escaped: one half is of no use
inline constexpr std::size_t fields = 20;

static_assert(message >= 5000, "NOTIFIER_ROCKET_CHAT_MAX_MESSAGE: title, sentence, link and actor need 4,600");
}  // namespace rocket_chat_limits

/// Appends the JSON body of a Rocket.Chat incoming webhook.
///
/// `text` is title, in bold, and sentence, with its names as inline code; one attachment in the severity's colour,
/// under the names of app and event kind, which lead to the message's link, holds logs between fences, and the fields:
/// plain values as they are, all others as inline code, which is exact and can be copied; the last one says who did it.
/// `channel` is never written: the webhook's own counts.
///
/// In title and sentence a zero-width joiner takes mentions, links, emoji and references apart (`@` `#` `:` `.`
/// `<` `[` and the like before anything but a space, and the start of a line); likes of `*` `` ` `` `~` `$` `|`, and of
/// `_` where it is not within a word, stand in for them, since a joiner does not hinder those.
void format_rocket_chat(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr KnownReply rocket_chat_replies[] = {
    // Older servers report their rate limit as 400, or inside a 200.
    {"error-too-many-requests", Verdict::Action::throttle, "the target asks to send less often", false},
};

inline constexpr ReplyRules rocket_chat_rules = [] {
  ReplyRules rules;
  rules.success_member = "success";
  rules.unlike_success = "the target answered success, but not the \"success\":true that Rocket.Chat says";
  rules.denied_success = "the target refuses it (\"success\":false in an answer of success)";
  rules.replies = rocket_chat_replies;
  return rules;
}();

inline constexpr PayloadLimit rocket_chat_payload_limits[] = {
    {"", rocket_chat_limits::message, PayloadLimit::Unit::utf16},
};

}  // namespace detail

inline constexpr PlatformRow rocket_chat_row = [] {
  PlatformRow row;
  row.platform = Platform::rocket_chat;
  row.id = "5982f145d48c3600273ef08b";
  row.name = "rocket_chat";
  row.display_name = "Rocket.Chat";
  row.description = "Posts the events you choose to a channel of any Rocket.Chat server.";
  row.fields = detail::unsigned_webhook_fields;
  row.headers = json_request_headers;
  row.target_limits = {2, 0};
  row.most_fields = rocket_chat_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

constexpr std::string_view rocket_chat_color(Severity severity) noexcept {
  switch (severity) {
    case Severity::success: return "#2de0a5";
    case Severity::warning: return "#ffd21f";
    case Severity::error: return "#f5455c";
    case Severity::info: break;
  }
  return "#1d74f5";
}

class RocketChatWriter {
 public:
  /// @param budget  most characters of JSON for the whole message
  RocketChatWriter(const Message& message, Truncations& cut, std::size_t budget) noexcept
      : message_(&message), cut_(&cut), budget_(budget, Unit::utf16) {}

  static std::size_t room(const Message& message) noexcept {
    using Widest = RocketChatText;
    const std::size_t fields = (std::min)(message.field_count(), rocket_chat_limits::fields);
    // A field's share is for its frame and a label of ours.
    return 512 + part_room<Widest>(message.title().size(), rocket_chat_limits::title) +
           part_room<Widest>(message.sentence().size(), rocket_chat_limits::sentence) +
           part_room<Widest>(message.actor().size(), rocket_chat_limits::actor) +
           part_room<Widest>(message.subject().size(), rocket_chat_limits::heading) +
           part_room<Widest>(message.kind().size(), rocket_chat_limits::heading) +
           RocketChatUrl::growth * (std::min)(message.link().size(), std::size_t{NOTIFIER_MAX_URL_BYTES}) +
           fields * 192 +
           part_room<Widest>(message.text_size(), fields * (rocket_chat_limits::label + rocket_chat_limits::code));
  }

  char* write(char* p) {
    const char* const start = p;
    const bool has_title = !is_blank(message_->title());
    const bool has_sentence = !is_blank(message_->sentence());
    p = put(p, "{\"text\":\"");
    if (has_title) {
      *p++ = '*';
      p = line<RocketChatText>("title", trim(message_->title()), rocket_chat_limits::title, p);
      // Not one of the smileys that end in a star.
      if (static_cast<unsigned char>(p[-1]) < 0x80 && !is_letter_or_digit(p[-1])) p = put(p, zero_width_joiner);
      *p++ = '*';
    }
    if (has_title && has_sentence) p = put(p, "\\n");
    if (has_sentence) p = sentence(p);
    if (!has_title && !has_sentence) p = put(p, "Event");
    p = put(p, "\",\"attachments\":[{\"color\":\"");
    p = put(p, rocket_chat_color(message_->severity));
    *p++ = '"';
    p = heading(p);
    if (message_->time()) {
      p = put(p, ",\"ts\":\"");
      p = write_rfc3339(p, message_->civil_time());
      *p++ = '"';
    }
    budget_.spend(start, p);
    p = fields(p);
    return put(p, "}]}");
  }

 private:
  /// Names are inline code, where the whole fits.
  char* sentence(char* p) {
    const std::string_view whole = message_->sentence();
    const auto usual = [&] { return line<RocketChatText>("sentence", whole, rocket_chat_limits::sentence, p); };
    if (message_->name_count() == 0 || whole.size() > rocket_chat_limits::sentence / 2) return usual();
    char* out = p;
    if (!is_letter(whole.front())) out = put(out, zero_width_joiner);
    std::size_t at = 0;
    for (std::size_t i = 0; i < message_->name_count(); ++i) {
      const Message::Name name = message_->name(i);
      out = name.begin == at ? put(out, zero_width_joiner)
                             : escape<RocketChatText>(whole.substr(at, name.begin - at), out);
      *out++ = '`';
      out = escape<RocketChatInlineCode>(whole.substr(name.begin + 1, name.end - name.begin - 2), out);
      *out++ = '`';
      at = name.end;
    }
    out = escape<RocketChatText>(whole.substr(at), out);
    const std::size_t size = static_cast<std::size_t>(out - p);
    return size < rocket_chat_limits::sentence && budget_.has(size + frame) ? out : usual();
  }

  /// What the attachment is about, and where it leads.
  char* heading(char* p) {
    char* const before = p;
    p = put(p, ",\"title\":\"");
    char* const title = p;
    for (const auto& [part, whole] : {std::pair("subject", message_->subject()), std::pair("kind", message_->kind())}) {
      if (is_blank(whole)) continue;
      if (p != title) p = put(p, " \xC2\xB7 ");
      p = line<RocketChatText>(part, trim(whole), rocket_chat_limits::heading, p);
    }
    const bool is_named = p != title;
    if (!is_named) p = put(p, message_->link_title());
    *p++ = '"';
    if (message_->link().empty()) return is_named ? p : before;

    char* const after_title = p;
    p = put(p, ",\"title_link\":\"");
    const char* const url = p;
    const Message::Text target = message_->link();
    if (is_web_link(target)) p = target.is_inert ? put_padded(p, target) : escape<RocketChatUrl>(target, p);
    if (p == url || p > url + rocket_chat_limits::link) {
      cut_->push_back({"link", count_utf16(target), 0});
      return is_named ? after_title : before;
    }
    *p++ = '"';
    return p;
  }

  /// The plain fields, who did it, then the logs, as far as the limits go.
  char* fields(char* p) {
    const std::size_t count = message_->field_count();
    const std::size_t shown = (std::min)(count, rocket_chat_limits::fields);
    std::size_t written = 0;
    char* const before_fields = p;
    const std::size_t for_actor = is_blank(message_->actor()) ? 0 : frame + rocket_chat_limits::actor;
    budget_.hold_back(for_actor);
    p = put(p, ",\"fields\":[");
    char* const first_field = p;
    for (std::size_t i = 0; i < shown; ++i) {
      const Message::Field field = message_->field(i);
      if (field.is_code || !budget_.has(2 * frame)) continue;
      ++written;
      if (is_blank(field.value)) continue;
      const char* const start = p;
      const bool is_short = field.is_short || (field.is_link && is_web_link(field.value));
      p = is_short ? put(p, "{\"short\":true,\"title\":\"") : put(p, "{\"short\":false,\"title\":\"");
      p = label(field.label, p);
      p = put(p, "\",\"value\":\"");
      char* const linked = field.is_link ? link_value(field.value, p) : nullptr;
      p = linked != nullptr ? linked : value("field.value", field.value, rocket_chat_limits::value, p);
      p = put(p, "\"},");
      budget_.spend(start, p);
    }
    budget_.give_back(for_actor);
    if (for_actor != 0) {
      const char* const start = p;
      p = put(p, "{\"short\":true,\"title\":\"By\",\"value\":\"");
      p = value("actor", message_->actor(), rocket_chat_limits::actor, p);
      p = put(p, "\"},");
      budget_.spend(start, p);
    }
    if (p == first_field) {
      p = before_fields;
    } else {
      p[-1] = ']';
    }

    char* const before_logs = p;
    p = put(p, ",\"text\":\"");
    char* const first_log = p;
    for (std::size_t i = 0; i < shown; ++i) {
      const Message::Field field = message_->field(i);
      if (!field.is_code || !budget_.has(2 * frame)) continue;
      ++written;
      if (is_blank(field.value)) continue;
      const char* const start = p;
      if (p != first_log) p = put(p, "\\n");
      p = label(field.label, p);
      p = put(p, "\\n```\\n");
      p = text<RocketChatCode>("field.value", field.value, rocket_chat_limits::code, p);
      p = put(p, "\\n```");
      budget_.spend(start, p);
    }
    if (p == first_log) {
      p = before_logs;
    } else {
      *p++ = '"';
    }
    if (written != count) cut_->push_back({"fields", count, written});
    return p;
  }

  /// A value as it is where that means nothing else, else as inline code.
  char* value(std::string_view part, std::string_view value, std::size_t limit, char* p) {
    if (value.size() <= limit && budget_.has(value.size() + frame) && is_plain_markdown(value)) return put(p, value);
    *p++ = '`';
    p = text<RocketChatInlineCode>(part, value, limit, p);
    *p++ = '`';
    return p;
  }

  /// A value that can be followed. nullptr: it cannot.
  char* link_value(std::string_view url, char* p) {
    if (!is_web_link(url)) return nullptr;
    p = put(p, "[View](");
    const char* const start = p;
    p = escape<RocketChatTarget>(url, p);
    const std::size_t size = static_cast<std::size_t>(p - start);
    return size > rocket_chat_limits::value || !budget_.has(size + 2 * frame) ? nullptr : put(p, ")");
  }

  char* label(std::string_view label, char* p) {
    label = trim(label);
    if (label.empty()) return put(p, "Value");
    return line<PlainLabel>("field.label", label, rocket_chat_limits::label, p);
  }

  /// A line that begins with anything but a letter could be a heading, a list, a quote, a table or code.
  template <class Escape>
  char* line(std::string_view part, std::string_view text, std::size_t limit, char* p) {
    const char first = text.front();
    if (!is_letter(first) && static_cast<unsigned char>(first) < 0x80) p = put(p, zero_width_joiner);
    return this->text<Escape>(part, text, limit - 1, p);
  }

  template <class Escape>
  char* text(std::string_view part, std::string_view text, std::size_t limit, char* p) {
    return put_part<Escape>(part, text, {limit, budget_.but(frame)}, Unit::utf16, p, *cut_);
  }

  /// Most characters of JSON that a field takes beside its value: its label, the frame, and what ends the message.
  static constexpr std::size_t frame = rocket_chat_limits::label + 70;

  const Message* message_;
  Truncations* cut_;
  Budget budget_;
};

}  // namespace detail

NOTIFIER_INLINE void format_rocket_chat(const Message& message, Buffer& out, Truncations& cut) {
  const std::size_t cuts = cut.size();
  char* const start = out.room(detail::RocketChatWriter::room(message));
  char* end = detail::RocketChatWriter(message, cut, detail::Budget::unlimited).write(start);
  // A UTF-16 unit takes a byte or more, so bytes within the limit settle it; else it is written again, counting.
  if (static_cast<std::size_t>(end - start) > rocket_chat_limits::message) {
    cut.resize(cuts);
    end = detail::RocketChatWriter(message, cut, rocket_chat_limits::message).write(start);
  }
  out.set_end(end);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
