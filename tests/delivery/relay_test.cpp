#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "notifier/adapters/curl_smtp.hpp"
#include "notifier/adapters/curl_smtp_session.hpp"

using notifier::SmtpRelay;
using notifier::detail::net::SmtpSession;

TEST_CASE("a relay is read from its URL") {
  const auto plain = SmtpRelay::parse("smtp://mail.example.com");
  REQUIRE(plain);
  CHECK(plain->url == "smtp://mail.example.com:25");
  CHECK(plain->user.empty());
  CHECK(plain->starttls == SmtpRelay::Starttls::wanted);

  const auto login = SmtpRelay::parse("smtp://joe%40example.com:p%3A%40ss%2F@mail.example.com");
  REQUIRE(login);
  CHECK(login->url == "smtp://mail.example.com:587");
  CHECK(login->user == "joe@example.com");
  CHECK(login->password == "p:@ss/");
  CHECK(login->starttls == SmtpRelay::Starttls::required);

  CHECK(SmtpRelay::parse("smtps://u:p@mail.example.com")->url == "smtps://mail.example.com:465");
  CHECK(SmtpRelay::parse("smtp://[::1]:2525/")->url == "smtp://[::1]:2525");
  CHECK(SmtpRelay::parse("smtp://localhost?starttls=off")->starttls == SmtpRelay::Starttls::off);
  CHECK(SmtpRelay::parse("smtp://localhost?starttls=required")->starttls == SmtpRelay::Starttls::required);
}

TEST_CASE("a URL that is no relay is refused, and its password is not repeated") {
  for (const char* bad :
       {"", "mail.example.com", "http://u:secret@mail.example.com", "smtp://u:secret@h/path", "smtp://u:secret@h?x=1",
        "smtp://u:secret@h?starttls=off", "smtp://u:secret@h#f", "smtp://", "smtp://u:secret@h:99999"}) {
    CAPTURE(bad);
    const auto relay = SmtpRelay::parse(bad);
    REQUIRE_FALSE(relay);
    CHECK(relay.error().message.find("secret") == std::string::npos);
  }
}

namespace {

/// A session by its lines: those that begin with "> " are commands.
SmtpSession session(const std::vector<std::string>& lines) {
  SmtpSession out;
  for (const std::string& line : lines) {
    if (line.substr(0, 2) == "> ") {
      out.command(line.substr(2) + "\r\n");
    } else {
      out.line(line);
    }
  }
  return out;
}

using Places = std::vector<std::size_t>;
using Action = notifier::Verdict::Action;
using notifier::TransportFailure;

const std::vector<std::string> greeting = {"220 hi",    "> EHLO me", "250-a", "250 b", "> MAIL FROM:<n@example.com>",
                                           "250 sender"};

std::vector<std::string> after_greeting(std::vector<std::string> lines) {
  lines.insert(lines.begin(), greeting.begin(), greeting.end());
  return lines;
}

}  // namespace

TEST_CASE("who is accepted gets the mail, who is refused for now is left, who is refused for good is not") {
  const auto all = session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "250-b", "250 b", "> DATA",
                                           "354 go", "250 queued"}))
                       .outcome(2, std::nullopt);
  CHECK(all.taken == 2);
  CHECK(all.verdict.action == Action::delivered);
  CHECK_FALSE(all.is_to_go_on);

  const auto some = session(after_greeting({"> RCPT TO:<a>", "550 5.1.1 a", "> RCPT TO:<b>", "451-4.7.1 b",
                                            "451 4.7.1 b", "> RCPT TO:<c>", "250 c", "> DATA", "354 go", "250 queued"}))
                        .outcome(3, std::nullopt);
  CHECK(some.taken == 1);
  CHECK(some.remaining == Places{1});
  CHECK(some.refused == Places{0});
  CHECK(some.verdict.action == Action::retry);
  CHECK(some.verdict.status == 451);
  CHECK(some.verdict.reason == "the mail server asks to try again, as greylisting does");
  CHECK_FALSE(some.is_to_go_on);

  const auto good =
      session(after_greeting({"> RCPT TO:<a>", "550 a", "> RCPT TO:<b>", "250 b", "> DATA", "354 go", "250 queued"}))
          .outcome(2, std::nullopt);
  CHECK(good.taken == 1);
  CHECK(good.refused == Places{0});
  CHECK(good.verdict.action == Action::delivered);

  const auto none = session(after_greeting({"> RCPT TO:<a>", "550 a", "> RCPT TO:<b>", "451 b", "> QUIT", "221 bye"}))
                        .outcome(2, TransportFailure::broken);
  CHECK(none.taken == 0);
  CHECK(none.remaining == Places{1});
  CHECK(none.refused == Places{0});
  CHECK(none.verdict.status == 451);

  const auto refused =
      session(after_greeting({"> RCPT TO:<a>", "550 a", "> RCPT TO:<b>", "553 b", "> QUIT", "221 bye"}))
          .outcome(2, TransportFailure::broken);
  CHECK(refused.refused == Places{0, 1});
  CHECK(refused.verdict.action == Action::fail);
  CHECK(refused.verdict.status == 550);
}

