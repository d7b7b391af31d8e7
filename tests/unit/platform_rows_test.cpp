// What is read from a platform's row, for whatever platforms there are.

#include <doctest/doctest.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/api/change_events.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/notifier_json.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using notifier::json_request_headers;
using notifier::Notifier;
using notifier::Platform;
using notifier::PlatformField;
using notifier::PlatformRow;
using notifier::Transport;
using notifier::Verdict;
using notifier::detail::rules_of;
using Kind = notifier::PlatformField::Kind;
using Visibility = notifier::PlatformField::Visibility;

namespace {

template <class F>
void for_each_row(F&& f) {
  for (const PlatformRow* row = notifier::platforms_begin(); row != notifier::platforms_end(); ++row) {
    CAPTURE(row->name);
    f(*row);
  }
}

/// What can stand in a field, and is found again by the field's key.
std::string value_of(const PlatformField& field) {
  const std::string key(field.key());
  switch (field.kind) {
    case Kind::url: return "https://example.com/" + key;
    case Kind::users: return "us-" + key;
    case Kind::addresses: return key + "@example.com";
    case Kind::signing_secrets: return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    case Kind::refused: break;
  }
  return {};
}

Notifier fill(const PlatformRow& row) {
  Notifier notifier;
  notifier.id = "no-1";
  notifier.name = "x";
  notifier.platform = row.platform;
  for (const PlatformField& field : row.fields) {
    if (!field.is_kept()) continue;
    if (field.is_list()) {
      notifier.type_data.set_texts(field.key(), {value_of(field)});
    } else {
      notifier.type_data.set_text(field.key(), value_of(field));
    }
  }
  return notifier;
}

template <class F>
std::string written(F&& write) {
  notifier::Buffer buffer;
  notifier::json::Writer out(buffer);
  write(out);
  return buffer.str();
}

bool holds(std::string_view text, const PlatformField& field) {
  return text.find(value_of(field)) != std::string_view::npos;
}

/// The problems of `{"name":"x","platform":...,"type_data":...}`, each with its place, or "" where it is taken.
std::string problems_of(const PlatformRow& row, const std::string& type_data) {
  notifier::Registry registry;
  const auto loaded = registry.load(R"({"apps":[{"id":"1","name":"shop","notifiers":[{"name":"x","platform":")" +
                                    std::string(row.name) + R"(","type_data":)" + type_data + "}]}]}");
  if (loaded) return {};
  std::string out;
  for (const auto& fault : loaded.error().fields) out += fault.field + " " + fault.code + "; ";
  return out;
}

std::string required_fields(const PlatformRow& row) {
  std::string out;
  for (const PlatformField& field : row.fields) {
    if (!field.is_required) continue;
    out += (out.empty() ? "\"" : ",\"") + std::string(field.key()) + "\":\"" + value_of(field) + "\"";
  }
  return out;
}

Verdict judge(const PlatformRow& row, int status, std::string_view body) {
  return notifier::classify(row.platform, {status, {}, body}, notifier::Timestamp{});
}

std::string success_of(const PlatformRow& row) {
  if (!rules_of(row).success_body.empty()) return std::string(rules_of(row).success_body);
  if (rules_of(row).success_member.empty()) return {};
  return "{\"" + std::string(rules_of(row).success_member) + "\":true}";
}

}  // namespace

TEST_CASE("each platform has one row, and a number that is no platform's is taken for a webhook's") {
  for (std::size_t i = 0; i < notifier::platform_count; ++i) {
    CHECK(notifier::platform_info(static_cast<Platform>(i)).platform == static_cast<Platform>(i));
  }
  const auto none = static_cast<Platform>(notifier::platform_count);
  CHECK(to_string(none) == "unknown");
  CHECK(notifier::platform_info(none).platform == Platform::webhook);
  CHECK(notifier::classify(none, {200, {}, "anything"}, {}).action == Verdict::Action::delivered);
}

TEST_CASE("the outbox sends a target no more than its platform takes") {
  const auto limits = [](Platform platform) { return notifier::default_limits[platform]; };
  CHECK(limits(Platform::email).concurrency == 4);
  CHECK(limits(Platform::slack).concurrency == 1);
  CHECK(limits(Platform::slack).min_interval_ms == 1000);
  CHECK(limits(Platform::webhook).concurrency == 16);
  CHECK(limits(Platform::rocket_chat).concurrency == 2);
  for_each_row([&](const PlatformRow& row) { CHECK(limits(row.platform).concurrency >= 1); });
}

TEST_CASE(
    "an answer shows a field unless it is write-only; a store gets all; an event of a change, the open ones alone") {
  const auto vocabulary = notifier::Vocabulary::standard();
  for_each_row([&](const PlatformRow& row) {
    const Notifier notifier = fill(row);
    const std::string answer = written([&](auto& out) { write_json(out, notifier); });
    const std::string stored = written([&](auto& out) { write_json(out, notifier, notifier::Secrets::keep); });
    const std::string told = written([&](auto& out) {
      out.object([&] { notifier::detail::api::write_notifier_facts(out, notifier, *vocabulary); });
    });
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      if (!field.is_kept()) continue;
      CHECK(holds(answer, field) == (field.visibility != Visibility::write_only));
      CHECK(holds(stored, field));
      CHECK(holds(told, field) == (field.visibility == Visibility::open));
    }
  });
}

