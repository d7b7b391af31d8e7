// Apps, users and notifiers: what goes in comes out, and changes are planned, stored and applied without surprises.

#include "notifier/registry/registry.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

using namespace notifier;

namespace {

constexpr const char* slack_id = "5982f145d48c3600273ef089";
constexpr const char* deployed_id = "5982f139d48c360021b1eb4b";

NotifierDraft slack(const std::string& name) {
  NotifierDraft draft;
  draft.platform_id = slack_id;
  draft.name = name;
  draft.type_data = R"({"webhook_url":"https://hooks.example.com/T/B/x"})";
  return draft;
}

App app(const std::string& id, const std::string& name) { return {id, name, {}, {}}; }

std::vector<std::string> names(const std::vector<Notifier>& notifiers) {
  std::vector<std::string> out;
  for (const Notifier& notifier : notifiers) out.push_back(notifier.name);
  return out;
}

struct Shop {
  Shop() { REQUIRE(registry.add_app(app("app-1", "shop"))); }
  Registry registry;
};

}  // namespace

TEST_CASE("an empty registry knows nobody and says so") {
  Registry registry;
  CHECK(registry.app_count() == 0);
  CHECK(registry.notifier_count() == 0);
  CHECK_FALSE(registry.find_app("shop"));
  CHECK_FALSE(registry.find_user("u"));
  CHECK_FALSE(registry.find("no-1"));
  CHECK_FALSE(registry.find("shop", "no-1"));
  CHECK(registry.list("shop").empty());
  CHECK(registry.apps().empty());
  CHECK(registry.users().empty());
  CHECK(registry.settings().email_from == "notifier@localhost");
  CHECK(registry.vocabulary() == Vocabulary::standard());
}

TEST_CASE_FIXTURE(Shop, "an app is found by its id and by its name, and the id goes first") {
  REQUIRE(registry.add_app({"app-2", "app-1", {"us-1", "anna", "anna@example.org"}, "pr-1"}));
  CHECK(registry.find_app("app-1")->name == "shop");
  CHECK(registry.find_app("shop")->id == "app-1");
  CHECK(registry.find_app("app-2")->name == "app-1");
  CHECK(registry.find_app("app-2")->owner.email == "anna@example.org");
  CHECK(registry.find_app("app-2")->owner.username == "anna");
  CHECK(registry.find_app("app-2")->project_id == "pr-1");
  CHECK_FALSE(registry.find_app(""));
  CHECK(registry.app_count() == 2);
}

TEST_CASE("apps are listed in the order they were added") {
  Registry registry;
  for (int i = 0; i < 200; ++i) REQUIRE(registry.add_app(app("", "app " + std::to_string(i))));
  const auto apps = registry.apps();
  REQUIRE(apps.size() == 200);
  for (std::size_t i = 0; i < 200; ++i) CHECK(apps[i].name == "app " + std::to_string(i));
}

TEST_CASE("an app's id is drawn where it has none, and is the same in every run") {
  Registry one;
  Registry two;
  const auto first = one.add_app(app("", "shop"));
  const auto second = two.add_app(app("", "shop"));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->id == second->id);
  CHECK(first->id.substr(0, 4) == "app-");
  CHECK(first->id.size() == 40);
}

TEST_CASE_FIXTURE(Shop, "an app whose id or name is taken, blank or too long is refused, every fault named") {
  const auto taken = registry.add_app(app("app-1", "other"));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == errc::invalid);
  CHECK(taken.error().fields[0].field == "id");
  CHECK(taken.error().fields[0].code == "taken");
  const auto namesake = registry.add_app(app("app-9", "shop"));
  REQUIRE_FALSE(namesake);
  CHECK(namesake.error().fields[0].field == "name");
  CHECK(namesake.error().fields[0].message == "has already been taken");
  const auto bad = registry.add_app({std::string(256, 'x'), " \t", {"us-1", "", "no address"}, std::string(256, 'y')});
  REQUIRE_FALSE(bad);
  REQUIRE(bad.error().fields.size() == 4);
  CHECK(bad.error().fields[0].field == "id");
  CHECK(bad.error().fields[1].field == "name");
  CHECK(bad.error().fields[1].message == "can't be blank");
  CHECK(bad.error().fields[2].field == "project_id");
  CHECK(bad.error().fields[3].field == "owner.email");
  CHECK_FALSE(registry.add_app(app("app-3", std::string(NOTIFIER_MAX_NAME_BYTES + 1, 'n'))));
  CHECK(registry.add_app(app(std::string(255, 'x'), std::string(NOTIFIER_MAX_NAME_BYTES, 'n'))));
  CHECK_FALSE(registry.add_app(app("app-4", "\xff")));
}

