// Notifiers that say how their events are told together: read, kept, answered.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "api_world.hpp"
#include "notifier/notifier.hpp"

using api_world::at;
using api_world::World;

namespace {

constexpr const char* throttle = R"({"mode":"throttle","window":600,"by":["type","app"],"max_items":5})";

struct GroupedWorld : World {
  notifier::Outcome set(const std::string& members) {
    auto outcome = call("PATCH", "/v1/apps/shop/notifiers/no-1", "{\"notifier\":{" + members + "}}");
    if (outcome.response.status == 200) REQUIRE(registry.apply(outcome.changes));
    return outcome;
  }
  std::string show(std::string_view key) {
    return at(call("GET", "/v1/apps/shop/notifiers/no-1").response.body, {"notifier", key});
  }
  std::string whole() { return call("GET", "/v1/apps/shop/notifiers/no-1").response.body; }
  /// The texts of one field's faults.
  std::string fault(const std::string& members, std::string_view field) {
    const auto outcome = set(members);
    CHECK(outcome.response.status == 422);
    return at(outcome.response.body, {"errors", field});
  }
};

}  // namespace

TEST_CASE("a notifier keeps how its events are told together, and shows it where it is") {
  GroupedWorld world;
  const std::string before = world.whole();
  CHECK(before.find("grouping") == std::string::npos);
  CHECK(world.set(R"("grouping":)" + std::string(throttle)).response.status == 200);
  CHECK(world.show("grouping") == throttle);
  CHECK(world.show("quiet").empty());
  CHECK(world
            .set(R"("quiet":{"from":"22:00","to":"07:00","days":["mon"],"pass_errors":true},)"
                 R"("muted_until":"2026-05-14T11:00:00+02:00","muted_pass_errors":true)")
            .response.status == 200);
  CHECK(world.show("grouping") == throttle);
  CHECK(world.show("quiet") == R"({"from":"22:00","to":"07:00","days":["mon"],"pass_errors":true})");
  CHECK(world.show("muted_until") == R"("2026-05-14T09:00:00.000Z")");
  CHECK(world.show("muted_pass_errors") == "true");

  const auto notifier = world.registry.find("no-1");
  REQUIRE(notifier);
  const auto policy = notifier::GroupPolicy::of(*notifier);
  REQUIRE(policy);
  CHECK(policy->mode == notifier::GroupPolicy::Mode::throttle);
  CHECK(policy->by.size() == 2);
  CHECK(policy->quiet->from == 22 * 60);
  CHECK(policy->muted_until->ms == 1778749200000);
  CHECK(policy->muted_pass_errors);

  // Another member changes, and they stay; null takes each away.
  CHECK(world.set(R"("name":"another")").response.status == 200);
  CHECK(world.show("muted_until") == R"("2026-05-14T09:00:00.000Z")");
  CHECK(world.set(R"("muted_until":null,"muted_pass_errors":false)").response.status == 200);
  CHECK(world.show("muted_until").empty());
  CHECK(world.show("muted_pass_errors").empty());
  CHECK(world.show("grouping") == throttle);
  CHECK(world.set(R"("grouping":null,"quiet":null)").response.status == 200);
  CHECK(world.whole().find("grouping") == std::string::npos);
  CHECK(world.whole().find("quiet") == std::string::npos);
}

TEST_CASE("what is said of grouping is read strictly, and each fault has its path") {
  GroupedWorld world;
  CHECK(world.fault(R"("grouping":{"mode":"throtle","window":5})", "grouping.mode") ==
        R"(["is not known here; did you mean throttle?"])");
  CHECK(world.fault(R"("grouping":{"mode":"digest","windw":5,"window":1})", "grouping.windw") ==
        R"(["is not known here; did you mean window?"])");
  CHECK(world.fault(R"("grouping":"throttle")", "grouping") ==
        R"(["must be an object, as {\"mode\":\"throttle\",\"window\":600}"])");
  CHECK(world.fault(R"("quiet":{"from":"7:00","to":"22:00"})", "quiet.from") ==
        R"(["must be a time of day, as \"09:00\""])");
  CHECK(world.fault(R"("muted_until":"tomorrow")", "muted_until") == R"(["must be a time, as 2026-05-14T09:00:00Z"])");
  CHECK(world.fault(R"("muted_until":7)", "muted_until") == R"(["must be a string"])");
  CHECK(world.fault(R"("muted_pass_errors":"often")", "muted_pass_errors") == R"(["must be true or false"])");
  std::string path(3000, 'x');
  CHECK(world
            .fault(R"("quiet":{"from":"22:00","to":"07:00"},"grouping":{"mode":"digest","window":5,"by":[")" + path +
                       "\"]}",
                   "grouping.by")
            .find("at most 8 keys") != std::string::npos);
  CHECK(world.whole().find("grouping") == std::string::npos);
  CHECK(world.whole().find("quiet") == std::string::npos);
}

