// What somebody is told who makes a mistake: what was given, what there is, and no secret.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/registry/registry.hpp"

using namespace notifier;

namespace {

std::string message_of(const NotifierDraft& draft, std::string_view app = "shop") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  const auto added = registry.add(app, draft);
  REQUIRE_FALSE(added);
  CHECK(added.error().code == errc::not_found);
  return added.error().message;
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr std::string_view all_platforms =
    "there are rocket_chat (5982f145d48c3600273ef08b), webhook (5982f145d48c3600273ef08a), "
    "slack (5982f145d48c3600273ef089), email (59c52ac27651ce002c1d4620), "
    "mattermost (000000006e6f7469f0000005), discord (000000006e6f7469f0000006), "
    "microsoft_teams (000000006e6f7469f0000007), google_chat (000000006e6f7469f0000009), "
    "telegram (000000006e6f7469f0000008), "
    "ntfy (000000006e6f7469f000000b), "
    "gotify (000000006e6f7469f000000d), "
    "matrix (000000006e6f7469f000000e), "
    "pushover (000000006e6f7469f000000c), pagerduty (000000006e6f7469f000000a)";

}  // namespace

TEST_CASE("a platform that is not there is named, and so are those that are") {
  NotifierDraft draft;
  draft.name = "n";
  draft.platform = "pigeon";
  CHECK(message_of(draft) == "there is no platform 'pigeon'; " + std::string(all_platforms));
  draft.platform_id = "slack";
  CHECK(message_of(draft) == "there is no platform 'slack'; " + std::string(all_platforms));
}

TEST_CASE("a platform that nobody names is missing") {
  NotifierDraft draft;
  draft.name = "n";
  CHECK(message_of(draft) == "platform_id is missing; " + std::string(all_platforms));
  draft.platform_id = " ";
  CHECK(message_of(draft) == "platform_id is missing; " + std::string(all_platforms));
}

TEST_CASE("an app, a notifier and a person that are not there are named") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  NotifierDraft draft;
  draft.platform = "slack";
  CHECK(message_of(draft, "shpo") == "there is no app with the id or name 'shpo'");
  CHECK(registry.rename_app("shpo", "x").error().message == "there is no app with the id or name 'shpo'");
  CHECK(registry.update("shop", "no-7", {}).error().message == "there is no notifier with the id 'no-7'");
  CHECK(registry.remove("shop", "no-7").error().message == "there is no notifier with the id 'no-7'");
  CHECK(registry.remove_user("us-7").error().message == "there is no person with the id 'us-7'");
}

TEST_CASE("what was given is shown short, in printable characters, and not where it may be a secret") {
  NotifierDraft draft;
  draft.name = "n";
  draft.platform = "sl\x1b[31m\nack\x7f";
  CHECK(holds(message_of(draft), "no platform 'sl\\x1b[31m\\x0aack\\x7f';"));
  draft.platform = std::string(1000, 'a');
  CHECK(holds(message_of(draft), "no platform '" + std::string(64, 'a') + "...';"));
  draft.platform = "https://hooks.slack.com/services/T/B/SECRET";
  CHECK(holds(message_of(draft), "no platform '...';"));
  draft.platform = "\xff\xfe";
  CHECK(holds(message_of(draft), "no platform '...';"));
}

TEST_CASE("a document's notifier without a platform that is known is told the platforms there are") {
  Registry registry;
  const auto loaded = registry.load(
      R"({"apps":[{"name":"a","notifiers":[{"name":"n","platform":"pigeon"},{"name":"n"},{"name":"n","platform_id":"slack"}]}]})");
  REQUIRE_FALSE(loaded);
  const auto& fields = loaded.error().fields;
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].message ==
        "is no platform: 'pigeon'; there are rocket_chat, webhook, slack, email, mattermost, discord, microsoft_teams, "
        "google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty");
  CHECK(fields[1].message ==
        "can't be blank; there are rocket_chat, webhook, slack, email, mattermost, discord, microsoft_teams, "
        "google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty");
  CHECK(
      fields[2].message ==
      "is no platform that is known here: 'slack'; name it in platform: there are rocket_chat, webhook, slack, "
      "email, mattermost, discord, microsoft_teams, google_chat, telegram, ntfy, gotify, matrix, pushover, pagerduty");
}

TEST_CASE("a draft keeps which of its keys no notifier has") {
  json::Document document;
  const auto root = document.parse(R"({"name":"n","send_all_event":true,"app":"shop","id":"1","chanel":"#ops"})");
  REQUIRE(root);
  CHECK(NotifierDraft::read(*root).unknown == std::vector<std::string>{"send_all_event", "chanel"});
}

TEST_CASE("the API's 404 for a platform keeps its shape, and says which there are") {
  api_world::World world;
  const Outcome outcome =
      world.call("POST", "/v1/apps/shop/notifiers", R"({"notifier":{"name":"n","platform":"slack"}})");
  CHECK(outcome.response.status == 404);
  CHECK(outcome.response.body ==
        R"({"resource":"notification_platform","error":"not found","message":"platform_id is missing; )" +
            std::string(all_platforms) + "\"}");
}

