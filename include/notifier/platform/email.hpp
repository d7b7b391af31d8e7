// Mail: RFC 5322 and MIME, two forms of the same text, ready for SMTP.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/email_body.hpp"
#include "notifier/format/email_header.hpp"
#include "notifier/format/email_html.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/quoted_printable.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Limits of a mail, ours, in bytes of the text before it is encoded.
namespace email_limits {
inline constexpr std::size_t subject = 255;  ///< a widespread mail program keeps no more
inline constexpr std::size_t title = 1000;
inline constexpr std::size_t sentence = 8000;
inline constexpr std::size_t label = 200;
inline constexpr std::size_t origin = 200;  ///< an actor's name, an event's kind
inline constexpr std::size_t value = 4000;
inline constexpr std::size_t code = 24000;
inline constexpr std::size_t fields = 100;
/// All values together: a webmail service shows the first 102 KB of an HTML part and hides the rest.
inline constexpr std::size_t all_values = 48000;
}  // namespace email_limits

/// Writes the shared part: plain text first, HTML last, both UTF-8 in quoted-printable.
///
/// Mails about the same app and event kind refer to the same thread, a Message-ID of ours that no mail has. The MIME
/// boundary derives from thread and event id, and holds `=_`, which quoted-printable never does (RFC 2045 section 6.7).
/// Subject lines are folded at 78 characters; encoded words (RFC 2047) where they are not plain ASCII.
///
/// @param thread_domain  domain of the thread's id, as "example.com"
/// @param now            the Date where the event has no time of its own
/// @param out            cleared first; keeps its capacity
void format_email_body(const Message& message, std::string_view thread_domain, Timestamp now, EmailBody& out,
                       Truncations& cut);

/// Appends a whole mail: From, To, Message-ID, then the shared part.
///
/// @param from    what follows `From: `: an address, or a display name and an address in angle brackets; validated at
///                registration
/// @param to      valid addresses. All of them appear in To, but for those that are not ASCII: they are in the envelope
///                alone.
/// @param key     the idempotency key: left part of the Message-ID
/// @param domain  right part of the Message-ID; one that cannot stand there is replaced by "notifier.invalid"
void format_email(const EmailBody& body, std::string_view from, const std::string_view* to, std::size_t to_count,
                  std::string_view key, std::string_view domain, Buffer& out);

namespace detail {

inline constexpr PlatformField email_fields[] = {
    {"type_data.user_ids", PlatformField::Kind::users, PlatformField::Visibility::open, false},
    {"type_data.emails", PlatformField::Kind::addresses, PlatformField::Visibility::open, false},
};

/// RFC 5322 section 2.1.1 and RFC 2045 section 6.7: folded and encoded, no line is near the 998 bytes that are allowed.
inline constexpr PayloadLimit email_payload_limits[] = {{"line", 998, PayloadLimit::Unit::bytes}};

}  // namespace detail

