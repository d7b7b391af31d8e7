// A digest as a message, and what platforms make of it.

#include <doctest/doctest.h>

#include <string>

#include "notifier/buffer.hpp"
#include "notifier/format/email_body.hpp"
#include "notifier/message/digest.hpp"
#include "notifier/platform/email.hpp"
#include "notifier/platform/rocket_chat.hpp"
#include "notifier/platform/slack.hpp"
#include "notifier/platform/table.hpp"

using notifier::Digest;
using notifier::Message;
using notifier::Severity;

namespace {

Digest storm(std::uint64_t count) {
  Digest digest;
  digest.count = count;
  digest.kinds = {{"crash", count - 1}, {"restart", 1}};
  digest.worst = Severity::error;
  digest.first.ms = 1778749200000;  // 14 May 2026, 09:00
  digest.last.ms = digest.first.ms + 600000;
  digest.follows = true;
  digest.subject = "shop";
  for (std::uint64_t i = 0; i < count && i < 20; ++i) {
    digest.items.push_back({"shop: crash " + std::to_string(i), "https://dashboard.example/" + std::to_string(i)});
  }
  return digest;
}

}  // namespace

TEST_CASE("a digest counts, names the first events with their links, and says how many more there were") {
  Message message;
  describe(storm(400), message, 40);
  CHECK(message.title() == "shop: 400 more events in 10 minutes");
  CHECK(message.sentence() == "Between 14 May 2026, 09:00 UTC and 14 May 2026, 09:10 UTC: 399 crash, 1 restart.");
  CHECK(message.severity == Severity::error);
  CHECK(message.subject() == "shop");
  REQUIRE(message.field_count() == 21);
  CHECK(message.field(0).label == "crash 0");
  CHECK(message.field(0).value == "https://dashboard.example/0");
  CHECK(message.field(0).is_link);
  CHECK(message.field(20).value == "and 380 more");
  CHECK(message.link().empty());

  describe(storm(400), message, 10);
  REQUIRE(message.field_count() == 10);
  CHECK(message.field(9).value == "and 391 more");
  describe(storm(20), message, 20);
  CHECK(message.field_count() == 20);
  CHECK(message.field(19).label == "crash 19");
}

TEST_CASE("a digest of one kind names it; of one event, it is one; links that are one stand once") {
  Digest digest = storm(1);
  digest.kinds = {{"app_crashed", 1}};
  digest.last = digest.first;
  digest.follows = false;
  Message message;
  describe(digest, message, 40);
  CHECK(message.title() == "shop: 1 app crashed event");
  CHECK(message.sentence() == "14 May 2026, 09:00 UTC: 1 app_crashed.");
  CHECK(message.link() == "https://dashboard.example/0");
  CHECK(message.field_count() == 1);
  digest.subject.clear();
  digest.count = 41;
  digest.kinds[0] = {"crash", 41};
  digest.last.ms += 1000;
  describe(digest, message, 40);
  CHECK(message.title() == "41 crash events in 1 second");
  digest.last.ms = digest.first.ms - 5000;  // the clock stepped back
  describe(digest, message, 40);
  CHECK(message.title() == "41 crash events");
  describe(Digest(), message, 40);
  CHECK(message.title() == "0 events");
}

TEST_CASE("whatever a platform shows of a digest, how many more there were is part of it") {
  Digest digest = storm(380);
  digest.items.clear();
  for (int i = 100; i < 200; ++i) {
    digest.items.push_back(
        {"shop: web-1 was ended, its memory was over its limit " + std::to_string(i),
         "https://dashboard.example.org/apps/shop/crashes/0b9f5a34-7d0e-4c55-8f0b-2f6f1c2d9" + std::to_string(i)});
  }
  for (const notifier::PlatformRow& row : notifier::builtin_platforms) {
    if (row.sends_event) continue;
    CAPTURE(row.name);
    Message message;
    describe(digest, message, row.most_fields);
    notifier::Buffer out;
    notifier::Truncations cut;
    notifier::EmailBody mail;
    if (row.transport == notifier::Transport::smtp) {
      notifier::format_email_body(message, "example.com", {}, mail, cut);
      out.append(mail.view());
    } else {
      notifier::detail::writer_of(row)(message, out, cut);
    }
    CHECK(out.view().find("and " + std::to_string(380 - message.field_count() + 1) + " more") !=
          std::string_view::npos);
    for (const notifier::Truncation& one : cut) CHECK(one.part != "fields");
  }
}

TEST_CASE("hostile titles of a storm stay inert, and every platform keeps within its limits") {
  Digest digest = storm(400);
  digest.items.clear();
  for (int i = 0; i < 100; ++i) {
    digest.items.push_back(
        {"<!channel> <https://evil.example|click> @all [x](https://evil.example)\r\nBcc: a@b.example " +
             std::string(400, '&'),
         "https://dashboard.example/" + std::to_string(i)});
  }
  digest.kinds[0].type = "<!here>\n# crash";
  digest.subject = "<script>alert(1)</script>";
  Message message;
  describe(digest, message, 40);
  CHECK(message.title().find('\n') == std::string_view::npos);
  notifier::Buffer out;
  notifier::Truncations cut;
  notifier::format_slack(message, out, cut);
  CHECK(out.size() < 100000);
  CHECK_FALSE(cut.empty());
  CHECK(out.view().find("<!channel>") == std::string_view::npos);
  CHECK(out.view().find("<!here>") == std::string_view::npos);
  CHECK(out.view().find("<https://evil") == std::string_view::npos);
  out.clear();
  notifier::format_rocket_chat(message, out, cut);
  CHECK(out.view().find("<script>") == std::string_view::npos);
  CHECK(out.view().find("<!channel>") == std::string_view::npos);
  CHECK(out.view().find("@all") == std::string_view::npos);
  notifier::EmailBody mail;
  notifier::format_email_body(message, "example.com", {}, mail, cut);
  const std::size_t html = mail.view().find("text/html");
  REQUIRE(html != std::string_view::npos);
  CHECK(mail.view().find("<script>", html) == std::string_view::npos);
  const std::string_view head = mail.view().substr(0, mail.view().find("\r\n\r\n"));
  CHECK(head.size() < 4000);
  CHECK(head.find("\nBcc:") == std::string_view::npos);
}
