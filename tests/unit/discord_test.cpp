#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/discord.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;

namespace {

struct Formatted : FormattedPayload<format_discord> {
  using FormattedPayload::FormattedPayload;
  std::vector<json::View> embeds = elements(root["embeds"]);
};

Message sample() {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed my-app.");
  message.set_actor("johndoe");
  message.set_subject("my-app");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=2");
  message.set_time(Timestamp{1526291202077});
  return message;
}

std::string title_of(std::string_view text) {
  Message message;
  message.set_title(text);
  return std::string(Formatted(message).embeds[0]["title"].string());
}

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  return text;
}

}  // namespace

TEST_CASE("discord: a message is one embed, a log one of its own") {
  Message message = sample();
  message.add_field("Reason", "exit status 1", false);
  message.add_field("Stack", "scalingo-22");
  message.add_link("Commit", "https://git.example.com/c/(1)");
  message.add_field("Log", "npm ERR! \"code\" 1\n```", false, true);
  const Formatted chat(message);
  CHECK(chat.cut.empty());
  CHECK(
      chat.body ==
      R"({"allowed_mentions":{"parse":[]},"embeds":[{"color":15875907,)"
      R"("title":"my-app\\: deployment failed",)"
      R"x("description":"johndoe deployed my-app.\n[View details](https://dashboard.example.com/apps/my-app?a=%281%29&b=2)",)x"
      R"("fields":[{"name":"Reason","value":"exit status 1"},)"
      R"({"name":"Stack","value":"scalingo-22","inline":true},)"
      R"x({"name":"Commit","value":"[View](https://git.example.com/c/%281%29)","inline":true}],)x"
      R"("footer":{"text":"johndoe )"
      "\xC2\xB7"
      R"( deployment"},"timestamp":"2018-05-14T09:46:42.077Z"},)"
      R"({"color":15875907,"description":"**Log**\n```\nnpm ERR! \"code\" 1\n`)"
      "\xE2\x80\x8D`\xE2\x80\x8D`"
      R"(\n```"}]})");
}

TEST_CASE("discord: an empty message still has a title") {
  CHECK(Formatted(Message()).body ==
        R"({"allowed_mentions":{"parse":[]},"embeds":[{"color":5793266,"title":"Event"}]})");
}

TEST_CASE("discord: a backslash is before whatever could be markup, a mention, an emoji or a link") {
  CHECK(title_of("a@everyone <@123> <#1> <t:1:R> :tada:") == R"(a\@everyone \<\@123\> \<\#1\> \<t\:1\:R\> \:tada\:)");
  CHECK(title_of("a [x](http://evil.example) **b** __c__ ~~d~~ ||e|| `f`") ==
        R"(a \[x\](http\://evil.example) \*\*b\*\* \_\_c\_\_ \~\~d\~\~ \|\|e\|\| \`f\`)");
  CHECK(title_of("a\\*b\\") == R"(a\\\*b\\)");
}

TEST_CASE("discord: what begins a line begins no heading, list or quote") {
  const std::string joiner = "\xE2\x80\x8D";
  CHECK(title_of("# a") == "\\# a");
  CHECK(title_of("-# a") == "-\\# a");
  CHECK(title_of("- a") == "\\- a");
  CHECK(title_of("+ a") == "\\+ a");
  CHECK(title_of("> a") == "\\> a");
  CHECK(title_of("1. a") == "1\\. a");
  CHECK(title_of("a-b 1.5 c. d") == "a-b 1.5 c. d");
}

TEST_CASE("discord: a footer is no markup there, so nothing is escaped but for JSON") {
  Message message;
  message.set_actor("john_doe \"x\" *y*");
  CHECK(Formatted(message).embeds[0]["footer"]["text"].string() == "john_doe \"x\" *y*");
}

TEST_CASE("discord: only http and https become a link, and the url of an embed is never used") {
  Message message = sample();
  message.set_link("http://localhost:3000/x");
  CHECK(Formatted(message).embeds[0]["description"].string() ==
        "johndoe deployed my-app.\n[View details](http://localhost:3000/x)");
  CHECK_FALSE(Formatted(message).embeds[0]["url"].exists());
  message.set_link("javascript:alert(1)");
  const Formatted chat(message);
  CHECK(chat.body.find("javascript") == std::string::npos);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "link");
  message.set_sentence("");
  message.set_link("https://x.example/");
  CHECK(Formatted(message).embeds[0]["description"].string() == "[View details](https://x.example/)");
}

TEST_CASE("discord: a text at its limit is whole, one character more is cut, and the backslashes count") {
  Message message;
  message.set_title(std::string(256, 'x'));
  CHECK(Formatted(message).cut.empty());
  message.set_title(std::string(255, 'x') + "_");
  const Formatted chat(message);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "title");
  CHECK(chat.cut[0].length == 256);
  CHECK(count_code_points(chat.embeds[0]["title"].string()) == 256);
}

TEST_CASE("discord: no text has 9,900 bytes, whatever its script") {
  for (const char* const piece :
       {"x", "\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80", "`\xF0\x9F\x98\x80", "``\xE6\xBC\xA2"}) {
    CAPTURE(piece);
    Message message;
    message.add_field("Log", repeated(piece, 30000), false, true);
    const Formatted chat(message);
    REQUIRE(chat.embeds.size() == 2);
    const std::string_view log = chat.embeds[1]["description"].string();
    CHECK(log.size() < discord_limits::text_bytes);
    CHECK(log.size() > 3000);
    CHECK(count_code_points(log) <= discord_limits::description);
    CHECK_FALSE(chat.cut.empty());
  }
}

TEST_CASE("discord: fields and logs beyond what it takes are left out, and told") {
  Message message;
  for (int i = 0; i < 40; ++i) message.add_field("Label", "x");
  for (int i = 0; i < 6; ++i) message.add_field("Log", "y", false, true);
  const Formatted chat(message);
  CHECK(chat.embeds[0]["fields"].size() == 25);
  CHECK(chat.embeds.size() == 5);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "fields");
  CHECK(chat.cut[0].length == 46);
  CHECK(chat.cut[0].kept == 29);
}

TEST_CASE("discord: whatever the message holds, the payload is valid and within its limits") {
  hostile::Random random(11);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted chat(message);
    CHECK(count_code_points(chat.body) <= discord_limits::message);
    REQUIRE(!chat.embeds.empty());
    CHECK((chat.embeds[0]["title"].exists() || chat.embeds[0]["description"].exists()));
    for (const json::View& embed : chat.embeds) {
      CHECK(count_code_points(embed["title"].string()) <= discord_limits::title);
      CHECK(count_code_points(embed["description"].string()) <= discord_limits::description);
      CHECK(embed["description"].string().size() < discord_limits::text_bytes);
    }
    for (const Truncation& cut : chat.cut) CHECK(cut.kept <= cut.length);
  }
}
