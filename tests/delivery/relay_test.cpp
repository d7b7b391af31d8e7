#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/adapters/curl_smtp.hpp"

using notifier::SmtpRelay;
using notifier::detail::net::SmtpReplies;

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

SmtpReplies replies(const std::vector<std::string>& lines) {
  SmtpReplies out;
  for (const std::string& line : lines) out.add(line);
  return out;
}

}  // namespace

TEST_CASE("the refusals of recipients are told from other replies") {
  const auto all = replies({"220 hi", "250-a", "250 b", "250 sender", "250 one", "250 two", "354 go", "250 queued"});
  CHECK(all.last().code == 250);
  CHECK(all.last().text == "queued");
  CHECK(all.refusal_of_recipient(2).code == 0);
  CHECK(all.final_refusal(2).code == 0);

  const auto some = replies({"220 hi", "250 b", "250 sender", "550 5.1.1 one", "451 4.7.1 two", "250 three", "354 go"});
  CHECK(some.refusal_of_recipient(3).code == 451);
  CHECK(some.refusal_of_recipient(3).text == "4.7.1 two");
  CHECK(replies({"502 no EHLO", "250 HELO", "250 sender", "250 one", "354 go"}).refusal_of_recipient(1).code == 0);

  CHECK(replies({"250 sender", "451 4.7.1 one", "550 no", "221 bye"}).final_refusal(2).code == 451);
  CHECK(replies({"250 b", "535 5.7.8 who"}).final_refusal(3).code == 535);
  CHECK(replies({"250 sender", "250 one", "354 go", "554 spam"}).final_refusal(1).code == 554);
}

TEST_CASE("what is no reply is not taken for one, and a server that goes on and on is not kept whole") {
  SmtpReplies odd = replies({"", "2", "25", "2x0 hi", "250-more", "hello there"});
  CHECK(odd.last().code == 0);
  for (int i = 0; i < 100'000; ++i) odd.add("250 " + std::string(500, 'x'));
  CHECK(odd.last().text.size() <= 16);
}
