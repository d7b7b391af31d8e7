// Routing: which notifiers an event goes to, and what each of them is handed.

#include "notifier/routing/router.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace notifier;

namespace {

using Texts = std::vector<std::string>;

/// Apps "a" (id 1) and "b" (id 2) of project "pr", and "c" (id 3) of none.
const char* const config = R"({"apps":[
  {"id":"1","name":"a","project_id":"pr","owner":{"id":"us-1","username":"anna","email":"anna@example.org"},"notifiers":[
    {"id":"all","name":"All","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://s.example/all"}},
    {"id":"alerts","name":"Alerts","platform":"webhook","send_all_alerts":true,"type_data":{"webhook_url":"https://h.example/alerts"}},
    {"id":"picky","name":"Picky","platform":"webhook","selected_events":["restart","app_alert_triggered"],"type_data":{"webhook_url":"https://h.example/picky?x=1"}},
    {"id":"off","name":"Off","platform":"webhook","active":false,"send_all_events":true,"send_all_alerts":true,"selected_events":["restart"],"type_data":{"webhook_url":"https://h.example/off"}},
    {"id":"both","name":"Both","platform":"rocket_chat","send_all_events":true,"selected_events":["app_deployed"],"type_data":{"webhook_url":"https://r.example/both"}},
    {"id":"mail","name":"Mail","platform":"email","selected_events":["restart"],"type_data":{"user_ids":["us-1","us-2","us-9"],"emails":["list@example.org","ben@EXAMPLE.org"]}}]},
  {"id":"2","name":"b","project_id":"pr","notifiers":[
    {"id":"b-all","name":"All of b","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/b"}}]},
  {"id":"3","name":"c","notifiers":[
    {"id":"c-all","name":"All of c","platform":"webhook","send_all_events":true,"type_data":{"webhook_url":"https://h.example/c"}}]}],
  "users":[{"id":"us-2","username":"ben","email":"ben@example.org"}],
  "email_from":"Ops <ops@notify.example>"})";

struct Routed {
  Routed() : router(registry) { REQUIRE(registry.load(config)); }

  Texts match(std::string_view event, const Audience& audience = {}) {
    Texts ids;
    const auto matched = router.match(
        event, [&](std::string_view id) { ids.emplace_back(id); }, audience);
    REQUIRE(matched);
    CHECK(*matched == ids.size());
    // route() tells the same, and so does explain().
    Texts routed_ids;
    const auto routed = router.route(
        event, [&](const DeliveryView& delivery) { routed_ids.emplace_back(delivery.notifier_id); }, audience);
    REQUIRE(routed);
    CHECK(*routed == routed_ids.size());
    CHECK(routed_ids == ids);
    Texts explained_ids;
    const auto explained = router.explain(event, audience);
    REQUIRE(explained);
    for (const Explanation& explanation : explained->notifiers) {
      if (explanation.receives) explained_ids.push_back(explanation.notifier_id);
    }
    CHECK(explained_ids == ids);
    return ids;
  }

  std::vector<Delivery> route(std::string_view event, const Audience& audience = {}) {
    std::vector<Delivery> deliveries;
    REQUIRE(router.route(
        event, [&](const DeliveryView& view) { deliveries.push_back(Delivery::own(view)); }, audience));
    return deliveries;
  }

  Registry registry;
  Router router;
};

}  // namespace

TEST_CASE_FIXTURE(Routed,
                  "an event goes to those that take all events and those that selected its type, in their order") {
  CHECK(match(R"({"type":"restart","app_id":"1"})") == Texts{"all", "picky", "both", "mail"});
  CHECK(match(R"({"type":"deployment","app_id":"1"})") == Texts{"all", "both"});
}

TEST_CASE_FIXTURE(Routed, "send_all_events covers kinds that nobody can select, and such as nobody knows") {
  CHECK(match(R"({"type":"new_user","app_id":"1"})") == Texts{"all", "both"});
  CHECK(match(R"({"type":"order/placed","app_id":"1"})") == Texts{"all", "both"});
  CHECK(match(R"({"app_id":"1"})") == Texts{"all", "both"});
  CHECK(match(R"({"type":7,"app_id":"1"})") == Texts{"all", "both"});
}

