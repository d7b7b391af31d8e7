#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/platform/gotify.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_gotify>;

}  // namespace

TEST_CASE("gotify: a message is title and text, the priority, and where a click leads") {
  Message message;
  message.severity = Severity::warning;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed *my-app* & \"more\".");
  message.set_link("https://dashboard.example.com/apps/my-app?b=\"2\"");
  message.add_field("Stack", "scalingo_22");
  const Formatted gotify(message);
  CHECK(gotify.cut.empty());
  CHECK(
      gotify.body ==
      R"({"priority":6,"message":"johndoe deployed *my-app* & \"more\".\n\nStack: scalingo_22",)"
      R"("title":"my-app: deployment failed",)"
      R"("extras":{"client::notification":{"click":{"url":"https://dashboard.example.com/apps/my-app?b=%222%22"}}}})");
}

TEST_CASE("gotify: the priority is the severity's, and an empty message still has a text") {
  Message message;
  CHECK(Formatted(message).body == R"({"priority":4,"message":"Event"})");
  message.severity = Severity::error;
  CHECK(Formatted(message).root["priority"].text() == "8");
}

TEST_CASE("gotify: only http and https become a link") {
  Message message;
  message.set_link("javascript:alert(1)");
  const Formatted gotify(message);
  CHECK_FALSE(gotify.root["extras"].exists());
  REQUIRE(gotify.cut.size() == 1);
  CHECK(gotify.cut[0].part == "link");
}

TEST_CASE("gotify: whatever the message holds, the payload is valid, and no larger than we make it") {
  hostile::Random random(23);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted gotify(message);
    CHECK(gotify.body.size() <= gotify_limits::body);
    CHECK(!gotify.root["message"].string().empty());
    for (const Truncation& cut : gotify.cut) CHECK(cut.kept <= cut.length);
  }
}