TEST_CASE("a new app gets an email notifier to its owner for repeated crashes, where the host wants one") {
  Registry registry;
  REQUIRE(registry.add_app({"app-1", "shop", {"us-1", "anna", "anna@example.org"}, ""}, true));
  const auto list = registry.list("app-1");
  REQUIRE(list.size() == 1);
  CHECK(list[0].name == "Default 'shop' notifier");
  CHECK(list[0].platform == Platform::email);
  CHECK(list[0].active);
  CHECK_FALSE(list[0].send_all_events);
  CHECK_FALSE(list[0].send_all_alerts);
  CHECK(list[0].selected_event_ids == std::vector<std::string>{"59c52a9c7651ce001f62f578"});
  CHECK(list[0].type_data.texts("user_ids") == std::vector<std::string>{"us-1"});
  CHECK(list[0].type_data.texts("emails").empty());
  CHECK(list[0].app == "shop");
  CHECK(list[0].app_id == "app-1");
}

TEST_CASE("users are put, replaced and found by id") {
  Registry registry;
  REQUIRE(registry.put_user({"us-1", "anna", "anna@example.org"}));
  REQUIRE(registry.put_user({"us-2", "ben", ""}));
  REQUIRE(registry.put_user({"us-1", "anna", "anna@example.com"}));
  CHECK(registry.find_user("us-1")->email == "anna@example.com");
  CHECK_FALSE(registry.find_user("us-3"));
  REQUIRE(registry.users().size() == 2);
  CHECK(registry.users()[0].id == "us-1");
  CHECK(registry.users()[1].username == "ben");
  CHECK_FALSE(registry.put_user({"", "nobody", ""}));
  CHECK_FALSE(registry.put_user({"us-3", "eve", "eve@example.org\r\nBcc: all@example.org"}));
}

TEST_CASE_FIXTURE(Shop, "a notifier that was added is found in its app, by app id and name, and nowhere else") {
  REQUIRE(registry.add_app(app("app-2", "blog")));
  auto draft = slack("ops");
  draft.selected_event_ids = {deployed_id};
  const auto added = registry.add("shop", draft);
  REQUIRE(added);
  CHECK(added->app_id == "app-1");
  CHECK(added->app == "shop");
  CHECK(added->active);
  CHECK_FALSE(added->send_all_alerts);
  CHECK_FALSE(added->send_all_events);
  CHECK(added->created_at == added->updated_at);
  CHECK(added->id.size() == 39);
  CHECK(added->id.substr(0, 3) == "no-");
  for (const auto& found :
       {registry.find("app-1", added->id), registry.find("shop", added->id), registry.find(added->id)}) {
    REQUIRE(found);
    CHECK(found->name == "ops");
    CHECK(found->platform == Platform::slack);
    CHECK(found->selected_event_ids == std::vector<std::string>{deployed_id});
    CHECK(found->type_data.text("webhook_url") == "https://hooks.example.com/T/B/x");
    CHECK(found->created_at == added->created_at);
    CHECK(found->app == "shop");
  }
  CHECK_FALSE(registry.find("blog", added->id));
  CHECK(registry.update("blog", added->id, {}).error().field == "base");
  CHECK(registry.remove("blog", added->id).error().field == "base");
  CHECK(registry.notifier_count() == 1);
}

TEST_CASE_FIXTURE(Shop, "what is not there is told apart: the app, the platform, the notifier") {
  CHECK(registry.add("none", slack("x")).error().field == "app");
  CHECK(registry.update("none", "no", {}).error().field == "app");
  CHECK(registry.remove("none", "no").error().field == "app");
  auto draft = slack("");
  draft.platform_id = "0123";
  const auto unknown = registry.add("shop", draft);
  CHECK(unknown.error().code == errc::not_found);
  CHECK(unknown.error().field == "notification_platform");
  draft.platform_id.reset();
  CHECK(registry.add("shop", draft).error().field == "notification_platform");
  CHECK(registry.update("shop", "no", {}).error().field == "base");
  CHECK(registry.remove("shop", "no").error().field == "base");
}

TEST_CASE_FIXTURE(Shop, "notifiers are listed oldest first, whatever is removed between") {
  std::vector<std::string> ids;
  for (const char* name : {"a", "b", "c", "d"}) ids.push_back(registry.add("shop", slack(name))->id);
  REQUIRE(registry.remove("shop", ids[1]));
  REQUIRE(registry.add("shop", slack("e")));
  CHECK(names(registry.list("shop")) == std::vector<std::string>{"a", "c", "d", "e"});
  CHECK_FALSE(registry.find(ids[1]));
}

