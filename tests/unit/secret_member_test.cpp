// Members of type_data that nobody described and that look like secrets: kept, and not shown.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "api_world.hpp"
#include "notifier/model/secret_member.hpp"

using namespace notifier;

namespace {

bool is_secret(std::string_view json) {
  json::Document document;
  const auto root = document.parse(json);
  REQUIRE(root);
  bool found = false;
  root->for_each_member([&](std::string_view key, json::View value) { found = detail::is_secret(key, value); });
  return found;
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr std::string_view hook = "/v1/apps/shop/notifiers/no-2";

}  // namespace

TEST_CASE("names are secret by whole words, however these are joined") {
  for (const char* name : {"token",         "Token",       "bot_token",     "botToken",
                           "BotToken",      "BOT_TOKEN",   "bot-token",     "bot token",
                           "api_key",       "apiKey",      "APIKey",        "apikey",
                           "X-Api-Key",     "XApiKey",     "Authorization", "proxy-authorization",
                           "client_secret", "password",    "db_password_2", "Cookie",
                           "set-cookie",    "credentials", "private_key",   "auth"}) {
    CHECK_MESSAGE(detail::is_secret_name(name), name);
  }
}

TEST_CASE("parts of words are no secrets") {
  for (const char* name : {"", "_", "keyboard", "key", "key_figure", "tokenizer", "secretary", "passwords_policy_url",
                           "author", "authorized_by", "cookies2go", "channel", "username", "phone_number",
                           "\xc3\xa9token", "value", "session", "code"}) {
    CHECK_MESSAGE(!detail::is_secret_name(name), name);
  }
}

TEST_CASE("a member that holds a secret is one, however deep it lies") {
  CHECK(is_secret(R"({"headers":{"X-Team":"ops","Authorization":"Bearer x"}})"));
  CHECK(is_secret(R"({"headers":[["X-Team","ops"],["authorization","Bearer x"]]})"));
  CHECK(is_secret(R"({"headers":[{"name":"Cookie","value":"x"}]})"));
  CHECK(is_secret(R"({"a":[{"b":{"c":[{"access_token":"x"}]}}]})"));
  CHECK(is_secret(R"({"tokens":["x"]})"));
  CHECK_FALSE(is_secret(R"({"labels":["token","secret"]})"));
  CHECK_FALSE(is_secret(R"({"note":"the password is elsewhere"})"));
}

TEST_CASE("secrets that nobody described, and headers of one's own, are kept, and in no answer of the API") {
  api_world::World world;
  const auto patched =
      world.call("PATCH", hook,
                 R"({"notifier":{"type_data":{"colour":"red","bot_token":"SECRET-1","headers":{"X-Team":"ops",)"
                 R"("Authorization":"SECRET-2"},"n":1e400}}})");
  REQUIRE(patched.changes.size() == 1);
  CHECK(patched.response.status == 200);
  CHECK(holds(patched.response.body, R"("colour":"red","n":1e400)"));
  CHECK_FALSE(holds(patched.response.body, "SECRET-"));
  REQUIRE(world.registry.apply(patched.changes));
  for (const std::string_view target : {std::string_view("/v1/apps/shop/notifiers"), hook}) {
    const auto shown = world.call("GET", target);
    CHECK(holds(shown.response.body, "colour"));
    CHECK_FALSE(holds(shown.response.body, "SECRET-"));
  }
  const auto preview = world.call("POST", std::string(hook) + "/preview", R"({"event":"restart","reveal_url":true})");
  CHECK_FALSE(holds(preview.response.body, "SECRET-"));
  CHECK(holds(preview.response.body, R"("X-Team":"***","Authorization":"***")"));
  for (const RecordedEvent& event : patched.events) CHECK_FALSE(holds(event.json, "SECRET-"));

  // Whole in a snapshot, and still there after what is shown came back.
  CHECK(holds(world.registry.snapshot(), R"("headers":{"X-Team":"ops","Authorization":"SECRET-2"})"));
  CHECK(holds(world.registry.snapshot(), R"("bot_token":"SECRET-1")"));
  const auto shown = world.call("GET", hook);
  const auto again = world.call("PATCH", hook, shown.response.body);
  REQUIRE(again.response.status == 200);
  REQUIRE(world.registry.apply(again.changes));
  CHECK(holds(world.registry.snapshot(), "SECRET-1"));
  CHECK(holds(world.registry.snapshot(), "SECRET-2"));
}

TEST_CASE("what holds no secret is shown as it is kept") {
  api_world::World world;
  const std::string data = R"("phone_number":"1","deep":{"list":[1,2.5,1e400,"\\ud800"],"empty":{}})";
  const auto patched = world.call("PATCH", hook, R"({"notifier":{"type_data":{)" + data + "}}}");
  REQUIRE(world.registry.apply(patched.changes));
  const std::string kept = world.registry.find("no-2")->type_data.other;
  CHECK(kept.size() > 60);
  CHECK(holds(patched.response.body, "," + kept + "}"));
}