TEST_CASE("a connection that is lost between leaves those who were not refused for good") {
  const auto between = session(after_greeting({"> RCPT TO:<a>", "550 a", "> RCPT TO:<b>", "250 b", "> RCPT TO:<c>"}))
                           .outcome(3, TransportFailure::broken);
  CHECK(between.taken == 0);
  CHECK(between.remaining == Places{1, 2});
  CHECK(between.refused == Places{0});
  CHECK(between.verdict.action == Action::retry);

  const auto closing = session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "421 closing"}))
                           .outcome(3, TransportFailure::broken);
  CHECK(closing.remaining == Places{0, 1, 2});

  const auto in_mail = session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "550 b", "> DATA", "354 go"}))
                           .outcome(2, TransportFailure::timeout);
  CHECK(in_mail.taken == 0);
  CHECK(in_mail.remaining == Places{0});
  CHECK(in_mail.refused == Places{1});
  CHECK(in_mail.verdict.reason == "the target did not answer in time");
}

TEST_CASE("what becomes of the mail is shared by those who were accepted") {
  const auto spam =
      session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "451 b", "> DATA", "354 go", "554 spam"}))
          .outcome(2, TransportFailure::broken);
  CHECK(spam.taken == 0);
  CHECK(spam.refused == Places{0});
  CHECK(spam.remaining == Places{1});
  CHECK(spam.verdict.status == 451);

  const auto full =
      session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "550 b", "> DATA", "354 go", "452 full"}))
          .outcome(2, TransportFailure::broken);
  CHECK(full.remaining == Places{0});
  CHECK(full.refused == Places{1});
  CHECK(full.verdict.status == 452);
  CHECK_FALSE(full.is_to_go_on);

  // DATA itself is refused, or answered with what is no leave to send.
  CHECK(session(after_greeting({"> RCPT TO:<a>", "250 a", "> DATA", "554 no"}))
            .outcome(1, TransportFailure::broken)
            .verdict.status == 554);
  const auto odd =
      session(after_greeting({"> RCPT TO:<a>", "250 a", "> DATA", "250 what"})).outcome(1, TransportFailure::broken);
  CHECK(odd.taken == 0);
  CHECK(odd.verdict.action == Action::retry);
}

TEST_CASE("more recipients than a relay takes at once go on in another transaction, as long as some get through") {
  const auto many = session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "452 4.5.3 too many",
                                            "> RCPT TO:<c>", "452 4.5.3 too many", "> DATA", "354 go", "250 queued"}))
                        .outcome(3, std::nullopt);
  CHECK(many.taken == 1);
  CHECK(many.remaining == Places{1, 2});
  CHECK(many.is_to_go_on);
  const auto none = session(after_greeting({"> RCPT TO:<a>", "452 a", "> RCPT TO:<b>", "452 b", "> QUIT", "221 bye"}))
                        .outcome(2, TransportFailure::broken);
  CHECK_FALSE(none.is_to_go_on);
  const auto lost = session(after_greeting({"> RCPT TO:<a>", "250 a", "> RCPT TO:<b>", "452 b", "> DATA", "354 go"}))
                        .outcome(2, TransportFailure::broken);
  CHECK_FALSE(lost.is_to_go_on);
  CHECK(lost.remaining == Places{0, 1});
}

