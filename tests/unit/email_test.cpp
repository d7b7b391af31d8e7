#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "formatted_mail.hpp"
#include "hostile_text.hpp"
#include "mail_reader.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/platform/email.hpp"

using namespace notifier;
using namespace formatted_mail;

TEST_CASE("email: a mail as it goes out") {
  const Formatted email(sample());
  const std::string head =
      "From: Notifier <notifier@example.com>\r\n"
      "To: ops@example.com\r\n"
      "Message-ID: <msg_0123456789abcdef0123456789abcdef@example.com>\r\n"
      "Subject: my-app: deployment succeeded\r\n"
      "Date: Mon, 14 May 2018 09:46:42 +0000\r\n"
      "References: <thread_3dd36db0690ee003eea21b9a8e80f40b@example.com>\r\n"
      "Auto-Submitted: auto-generated\r\n"
      "X-Notifier-Event: deployment\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative;\r\n"
      " boundary=\"=_";
  CHECK(email.bytes.substr(0, head.size()) == head);
  CHECK(email.mail.faults.empty());
  CHECK(email.mail.text ==
        "my-app: deployment succeeded\n\njohndoe deployed 1a2b3c4 of main to my-app.\n\nBranch: main\n\n"
        "https://dashboard.example.com/apps/my-app?tab=1&x=2\n\ndeployment - johndoe - 14 May 2018, 09:46 UTC\n");
  CHECK(contains(email.mail.html, "<td style=\"padding:2px 0;word-break:break-word\">\nmain\n</td></tr>\n"));
  CHECK(contains(email.mail.html, "<a href=\"https://dashboard.example.com/apps/my-app?tab=1&amp;x=2\" style=\""));
  CHECK(contains(email.mail.html, "border-top:4px solid #1a7f5a\">\n"));
  check_all(sample());
}

TEST_CASE("email: mails of one app and event kind make a thread, others do not") {
  const auto thread = [](const char* subject, const char* kind, const char* id) {
    Message message = sample();
    message.set_subject(subject);
    message.set_kind(kind);
    message.set_event_id(id);
    return Formatted(message).mail.header("References");
  };
  CHECK(thread("my-app", "deployment", "1") == thread("my-app", "deployment", "2"));
  CHECK(thread("my-app", "deployment", "1") != thread("my-app", "restart", "1"));
  CHECK(thread("my-app", "deployment", "1") != thread("other", "deployment", "1"));
}

TEST_CASE("email: the boundary is quoted, unique to the event and never in the content") {
  Message message = sample();
  const std::string first = Formatted(message).mail.header("Content-Type");
  CHECK(first == Formatted(message).mail.header("Content-Type"));
  message.set_event_id("another");
  CHECK(first != Formatted(message).mail.header("Content-Type"));
  const std::string boundary = first.substr(first.find("=_"), 34);
  message = sample();
  message.add_field("Log", "--" + boundary + "--\n--" + boundary, false, true);
  check_all(message);
}

TEST_CASE("email: the clock counts where the event has no time") {
  Message message = sample();
  message.set_time(std::nullopt);
  CHECK(Formatted(message).mail.header("Date") == "Mon, 14 May 2018 09:46:42 +0000");
  CHECK(contains(Formatted(message).mail.text, "deployment - johndoe\n"));
}

TEST_CASE("email: a subject is folded, encoded and cut as RFC 5322 and 2047 ask") {
  const auto subject = [](const std::string& title) {
    Message message = sample();
    message.set_title(title);
    const Formatted email(message);
    CHECK(email.mail.faults.empty());
    return std::pair<std::string, std::string>(email.mail.header("Subject"), subject_of(email));
  };
  CHECK(subject(std::string(69, 'x')).first == std::string(69, 'x'));
  CHECK(subject(std::string(70, 'x')).first.substr(0, 10) == "=?utf-8?Q?");
  CHECK(subject(std::string(70, 'x')).second == std::string(70, 'x'));

  std::string words;
  for (int i = 0; i < 40; ++i) words += "word" + std::to_string(i) + (i % 3 == 0 ? "  " : " ");
  words.resize(250);
  CHECK(subject(words).first == words);

  for (const char* unit :
       {"\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80", "a\xCC\x81 ", "_?=", "=?utf-8?Q?=0D=0ABcc:_x?="}) {
    for (std::size_t count = 1; count < 60; ++count) {
      std::string title = "x";
      while (title.size() < count * 4) title += unit;
      title = title.substr(0, title.find_last_not_of(' ') + 1);
      if (title.size() > 255) break;
      CHECK(subject(title).second == title);
    }
  }

  Message message = sample();
  std::string title;
  while (title.size() < 300) title += "\xE6\xBC\xA2";
  message.set_title(title);
  const Formatted email(message);
  REQUIRE(email.cut.size() == 1);
  CHECK(email.cut[0].part == "subject");
  CHECK(email.cut[0].length == 300);
  CHECK(email.cut[0].kept == 255);
  CHECK(subject_of(email) == title.substr(0, 252) + "\xE2\x80\xA6");
}

