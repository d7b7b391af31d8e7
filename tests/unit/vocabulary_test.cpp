#include "notifier/vocabulary/vocabulary.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <set>
#include <string>

#include "notifier/platform/table_json.hpp"

using notifier::Category;
using notifier::errc;
using notifier::EventBit;
using notifier::EventKind;
using notifier::EventType;
using notifier::Platform;
using notifier::Scope;
using notifier::Vocabulary;

namespace {

bool is_object_id(std::string_view id) {
  return id.size() == 24 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

template <class... T>
std::string json_of(const T&... entry) {
  notifier::Buffer buffer;
  notifier::json::Writer writer(buffer);
  write_json(writer, entry...);
  return buffer.str();
}

std::string selected_by(const Vocabulary& vocabulary, std::string_view kind) {
  const EventBit bit = vocabulary.bit_of_kind(kind);
  return bit == vocabulary.unselectable_bit() ? "" : std::string(vocabulary.event_types()[bit].name);
}

}  // namespace

TEST_CASE("the built-in vocabulary is complete and consistent") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  CHECK(vocabulary.categories().size() == 9);
  CHECK(vocabulary.event_types().size() == 50);
  CHECK(vocabulary.event_kinds().size() == 96);

  std::set<std::string_view> ids, names, category_ids;
  int position = 0;
  for (const Category& category : vocabulary.categories()) {
    INFO(category.name);
    CHECK(category.position == ++position);
    CHECK(is_object_id(category.id));
    CHECK(ids.insert(category.id).second);
    CHECK_FALSE(category.display_name.empty());
    category_ids.insert(category.id);
  }
  for (const EventType& type : vocabulary.event_types()) {
    INFO(type.name);
    CHECK(is_object_id(type.id));
    CHECK(ids.insert(type.id).second);
    CHECK(names.insert(type.name).second);
    CHECK(category_ids.count(type.category_id) == 1);
    CHECK_FALSE(type.display_name.empty());
    CHECK_FALSE(type.description.empty());
    CHECK(vocabulary.find_event_type_by_id(type.id) == &type);
    CHECK(vocabulary.find_event_type_by_name(type.name) == &type);
    CHECK(vocabulary.resolve_selected_name(type.name) == &type);
    CHECK(&vocabulary.event_types()[vocabulary.bit_of(type)] == &type);
  }
  std::set<std::string_view> kinds, selecting;
  int unselectable = 0;
  for (const EventKind& kind : vocabulary.event_kinds()) {
    INFO(kind.type);
    CHECK(kinds.insert(kind.type).second);
    CHECK(vocabulary.find_event_kind(kind.type) == &kind);
    CHECK(selected_by(vocabulary, kind.type) == kind.selectable_as);
    if (kind.selectable_as.empty()) {
      ++unselectable;
    } else {
      CHECK(names.count(kind.selectable_as) == 1);
      CHECK(vocabulary.resolve_selected_name(kind.type) == vocabulary.find_event_type_by_name(kind.selectable_as));
      selecting.insert(kind.selectable_as);
    }
  }
  CHECK(unselectable == 44);
  CHECK(selecting == names);
}

TEST_CASE("event types and kinds carry the names and ids of the public API") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  CHECK(vocabulary.find_event_type_by_name("app_deployed")->id == "5982f139d48c360021b1eb4b");
  CHECK(vocabulary.find_event_type_by_name("github_unlink")->id == "5982f139d48c360021b1eb69");
  CHECK(vocabulary.find_event_type_by_name("app_crashed_repeated")->id == "59c52a9c7651ce001f62f578");
  CHECK(selected_by(vocabulary, "deployment") == "app_deployed");
  CHECK(selected_by(vocabulary, "repeated_crash") == "app_crashed_repeated");
  CHECK(selected_by(vocabulary, "link_scm") == "github_link");
  CHECK(selected_by(vocabulary, "link_github") == "github_link");
  CHECK(selected_by(vocabulary, "edit_variables") == "variable_bulk_edited");
  CHECK(selected_by(vocabulary, "plan_database_maintenance") == "database_maintenance_planned");
  CHECK(selected_by(vocabulary, "new_app") == "");
  CHECK(selected_by(vocabulary, "database/add_feature") == "");
  CHECK(vocabulary.find_event_kind("login_lock")->scope == Scope::account);
  CHECK(vocabulary.find_event_kind("edit_project")->scope == Scope::project);
  CHECK(vocabulary.find_event_kind("alert")->scope == Scope::app);
}

