// A platform of a host's own: a row of a vocabulary that is read at run time.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "notifier/notifier.hpp"
#include "notifier/vocabulary/own_platform_edit.hpp"
#include "own_platform_world.hpp"

using namespace notifier;
using namespace own_platform_world;

TEST_CASE("a notifier of a host's own platform is delivered as the row says") {
  World world(webex);
  const auto added = world.add("webex", R"({"bot_token":"secret-1","room_id":"room-1"})");
  REQUIRE_MESSAGE(added, (added ? std::string() : added.error().message));
  CHECK(to_string(added->platform) == "webex");
  CHECK(is_own(added->platform));
  const auto deliveries = world.route(event);
  REQUIRE(deliveries.size() == 1);
  const Delivery& delivery = deliveries[0];
  CHECK(delivery.platform == added->platform);
  CHECK(delivery.method == "POST");
  CHECK(delivery.url == "https://webexapis.com/v1/messages");
  REQUIRE(delivery.headers.size() == 3);
  CHECK(delivery.headers[0].name == "content-type");
  CHECK(delivery.headers[2].name == "authorization");
  CHECK(delivery.headers[2].value == "Bearer secret-1");
  CHECK(delivery.body.str() ==
        "{\"roomId\":\"room-1\",\"markdown\":\"**shop: It \\\\*is\\\\* "
        "\\\\[hot\\\\]\\\\(http:\xE2\x80\x8D//evil.example\\\\) @\xE2\x80\x8D"
        "all** Look.\"}");
  CHECK(delivery.target != 0);
  CHECK(delivery.limits.concurrency == 1);
  CHECK(delivery.limits.windows[0].count == 5);
}

TEST_CASE("replies are judged as the row says") {
  World world(webex);
  const Platform platform = world.add("webex", R"({"bot_token":"t","room_id":"r"})")->platform;
  CHECK(judge(platform, 200, R"({"id":"m1"})").action == Verdict::Action::delivered);
  CHECK(judge(platform, 200, R"({"id":"m1"})").receipt == "m1");
  CHECK(judge(platform, 202, "{}").action == Verdict::Action::fail);
  CHECK(judge(platform, 401, "{}").action == Verdict::Action::disable);
  CHECK(judge(platform, 401, "{}").reason == "webex: the bot token is not accepted");
  CHECK(judge(platform, 429, "{}").action == Verdict::Action::throttle);
  CHECK(judge(platform, 500, "{}").action == Verdict::Action::retry);
}

TEST_CASE("secret fields are write-only, and what is required is asked for") {
  World world(webex);
  const auto blank = world.add("webex", R"({"room_id":"r"})");
  REQUIRE(!blank);
  CHECK(blank.error().fields[0].field == "type_data.bot_token");
  CHECK(blank.error().fields[0].message == "can't be blank");
  const auto added = world.add("webex", R"({"bot_token":"secret-1","room_id":"r"})");
  Buffer text;
  json::Writer out(text);
  write_json(out, *added);
  CHECK(text.str().find("secret-1") == std::string::npos);
  CHECK(text.str().find(R"("type":"webex")") != std::string::npos);
  CHECK(text.str().find(R"("secrets_set":["bot_token"])") != std::string::npos);
}

