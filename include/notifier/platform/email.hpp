// Mail: RFC 5322 and MIME, two forms of the same text, ready for SMTP.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/email_body.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes the shared part: plain text first, HTML last, both UTF-8 in quoted-printable.
///
/// Names are in bold in HTML. What leads to more, a button, stands before the logs. A mail that would be longer than
/// email_limits::whole is written again with less of its texts.
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
  row.most_fields = 100;  // email_limits::fields
  return row;
}();

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/format/email_content.hpp"
#include "notifier/format/email_header.hpp"
#include "notifier/format/email_html.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/quoted_printable.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

static_assert(email_row.most_fields == email_limits::fields, "a digest names as many events as mails show");

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

inline void write_email_body(const Message& message, const EmailPlan* plan, std::string_view thread_domain,
                             Timestamp now, EmailBody& out, Truncations& cut) {
  Hash128 hash(2);
  const Hash128::Hex thread(hash.add(message.subject()).add(message.kind()));
  const Hash128::Hex boundary(hash.add(message.event_id()));

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
  out.end(EmailContent(message, plan, cut).write(boundary, p));
}

/// As format_email_body(), for a domain that message_id_domain() gave.
inline void write_email_body(const Message& message, std::string_view thread_domain, Timestamp now, EmailBody& out,
                             Truncations& cut) {
  const std::size_t cuts = cut.size();
  write_email_body(message, nullptr, thread_domain, now, out, cut);
  if (out.view().size() <= email_limits::whole) return;
  cut.resize(cuts);
  const EmailPlan plan(message);
  write_email_body(message, &plan, thread_domain, now, out, cut);
}

}  // namespace detail

NOTIFIER_INLINE void format_email_body(const Message& message, std::string_view thread_domain, Timestamp now,
                                       EmailBody& out, Truncations& cut) {
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

NOTIFIER_INLINE void format_email(const EmailBody& body, std::string_view from, const std::string_view* to,
                                  std::size_t to_count, std::string_view key, std::string_view domain, Buffer& out) {
  detail::format_from(from, out);
  detail::format_to(to, to_count, out);
  domain = detail::message_id_domain(domain);
  out.set_end(
      detail::put_identifier("Message-ID", key, domain, out.room(detail::header_room(key.size() + domain.size()))));
  out.append(body.view());
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
