#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/platform/rocket_chat.hpp"

using namespace notifier;

namespace {

struct Formatted : FormattedPayload<format_rocket_chat> {
  using FormattedPayload::FormattedPayload;
  json::View attachment = elements(root["attachments"]).at(0);
};

/// Neither a mention nor markup can begin anywhere in a line of prose.
void check_prose(std::string_view text) {
  const std::string_view joiner = "\xE2\x80\x8D";
  CHECK(text.find_first_of("*~`$") == std::string_view::npos);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = i == 0 ? '\n' : text[i - 1];
    const char after = i + 1 == text.size() ? '\n' : text[i + 1];
    if (before == '\n' && static_cast<unsigned char>(text[i]) < 0x80) CHECK(detail::is_letter(text[i]));
    if (text[i] == '_') CHECK((detail::is_letter_or_digit(before) && detail::is_letter_or_digit(after)));
    if (std::string_view("@#:.<>[]|&+!").find(text[i]) == std::string_view::npos) continue;
    if (after == ' ' || after == '\n') continue;
    if (text.substr(i + 1, 3) == "\xE2\x80\xA6") continue;  // the ellipsis
    CHECK(text.substr(i + 1, joiner.size()) == joiner);
  }
}

void check_all(const Message& message) {
  const Formatted chat(message);
  CHECK(count_utf16(chat.body) <= 5000);
  CHECK(!chat.root["text"].string().empty());
  CHECK(chat.root["channel"].kind() == json::Kind::missing);
  CHECK(chat.root["attachments"].size() == 1);
  CHECK(chat.attachment["color"].string().size() == 7);
  std::string text(chat.root["text"].string());
  if (!detail::is_blank(message.title())) {
    const std::size_t title_end = (std::min)(text.find('\n'), text.size()) - 1;
    CHECK(text[0] == '*');
    CHECK(text[title_end] == '*');
    text.erase(title_end, 1).erase(0, 1);
  }
  check_prose(text);
  if (chat.attachment["title_link"].is_string()) {
    const std::string_view link = chat.attachment["title_link"].string();
    CHECK(link.substr(0, 4) == "http");
    for (const char c : link) CHECK(detail::is_url_byte(c));
    CHECK(!chat.attachment["title"].string().empty());
  }
  if (chat.attachment["title"].is_string()) check_prose(chat.attachment["title"].string());
  chat.attachment["fields"].for_each_element([&](json::View field) {
    CHECK(field["short"].kind() == json::Kind::boolean);
    check_prose(field["title"].string());
    const std::string_view value = field["value"].string();
    REQUIRE(!value.empty());
    if (value.substr(0, 7) == "[View](") {
      CHECK(detail::web_scheme_size(value.substr(7)) != 0);
      CHECK(value.find_first_of("()*~ `\n", 7) == value.size() - 1);
      return;
    }
    if (value.front() != '`') {
      CHECK(detail::is_plain_markdown(value));
      return;
    }
    REQUIRE(value.size() > 2);
    CHECK(value.back() == '`');
    CHECK(value.substr(1, value.size() - 2).find_first_of("`\r\n") == std::string_view::npos);
  });

  // Fences come in pairs, each alone on its line.
  std::string_view logs = chat.attachment["text"].string();
  std::size_t fences = 0;
  for (std::size_t at = logs.find("``"); at != std::string_view::npos; at = logs.find("``", at + 3)) {
    CHECK(logs.substr(at, 3) == "```");
    CHECK(at > 0);
    CHECK(logs[at - 1] == '\n');
    CHECK((at + 3 == logs.size() || logs[at + 3] == '\n'));
    ++fences;
  }
  CHECK(fences % 2 == 0);

  bool is_reported = false;
  for (const Truncation& t : chat.cut) {
    CHECK(t.kept <= t.length);
    is_reported = is_reported || t.part == "fields";
  }
  const std::size_t actors = detail::is_blank(message.actor()) ? 0 : 1;
  if (!is_reported) CHECK(chat.attachment["fields"].size() + fences / 2 == message.field_count() + actors);
}

