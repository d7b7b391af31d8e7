// Another vocabulary is put in place of the present one while notifiers select event types of it: at once, planned,
// stored, and over the API.

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api_world.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/api.hpp"
#include "notifier/routing/router.hpp"

using api_world::at;
using namespace notifier;

namespace {

/// Vocabulary of a factory: `types` are names of event types, each with one kind of its name.
std::string factory(const std::vector<std::string>& types, std::string_view title = "{furnace} is hot") {
  std::string text =
      R"({"standard":false,"categories":[{"id":"c","name":"furnaces","display_name":"Furnaces","position":1}],"event_types":[)";
  for (std::size_t i = 0; i < types.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::string(R"({"id":"id-)") + types[i] + R"(","name":")" + types[i] +
            R"(","category_id":"c"})";
  }
  text += R"(],"event_kinds":[)";
  for (std::size_t i = 0; i < types.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::string(R"({"type":")") + types[i] + R"(","selectable_as":")" + types[i] +
            R"(","wordings":[{"severity":"warning","title":")" + std::string(title) +
            R"(","sentence":"See the panel."}],"sample":{"type_data":{"furnace":"F2"}}})";
  }
  return text + "]}";
}

Vocabulary read(std::string_view json) {
  auto vocabulary = Vocabulary::read(json);
  REQUIRE_MESSAGE(vocabulary, vocabulary.error().message);
  return *std::move(vocabulary);
}

std::string written(const Vocabulary& vocabulary) {
  Buffer json;
  json::Writer out(json);
  write_json(out, vocabulary);
  return json.str();
}

/// A registry with this vocabulary, an app and a notifier that selects some of its types.
std::unique_ptr<Registry> plant(std::string_view vocabulary, const std::vector<std::string>& selected) {
  auto registry = std::make_unique<Registry>();
  REQUIRE(registry->put_vocabulary(read(vocabulary)));
  REQUIRE(registry->add_app({"app-1", "plant", {}, {}}));
  NotifierDraft draft;
  draft.platform_id = "5982f145d48c3600273ef089";
  draft.name = "ops";
  draft.selected_events = selected;
  draft.type_data = R"({"webhook_url":"https://hooks.slack.com/services/T/B/x"})";
  REQUIRE(registry->add("plant", draft));
  return registry;
}

/// How many are told of an event of a kind.
std::size_t told(const Registry& registry, std::string_view kind) {
  Router router(registry);
  const std::string event =
      R"({"id":"e","app_id":"app-1","type":")" + std::string(kind) + R"(","type_data":{"furnace":"F2"}})";
  const auto count = router.route(event, [](const DeliveryView&) {});
  REQUIRE(count);
  return *count;
}

std::string put_body(std::string_view vocabulary) { return R"({"vocabulary":)" + std::string(vocabulary) + "}"; }

Outcome handle(Registry& registry, std::string_view method, std::string_view target, std::string_view body = {}) {
  Api api(registry);
  Request request;
  request.method = method;
  request.target = target;
  request.body = body;
  return api.handle(request);
}

struct TemporaryDatabase {
  TemporaryDatabase() : path("/tmp/notifier_put_vocabulary_" + std::to_string(::getpid()) + ".db") { remove(); }
  ~TemporaryDatabase() { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  }
  std::string path;
};

std::unique_ptr<SqliteStore> open(const std::string& path) {
  SqliteOptions options;
  options.path = path;
  auto store = SqliteStore::open(std::move(options));
  REQUIRE_MESSAGE(store, store.error().message);
  return *std::move(store);
}

}  // namespace

TEST_CASE("notifiers go on selecting what they selected, wherever it is in the new vocabulary") {
  const auto registry = plant(factory({"heat", "smoke", "door"}), {"smoke"});
  CHECK(told(*registry, "heat") == 0);
  CHECK(told(*registry, "smoke") == 1);
  REQUIRE(registry->put_vocabulary(read(factory({"smoke", "flood", "heat"}))));
  CHECK(told(*registry, "heat") == 0);
  CHECK(told(*registry, "flood") == 0);
  CHECK(told(*registry, "smoke") == 1);
  CHECK(registry->list("plant")[0].selected_event_ids == std::vector<std::string>{"id-smoke"});
}