TEST_CASE("a refusal of something else is about all recipients, and none where the server went on after it") {
  const auto login = session({"220 hi", "> EHLO me", "250 b", "> AUTH PLAIN", "535 5.7.8 no", "> AUTH LOGIN", "334 x",
                              "> DATA", "535 5.7.8 who"})
                         .outcome(2, TransportFailure::broken);
  CHECK(login.remaining == Places{0, 1});
  CHECK(login.verdict.status == 535);
  CHECK(login.verdict.action == Action::retry);

  const auto sender =
      session({"220 hi", "> EHLO me", "250 b", "> MAIL FROM:<n@example.com>", "550 not you", "> QUIT", "221 bye"})
          .outcome(2, TransportFailure::broken);
  CHECK(sender.refused == Places{0, 1});
  CHECK(sender.verdict.status == 550);

  const auto old = session({"220 hi", "> EHLO me", "502 no EHLO", "> HELO me", "250 hi", "> MAIL FROM:<n>", "250 ok",
                            "> RCPT TO:<a>"})
                       .outcome(1, TransportFailure::broken);
  CHECK(old.remaining == Places{0});
  CHECK(old.verdict.status == 0);

  CHECK(session({}).outcome(1, TransportFailure::refused).verdict.reason == "no connection to the target");
}

TEST_CASE("replies belong to their commands where a connection is used again, and where commands run ahead") {
  const auto again = session({"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>", "550 a", "> RCPT TO:<b>", "250 b", "> DATA",
                              "354 go", "250 ok"})
                         .outcome(2, std::nullopt);
  CHECK(again.taken == 1);
  CHECK(again.refused == Places{0});
  const auto ahead = session({"> MAIL FROM:<n>", "> RCPT TO:<a>", "> RCPT TO:<b>", "> DATA", "250 ok", "550 a", "250 b",
                              "354 go", "250 ok"})
                         .outcome(2, std::nullopt);
  CHECK(ahead.taken == 1);
  CHECK(ahead.refused == Places{0});
}

TEST_CASE("what is kept of what the relay said is the reply that decided, all its lines as one, bounded") {
  CHECK(session({"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>", "250 ok", "> DATA", "354 go", "250 2.0.0 queued as 17"})
            .outcome(1, std::nullopt)
            .said == "250 2.0.0 queued as 17");
  CHECK(session({"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>", "550-5.1.1 unknown", "550 5.1.1 see us"})
            .outcome(1, std::nullopt)
            .said == "550 5.1.1 unknown 5.1.1 see us");
  // Of one that is taken and one that waits, what that one was told.
  const std::vector<std::string> some = {"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>", "250 ok",    "> RCPT TO:<b>",
                                         "450 4.2.1 later", "> DATA", "354 go",        "250 queued"};
  CHECK(session(some).outcome(2, std::nullopt).said == "450 4.2.1 later");
  CHECK(session({"> EHLO x", "250-hello", "250 ok", "> AUTH PLAIN", "535 no"}).outcome(1, std::nullopt).said ==
        "535 no");
  CHECK(session({}).outcome(1, std::nullopt).said.empty());
  std::vector<std::string> long_one = {"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>"};
  for (int i = 0; i < 1000; ++i) long_one.push_back("550-" + std::string(500, 'x'));
  long_one.push_back("550 end");
  const std::string said = session(long_one).outcome(1, std::nullopt).said;
  CHECK(said.substr(0, 8) == "550 xxxx");
  CHECK(said.size() <= 600);
}

TEST_CASE("what is no reply is not taken for one, and what a server says on and on is not kept") {
  SmtpSession odd =
      session({"> MAIL FROM:<n>", "250 ok", "> RCPT TO:<a>", "", "2", "25", "2x0 hi", "250-more", "hello there"});
  for (int i = 0; i < 100'000; ++i) odd.line("550 " + std::string(500, 'x'));
  const auto outcome = odd.outcome(1, TransportFailure::broken);
  CHECK(outcome.refused == Places{0});
}