Message sample() {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe could not deploy 1a2b3c4 of main to my-app: build error.");
  message.set_kind("deployment");
  message.set_subject("my-app");
  message.set_actor("johndoe");
  message.set_link("https://dashboard.example.com/apps/my-app?tab=1&x=2");
  message.set_time(notifier::Timestamp{1526291202077});
  message.add_field("Branch", "feature/my_branch");
  message.add_field("Reason", "exit status 1", false);
  return message;
}

}  // namespace

TEST_CASE("rocket_chat: a message as it goes out") {
  Message message = sample();
  message.add_link("Commit", "https://git.example.com/c/(1)");
  message.add_field("Log", "npm ERR! \"code\" 1\n```", false, true);
  CHECK(Formatted(message).body ==
        R"({"text":"*my-app: deployment failed*\njohndoe could not deploy 1a2b3c4 of main to my-app: build error.",)"
        "\"attachments\":[{\"color\":\"#f5455c\",\"title\":\"my-app \xC2\xB7 deployment\","
        R"("title_link":"https://dashboard.example.com/apps/my-app?tab=1&x=2",)"
        R"("ts":"2018-05-14T09:46:42.077Z","fields":[{"short":true,"title":"Branch","value":"`feature/my_branch`"},)"
        R"({"short":false,"title":"Reason","value":"exit status 1"},)"
        R"x({"short":true,"title":"Commit","value":"[View](https://git.example.com/c/%281%29)"},)x"
        R"({"short":true,"title":"By","value":"johndoe"}],)"
        R"("text":"Log\n```\nnpm ERR! \"code\" 1\n`)"
        "\xE2\x80\x8D`\xE2\x80\x8D`"
        R"(\n```"}]})");
}

