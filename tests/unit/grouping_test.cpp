// Grouping: one message for a storm; times of day where clocks are put forward and back.

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grouping_world.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/json/document.hpp"

using notifier::Arrival;
using notifier::GroupAction;
using notifier::GroupInput;
using notifier::GroupPolicy;
using notifier::GroupState;
using notifier::Moment;
using notifier::Severity;
using notifier::Timestamp;
using notifier::ZoneOffset;

namespace {

using namespace grouping_world;

/// A group with a clock that runs, and what was told.
struct Group {
  GroupPolicy policy;
  Moment now;
  GroupState state;
  std::vector<std::string> told;  // "at once", or "window: count"

  explicit Group(std::string_view json, std::string_view wall = "2026-05-14T09:00:00Z")
      : policy(policy_of(json)), now{time_at(wall), 5000} {}

  void later(std::int64_t ms) {
    now.wall.ms += ms;
    now.steady_ms += ms;
  }
  void wall_steps(std::int64_t ms) { now.wall.ms += ms; }
  void take(const GroupInput& input) {
    const GroupAction action = step(state, policy, input, now, ZoneOffset(paris_and_utc));
    for (const GroupAction::Telling& telling : action.tellings) {
      told.push_back(std::to_string(telling.window) + ": " + std::to_string(telling.digest.count));
      last = telling.digest;
    }
    if (action.releases) told.push_back("at once");
  }
  void arrive(Severity severity = Severity::info, const char* type = "crash", bool ends_alert = false) {
    Arrival arrival;
    const std::string title = "shop: crash number " + std::to_string(++count);
    arrival.type = type;
    arrival.title = title;
    arrival.link = "https://dashboard.example/";
    arrival.subject = "shop";
    arrival.severity = severity;
    arrival.ends_alert = ends_alert;
    take(GroupInput::arrived(arrival));
  }
  void tick() { take(GroupInput::tick()); }
  std::string all() const {
    std::string text;
    for (const std::string& one : told) text += (text.empty() ? "" : ", ") + one;
    return text;
  }

  notifier::Digest last;
  int count = 0;
};

}  // namespace

TEST_CASE("a hundred thousand crashes within a minute are two messages, and the counts are right") {
  Group group(R"({"mode":"throttle","window":600})");
  for (int i = 0; i < 100000; ++i) {
    if (i % 5 == 0) group.later(3);
    group.arrive(Severity::error);
  }
  CHECK(group.all() == "at once");
  group.later(10 * minute);
  group.tick();
  CHECK(group.all() == "at once, 1: 99999");
  CHECK(group.last.follows);
  CHECK(group.last.items.size() == 20);
  CHECK(group.last.items[0].title == "shop: crash number 2");
  CHECK(group.last.kinds.size() == 1);
  CHECK(group.last.kinds[0].count == 99999);
  CHECK(group.last.worst == Severity::error);
  CHECK(group.last.subject == "shop");
  group.later(10 * minute);
  group.tick();
  CHECK_FALSE(group.state.is_open);
  group.arrive();
  CHECK(group.all() == "at once, 1: 99999, at once");
}

TEST_CASE("a throttle tells at most once in a window while the storm lasts") {
  Group group(R"({"mode":"throttle","window":60})");
  for (int i = 0; i < 600; ++i) {
    group.arrive();
    group.later(second);
    group.tick();
  }
  CHECK(group.told.size() == 11);
  CHECK(group.all() == "at once, 1: 59, 2: 60, 3: 60, 4: 60, 5: 60, 6: 60, 7: 60, 8: 60, 9: 60, 10: 60");
}