TEST_CASE_FIXTURE(Shop, "removing gives what was removed") {
  const auto added = registry.add("shop", slack("a"));
  const auto removed = registry.remove("shop", added->id);
  REQUIRE(removed);
  CHECK(removed->name == "a");
  CHECK(registry.notifier_count() == 0);
  CHECK_FALSE(registry.remove("shop", added->id));
}

TEST_CASE_FIXTURE(Shop, "ten thousand notifiers of one app are each found, in order") {
  std::vector<std::string> ids;
  for (int i = 0; i < 10000; ++i) {
    const auto added = registry.add("shop", slack("n" + std::to_string(i % 7)));
    REQUIRE(added);
    ids.push_back(added->id);
  }
  CHECK(registry.notifier_count() == 10000);
  for (std::size_t i = 0; i < ids.size(); i += 97) CHECK(registry.find("shop", ids[i])->id == ids[i]);
  NotifierDraft patch;
  patch.name = "changed";
  REQUIRE(registry.update("shop", ids[5000], patch));
  for (std::size_t i = 0; i < ids.size(); i += 2) REQUIRE(registry.remove("shop", ids[i]));
  const auto list = registry.list("shop");
  REQUIRE(list.size() == 5000);
  for (std::size_t i = 0; i < list.size(); ++i) CHECK(list[i].id == ids[2 * i + 1]);
  for (std::size_t i = 1; i < ids.size(); i += 2) REQUIRE(registry.remove("shop", ids[i]));
  CHECK(registry.list("shop").empty());
}

TEST_CASE("updated_at moves on every update, even when the clock goes backwards, and created_at never") {
  std::int64_t ms = 1500000000000;
  RegistryOptions options;
  options.clock = [&ms] { return Timestamp{ms -= 1000}; };
  Registry registry(options);
  REQUIRE(registry.add_app(app("1", "shop")));
  auto notifier = *registry.add("shop", slack("a"));
  const Timestamp created = notifier.created_at;
  for (int i = 0; i < 5; ++i) {
    const Timestamp before = notifier.updated_at;
    notifier = *registry.update("shop", notifier.id, {});
    CHECK(before < notifier.updated_at);
    CHECK(notifier.created_at == created);
  }
}