TEST_CASE_FIXTURE(Routed, "an alert goes to those that take alerts, and not to those that take all events") {
  CHECK(match(R"({"type":"alert","app_id":"1"})") == Texts{"alerts", "picky"});
}

TEST_CASE_FIXTURE(Routed, "the host names recipients: the active ones of the event's app") {
  CHECK(match(R"({"type":"alert","app_id":"1"})", {{"all", "picky", "off", "b-all", "none"}, {}}) ==
        Texts{"all", "alerts", "picky"});
}

TEST_CASE_FIXTURE(Routed, "without an app id the app's name finds it; with one, the name is not looked at") {
  CHECK(match(R"({"type":"new_user","app_name":"b"})") == Texts{"b-all"});
  CHECK(match(R"({"type":"new_user","app_id":"","app_name":"b"})") == Texts{"b-all"});
  CHECK(match(R"({"type":"new_user","app_id":"9","app_name":"b"})").empty());
  CHECK(match(R"({"type":"new_user","app_id":"b"})").empty());
  CHECK(match(R"({"type":"new_user","app_name":"2"})").empty());
}

TEST_CASE_FIXTURE(Routed, "a project's event goes to the apps of the project, oldest first") {
  CHECK(match(R"({"type":"new_project","project_id":"pr"})") == Texts{"all", "both", "b-all"});
  CHECK(match(R"({"type":"new_project","project_id":"none"})").empty());
  CHECK(match(R"({"type":"x","project_id":"pr","app_id":"3"})") == Texts{"c-all"});
}

TEST_CASE_FIXTURE(Routed, "an account's event goes to the apps that the host names, otherwise to nobody") {
  const char* event = R"({"type":"new_key"})";
  CHECK(match(event).empty());
  CHECK(match(event, {{}, {"3", "1", "3", "none"}}) == Texts{"c-all", "all", "both"});
  CHECK(match(event, {{}, {"none"}}).empty());
  CHECK(match(R"({"type":"x","app_id":"3"})", {{}, {"1"}}) == Texts{"c-all"});
}

TEST_CASE_FIXTURE(Routed, "a message names the app, also where the event has its id alone or leaves it to the host") {
  const auto names_app = [&](std::string_view event, const Audience& audience = {}) {
    for (const Delivery& delivery : route(event, audience)) {
      if (delivery.platform == Platform::slack) return delivery.body.str().find("\"a: ") != std::string::npos;
    }
    FAIL("nothing was routed to Slack");
    return false;
  };
  CHECK(names_app(R"({"type":"restart","app_id":"1","app_name":"a"})"));
  CHECK(names_app(R"({"type":"restart","app_id":"1"})"));
  CHECK(names_app(R"({"type":"order/placed"})", {{}, {"1"}}));
  // An account's or a project's event is not about the app that is told of it, nor is one that goes to several.
  CHECK_FALSE(names_app(R"({"type":"new_key"})", {{}, {"1"}}));
  CHECK_FALSE(names_app(R"({"type":"order/placed"})", {{}, {"1", "3"}}));
  CHECK_FALSE(names_app(R"({"type":"order/placed","project_id":"pr"})"));
  // The name that the event gives counts, and a webhook's body is what came in.
  CHECK_FALSE(names_app(R"({"type":"restart","app_id":"1","app_name":"old"})"));
  CHECK(route(R"({"type":"restart","app_id":"1"})")[1].body == R"({"type":"restart","app_id":"1"})");
}

