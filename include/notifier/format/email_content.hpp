// The two forms of a mail's text: plain and HTML, in quoted-printable.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/format/email_html.hpp"
#include "notifier/format/email_plan.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/format/fit.hpp"
#include "notifier/format/quoted_printable.hpp"
#include "notifier/message/message.hpp"
#include "notifier/text/hash.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
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
  /// @param plan  nullptr: the limits alone count
  EmailContent(const Message& message, const EmailPlan* plan, Truncations& cut) noexcept
      : message_(&message), plan_(plan), cut_(&cut) {}

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
    qp = line<QpPlain>(qp, "sentence", message_->sentence(), sentence_limit());
    qp.end_line();
    std::size_t shown = 0;
    std::size_t left = email_limits::all_values;
    qp = each_field(qp, false, left, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      ++shown;
      at = text<QpPlain>(at, "field.label", field.label, email_limits::label);
      at.literal(": ");
      at = line<QpPlain>(at, "field.value", field.value, limit);
      return at;
    });
    if (shown != 0) qp.end_line();
    if (is_web_link(message_->link())) {
      qp = url<QpPlainUrl>(qp, message_->link());
      qp.end_line();
      qp.end_line();
    } else if (!message_->link().empty()) {
      cut_->push_back({"link", message_->link().size(), 0});
    }
    const std::size_t before_logs = shown;
    qp = each_field(qp, true, left, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      ++shown;
      at = text<QpPlain>(at, "field.label", field.label, email_limits::label);
      at.literal(":");
      at.end_line();
      at = line<QpPlain>(at, "field.value", field.value, limit);
      return at;
    });
    if (shown != before_logs) qp.end_line();
    if (shown != message_->field_count()) cut_->push_back({"fields", message_->field_count(), shown});
    qp = origin<QpPlain>(qp);
    is_reported_ = true;
    return qp.end();
  }

  char* html(char* out) {
    using namespace email_html;
    QuotedPrintable qp(out);
    qp = titled<Head>(qp);
    qp.literal(email_color(message_->severity));
    qp.lines<QpLiteral<BeforeTitle>>();
    qp = line<QpHtml>(qp, "title", message_->title(), email_limits::title);
    qp.lines<QpLiteral<BeforeSentence>>();
    qp = message_->name_count() == 0 ? line<QpHtml>(qp, "sentence", message_->sentence(), sentence_limit())
                                     : html_sentence(qp);
    std::size_t left = email_limits::all_values;
    qp = html_fields(qp, left);
    if (is_web_link(message_->link())) {
      qp.lines<QpLiteral<BeforeLink>>();
      qp = url<QpHtmlUrl>(qp, message_->link());
      qp.soft_break();
      qp = titled<AfterLink>(qp);
    }
    qp = html_logs(qp, left);
    qp.lines<QpLiteral<BeforeOrigin>>();
    qp = origin<QpHtml>(qp);
    qp.lines<QpLiteral<Tail>>();
    return qp.end();
  }

  /// A piece that names the language, or has the link's title.
  template <class Piece>
  QuotedPrintable titled(QuotedPrintable qp) const {
    if (message_->language() == "en") {
      qp.lines<QpLiteral<Piece>>();
      return qp;
    }
    return translated(qp, Piece::text);
  }

  NOTIFIER_NOINLINE QuotedPrintable translated(QuotedPrintable qp, std::string_view html) const {
    std::string text(html);
    const auto replace = [&](std::string_view own, std::string_view other) {
      const std::size_t at = text.find(own);
      if (at != std::string::npos) text.replace(at, own.size(), other);
    };
    replace("lang=\"en\"", joined("lang=\"", message_->language(), "\""));
    replace(english_link_title, message_->link_title());
    const std::size_t size = text.size();
    text.append(text_padding, ' ');
    qp.text<QpPlain>(std::string_view(text).substr(0, size));
    if (html.back() != '\n') qp.soft_break();
    return qp;
  }

  /// The sentence with its names in bold instead of quotes.
  NOTIFIER_NOINLINE QuotedPrintable html_sentence(QuotedPrintable qp) {
    const std::string_view sentence = message_->sentence();
    if (sentence.size() > sentence_limit()) return line<QpHtml>(qp, "sentence", message_->sentence(), sentence_limit());
    std::size_t at = 0;
    for (std::size_t i = 0; i < message_->name_count(); ++i) {
      const Message::Name name = message_->name(i);
      qp.text<QpHtml>(sentence.substr(at, name.begin - at));
      qp.literal("<b>");
      qp.text<QpHtml>(sentence.substr(name.begin + 1, name.end - name.begin - 2));
      qp.literal("</b>");
      at = name.end;
    }
    qp.text<QpHtml>(sentence.substr(at));
    qp.hard_break();
    return qp;
  }

  QuotedPrintable html_fields(QuotedPrintable qp, std::size_t& left) {
    using namespace email_html;
    bool in_table = false;
    qp = each_field(qp, false, left, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      if (!in_table) at.lines<QpLiteral<BeforeFields>>();
      in_table = true;
      at.lines<QpLiteral<BeforeLabel>>();
      at = line<QpHtml>(at, "field.label", field.label, email_limits::label);
      at.lines<QpLiteral<BeforeValue>>();
      at = field.is_link && field.value.size() <= limit && is_web_link(field.value)
               ? html_link(at, field.value)
               : line<QpHtml>(at, "field.value", field.value, limit);
      at.lines<QpLiteral<AfterValue>>();
      return at;
    });
    if (in_table) qp.lines<QpLiteral<AfterFields>>();
    return qp;
  }

  NOTIFIER_NOINLINE QuotedPrintable html_link(QuotedPrintable qp, const Message::Text& link) {
    qp.lines<QpLiteral<email_html::BeforeFieldLink>>();
    qp = url<QpHtmlUrl>(qp, link);
    qp.literal("\">");
    qp.text<QpHtml>(link);
    qp.literal("</a>");
    qp.end_line();
    return qp;
  }

  QuotedPrintable html_logs(QuotedPrintable qp, std::size_t& left) {
    using namespace email_html;
    return each_field(qp, true, left, [&](QuotedPrintable at, const Message::Field& field, std::size_t limit) {
      at.lines<QpLiteral<BeforeLogLabel>>();
      at = line<QpHtml>(at, "field.label", field.label, email_limits::label);
      at.lines<QpLiteral<BeforeLog>>();
      at = text<QpPre>(at, "field.value", field.value, limit);
      at.soft_break();
      at.lines<QpLiteral<AfterLog>>();
      return at;
    });
  }

  std::size_t sentence_limit() const noexcept {
    return plan_ == nullptr ? email_limits::sentence : (std::min)(plan_->sentence(), email_limits::sentence);
  }

  /// Lets `f(where, field, limit of its value)` write the plain fields, or the logs, as far as the limits go; the same
  /// ones for both forms.
  /// @param left  of email_limits::all_values; falls by what is written
  template <class F>
  QuotedPrintable each_field(QuotedPrintable qp, bool is_code, std::size_t& left, F&& f) const {
    const std::size_t count = (std::min)(message_->field_count(), email_limits::fields);
    for (std::size_t i = 0; i < count; ++i) {
      const Message::Field field = message_->field(i);
      if (field.is_code != is_code) continue;
      std::size_t limit = (std::min)(is_code ? email_limits::code : email_limits::value, left);
      if (plan_ != nullptr) limit = (std::min)(limit, plan_->field(i));
      if (limit < 100 && field.value.size() > limit) continue;
      qp = f(qp, field, limit);
      left -= (std::min)(field.value.size(), limit);
    }
    return qp;
  }

  template <class Escape>
  QuotedPrintable url(QuotedPrintable qp, const Message::Text& link) const {
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
  const EmailPlan* plan_;
  Truncations* cut_;
  bool is_reported_ = false;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