TEST_CASE("rows of 200 event types and of one are exchanged, and what is sent everything stays so") {
  std::vector<std::string> many;
  for (int i = 0; i < 200; ++i) many.push_back("t" + std::to_string(i));
  const auto registry = plant(factory({"t150"}), {"t150"});
  NotifierDraft all;
  all.platform_id = "5982f145d48c3600273ef08a";
  all.name = "all";
  all.send_all_events = true;
  all.type_data = R"({"webhook_url":"https://example.com/x"})";
  all.filter = R"({"type_data":{"furnace":["F2"]}})";
  REQUIRE(registry->add("plant", all));
  for (int i = 0; i < 60; ++i) {
    REQUIRE(registry->add_app({"more-" + std::to_string(i), "more " + std::to_string(i), {}, "prj"}));
  }
  const std::string before = registry->snapshot();
  REQUIRE(registry->put_vocabulary(read(factory(many))));
  CHECK(told(*registry, "t150") == 2);
  CHECK(told(*registry, "t151") == 1);
  CHECK(told(*registry, "unheard of") == 1);
  CHECK(registry->app_count() == 61);
  CHECK(registry->notifier_count() == 2);
  REQUIRE(registry->put_vocabulary(read(factory({"t150"}))));
  CHECK(registry->snapshot() == before);
}

TEST_CASE("a vocabulary that lacks what notifiers select is refused, and nothing has changed") {
  const auto registry = plant(factory({"heat", "smoke", "door"}), {"smoke", "door"});
  const auto put = registry->put_vocabulary(read(factory({"smoke"})));
  REQUIRE_FALSE(put);
  CHECK(put.error().code == errc::invalid);
  REQUIRE(put.error().fields.size() == 1);
  CHECK(put.error().fields[0].field == "event_types");
  CHECK(put.error().fields[0].code == "in_use");
  CHECK(put.error().fields[0].message ==
        "lack 'door' with the id 'id-door', which the notifier 'ops' of 'plant' selects");
  NotifierDraft other;
  other.platform_id = "5982f145d48c3600273ef08a";
  other.name = "other";
  other.selected_events = std::vector<std::string>{"door"};
  other.type_data = R"({"webhook_url":"https://example.com/x"})";
  REQUIRE(registry->add("plant", other));
  other.name = "third";
  REQUIRE(registry->add("plant", other));
  CHECK(registry->put_vocabulary(Vocabulary()).error().fields.size() == 2);
  CHECK(registry->put_vocabulary(Vocabulary()).error().fields[1].message ==
        "lack 'door' with the id 'id-door', which the notifier 'ops' of 'plant' and 2 others select");
  CHECK(written(*registry->vocabulary()) == written(read(factory({"heat", "smoke", "door"}))));
}

TEST_CASE("a planned vocabulary is a change like any other: written, read, and refused where another was faster") {
  const auto registry = plant(factory({"heat", "smoke"}), {"heat"});
  auto change = registry->plan_put_vocabulary(read(factory({"smoke", "heat"})));
  REQUIRE(change);
  Buffer json;
  json::Writer out(json);
  write_json(out, *change);
  CHECK(at(json.view(), {"op"}) == R"("put_vocabulary")");
  CHECK(at(json.view(), {"vocabulary", "standard"}) == "false");
  json::Document document;
  const auto copy = read_change(*document.parse(json.view()));
  REQUIRE_MESSAGE(copy, copy.error().message);
  CHECK(copy->expected == version_of(*registry->vocabulary()));
  REQUIRE(registry->apply({*copy}));
  CHECK(told(*registry, "heat") == 1);
  CHECK(registry->apply({*copy}).error().code == errc::conflict);
  change->expected.clear();
  CHECK(registry->apply({*change}));
  change->vocabulary = nullptr;
  CHECK(registry->apply({*change}).error().code == errc::invalid);
}