TEST_CASE("ids that the public API has not published never change") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  const auto id = [&](std::string_view name) { return vocabulary.find_event_type_by_name(name)->id; };
  CHECK(vocabulary.categories()[7].name == "databases");
  CHECK(vocabulary.categories()[7].id == "000000006e6f7469c0000008");
  CHECK(vocabulary.categories()[8].name == "projects");
  CHECK(vocabulary.categories()[8].id == "000000006e6f7469c0000009");
  const std::string_view names[] = {"alert_added",
                                    "alert_deleted",
                                    "app_edited",
                                    "app_project_updated",
                                    "app_region_migration_started",
                                    "addon_updated",
                                    "collaborator_role_changed",
                                    "database_backup_failed",
                                    "database_backup_succeeded",
                                    "database_continuousbackup_delayed",
                                    "database_continuousbackup_healthy",
                                    "database_continuousbackup_stale",
                                    "database_maintenance_planned",
                                    "database_maintenance_started",
                                    "database_maintenance_completed",
                                    "project_created",
                                    "project_edited",
                                    "project_deleted"};
  int number = 0;
  for (const std::string_view name : names) {
    INFO(name);
    ++number;
    CHECK(id(name) ==
          "000000006e6f7469e00000" + std::string(number < 16 ? "0" : "1") + "0123456789abcdef"[number % 16]);
  }
}

TEST_CASE("the alert bit is the bit of app_alert_triggered, and every bit differs from the unselectable one") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  CHECK(vocabulary.alert_bit() == vocabulary.bit_of_kind("alert"));
  CHECK(vocabulary.event_types()[vocabulary.alert_bit()].name == "app_alert_triggered");
  CHECK(vocabulary.unselectable_bit() == 50);
  CHECK(vocabulary.bit_count() == 51);
}

TEST_CASE("unknown names are found nowhere and test the unselectable bit") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  const std::string long_name(100000, 'x');
  for (const std::string_view name :
       {std::string_view(), std::string_view("x"), std::string_view("deploymen"), std::string_view("deployment "),
        std::string_view("Deployment"), std::string_view("\0\0\0\0\0\0\0\0\0", 9), std::string_view(long_name),
        std::string_view("database_continuousbackup_unhealthy"), std::string_view("\xF0\x9F\x92\xA9")}) {
    CHECK(vocabulary.bit_of_kind(name) == vocabulary.unselectable_bit());
    CHECK(vocabulary.find_event_kind(name) == nullptr);
    CHECK(vocabulary.find_event_type_by_id(name) == nullptr);
    CHECK(vocabulary.find_event_type_by_name(name) == nullptr);
    CHECK(vocabulary.resolve_selected_name(name) == nullptr);
  }
}

TEST_CASE("a host adds its own categories, types and kinds") {
  Vocabulary vocabulary;
  {
    const std::string id = "shop-orders", name = "orders", type_name = "order_placed", kind = "order/placed";
    CHECK(vocabulary.add_category({id, name, "Orders", 3}));
    CHECK(vocabulary.add_event_type({"t-1", type_name, "Order placed", "Someone bought", id}));
    CHECK(vocabulary.add_event_kind({kind, Scope::app, type_name}));
    CHECK(vocabulary.add_event_kind({"cart/emptied", Scope::app, ""}));
  }
  REQUIRE(vocabulary.categories().size() == 10);
  CHECK(vocabulary.categories()[2].name == "collaborators");
  CHECK(vocabulary.categories()[3].name == "orders");
  CHECK(vocabulary.categories()[4].name == "domains");
  CHECK(vocabulary.bit_of_kind("order/placed") == 50);
  CHECK(vocabulary.unselectable_bit() == 51);
  CHECK(vocabulary.bit_count() == 52);
  CHECK(vocabulary.bit_of_kind("cart/emptied") == 51);
  CHECK(vocabulary.find_event_kind("cart/emptied") != nullptr);
  CHECK(vocabulary.bit_of_kind("new_app") == 51);
  CHECK(vocabulary.alert_bit() == vocabulary.bit_of_kind("alert"));
  CHECK(vocabulary.resolve_selected_name("order/placed")->display_name == "Order placed");
  CHECK(Vocabulary::standard()->find_event_kind("order/placed") == nullptr);
}

TEST_CASE("a copy of a vocabulary keeps its texts") {
  Vocabulary copy;
  {
    Vocabulary original;
    REQUIRE(original.add_event_type({"t-1", "order_placed", "Order placed", "", "5982f139d48c360021b1eb44"}));
    REQUIRE(original.add_event_kind({"a kind of a host, long enough for the heap", Scope::account, "order_placed"}));
    copy = original;
  }
  CHECK(selected_by(copy, "a kind of a host, long enough for the heap") == "order_placed");
}

TEST_CASE("a vocabulary grows past 64 bits") {
  Vocabulary vocabulary;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "host_type_" + std::to_string(i);
    REQUIRE(vocabulary.add_event_type({"id-" + name, name, name, "", "5982f139d48c360021b1eb44"}));
    REQUIRE(vocabulary.add_event_kind({"kind/" + name, Scope::app, name}));
  }
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "host_type_" + std::to_string(i);
    REQUIRE(vocabulary.bit_of_kind("kind/" + name) == static_cast<EventBit>(50 + i));
    REQUIRE(vocabulary.find_event_type_by_id("id-" + name) ==
            &vocabulary.event_types()[static_cast<std::size_t>(50 + i)]);
  }
  CHECK(vocabulary.unselectable_bit() == 1050);
}

