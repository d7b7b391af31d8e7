#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/platform/slack.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_slack>;

json::View at(json::View array, std::size_t index) {
  const auto all = elements(array);
  return index < all.size() ? all[index] : json::View();
}

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = 1;
    char c = text[0];
    if (text.substr(0, 5) == "&amp;") size = 5, c = '&';
    if (text.substr(0, 4) == "&lt;") size = 4, c = '<';
    if (text.substr(0, 4) == "&gt;") size = 4, c = '>';
    out += c;
    text.remove_prefix(size);
  }
  return out;
}

bool is_escaped(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' || text[i] == '>') return false;
    if (text[i] != '&') continue;
    const std::string_view rest = text.substr(i);
    if (rest.substr(0, 5) != "&amp;" && rest.substr(0, 4) != "&lt;" && rest.substr(0, 4) != "&gt;") return false;
  }
  return true;
}

/// A text that is shown: whole, or cut with an ellipsis and then reported.
void check_shown(std::string_view shown, std::string_view whole, const Truncations& cut, std::string_view part) {
  const std::string text = unescape(shown);
  if (text == whole) return;
  const std::string_view ellipsis = "\xE2\x80\xA6";
  REQUIRE(text.size() >= ellipsis.size());
  CHECK(text.substr(text.size() - ellipsis.size()) == ellipsis);
  const std::string_view kept = std::string_view(text).substr(0, text.size() - ellipsis.size());
  CHECK(whole.substr(0, kept.size()) == kept);
  bool is_reported = false;
  for (const Truncation& t : cut) {
    is_reported =
        is_reported || (t.part == part && t.length == count_code_points(whole) && t.kept == count_code_points(text));
  }
  CHECK_MESSAGE(is_reported, part);
}

struct Texts {
  std::size_t blocks = 0;
  std::size_t links = 0;
  std::size_t field_links = 0;
};

void check_plain(json::View object, std::size_t limit) {
  CHECK(object["type"].string() == "plain_text");
  CHECK(object["emoji"].kind() == json::Kind::boolean);
  CHECK(!object["emoji"].boolean());
  const std::string_view text = object["text"].string();
  CHECK(is_escaped(text));
  CHECK(count_code_points(text) >= 1);
  CHECK(count_code_points(text) <= limit);
}

void check_markup(json::View object, std::size_t limit, Texts& texts) {
  CHECK(object["type"].string() == "mrkdwn");
  CHECK(object["verbatim"].boolean());
  std::string_view text = object["text"].string();
  CHECK(count_code_points(text) <= limit);
  if (detail::web_scheme_size(text.substr((std::min)(std::size_t{1}, text.size()))) != 0) {
    CHECK(text[0] == '<');
    const std::size_t bar = text.find('|');
    REQUIRE(bar != std::string_view::npos);
    const std::string_view label = text.substr(bar + 1);
    (label == "View details>" ? texts.links : texts.field_links) += 1;
    CHECK(label.find_first_of("_~`*:\n<>|@") == label.size() - 1);
    const std::string_view url = text.substr(1, bar - 1);
    CHECK(is_escaped(url));
    for (const char c : url) CHECK(detail::is_url_byte(c));
    return;
  }
  REQUIRE(text.substr(0, 1) == "*");
  CHECK(is_escaped(text));
  const std::size_t end = text.find('*', 1);
  REQUIRE(end != std::string_view::npos);
  CHECK(text.substr(1, end - 1).find_first_of("_~`:\n") == std::string_view::npos);
  const std::string_view rest = text.substr(end + 1);
  if (rest.empty()) return;
  REQUIRE(rest.substr(0, 5) == "\n```\n");
  REQUIRE(rest.size() > 9);
  CHECK(rest.substr(rest.size() - 4) == "\n```");
  CHECK(rest.substr(5, rest.size() - 9).find("``") == std::string_view::npos);
}

