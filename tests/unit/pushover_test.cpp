#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/platform/pushover.hpp"
#include "notifier/text/utf8.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_pushover>;

}  // namespace

TEST_CASE("pushover: a message is title and text, the priority, the event's time and where it leads") {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed *my-app* & \"more\".");
  message.set_link("https://dashboard.example.com/apps/my-app?b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  const Formatted pushover(message);
  CHECK(pushover.cut.empty());
  CHECK(pushover.body ==
        R"({"message":"johndoe deployed *my-app* & \"more\".\n\nStack: scalingo_22\n\n14 May 2018, 09:46 UTC",)"
        R"("title":"my-app: deployment failed","priority":1,"timestamp":1526291202,)"
        R"("url_title":"View details","url":"https://dashboard.example.com/apps/my-app?b=%222%22"})");
}

TEST_CASE("pushover: the priority is the severity's, and never one that has to be acknowledged") {
  const auto priority_of = [](Severity severity) {
    Message message;
    message.severity = severity;
    return Formatted(message).root["priority"].text();
  };
  CHECK(priority_of(Severity::info) == "-1");
  CHECK(priority_of(Severity::success) == "-1");
  CHECK(priority_of(Severity::warning) == "0");
  CHECK(priority_of(Severity::error) == "1");
}

TEST_CASE("pushover: an empty message still has a text, and none has a time before there were any") {
  CHECK(Formatted(Message()).body == R"({"message":"Event","priority":-1})");
  Message message;
  message.set_time(Timestamp{-5000});
  CHECK_FALSE(Formatted(message).root["timestamp"].exists());
}

TEST_CASE("pushover: a link that is too long is left out whole, and told") {
  Message message;
  message.set_link("https://example.com/" + std::string(600, 'x'));
  const Formatted pushover(message);
  CHECK_FALSE(pushover.root["url"].exists());
  CHECK_FALSE(pushover.root["url_title"].exists());
  REQUIRE(pushover.cut.size() == 1);
  CHECK(pushover.cut[0].part == "link");
  CHECK(pushover.cut[0].length == 620);
}

TEST_CASE("pushover: whatever the message holds, each part has at most as many characters as it may") {
  hostile::Random random(25);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted pushover(message);
    CHECK(!pushover.root["message"].string().empty());
    CHECK(count_code_points(pushover.root["message"].string()) <= pushover_limits::message);
    CHECK(count_code_points(pushover.root["title"].string()) <= pushover_limits::title);
    CHECK(count_code_points(pushover.root["url"].string()) <= pushover_limits::url);
    for (const Truncation& cut : pushover.cut) CHECK(cut.kept <= cut.length);
  }
}
