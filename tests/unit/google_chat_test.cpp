#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/google_chat.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_google_chat>;

std::string text_of(std::string_view title) {
  Message message;
  message.set_title(title);
  return std::string(Formatted(message).root["text"].string());
}

}  // namespace

TEST_CASE("google_chat: a message is a text for the notification, and a card") {
  Message message;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed <my-app> & more.");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_link("Commit", "https://git.example.com/c?a&b");
  message.add_field("Log", "npm ERR! \"code\" 1\n  at x", false, true);
  const Formatted chat(message);
  CHECK(chat.cut.empty());
  CHECK(
      chat.body ==
      R"({"text":"my-app: deployment failed","cardsV2":[{"cardId":"event","card":{"sections":[{"widgets":[)"
      R"({"textParagraph":{"text":"johndoe deployed &lt;my-app&gt; &amp; more."}},)"
      R"({"decoratedText":{"topLabel":"Stack","wrapText":true,"text":"scalingo_22"}},)"
      R"x({"decoratedText":{"topLabel":"Commit","wrapText":true,"text":"<a href=\"https://git.example.com/c?a&amp;b\">View</a>"}},)x"
      R"({"textParagraph":{"text":"<b>Log</b><br>npm ERR! \"code\" 1<br>)"
      "\xC2\xA0\xC2\xA0"
      R"(at x"}},)"
      R"({"textParagraph":{"text":"<i>johndoe )"
      "\xC2\xB7 deployment \xC2\xB7"
      R"( 14 May 2018, 09:46 UTC</i>"}},)"
      R"x({"buttonList":{"buttons":[{"text":"View details","onClick":{"openLink":{"url":"https://dashboard.example.com/apps/my-app?a=(1)&b=%222%22"}}}]}}]}]}}]})x");
}

TEST_CASE("google_chat: an empty message still has a text and a card") {
  CHECK(
      Formatted(Message()).body ==
      R"({"text":"Event","cardsV2":[{"cardId":"event","card":{"sections":[{"widgets":[{"textParagraph":{"text":"Event"}}]}]}}]})");
}

TEST_CASE("google_chat: no mention, link or markup of an event is alive") {
  const std::string joiner = "\xE2\x80\x8D";
  CHECK(text_of("a <users/all> <http://x|y> &lt;") ==
        "a &lt;users/all&gt; &lt;http:" + joiner + "//x\xE2\x88\xA3y&gt; &amp;lt;");
  CHECK(text_of("a *b* _c_ ~d~ `e`") ==
        "a \xE2\x88\x97"
        "b\xE2\x88\x97 \xCB\x8D"
        "c\xCB\x8D \xE2\x88\xBC"
        "d\xE2\x88\xBC \xCB\x8B"
        "e\xCB\x8B");
  Message message;
  message.set_sentence("<a href=\"http://evil.example\">x</a><br>&amp;");
  message.add_field("A <b>", "<script>", true);
  message.add_field("Log", "<b>\r\n</b>&", false, true);
  const Formatted chat(message);
  CHECK(chat.body.find("&lt;a href=\\\"http://evil.example\\\"&gt;x&lt;/a&gt;&lt;br&gt;&amp;amp;") !=
        std::string::npos);
  CHECK(chat.body.find("&lt;script&gt;") != std::string::npos);
  CHECK(chat.body.find("&lt;b&gt;<br>&lt;/b&gt;&amp;") != std::string::npos);
  CHECK(chat.body.find("<script") == std::string::npos);
}

TEST_CASE("google_chat: only http and https become a link") {
  Message message;
  message.set_link("javascript:alert(1)");
  const Formatted chat(message);
  CHECK(chat.body.find("javascript") == std::string::npos);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "link");
}

TEST_CASE("google_chat: whatever the message holds, the payload is valid and at most 32,000 bytes") {
  hostile::Random random(14);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted chat(message);
    CHECK(chat.body.size() <= google_chat_limits::message);
    CHECK(!chat.root["text"].string().empty());
    for (const Truncation& cut : chat.cut) CHECK(cut.kept <= cut.length);
  }
}