TEST_CASE_FIXTURE(Routed, "what is no event is told with its place, and nothing is handed out") {
  bool called = false;
  const auto sink = [&](const DeliveryView&) { called = true; };
  CHECK(router.route(R"({"type":"restart","app_id":"1"} x)", sink).error().code == errc::invalid_json);
  CHECK(router.route(R"({"type":"restart","app_id":"1"} x)", sink).error().offset == 32);
  CHECK(router.route("", sink).error().code == errc::invalid_json);
  CHECK(router.route("[]", sink).error().code == errc::not_an_object);
  CHECK(router.route("  7", sink).error().offset == 2);
  std::string deep = R"({"app_id":"1","x":)";
  for (unsigned i = 0; i < NOTIFIER_MAX_DEPTH; ++i) deep += "[";
  CHECK(router.route(deep, sink).error().code == errc::too_deep);
  CHECK(router.route(std::string(NOTIFIER_MAX_EVENT_BYTES + 1, ' '), sink).error().code == errc::too_large);
  CHECK_FALSE(called);
  CHECK_FALSE(router.explain("{"));
  CHECK_FALSE(router.match("{", [](std::string_view) {}));
  CHECK_FALSE(router.preview(Notifier(), "{"));
}

TEST_CASE_FIXTURE(Routed, "changes of the registry are seen from the next call on") {
  const char* event = R"({"type":"restart","app_id":"3"})";
  CHECK(match(event) == Texts{"c-all"});
  NotifierDraft patch;
  patch.active = false;
  REQUIRE(registry.update("3", "c-all", patch));
  CHECK(match(event).empty());
  REQUIRE(registry.remove("3", "c-all"));
  CHECK(match(event).empty());
  REQUIRE(registry.load(config));
  CHECK(match(event) == Texts{"c-all"});
}

TEST_CASE_FIXTURE(Routed, "a sink may change the registry while it is being called") {
  Texts ids;
  REQUIRE(router.route(R"({"type":"restart","app_id":"1"})", [&](const DeliveryView& delivery) {
    ids.emplace_back(delivery.notifier_id);
    static_cast<void>(registry.remove("1", delivery.notifier_id));
  }));
  CHECK(ids == Texts{"all", "picky", "both", "mail"});
  CHECK(match(R"({"type":"restart","app_id":"1"})").empty());
}

// ---- deliveries -----------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Routed, "a webhook gets the caller's bytes, untouched and not copied") {
  const std::string event =
      "{ \"type\" : \"restart\",\t\"app_id\":\"1\", \"n\":1e999,\"n\":\"\\ud800\",\"id\":\"ev-1\"}";
  std::size_t seen = 0;
  REQUIRE(router.route(event, [&](const DeliveryView& delivery) {
    if (delivery.platform != Platform::webhook) return;
    ++seen;
    CHECK(delivery.body.data() == event.data());
    CHECK(delivery.body.size() == event.size());
    CHECK(delivery.url == "https://h.example/picky?x=1");
    CHECK(delivery.method == "POST");
    CHECK(delivery.notifier_name == "Picky");
    CHECK(delivery.app_id == "1");
    CHECK(delivery.event_id == "ev-1");
    CHECK(delivery.event_type == "restart");
    REQUIRE(delivery.headers.size() == 3);
    CHECK(delivery.headers[0].name == "content-type");
    CHECK(delivery.headers[0].value == "application/json");
    CHECK(delivery.headers[1].name == "user-agent");
    CHECK(delivery.headers[1].value == "notifier/2.0");
    CHECK(delivery.headers[2].name == "webhook-id");
    CHECK(delivery.headers[2].value == delivery.idempotency_key);
    CHECK(delivery.to.size() == 0);
    CHECK(delivery.truncations.size() == 0);
  }));
  CHECK(seen == 1);
}

TEST_CASE_FIXTURE(Routed, "chats get a body of their own, and no webhook-id") {
  const auto deliveries = route(R"({"type":"restart","app_id":"1","app_name":"a"})");
  REQUIRE(deliveries.size() == 4);
  for (const std::size_t i : {0u, 2u}) {
    CHECK(deliveries[i].headers.size() == 2);
    CHECK(deliveries[i].method == "POST");
    json::Document document;
    const std::string text = deliveries[i].body.str();
    const auto body = document.parse(text);
    REQUIRE(body);
    CHECK((*body)["text"].is_string());
  }
  CHECK(deliveries[0].body != deliveries[2].body);
}