void check_block(json::View block, Texts& texts) {
  ++texts.blocks;
  const std::string_view type = block["type"].string();
  if (type == "header") {
    check_plain(block["text"], 150);
  } else if (type == "section" && block["fields"].is_array()) {
    CHECK(block["fields"].size() <= 10);
    CHECK(block["fields"].size() >= 1);
    block["fields"].for_each_element([&](json::View field) {
      field["type"].string() == "plain_text" ? check_plain(field, 2000) : check_markup(field, 2000, texts);
    });
  } else if (type == "section") {
    block["text"]["type"].string() == "plain_text" ? check_plain(block["text"], 3000)
                                                   : check_markup(block["text"], 3000, texts);
  } else {
    CHECK(type == "context");
    CHECK(block["elements"].size() >= 1);
    CHECK(block["elements"].size() <= 10);
    block["elements"].for_each_element([&](json::View element) {
      element["type"].string() == "plain_text" ? check_plain(element, 3000) : check_markup(element, 3000, texts);
    });
  }
}

/// Everything that must hold of any message's payload.
void check_all(const Message& message) {
  const Formatted slack(message);
  const std::string_view text = slack.root["text"].string();
  CHECK(is_escaped(text));
  CHECK(count_code_points(text) <= 4000);
  CHECK(!text.empty());
  CHECK(slack.root["mrkdwn"].kind() == json::Kind::boolean);
  CHECK(!slack.root["mrkdwn"].boolean());
  CHECK(slack.root["channel"].kind() == json::Kind::missing);

  Texts texts;
  slack.root["blocks"].for_each_element([&](json::View block) { check_block(block, texts); });
  CHECK(slack.root["attachments"].size() <= 1);
  const json::View attached = at(slack.root["attachments"], 0)["blocks"];
  attached.for_each_element([&](json::View block) { check_block(block, texts); });
  CHECK(texts.blocks <= 50);
  CHECK(texts.links <= (message.link().empty() ? 0u : 1u));
  const std::size_t blocks = slack.body.find("\"unfurl_media\":false");
  REQUIRE(blocks != std::string::npos);
  CHECK(count_code_points(std::string_view(slack.body).substr(blocks)) <= 13200 + 24);

  std::size_t next = 0;
  if (!message.title().empty()) {
    check_shown(at(slack.root["blocks"], next++)["text"]["text"].string(), message.title(), slack.cut, "title");
  }
  if (!message.sentence().empty()) {
    check_shown(at(slack.root["blocks"], next++)["text"]["text"].string(), message.sentence(), slack.cut, "sentence");
  }
  CHECK(slack.root["blocks"].size() == next);
  for (const Truncation& t : slack.cut) CHECK(t.kept <= t.length);

  // Every field is there, in order, or reported missing.
  std::vector<std::string> values;
  const auto add_value = [&](json::View object) {
    if (object["type"].string() != "plain_text") return;
    const std::string_view shown = object["text"].string();
    const std::size_t colon = shown.find(": ");
    REQUIRE(colon != std::string_view::npos);
    values.push_back(std::string(shown.substr(colon + 2)));
  };
  attached.for_each_element([&](json::View block) {
    block["fields"].for_each_element(add_value);
    if (block["text"].is_object()) add_value(block["text"]);
  });
  std::size_t shown = 0, plain = 0, logs = 0, links = 0;
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    if (message.field(i).is_code) {
      ++logs;
      continue;
    }
    if (message.field(i).is_link && detail::is_web_link(message.field(i).value)) {
      ++links;
      continue;
    }
    ++plain;
    if (links == 0 && shown < values.size()) {
      check_shown(values[shown++], message.field(i).value, slack.cut, "field.value");
    }
  }
  bool is_reported = false;
  for (const Truncation& t : slack.cut) is_reported = is_reported || t.part == "fields";
  if (!is_reported) {
    CHECK(values.size() + texts.field_links == plain + links);  // a link too long for a field is a plain value
    std::size_t log_blocks = 0;
    attached.for_each_element([&](json::View block) {
      log_blocks += block["text"]["type"].string() == "mrkdwn" && block["text"]["text"].string()[0] == '*' ? 1u : 0u;
    });
    CHECK(log_blocks == logs);
  }
}

Message sample() {
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
  message.add_field("Duration", "35 s");
  return message;
}

}  // namespace