TEST_CASE("email: no header can be added, whoever tries") {
  const std::string injection = "x\r\nBcc: evil@example.com\r\n\r\n<script>\n\v\f\x1C\xC2\x85\xE2\x80\xA8y";
  char buffer[2048];
  char* end = detail::put_unstructured(injection, buffer, 9);
  std::string value(buffer, static_cast<std::size_t>(end - buffer));
  CHECK(value == "=?utf-8?Q?x__Bcc=3A_evil=40example=2Ecom____=3Cscript=3E______y?=\r\n");

  end = detail::put_from(injection + " <a@example.com\r\nBcc: b@example.com>", buffer, 6);
  value.assign(buffer, static_cast<std::size_t>(end - buffer));
  CHECK(value.find("\r\nBcc") == std::string::npos);
  CHECK(value.find('\n') == value.find("\r\n") + 1);

  const std::string_view to[] = {"a@example.com\r\nBcc: evil@example.com",
                                 "b@example.com",
                                 "c@example.com, d@example.com",
                                 "e@example.com,f@example.com",
                                 "<g@example.com>",
                                 "h@example.com (x)",
                                 "group:i@example.com;"};
  end = detail::put_to(to, 7, buffer, 4);
  CHECK(std::string(buffer, static_cast<std::size_t>(end - buffer)) == "b@example.com\r\n");

  const Formatted email(sample(), "a@example.com", {"b@example.com"}, "evil.example>\r\nBcc: x");
  CHECK(email.mail.header("Message-ID") == "<msg_0123456789abcdef0123456789abcdef@notifier.invalid>");
  CHECK(email.mail.faults.empty());

  Message message = sample();
  message.set_kind("deployment =?utf-8?Q?x?=");
  CHECK(Formatted(message).mail.count("X-Notifier-Event") == 0);
}

TEST_CASE("email: From takes an address, or a name that is quoted or encoded where need be") {
  const auto from = [](std::string_view value) { return Formatted(sample(), value).mail.header("From"); };
  CHECK(from("a@example.com") == "a@example.com");
  CHECK(from("  <a@example.com>") == "a@example.com");
  CHECK(from("Ops Team <a@example.com>") == "Ops Team <a@example.com>");
  CHECK(from("Ops, Team. <a@example.com>") == "\"Ops, Team.\" <a@example.com>");
  CHECK(from("\"Ops, \\\"Team\\\"\" <a@example.com>") == "\"Ops, \\\"Team\\\"\" <a@example.com>");
  CHECK(from("Caf\xC3\xA9 <a@example.com>") == "=?utf-8?Q?Caf=C3=A9?= <a@example.com>");
  CHECK(from("=?utf-8?Q?Caf=C3=A9?= <a@example.com>") == "=?utf-8?Q?Caf=C3=A9?= <a@example.com>");
  CHECK(Formatted(sample(), std::string(300, 'n') + " <a@example.com>").mail.faults.empty());
  std::vector<std::string> faults;
  CHECK(mail_reader::decode_words(from(std::string(300, 'n') + " <a@example.com>"), faults) ==
        std::string(300, 'n') + " <a@example.com>");
}

TEST_CASE("email: To names every recipient, folded") {
  std::vector<std::string> addresses;
  for (int i = 0; i < 200; ++i) addresses.push_back("recipient" + std::to_string(i) + "@department.example.com");
  const std::vector<std::string_view> to(addresses.begin(), addresses.end());
  const Formatted email(sample(), "a@example.com", to);
  CHECK(email.mail.faults.empty());
  const std::string header = email.mail.header("To");
  CHECK(std::count(header.begin(), header.end(), ',') == 199);
  for (const std::string& address : addresses) CHECK(contains(header + ",", address + ","));

  CHECK(Formatted(sample(), "a@example.com", {}).mail.header("To") == "undisclosed-recipients:;");
  CHECK(Formatted(sample(), "a@example.com", {"b\xC3\xBC@example.com"}).mail.header("To") ==
        "undisclosed-recipients:;");
  CHECK(Formatted(sample(), "a@example.com", {"\"b, c\"@example.com", "d@[192.0.2.1]"}).mail.header("To") ==
        "\"b, c\"@example.com, d@[192.0.2.1]");
  CHECK(Formatted(sample(), "a@example.com", {"\"b\\\"c\\\\\"@example.com", "\"d\\", "\"e", "\"f\\\x01\"@x.y"})
            .mail.header("To") == "\"b\\\"c\\\\\"@example.com");
}