TEST_CASE_FIXTURE(Routed, "an idempotency key is of the event and the notifier, and of nothing else") {
  const auto keys = [&](std::string_view event) {
    Texts out;
    for (const Delivery& delivery : route(event)) {
      CHECK(delivery.idempotency_key.substr(0, 4) == "msg_");
      out.push_back(delivery.idempotency_key);
    }
    return out;
  };
  const auto first = keys(R"({"id":"ev-1","type":"restart","app_id":"1"})");
  CHECK(first == keys(R"({"type":"restart","id":"ev-1","app_id":"1","more":true})"));
  CHECK(first != keys(R"({"id":"ev-2","type":"restart","app_id":"1"})"));
  CHECK(first[0] != first[1]);
  char expected[36];
  write_idempotency_key("ev-1", "picky", expected);
  CHECK(first[1] == std::string(expected, sizeof expected));
  const std::string_view unnamed = R"({"type":"restart","app_id":"1"})";
  write_idempotency_key(unnamed, "all", expected);
  CHECK(keys(unnamed)[0] == std::string(expected, sizeof expected));
}

TEST_CASE_FIXTURE(Routed, "a mail goes to users and addresses, each mailbox once, and to nobody that is unknown") {
  const auto deliveries = route(R"({"id":"ev-1","type":"restart","app_id":"1"})");
  const Delivery& mail = deliveries.back();
  CHECK(mail.platform == Platform::email);
  // us-1 is the app's owner, us-2 a user of the registry, us-9 nobody, and ben's second address is his first.
  CHECK(mail.to == Texts{"anna@example.org", "ben@example.org", "list@example.org"});
  CHECK(mail.from == "ops@notify.example");
  CHECK(mail.body.str().find("From: Ops <ops@notify.example>\r\n") != std::string::npos);
  CHECK(mail.body.str().find("Message-ID: <" + mail.idempotency_key + "@notify.example>\r\n") != std::string::npos);
  CHECK(mail.body.str().find("Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n") != std::string::npos);
  CHECK(mail.url.empty());
  CHECK(mail.headers.empty());
}

TEST_CASE_FIXTURE(Routed, "the host's look-up resolves users in place of the registry, and what it gives is checked") {
  RouterOptions options;
  options.users = [](std::string_view id, std::string& email) {
    if (id == "us-1") email = "one@example.org";
    if (id == "us-2") email = "two@example.org\r\nBcc: all@example.org";
    return id != "us-9";
  };
  options.clock = [] { return Timestamp{1526291202077}; };
  Router other(registry, options);
  Texts to;
  std::string body;
  REQUIRE(other.route(R"({"type":"restart","app_id":"1"})", [&](const DeliveryView& delivery) {
    to.assign(delivery.to.begin(), delivery.to.end());
    body = delivery.body;
  }));
  CHECK(to == Texts{"one@example.org", "list@example.org", "ben@EXAMPLE.org"});
  CHECK(body.find("Date: Mon, 14 May 2018 09:46:42 +0000\r\n") != std::string::npos);
}

TEST_CASE_FIXTURE(Routed, "the clock is not asked where the event has a time of its own") {
  RouterOptions options;
  int asked = 0;
  options.clock = [&asked] {
    ++asked;
    return Timestamp();
  };
  Router other(registry, options);
  REQUIRE(other.route(R"({"type":"restart","app_id":"1","created_at":"2018-05-14T09:46:42Z"})",
                      [](const DeliveryView&) {}));
  CHECK(asked == 0);
  REQUIRE(other.route(R"({"type":"restart","app_id":"1"})", [](const DeliveryView&) {}));
  CHECK(asked == 1);
}

TEST_CASE_FIXTURE(Routed, "a mail without anybody to get it says so") {
  NotifierDraft patch;
  patch.type_data = R"({"user_ids":["nobody"],"emails":[]})";
  REQUIRE(registry.update("1", "mail", patch));
  const auto deliveries = route(R"({"type":"restart","app_id":"1"})");
  CHECK(deliveries.back().platform == Platform::email);
  CHECK(deliveries.back().to.empty());
}

