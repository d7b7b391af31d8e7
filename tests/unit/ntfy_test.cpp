#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/platform/ntfy.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_ntfy>;

}  // namespace

TEST_CASE("ntfy: a message is title and text, priority and sign, and where a tap leads") {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed *my-app* & \"more\".");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_link("Commit", "https://git.example.com/c?a&b");
  message.add_field("Log", "npm ERR! \"code\" 1\n\tat x", false, true);
  const Formatted ntfy(message);
  CHECK(ntfy.cut.empty());
  CHECK(
      ntfy.body ==
      R"({"message":"johndoe deployed *my-app* & \"more\".\n\nStack: scalingo_22\nCommit: https://git.example.com/c?a&b)"
      R"(\n\nLog:\nnpm ERR! \"code\" 1\n\tat x\n\njohndoe )"
      "\xC2\xB7 deployment \xC2\xB7"
      R"( 14 May 2018, 09:46 UTC","title":"my-app: deployment failed","priority":5,"tags":["rotating_light"],)"
      R"("click":"https://dashboard.example.com/apps/my-app?a=(1)&b=%222%22"})");
}

TEST_CASE("ntfy: the priority is the severity's") {
  const auto priority_of = [](Severity severity) {
    Message message;
    message.severity = severity;
    return Formatted(message).root["priority"].text();
  };
  CHECK(priority_of(Severity::info) == "3");
  CHECK(priority_of(Severity::success) == "3");
  CHECK(priority_of(Severity::warning) == "4");
  CHECK(priority_of(Severity::error) == "5");
}

TEST_CASE("ntfy: an empty message still has a text") {
  CHECK(Formatted(Message()).body == R"({"message":"Event","priority":3})");
}

TEST_CASE("ntfy: only http and https become a link") {
  Message message;
  message.set_link("javascript:alert(1)");
  const Formatted ntfy(message);
  CHECK(ntfy.body.find("javascript") == std::string::npos);
  REQUIRE(ntfy.cut.size() == 1);
  CHECK(ntfy.cut[0].part == "link");
}

TEST_CASE("ntfy: a long text is cut to 4,096 bytes and no less than what has room; the title stays") {
  Message message;
  message.set_title("title");
  message.set_sentence("sentence");
  message.add_field("Log", std::string(9000, 'x'), false, true);
  const Formatted ntfy(message);
  const std::string_view text = ntfy.root["message"].string();
  CHECK(text.size() <= ntfy_limits::message);
  CHECK(text.size() > 3700);
  CHECK(ntfy.root["title"].string() == "title");
  REQUIRE(ntfy.cut.size() == 1);
  CHECK(ntfy.cut[0].part == "field.value");
  CHECK(ntfy.cut[0].length == 9000);
}

TEST_CASE("ntfy: whatever the message holds, the text is at most 4,096 bytes and the whole at most 8,192") {
  hostile::Random random(22);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted ntfy(message);
    CHECK(ntfy.body.size() <= ntfy_limits::body);
    CHECK(!ntfy.root["message"].string().empty());
    CHECK(ntfy.root["message"].string().size() <= ntfy_limits::message);
    CHECK(!ntfy.root["markdown"].exists());
    for (const Truncation& cut : ntfy.cut) CHECK(cut.kept <= cut.length);
  }
}