inline constexpr PlatformRow email_row = [] {
  PlatformRow row;
  row.platform = Platform::email;
  row.id = "59c52ac27651ce002c1d4620";
  row.name = "email";
  row.display_name = "Email";
  row.description = "Mails the events you choose to you, your collaborators and other addresses.";
  row.fields = detail::email_fields;
  row.transport = Transport::smtp;
  // All mail goes to one relay.
  row.target_limits = {4, 0};
  return row;
}();

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail {

constexpr std::string_view email_color(Severity severity) noexcept {
  switch (severity) {
    case Severity::success: return "#1a7f5a";
    case Severity::warning: return "#d99e0b";
    case Severity::error: return "#c5284c";
    case Severity::info: break;
  }
  return "#2563eb";
}

class EmailContent {
 public:
  EmailContent(const Message& message, Truncations& cut) noexcept : message_(&message), cut_(&cut) {}

  static std::size_t room(const Message& message) noexcept {
    const auto both = [](std::size_t size, std::size_t limit) {
      return 2 * QuotedPrintable::growth * ((std::min)(size, limit) + ellipsis.size());
    };
    const std::size_t fields = (std::min)(message.field_count(), email_limits::fields);
    // A field's share is for its frame, in both forms, and a label of ours.
    return 4096 + fields * 512 + both(message.title().size(), email_limits::title) +
           both(message.sentence().size(), email_limits::sentence) +
           both(message.actor().size(), email_limits::origin) + both(message.kind().size(), email_limits::origin) +
           both(message.link().size(), NOTIFIER_MAX_URL_BYTES) +
           both(message.text_size(), email_limits::all_values + fields * (email_limits::label + 2 * ellipsis.size()));
  }

  char* write(const Hash128::Hex& boundary, char* out) {
    out = boundary.write(put(out, "--=_"));
    out =
        put(out, "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    out = plain(out);
    out = boundary.write(put(out, "\r\n--=_"));
    out = put(out, "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    out = html(out);
    out = boundary.write(put(out, "\r\n--=_"));
    return put(out, "--\r\n");
  }

 private:
  char* plain(char* out) {
    QuotedPrintable qp(out);
    qp = line<QpPlain>(qp, "title", message_->title(), email_limits::title);
    qp.end_line();
    qp = line<QpPlain>(qp, "sentence", message_->sentence(), email_limits::sentence);
    qp.end_line();
    std::size_t shown = 0;
    qp = each_field(qp, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      ++shown;
      at = text<QpPlain>(at, "field.label", field.label, email_limits::label);
      if (field.is_code) {
        at.literal(":");
        at.end_line();
      } else {
        at.literal(": ");
      }
      at = line<QpPlain>(at, "field.value", field.value, limit);
      return at;
    });
    if (shown != message_->field_count()) cut_->push_back({"fields", message_->field_count(), shown});
    if (shown != 0) qp.end_line();
    if (is_web_link(message_->link())) {
      qp = url<QpPlainUrl>(qp);
      qp.end_line();
      qp.end_line();
    } else if (!message_->link().empty()) {
      cut_->push_back({"link", message_->link().size(), 0});
    }
    qp = origin<QpPlain>(qp);
    is_reported_ = true;
    return qp.end();
  }

  char* html(char* out) {
    using namespace email_html;
    QuotedPrintable qp(out);
    qp.lines<QpLiteral<Head>>();
    qp.literal(email_color(message_->severity));
    qp.lines<QpLiteral<BeforeTitle>>();
    qp = line<QpHtml>(qp, "title", message_->title(), email_limits::title);
    qp.lines<QpLiteral<BeforeSentence>>();
    qp = line<QpHtml>(qp, "sentence", message_->sentence(), email_limits::sentence);
    qp = html_fields(qp);
    if (is_web_link(message_->link())) {
      qp.lines<QpLiteral<BeforeLink>>();
      qp = url<QpHtmlUrl>(qp);
      qp.soft_break();
      qp.lines<QpLiteral<AfterLink>>();
    }
    qp.lines<QpLiteral<BeforeOrigin>>();
    qp = origin<QpHtml>(qp);
    qp.lines<QpLiteral<Tail>>();
    return qp.end();
  }

  QuotedPrintable html_fields(QuotedPrintable qp) {
    using namespace email_html;
    bool in_table = false;
    qp = each_field(qp, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      if (field.is_code) {
        if (in_table) at.lines<QpLiteral<AfterFields>>();
        in_table = false;
        at.lines<QpLiteral<BeforeLogLabel>>();
        at = line<QpHtml>(at, "field.label", field.label, email_limits::label);
        at.lines<QpLiteral<BeforeLog>>();
        at = text<QpPre>(at, "field.value", field.value, limit);
        at.soft_break();
        at.lines<QpLiteral<AfterLog>>();
        return at;
      }
      if (!in_table) at.lines<QpLiteral<BeforeFields>>();
      in_table = true;
      at.lines<QpLiteral<BeforeLabel>>();
      at = line<QpHtml>(at, "field.label", field.label, email_limits::label);
      at.lines<QpLiteral<BeforeValue>>();
      at = line<QpHtml>(at, "field.value", field.value, limit);
      at.lines<QpLiteral<AfterValue>>();
      return at;
    });
    if (in_table) qp.lines<QpLiteral<AfterFields>>();
    return qp;
  }

  /// Lets `f(where, field, limit of its value)` write the plain fields, then the logs, as far as the limits go; the
  /// same ones for both forms.
  template <class F>
  QuotedPrintable each_field(QuotedPrintable qp, F&& f) const {
    const std::size_t count = (std::min)(message_->field_count(), email_limits::fields);
    std::size_t left = email_limits::all_values;
    bool has_code = false;
    for (const bool is_code : {false, true}) {
      if (is_code && !has_code) break;
      for (std::size_t i = 0; i < count; ++i) {
        const Message::Field field = message_->field(i);
        has_code = has_code || field.is_code;
        if (field.is_code != is_code) continue;
        const std::size_t limit = (std::min)(is_code ? email_limits::code : email_limits::value, left);
        if (limit < 100 && field.value.size() > limit) continue;
        qp = f(qp, field, limit);
        left -= (std::min)(field.value.size(), limit);
      }
    }
    return qp;
  }

  template <class Escape>
  QuotedPrintable url(QuotedPrintable qp) const {
    const Message::Text link = message_->link();
    if (link.is_inert) {
      qp.inert_text(link);
    } else {
      qp.text<Escape>(link);
    }
    return qp;
  }

  /// What kind of event, who, when.
  template <class Escape>
  QuotedPrintable origin(QuotedPrintable qp) {
    qp = text<Escape>(qp, "kind", message_->kind(), email_limits::origin);
    bool is_first = message_->kind().empty();
    if (!message_->actor().empty()) {
      if (!is_first) qp.literal(" - ");
      qp = text<Escape>(qp, "actor", message_->actor(), email_limits::origin);
      is_first = false;
    }
    if (message_->time()) {
      if (!is_first) qp.literal(" - ");
      qp.inert_word(message_->readable_time());
    }
    qp.end_line();
    return qp;
  }

  template <class Escape>
  QuotedPrintable text(QuotedPrintable qp, const char* part, const Message::Text& text, std::size_t limit) {
    if (!text.is_inert || text.size() > limit) return any_text<Escape>(qp, part, text, limit);
    qp.inert_text(text);
    return qp;
  }

  /// A text and a line break.
  template <class Escape>
  QuotedPrintable line(QuotedPrintable qp, const char* part, const Message::Text& text, std::size_t limit) {
    if (!text.is_inert || text.size() > limit) {
      qp = any_text<Escape>(qp, part, text, limit);
      qp.hard_break();
    } else {
      qp.inert_text(text);
      qp.end_line();
    }
    return qp;
  }

  template <class Escape>
  NOTIFIER_NOINLINE QuotedPrintable any_text(QuotedPrintable qp, const char* part, std::string_view text,
                                             std::size_t limit) {
    if (text.size() <= limit) {
      qp.text<Escape>(text);
      return qp;
    }
    const std::size_t kept = cut_position(text, limit - ellipsis.size());
    if (!is_reported_) cut_->push_back({part, text.size(), kept + ellipsis.size()});
    qp.text<Escape>(text.substr(0, kept));
    qp.text<Escape>(ellipsis);
    return qp;
  }

  const Message* message_;
  Truncations* cut_;
  bool is_reported_ = false;
};

/// Whether an event's kind can be a header's value as it is.
inline bool is_header_token(const Message::Text& text) noexcept {
  if (text.empty() || text.size() > 50) return false;
  if (text.is_inert) return is_without(text, [](Bytes b) { return b.is(' '); });
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) return false;
  }
  return text.find("=?") == std::string_view::npos;
}