TEST_CASE("a vocabulary keeps its version when it is written and read") {
  for (const std::string& json :
       {std::string("{}"), std::string(R"({"standard":false})"), factory({"a", "b"}),
        std::string(R"({"event_kinds":[{"type":"crash","remove":true},{"type":"own","selectable_as":"app_restarted"}],
          "event_types":[{"id":"5982f139d48c360021b1eb4e","remove":true},{"id":"z","name":"z","category_id":"5982f139d48c360021b1eb46"}],
          "words":{"reason":{"x":"y","*":"z"}},"secret_names":["badge"],"open_names":["token_color"],"operator_email":"a@b.cd"})")}) {
    auto read_once = Vocabulary::read(json);
    if (!read_once) continue;
    const auto twice = Vocabulary::read(written(*read_once));
    REQUIRE(twice);
    CHECK(written(*twice) == written(*read_once));
    CHECK(version_of(*twice) == version_of(*read_once));
  }
}

TEST_CASE("who adds a notifier while a vocabulary is stored waits, and the other way round") {
  const auto registry = plant(factory({"heat", "smoke"}), {"heat"});
  auto vocabulary = registry->plan_put_vocabulary(read(factory({"heat"})));
  REQUIRE(vocabulary);
  NotifierDraft draft;
  draft.platform_id = "5982f145d48c3600273ef08a";
  draft.name = "other";
  draft.selected_events = std::vector<std::string>{"smoke"};
  draft.type_data = R"({"webhook_url":"https://example.com/x"})";
  const auto notifier = registry->plan_add("plant", draft);
  REQUIRE(notifier);
  const std::vector<Change> one{*vocabulary}, two{*notifier};
  {
    Prepared first = registry->prepare({&one});
    REQUIRE(first.results()[0]);
    Prepared second = registry->prepare({&two});
    CHECK(second.results()[0].error().code == errc::conflict);
    CHECK(registry->add("plant", draft).error().code == errc::conflict);
    CHECK(registry->put_user({"us-1", "ann", ""}));
  }
  Prepared second = registry->prepare({&two});
  REQUIRE(second.results()[0]);
  CHECK(registry->prepare({&one}).results()[0].error().code == errc::conflict);
  second.publish();
  const auto late = registry->prepare({&one});
  REQUIRE_FALSE(late.results()[0]);
  CHECK(late.results()[0].error().fields[0].code == "in_use");
}

TEST_CASE("over the API: what GET gives, PUT takes, and a second time nothing changes") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "plant", {}, {}}));
  CHECK(handle(registry, "GET", "/v1/vocabulary").response.body == R"({"vocabulary":{}})");
  const Outcome put = handle(registry, "PUT", "/v1/vocabulary", put_body(factory({"heat"})));
  CHECK(put.response.status == 200);
  REQUIRE(put.changes.size() == 1);
  REQUIRE(registry.apply(put.changes));
  const std::string shown = handle(registry, "GET", "/v1/vocabulary").response.body;
  CHECK(put.response.body == shown);
  CHECK(handle(registry, "PUT", "/v1/vocabulary", shown).changes.empty());
  const Outcome back = handle(registry, "PUT", "/v1/vocabulary", R"({"vocabulary":{}})");
  REQUIRE(registry.apply(back.changes));
  CHECK(registry.vocabulary()->find_event_kind("deployment") != nullptr);
}