TEST_CASE("what stands alone is told at once, opens no window and ends none; quiet hours and mutes hold it") {
  Arrival alone;
  alone.type = "alert";
  alone.severity = Severity::warning;
  alone.stands_alone = true;
  for (const char* const mode : {R"({"mode":"digest","window":300})", R"({"mode":"throttle","window":300})"}) {
    CAPTURE(mode);
    Group group(mode);
    group.take(GroupInput::arrived(alone));
    CHECK(group.all() == "at once");
    CHECK_FALSE(group.state.is_open);
    group.arrive();
    group.arrive();
    const std::size_t told = group.told.size();
    const std::uint64_t held = group.state.held.count;
    group.take(GroupInput::arrived(alone));
    CHECK(group.told.size() == told + 1);
    CHECK(group.told.back() == "at once");
    CHECK(group.state.held.count == held);
  }
  Group muted(R"({"mode":"digest","window":300})");
  muted.policy.muted_until = notifier::Timestamp{muted.now.wall.ms + hour};
  muted.take(GroupInput::arrived(alone));
  CHECK(muted.told.empty());
  muted.later(hour);
  muted.tick();
  CHECK(muted.all() == "1: 1");
}

TEST_CASE("a digest waits until its window closes, which the first event opens") {
  Group group(R"({"mode":"digest","window":300})");
  group.tick();
  group.arrive();
  group.later(4 * minute);
  group.arrive(Severity::warning, "restart");
  group.tick();
  CHECK(group.told.empty());
  group.later(minute);
  group.tick();
  CHECK(group.all() == "1: 2");
  CHECK_FALSE(group.last.follows);
  CHECK(group.last.kinds.size() == 2);
  CHECK(group.last.last.ms - group.last.first.ms == 4 * minute);
  group.later(hour);
  group.tick();
  CHECK(group.told.size() == 1);
  // What comes late is told before what arrives: nothing is put into a window that is over.
  group.arrive();
  group.later(hour);
  group.arrive();
  CHECK(group.all() == "1: 2, 2: 1");
}

TEST_CASE("a window is measured by the steady clock: steps of the other neither hurry nor hold it") {
  for (const std::int64_t steps : {-400 * 24 * hour, -hour, hour, 400 * 24 * hour}) {
    CAPTURE(steps);
    Group group(R"({"mode":"digest","window":300})");
    group.arrive();
    group.wall_steps(steps);
    group.later(5 * minute - 1);
    group.tick();
    CHECK(group.told.empty());
    group.later(1);
    group.tick();
    CHECK(group.all() == "1: 1");
  }
}

TEST_CASE("a state that was stored waits no longer than its window, and what is due is told at the start") {
  Group group(R"({"mode":"digest","window":300})");
  group.arrive();
  group.later(minute);
  // Another process: its steady clock begins anew, and the wall clock has stepped back a year meanwhile.
  group.now.steady_ms = 0;
  group.now.wall.ms -= 365 * 24 * hour;
  restore(group.state, group.policy, group.now);
  group.later(5 * minute);
  group.tick();
  CHECK(group.all() == "1: 1");
  group.arrive();
  group.now.steady_ms = 0;
  group.now.wall.ms += hour;
  restore(group.state, group.policy, group.now);
  group.tick();
  CHECK(group.all() == "1: 1, 2: 1");
}

TEST_CASE("a daily digest comes at its time of day, also where the clock skips it or shows it twice") {
  // Paris is one hour east of UTC, two from 29 March 2026, 01:00 UTC to 25 October 2026, 01:00 UTC.
  const auto told_at = [](std::string_view time, std::string_view from) {
    Group group(R"({"mode":"daily","at":")" + std::string(time) + R"(","zone":"Europe/Paris"})", from);
    group.arrive();
    for (int i = 0; i < 2 * 24 * 60 && group.told.empty(); ++i) {
      group.later(minute);
      group.tick();
    }
    return to_rfc3339(group.now.wall).substr(0, 16);
  };
  CHECK(told_at("09:00", "2026-01-10T12:00:00Z") == "2026-01-11T08:00");
  CHECK(told_at("09:00", "2026-07-10T06:59:00Z") == "2026-07-10T07:00");
  CHECK(told_at("09:00", "2026-07-10T07:00:00Z") == "2026-07-11T07:00");
  CHECK(told_at("02:30", "2026-03-28T12:00:00Z") == "2026-03-29T01:00");  // there is no 02:30
  CHECK(told_at("02:30", "2026-10-24T12:00:00Z") == "2026-10-25T00:30");  // the first of two
  CHECK(told_at("02:30", "2026-10-25T00:30:00Z") == "2026-10-26T01:30");
  CHECK(told_at("00:00", "2026-03-28T22:59:00Z") == "2026-03-28T23:00");
}

