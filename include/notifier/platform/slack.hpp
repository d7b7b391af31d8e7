// Slack: what an incoming webhook takes.
//
// Sources: Slack's documentation of message payloads, Block Kit, text objects and escaping. A message whose main
// content is in blocks and whose details are in one attachment, for its colour bar.

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

/// Slack's limits, in code points of the text as Slack counts it: an entity such as `&amp;` is five.
namespace slack_limits {
inline constexpr std::size_t header = 150;        ///< text of a header block
inline constexpr std::size_t section = 3000;      ///< text of a section block
inline constexpr std::size_t field = 2000;        ///< text of one field of a section
inline constexpr std::size_t field_objects = 10;  ///< fields of one section
inline constexpr std::size_t all_blocks =
    13200;                                 ///< all blocks together (undocumented; the JSON of them is counted here)
inline constexpr std::size_t text = 4000;  ///< top-level text before it is cut; 40,000 is refused
inline constexpr std::size_t blocks = 50;  ///< blocks of a message

// Ours:
inline constexpr std::size_t label = 100;
inline constexpr std::size_t code = section - label - 12;  ///< a log: the label, a line break and the fences go off
inline constexpr std::size_t origin = 100;                 ///< an actor's name, an event's kind
inline constexpr std::size_t link = section - 100;         ///< a link, escaped: one half is of no use
inline constexpr std::size_t fields = 40;                  ///< fields shown, in at most as many blocks
}  // namespace slack_limits

/// Appends the JSON body of a Slack incoming webhook.
///
/// `text` is title and sentence: what a notification and a client without blocks show. Blocks show the same, and one
/// attachment in the severity's colour holds the fields, two in a line where they are short, links beside them, logs,
/// and a line of context: five lines for most events.
///
/// Untrusted text stands in plain_text objects, where Slack looks for no markup, mention, link or emoji; in `text`,
/// which has its markup switched off; and, for logs, between fences, with runs of backticks broken up. Everywhere `&`,
/// `<` and `>` are entities, as Slack asks for in all text objects, and nothing else is. The only links are the
/// message's own and those of fields that are links.
///
/// @param out  grows by the worst case of the texts, once; the body is at most slack_limits::all_blocks and
///             slack_limits::text code points and a frame of about 300 bytes.
/// @param cut  gets one entry for every part that was cut.
void format_slack(const Message& message, Buffer& out, Truncations& cut);

namespace detail {

inline constexpr PlatformField slack_fields[] = {
    webhook_url_field,
    no_signing_secret_field,
    {"type_data.channel", PlatformField::Kind::text, PlatformField::Visibility::open, false, {}, Place::body},
    {"type_data.username", PlatformField::Kind::text, PlatformField::Visibility::open, false, {}, Place::body},
};

// What a webhook says in its body, whatever the status (https://api.slack.com/messaging/webhooks#handling_errors).
inline constexpr KnownReply slack_replies[] = {
    {"no_service", Verdict::Action::disable, "Slack: this webhook was removed or disabled (no_service)"},
    {"no_service_id", Verdict::Action::disable, "Slack: this webhook does not exist (no_service_id)"},
    {"no_active_hooks", Verdict::Action::disable, "Slack: this webhook is disabled (no_active_hooks)"},
    {"no_team", Verdict::Action::disable, "Slack: the workspace does not exist (no_team)"},
    {"team_disabled", Verdict::Action::disable, "Slack: the workspace is disabled (team_disabled)"},
    {"invalid_token", Verdict::Action::disable, "Slack: the webhook's token is not valid (invalid_token)"},
    {"channel_not_found", Verdict::Action::disable, "Slack: the channel does not exist (channel_not_found)"},
    {"channel_is_archived", Verdict::Action::disable, "Slack: the channel is archived (channel_is_archived)"},
    {"user_not_found", Verdict::Action::disable, "Slack: the user does not exist (user_not_found)"},
    {"action_prohibited", Verdict::Action::fail, "Slack: an administrator forbids it (action_prohibited)"},
    {"posting_to_general_channel_denied", Verdict::Action::fail, "Slack: posting to this channel is not allowed"},
    {"invalid_payload", Verdict::Action::fail, "Slack: the message was not understood (invalid_payload)"},
    {"invalid_blocks", Verdict::Action::fail, "Slack: the message was not understood (invalid_blocks)"},
    {"no_text", Verdict::Action::fail, "Slack: the message has no text (no_text)"},
    {"too_many_attachments", Verdict::Action::fail,
     "Slack: the message has too many attachments (too_many_attachments)"},
    {"rollup_error", Verdict::Action::retry, "Slack: something went wrong there (rollup_error)"},
};

inline constexpr ReplyRules slack_rules = [] {
  ReplyRules rules;
  rules.success_body = "ok";
  rules.unlike_success = "the target answered success, but not the \"ok\" that Slack says";
  rules.replies = slack_replies;
  return rules;
}();

inline constexpr PayloadLimit slack_payload_limits[] = {
    {"text", slack_limits::text},
    {"blocks", slack_limits::blocks, PayloadLimit::Unit::elements},
    {"blocks[].text.text", slack_limits::section},
    {"blocks[].fields[].text", slack_limits::field},
    {"attachments[].blocks", slack_limits::blocks, PayloadLimit::Unit::elements},
    {"attachments[].blocks[].text.text", slack_limits::section},
    {"attachments[].blocks[].fields", slack_limits::field_objects, PayloadLimit::Unit::elements},
    {"attachments[].blocks[].fields[].text", slack_limits::field},
    {"attachments[].blocks[].elements", 10, PayloadLimit::Unit::elements},
};

}  // namespace detail

