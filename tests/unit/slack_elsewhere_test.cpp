// Slack notifiers whose URL is another server's: what they may say, and what those are sent.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

const std::string at_slack = "https://hooks.slack.com/services/T1/B1/SECRET";
const std::string at_mattermost = "https://chat.example.com/hooks/xw4br7g9rtfqzyq1a2b3c4d5e6";
const std::string at_relay = "https://relay.example.com/to/slack";

const std::string event =
    R"({"id":"e-1","type":"furnace_hot","app_id":"app-1","app_name":"shop","type_data":{"furnace":"@channel *F2*","at":1312}})";

NotifierDraft draft_of(const std::string& platform, const std::string& url, const std::string& more = {}) {
  NotifierDraft draft;
  draft.name = "n";
  draft.platform = platform;
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":")" + url + "\"" + more + "}";
  return draft;
}

struct Sent {
  std::string url;
  std::string body;
};

/// What notifiers are sent of the event, in their order.
std::vector<Sent> send(const std::vector<NotifierDraft>& drafts) {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  for (const NotifierDraft& draft : drafts) REQUIRE(registry.add("shop", draft));
  Router router(registry);
  std::vector<Sent> sent;
  const auto take = [&](const DeliveryView& delivery) {
    sent.push_back({std::string(delivery.url), std::string(delivery.body)});
  };
  REQUIRE(router.route(event, take));
  REQUIRE(sent.size() == drafts.size());
  return sent;
}

/// The warnings of a plan, as "field code", but for those about events.
std::vector<std::string> warnings_of(const NotifierDraft& draft) {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  const auto planned = registry.plan_add("shop", draft);
  REQUIRE(planned);
  std::vector<std::string> warnings;
  for (const FieldError& warning : planned->warnings) warnings.push_back(warning.field + " " + warning.code);
  return warnings;
}

const std::string own = R"(,"channel":"#ops","username":"Furnaces \"two\"")";

}  // namespace

TEST_CASE("slack: channel and username stand before the rest of the body at servers like Slack's") {
  const auto sent = send({draft_of("slack", at_relay), draft_of("slack", at_relay, own),
                          draft_of("slack", at_relay, R"(,"username":"x")"), draft_of("slack", at_relay)});
  const std::string& plain = sent[0].body;
  CHECK(plain.substr(0, 9) == R"({"text":")");
  CHECK(sent[1].body == R"({"channel":"#ops","username":"Furnaces \"two\"",)" + plain.substr(1));
  CHECK(sent[2].body == R"({"username":"x",)" + plain.substr(1));
  CHECK(sent[3].body == plain);
  for (const Sent& each : sent) CHECK(each.url == at_relay);
}

TEST_CASE("slack: Slack itself is sent neither, and its messages stay as they are") {
  for (const std::string& url : {at_slack, std::string("https://HOOKS.slack.com./services/x"),
                                 std::string("https://hooks.slack-gov.com/services/x")}) {
    CAPTURE(url);
    const auto sent = send({draft_of("slack", url), draft_of("slack", url, own), draft_of("slack", at_relay)});
    CHECK(sent[1].body == sent[0].body);
    CHECK(sent[2].body == sent[0].body);
    CHECK(sent[1].url == url);
  }
  const auto alike =
      send({draft_of("slack", at_relay, own), draft_of("slack", "https://hooks.slack.com.evil.example/x", own)});
  CHECK(alike[0].body == alike[1].body);
}

TEST_CASE("slack: what Slack takes no notice of is kept, and remarked on") {
  CHECK(warnings_of(draft_of("slack", at_slack)).empty());
  CHECK(warnings_of(draft_of("slack", at_slack, own)) == std::vector<std::string>{"type_data.channel no_effect"});
  CHECK(warnings_of(draft_of("slack", at_slack, R"(,"username":"x")")) ==
        std::vector<std::string>{"type_data.username no_effect"});
  CHECK(warnings_of(draft_of("slack", at_relay, own)) == std::vector<std::string>{"type_data.webhook_url not_slack"});
  CHECK(warnings_of(draft_of("mattermost", at_mattermost, own)).empty());

  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  const auto added = registry.add("shop", draft_of("slack", at_slack, own));
  REQUIRE(added);
  CHECK(added->type_data.text("channel") == "#ops");
  CHECK(registry.find(added->id)->type_data.text("username") == "Furnaces \"two\"");
  // From now on at another server, which is told.
  NotifierDraft moved;
  moved.type_data = R"({"webhook_url":")" + at_relay + R"(","username":null})";
  REQUIRE(registry.update("shop", added->id, moved));
  Router router(registry);
  std::string body;
  REQUIRE(router.route(event, [&](const DeliveryView& delivery) { body = delivery.body; }));
  CHECK(body.substr(0, 26) == R"({"channel":"#ops","text":")");
}

TEST_CASE("slack: a Mattermost server is sent what it reads, with no mention alive") {
  const auto sent = send({draft_of("slack", at_mattermost), draft_of("mattermost", at_mattermost),
                          draft_of("slack", at_mattermost, R"(,"channel":"town-square")"),
                          draft_of("slack", "https://example.com/chat/hooks/xw4br7g9rtfqzyq1a2b3c4d5e6?x=1")});
  CHECK(sent[0].body == sent[1].body);
  CHECK(sent[2].body == R"({"channel":"town-square",)" + sent[1].body.substr(1));
  CHECK(sent[3].body == sent[1].body);
  // All fields, and none of it alive.
  CHECK(sent[0].body.find(R"("fields":[{"title":)") != std::string::npos);
  CHECK(sent[0].body.find("1312") != std::string::npos);
  CHECK(sent[0].body.find("\"blocks\"") == std::string::npos);
  CHECK(sent[0].body.find("\"@channel") == std::string::npos);
}

TEST_CASE("slack: only the address of a Mattermost webhook is taken for one") {
  const std::string blocks = send({draft_of("slack", at_slack)})[0].body;
  for (const char* const url : {
           "https://chat.example.com/hooks/xw4br7g9rtfqzyq1a2b3c4d5e",                     // 25
           "https://chat.example.com/hooks/xw4br7g9rtfqzyq1a2b3c4d5e67",                   // 27
           "https://chat.example.com/hooks/Xw4br7g9rtfqzyq1a2b3c4d5e6",                    // a capital
           "https://chat.example.com/hooks/xw4br7g9rtfqzyq1a/xw4br7g9rtfqzyq1a2b3c4d5e6",  // Rocket.Chat's has two
                                                                                           // parts
           "https://chat.example.com/hook/xw4br7g9rtfqzyq1a2b3c4d5e6",
           "https://chat.example.com/xhooks?/hooks/xw4br7g9rtfqzyq1a2b3c4d5e6",
           "https://chat.example.com/",
       }) {
    CAPTURE(url);
    CHECK(send({draft_of("slack", url)})[0].body == blocks);
  }
}