TEST_CASE("a clock that says nonsense is kept within the years that can be written") {
  RegistryOptions options;
  options.clock = [] { return Timestamp{INT64_MAX}; };
  Registry registry(options);
  REQUIRE(registry.add_app(app("1", "shop")));
  CHECK(to_rfc3339(registry.add("shop", slack("a"))->created_at) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("a notifier made at the moment zero has a version all the same") {
  RegistryOptions options;
  options.clock = [] { return Timestamp{0}; };
  Registry registry(options);
  REQUIRE(registry.add_app(app("1", "shop")));
  const auto added = registry.add("shop", slack("a"));
  REQUIRE(added);
  REQUIRE(registry.update("shop", added->id, {}));
  REQUIRE(registry.remove("shop", added->id));
}

TEST_CASE("the host's ids are used, and a taken one is a conflict") {
  RegistryOptions options;
  std::string next = "no-1";
  options.new_id = [&next](std::string_view prefix) { return prefix == "no-" ? next : std::string(prefix) + "7"; };
  Registry registry(options);
  CHECK(registry.add_app(app("", "shop"))->id == "app-7");
  CHECK(registry.add_app(app("", "blog")).error().code == errc::conflict);
  CHECK(registry.add("shop", slack("a"))->id == "no-1");
  CHECK(registry.add("shop", slack("b")).error().code == errc::conflict);
  next = "";
  CHECK(registry.add("shop", slack("b")).error().code == errc::invalid);
  next = std::string(256, 'x');
  CHECK(registry.add("shop", slack("b")).error().code == errc::invalid);
  CHECK(registry.notifier_count() == 1);
}

TEST_CASE("ids that are derived differ for notifiers that are alike, and repeat from run to run") {
  std::vector<std::string> first;
  for (int run = 0; run < 2; ++run) {
    Registry registry;
    REQUIRE(registry.add_app(app("1", "shop")));
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(registry.add("shop", slack("same"))->id);
    REQUIRE(registry.remove("shop", ids[3]));
    ids.push_back(registry.add("shop", slack("same"))->id);
    CHECK(registry.notifier_count() == 20);
    if (run == 0) first = ids;
    CHECK(ids == first);
  }
}

// ---- plan and apply -------------------------------------------------------------------------------------------------

TEST_CASE_FIXTURE(Shop, "a plan changes nothing until it is applied") {
  const auto change = registry.plan_add("shop", slack("a"));
  REQUIRE(change);
  CHECK(change->op == Change::Op::put_notifier);
  CHECK(change->expected.empty());
  CHECK(registry.notifier_count() == 0);
  REQUIRE(registry.apply({*change}));
  CHECK(registry.find(change->notifier.id)->name == "a");
}

TEST_CASE_FIXTURE(Shop, "a plan that something overtook is a conflict, and changes nothing") {
  const auto added = registry.add("shop", slack("a"));
  NotifierDraft patch;
  patch.name = "b";
  const auto stale = registry.plan_update("shop", added->id, patch);
  const auto stale_removal = registry.plan_remove("shop", added->id);
  patch.name = "c";
  REQUIRE(registry.update("shop", added->id, patch));
  CHECK(registry.apply({*stale}).error().code == errc::conflict);
  CHECK(registry.apply({*stale_removal}).error().code == errc::conflict);
  CHECK(registry.find(added->id)->name == "c");

  const auto fresh = registry.plan_update("shop", added->id, patch);
  REQUIRE(registry.remove("shop", added->id));
  CHECK(registry.apply({*fresh}).error().code == errc::conflict);
  CHECK(registry.apply({*stale_removal}).error().code == errc::conflict);
  CHECK(registry.notifier_count() == 0);
}

TEST_CASE_FIXTURE(Shop, "the same addition cannot be applied twice") {
  const auto change = registry.plan_add("shop", slack("a"));
  REQUIRE(registry.apply({*change}));
  CHECK(registry.apply({*change}).error().code == errc::conflict);
  CHECK(registry.notifier_count() == 1);
}

TEST_CASE_FIXTURE(Shop, "a list of changes is applied whole or not at all") {
  const auto first = registry.plan_add("shop", slack("a"));
  auto second = registry.plan_add("shop", slack("b"));
  auto third = *first;
  CHECK(registry.apply({*first, *second, third}).error().code == errc::conflict);
  CHECK(registry.notifier_count() == 0);
  REQUIRE(registry.apply({*first, *second}));
  CHECK(names(registry.list("shop")) == std::vector<std::string>{"a", "b"});
  CHECK(registry.apply({}));
}

TEST_CASE("planning an app gives the app and its notifier, to be applied together") {
  Registry registry;
  const auto changes = registry.plan_add_app({"", "shop", {"us-1", "", ""}, ""}, true);
  REQUIRE(changes);
  REQUIRE(changes->size() == 2);
  CHECK(registry.app_count() == 0);
  REQUIRE(registry.apply(*changes));
  CHECK(registry.list("shop").size() == 1);
  CHECK(registry.apply(*changes).error().code == errc::conflict);
}

TEST_CASE_FIXTURE(Shop, "an app that is there is replaced where the change says so, and its notifiers follow") {
  REQUIRE(registry.add("shop", slack("a")));
  Change change;
  change.op = Change::Op::put_app;
  change.app = {"app-1", "store", {"us-1", "anna", ""}, "pr-1"};
  CHECK(registry.apply({change}).error().code == errc::conflict);
  change.expected = version_of(*registry.find_app("app-1"));
  REQUIRE(registry.apply({change}));
  CHECK_FALSE(registry.find_app("shop"));
  CHECK(registry.find_app("store")->id == "app-1");
  CHECK(registry.list("store")[0].app == "store");
  REQUIRE(registry.add_app(app("app-2", "shop")));
  change.app.name = "shop";
  CHECK(registry.apply({change}).error().code == errc::conflict);
  change.app = app("app-3", "new");
  CHECK(registry.apply({change}).error().code == errc::conflict);
}

TEST_CASE_FIXTURE(Shop, "what no plan would make is refused") {
  auto change = *registry.plan_add("shop", slack("a"));
  const auto refused = [&](auto&& spoil) {
    Change spoilt = change;
    spoil(spoilt.notifier);
    return registry.apply({spoilt}).error();
  };
  CHECK(refused([](Notifier& n) { n.app_id = "none"; }).field == "app");
  CHECK(refused([](Notifier& n) { n.app_id = "shop"; }).field == "app");
  CHECK(refused([](Notifier& n) { n.id.clear(); }).field == "id");
  CHECK(refused([](Notifier& n) { n.id = std::string(256, 'x'); }).field == "id");
  CHECK(refused([](Notifier& n) { n.name.clear(); }).field == "name");
  CHECK(refused([](Notifier& n) { n.updated_at = Timestamp(); }).field == "updated_at");
  CHECK(refused([](Notifier& n) { n.selected_event_ids = {"nothing"}; }).field == "selected_event_ids");
  CHECK(refused([](Notifier& n) { n.type_data.set_text("webhook_url", "ftp://x"); }).field == "type_data.webhook_url");
  CHECK(refused([](Notifier& n) {
          n.platform = Platform::email;
          n.type_data.set_texts("emails", {"a@b\r\nBcc: c@d"});
        }).field == "type_data.emails");
  REQUIRE(registry.add_app(app("app-2", "blog")));
  REQUIRE(registry.apply({change}));
  change.notifier.app_id = "app-2";
  CHECK(registry.apply({change}).error().code == errc::conflict);
  change.expected = version_of(change.notifier);
  CHECK(registry.apply({change}).error().code == errc::conflict);
}

TEST_CASE_FIXTURE(Shop, "a change survives its JSON form, whatever it does") {
  REQUIRE(registry.add_app({"app-2", "q\"\n", {"us-1", "anna", "anna@example.org"}, "pr-1"}, true));
  auto draft = slack("hook");
  draft.platform_id = "5982f145d48c3600273ef08a";
  draft.selected_event_ids = {deployed_id};
  draft.type_data =
      R"({"webhook_url":"https://h.example/","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","x":{"y":[1]}})";
  std::vector<Change> changes = *registry.plan_add_app({"app-3", "third", {}, ""}, true);
  changes.push_back(*registry.plan_add("shop", draft));
  changes.push_back(*registry.plan_remove("app-2", registry.list("app-2")[0].id));
  Change user;
  user.op = Change::Op::put_user;
  user.user = {"us-1", "anna", "anna@example.org"};
  changes.push_back(user);

  json::Document document;
  for (const Change& change : changes) {
    Buffer text;
    json::Writer writer(text);
    write_json(writer, change);
    const auto read = read_change(*document.parse(text.view()));
    REQUIRE(read);
    Buffer again;
    json::Writer writer_again(again);
    write_json(writer_again, *read);
    CHECK(again.view() == text.view());
  }
}

TEST_CASE("what is no change is refused with its field") {
  json::Document document;
  const auto field = [&](std::string_view text) {
    const auto read = read_change(*document.parse(text));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::invalid);
    return read.error().field;
  };
  CHECK(field("[]") == "op");
  CHECK(field("{}") == "op");
  CHECK(field(R"({"op":"drop_everything"})") == "op");
  CHECK(field(R"({"op":"put_app","app":{"name":"x"}})") == "id");
  CHECK(field(R"({"op":"put_app","app":{"id":"x","owner":[]}})") == "owner");
  CHECK(field(R"({"op":"put_user","user":5})") == "user");
  CHECK(field(R"({"op":"put_notifier"})") == "platform");
  CHECK(field(R"({"op":"put_notifier","notifier":{"id":"1","type":"email","name":"x"},"expected":7})") == "expected");
  CHECK(field(R"({"op":"put_notifier","notifier":{"type":"email","name":"x"}})") == "id");
  CHECK(field(R"({"op":"put_notifier","notifier":{"id":"1","type":"email","name":"x","created_at":"yesterday"}})") ==
        "created_at");
  CHECK(
      field(R"({"op":"put_notifier","notifier":{"id":"1","type":"email","platform_id":"5982f145d48c3600273ef089"}})") ==
      "type");
}

TEST_CASE("settings are checked, and a link base loses its final slash") {
  Registry registry;
  REQUIRE(registry.set_settings({"Ops <ops@example.org>", "https://dash.example.org/x//"}));
  CHECK(registry.settings().email_from == "Ops <ops@example.org>");
  CHECK(registry.settings().link_base == "https://dash.example.org/x");
  for (const char* from : {"", "ops", "Ops <ops", "ops@example.org\r\nX: y", "O\xC3\xBCps\r\n <ops@example.org>",
                           "Ops\xC2\x85 <ops@example.org>", "a@b.c, x@y.z", "\"a\" b\" <x@y.z>"}) {
    CAPTURE(from);
    CHECK_FALSE(registry.set_settings({from, ""}));
  }
  CHECK_FALSE(registry.set_settings({"a@b.c", "dash.example.org"}));
  CHECK_FALSE(registry.set_settings({std::string(NOTIFIER_MAX_ID_BYTES, 'a') + "@b.c", ""}));
  CHECK(registry.set_settings({"\"Ops, all of them\" <ops@example.org>", ""}));
}