TEST_CASE("a snapshot has how events are told together, and a fault in it is one of the document") {
  GroupedWorld world;
  world.set(R"("grouping":)" + std::string(throttle) + R"(,"muted_until":"2026-05-14T09:00:00Z")");
  world.set(R"("quiet":{"from":"22:00","to":"07:00"},"muted_pass_errors":true)");
  std::string snapshot = world.registry.snapshot();
  notifier::Registry other;
  REQUIRE(other.load(snapshot));
  CHECK(other.snapshot() == snapshot);
  // Notifiers beside it have none of it.
  for (const notifier::Notifier& notifier : other.list("app-1")) {
    if (notifier.id != "no-1") CHECK(notifier.grouping.empty());
  }
  const std::size_t place = snapshot.find("throttle");
  snapshot.replace(place, 8, "throttel");
  const auto loaded = other.load(snapshot);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().field == "apps[0].notifiers[0].grouping.mode");
  CHECK(loaded.error().fields[0].code == "invalid_grouping");
}

TEST_CASE("a change that is stored brings back how events are told together") {
  GroupedWorld world;
  const auto outcome = world.set(R"("grouping":)" + std::string(throttle) + R"(,"muted_until":"1969-12-31T23:59:59Z")");
  REQUIRE(outcome.changes.size() == 1);
  notifier::Buffer text;
  notifier::json::Writer writer(text);
  write_json(writer, outcome.changes[0]);
  notifier::json::Document document;
  const auto root = document.parse(text.view());
  REQUIRE(root);
  const auto change = notifier::read_change(*root);
  REQUIRE(change);
  CHECK(change->notifier.grouping == throttle);
  CHECK(change->notifier.muted_until->ms == -1000);
}

TEST_CASE("time zones are judged by who knows them, and what was stored with one stays where nobody does") {
  GroupedWorld world;
  // Nobody knows zones here: what looks like one may be kept.
  const std::string daily = R"("grouping":{"mode":"daily","at":"09:00","zone":"Mars/Olympus_Mons"})";
  CHECK(world.set(daily).response.status == 200);
  CHECK(world.fault(R"("grouping":{"mode":"daily","at":"09:00","zone":"over there"})", "grouping.zone").size() > 10);

  notifier::RegistryOptions options;
  options.zones = [](std::string_view zone, notifier::Timestamp) -> std::optional<std::int32_t> {
    if (zone == "Europe/Paris") return 3600;
    return std::nullopt;
  };
  notifier::Registry strict(options);
  const std::string snapshot = world.registry.snapshot();
  const auto loaded = strict.load(snapshot);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().field == "apps[0].notifiers[0].grouping.zone");

  std::vector<notifier::Change> changes(2);
  changes[0].op = notifier::Change::Op::put_app;
  changes[0].app = *world.registry.find_app("shop");
  changes[1].op = notifier::Change::Op::put_notifier;
  changes[1].notifier = *world.registry.find("no-1");
  CHECK(strict.apply(changes));
  notifier::NotifierDraft draft;
  draft.grouping = R"({"mode":"daily","at":"09:00","zone":"Mars/Olympus_Mons"})";
  CHECK_FALSE(strict.update("shop", "no-1", draft));
  draft.grouping = R"({"mode":"daily","at":"09:00","zone":"Europe/Paris"})";
  CHECK(strict.update("shop", "no-1", draft));
}