TEST_CASE("slack: a message as it goes out") {
  Message message = sample();
  message.add_link("Commit", "https://git.example.com/c/1?a&b");
  message.add_field("Log", "npm ERR! <code> 1\n```", false, true);
  CHECK(
      Formatted(message).body ==
      R"({"text":"my-app: deployment succeeded\njohndoe deployed 1a2b3c4 of main to my-app.",)"
      R"("mrkdwn":false,"unfurl_links":false,"unfurl_media":false,"blocks":[)"
      R"({"type":"header","text":{"type":"plain_text","text":"my-app: deployment succeeded","emoji":false}},)"
      R"({"type":"section","text":{"type":"plain_text","text":"johndoe deployed 1a2b3c4 of main to my-app.","emoji":false}}],)"
      R"("attachments":[{"color":"#2eb67d","blocks":[{"type":"section","fields":[)"
      R"({"type":"plain_text","text":"Branch: main","emoji":false},)"
      R"({"type":"plain_text","text":"Duration: 35 s","emoji":false},)"
      R"({"type":"mrkdwn","text":"<https://git.example.com/c/1?a&amp;b|Commit>","verbatim":true},)"
      R"({"type":"mrkdwn","text":"<https://dashboard.example.com/apps/my-app?tab=1&amp;x=2|View details>","verbatim":true}]},)"
      R"({"type":"section","text":{"type":"mrkdwn","text":"*Log*\n```\nnpm ERR! &lt;code&gt; 1\n`)"
      "\xE2\x80\x8B`\xE2\x80\x8B`"
      R"(\n```","verbatim":true}},)"
      "{\"type\":\"context\",\"elements\":[{\"type\":\"plain_text\",\"text\":\"johndoe \xC2\xB7 deployment \xC2\xB7 14 "
      "May 2018, 09:46 UTC\","
      R"("emoji":false}]}]}]})");
}

TEST_CASE("slack: a long field has lines of its own, and the fields behind it go on") {
  Message message;
  message.add_field("A", "1");
  message.add_field("Reason", "a < b", false);
  message.add_field("B", "2");
  CHECK(Formatted(message).body.find(
            R"("blocks":[{"type":"section","fields":[{"type":"plain_text","text":"A: 1","emoji":false}]},)"
            R"({"type":"section","text":{"type":"plain_text","text":"Reason: a &lt; b","emoji":false}},)"
            R"({"type":"section","fields":[{"type":"plain_text","text":"B: 2","emoji":false}]}]}])") !=
        std::string::npos);
}

