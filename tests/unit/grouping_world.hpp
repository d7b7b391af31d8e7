// What tests of grouping share: time zones, UTC and Paris with the changes of 2026; times; policies that are read.

#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/grouping/policy.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/time.hpp"

namespace grouping_world {

inline constexpr std::int64_t second = 1000;
inline constexpr std::int64_t minute = 60 * second;
inline constexpr std::int64_t hour = 60 * minute;

inline constexpr auto paris_and_utc = [](std::string_view zone, notifier::Timestamp at) -> std::optional<std::int32_t> {
  if (zone == "UTC") return 0;
  if (zone != "Europe/Paris") return std::nullopt;
  const bool is_summer = at.ms >= 1774746000000 && at.ms < 1792890000000;  // 29 March and 25 October 2026, 01:00 UTC
  return is_summer ? 7200 : 3600;
};

inline notifier::Timestamp time_at(std::string_view text) {
  notifier::Timestamp time;
  REQUIRE(notifier::parse_timestamp(text, time));
  return time;
}

/// @param json  members of a notifier
inline notifier::Result<notifier::GroupPolicy> read_policy(std::string_view json) {
  notifier::json::Document document;
  const auto root = document.parse(json);
  REQUIRE(root);
  return notifier::GroupPolicy::read(*root, notifier::ZoneOffset(paris_and_utc));
}

/// @param json  a notifier's `grouping`, and beside its members `quiet`, `muted_until` and `muted_pass_errors`
inline notifier::GroupPolicy policy_of(std::string_view json) {
  notifier::json::Document document;
  const auto root = document.parse(json);
  REQUIRE(root);
  std::string grouping;
  std::string others;
  root->for_each_member([&](std::string_view key, notifier::json::View value) {
    std::string& out = key == "quiet" || key.substr(0, 5) == "muted" ? others : grouping;
    out.append(out.empty() ? "\"" : ",\"").append(key).append("\":");
    value.append_json(out);
  });
  const auto policy = read_policy("{\"grouping\":{" + grouping + (others.empty() ? "}" : "},") + others + "}");
  REQUIRE_MESSAGE(policy, json);
  return *policy;
}

}  // namespace grouping_world
