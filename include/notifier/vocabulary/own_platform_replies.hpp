// What an OwnPlatformReader makes of what a row says of replies, and of how fast is sent.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/vocabulary/own_platform_reader.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool OwnPlatformReader::read_condition(json::View value, const std::string& where, std::string_view& member,
                                              json::View& wanted) {
  std::string_view key;
  value.for_each_member([&](std::string_view name, json::View text) {
    key = name;
    wanted = text;
  });
  const std::string wanted_text = wanted.text();
  const bool is_right = value.is_object() && value.size() == 1 && !key.empty() && !wanted_text.empty() &&
                        wanted_text.size() <= NOTIFIER_MAX_ID_BYTES && key.size() <= NOTIFIER_MAX_ID_BYTES &&
                        !wanted.is_object() && !wanted.is_array() && !wanted.is_null();
  if (!is_right) {
    fail(where, R"(must be an object with one member, a text, number or boolean, as {"ok":true})", "type");
    return false;
  }
  member = keep(key);
  return true;
}

inline void OwnPlatformReader::read_success(json::View value) {
  if (!value.exists() || value.is_null()) return;
  if (!value.is_object()) return fail("success", "must be an object", "type");
  check(value, "status body json", "success");
  each(value["status"], "success.status", 100, [&](json::View status, const std::string& path) {
    out_.statuses_.push_back(static_cast<int>(number(status, path, 200, 299)));
  });
  ReplyRules& rules = out_.rules_;
  rules.success_statuses = {out_.statuses_.data(), out_.statuses_.size()};
  rules.success_body = keep(text(value, "body", "success.body"));
  json::View wanted;
  if (value["json"].exists() && read_condition(value["json"], "success.json", rules.success_member, wanted)) {
    rules.success_text = keep(wanted.text());
    rules.success_is_text = wanted.is_string();
  }
  if (!rules.success_body.empty() && !rules.success_member.empty())
    fail("success.json", "can't be beside body", "unsupported");
  const std::string_view name = out_.row_.name;
  rules.unlike_success = out_.keep({name, ": the answer is not that of a success"});
  rules.denied_success = out_.keep({name, ": the answer says that it was not taken"});
}

inline void OwnPlatformReader::read_error(json::View value, const std::string& path) {
  using Action = Verdict::Action;
  if (!value.is_object()) return fail(path, "must be an object", "type");
  check(value, "status body json verdict reason", path);
  const auto at = [&](std::string_view member) { return joined(path, ".", member); };
  KnownReply reply;
  reply.is_whole = false;
  if (value["status"].exists()) reply.status = static_cast<int>(number(value["status"], at("status"), 200, 599));
  reply.text = keep(text(value, "body", at("body")));
  json::View wanted;
  if (value["json"].exists() && read_condition(value["json"], at("json"), reply.member, wanted)) {
    if (!reply.text.empty()) fail(at("json"), "can't be beside body", "unsupported");
    reply.text = keep(wanted.text());
  }
  if (reply.status == 0 && reply.text.empty()) fail(path, "must say which replies it is of", "blank");
  const std::string_view verdict = text(value, "verdict", at("verdict"));
  if (is_word(verdict, "retry throttle disable fail", at("verdict"))) {
    reply.action = verdict == "retry"      ? Action::retry
                   : verdict == "throttle" ? Action::throttle
                   : verdict == "disable"  ? Action::disable
                                           : Action::fail;
  }
  const std::string_view reason = text(value, "reason", at("reason"), NOTIFIER_MAX_ID_BYTES);
  reply.reason = out_.keep({out_.row_.name, ": ", reason.empty() ? std::string_view("it was refused") : reason});
  out_.replies_.push_back(reply);
}

inline void OwnPlatformReader::read_retry_after(json::View value) {
  if (!value.exists() || value.is_null()) return;
  if (!value.is_object()) return fail("retry_after", "must be an object", "type");
  check(value, "header json unit", "retry_after");
  std::string header(text(value, "header", "retry_after.header"));
  for (char& c : header) c = to_lower(c);
  if (!header.empty() && header != "retry-after")
    fail("retry_after.header", "can only be Retry-After, which is read in any case", "unsupported");
  out_.rules_.retry_after = keep(text(value, "json", "retry_after.json", NOTIFIER_MAX_ID_BYTES));
  const std::string_view unit = text(value, "unit", "retry_after.unit");
  if (!unit.empty() && is_word(unit, "s ms", "retry_after.unit")) out_.rules_.retry_after_is_ms = unit == "ms";
}

inline void OwnPlatformReader::read_pace(json::View row) {
  each(row["target"], "target", max_platform_fields, [&](json::View key, const std::string& path) {
    if (find_field(key.string(), path, 0) != nullptr) out_.target_.push_back(keep(key.string()));
  });
  out_.row_.target = {out_.target_.data(), out_.target_.size()};
  TargetLimits& limits = out_.row_.target_limits;
  constexpr std::int64_t a_day = 24 * 3600 * 1000;
  std::size_t windows = 0;
  each(row["rate"], "rate", 4, [&](json::View window, const std::string& path) {
    check(window, "count per_ms", path);
    RateWindow& kept = limits.windows[windows++];
    kept.count = static_cast<std::uint32_t>(number(window["count"], joined(path, ".count"), 1, 100000));
    kept.per_ms = number(window["per_ms"], joined(path, ".per_ms"), 1, a_day);
  });
  limits.concurrency = 4;
  if (row["concurrency"].exists())
    limits.concurrency = static_cast<unsigned>(number(row["concurrency"], "concurrency", 1, 100));
}

inline void OwnPlatformReader::read_idempotency(json::View value) {
  const bool is_in_path = out_.row_.url.find("{idempotency_key}") != std::string_view::npos;
  if (!value.exists() || value.is_null()) return;
  if (!value.is_object()) return fail("idempotency", "must be an object", "type");
  check(value, "in name", "idempotency");
  const std::string_view in = text(value, "in", "idempotency.in");
  if (!is_word(in, "none query path header body", "idempotency.in")) return;
  if ((in == "path") != is_in_path)
    return fail("idempotency.in", "must be path where request.url names {@idempotency_key}, and only there",
                "unsupported");
  if (in == "none" || in == "path") return;
  const std::string_view name = text(value, "name", "idempotency.name", longest_near_key);
  std::string lower(name);
  for (char& c : lower) c = to_lower(c);
  const bool is_word =
      !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
  const std::string_view shown = in == "header" ? std::string_view(lower) : name;
  const bool is_right = in == "header"
                            ? lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos
                            : is_word || is_key(name);
  if (name.empty() || !is_right) return fail("idempotency.name", "must be a word", "invalid_text");
  out_.row_.key_name = keep(shown);
  out_.row_.key_in = in == "query" ? Place::query : in == "header" ? Place::header : Place::body;
  if (in == "body") out_.is_body_shared_ = false;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
