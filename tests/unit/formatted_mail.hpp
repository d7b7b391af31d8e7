// A message as a mail, and what whoever reads that sees.

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mail_reader.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/platform/email.hpp"

namespace formatted_mail {

using namespace notifier;

struct Formatted {
  std::string bytes;
  Truncations cut;
  mail_reader::Mail mail;

  explicit Formatted(const Message& message, std::string_view from = "Notifier <notifier@example.com>",
                     const std::vector<std::string_view>& to = {"ops@example.com"},
                     std::string_view domain = "example.com") {
    EmailBody body;
    Message old;
    old.set_title("old");
    format_email_body(old, "old.example.com", Timestamp{}, body, cut);
    cut.clear();
    format_email_body(message, domain, Timestamp{1526291202077}, body, cut);
    Buffer out;
    out.append("before");
    format_email(body, from, to.data(), to.size(), "msg_0123456789abcdef0123456789abcdef", domain, out);
    CHECK(out.view().substr(0, 6) == "before");
    bytes = std::string(out.view(6));
    mail = mail_reader::read(bytes);
  }
};

inline std::string replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

inline std::string html_escaped(std::string_view text) {
  return replace(replace(replace(replace(std::string(text), "&", "&amp;"), "<", "&lt;"), ">", "&gt;"), "\"", "&quot;");
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What a reader sees of a subject: breaks and controls as spaces.
inline std::string subject_of(const Formatted& email) {
  std::vector<std::string> faults;
  const std::string subject = mail_reader::decode_words(email.mail.header("Subject"), faults);
  CHECK(faults.empty());
  return subject;
}

/// Tags of the HTML part, without attributes: event data may add none.
inline std::vector<std::string> tags(std::string_view html) {
  std::vector<std::string> out;
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find_first_of(" >", at);
    out.emplace_back(html.substr(at + 1, end - at - 1));
  }
  return out;
}

inline Message sample() {
  Message message;
  message.severity = Severity::success;
  message.set_title("my-app: deployment succeeded");
  message.set_sentence("johndoe deployed 1a2b3c4 of main to my-app.");
  message.set_actor("johndoe");
  message.set_subject("my-app");
  message.set_kind("deployment");
  message.set_event_id("54dcdd4a73636100011a0000");
  message.set_link("https://dashboard.example.com/apps/my-app?tab=1&x=2");
  message.set_time(notifier::Timestamp{1526291202077});
  message.add_field("Branch", "main");
  return message;
}

inline void check_all(const Message& message) {
  const Formatted email(message);
  CHECK_MESSAGE(email.mail.faults.empty(), email.mail.faults.front());
  for (const char* name : {"From", "To", "Message-ID", "Subject", "Date", "References", "Auto-Submitted",
                           "MIME-Version", "Content-Type"}) {
    CHECK_MESSAGE(email.mail.count(name) == 1, name);
  }
  CHECK(email.mail.headers.size() <= 10);
  CHECK(email.bytes.size() < 102000);

  bool is_whole = true;
  for (const Truncation& t : email.cut) {
    CHECK(t.kept <= t.length);
    if (t.part != "subject" && t.part != "link") is_whole = false;
  }
  if (!is_whole) return;
  CHECK(contains(email.mail.text, message.title()));
  CHECK(contains(email.mail.text, message.sentence()));
  CHECK(contains(email.mail.html, html_escaped(message.title())));
  CHECK(contains(email.mail.html, html_escaped(message.sentence())));
  std::size_t logs = 0, plain = 0, links = detail::is_web_link(message.link()) ? 1 : 0;
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    const Message::Field field = message.field(i);
    (field.is_code ? logs : plain) += 1;
    links += field.is_link && detail::is_web_link(field.value) ? 1u : 0u;
    CHECK(contains(email.mail.text, field.value));
    CHECK(contains(email.mail.html, html_escaped(field.value)));
  }
  const std::vector<std::string> found = tags(email.mail.html);
  CHECK(std::count(found.begin(), found.end(), "td") ==
        static_cast<std::ptrdiff_t>(3 + (plain != 0 ? 1 : 0) + 2 * plain + logs +
                                    (detail::is_web_link(message.link()) ? 1 : 0)));
  CHECK(std::count(found.begin(), found.end(), "a") == static_cast<std::ptrdiff_t>(links));
  CHECK(std::count(found.begin(), found.end(), "script") == 0);
}

}  // namespace formatted_mail