TEST_CASE_FIXTURE(Routed, "settings that change are used from the next event on") {
  REQUIRE(registry.set_settings({"new@other.example", "https://dash.example.org"}));
  const auto deliveries = route(R"({"type":"restart","app_id":"1","app_name":"a"})");
  CHECK(deliveries.back().from == "new@other.example");
  CHECK(deliveries.back().body.str().find("@other.example>\r\n") != std::string::npos);
  CHECK(deliveries[0].body.str().find("https://dash.example.org/apps/a") != std::string::npos);
}

TEST_CASE_FIXTURE(Routed, "what had to be cut is told") {
  const std::string event = R"({"type":"restart","app_id":"1","app_name":")" + std::string(50000, 'x') + "\"}";
  for (const Delivery& delivery : route(event)) {
    if (delivery.platform == Platform::webhook) {
      CHECK(delivery.truncations.empty());
      CHECK(delivery.body == event);
    } else {
      CHECK_FALSE(delivery.truncations.empty());
    }
  }
}

// ---- previews -------------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Routed, "a preview is what route() gives, byte for byte") {
  const char* event = R"({"id":"ev-1","type":"restart","app_id":"1","app_name":"a","user":{"username":"anna"}})";
  for (const Delivery& delivery : route(event)) {
    const auto notifier = registry.find(delivery.notifier_id);
    REQUIRE(notifier);
    const auto preview = router.preview(*notifier, event);
    REQUIRE(preview);
    const Delivery own = Delivery::own(*preview);
    CHECK(own.notifier_id == delivery.notifier_id);
    CHECK(own.notifier_name == delivery.notifier_name);
    CHECK(own.app_id == delivery.app_id);
    CHECK(own.event_id == delivery.event_id);
    CHECK(own.idempotency_key == delivery.idempotency_key);
    CHECK(own.url == delivery.url);
    CHECK(own.headers.size() == delivery.headers.size());
    CHECK(own.from == delivery.from);
    CHECK(own.to == delivery.to);
    CHECK(own.body == delivery.body);
  }
}

TEST_CASE_FIXTURE(Routed, "a draft that was never saved, and a notifier that takes no such event, are previewed too") {
  Notifier draft;
  draft.name = "draft";
  draft.platform = Platform::webhook;
  draft.type_data.set_text("webhook_url", "https://h.example/draft");
  const auto preview = router.preview(draft, R"({"type":"x"})");
  REQUIRE(preview);
  CHECK(preview->notifier_id == "preview");
  CHECK(preview->url == "https://h.example/draft");
  CHECK(preview->body == R"({"type":"x"})");
  const auto off = router.preview(*registry.find("off"), R"({"type":"x"})");
  REQUIRE(off);
  CHECK(off->notifier_id == "off");
  draft.id = std::string(256, 'x');
  CHECK(router.preview(draft, "{}").error().code == errc::invalid);
}

// ---- many at once ---------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Routed, "many events are matched at once as they are one by one") {
  json::Document documents[2];
  std::vector<Event> events;
  const char* kinds[] = {"restart", "alert", "deployment", "unknown", "new_user"};
  const char* apps[] = {"1", "2", "3", "4", ""};
  for (int i = 0; i < 1000; ++i) {
    Event event;
    event.type = kinds[i % 5];
    event.app_id = apps[i / 5 % 5];
    if (i % 11 == 0) event.app_name = "b";
    if (i % 13 == 0) event.project_id = "pr";
    events.push_back(event);
  }
  std::vector<std::pair<std::size_t, std::string>> expected;
  for (std::size_t i = 0; i < events.size(); ++i) {
    router.match(events[i], [&](std::string_view id) { expected.emplace_back(i, id); });
  }
  for (const std::size_t count : {0u, 1u, 63u, 64u, 65u, 1000u}) {
    std::vector<std::pair<std::size_t, std::string>> found;
    const std::size_t matches = router.match(
        events.data(), count, [&](std::size_t event, std::string_view id) { found.emplace_back(event, id); });
    CHECK(matches == found.size());
    std::vector<std::pair<std::size_t, std::string>> wanted;
    for (const auto& pair : expected) {
      if (pair.first < count) wanted.push_back(pair);
    }
    CHECK(found == wanted);
  }
}