TEST_CASE("slack: a field that is a link leads there, or says where it would have") {
  Message message;
  message.add_link("Com*mit|>", "HTTPS://x.example/|>&");
  message.add_link("Bad", "javascript:alert(1)");
  message.add_link("Long", "https://x.example/" + std::string(1990, 'a'));
  const Formatted slack(message);
  CHECK(slack.body.find(R"("text":"<HTTPS://x.example/%7C%3E&amp;|Com-mit-->")") != std::string::npos);
  CHECK(slack.body.find("\"text\":\"Bad: javascript:alert(1)\"") != std::string::npos);
  CHECK(slack.body.find(R"("text":"Long: https://x.example/aaa)") != std::string::npos);
  check_all(message);
}

TEST_CASE("slack: the colour shows the severity") {
  std::string colors;
  for (const Severity severity : {Severity::info, Severity::success, Severity::warning, Severity::error}) {
    Message message = sample();
    message.severity = severity;
    const Formatted slack(message);
    const std::string color(at(slack.root["attachments"], 0)["color"].string());
    CHECK(color.size() == 7);
    CHECK(colors.find(color) == std::string::npos);
    colors += color;
  }
}

TEST_CASE("slack: an empty message still has a text and no empty block") {
  Message message;
  CHECK(Formatted(message).body == R"({"text":"Event","mrkdwn":false,"unfurl_links":false,"unfurl_media":false})");
  message.set_kind("restart");
  check_all(message);
  CHECK(Formatted(message).root["attachments"].size() == 1);
}

TEST_CASE("slack: mentions, links and entities of an event are dead text") {
  Message message = sample();
  message.set_title("<!channel> <@U1> <#C1|x> <http://evil.example|ok> & &lt;");
  const Formatted slack(message);
  CHECK(slack.body.find("<!") == std::string::npos);
  CHECK(slack.body.find("<@") == std::string::npos);
  CHECK(slack.body.find("<#") == std::string::npos);
  CHECK(slack.body.find("<http://evil") == std::string::npos);
  CHECK(slack.root["text"].string().substr(0, 31) == "&lt;!channel&gt; &lt;@U1&gt; &l");
  CHECK(slack.body.find("&amp; &amp;lt;") != std::string::npos);
  check_all(message);
}

TEST_CASE("slack: only http and https become a link, and no character ends it early") {
  Message message = sample();
  for (const char* url : {"javascript:alert(1)", "ftp://x", "//x", "httpx://x"}) {
    message.set_link(url);
    const Formatted slack(message);
    CHECK(slack.body.find(url) == std::string::npos);
    REQUIRE(slack.cut.size() == 1);
    CHECK(slack.cut[0].part == "link");
  }
  message.set_link("https://x.example/a|b>c<d\"e\\f g\xC3\xA9");
  CHECK(Formatted(message).body.find("<https://x.example/a%7Cb%3Ec%3Cd%22e%5Cf%20g%C3%A9|View details>") !=
        std::string::npos);
  message.set_link("https://x.example/" + std::string(2100, 'a'));
  CHECK(Formatted(message).root["attachments"].size() == 1);
  check_all(message);
}

TEST_CASE("slack: limits are kept to the character") {
  Message message;
  message.set_title(std::string(150, 't'));
  message.set_sentence(std::string(3000, 's'));
  message.add_field("Label", std::string(1993, 'v'));
  message.add_field("Wider", std::string(2993, 'v'), false);
  check_all(message);
  CHECK(Formatted(message).cut.empty());

  message.set_title(std::string(151, 't'));
  message.set_sentence(std::string(2996, 's') + "&");
  message.add_field("Label", std::string(1994, 'v'));
  check_all(message);
  const Formatted slack(message);
  REQUIRE(slack.cut.size() == 3);
  CHECK(slack.cut[0].part == "title");
  CHECK(slack.cut[0].length == 151);
  CHECK(slack.cut[0].kept == 150);
  CHECK(slack.cut[1].part == "sentence");
  CHECK(slack.cut[1].length == 2997);
  CHECK(slack.cut[1].kept == 2997);
  CHECK(slack.cut[2].part == "field.value");
  CHECK(slack.cut[2].kept == 1993);

  Message wide;
  wide.add_field("Wider", std::string(2994, 'v'), false);
  check_all(wide);
  REQUIRE(Formatted(wide).cut.size() == 1);
  CHECK(Formatted(wide).cut[0].kept == 2993);
}

TEST_CASE("slack: characters are counted, not bytes") {
  Message message;
  std::string title;
  for (int i = 0; i < 150; ++i) title += "\xF0\x9F\x98\x80";
  message.set_title(title);
  CHECK(Formatted(message).cut.empty());
  check_all(message);
}

TEST_CASE("slack: all blocks together stay within 13,200 characters, and what is left out is reported") {
  for (const char* unit : {"x", "\"", "&", "\n", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"}) {
    for (const std::size_t size : {200u, 1000u, 2900u, 100000u}) {
      for (const bool is_code : {false, true}) {
        Message message = sample();
        if (size != 1000) {
          message.set_link("");
          message.set_actor(std::string(120, '"'));
          message.set_kind(std::string(120, '\\'));
        }
        std::string value;
        while (value.size() < size) value += unit;
        for (int i = 0; i < 60; ++i) message.add_field(std::string(100, 'L'), value + "x", false, is_code);
        check_all(message);
        CHECK(!Formatted(message).cut.empty());
      }
    }
  }
}

TEST_CASE("slack: forty short fields are shown") {
  Message message = sample();
  for (int i = 0; i < 60; ++i) message.add_field("Number", std::to_string(i));
  const Formatted slack(message);
  REQUIRE(slack.cut.size() == 1);
  CHECK(slack.cut[0].part == "fields");
  CHECK(slack.cut[0].length == 62);
  CHECK(slack.cut[0].kept == 40);
  check_all(message);
}

TEST_CASE("slack: whatever the message holds, the payload is valid and within its limits") {
  hostile::Random random(1);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    check_all(message);
  }
}