TEST_CASE("rows of a PUT are layered on the vocabulary that the program gave its registry") {
  RegistryOptions options;
  options.vocabulary = std::make_shared<const Vocabulary>(read(factory({"heat"})));
  Registry registry(options);
  const Outcome put = handle(registry, "PUT", "/v1/vocabulary",
                             R"({"vocabulary":{"event_kinds":[{"type":"own","selectable_as":"heat"}]}})");
  REQUIRE_MESSAGE(put.changes.size() == 1, put.response.body);
  REQUIRE(registry.apply(put.changes));
  CHECK(registry.vocabulary()->find_event_kind("heat") != nullptr);
  CHECK(registry.vocabulary()->find_event_kind("own") != nullptr);
  CHECK(registry.vocabulary()->find_event_kind("deployment") == nullptr);
}

TEST_CASE("a fault is told with its row, member and character") {
  Registry registry;
  const Outcome put = handle(registry, "PUT", "/v1/vocabulary", put_body(factory({"heat"}, "{furnace:tim} is hot")));
  CHECK(put.response.status == 422);
  CHECK(put.changes.empty());
  CHECK(
      put.response.body ==
      R"({"errors":{"event_kinds[0].wordings[0].title":["character 10: no layout is called 'tim'; did you mean time?"]}})");
}

TEST_CASE("without the standard vocabulary nothing of it is in any answer") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "plant", {"us-1", "ann", "ann@example.com"}, {}}));
  REQUIRE(registry.put_vocabulary(read(factory({"heat"}))));
  NotifierDraft draft;
  draft.platform_id = "5982f145d48c3600273ef089";
  draft.name = "ops";
  draft.send_all_events = true;
  draft.type_data = R"({"webhook_url":"https://hooks.slack.com/services/T/B/x"})";
  REQUIRE(registry.add("plant", draft));
  std::string all;
  const auto ask = [&](std::string_view method, std::string_view target, std::string_view body = {}) {
    const Outcome outcome = handle(registry, method, target, body);
    all += outcome.response.body + "\n";
    for (const RecordedEvent& event : outcome.events) all += event.json + "\n";
    for (const Delivery& delivery : outcome.deliveries) all += delivery.body.str() + "\n";
    return outcome;
  };
  for (const std::string_view target : {"/v1/event_types", "/v1/event_categories", "/v1/notification_platforms",
                                        "/v1/notification_platforms/search?name=slack", "/v1/vocabulary",
                                        "/v1/settings", "/v1/apps", "/v1/apps/plant/notifiers"}) {
    CHECK(ask("GET", target).response.status == 200);
  }
  const std::string id = registry.list("plant")[0].id;
  const std::string base = "/v1/apps/plant/notifiers/" + id;
  CHECK(ask("POST", base + "/preview").response.body.find("is hot") != std::string::npos);
  CHECK(ask("POST", base + "/preview", R"({"event":"deployment"})").response.status == 200);
  CHECK(ask("POST", base + "/test").response.status == 200);
  CHECK(ask("PATCH", base, R"({"notifier":{"selected_events":["app_deployed"]}})").response.status == 422);
  CHECK(ask("PATCH", base, R"({"notifier":{"selected_event_ids":["5982f139d48c360021b1eb4b"]}})").response.status ==
        422);
  CHECK(ask("PATCH", base, R"({"notifier":{"name":"new"}})").response.status == 200);
  CHECK(ask("POST", "/v1/apps", R"({"app":{"name":"second"}})").changes.size() == 2);
  CHECK(ask("POST", "/v1/apps/plant/events", R"({"type":"deployment","type_data":{"duration":3}})").response.status ==
        202);
  CHECK(ask("POST", "/v1/apps/plant/events/explain", R"({"type":"run"})").response.status == 200);
  const Vocabulary standard;
  for (const EventType& type : standard.event_types()) {
    if (all.find("\"" + std::string(type.id) + "\"") != std::string::npos && type.id != "5982f139d48c360021b1eb4b")
      FAIL_CHECK("the id of " << type.name);
    if (all.find(type.description) != std::string::npos) FAIL_CHECK("the description of " << type.name);
    if (type.name != "app_deployed" && all.find(type.name) != std::string::npos) FAIL_CHECK("the name " << type.name);
  }
  for (const Category& category : standard.categories()) {
    if (all.find(category.id) != std::string::npos) FAIL_CHECK("the category " << category.name);
  }
  CHECK_MESSAGE(all.find("deployed") == all.find("deployed'"), all);
}

