// Hosts' own platforms in what is kept of them, in the API, and in what people see.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "event_corpus.hpp"
#include "notifier/adapters/reply_excerpt.hpp"
#include "notifier/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "own_platform_world.hpp"

using namespace notifier;
using namespace own_platform_world;

TEST_CASE("a snapshot holds platforms and their notifiers") {
  World world(webex);
  REQUIRE(world.add("webex", R"({"bot_token":"secret-1","room_id":"r"})"));
  Registry again;
  REQUIRE(again.load(world.registry->snapshot()));
  CHECK(again.snapshot() == world.registry->snapshot());
  CHECK(to_string(again.list("a1")[0].platform) == "webex");
  CHECK(again.list("a1")[0].type_data.text("bot_token") == "secret-1");
}

TEST_CASE("a vocabulary with another row takes the notifiers along, or is refused") {
  World world(webex);
  REQUIRE(world.add("webex", R"({"bot_token":"secret-1","room_id":"r"})"));
  const auto put = [&](std::string_view rows) -> std::string {
    auto read = Vocabulary::read(vocabulary_of(rows));
    REQUIRE(read);
    const auto done = world.registry->put_vocabulary(*std::move(read));
    return done ? "done" : done.error().fields[0].message;
  };
  CHECK(put("") == "have another row of 'webex', which the notifier 'mine' of 'shop' is of: they lack it");
  const auto replaced = [&](std::string_view what, std::string_view by) {
    std::string text(webex);
    text.replace(text.find(what), what.size(), by);
    return text;
  };
  std::string other = replaced(R"("key":"room_id")", R"("key":"space")");
  other.replace(other.find("@notifier.room_id"), 17, "@notifier.space");
  other.replace(other.find(R"("bot_token","room_id"])"), 22, R"("bot_token"])");
  CHECK(put(other) ==
        "have another row of 'webex', which the notifier 'mine' of 'shop' is of: they lack its field "
        "'room_id', for which it has a value");
  CHECK(world.route(event)[0].url == "https://webexapis.com/v1/messages");
  CHECK(put(replaced("v1/messages", "v2/messages")) == "done");
  CHECK(world.route(event)[0].url == "https://webexapis.com/v2/messages");
  CHECK(world.registry->list("a1")[0].type_data.text("bot_token") == "secret-1");
  REQUIRE(world.registry->remove("a1", world.registry->list("a1")[0].id));
  CHECK(put("") == "done");
  CHECK(!world.add("webex", R"({"bot_token":"t","room_id":"r"})"));
}

TEST_CASE("row by row in C++") {
  Vocabulary vocabulary;
  REQUIRE(vocabulary.add_platform(webex));
  CHECK(vocabulary.platforms().size() == 1);
  CHECK(vocabulary.add_platform(webex).error().fields[0].message == "is already taken");
  REQUIRE(vocabulary.replace_platform(webex));
  CHECK(!vocabulary.replace_platform(row_with("")));
  CHECK(vocabulary.remove_platform("none").error().code == errc::not_found);
  REQUIRE(vocabulary.remove_platform("webex"));
  CHECK(vocabulary.platforms().empty());
}

TEST_CASE("a delivery is stored by the platform's name, and read as of the row that has it") {
  World world(webex);
  REQUIRE(world.add("webex", R"({"bot_token":"t","room_id":"r"})"));
  const Delivery delivery = world.route(event)[0];
  Buffer text;
  json::Writer out(text);
  to_json(out, delivery);
  json::Document document;
  const auto again = delivery_from_json(*document.parse(text.view(), text.size()));
  REQUIRE(again);
  CHECK(again->platform == delivery.platform);
  CHECK(again->limits.windows[0].count == 5);
}

TEST_CASE("a stored delivery of a platform that is gone is judged as a webhook's") {
  json::Document document;
  const std::string_view text = R"({"platform":"gone","key":"k","url":"https://example.com/"})";
  const auto delivery = delivery_from_json(*document.parse(text, text.size()));
  REQUIRE(delivery);
  CHECK(delivery->platform == Platform::webhook);
}