TEST_CASE("rocket_chat: an empty message still has a text") {
  CHECK(Formatted(Message()).body == R"({"text":"Event","attachments":[{"color":"#1d74f5"}]})");
}

TEST_CASE("rocket_chat: no mention, link or markup of an event is alive") {
  Message message = sample();
  message.set_title("@all #general *b* `c` http://evil.example");
  message.set_sentence("# head");
  CHECK(Formatted(message).root["text"].string() ==
        "*\xE2\x80\x8D@\xE2\x80\x8D"
        "all #\xE2\x80\x8Dgeneral \xE2\x88\x97"
        "b\xE2\x88\x97 \xCB\x8B"
        "c\xCB\x8B "
        "http:\xE2\x80\x8D//evil.\xE2\x80\x8D"
        "example*\n\xE2\x80\x8D# head");
}

TEST_CASE("rocket_chat: what stands between < and | is no link, whatever it is") {
  Message message = sample();
  message.set_title("a<.<b>@c <#C|general>");
  CHECK(Formatted(message).root["text"].string().find('|') == std::string_view::npos);
}

TEST_CASE("rocket_chat: the star that ends the title begins no smiley") {
  Message message = sample();
  message.set_title("my-app :");
  CHECK(Formatted(message).body.find("*my-app :\xE2\x80\x8D*\\n") != std::string::npos);
}

TEST_CASE("rocket_chat: a value can be copied as it is") {
  Message message = sample();
  message.add_field("Value", "*a* _b_ ~c~ @all http://x.example \\ \" <b>");
  CHECK(Formatted(message).body.find(R"("value":"`*a* _b_ ~c~ @all http://x.example \\ \" <b>`")") !=
        std::string::npos);
}

TEST_CASE("rocket_chat: plain values stand as they are, all that could mean something else is code") {
  for (const char* plain : {"yes", "johndoe", "40 s", "1 min 35 s", "web 2 (M), worker 1 (S)", "14 May 2018, 09:46 UTC",
                            "93.5%", "122.4 MB", "9c1185a5c5e9fc54", "app_deployed, app_crashed", "scalingo-22",
                            "above 80%", "prj-1234567890abcdef", "a-bc", "my_app_db"}) {
    INFO(std::string(plain));
    CHECK(detail::is_plain_markdown(plain));
  }
  for (const char* live : {"",
                           " a",
                           "a ",
                           "a  b",
                           "- a",
                           "1. a",
                           "1) a",
                           "8)",
                           "8-)",
                           "B-D",
                           "O_O",
                           "X-P",
                           "D:",
                           "0:3",
                           ":a:",
                           "a:b",
                           "12:30:45",
                           "@all",
                           "#a",
                           "a.b",
                           "evil.example",
                           "www.evil.example",
                           "a@b",
                           "*a*",
                           "_a_",
                           "~a~",
                           "`a`",
                           "a\nb",
                           "$x$",
                           "\\(x\\)",
                           "[a](b)",
                           "<b>",
                           "a|b",
                           "(8)",
                           "a (8)b",
                           "a (b 8)",
                           "a (b",
                           "a %)",
                           "a 8)",
                           "caf\xC3\xA9",
                           "+33123456789",
                           "a!",
                           "a/b",
                           "a & b",
                           "--",
                           "a--b",
                           "a,b",
                           "1.2.3.4",
                           "50 %",
                           "a - b"}) {
    INFO(std::string(live));
    CHECK_FALSE(detail::is_plain_markdown(live));
  }
}

TEST_CASE("rocket_chat: the attachment names app and kind, with and without a link") {
  Message message = sample();
  message.set_link("");
  CHECK(Formatted(message).body.find("\"title\":\"my-app \xC2\xB7 deployment\",\"ts\"") != std::string::npos);
  message.set_subject("@all");
  CHECK(Formatted(message).body.find("\"title\":\"\xE2\x80\x8D@\xE2\x80\x8D"
                                     "all \xC2\xB7 deployment\"") != std::string::npos);
  message.set_subject("");
  message.set_kind("");
  CHECK(Formatted(message).body.find("\"title\":\"my-app") == std::string::npos);
  message.set_link("https://x.example");
  CHECK(Formatted(message).body.find(R"("title":"View details","title_link":"https://x.example")") !=
        std::string::npos);
}

TEST_CASE("rocket_chat: names of a sentence are inline code, and end there") {
  const auto removed = [](const std::string& name) {
    const std::string event = R"({"type":"delete_variable","app_name":"shop","type_data":{"name":")" + name + "\"}}";
    json::Document document;
    const auto root = document.parse(event);
    REQUIRE(root);
    Message message;
    describe(Event::read(*root, event), "", message);
    const Formatted chat(message);
    return std::string(chat.root["text"].string());
  };
  CHECK(removed("A_B") == "*shop: variable removed*\nThe variable `A_B` was removed from the environment of shop.");
  CHECK(removed("a` @all `b") ==
        "*shop: variable removed*\nThe variable `a\xCB\x8B @all \xCB\x8B"
        "b` was removed from the environment of shop.");
  CHECK(removed(std::string(2000, 'x')).size() < 1300);
}

TEST_CASE("rocket_chat: only http and https become a link") {
  Message message = sample();
  message.set_link("javascript:alert(1)");
  const Formatted chat(message);
  CHECK(chat.body.find("javascript") == std::string::npos);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].part == "link");
}

TEST_CASE("rocket_chat: the whole message stays within 5,000 UTF-16 units, and what is left out is reported") {
  for (const char* unit : {"x", "\"", "@", "\n", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"}) {
    for (const std::size_t size : {100u, 450u, 2900u, 100000u}) {
      for (const bool is_code : {false, true}) {
        Message message = sample();
        std::string value;
        while (value.size() < size) value += unit;
        message.set_sentence(value);
        message.set_title(value);
        message.set_actor(value);
        message.set_link("https://x.example/" + std::string(1400, 'x'));
        for (int i = 0; i < 30; ++i) message.add_field("Log " + value, value + "x", false, is_code);
        check_all(message);
        CHECK(!Formatted(message).cut.empty());
      }
    }
  }
}

TEST_CASE("rocket_chat: a part at its limit is whole, one character more is cut") {
  Message message;
  message.set_title("t" + std::string(198, 'x'));
  message.set_sentence("s" + std::string(998, 'x'));
  CHECK(Formatted(message).cut.empty());
  message.set_title("t" + std::string(199, 'x'));
  const Formatted chat(message);
  REQUIRE(chat.cut.size() == 1);
  CHECK(chat.cut[0].length == 200);
  CHECK(chat.cut[0].kept == 199);
}

TEST_CASE("rocket_chat: whatever the message holds, the payload is valid and within its limits") {
  hostile::Random random(2);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    check_all(message);
  }
}