inline char* put_subject(const Message::Text& title, char* p, Truncations& cut) {
  constexpr std::size_t column = 9;
  p = put(p, "Subject: ");
  if (title.is_inert && column + title.size() <= header_line) return put(put_padded(p, title), "\r\n");
  if (title.size() <= email_limits::subject) return put_unstructured(title, p, column);
  const std::size_t kept = cut_position(title, email_limits::subject - ellipsis.size());
  cut.push_back({"subject", title.size(), kept + ellipsis.size()});
  char whole[email_limits::subject];
  const char* const end = put(put(whole, title.substr(0, kept)), ellipsis);
  return put_unstructured({whole, static_cast<std::size_t>(end - whole)}, p, column);
}

/// As format_email_body(), for a domain that message_id_domain() gave.
inline void write_email_body(const Message& message, std::string_view thread_domain, Timestamp now, EmailBody& out,
                             Truncations& cut) {
  Hash128 hash(2);
  const Hash128::Hex thread = hash.add(message.subject()).add(message.kind()).hex();
  const Hash128::Hex boundary = hash.add(message.event_id()).hex();

  char* p = out.begin(header_room(email_limits::subject) + 768 + EmailContent::room(message));
  p = put_subject(message.title(), p, cut);
  p = put(p, "Date: ");
  p = write_rfc5322(p, message.time() ? message.civil_time() : civil_time(now));
  p = put(p, "\r\n");
  p = begin_identifier("References", 39 + 1 + thread_domain.size(), p);
  p = end_identifier(thread_domain, thread.write(put(p, "thread_")));
  p = put(p, "Auto-Submitted: auto-generated\r\n");
  if (is_header_token(message.kind())) {
    p = put_padded(put(p, "X-Notifier-Event: "), message.kind());
    p = put(p, "\r\n");
  }
  p = put(p, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"=_");
  p = boundary.write(p);
  p = put(p, "\"\r\n\r\n");
  out.end(EmailContent(message, cut).write(boundary, p));
}

}  // namespace detail

inline void format_email_body(const Message& message, std::string_view thread_domain, Timestamp now, EmailBody& out,
                              Truncations& cut) {
  detail::write_email_body(message, detail::message_id_domain(thread_domain), now, out, cut);
}

namespace detail {

/// Appends a mail's first line, which depends on the sender alone.
inline void format_from(std::string_view from, Buffer& out) {
  char* const p = out.room(header_room(from.size()));
  out.set_end(put_from(from, put(p, "From: "), 6));
}

/// Appends the line of the recipients.
inline void format_to(const std::string_view* to, std::size_t to_count, Buffer& out) {
  std::size_t room = header_room(0);
  for (std::size_t i = 0; i < to_count; ++i) room += to[i].size() + 4;
  out.set_end(put_to(to, to_count, put(out.room(room), "To: "), 4));
}

}  // namespace detail

inline void format_email(const EmailBody& body, std::string_view from, const std::string_view* to, std::size_t to_count,
                         std::string_view key, std::string_view domain, Buffer& out) {
  detail::format_from(from, out);
  detail::format_to(to, to_count, out);
  domain = detail::message_id_domain(domain);
  out.set_end(
      detail::put_identifier("Message-ID", key, domain, out.room(detail::header_room(key.size() + domain.size()))));
  out.append(body.view());
}

NOTIFIER_NAMESPACE_END