TEST_CASE("a draft of a program says it in its own members") {
  GroupedWorld world;
  notifier::NotifierDraft draft;
  draft.grouping = throttle;
  draft.quiet = R"({"from":"22:00","to":"07:00"})";
  draft.muted_until = "2026-05-14T09:00:00Z";
  draft.muted_pass_errors = true;
  const auto updated = world.registry.update("shop", "no-1", draft);
  REQUIRE(updated);
  CHECK(updated->grouping == throttle);
  CHECK(updated->muted_pass_errors);
  notifier::NotifierDraft none;
  none.grouping = "null";
  none.quiet = "null";
  none.muted_until = "";
  none.muted_pass_errors = false;
  const auto cleared = world.registry.update("shop", "no-1", none);
  REQUIRE(cleared);
  CHECK(cleared->grouping.empty());
  CHECK(cleared->quiet.empty());
  CHECK_FALSE(cleared->muted_until);
  none.grouping = "{";
  CHECK_FALSE(world.registry.update("shop", "no-1", none));
}

TEST_CASE("an event's answer says of which notifiers it may be told together with others") {
  GroupedWorld world;
  const std::string event = R"({"id":"e","type":"restart","app_id":"app-1"})";
  CHECK(world.call("POST", "/v1/apps/shop/events", event).response.body.find("grouped") == std::string::npos);
  world.set(R"("grouping":)" + std::string(throttle));
  const auto outcome = world.call("POST", "/v1/apps/shop/events", event);
  CHECK(outcome.response.status == 202);
  CHECK(outcome.response.body.find(R"("platform":"slack","grouped":true)") != std::string::npos);
  REQUIRE(outcome.deliveries.size() >= 1);
  REQUIRE(outcome.deliveries[0].arrival != nullptr);
  const notifier::Arrival& arrival = *outcome.deliveries[0].arrival;
  CHECK(arrival.type == "restart");
  CHECK(arrival.title.find("shop") != std::string::npos);
  CHECK(arrival.group.size() == 32);

  // What a store reads of it is what there was.
  notifier::Buffer text;
  notifier::json::Writer writer(text);
  to_json(writer, outcome.deliveries[0]);
  notifier::json::Document document;
  const auto root = document.parse(text.view());
  REQUIRE(root);
  const auto read = notifier::delivery_from_json(*root);
  REQUIRE(read);
  REQUIRE(read->arrival != nullptr);
  CHECK(read->arrival->group == arrival.group);
  CHECK(read->arrival->title == arrival.title);
  CHECK(read->arrival->severity == arrival.severity);
}

TEST_CASE("the end of an alert says so, and the same values are the same group") {
  GroupedWorld world;
  world.set(R"("grouping":{"mode":"digest","window":600,"by":["type","type_data.metric"]},"send_all_alerts":true)");
  const auto arrival_of = [&](std::string_view type, std::string_view data) {
    const std::string event =
        R"({"type":")" + std::string(type) + R"(","app_id":"app-1","type_data":)" + std::string(data) + "}";
    const auto outcome = world.call("POST", "/v1/apps/shop/events", event);
    for (const notifier::Delivery& one : outcome.deliveries) {
      if (one.notifier_id == "no-1") return *one.arrival;
    }
    FAIL("nobody is told");
    return notifier::Arrival();
  };
  const auto begun = arrival_of("alert", R"({"metric":"cpu","activated":true})");
  const auto ended = arrival_of("alert", R"({"metric":"cpu","activated":false})");
  CHECK_FALSE(begun.ends_alert);
  CHECK(ended.ends_alert);
  CHECK(begun.group == ended.group);
  CHECK(arrival_of("alert", R"({"metric":"memory","activated":true})").group != begun.group);
  CHECK(arrival_of("alert", R"({"activated":true})").group != begun.group);
}

TEST_CASE("an explanation says who may be told of it together with other events") {
  GroupedWorld world;
  const std::string event = R"({"id":"e","type":"restart","app_id":"app-1"})";
  const auto explain = [&](const std::string& json) {
    notifier::Router router(world.registry);
    const auto explained = router.explain(json);
    REQUIRE(explained);
    for (const notifier::Explanation& one : explained->notifiers) {
      if (one.notifier_id == "no-1") return one;
    }
    return notifier::Explanation();
  };
  CHECK_FALSE(explain(event).grouped);
  world.set(R"("quiet":{"from":"22:00","to":"07:00"})");
  CHECK(explain(event).grouped);
  CHECK(explain(event).text.find("together with other events") != std::string::npos);
  const auto answer = world.call("POST", "/v1/apps/shop/events/explain", event).response.body;
  CHECK(answer.find(R"("grouped":true)") != std::string::npos);
  world.set(R"("active":false)");
  CHECK_FALSE(explain(event).grouped);
}
