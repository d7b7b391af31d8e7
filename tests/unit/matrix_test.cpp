#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "formatted_payload.hpp"
#include "hostile_text.hpp"
#include "notifier/platform/matrix.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

using Formatted = FormattedPayload<format_matrix>;

}  // namespace

TEST_CASE("matrix: a message is plain text for notifications, and HTML") {
  Message message;
  message.severity = Severity::error;
  message.set_title("my-app: deployment failed");
  message.set_sentence("johndoe deployed <my-app> & \"more\".");
  message.set_actor("johndoe");
  message.set_kind("deployment");
  message.set_link("https://dashboard.example.com/apps/my-app?a=(1)&b=\"2\"");
  message.set_time(Timestamp{1526291202077});
  message.add_field("Stack", "scalingo_22");
  message.add_link("Commit", "https://git.example.com/c?a&b");
  message.add_field("Log", "npm ERR! <code> 1\n  at x", false, true);
  const Formatted matrix(message);
  CHECK(matrix.cut.empty());
  CHECK(matrix.root["msgtype"].string() == "m.notice");
  CHECK(matrix.body.find(R"("m.mentions":{})") != std::string::npos);
  CHECK(matrix.root["body"].string() == "my-app: deployment failed\njohndoe deployed <my-app> & \"more\".");
  CHECK(matrix.root["format"].string() == "org.matrix.custom.html");
  CHECK(matrix.root["formatted_body"].string() ==
        "<p><span data-mx-color=\"#d24b4e\">\xE2\x97\x8F</span> <b>my-app: deployment failed</b><br>"
        "johndoe deployed &lt;my-app&gt; &amp; \"more\".</p>"
        "<ul><li><b>Stack</b>: scalingo_22</li>"
        "<li><b>Commit</b>: <a href=\"https://git.example.com/c?a&amp;b\">View</a></li></ul>"
        "<p><b>Log</b></p><pre><code>npm ERR! &lt;code&gt; 1\n  at x</code></pre>"
        "<p><i>johndoe \xC2\xB7 deployment \xC2\xB7 14 May 2018, 09:46 UTC</i></p>"
        "<p><a href=\"https://dashboard.example.com/apps/my-app?a=(1)&amp;b=%222%22\">View details</a></p>");
}

TEST_CASE("matrix: an empty message still has both") {
  const Formatted matrix((Message()));
  CHECK(matrix.root["body"].string() == "Event");
  CHECK(matrix.root["formatted_body"].string() ==
        "<p><span data-mx-color=\"#1c58d9\">\xE2\x97\x8F</span> <b>Event</b></p>");
}

TEST_CASE("matrix: no HTML of an event is alive, and only http and https become a link") {
  Message message;
  message.set_sentence("<a href=\"http://evil.example\">x</a> &lt; @room");
  message.add_field("A <b>", "<img src=x onerror=alert(1)>");
  message.add_field("Log", "</code></pre><script>", false, true);
  message.set_link("javascript:alert(1)");
  const Formatted matrix(message);
  const std::string_view html = matrix.root["formatted_body"].string();
  CHECK(html.find("&lt;a href=\"http://evil.example\"&gt;x&lt;/a&gt; &amp;lt; @room") != std::string_view::npos);
  CHECK(html.find("<b>A &lt;b&gt;</b>: &lt;img src=x onerror=alert(1)&gt;") != std::string_view::npos);
  CHECK(html.find("<pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;</code></pre>") != std::string_view::npos);
  CHECK(html.find("javascript") == std::string_view::npos);
  REQUIRE(matrix.cut.size() == 1);
  CHECK(matrix.cut[0].part == "link");
}

TEST_CASE("matrix: an event is put under the delivery's key, in the room that is named, whatever is in its name") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop"}]})"));
  Router router(registry);
  Notifier notifier;
  notifier.id = "no-1";
  notifier.name = "x";
  notifier.platform = Platform::matrix;
  notifier.type_data.set_text("homeserver_url", "https://matrix.example.com/");
  notifier.type_data.set_text("room_id", "!a/b?c#d:example.com");
  notifier.type_data.set_text("access_token", "syt_x");
  const auto delivery = router.preview(notifier, R"({"id":"e-1","type":"restart","app_id":"1"})");
  REQUIRE(delivery);
  CHECK(delivery->method == "PUT");
  CHECK(delivery->url ==
        "https://matrix.example.com/_matrix/client/v3/rooms/!a%2Fb%3Fc%23d:example.com/send/m.room.message/" +
            std::string(delivery->idempotency_key));
  CHECK(delivery->headers[delivery->headers.size() - 1].name == "authorization");
  CHECK(delivery->headers[delivery->headers.size() - 1].value == "Bearer syt_x");
}

TEST_CASE("matrix: whatever the message holds, the event is valid and small enough") {
  hostile::Random random(24);
  Message message;
  for (int i = 0; i < 1500; ++i) {
    hostile::fill(random, message);
    const Formatted matrix(message);
    CHECK(matrix.body.size() <= matrix_limits::content);
    CHECK(!matrix.root["body"].string().empty());
    for (const Truncation& cut : matrix.cut) CHECK(cut.kept <= cut.length);
  }
}