TEST_CASE("quiet hours hold all but what may pass, and tell it when they end") {
  Group group(R"({"quiet":{"from":"22:00","to":"07:00","zone":"Europe/Paris","pass_errors":true}})",
              "2026-05-14T19:59:00Z");
  group.arrive();
  group.later(minute);
  group.arrive();
  group.arrive(Severity::warning);
  group.arrive(Severity::error);
  CHECK(group.all() == "at once, at once");
  Arrival test;
  test.is_test = true;
  group.take(GroupInput::arrived(test));
  CHECK(group.told.size() == 3);
  group.later(9 * hour - 1);
  group.tick();
  CHECK(group.told.size() == 3);
  group.later(1);
  group.tick();
  CHECK(group.all() == "at once, at once, at once, 1: 2");
  CHECK(group.last.worst == Severity::warning);
  group.arrive();
  CHECK(group.told.back() == "at once");
}

TEST_CASE("quiet hours of some days, over midnight, in a night that is an hour longer or shorter") {
  const auto hours_held = [](std::string_view from) {
    Group group(R"({"quiet":{"from":"22:00","to":"07:00","days":["sat"],"zone":"Europe/Paris"}})", from);
    group.arrive();
    int minutes = 0;
    for (; group.told.empty() && minutes < 6000; ++minutes) {
      group.later(minute);
      group.tick();
    }
    return minutes / 60;
  };
  CHECK(hours_held("2026-05-16T20:00:00Z") == 9);   // a Saturday
  CHECK(hours_held("2026-05-15T20:00:00Z") == 0);   // a Friday
  CHECK(hours_held("2026-03-28T21:00:00Z") == 8);   // 02:00 to 03:00 is not there
  CHECK(hours_held("2026-10-24T20:00:00Z") == 10);  // and is twice
  CHECK(hours_held("2026-10-25T00:59:00Z") == 5);
}

TEST_CASE("a mute holds until its time; taken away before, what it held is told with the next tick") {
  Group group(R"({"muted_until":"2026-05-14T12:00:00Z"})");
  group.arrive(Severity::error);
  group.later(2 * hour);
  group.tick();
  CHECK(group.told.empty());
  Group other = group;
  other.policy.muted_until.reset();
  other.tick();
  CHECK(other.all() == "1: 1");
  group.later(hour);
  group.tick();
  CHECK(group.all() == "1: 1");
  // The wall clock steps back while it holds: no longer than was asked for.
  Group stepped(R"({"muted_until":"2026-05-14T12:00:00Z"})");
  stepped.arrive();
  stepped.wall_steps(-30 * 24 * hour);
  stepped.later(3 * hour);
  stepped.tick();
  CHECK(stepped.all() == "1: 1");
}

TEST_CASE("a window that closes in quiet hours is told at their end; an error takes what was held along") {
  constexpr const char* json =
      R"({"mode":"digest","window":3600,"quiet":{"from":"22:00","to":"07:00","pass_errors":true}})";
  Group group(json, "2026-05-14T21:30:00Z");
  group.arrive();
  group.later(hour);
  group.tick();
  CHECK(group.told.empty());
  group.later(8 * hour + 30 * minute);
  group.tick();
  CHECK(group.all() == "1: 1");
  Group woken(json, "2026-05-14T22:30:00Z");
  woken.arrive();
  woken.later(minute);
  woken.arrive(Severity::error);
  woken.later(hour);
  woken.tick();
  CHECK(woken.all() == "1: 2");
}

