// Webhooks with a body of their own: a template of JSON, filled from the event and from what people are told.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "hostile_text.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

const std::string event =
    R"({"id":"e-1","type":"furnace_hot","app_id":"app-1","app_name":"shop","severity":"error","url":"https://f.example/2",)"
    R"("user":{"username":"ann"},"type_data":{"furnace":"F2","at":1312.50,"zones":["north","roof"],"open":true,)"
    R"("door":{"id":7,"name":"left \"one\""},"none":null,"log":"a\nb","api_key":"SECRET"}})";

NotifierDraft draft_of(const std::string& body, const std::string& name = "n") {
  NotifierDraft draft;
  draft.name = name;
  draft.platform = "webhook";
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":"https://example.com/x")" + (body.empty() ? "" : ",\"body\":" + body) + "}";
  return draft;
}

struct Shop {
  Shop() { REQUIRE(registry.add_app({"app-1", "shop", {}, {}})); }

  /// What is sent of an event to a webhook with this body.
  std::string send(const std::string& body, std::string_view of = event) {
    const auto notifier = validate(draft_of(body), *Vocabulary::standard());
    REQUIRE(notifier);
    Router router(registry);
    const auto delivery = router.preview(*notifier, of);
    REQUIRE(delivery);
    json::Document document;
    CHECK(document.parse(delivery->body, delivery->body.size()));
    return std::string(delivery->body);
  }
  /// Why it is refused: "field code: message".
  std::string fault(const std::string& body) {
    const auto added = registry.plan_add("shop", draft_of(body));
    if (added) return "none";
    const FieldError& first = added.error().fields.at(0);
    CHECK(first.field == "type_data.body");
    return first.code + ": " + first.message;
  }

  Registry registry;
};

}  // namespace

TEST_CASE("a body is any JSON, and a string that is one slot alone becomes the value itself") {
  Shop shop;
  CHECK(
      shop.send(
          R"({"n":"{at}","s":"{furnace}","a":"{zones}","o":"{door}","b":"{open}","p":"{door.id}","x":1e999,"y":[true,null,-0.5]})") ==
      R"({"n":1312.5,"s":"F2","a":["north","roof"],"o":{"id":7,"name":"left \"one\""},"b":true,"p":7,"x":1e999,"y":[true,null,-0.5]})");
  CHECK(shop.send(R"("{at}")") == "1312.5");
  CHECK(shop.send(R"([])") == "[]");
  CHECK(shop.send(R"({})") == "{}");
  CHECK(shop.send(R"({"a":{"b":[{"c":"{at}"},[]]},"a b":"{furnace}","q\"":1})") ==
        R"({"a":{"b":[{"c":1312.5},[]]},"a b":"F2","q\"":1})");
  CHECK(shop.send(R"({"all":"{@event}"})") == "{\"all\":" + event + "}");
  CHECK(shop.send(R"("{@event}")") == event);
  CHECK(shop.send(R"({"type":"{type}","id":"{id}","log":"{log}"})") ==
        R"({"type":"furnace_hot","id":"e-1","log":"a\nb"})");
}