TEST_CASE("the server that a platform's URL is made of is judged where one is named, and else needs no judge") {
  const AddressGuard guard;
  RegistryOptions options;
  options.refuse_url = [&guard](std::string_view url) {
    const GuardReason reason = guard.judge_url(url);
    return reason == GuardReason::none ? std::string_view() : describe(reason);
  };
  Registry registry(options);
  REQUIRE(registry.load(R"({"apps":[{"name":"shop"}]})"));
  NotifierDraft draft;
  draft.name = "m";
  draft.platform = "ntfy";
  draft.type_data = R"({"topic":"t"})";
  CHECK(registry.add("shop", draft));
  draft.type_data = R"({"topic":"t","server_url":"http://127.0.0.1/"})";
  const auto refused = registry.add("shop", draft);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().fields.size() == 1);
  CHECK(refused.error().fields[0].field == "type_data.server_url");
  CHECK(refused.error().fields[0].code == "unreachable_url");
}

TEST_CASE("a URL that deliveries may never go to is refused when a draft brings it, and not when it is kept already") {
  const AddressGuard guard;
  RegistryOptions options;
  options.refuse_url = [&guard](std::string_view url) {
    const GuardReason reason = guard.judge_url(url);
    return reason == GuardReason::none ? std::string_view() : describe(reason);
  };
  Registry registry(options);
  REQUIRE(registry.load(R"({"apps":[{"name":"shop","notifiers":[
    {"id":"no-1","name":"n","platform":"webhook","type_data":{"webhook_url":"http://10.0.0.1/SECRET"}}]}]})"));
  NotifierDraft draft;
  draft.name = "m";
  draft.platform = "webhook";
  draft.type_data = R"({"webhook_url":"http://10.0.0.1/SECRET"})";
  const auto refused = registry.add("shop", draft);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().fields.size() == 1);
  CHECK(refused.error().fields[0].field == "type_data.webhook_url");
  CHECK(refused.error().fields[0].code == "unreachable_url");
  CHECK(refused.error().fields[0].message ==
        "can't be delivered to: " + std::string(describe(guard.judge_url("http://10.0.0.1/"))));
  CHECK_FALSE(holds(refused.error().message, "SECRET"));

  NotifierDraft patch;
  patch.active = false;
  CHECK(registry.update("shop", "no-1", patch));
  patch.type_data = R"({"webhook_url":"http://127.0.0.1/"})";
  CHECK_FALSE(registry.update("shop", "no-1", patch));
  draft.type_data = R"({"webhook_url":"https://example.com/x"})";
  CHECK(registry.add("shop", draft));
  draft.platform = "email";
  draft.type_data.reset();
  CHECK(registry.add("shop", draft));
}

TEST_CASE("a plan says what is legal and of no use; it is neither stored nor compared") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {}, {}}));
  NotifierDraft draft;
  draft.name = "n";
  draft.platform = "slack";
  draft.type_data = R"({"webhook_url":"https://example.com/SECRET"})";
  const auto planned = registry.plan_add("shop", draft);
  REQUIRE(planned);
  REQUIRE(planned->warnings.size() == 2);
  CHECK(planned->warnings[0].code == "selects_nothing");
  CHECK(planned->warnings[1].code == "not_slack");
  Buffer text;
  json::Writer out(text);
  write_json(out, *planned);
  CHECK_FALSE(holds(text.view(), "warnings"));
  CHECK(registry.apply({*planned}));
}

TEST_CASE("an answer makes at most twenty remarks") {
  api_world::World world;
  std::string lines;
  for (int i = 0; i < 50; ++i) lines += "{\"x\":1}\n";
  const Outcome outcome = api_world::post_events(world, lines);
  CHECK(outcome.response.status == 202);
  json::Document document;
  const auto root = document.parse(outcome.response.body);
  REQUIRE(root);
  CHECK((*root)["events"].size() == 50);
  CHECK((*root)["warnings"].size() == 20);
}

TEST_CASE(
    "the key that was meant is found though a letter is missing, too many, wrong, or changed with its neighbour") {
  const auto nearest = [](std::string_view key) {
    return notifier::detail::nearest_key(key, notifier::detail::app_keys);
  };
  CHECK(nearest("nam") == "name");
  CHECK(nearest("namee") == "name");
  CHECK(nearest("nane") == "name");
  CHECK(nearest("nmae") == "name");
  CHECK(nearest("notifeirs") == "notifiers");
  CHECK(nearest("di") == "id");
  CHECK(nearest("eman").empty());
  CHECK(nearest(std::string(1000, 'n')).empty());
}
