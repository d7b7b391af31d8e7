// A mail as std::string, quoted-printable and all, as a good user would write it.

#pragma once

#include <string>

#include "message.hpp"
#include "notifier/text/hash.hpp"

namespace peer {

/// Encodes text line by line; soft breaks keep lines at 76 characters. What begins a line with a dot or `From` is
/// encoded.
class QuotedPrintable {
 public:
  void text(const std::string& text, bool html, bool pre = false) {
    for (std::size_t i = 0; i < text.size();) {
      unsigned char c = static_cast<unsigned char>(text[i]);
      if (column_ == 75 && c != '\n') soft_break();
      if (column_ == 0 && (c == '.' || text.compare(i, 4, "From") == 0)) {
        token(hex(c));
        ++i;
      } else if (c == '\n') {
        if (html && !pre) token("<br>");
        line_break();
        ++i;
      } else if (html && (c == '&' || c == '<' || c == '>' || c == '"')) {
        token(c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
        ++i;
      } else if (c == '=' || c >= 0x7F) {
        std::string encoded = hex(c);
        for (++i; c != '=' && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; ++i)
          encoded += hex(static_cast<unsigned char>(text[i]));
        token(encoded);
      } else {
        token(std::string(1, text[i] < ' ' && text[i] != '\t' ? ' ' : text[i]));
        ++i;
      }
    }
  }

  /// Ours, with `\n` between lines; ends at the start of a line.
  void skeleton(const char* text) {
    for (; *text != 0; ++text) {
      if (*text == '\n') {
        out_ += "\r\n";
        column_ = 0;
      } else {
        token(*text == '=' ? "=3D" : std::string(1, *text));
      }
    }
    if (column_ != 0) soft_break();
  }

  void words(const std::string& text) { token(text); }
  void line_break() {
    if (column_ != 0 && out_.back() == ' ') {
      out_.pop_back();
      --column_;
      token("=20");
    }
    out_ += "\r\n";
    column_ = 0;
  }
  void soft_break() {
    out_ += "=\r\n";
    column_ = 0;
  }
  const std::string& str() const { return out_; }

 private:
  static std::string hex(unsigned char c) {
    const char* digits = "0123456789ABCDEF";
    return {'=', digits[c >> 4], digits[c & 15]};
  }
  void token(const std::string& text) {
    if (column_ + text.size() > 75) soft_break();
    out_ += text;
    column_ += text.size();
  }

  std::string out_;
  std::size_t column_ = 0;
};

inline std::string plain_part(const Message& m) {
  QuotedPrintable qp;
  qp.text(m.title, false);
  qp.line_break();
  qp.line_break();
  qp.text(m.sentence, false);
  qp.line_break();
  qp.line_break();
  for (bool code : {false, true}) {
    bool any = false;
    for (const Field& field : m.fields) {
      if (field.is_code != code) continue;
      any = true;
      qp.text(field.label, false);
      qp.words(code ? ":" : ": ");
      if (code) qp.line_break();
      qp.text(field.value, false);
      qp.line_break();
    }
    if (any) qp.line_break();
    if (!code && !m.link.empty()) {
      qp.text(m.link, false);
      qp.line_break();
      qp.line_break();
    }
  }
  qp.words(m.kind);
  qp.words(" - ");
  qp.words(m.actor);
  qp.words(" - ");
  qp.words(m.readable_time);
  qp.line_break();
  return qp.str();
}

inline std::string html_part(const Message& m) {
  QuotedPrintable qp;
  qp.skeleton(
      "<!DOCTYPE html>\n<html lang=\"en\">\n"
      "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n"
      "<body style=\"margin:0;padding:16px;background:#f3f4f6\">\n"
      "<table role=\"presentation\" align=\"center\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" "
      "style=\"max-width:600px;background:#ffffff;"
      "color:#1f2933;font:15px/1.5 Helvetica,Arial,sans-serif;border-top:4px solid ");
  qp.words(m.mail_color);
  qp.skeleton("\">\n<tr><td style=\"padding:20px 24px 4px;font-size:18px;font-weight:bold\">\n");
  qp.text(m.title, true);
  qp.line_break();
  qp.skeleton("</td></tr>\n<tr><td style=\"padding:4px 24px 12px\">\n");
  if (m.name.empty()) {
    qp.text(m.sentence, true);
  } else {
    const std::size_t name = m.sentence.find('"');
    qp.text(m.sentence.substr(0, name), true);
    qp.words("<b>");
    qp.text(m.name, true);
    qp.words("</b>");
    qp.text(m.sentence.substr(name + m.name.size() + 2), true);
  }
  qp.line_break();
  bool in_table = false;
  for (const Field& field : m.fields) {
    if (field.is_code) continue;
    if (!in_table) {
      qp.skeleton(
          "</td></tr>\n<tr><td style=\"padding:4px 24px 12px\">\n<table role=\"presentation\" cellpadding=\"0\" "
          "cellspacing=\"0\" "
          "style=\"font:14px/1.5 Helvetica,Arial,sans-serif\">\n");
    }
    in_table = true;
    qp.skeleton("<tr><td style=\"padding:2px 16px 2px 0;color:#6b7280\" valign=\"top\">\n");
    qp.text(field.label, true);
    qp.line_break();
    qp.skeleton("</td><td style=\"padding:2px 0;word-break:break-word\">\n");
    if (field.is_link) {
      qp.skeleton("<a href=\"");
      qp.text(field.value, true);
      qp.words("\">");
    }
    qp.text(field.value, true);
    if (field.is_link) qp.words("</a>");
    qp.line_break();
    qp.skeleton("</td></tr>\n");
  }
  if (in_table) qp.skeleton("</table>\n");
  if (!m.link.empty()) {
    qp.skeleton("</td></tr>\n<tr><td style=\"padding:4px 24px 12px\"><a href=\"");
    qp.text(m.link, true);
    qp.soft_break();
    qp.skeleton(
        "\" style=\"display:inline-block;padding:8px 16px;background:#1f2933;color:#ffffff;text-decoration:none\">View "
        "details</a>\n");
  }
  for (const Field& field : m.fields) {
    if (!field.is_code) continue;
    qp.skeleton("</td></tr>\n<tr><td style=\"padding:4px 24px 12px;color:#6b7280;font-size:14px\">\n");
    qp.text(field.label, true);
    qp.line_break();
    qp.skeleton(
        "<pre style=\"margin:4px 0 0;padding:12px;background:#f3f4f6;color:#1f2933;font-size:13px;white-space:pre-wrap;"
        "word-break:break-word\">");
    qp.text(field.value, true, true);
    qp.soft_break();
    qp.skeleton("</pre>\n");
  }
  qp.skeleton("</td></tr>\n<tr><td style=\"padding:8px 24px 20px;color:#6b7280;font-size:13px\">\n");
  qp.words(m.kind);
  qp.words(" - ");
  qp.words(m.actor);
  qp.words(" - ");
  qp.words(m.readable_time);
  qp.line_break();
  qp.skeleton("</td></tr>\n</table>\n</body>\n</html>\n");
  return qp.str();
}

inline std::string hash_hex(std::uint64_t seed, std::initializer_list<std::string> parts) {
  notifier::Hash128 hash(seed);
  for (const std::string& part : parts) hash.add(part);
  std::string hex(32, '0');
  hash.write_hex(&hex[0]);
  return hex;
}

inline std::string mail(const Message& m, const std::string& from, const std::string& to, const std::string& key,
                        const std::string& domain) {
  std::string boundary = "=_" + hash_hex(2, {m.app, m.kind, m.event_id});
  return "From: " + from + "\r\nTo: " + to + "\r\nMessage-ID: <" + key + "@" + domain + ">\r\nSubject: " + m.title +
         "\r\nDate: " + m.mail_time + "\r\nReferences: <thread_" + hash_hex(2, {m.app, m.kind}) + "@" + domain +
         ">\r\nAuto-Submitted: auto-generated\r\nX-Notifier-Event: " + m.kind +
         "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n--" +
         boundary +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         plain_part(m) + "\r\n--" + boundary +
         "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         html_part(m) + "\r\n--" + boundary + "--\r\n";
}

}  // namespace peer