TEST_CASE("a fault of a row is named by member and character, and nothing is loaded") {
  CHECK(fault_of(row_with("")) == "none");
  const auto at = [](std::string_view more, std::string_view body = R"({"text":"{@title}"})",
                     std::string_view url = "https://example.com/{@notifier.key}") {
    return fault_of(row_with(more, body, url));
  };
  CHECK(at("", R"({"text":["{created:tim}"]})") ==
        "platforms[0].request.body.text[0]: character 10: no layout is called 'tim'; did you mean time?");
  CHECK(at("", R"({"text":"{@notifier.kee} {a"})") ==
        "platforms[0].request.body.text: character 1: no field is called 'kee'; did you mean key?");
  CHECK(at("", R"({"text":"{@notifier.key} {a"})") ==
        "platforms[0].request.body.text: character 17: a slot has no '}'");
  CHECK(at("", R"({"text":"{api_key}"})") ==
        "platforms[0].request.body.text: character 2: 'api_key' may be a secret; where it is none, name it in "
        "open_names");
  CHECK(at("", R"({"text":"{@notifier.key}","a.b":"{@notifier.key}"})") ==
        "platforms[0].request.body.?: can't hold a secret below a member whose name has a dot or a bracket");
  CHECK(at("", "1", "https://example.com/{title}") ==
        "platforms[0].request.url: character 1: of slots there are {@notifier.KEY} and {@idempotency_key}");
  CHECK(at("", "1", "https://{@notifier.key}.example.com/") ==
        "platforms[0].request.url: character 9: a field stands behind the host, in path or query");
  CHECK(at("", "1", "ftp://example.com/") == "platforms[0].request.url: must be an http or https URL");
  CHECK(at(R"(,"escap":"html")") == "platforms[0].escap: is not known here; did you mean escape?");
  CHECK(at(R"(,"escape":"htm")") == "platforms[0].escape: is none that there is: 'htm'; did you mean html?");
  CHECK(at(R"(,"limits":[{"part":"text","amount":3}])") ==
        "platforms[0].limits[0].amount: must be a whole number from 16 to 1048576");
  CHECK(at(R"(,"success":{"status":[404]})") ==
        "platforms[0].success.status[0]: must be a whole number from 200 to 299");
  CHECK(at(R"(,"success":{"json":{"a":1,"b":2}})").find("platforms[0].success.json: must be an object with one") == 0);
  CHECK(at(R"(,"errors":[{"verdict":"fail"}])") == "platforms[0].errors[0]: must say which replies it is of");
  CHECK(at(R"(,"errors":[{"status":401,"verdict":"disabel"}])") ==
        "platforms[0].errors[0].verdict: is none that there is: 'disabel'; did you mean disable?");
  CHECK(at(R"(,"target":["kye"])") ==
        "platforms[0].target[0]: character 1: no field is called 'kye'; did you mean key?");
  CHECK(at(R"(,"rate":[{"count":0,"per_ms":1}])") ==
        "platforms[0].rate[0].count: must be a whole number from 1 to 100000");
  CHECK(at(R"(,"idempotency":{"in":"path"})") ==
        "platforms[0].idempotency.in: must be path where request.url names {@idempotency_key}, and only there");
  CHECK(fault_of(R"({"name":"slack","request":{"url":"https://example.com/","body":1}})") ==
        "platforms[0].name: is a built-in platform's");
  CHECK(fault_of(R"({"name":"Own","request":{"url":"https://example.com/","body":1}})") ==
        "platforms[0].name: must be a word of lower case letters, digits and underscores, at most 63");
  CHECK(fault_of(R"({"name":"own","request":{"body":1}})") ==
        "platforms[0].request.url: can't be blank, unless the first field is a url that is required");
  CHECK(fault_of(R"({"name":"own","request":{"url":"https://example.com/"}})") ==
        "platforms[0].request.body: can't be blank: it is what is sent");
  CHECK(fault_of(R"({"name":"own","fields":[{"key":"a","secret":true,"default":"x"}],)"
                 R"("request":{"url":"https://example.com/","body":1}})") ==
        "platforms[0].fields[0].default: can't be a secret's");
  CHECK(fault_of(R"({"name":"own","request":{"url":"https://example.com/","body":1,"headers":{"Host":"a"}}})") ==
        "platforms[0].request.headers.'Host': can't be a header of a request's own");
  CHECK(fault_of(row_with("") + "," + row_with("")) == "platforms[1].name: is given twice");
}

TEST_CASE("names and ids of built-in platforms are no host's") {
  for (const PlatformRow& row : builtin_platforms) {
    CAPTURE(row.name);
    CHECK(detail::is_among(row.name, detail::builtin_platform_names));
    CHECK((detail::is_among(row.id, detail::builtin_platform_ids) || row.id.substr(0, 17) == "000000006e6f7469f"));
  }
}

TEST_CASE("texts are cut to the limits of the row, and that is told") {
  World world(row_with(R"(,"escape":"html","limits":[{"part":"texts[]","amount":24,"unit":"bytes"},)"
                       R"({"part":"","amount":120,"unit":"bytes"}])",
                       R"({"texts":["{title}","See {link}","<b>{title}</b>"],"whole":"{message}"})"));
  REQUIRE(world.add("own", R"({"key":"k"})"));
  const std::string text(400, 'x');
  const auto deliveries =
      world.route(R"({"id":"e1","type":"furnace","app_id":"a1","type_data":{"title":"a & b & c & d & e & f","link":)"
                  R"("https://example.com/a/long/way","message":")" +
                  text + R"("}})");
  REQUIRE(deliveries.size() == 1);
  const std::string body = deliveries[0].body.str();
  CAPTURE(body);
  CHECK(body.size() <= 120);
  CHECK(body.find("\xE2\x80\xA6") != std::string::npos);
  CHECK(body.find("https") == std::string::npos);
  CHECK(!deliveries[0].truncations.empty());
  for (std::size_t at = body.find('&'); at != std::string::npos; at = body.find('&', at + 1)) {
    CHECK(body.substr(at, 5) == "&amp;");
  }
}

TEST_CASE("a field may stand anywhere in a body, as text or as a number") {
  World world(
      R"({"name":"own","fields":[{"key":"to","required":true},{"key":"secret_word","kind":"token","secret":true},)"
      R"({"key":"priority","kind":"number","default":"3"},{"key":"mode","kind":"choice","choices":["a","b"],"in":"query"},)"
      R"({"key":"sound","in":"body"}],"request":{"method":"PUT","url":"https://example.com/x?y=1",)"
      R"("body":{"message":{"token":"{@notifier.secret_word}","to":["To {@notifier.to}: {@title}"],)"
      R"("priority":"{@notifier.priority}","n":"{n}","all":"{@event}"}}},"idempotency":{"in":"body","name":"key"}})");
  REQUIRE(world.add("own", R"({"to":"me","secret_word":"hush-hush","mode":"b","sound":"bell"})"));
  const auto deliveries = world.route(R"({"id":"e1","type":"furnace","app_id":"a1","type_data":{"n":[1,2]}})");
  REQUIRE(deliveries.size() == 1);
  const Delivery& delivery = deliveries[0];
  CHECK(delivery.method == "PUT");
  CHECK(delivery.url == "https://example.com/x?y=1&mode=b");
  CHECK(delivery.body.str() ==
        R"({"sound":"bell","key":")" + delivery.idempotency_key +
            R"(","message":{"token":"hush-hush","to":["To me: shop: furnace"],"priority":3,"n":[1,2],"all":)"
            R"({"id":"e1","type":"furnace","app_id":"a1","type_data":{"n":[1,2]}}}})");
}

TEST_CASE("of notifiers that name nothing of their own in it the body is one") {
  World world(row_with(""));
  REQUIRE(world.add("own", R"({"key":"a/b"})"));
  REQUIRE(world.add("own", R"({"key":"c"})"));
  Router router(*world.registry);
  std::vector<std::uint64_t> rests;
  std::vector<std::string> urls;
  REQUIRE(router.route(event, [&](const DeliveryView& view) {
    rests.push_back(view.rest_id);
    urls.emplace_back(view.url);
  }));
  REQUIRE(rests.size() == 2);
  CHECK(rests[0] == rests[1]);
  CHECK(rests[0] != 0);
  CHECK(urls == std::vector<std::string>{"https://example.com/a%2Fb", "https://example.com/c"});
}