inline constexpr PlatformRow slack_row = [] {
  PlatformRow row;
  row.platform = Platform::slack;
  row.id = "5982f145d48c3600273ef089";
  row.name = "slack";
  row.display_name = "Slack";
  row.description = "Posts the events you choose to a Slack channel through an incoming webhook.";
  row.fields = detail::slack_fields;
  row.headers = json_request_headers;
  row.deaf_hosts = "hooks.slack.com hooks.slack-gov.com";
  // About one message a second and webhook (https://api.slack.com/apis/rate-limits).
  row.target_limits = {1, 1000};
  row.most_fields = slack_limits::fields;
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/slack_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

constexpr std::string_view slack_color(Severity severity) noexcept {
  switch (severity) {
    case Severity::success: return "#2eb67d";
    case Severity::warning: return "#ecb22e";
    case Severity::error: return "#e01e5a";
    case Severity::info: break;
  }
  return "#1d9bd1";
}

class SlackWriter {
 public:
  /// @param budget  most characters of JSON for all blocks together
  SlackWriter(const Message& message, Truncations& cut, std::size_t budget) noexcept
      : message_(&message), cut_(&cut), budget_(budget, Unit::code_points) {}

  static std::size_t room(const Message& message) noexcept {
    const std::size_t fields = (std::min)(message.field_count(), slack_limits::fields);
    // Title and sentence stand there twice. A field's share is for its frame and a label of ours.
    return 2048 + 2 * part_room<SlackCode>(message.title().size(), slack_limits::header) +
           2 * part_room<SlackCode>(message.sentence().size(), slack_limits::section) +
           part_room<SlackCode>(message.actor().size(), slack_limits::origin) +
           part_room<SlackCode>(message.kind().size(), slack_limits::origin) +
           SlackUrl::growth * (std::min)(message.link().size(), std::size_t{NOTIFIER_MAX_URL_BYTES}) + fields * 256 +
           part_room<SlackCode>(message.text_size(), fields * (slack_limits::label + slack_limits::section));
  }

  /// @return the new end. `blocks_bytes` gets the size of what counts as blocks.
  char* write(char* p, std::size_t& blocks_bytes) {
    const bool has_title = !is_blank(message_->title());
    const bool has_sentence = !is_blank(message_->sentence());

    p = put(p, "{\"text\":\"");
    const char* const title = p;
    if (has_title) p = text<SlackText<Lines::one>>("title", message_->title(), slack_limits::header, p);
    const std::string_view title_text(title, static_cast<std::size_t>(p - title));
    if (has_title && has_sentence) p = put(p, "\\n");
    const char* const sentence = p;
    if (has_sentence) p = text<SlackText<Lines::one>>("sentence", message_->sentence(), slack_limits::section, p);
    const std::string_view sentence_text(sentence, static_cast<std::size_t>(p - sentence));
    if (!has_title && !has_sentence) p = put(p, "Event");
    p = put(p, "\",\"mrkdwn\":false,\"unfurl_links\":false,\"unfurl_media\":false");

    const char* const blocks = p;
    if (has_title || has_sentence) {
      p = put(p, ",\"blocks\":[");
      if (has_title) {
        p = put(p, "{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":\"");
        p = put(p, title_text);
        p = put(p, "\",\"emoji\":false}}");
      }
      if (has_sentence) {
        if (has_title) *p++ = ',';
        p = put(p, "{\"type\":\"section\",\"text\":{\"type\":\"plain_text\",\"text\":\"");
        p = put(p, sentence_text);
        p = put(p, "\",\"emoji\":false}}");
      }
      *p++ = ']';
    }
    budget_.spend(blocks, p);
    p = attachment(p);
    *p++ = '}';
    blocks_bytes = static_cast<std::size_t>(p - blocks);
    return p;
  }

 private:
  char* attachment(char* p) {
    char* const start = p;
    p = put(p, ",\"attachments\":[{\"color\":\"");
    p = put(p, slack_color(message_->severity));
    p = put(p, "\",\"blocks\":[");
    char* const first = p;
    // What the line of context takes at most: two names and a time, escaped, and their frames.
    constexpr std::size_t for_context = 4 * slack_limits::origin + 300;
    const std::size_t for_link = (std::min)(SlackUrl::growth * message_->link().size(), slack_limits::link) + frame;
    std::size_t written = 0;
    budget_.hold_back(for_context + for_link);
    p = fields(p, written);
    budget_.give_back(for_link);
    p = own_link(p);
    p = logs(p, written);
    budget_.give_back(for_context);
    if (written != message_->field_count()) cut_->push_back({"fields", message_->field_count(), written});
    p = context(p);
    if (p == first) return start;
    if (p[-1] == ',') --p;
    return put(p, "]}]");
  }

  std::size_t shown() const noexcept { return (std::min)(message_->field_count(), slack_limits::fields); }

  /// All but the logs, as far as the limits go. The last section may be open.
  char* fields(char* p, std::size_t& written) {
    for (std::size_t i = 0, end = shown(); i < end; ++i) {
      const Message::Field field = message_->field(i);
      if (field.is_code || !budget_.has(2 * frame)) continue;
      ++written;
      if (is_blank(field.value)) continue;
      const char* const start = p;
      char* const linked = field.is_link ? link_cell(field.value, field.label, p) : nullptr;
      p = linked != nullptr ? linked : field.is_short ? cell(field, p) : wide(field, p);
      budget_.spend(start, p);
    }
    return p;
  }

  /// A field beside others.
  char* cell(const Message::Field& field, char* p) {
    p = put(open_cell(p), "{\"type\":\"plain_text\",\"text\":\"");
    p = labelled(field, slack_limits::field, p);
    return close_cell(put(p, "\",\"emoji\":false}"));
  }

  /// A field that has lines of its own.
  char* wide(const Message::Field& field, char* p) {
    p = put(close_section(p), "{\"type\":\"section\",\"text\":{\"type\":\"plain_text\",\"text\":\"");
    p = labelled(field, slack_limits::section, p);
    return put(p, "\",\"emoji\":false}},");
  }

  char* labelled(const Message::Field& field, std::size_t limit, char* p) {
    const char* const start = p;
    p = put(label(field.label, p), ": ");
    return text<SlackText<Lines::many>>("field.value", field.value, limit - static_cast<std::size_t>(p - start), p);
  }

  /// A link under a label, beside fields. nullptr: it cannot be one, or not here.
  char* link_cell(const Message::Text& url, const Message::Text& label, char* p) {
    if (!is_web_link(url)) return nullptr;
    char* const start = open_cell(p);
    p = put(start, "{\"type\":\"mrkdwn\",\"text\":\"");
    const char* const text = p;
    p = put(p, "<");
    p = url.is_inert ? put_padded(p, url) : escape<SlackUrl>(url, p);
    p = put(this->label(label, put(p, "|")), ">");
    const std::size_t size = static_cast<std::size_t>(p - text);
    if (size > slack_limits::field || !budget_.has(size + 2 * frame)) return nullptr;
    return close_cell(put(p, "\",\"verbatim\":true}"));
  }

  char* open_cell(char* p) const { return cells_ == 0 ? put(p, "{\"type\":\"section\",\"fields\":[") : put(p, ","); }
  char* close_cell(char* p) { return ++cells_ == slack_limits::field_objects ? close_section(p) : p; }
  char* close_section(char* p) {
    if (cells_ != 0) p = put(p, "]},");
    cells_ = 0;
    return p;
  }

  /// The message's own link, beside the fields, and what ends them.
  char* own_link(char* p) {
    const Message::Text title = {message_->link_title(), true};  // means nothing but itself
    const Message::Text url = message_->link();
    if (url.empty()) return close_section(p);
    const char* const start = p;
    if (char* const end = link_cell(url, title, p)) {
      p = close_section(end);
    } else {
      p = close_section(p);
      char* const before = p;
      p = put(p, "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"<");
      const char* const begin = p;
      if (is_web_link(url)) p = url.is_inert ? put_padded(p, url) : escape<SlackUrl>(url, p);
      if (p == begin || p > begin + slack_limits::link) {
        cut_->push_back({"link", count_code_points(url), 0});
        p = before;
      } else {
        p = put(put(put(p, "|"), title), ">\",\"verbatim\":true}},");
      }
    }
    budget_.spend(start, p);
    return p;
  }

  char* logs(char* p, std::size_t& written) {
    for (std::size_t i = 0, end = shown(); i < end; ++i) {
      const Message::Field field = message_->field(i);
      if (!field.is_code || !budget_.has(2 * frame)) continue;
      ++written;
      if (is_blank(field.value)) continue;
      const char* const start = p;
      p = put(p, "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"*");
      p = label(field.label, p);
      p = put(p, "*\\n```\\n");
      p = text<SlackCode>("field.value", field.value, slack_limits::code, p);
      p = put(p, "\\n```\",\"verbatim\":true}},");
      budget_.spend(start, p);
    }
    return p;
  }

  /// Who, what kind, when.
  char* context(char* p) {
    char* const start = p;
    p = put(p, "{\"type\":\"context\",\"elements\":[{\"type\":\"plain_text\",\"text\":\"");
    char* const origin = p;
    static constexpr char separator[] = " \xC2\xB7 ";
    if (!is_blank(message_->actor())) {
      p = text<SlackText<Lines::one>>("actor", message_->actor(), slack_limits::origin, p);
      p = put(p, separator);
    }
    if (!is_blank(message_->kind())) {
      p = text<SlackText<Lines::one>>("kind", message_->kind(), slack_limits::origin, p);
      p = put(p, separator);
    }
    if (message_->time()) {
      p = put_padded(p, message_->readable_time());
      p = put(p, separator);
    }
    return p == origin ? start : put(p - (sizeof(separator) - 1), "\",\"emoji\":false}]}");
  }

  char* label(const Message::Text& label, char* p) {
    if (label.is_inert && label.size() <= slack_limits::label) return put_padded(p, label);
    const std::string_view trimmed = trim(label);
    if (trimmed.empty()) return put(p, "Value");
    return any_text<PlainLabel>("field.label", trimmed, slack_limits::label, p);
  }

  template <class Escape>
  char* text(std::string_view part, const Message::Text& text, std::size_t limit, char* p) {
    if (text.is_inert && text.size() <= limit && budget_.is_unlimited()) return put_padded(p, text);
    return any_text<Escape>(part, text, limit, p);
  }

  template <class Escape>
  NOTIFIER_NOINLINE char* any_text(std::string_view part, std::string_view text, std::size_t limit, char* p) {
    return put_part<Escape>(part, text, {limit, budget_.but(frame)}, Unit::code_points, p, *cut_);
  }

  /// Most characters of JSON that a field takes beside its value: its label and the frame.
  static constexpr std::size_t frame = slack_limits::label + 130;

  const Message* message_;
  Truncations* cut_;
  Budget budget_;
  std::size_t cells_ = 0;  // in the section that is open
};

}  // namespace detail

NOTIFIER_FLATTEN NOTIFIER_INLINE void format_slack(const Message& message, Buffer& out, Truncations& cut) {
  const std::size_t cuts = cut.size();
  char* const start = out.room(detail::SlackWriter::room(message));
  std::size_t blocks_bytes = 0;
  char* end = detail::SlackWriter(message, cut, detail::Budget::unlimited).write(start, blocks_bytes);
  // A character takes a byte or more, so bytes within the limit settle it; else it is written again, counting.
  if (blocks_bytes > slack_limits::all_blocks) {
    cut.resize(cuts);
    end = detail::SlackWriter(message, cut, slack_limits::all_blocks).write(start, blocks_bytes);
  }
  out.set_end(end);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
