#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/microsoft_teams.hpp"

using namespace notifier;

namespace {

struct Formatted : FormattedPayload<format_microsoft_teams> {
  using FormattedPayload::FormattedPayload;
  json::View card = elements(root["attachments"]).at(0)["content"];
  std::vector<json::View> blocks = elements(card["body"]);
};

std::string title_of(std::string_view text) {
  Message message;
  message.set_title(text);
  return std::string(Formatted(message).blocks[0]["text"].string());
}

std::string log_of(std::string_view text) {
  Message message;
  message.add_field("Log", text, false, true);
  return std::string(Formatted(message).blocks[2]["text"].string());
}

}  // namespace

TEST_CASE("microsoft_teams: a message is one Adaptive Card") {
  Message message;
  message.severity = Severity::warning;
  message.set_title("my-app: deployment aborted");
  message.set_sentence("johndoe deployed my-app.");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_link("Commit", "https://git.example.com/c/(1)");
  message.add_field("Log", "npm ERR! \"code\" 1\n  at x", false, true);
  const Formatted teams(message);
  CHECK(teams.cut.empty());
  CHECK(
      teams.body ==
      R"({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":)"
      R"({"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4",)"
      R"("msteams":{"width":"Full"},"body":[)"
      R"({"type":"TextBlock","wrap":true,"size":"Medium","weight":"Bolder","color":"Warning","text":"my-app: deployment aborted"},)"
      R"({"type":"TextBlock","wrap":true,"text":"johndoe deployed my-app."},)"
      R"({"type":"FactSet","facts":[{"title":"Stack","value":"scalingo\\_22"},)"
      R"x({"title":"Commit","value":"[View](https://git.example.com/c/%281%29)"}]},)x"
      R"({"type":"TextBlock","wrap":true,"weight":"Bolder","text":"Log"},)"
      R"({"type":"TextBlock","wrap":true,"fontType":"Monospace","text":"npm ERR! \"code\" 1\n\n)"
      "\xC2\xA0\xC2\xA0"
      R"(at x"},)"
      R"({"type":"TextBlock","wrap":true,"size":"Small","isSubtle":true,"text":"johndoe )"
      "\xC2\xB7 deployment \xC2\xB7"
      R"( 14 May 2018, 09:46 UTC"}],)"
      R"x("actions":[{"type":"Action.OpenUrl","title":"View details","url":"https://dashboard.example.com/apps/my-app?a=(1)&b=%222%22"}]}}]})x");
}

TEST_CASE("microsoft_teams: an empty message still has a title") {
  const Formatted teams{Message()};
  CHECK(teams.blocks.size() == 1);
  CHECK(teams.blocks[0]["text"].string() == "Event");
}

TEST_CASE("microsoft_teams: a backslash is before whatever could be markup, HTML, an entity or a date of the card's") {
  CHECK(title_of("a *b* _c_ ~d~ `e` [f](http://x) <b> <at>all</at> &lt;") ==
        R"(a \*b\* \_c\_ \~d\~ \`e\` \[f\](http://x) \<b\> \<at\>all\</at\> \&lt;)");
  CHECK(title_of("{{DATE(2017-02-14T06:08:39Z,SHORT)}}") == R"(\{\{DATE(2017-02-14T06:08:39Z,SHORT)}})");
  CHECK(title_of("# a") == "\\# a");
  CHECK(title_of("- a") == "\\- a");
  CHECK(title_of("1. a") == "1\\. a");
  CHECK(title_of("--- a") == "\\--- a");
  CHECK(title_of("a-b: 1.5 a@b") == "a-b: 1.5 a@b");
}

TEST_CASE("microsoft_teams: the lines of a log are paragraphs, and keep what they begin with") {
  const std::string space = "\xC2\xA0";
  CHECK(log_of("a\nb\r\nc") == "a\n\nb\n\nc");
  CHECK(log_of("a\n\n\nb") == "a\n\nb");
  CHECK(log_of("a\n    b  c\n\td") == "a\n\n" + space + space + space + space + "b " + space + "c\n\n" + space + "d");
  CHECK(log_of("x\n# a\n- b\n1. c") == "x\n\n\\# a\n\n\\- b\n\n1\\. c");
}

TEST_CASE("microsoft_teams: only http and https become a link") {
  Message message;
  message.set_link("javascript:alert(1)");
  const Formatted teams(message);
  CHECK(teams.body.find("javascript") == std::string::npos);
  CHECK_FALSE(teams.card["actions"].exists());
  REQUIRE(teams.cut.size() == 1);
  CHECK(teams.cut[0].part == "link");
}

TEST_CASE("microsoft_teams: whatever the message holds, the payload is valid and at most 20,000 bytes") {
  hostile::Random random(13);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted teams(message);
    CHECK(teams.body.size() <= microsoft_teams_limits::message);
    CHECK(teams.body.find("entities") == std::string::npos);
    for (const json::View& block : teams.blocks) {
      if (block["type"].string() == "TextBlock") CHECK_FALSE(block["text"].string().empty());
    }
    for (const Truncation& cut : teams.cut) CHECK(cut.kept <= cut.length);
  }
}