TEST_CASE("what a store is given is read back, field by field") {
  for_each_row([](const PlatformRow& row) {
    const Notifier notifier = fill(row);
    const std::string stored = written([&](auto& out) { write_json(out, notifier, notifier::Secrets::keep); });
    notifier::Registry registry;
    REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop","notifiers":[)" + stored + "]}]}"));
    const auto kept = registry.find("no-1");
    REQUIRE(kept);
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      CHECK(kept->type_data.text(field.key()) == notifier.type_data.text(field.key()));
      CHECK(kept->type_data.texts(field.key()) == notifier.type_data.texts(field.key()));
    }
    CHECK(kept->type_data.other.empty());
  });
}

TEST_CASE("a field that is required is missed, and one that is refused is named; null is neither") {
  for_each_row([](const PlatformRow& row) {
    std::string missed;
    for (const PlatformField& field : row.fields) {
      if (field.is_required) missed += "apps[0].notifiers[0]." + std::string(field.path) + " blank; ";
    }
    CHECK(problems_of(row, R"({"other":1})") == missed);

    const std::string required = required_fields(row);
    CHECK(problems_of(row, "{" + required + (required.empty() ? "" : ",") + R"("other":1})").empty());
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      if (field.is_kept()) continue;
      const std::string begin = "{" + required + (required.empty() ? "\"" : ",\"") + std::string(field.key()) + "\":";
      CHECK(problems_of(row, begin + "\"x\"}") == "apps[0].notifiers[0]." + std::string(field.path) + " unsupported; ");
      CHECK(problems_of(row, begin + "[]}") == "apps[0].notifiers[0]." + std::string(field.path) + " unsupported; ");
      CHECK(problems_of(row, begin + "null}").empty());
    }
  });
}

TEST_CASE("a value of the wrong type is refused in every field, by its place") {
  for_each_row([](const PlatformRow& row) {
    for (const PlatformField& field : row.fields) {
      if (!field.is_kept()) continue;
      for (const char* const wrong : {"1", "true", "{}", "[1]", "[null]"}) {
        CAPTURE(wrong);
        std::string members = field.is_required ? std::string() : required_fields(row);
        if (!members.empty()) members += ",";
        const std::string problems =
            problems_of(row, "{" + members + "\"" + std::string(field.key()) + "\":" + wrong + "}");
        CHECK(problems.find("apps[0].notifiers[0]." + std::string(field.path) + " type; ") != std::string::npos);
      }
    }
  });
}

TEST_CASE("a success is what the platform calls one; what it is known to say has its own verdict") {
  for_each_row([](const PlatformRow& row) {
    const std::string success = success_of(row);
    CHECK(judge(row, 200, success).action == Verdict::Action::delivered);
    CHECK(judge(row, 200, success + " \r\n").action == Verdict::Action::delivered);
    CHECK(judge(row, 500, success).action == Verdict::Action::retry);
    CHECK(judge(row, 302, success).action == Verdict::Action::fail);
    const Verdict doubted = judge(row, 200, "<html>");
    CHECK(doubted.action == (success.empty() ? Verdict::Action::delivered : Verdict::Action::fail));
    if (!success.empty()) CHECK(doubted.reason == rules_of(row).unlike_success);
    for (const notifier::KnownReply& known : rules_of(row).replies) {
      CAPTURE(known.text);
      for (const int status : {200, 400, 404, 500}) {
        const Verdict verdict = judge(row, status, known.text);
        CHECK(verdict.action == known.action);
        CHECK(verdict.reason == known.reason);
        CHECK(verdict.status == status);
      }
      const std::string within = "{\"error\":\"" + std::string(known.text) + "\"}";
      CHECK((judge(row, 400, within).reason == known.reason) == !known.is_whole);
    }
  });
}

TEST_CASE("a request has what its row says; a mail has none of it") {
  notifier::Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop"}]})"));
  notifier::Router router(registry);
  const std::string event =
      R"({"id":"e-1","type":"restart","app_id":"1","app_name":"shop","type_data":{"scope":["web"]}})";
  for_each_row([&](const PlatformRow& row) {
    const auto delivery = router.preview(fill(row), event);
    REQUIRE(delivery);
    if (row.transport == Transport::smtp) {
      CHECK(delivery->method.empty());
      CHECK(delivery->url.empty());
      CHECK(delivery->headers.size() == 0);
      CHECK(delivery->to.size() == 1);
      return;
    }
    CHECK(delivery->method == "POST");
    CHECK(delivery->url == value_of(row.fields[0]));
    REQUIRE(delivery->headers.size() == std::size(json_request_headers) + (row.idempotency_header.empty() ? 0 : 1));
    for (std::size_t i = 0; i < std::size(json_request_headers); ++i) {
      CHECK(delivery->headers[i].name == json_request_headers[i].name);
      CHECK(delivery->headers[i].value == json_request_headers[i].value);
    }
    if (!row.idempotency_header.empty()) {
      CHECK(delivery->headers[delivery->headers.size() - 1].name == row.idempotency_header);
      CHECK(delivery->headers[delivery->headers.size() - 1].value == delivery->idempotency_key);
    }
    CHECK((delivery->body == event) == row.sends_event);
  });
}