TEST_CASE("with more event types than a word has bits, every one of them is told from the others") {
  auto vocabulary = std::make_shared<Vocabulary>();
  for (int i = 0; i < 300; ++i) {
    const std::string name = "host_event_" + std::to_string(i);
    const std::string id = "et-" + std::to_string(i);
    EventType type;
    type.id = id;
    type.name = name;
    type.category_id = vocabulary->categories()[0].id;
    REQUIRE(vocabulary->add_event_type(type));
    REQUIRE(vocabulary->add_event_kind({name, Scope::app, name}));
  }
  RegistryOptions options;
  options.vocabulary = vocabulary;
  Registry registry(options);
  REQUIRE(registry.add_app({"1", "a", {}, {}}));
  Texts ids;
  NotifierDraft draft;
  draft.platform = "email";
  for (int i = 0; i < 300; ++i) {
    draft.name = std::to_string(i);
    draft.selected_event_ids = {{"et-" + std::to_string(i)}};
    ids.push_back(registry.add("1", draft)->id);
  }
  draft.selected_event_ids.reset();
  draft.send_all_events = true;
  const std::string all = registry.add("1", draft)->id;
  Router router(registry);
  for (int i = 0; i < 300; i += 7) {
    Texts found;
    const std::string event = R"({"app_id":"1","type":"host_event_)" + std::to_string(i) + "\"}";
    REQUIRE(router.match(event, [&](std::string_view id) { found.emplace_back(id); }));
    CHECK(found == Texts{ids[static_cast<std::size_t>(i)], all});
  }
  CHECK(*router.match(R"({"app_id":"1","type":"alert"})", [](std::string_view) {}) == 0);
  CHECK(*router.match(R"({"app_id":"1","type":"no one knows"})", [](std::string_view) {}) == 1);
}

TEST_CASE("an app with ten thousand notifiers tells them all, in their order") {
  std::string json = R"({"apps":[{"id":"1","name":"a","notifiers":[)";
  for (int i = 0; i < 10000; ++i) {
    json += (i > 0 ? "," : "") + std::string(R"({"id":"n)") + std::to_string(i) +
            R"(","name":"x","platform":"webhook",)" + (i % 3 == 0 ? R"("send_all_events":true,)" : "") +
            R"("type_data":{"webhook_url":"https://h.example/"}})";
  }
  Registry registry;
  REQUIRE(registry.load(json + "]}]}"));
  Router router(registry);
  int next = 0;
  REQUIRE(router.route(R"({"app_id":"1","type":"restart"})", [&](const DeliveryView& delivery) {
    CHECK(delivery.notifier_id == "n" + std::to_string(next));
    next += 3;
  }));
  CHECK(next == 10002);
}

TEST_CASE("nothing of one event is left in the next") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"a","notifiers":[
      {"id":"s","name":"S","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://s.example/"}},
      {"id":"m","name":"M","platform":"email","send_all_events":true,"type_data":{"user_ids":["us-1","us-2"]}}]}]})"));
  RouterOptions options;
  options.users = [](std::string_view id, std::string& address) {
    address += std::string(id) + "@example.org";
    return true;
  };
  Router router(registry, options);
  const std::string long_event =
      R"({"app_id":"1","type":"crash","type_data":{"crash_logs":")" + std::string(9000, 'x') + "\"}}";
  const auto told = [&](const std::string& event) {
    std::string text;
    REQUIRE(router.route(event, [&](const DeliveryView& delivery) {
      text += std::to_string(delivery.truncations.size()) + " " + std::string(delivery.body) + "\n";
      for (const auto to : delivery.to) text += std::string(to) + " ";
    }));
    return text;
  };
  const std::string first = told(long_event);
  CHECK(first.find("us-1@example.org us-2@example.org ") != std::string::npos);
  const std::string other = told(R"({"app_id":"1","type":"restart"})");
  CHECK(other.substr(0, 2) == "0 ");
  CHECK(other.find("crash") == std::string::npos);
  CHECK(told(long_event) == first);
}