TEST_CASE("a vocabulary survives a restart, and comes before the notifiers that select its types") {
  TemporaryDatabase file;
  {
    auto store = open(file.path);
    Registry registry;
    REQUIRE(store->load(registry));
    const auto settle = [&](std::string_view method, std::string_view target, std::string_view body) {
      Outcome outcome = handle(registry, method, target, body);
      INFO(outcome.response.body);
      REQUIRE(outcome.response.status < 300);
      const auto done = registry.commit(std::vector<Outcome*>{&outcome},
                                        [&](const std::vector<Outcome*>& accepted) { return store->store(accepted); });
      REQUIRE_MESSAGE(done[0], done[0].error().message);
    };
    settle("POST", "/v1/apps", R"({"app":{"name":"plant"}})");
    const std::string id = registry.list("plant")[0].id;
    settle("PATCH", "/v1/apps/plant/notifiers/" + id, R"({"notifier":{"selected_event_ids":[]}})");
    settle("PUT", "/v1/vocabulary", put_body(factory({"heat", "smoke"})));
    settle("PATCH", "/v1/apps/plant/notifiers/" + id, R"({"notifier":{"selected_events":["smoke"]}})");
    settle("PUT", "/v1/vocabulary", put_body(factory({"smoke", "door"})));
  }
  auto store = open(file.path);
  Registry registry;
  const auto loaded = store->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(written(*registry.vocabulary()) == written(read(factory({"smoke", "door"}))));
  CHECK(registry.list("plant")[0].selected_event_ids == std::vector<std::string>{"id-smoke"});

  // Another program was faster.
  Outcome outcome = handle(registry, "PUT", "/v1/vocabulary", put_body(factory({"smoke"})));
  outcome.changes[0].expected = version_of(Vocabulary());
  CHECK(store->store({&outcome}).error().code == errc::conflict);
  outcome.changes[0].expected = version_of(*registry.vocabulary());
  CHECK(store->store({&outcome}));
}

TEST_CASE("vocabularies that are replaced are freed") {
  const auto registry = plant(factory({"heat"}), {"heat"});
  const std::weak_ptr<const Vocabulary> first = registry->vocabulary();
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(registry->put_vocabulary(read(factory({"heat", "x" + std::to_string(i % 7)}))));
  }
  CHECK(first.expired());
  CHECK(registry->vocabulary().use_count() == 2);
}

TEST_CASE("the links of the settings are read anew: they stay, and may not name what becomes secret") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"app-1","name":"plant","notifiers":[{"name":"ops","platform":"slack",
    "send_all_events":true,"type_data":{"webhook_url":"https://hooks.slack.com/services/T/B/x"}}]}],
    "links":{"app":"https://panel.example/{@app}/{badge}"}})"));
  const auto link = [&] {
    Router router(registry);
    std::string body;
    const auto routed = router.route(R"({"app_id":"app-1","type":"heat","type_data":{"furnace":"F2","badge":"7"}})",
                                     [&](const DeliveryView& delivery) { body = delivery.body; });
    REQUIRE(routed);
    return body.find("https://panel.example/plant/7") != std::string::npos;
  };
  REQUIRE(registry.put_vocabulary(read(factory({"heat"}))));
  CHECK(link());
  REQUIRE(registry.put_vocabulary(read(factory({"heat"}, "{furnace} is warm"))));
  CHECK(link());
  const auto put = registry.put_vocabulary(read(R"({"standard":false,"secret_names":["badge"]})"));
  REQUIRE_FALSE(put);
  CHECK(put.error().fields[0].field == "links.app");
  CHECK(link());
}