TEST_CASE("email: no line begins as a mailbox file's next message, not even of two texts") {
  Message message = sample();
  message.set_kind("From");
  check_all(message);
  message.add_field("From\x7F", "x");
  CHECK(Formatted(message).mail.faults.empty());
}

TEST_CASE("email: what cannot be folded gets a line of its own") {
  const std::string domain = "notifications." + std::string(40, 'd') + ".example.com";
  const std::string address = "a@" + domain + "." + std::string(20, 'd') + ".example";
  const Formatted email(sample(), address, {address, "b@example.com"}, domain);
  CHECK(email.mail.faults.empty());
  CHECK(email.mail.header("Message-ID") == " <msg_0123456789abcdef0123456789abcdef@" + domain + ">");
  CHECK(email.mail.header("From") == " " + address);
  CHECK(email.mail.header("To") == " " + address + ", b@example.com");
}

TEST_CASE("email: text comes back as it went in, whatever it holds") {
  for (const char* value : {"trailing space \nnext", ".\n.\n..\n", "From x\nFrom y", "a=b=3D", "tab\tend\n\tx",
                            "\xE6\xBC\xA2\xE5\xAD\x97", "x\n\n\ny", " lead", "--\n-- \nx"}) {
    for (std::size_t padding = 0; padding < 80; ++padding) {
      Message message = sample();
      message.add_field("Log", std::string(padding, 'x') + value + "z", false, true);
      const Formatted email(message);
      CHECK_MESSAGE(email.mail.faults.empty(), email.mail.faults.front());
      for (const char* split : {"=\r\n=8", "=\r\n=9", "=\r\n=A", "=\r\n=B"}) CHECK_FALSE(contains(email.bytes, split));
      REQUIRE(message.field_count() == 2);
      CHECK(contains(email.mail.text, "Log:\n" + std::string(message.field(1).value) + "\n"));
      CHECK(contains(email.mail.html, ">" + html_escaped(message.field(1).value) + "</pre>"));
    }
  }
}

TEST_CASE("email: only http and https become a link, and no character ends it early") {
  Message message = sample();
  message.set_link("javascript:alert(1)");
  const Formatted refused(message);
  CHECK(!contains(refused.bytes, "javascript"));
  REQUIRE(refused.cut.size() == 1);
  CHECK(refused.cut[0].part == "link");
  message.set_link("https://x.example/\"><script>'\xC3\xA9 x\\");
  const Formatted email(message);
  CHECK(contains(email.mail.html, "<a href=\"https://x.example/%22%3E%3Cscript%3E'%C3%A9%20x%5C\" style"));
  CHECK(contains(email.mail.text, "\nhttps://x.example/%22%3E%3Cscript%3E'%C3%A9%20x%5C\n"));
}

TEST_CASE("email: fields and logs stand below their labels, in both forms") {
  Message message;
  message.set_title("title");
  message.add_field("Shown label", "shown value");
  message.add_field("Log label", "log value", false, true);
  const Formatted email(message);
  for (const std::string_view expected : {"Shown label", "shown value", "Log label", "log value"}) {
    CAPTURE(expected);
    CHECK(contains(email.mail.text, expected));
    CHECK(contains(email.mail.html, expected));
  }
}

TEST_CASE("email: long texts are cut, both forms alike, and reported once") {
  Message message = sample();
  message.set_title(std::string(2000, 't'));
  message.set_sentence(std::string(9000, 's'));
  for (int i = 0; i < 10; ++i) message.add_field("Log", std::string(100000, 'l'), false, true);
  const Formatted email(message);
  CHECK(email.mail.faults.empty());
  std::vector<std::string> parts;
  for (const Truncation& t : email.cut) parts.emplace_back(t.part);
  CHECK(parts == std::vector<std::string>{"subject", "title", "sentence", "field.value", "field.value", "fields"});
  CHECK(email.cut.back().length == 11);
  CHECK(email.cut.back().kept == 3);
  CHECK(email.bytes.size() < 102000);
  CHECK(contains(email.mail.text, "\n" + std::string(7997, 's') + "\xE2\x80\xA6\n"));
  CHECK(contains(email.mail.html, "\n" + std::string(7997, 's') + "\xE2\x80\xA6\n"));
}