TEST_CASE("other strings with slots are told in the language of wordings") {
  Shop shop;
  CHECK(shop.send(R"({"t":"{furnace} at {at} C[ by {@user}]\n{zones:series}"})") ==
        R"({"t":"F2 at 1312.5 C by ann\nnorth and roof"})");
  CHECK(shop.send(R"({"t":"{open?open/shut}, {zones#one zone/# zones}","z":"{zones*1:<{.}>}"})") ==
        R"({"t":"open, 2 zones","z":"<north> and 1 more"})");
  CHECK(shop.send(R"({"q":"{'door.name}"})") == R"({"q":"\"left \"one\"\""})");
}

TEST_CASE("what people are told may stand in it") {
  Shop shop;
  const std::string body = shop.send(
      R"({"title":"{@title}","text":"*{@title}*[: {@sentence}]","severity":"{@severity}","link":"{@link}","who":"{@user}","app":"{@app}"})");
  CHECK(
      body ==
      R"({"title":"shop: furnace hot","text":"*shop: furnace hot*: The event \"furnace_hot\" happened on shop.","severity":"error","link":"https://f.example/2","who":"ann","app":"shop"})");
}

TEST_CASE("what is not there is null, and what hangs on it") {
  Shop shop;
  CHECK(
      shop.send(
          R"({"a":"{no}","b":"{none}","c":"x {no}","d":"x[ {no}]","e":"{no|furnace}","f":"{door.no}","g":"{@link}x"})") ==
      R"({"a":null,"b":null,"c":null,"d":"x","e":"F2","f":null,"g":"https://f.example/2x"})");
  CHECK(shop.send(R"({"a":"{none|at}","b":"{no|none}"})") == R"({"a":1312.5,"b":null})");
  // Of an event that is next to nothing.
  CHECK(shop.send(R"({"a":"{at}","s":"{@severity}","e":"{@event}"})", R"({"app_id":"app-1"})") ==
        R"({"a":null,"s":"info","e":{"app_id":"app-1"}})");
}

TEST_CASE("a string without a slot stands as it is") {
  Shop shop;
  const std::string body = R"({"a":"[x|y] }","b":"\u0000\n\"","c":"","d":"@event","e":"\u00e9"})";
  CHECK(shop.send(body) ==
        "{\"a\":\"[x|y] }\",\"b\":\"\\u0000\\n\\\"\",\"c\":\"\",\"d\":\"@event\",\"e\":\"\xC3\xA9\"}");
}

TEST_CASE("what is wrong is said with its place, and nothing is stored") {
  Shop shop;
  CHECK(shop.fault(R"({"text":["x",{"a b":"{at:tim}"}]})")
            .rfind("wording: at text[1].a b, character 5: no layout is called 'tim'", 0) == 0);
  CHECK(shop.fault(R"("x {at")") == "wording: at its start, character 3: a slot has no '}'");
  CHECK(shop.fault(R"(["{}"])").substr(0, 29) == "wording: at [0], character 2:");
  CHECK(shop.fault(R"({"a":"{api_key}"})").find("may be a secret") != std::string::npos);
  CHECK(shop.fault(R"({"a":"{door.password}"})").find("may be a secret") != std::string::npos);
  CHECK(shop.fault(R"({"a":"x {@event}"})").find("@event where it is all of a string") != std::string::npos);
  CHECK(shop.fault(R"({"a":"{@nobody}"})").substr(0, 10) == "wording: a");
  CHECK(shop.fault(R"({"a":"x] {at}"})").substr(0, 10) == "wording: a");
  CHECK(shop.fault("\"{at}" + std::string(2048, 'x') + "\"").find("longer than 2048 bytes") != std::string::npos);
  CHECK(shop.fault("\"" + std::string(16383, 'x') + "\"").substr(0, 9) == "too_long:");
  CHECK(shop.fault("\"" + std::string(16000, 'x') + "\"") == "none");
}

TEST_CASE("a vocabulary that lacks what a body names is refused, so that what is kept can be read again") {
  Shop shop;
  const auto read = [](const std::string& rows) {
    auto vocabulary = Vocabulary::read(rows);
    REQUIRE(vocabulary);
    return *vocabulary;
  };
  REQUIRE(shop.registry.put_vocabulary(read(R"({"words":{"doors":{"true":"open"}}})")));
  CHECK(shop.fault(R"({"a":"{open:door}"})").substr(0, 8) == "wording:");
  const auto added = shop.registry.add("shop", draft_of(R"({"a":"{open:doors}"})"));
  REQUIRE(added);
  const auto refused = shop.registry.put_vocabulary(read("{}"));
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().fields.size() == 1);
  CHECK(refused.error().fields[0].code == "in_use");
  CHECK(refused.error().fields[0].message.find("at a, character 7") != std::string::npos);
  CHECK_FALSE(shop.registry.put_vocabulary(read(R"({"words":{"doors":{"true":"open"}},"secret_names":["open"]})")));
  Registry other;
  CHECK(other.load(shop.registry.snapshot()));
  NotifierDraft patch;
  patch.type_data = R"({"body":null})";
  REQUIRE(shop.registry.update("shop", added->id, patch));
  CHECK(shop.registry.put_vocabulary(read("{}")));
}

TEST_CASE("a body is shown, kept, changed and taken away as it came") {
  Shop shop;
  const auto added = shop.registry.add("shop", draft_of(R"({ "t" : "{@title}" , "n" : [ 1 ] })"));
  REQUIRE(added);
  CHECK(added->type_data.text("body") == R"({"t":"{@title}","n":[1]})");
  const std::string snapshot = shop.registry.snapshot();
  CHECK(snapshot.find(R"("body":{"t":"{@title}","n":[1]})") != std::string::npos);
  Registry other;
  REQUIRE(other.load(snapshot));
  CHECK(other.find(added->id)->type_data.text("body") == added->type_data.text("body"));
  CHECK(other.snapshot() == snapshot);

  Router router(shop.registry);
  const auto sent = [&] {
    std::string body;
    REQUIRE(router.route(event, [&](const DeliveryView& delivery) { body = delivery.body; }));
    return body;
  };
  CHECK(sent() == R"({"t":"shop: furnace hot","n":[1]})");
  NotifierDraft patch;
  patch.type_data = R"({"body":{"a":"{at}"}})";
  REQUIRE(shop.registry.update("shop", added->id, patch));
  CHECK(sent() == R"({"a":1312.5})");
  patch.type_data = R"({"method":"PUT"})";
  REQUIRE(shop.registry.update("shop", added->id, patch));
  CHECK(sent() == R"({"a":1312.5})");
  patch.type_data = R"({"body":null})";
  REQUIRE(shop.registry.update("shop", added->id, patch));
  CHECK(sent() == event);
}

TEST_CASE("notifiers with equal bodies share what is sent, and those without are sent the event's own bytes") {
  Shop shop;
  for (const char* const body : {"", R"({"a":"{at}"})", R"({"a": "{at}"})", R"({"b":"{at}"})", ""}) {
    REQUIRE(shop.registry.add("shop", draft_of(body)));
  }
  Router router(shop.registry);
  std::vector<std::uint64_t> rests;
  std::vector<std::string> bodies;
  std::vector<const char*> where;
  REQUIRE(router.route(event, [&](const DeliveryView& delivery) {
    rests.push_back(delivery.rest_id);
    bodies.emplace_back(delivery.body);
    where.push_back(delivery.body.data());
    CHECK(delivery.headers.size() == 3);
    CHECK(delivery.url == "https://example.com/x");
  }));
  REQUIRE(bodies.size() == 5);
  CHECK(bodies == std::vector<std::string>{event, R"({"a":1312.5})", R"({"a":1312.5})", R"({"b":1312.5})", event});
  CHECK(where[0] == where[4]);
  CHECK(where[1] == where[2]);
  CHECK(rests[1] == rests[2]);
  CHECK(rests[0] == rests[4]);
  CHECK(rests[0] != rests[1]);
  CHECK(rests[1] != rests[3]);
  Delivery owned;
  REQUIRE(router.route(event, [&](const DeliveryView& delivery) { owned = Delivery::own(delivery); }));
}

TEST_CASE("whatever an event holds, its body is valid JSON") {
  Shop shop;
  hostile::Random random(3);
  const std::string body =
      R"({"t":"{@title}","l":"{@link}","v":"{v}","w":"<{v}>[ {w:line}]","n":"{'v}","x":"{v*3:{.}, {a}}","y":"{w:time}|{v:series}"})";
  CHECK(shop.fault(body).substr(0, 7) == "wording");  // a '|' outside a clause
  for (int i = 0; i < 300; ++i) {
    Buffer text;
    json::Writer out(text);
    out.object([&] {
      out.member("app_id", "app-1");
      out.member("type", hostile::text(random, 30));
      out.key("type_data");
      out.object([&] {
        out.member("v", hostile::text(random, 300));
        out.member("w", hostile::text(random, 300));
      });
    });
    json::Document document;
    if (!document.parse(text.view(), text.size())) continue;  // not UTF-8
    shop.send(R"({"t":"{@title}","l":"{@link}","v":"{v}","w":"<{v}>[ {w:line}]","n":"{'v}","y":"{w:time} {v:series}"})",
              text.view());
  }
}

TEST_CASE("a body that would be too long has null for what does not fit, and says so") {
  Shop shop;
  std::string big = R"({"app_id":"app-1","type":"x","type_data":{"a":")" + std::string(600'000, 'x') + "\"}}";
  const auto notifier =
      validate(draft_of(R"(["{@event}","{a}","{@event}","{a}","{@event}","{type}"])"), *Vocabulary::standard());
  REQUIRE(notifier);
  Router router(shop.registry);
  const auto delivery = router.preview(*notifier, big);
  REQUIRE(delivery);
  CHECK(delivery->body.size() < (std::size_t{1} << 20) + 2 * big.size() + 100);
  CHECK(delivery->body.substr(delivery->body.size() - 10) == R"(,null,"x"])");
  REQUIRE(delivery->truncations.size() == 1);
  CHECK(delivery->truncations[0].part == "values");
  CHECK(delivery->truncations[0].length == 6);
}

TEST_CASE("the API shows and previews a body, and tells nobody else of it") {
  api_world::World world;
  const std::string data =
      R"("type_data":{"webhook_url":"https://example.com/SECRET","body":{"routing_key":"SECRET2","text":"{@title}"}})";
  const Outcome preview = world.call("POST", "/v1/apps/shop/notifiers/preview",
                                     R"({"notifier":{"platform_id":"5982f145d48c3600273ef08a",)" + data +
                                         R"(},"event":{"type":"test","app_name":"shop"}})");
  REQUIRE(preview.response.status == 200);
  CHECK(api_world::at(preview.response.body, {"preview", "body"}).find("routing_key") != std::string::npos);
  const Outcome added = world.call(
      "POST", "/v1/apps/shop/notifiers",
      R"({"notifier":{"name":"own","platform_id":"5982f145d48c3600273ef08a","send_all_events":true,)" + data + "}}");
  REQUIRE(added.response.status == 201);
  CHECK(api_world::at(added.response.body, {"notifier", "type_data", "body", "text"}) == R"("{@title}")");
  for (const auto& told : added.events) CHECK(told.json.find("SECRET2") == std::string::npos);
  const Outcome refused = world.call(
      "POST", "/v1/apps/shop/notifiers",
      R"({"notifier":{"name":"bad","platform_id":"5982f145d48c3600273ef08a","type_data":{"webhook_url":"https://example.com/","body":"{a"}}})");
  CHECK(refused.response.status == 422);
  CHECK(refused.response.body.find("a slot has no '}'") != std::string::npos);
}
