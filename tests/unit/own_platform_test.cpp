// A platform of a host's own: a row of a vocabulary that is read at run time.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event_corpus.hpp"
#include "notifier/adapters/reply_excerpt.hpp"
#include "notifier/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/vocabulary/own_platform_edit.hpp"

namespace {

using namespace notifier;

/// Webex, as its API reference has it.
constexpr std::string_view webex = R"({"name":"webex","display_name":"Webex","description":"Posts to a space of Webex.",
  "fields":[{"key":"bot_token","label":"Bot token","kind":"token","required":true,"secret":true},
            {"key":"room_id","label":"Space","kind":"token","required":true,"help":"Its id."}],
  "request":{"url":"https://webexapis.com/v1/messages","headers":{"Authorization":"Bearer {@notifier.bot_token}"},
             "body":{"roomId":"{@notifier.room_id}","markdown":"**{@title}** {@sentence}"}},
  "escape":"markdown","limits":[{"part":"markdown","amount":7439,"unit":"bytes"}],
  "success":{"status":[200]},
  "errors":[{"status":401,"verdict":"disable","reason":"the bot token is not accepted"},
            {"status":404,"verdict":"disable","reason":"there is no such space"}],
  "receipt":"id","target":["bot_token","room_id"],"rate":[{"count":5,"per_ms":1000}],"concurrency":1})";

std::string vocabulary_of(std::string_view rows) { return R"({"platforms":[)" + std::string(rows) + "]}"; }

/// The first fault of a row.
std::string fault_of(std::string row) {
  const auto read = Vocabulary::read(vocabulary_of(row));
  if (read) return "none";
  return read.error().fields[0].field + ": " + read.error().fields[0].message;
}

/// A row with nothing but what must be there.
std::string row_with(std::string_view more, std::string_view body = R"({"text":"{@title}"})",
                     std::string_view url = "https://example.com/{@notifier.key}") {
  return R"({"name":"own","fields":[{"key":"key","kind":"token","secret":true}],"request":{"url":")" +
         std::string(url) + R"(","body":)" + std::string(body) + "}" + std::string(more) + "}";
}

struct World {
  explicit World(std::string_view rows) {
    auto read = Vocabulary::read(vocabulary_of(rows));
    REQUIRE_MESSAGE(read, (read ? std::string() : read.error().message));
    RegistryOptions options;
    options.vocabulary = std::make_shared<const Vocabulary>(*std::move(read));
    registry = std::make_unique<Registry>(std::move(options));
    REQUIRE(registry->add_app({"a1", "shop", {}, {}}, false));
  }

  Result<Notifier> add(std::string_view platform, std::string_view type_data) {
    NotifierDraft draft;
    draft.platform = platform;
    draft.name = "mine";
    draft.send_all_events = true;
    draft.type_data = type_data;
    return registry->add("a1", draft);
  }

  std::vector<Delivery> route(std::string_view event) {
    Router router(*registry);
    std::vector<Delivery> out;
    REQUIRE(router.route(event, [&](const DeliveryView& view) { out.push_back(Delivery::own(view)); }));
    return out;
  }

  std::unique_ptr<Registry> registry;
};

constexpr std::string_view event =
    R"({"id":"e1","type":"furnace","app_id":"a1","app_name":"shop","created_at":"2018-05-14T09:46:42Z",)"
    R"("type_data":{"title":"It *is* [hot](http://evil.example) @all","message":"Look"}})";

Verdict judge(Platform platform, int status, std::string_view body) {
  HttpReply reply;
  reply.status = status;
  reply.body = body;
  return classify(platform, reply, {});
}

}  // namespace

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