TEST_CASE("what a platform answers shows no secret, wherever in the body it stood") {
  World world(row_with("", R"({"to":[1,{"word":"{@notifier.key}"}],"text":"{@title}"})", "https://example.com/"));
  REQUIRE(world.add("own", R"({"key":"hush-hush"})"));
  const Delivery delivery = world.route(event)[0];
  CHECK(reply_excerpt("no such word: hush-hush", delivery, {}) == "no such word: ***");
}

TEST_CASE("a preview masks secrets in URL, headers and body") {
  World world(R"({"name":"own","fields":[{"key":"site","kind":"url","required":true},)"
              R"({"key":"key","kind":"token","secret":true}],"request":{"url":"{@notifier.site}/x/{@notifier.key}",)"
              R"("headers":{"X-Key":"k={@notifier.key}"},"body":{"a":["{@notifier.key}","{@title}"]}}})");
  REQUIRE(world.add("own", R"({"site":"https://example.com/base/","key":"hush-hush"})"));
  CHECK(world.route(event)[0].url == "https://example.com/base/x/hush-hush");
  Api api(*world.registry);
  const std::string id = world.registry->list("a1")[0].id;
  const std::string target = "/v1/apps/a1/notifiers/" + id + "/preview";
  Request request;
  request.method = "POST";
  request.target = target;
  request.body = "{}";
  const auto outcome = api.handle(request);
  CAPTURE(outcome.response.body);
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.body.find("hush") == std::string::npos);
  CHECK(outcome.response.body.find(R"("url":"https://example.com/base/x/***")") != std::string::npos);
  CHECK(outcome.response.body.find("k=***") != std::string::npos);
}

TEST_CASE("the API lists a host's platforms behind the built-in ones, with their fields") {
  World world(webex);
  Api api(*world.registry);
  const auto get = [&](std::string_view target) {
    Request request;
    request.method = "GET";
    request.target = target;
    return api.handle(request).response;
  };
  const std::string all = get("/v1/notification_platforms").body;
  const std::size_t at = all.find(R"("name":"webex","display_name":"Webex")");
  REQUIRE(at != std::string::npos);
  CHECK(all.find(R"("name":"pushover")") < at);
  CHECK(all.find(R"("fields":[{"key":"bot_token","label":"Bot token","kind":"token","required":true,"secret":true})",
                 at) != std::string::npos);
  const std::string id = std::string(world.add("webex", R"({"bot_token":"t","room_id":"r"})")
                                         ? platform_info(world.registry->list("a1")[0].platform).id
                                         : "");
  CHECK(id.size() == 24);
  CHECK(get("/v1/notification_platforms/" + id).status == 200);
  CHECK(get("/v1/notification_platforms/search?name=webex").body.find(id) != std::string::npos);
}

TEST_CASE("the platforms of PLATFORMS.md make the requests that it shows") {
  const std::string page = read_test_data("../../include/PLATFORMS.md");
  std::size_t pages = 0;
  for (std::size_t at = page.find("```json\n{\"vocabulary\""); at != std::string::npos;
       at = page.find("```json\n{\"vocabulary\"", at + 1), ++pages) {
    const std::string configuration = page.substr(at + 8, page.find("```", at + 8) - at - 8);
    const std::size_t shown = page.find("```text\n", at) + 8;
    const std::string request = page.substr(shown, page.find("\n```", shown) - shown);
    CAPTURE(configuration);
    Registry registry;
    const auto loaded = registry.load(configuration);
    REQUIRE_MESSAGE(loaded, (loaded ? std::string() : loaded.error().message));
    Router router(registry);
    std::string made;
    REQUIRE(router.route(
        R"x({"id":"e","type":"furnace","app_name":"works","app_id":"a","type_data":{"title":"F2 is *too* hot",)x"
        R"x("message":"It is at 1312 C","link":"https://panel.example/f(2)"}})x",
        [&](const DeliveryView& view) {
          made.append(view.method).append(" ").append(view.url).append("\n");
          for (const HeaderView& header : view.headers) {
            made.append(header.name).append(": ").append(header.value).append("\n");
          }
          made.append("\n").append(view.body);
        }));
    CHECK(made == request);
  }
  CHECK(pages == 2);
}
