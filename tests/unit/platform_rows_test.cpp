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

using notifier::Notifier;
using notifier::Place;
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
    case Kind::text:
    case Kind::token: return "value-of-" + key;
    case Kind::number: return std::to_string(key.size());
    case Kind::choice: return std::string(field.choices.substr(field.choices.rfind(' ') + 1));
    case Kind::headers: return "header-of-" + key;
    case Kind::json: return "{\"own\":\"{@event}\"}";
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
    if (field.kind == Kind::headers) {
      notifier.type_data.set_texts(field.key(), {"x-own", value_of(field)});
    } else if (field.is_list()) {
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
  std::string text(rules_of(row).success_text);
  if (text != "true" && text[0] > '9') text = "\"" + text + "\"";
  return "{\"" + std::string(rules_of(row).success_member) + "\":" + text + "}";
}

/// A body that says it.
std::string reply_of(const notifier::KnownReply& known) {
  if (known.member.empty()) return std::string(known.text);
  const bool is_number = known.text.find_first_not_of("0123456789") == std::string_view::npos;
  const std::string text = is_number ? std::string(known.text) : "\"" + std::string(known.text) + "\"";
  const std::size_t dot = known.member.rfind('.');
  const std::string inner = "{\"" + std::string(known.member.substr(dot + 1)) + "\":" + text + "}";
  return dot == std::string_view::npos ? inner : "{\"" + std::string(known.member.substr(0, dot)) + "\":" + inner + "}";
}

}  // namespace

TEST_CASE("a platform has a writer where its requests have a body of their own, and only there") {
  for_each_row([](const PlatformRow& row) {
    const bool needs_writer = row.transport == Transport::http && !row.sends_event;
    CHECK((notifier::detail::writer_of(row) != nullptr) == needs_writer);
  });
}

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
  CHECK(limits(Platform::mattermost).concurrency == 2);
  CHECK(limits(Platform::discord).concurrency == 1);
  CHECK(limits(Platform::discord).windows[0].count == 5);
  CHECK(limits(Platform::discord).windows[0].per_ms == 2000);
  CHECK(limits(Platform::google_chat).windows[0].count == 1);
  CHECK(limits(Platform::google_chat).windows[0].per_ms == 1000);
  CHECK(limits(Platform::ntfy).windows[0].count == 60);
  CHECK(limits(Platform::ntfy).windows[0].per_ms == 300000);
  CHECK(limits(Platform::telegram).windows[0].count == 1);
  CHECK(limits(Platform::telegram).windows[1].count == 20);
  CHECK(limits(Platform::telegram).windows[1].per_ms == 60000);
  CHECK(limits(Platform::pagerduty).windows[0].count == 120);
  CHECK(limits(Platform::pagerduty).windows[0].per_ms == 60000);
  CHECK(limits(Platform::microsoft_teams).windows[0].count == 4);
  CHECK(limits(Platform::microsoft_teams).windows[3].count == 1800);
  CHECK(limits(Platform::microsoft_teams).windows[3].per_ms == 24 * 3600 * 1000);
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
        const bool takes_numbers = field.kind == Kind::number || field.kind == Kind::token;
        if (takes_numbers && wrong == std::string_view("1")) continue;
        if (field.kind == Kind::json || (field.kind == Kind::headers && wrong == std::string_view("{}"))) continue;
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
    if (!rules_of(row).taken.empty()) CHECK(judge(row, 202, success).reason == rules_of(row).taken);
    const Verdict doubted = judge(row, 200, "<html>");
    CHECK(doubted.action == (success.empty() ? Verdict::Action::delivered : Verdict::Action::fail));
    if (!success.empty()) CHECK(doubted.reason == rules_of(row).unlike_success);
    for (const notifier::KnownReply& known : rules_of(row).replies) {
      CAPTURE(known.text);
      const std::string said = reply_of(known);
      for (const int status : {200, 400, 401, 404, 500}) {
        if (known.status != 0 && known.status != status) continue;
        const Verdict verdict = judge(row, status, said);
        CHECK(verdict.action == known.action);
        CHECK(verdict.reason == known.reason);
        CHECK(verdict.status == status);
      }
      if (known.text.empty() || !known.member.empty()) continue;
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
    REQUIRE(delivery->headers.size() >= row.headers.size());
    for (std::size_t i = 0; i < row.headers.size(); ++i) {
      CHECK(delivery->headers[i].name == row.headers[i].name);
      CHECK(delivery->headers[i].value == row.headers[i].value);
    }
    const std::string_view url = delivery->url;
    const auto header = [&](std::string_view name) {
      for (const auto& each : delivery->headers) {
        if (each.name == name) return std::string(each.value);
      }
      return std::string("none");
    };
    std::string method(row.method);
    std::string body = event;
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      const std::string value(field.spelling_of(value_of(field)));
      const std::string parameter = std::string(field.name_in_request()) + "=" + value;
      const std::string member = "\"" + std::string(field.name_in_request()) + "\":";
      switch (field.in) {
        case Place::none: CHECK((&field == &row.fields[0]) == (url.substr(0, url.find('?')) == value)); break;
        case Place::url:
        case Place::path: CHECK(url.find(value) != std::string_view::npos); break;
        case Place::query: CHECK(url.find(parameter, url.find('?')) != std::string_view::npos); break;
        case Place::method: method = value; break;
        case Place::whole: body = "{\"own\":" + event + "}"; break;
        case Place::slot: FAIL("only the rows of hosts have templates"); break;
        case Place::header:
          CHECK(header(field.kind == Kind::headers ? "x-own" : field.name_in_request()) ==
                std::string(field.before) + value);
          break;
        case Place::body:
          CHECK(delivery->body.substr(0, delivery->front_size)
                    .find(member + (field.kind == Kind::number ? value : "\"" + value + "\"") + ",") !=
                std::string_view::npos);
          break;
      }
    }
    CHECK(delivery->method == method);
    CHECK(url.find(row.query) != std::string_view::npos);
    CHECK((header(row.key_name) == delivery->idempotency_key) == (row.key_in == Place::header));
    CHECK((delivery->body == body) == row.sends_event);
    notifier::json::Document document;
    CHECK(document.parse(delivery->body, delivery->body.size()));
    CHECK((delivery->target != 0) == !row.target.empty());
    CHECK(delivery->limits->concurrency == row.target_limits.concurrency);
  });
}