TEST_CASE("what is taken, blank or refers to nothing is refused, each problem named, and nothing added") {
  Vocabulary vocabulary;
  auto result = vocabulary.add_category({"5982f139d48c360021b1eb44", "", "x", 1});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::invalid);
  REQUIRE(result.error().fields.size() == 2);
  CHECK(result.error().fields[0].field == "name");
  CHECK(result.error().fields[0].code == "blank");
  CHECK(result.error().fields[1].field == "id");
  CHECK(result.error().fields[1].code == "taken");
  CHECK(result.error().message == "the category can't be added: name can't be blank");

  result = vocabulary.add_category({"new", std::string(vocabulary.categories()[0].name), "x", 1});
  REQUIRE_FALSE(result);
  REQUIRE(result.error().fields.size() == 1);
  CHECK(result.error().fields[0].field == "name");
  CHECK(result.error().fields[0].code == "taken");

  result = vocabulary.add_event_type({"5982f139d48c360021b1eb4b", "app_deployed", "x", "x", "nowhere"});
  REQUIRE_FALSE(result);
  REQUIRE(result.error().fields.size() == 3);
  CHECK(result.error().fields[2].field == "category_id");
  CHECK(result.error().fields[2].message == "refers to \"nowhere\", which is not in the vocabulary");

  CHECK_FALSE(vocabulary.add_event_type({"", "", "", "", "5982f139d48c360021b1eb44"}));
  CHECK_FALSE(vocabulary.add_event_kind({"deployment", Scope::app, ""}));
  CHECK_FALSE(vocabulary.add_event_kind({"", Scope::app, ""}));
  CHECK_FALSE(vocabulary.add_event_kind({"mine", Scope::app, "deployment"}));
  CHECK(vocabulary.categories().size() == 9);
  CHECK(vocabulary.event_types().size() == 50);
  CHECK(vocabulary.event_kinds().size() == std::size(notifier::builtin_event_kinds));
  CHECK(vocabulary.find_event_kind("mine") == nullptr);
}

TEST_CASE("platforms are listed in the public API's order and found by id and name") {
  REQUIRE(notifier::platforms_end() - notifier::platforms_begin() == 14);
  std::string names;
  for (const auto* info = notifier::platforms_begin(); info != notifier::platforms_end(); ++info) {
    names += std::string(info->name) + " ";
    CHECK(info->name == to_string(info->platform));
    CHECK(notifier::find_platform_by_id(info->id) == info);
    CHECK(notifier::find_platform_by_name(info->name) == info);
    CHECK(&notifier::platform_info(info->platform) == info);
    CHECK(is_object_id(info->id));
  }
  CHECK(names ==
        "rocket_chat webhook slack email mattermost discord microsoft_teams google_chat telegram ntfy gotify matrix "
        "pushover pagerduty ");
  CHECK(notifier::find_platform_by_name("slack")->id == "5982f145d48c3600273ef089");
  CHECK(notifier::find_platform_by_name("Slack") == nullptr);
  CHECK(notifier::find_platform_by_name("") == nullptr);
  CHECK(notifier::find_platform_by_id("") == nullptr);
}

TEST_CASE("entries are written as the API shows them") {
  const Vocabulary& vocabulary = *Vocabulary::standard();
  CHECK(json_of(vocabulary.categories()[0]) ==
        R"({"id":"5982f139d48c360021b1eb44","name":"app_operations","display_name":"App operations","position":1})");
  CHECK(json_of(vocabulary.event_types()[0]) ==
        R"({"id":"5982f139d48c360021b1eb4b","name":"app_deployed","display_name":"App deployed",)"
        R"("description":"A new version of the app was deployed, or its deployment failed","template":"",)"
        R"("category_id":"5982f139d48c360021b1eb44"})");
  CHECK(json_of(*vocabulary.find_event_type_by_name("addon_updated")).find(R"("template":"",)") != std::string::npos);
  CHECK(json_of(*vocabulary.find_event_type_by_name("addon_deleted")).find(R"("template":null,)") != std::string::npos);
  EventType own;
  own.name = "deployed";
  CHECK(json_of(own).find(R"("template":null,)") != std::string::npos);
}

TEST_CASE("a platform lists the event types that can be selected on every platform, a host's own among them") {
  Vocabulary vocabulary;
  REQUIRE(vocabulary.add_event_type({"mine", "mine", "Mine", "", "5982f139d48c360021b1eb44"}));
  REQUIRE(vocabulary.add_event_type({"hidden", "hidden", "Hidden", "", "5982f139d48c360021b1eb44", false}));
  const std::string json = json_of(notifier::platform_info(Platform::slack), vocabulary);
  const std::string head = R"({"id":"5982f145d48c3600273ef089","name":"slack","display_name":"Slack","logo_url":"",)";
  CHECK(json.substr(0, head.size()) == head);
  CHECK(json.find(R"("available_event_ids":["5982f139d48c360021b1eb4b",)") != std::string::npos);
  CHECK(json.find(R"("mine"],"description":"Posts the )") != std::string::npos);
  CHECK(json.find("hidden") == std::string::npos);
  CHECK(json.find("5982f139d48c360021b1eb54") == std::string::npos);  // app_alert_triggered
  CHECK(json.find("000000006e6f7469e0000006") == std::string::npos);  // addon_updated
}