TEST_CASE("email: the button and the link of a field stand before the logs, in both forms") {
  Message message = sample();
  message.add_field("Log", "a log", false, true);
  message.add_link("Commit", "HTTPS://git.example.com/?a=1&b=\"2\"");
  check_all(message);
  const Formatted email(message);
  CHECK(contains(
      email.mail.html,
      "<a href=\"HTTPS://git.example.com/?a=1&amp;b=%222%22\">HTTPS://git.example.com/?a=1&amp;b=&quot;2&quot;</a>"));
  CHECK(email.mail.html.find("View details") < email.mail.html.find("a log"));
  CHECK(email.mail.text.find("https://dashboard") < email.mail.text.find("a log"));
  message.add_link("Not followed", "javascript:alert(1)");
  CHECK(!contains(Formatted(message).mail.html, "\"javascript"));
}

TEST_CASE("email: whatever its texts cost, a mail is shorter than what a webmail service shows") {
  for (const char* unit :
       {"x", "&", "\"", "=", "<", "\n", " \n", "\t", ".", "From ", "\xC3\xA9", "\xF0\x9F\x98\x80", "\x7F"}) {
    for (const std::size_t size : {100u, 1000u, 8000u, 35000u, 200000u}) {
      for (const int kind : {0, 1, 2}) {
        std::string value;
        while (value.size() < size) value += unit;
        Message message = sample();
        if (size != 1000) {
          message.set_title(value);
          message.set_sentence(value);
          message.set_actor(value);
          message.set_kind(value);
          message.set_link("https://x.example/" + value.substr(0, NOTIFIER_MAX_URL_BYTES - 18));
        }
        // A few of the longest say what many would, and take no minutes under a sanitizer.
        for (int i = 0; i < (size == 35000 ? 1 : size > 35000 ? 3 : 120); ++i) {
          kind == 2 ? message.add_link(value, "https://x.example/" + value)
                    : message.add_field(value + "x", value + "x", false, kind == 1);
        }
        check_all(message);
      }
    }
  }
}

TEST_CASE("email: names are bold where there is HTML, and in quotes where there is text") {
  const std::string event = R"({"type":"delete_variable","app_name":"shop","type_data":{"name":"a\" <b>\u00e9"}})";
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), "", message);
  const Formatted email(message);
  CHECK(contains(email.mail.text, "The variable \"a\" <b>\xC3\xA9\" was removed"));
  CHECK(contains(email.mail.html, "The variable <b>a&quot; &lt;b&gt;\xC3\xA9</b> was removed"));
}

TEST_CASE("email: a part at its limit is whole, one character more is cut") {
  const auto cut_of = [](const Message& message) {
    std::string parts;
    for (const Truncation& t : Formatted(message).cut) parts += std::string(t.part) + " ";
    return parts;
  };
  const auto with = [&](auto&& set) {
    Message message = sample();
    set(message);
    return cut_of(message);
  };
  CHECK(with([](Message& m) { m.set_title(std::string(255, 't')); }) == "");
  CHECK(with([](Message& m) { m.set_title(std::string(256, 't')); }) == "subject ");
  CHECK(with([](Message& m) { m.set_title(std::string(1000, 't')); }) == "subject ");
  CHECK(with([](Message& m) { m.set_title(std::string(1001, 't')); }) == "subject title ");
  CHECK(with([](Message& m) { m.set_sentence(std::string(8000, 's')); }) == "");
  CHECK(with([](Message& m) { m.set_sentence(std::string(8001, 's')); }) == "sentence ");
  CHECK(with([](Message& m) { m.set_actor(std::string(200, 'a')); }) == "");
  CHECK(with([](Message& m) { m.set_actor(std::string(201, 'a')); }) == "actor ");
  CHECK(with([](Message& m) { m.set_kind(std::string(201, 'k')); }) == "kind ");
  CHECK(with([](Message& m) { m.add_field("L", std::string(4000, 'v')); }) == "");
  CHECK(with([](Message& m) { m.add_field("L", std::string(4001, 'v')); }) == "field.value ");
  CHECK(with([](Message& m) { m.add_field("L", std::string(24000, 'v'), false, true); }) == "");
  CHECK(with([](Message& m) { m.add_field("L", std::string(24001, 'v'), false, true); }) == "field.value ");
  CHECK(with([](Message& m) { m.add_field(std::string(200, 'l'), "v"); }) == "");
  CHECK(with([](Message& m) { m.add_field(std::string(201, 'l'), "v"); }) == "field.label ");
}

TEST_CASE("email: whatever the message holds, the mail is valid and says it whole") {
  hostile::Random random(3);
  Message message;
  for (int i = 0; i < 1000; ++i) {
    hostile::fill(random, message);
    check_all(message);
  }
}