TEST_CASE("an alert's end is told with what was held of it, and the group begins anew") {
  Group group(R"({"mode":"digest","window":3600})");
  group.arrive(Severity::error, "alert");
  group.arrive(Severity::success, "alert", true);
  CHECK(group.all() == "1: 2");
  CHECK_FALSE(group.state.is_open);
  Group throttled(R"({"mode":"throttle","window":3600})");
  throttled.arrive(Severity::error, "alert");
  throttled.arrive(Severity::success, "alert", true);
  throttled.arrive(Severity::error, "alert");
  CHECK(throttled.all() == "at once, 1: 1, at once");
}

TEST_CASE("an alert's end that comes late is told beside what was due before") {
  Group group(R"({"mode":"throttle","window":60})");
  for (int i = 0; i < 8; ++i) group.arrive(Severity::error, "alert");
  group.later(minute);
  group.arrive(Severity::success, "alert", true);
  CHECK(group.all() == "at once, 1: 7, 2: 1");
}

TEST_CASE("what is held can be sent now, and once only") {
  Group group(R"({"mode":"digest","window":3600})");
  group.take(GroupInput::flush());
  CHECK(group.told.empty());
  group.arrive();
  group.take(GroupInput::flush());
  group.take(GroupInput::flush());
  group.later(2 * hour);
  group.tick();
  CHECK(group.all() == "1: 1");
}

TEST_CASE("a policy that is taken away, or another, holds nothing back") {
  Group group(R"({"mode":"digest","window":3600})");
  group.arrive();
  group.policy = GroupPolicy();
  group.tick();
  CHECK(group.all() == "1: 1");
  Group daily(R"({"mode":"daily","at":"08:00"})");
  daily.arrive();
  daily.policy = policy_of(R"({"mode":"throttle","window":60})");
  daily.arrive();
  CHECK(daily.all() == "1: 1");
}

TEST_CASE("many kinds and long titles are kept within bounds, and all are counted") {
  Group group(R"({"mode":"digest","window":60,"max_items":3})");
  for (int i = 0; i < 40; ++i) group.arrive(Severity::info, ("kind-" + std::to_string(i % 25)).c_str());
  group.later(minute);
  group.tick();
  CHECK(group.last.count == 40);
  CHECK(group.last.items.size() == 3);
  CHECK(group.last.kinds.size() == 16);
  std::uint64_t counted = group.last.other_kinds;
  for (const auto& kind : group.last.kinds) counted += kind.count;
  CHECK(counted == 40);
}

TEST_CASE("a group is a notifier and the values of its keys; a window of it has one key") {
  notifier::json::Document document;
  const auto key = [&](const char* json, const char* event, const char* id = "no-1") {
    return group_key(policy_of(json), id, *document.parse(event));
  };
  constexpr const char* by_type = R"({"by":["type","app"]})";
  const std::string crash = key(by_type, R"({"type":"crash","app_id":"1"})");
  CHECK(crash.size() == 32);
  CHECK(crash == key(by_type, R"({"app_id":"1","x":1,"type":"crash"})"));
  CHECK(crash != key(by_type, R"({"type":"crash","app_id":"2"})"));
  CHECK(crash != key(by_type, R"({"type":"crash"})"));
  CHECK(crash != key(by_type, R"({"type":"crash","app_id":1})"));
  CHECK(crash != key(by_type, R"({"type":"crash","app_id":"1"})", "no-2"));
  CHECK(key("{}", R"({"type":"crash"})") == key("{}", R"({"type":"restart"})"));
  CHECK(key(R"({"by":["a.b"]})", R"({"a":[{"b":"x"}]})") == key(R"({"by":["a.b"]})", R"({"a.b":"x"})"));
  CHECK(notifier::digest_key(crash, 1) == notifier::digest_key(crash, 1));
  CHECK(notifier::digest_key(crash, 1) != notifier::digest_key(crash, 2));
  CHECK(notifier::digest_key(crash, 1) != crash);
}
