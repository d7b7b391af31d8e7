// What a notifier asks for of grouping, read.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "grouping_world.hpp"
#include "notifier/grouping/policy.hpp"

using notifier::GroupPolicy;

namespace {

using namespace grouping_world;

/// The path of the first fault and its text.
std::string fault(std::string_view json) {
  const auto policy = read_policy(json);
  if (policy) return "none";
  CHECK(policy.error().code == notifier::errc::invalid);
  const auto& first = policy.error().fields[0];
  return first.field + ": " + first.message;
}

}  // namespace

TEST_CASE("a policy is read as it is written") {
  const GroupPolicy throttle = policy_of(R"({"mode":"throttle","window":600,"by":["type","app"],"max_items":5})");
  CHECK(throttle.mode == GroupPolicy::Mode::throttle);
  CHECK(throttle.window_ms == 10 * minute);
  CHECK(throttle.by == std::vector<std::string>{"type", "app"});
  CHECK(throttle.max_items == 5);
  const GroupPolicy daily = policy_of(R"({"mode":"daily","at":"09:30","zone":"Europe/Paris"})");
  CHECK(daily.at == 570);
  CHECK(daily.zone == "Europe/Paris");
  CHECK(daily.max_items == 20);
  const GroupPolicy quiet = policy_of(
      R"({"quiet":{"from":"22:00","to":"07:00","days":["fri","sat"],"zone":"Europe/Paris","pass_errors":true},"muted_until":"2026-05-14T09:00:00Z","muted_pass_errors":true})");
  CHECK(quiet.mode == GroupPolicy::Mode::none);
  REQUIRE(quiet.quiet);
  CHECK(quiet.quiet->from == 22 * 60);
  CHECK(quiet.quiet->to == 7 * 60);
  CHECK(quiet.quiet->days == 96);
  CHECK(quiet.quiet->pass_errors);
  CHECK(quiet.muted_until == time_at("2026-05-14T09:00:00Z"));
  CHECK(quiet.muted_pass_errors);
  CHECK(policy_of("{}").mode == GroupPolicy::Mode::none);
}

TEST_CASE("every fault of a policy is named with its place, and the nearest name with it") {
  CHECK(fault(R"({"grouping":[]})") == R"(grouping: must be an object, as {"mode":"throttle","window":600})");
  CHECK(fault(R"({"grouping":{"mod":"digest"}})") == "grouping.mod: is not known here; did you mean mode?");
  CHECK(fault(R"({"grouping":{"mode":"throtle","window":1}})").substr(0, 57) ==
        "grouping.mode: is not known here; did you mean throttle?");
  CHECK(fault(R"({"grouping":{"mode":7}})").substr(0, 32) == "grouping.mode: is not known here");
  CHECK(fault(R"({"grouping":{"mode":"digest"}})") ==
        "grouping.window: is needed: the seconds within which events are told together");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":0}})") ==
        "grouping.window: must be a whole number of seconds from 1 to 604800");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":1.5}})") ==
        "grouping.window: must be a whole number of seconds from 1 to 604800");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":"600"}})") ==
        "grouping.window: must be a whole number of seconds from 1 to 604800");
  CHECK(fault(R"({"grouping":{"mode":"daily"}})") == "grouping.at: must be a time of day, as \"09:00\"");
  CHECK(fault(R"({"grouping":{"mode":"daily","at":"24:00"}})") == "grouping.at: must be a time of day, as \"09:00\"");
  CHECK(fault(R"({"grouping":{"mode":"daily","at":"9:00"}})") == "grouping.at: must be a time of day, as \"09:00\"");
  CHECK(fault(R"({"grouping":{"mode":"daily","at":"09:00","zone":"Europe/Pari"}})") ==
        "grouping.zone: must be a time zone that is known here, as \"Europe/Paris\"");
  CHECK(fault(R"({"grouping":{"mode":"daily","at":"09:00","window":5}})") ==
        "grouping.window: is for throttle and digest");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":5,"at":"09:00"}})") == "grouping.at: is for daily");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":5,"by":"type"}})") ==
        R"(grouping.by: must be a list of at most 8 keys, as ["type","app"])");
  CHECK(fault(R"({"grouping":{"mode":"digest","window":5,"max_items":101}})") ==
        "grouping.max_items: must be a whole number from 1 to 100");
  CHECK(fault(R"({"quiet":{"from":"22:00","too":"07:00"}})") == "quiet.too: is not known here; did you mean to?");
  CHECK(fault(R"({"quiet":{"from":"22:00","to":"22:00"}})") == "quiet.to: must be another time than `from`");
  CHECK(fault(R"({"quiet":{"from":"22:00","to":"07:00","days":["monday"]}})").substr(0, 10) == "quiet.days");
  CHECK(fault(R"({"quiet":"22-07"})") == R"(quiet: must be an object, as {"from":"22:00","to":"07:00"})");
  CHECK(fault(R"({"muted_until":"tomorrow"})") == "muted_until: must be a time, as 2026-05-14T09:00:00Z");
  CHECK(fault(R"({"muted_pass_errors":"yes"})") == "muted_pass_errors: must be true or false");
}