TEST_CASE("a notifier without its optional fields is sent what all of its platform are") {
  notifier::Registry registry;
  REQUIRE(registry.load(R"({"apps":[{"id":"1","name":"shop"}]})"));
  notifier::Router router(registry);
  for_each_row([&](const PlatformRow& row) {
    if (row.transport == Transport::smtp) return;
    Notifier notifier = fill(row);
    for (const PlatformField& field : row.fields) {
      if (field.is_required) continue;
      notifier.type_data.set_text(field.key(), {});
      notifier.type_data.set_texts(field.key(), {});
    }
    const auto delivery = router.preview(notifier, R"({"id":"e-1","type":"restart","app_id":"1"})");
    REQUIRE(delivery);
    CHECK(delivery->method == row.method);
    std::size_t header_count = row.headers.size() + (row.key_in == Place::header ? 1 : 0);
    for (const PlatformField& field : row.fields) header_count += field.is_required && field.in == Place::header;
    CHECK(delivery->headers.size() == header_count);
    for (const PlatformField& field : row.fields) {
      CAPTURE(field.path);
      if (field.is_required || field.in != Place::body || !field.fallback.empty()) continue;
      CHECK(delivery->body.find("\"" + std::string(field.name_in_request()) + "\":") == std::string_view::npos);
    }
  });
}

TEST_CASE("a header of one's own is one that may be set, and of one line") {
  const PlatformRow& row = notifier::platform_info(Platform::webhook);
  const auto refused = [&](const std::string& headers) {
    return problems_of(row, R"({"webhook_url":"https://a.example/","headers":)" + headers + "}");
  };
  CHECK(refused(R"({"Authorization":"Bearer x","X-A":""})").empty());
  CHECK(refused("{}").empty());
  CHECK(refused("null").empty());
  for (const char* const wrong :
       {R"({"":"x"})", R"({"a b":"x"})", R"({"a:":"x"})", R"({"a\r\n":"x"})", R"({"a":"x\r\nb: y"})",
        R"({"a":"\u0000"})", R"({"a":"\u00e9"})", R"({"Host":"x"})", R"({"content-LENGTH":"1"})",
        R"({"webhook-id":"x"})", R"({"Content-Type":"text/plain"})", R"({"Transfer-Encoding":"chunked"})"}) {
    CAPTURE(wrong);
    CHECK(refused(wrong) == "apps[0].notifiers[0].type_data.headers invalid_text; ");
  }
  CHECK(refused(R"({"a":1})") == "apps[0].notifiers[0].type_data.headers type; ");
  std::string many = "{";
  for (unsigned i = 0; i <= NOTIFIER_MAX_HEADERS; ++i)
    many += (i == 0 ? "\"x" : ",\"x") + std::to_string(i) + "\":\"\"";
  CHECK(refused(many + "}") == "apps[0].notifiers[0].type_data.headers too_long; ");
  CHECK(problems_of(row, R"({"webhook_url":"https://a.example/","method":"DELETE"})") ==
        "apps[0].notifiers[0].type_data.method unknown; ");
}

TEST_CASE("a URL on a host that a platform no longer has is refused, with what to do instead") {
  const PlatformRow& row = notifier::platform_info(Platform::microsoft_teams);
  const auto refused = [&](const std::string& url) { return problems_of(row, R"({"webhook_url":")" + url + "\"}"); };
  for (const char* const url :
       {"https://shop.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", "https://SHOP.Webhook.Office.Com/x",
        "https://webhook.office.com./x", "https://outlook.office.com/webhook/x", "http://outlook.office365.com:443/"}) {
    CAPTURE(url);
    CHECK(refused(url) == "apps[0].notifiers[0].type_data.webhook_url invalid_url; ");
  }
  for (const char* const url : {"https://prod-01.westus.logic.azure.com/workflows/a/triggers/manual/paths/invoke?sig=x",
                                "https://default0.0.environment.api.powerplatform.com:443/powerautomate/x?sig=y",
                                "https://mywebhook.office.com/", "https://webhook.office.com.example/",
                                "https://example.com/webhook.office.com"}) {
    CAPTURE(url);
    CHECK(refused(url).empty());
  }
  notifier::Registry registry;
  const auto loaded = registry.load(
      R"({"apps":[{"id":"1","name":"s","notifiers":[{"name":"x","platform":"microsoft_teams","type_data":{"webhook_url":"https://a.webhook.office.com/SECRET"}}]}]})");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().fields[0].message.find("app Workflows") != std::string::npos);
  CHECK(loaded.error().fields[0].message.find("SECRET") == std::string::npos);
}
