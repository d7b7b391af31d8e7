#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/mattermost.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;

namespace {

struct Formatted : FormattedPayload<format_mattermost> {
  using FormattedPayload::FormattedPayload;
  json::View attachment = elements(root["attachments"]).at(0);
};

Message sample() {
  Message message;
  message.severity = Severity::success;
  message.set_title("my-app: deployment succeeded");
  message.set_sentence("johndoe deployed my-app.");
  message.set_actor("johndoe");
  message.set_subject("my-app");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  return message;
}

std::string text_of(std::string_view title) {
  Message message;
  message.set_title(title);
  return std::string(Formatted(message).root["text"].string());
}

}  // namespace

TEST_CASE("mattermost: a message is a text and one attachment") {
  Message message = sample();
  message.add_field("Stack", "scalingo-22");
  message.add_field("Branch", "feature/my_branch", false);
  message.add_link("Commit", "https://git.example.com/c/(1)");
  message.add_field("Log", "npm ERR! \"code\" 1\n```", false, true);
  const Formatted chat(message);
  CHECK(chat.cut.empty());
  CHECK(chat.body ==
        "{\"text\":\"**my-app: deployment succeeded**\\njohndoe deployed my-app.\","
        R"("attachments":[{"color":"#3db887","fallback":"my-app: deployment succeeded",)"
        "\"title\":\"my-app \xC2\xB7 deployment\","
        R"("title_link":"https://dashboard.example.com/apps/my-app?a=(1)&b=%222%22",)"
        R"("fields":[{"title":"Stack","value":"scalingo-22","short":true},)"
        R"({"title":"Branch","value":"`feature/my_branch`"},)"
        R"x({"title":"Commit","value":"[View](https://git.example.com/c/%281%29)","short":true}],)x"
        R"("text":"Log\n```\nnpm ERR! \"code\" 1\n`)"
        "\xE2\x80\x8D`\xE2\x80\x8D`"
        R"(\n```",)"
        "\"footer\":\"johndoe \xC2\xB7 14 May 2018, 09:46 UTC\"}]}");
}

TEST_CASE("mattermost: an empty message still has a text") {
  CHECK(Formatted(Message()).body == R"({"text":"Event","attachments":[{"color":"#1c58d9","fallback":"Event"}]})");
}

TEST_CASE("mattermost: no mention, channel, link, smiley or markup of an event is alive") {
  const std::string joiner = "\xE2\x80\x8D";
  CHECK(text_of("a @all ~town #tag :tada: <!channel> <http://x|y>") ==
        "**a @" + joiner + "all \xE2\x88\xBCtown #" + joiner + "tag :" + joiner + "tada: <" + joiner + "!" + joiner +
            "channel> <" + joiner + "http:" + joiner + "//x\xE2\x88\xA3y>**");
  CHECK(text_of("see www.evil.example ;) =)") ==
        "**see www" + joiner + ".evil." + joiner + "example ;" + joiner + ") =" + joiner + ")**");
  CHECK(text_of("1. a") == "**" + joiner + "1. a**");
  CHECK(text_of("- a") == "**" + joiner + "- a**");
}

TEST_CASE("mattermost: values that could mean something else are code, and end there") {
  Message message;
  message.add_field("Value", "a` @all `b");
  message.add_field("Plain", "web 2 (M), worker 1 (S)");
  const Formatted chat(message);
  CHECK(chat.body.find("\"`a\xCB\x8B @all \xCB\x8B"
                       "b`\"") != std::string::npos);
  CHECK(chat.body.find("\"web 2 (M), worker 1 (S)\"") != std::string::npos);
}

TEST_CASE("mattermost: only http and https become a link") {
  Message message = sample();
  message.set_link("javascript:alert(1)");
  const Formatted chat(message);
  CHECK(chat.body.find("javascript") == std::string::npos);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "link");
  message.set_link("https://x.example");
  message.set_subject("");
  message.set_kind("");
  CHECK(Formatted(message).body.find(R"("title":"View details","title_link":"https://x.example")") !=
        std::string::npos);
}

TEST_CASE("mattermost: whatever the message holds, the payload is valid and within its limits") {
  hostile::Random random(12);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted chat(message);
    CHECK(count_code_points(chat.body) <= mattermost_limits::message);
    CHECK(!chat.root["text"].string().empty());
    CHECK_FALSE(chat.root["channel"].exists());
    CHECK(count_code_points(chat.attachment["footer"].string()) <= mattermost_limits::footer);
    for (const Truncation& cut : chat.cut) CHECK(cut.kept <= cut.length);
  }
}
