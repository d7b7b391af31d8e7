// What each platform means by its replies.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "judged.hpp"
#include "notifier/delivery/classify.hpp"

using notifier::HeaderView;
using notifier::Platform;
using notifier::Verdict;
using Action = notifier::Verdict::Action;
using judged::action;
using judged::judge;

TEST_CASE("Slack has taken a message when it says ok, and never otherwise") {
  CHECK(action(Platform::slack, 200, "ok") == Action::delivered);
  CHECK(action(Platform::slack, 200, "ok\n") == Action::delivered);
  for (const char* body : {"", "OK", "okay", "\"ok\"", "<html>ok</html>", "{\"ok\":true}", "not ok"}) {
    CAPTURE(body);
    CHECK(action(Platform::slack, 200, body) == Action::fail);
  }
  CHECK(action(Platform::slack, 400, "ok") == Action::fail);
  CHECK(action(Platform::slack, 302, "ok") == Action::fail);
}

TEST_CASE("Slack's error codes tell a webhook that is gone from a message that is wrong") {
  for (const char* body : {"no_service", "no_team", "channel_is_archived", "channel_not_found", "invalid_token\n"}) {
    CAPTURE(body);
    for (const int status : {200, 403, 404, 410}) CHECK(action(Platform::slack, status, body) == Action::disable);
  }
  for (const char* body : {"invalid_payload", "no_text", "action_prohibited", "invalid_blocks"}) {
    CAPTURE(body);
    for (const int status : {200, 400, 403}) CHECK(action(Platform::slack, status, body) == Action::fail);
  }
  CHECK(action(Platform::slack, 500, "rollup_error") == Action::retry);
  CHECK(action(Platform::slack, 404, "<html>") == Action::fail);
  CHECK(action(Platform::slack, 410) == Action::disable);
  CHECK(action(Platform::slack, 503) == Action::retry);
}

TEST_CASE("Slack's throttling is honoured whatever its body says") {
  const Verdict verdict = judge(Platform::slack, 429, "no_service", {{"Retry-After", "30"}});
  CHECK(verdict.action == Action::throttle);
  CHECK(verdict.retry_after_ms == 30000);
}

TEST_CASE("Rocket.Chat has taken a message when it says success is true") {
  CHECK(action(Platform::rocket_chat, 200, "{\"success\":true}") == Action::delivered);
  CHECK(action(Platform::rocket_chat, 200, " {\"x\":[1], \"success\" : true } ") == Action::delivered);
  for (const char* body :
       {"", "ok", "{", "{}", "[]", "true", "{\"success\":\"true\"}", "{\"success\":1}", "{\"success\":null}",
        "{\"success\":true,\"success\":false}", "{\"a\":{\"success\":true}}", "{\"success\":false}"}) {
    CAPTURE(body);
    CHECK(action(Platform::rocket_chat, 200, body) == Action::fail);
  }
  CHECK(judge(Platform::rocket_chat, 200, "{\"success\":false,\"error\":\"token-secret\"}")
            .reason.find("success\":false") != std::string_view::npos);
  for (const int status : {400, 401, 404})
    CHECK(action(Platform::rocket_chat, status, "{\"success\":false}") == Action::fail);
  CHECK(action(Platform::rocket_chat, 503) == Action::retry);
}

TEST_CASE("Mattermost has taken a message when it says ok; a hook or channel that is gone is not tried again") {
  CHECK(action(Platform::mattermost, 200, "ok") == Action::delivered);
  for (const char* const body : {"", "<html>", "{\"status\":\"OK\"}"}) {
    CHECK(action(Platform::mattermost, 200, body) == Action::fail);
  }
  const auto error = [](const std::string& id, int status) {
    return judge(Platform::mattermost, status,
                 R"({"id":"web.incoming_webhook.)" + id +
                     R"(.app_error","message":"x","request_id":"r","status_code":)" + std::to_string(status) + "}");
  };
  CHECK(error("invalid", 400).action == Action::disable);
  CHECK(error("invalid", 400).reason == "Mattermost: this webhook does not exist");
  CHECK(error("channel", 404).action == Action::disable);
  CHECK(error("channel_locked", 403).action == Action::fail);
  CHECK(error("disabled", 501).action == Action::fail);
  CHECK(error("parse", 400).reason == "the target refuses it");
  CHECK(action(Platform::mattermost, 404) == Action::fail);
  CHECK(action(Platform::mattermost, 404, "web.incoming_webhook.invalid.app_error") == Action::fail);
  CHECK(judge(Platform::mattermost, 429, "", {{"retry-after", "3"}}).retry_after_ms == 3000);
  CHECK(action(Platform::mattermost, 429, R"({"id":"web.incoming_webhook.invalid.app_error"})") == Action::throttle);
}

TEST_CASE("Discord's webhook that is gone is not tried again; how long it asks to wait stands in the body") {
  CHECK(action(Platform::discord, 200, R"({"id":"1288200000000000000"})") == Action::delivered);
  CHECK(action(Platform::discord, 204) == Action::delivered);
  CHECK(action(Platform::discord, 404, R"({"message":"Unknown Webhook","code":10015})") == Action::disable);
  CHECK(judge(Platform::discord, 404, "<html>").reason == "Discord: this webhook does not exist");
  CHECK(judge(Platform::discord, 404, R"({"message":"Unknown Channel","code": 10003})").reason ==
        "Discord: the channel or thread does not exist (10003)");
  CHECK(action(Platform::discord, 401, R"({"message":"Invalid Webhook Token","code":50027})") == Action::disable);
  CHECK(action(Platform::discord, 403) == Action::fail);
  CHECK(action(Platform::discord, 400, R"({"embeds":["0"]})") == Action::fail);
  CHECK(action(Platform::discord, 500) == Action::retry);
  CHECK(action(Platform::discord, 302) == Action::fail);

  const auto wait = [](const std::string& seconds, const std::vector<HeaderView>& headers = {}) {
    const Verdict verdict =
        judge(Platform::discord, 429, R"({"message":"x","retry_after":)" + seconds + R"(,"global":false})", headers);
    CHECK(verdict.action == Action::throttle);
    return verdict.retry_after_ms;
  };
  CHECK(wait("0.35") == 350);
  CHECK(wait("1.0004") == 1001);
  CHECK(wait("64.57", {{"retry-after", "65"}}) == 64570);
  CHECK(wait("\"x\"", {{"retry-after", "65"}}) == 65000);
  CHECK(wait("-1") == std::nullopt);
  CHECK(wait("[[[") == std::nullopt);
}

TEST_CASE(
    "a workflow of Teams that has begun is all that is told; one that is switched off or gone is not tried again") {
  const Verdict taken = judge(Platform::microsoft_teams, 202);
  CHECK(taken.action == Action::delivered);
  CHECK(taken.reason == "the workflow has begun, and is to post it");
  CHECK(judge(Platform::webhook, 202).reason == "the target took it");
  const auto code = [](int status, const std::string& said) {
    return action(Platform::microsoft_teams, status, R"({"error":{"code":")" + said + R"(","message":"x"}})");
  };
  CHECK(code(400, "WorkflowTriggerIsNotEnabled") == Action::disable);
  CHECK(code(404, "WorkflowNotFound") == Action::disable);
  CHECK(code(400, "InvalidRequestContent") == Action::fail);
  CHECK(code(500, "WorkflowNotFound") == Action::retry);
  CHECK(action(Platform::microsoft_teams, 400, R"({"code":"WorkflowTriggerIsNotEnabled"})") == Action::fail);
  CHECK(action(Platform::microsoft_teams, 401) == Action::fail);
  CHECK(judge(Platform::microsoft_teams, 429, "", {{"retry-after", "11"}}).retry_after_ms == 11000);
}

TEST_CASE("ntfy's codes tell a quota that is used up from too much at once, and both from a topic that is not ours") {
  const Platform ntfy = Platform::ntfy;
  CHECK(action(ntfy, 200, R"({"id":"a","time":1,"event":"message","topic":"t"})") == Action::delivered);
  CHECK(action(ntfy, 429, R"({"code":42901,"http":429,"error":"limit reached: too many requests"})") ==
        Action::throttle);
  const Verdict quota = judge(ntfy, 429, R"({"code":42908,"http":429,"error":"limit reached: daily message quota"})");
  CHECK(quota.action == Action::throttle);
  CHECK(quota.reason == "ntfy: the messages of this day are used up");
  CHECK(judge(ntfy, 429, R"({"code":42909,"http":429})").action == Action::throttle);
  CHECK(judge(ntfy, 429, R"({"code":42901})", {{"Retry-After", "5"}}).retry_after_ms == 5000);
  CHECK(action(ntfy, 413, R"({"code":41303,"http":413})") == Action::fail);
  CHECK(action(ntfy, 401, R"({"code":40101,"http":401,"error":"unauthorized"})") == Action::disable);
  CHECK(action(ntfy, 403, R"({"code":40301,"http":403,"error":"forbidden"})") == Action::disable);
  CHECK(action(ntfy, 400, R"({"code":40024,"http":400})") == Action::fail);
  CHECK(action(ntfy, 507) == Action::retry);
}

TEST_CASE("Gotify's token that is none any more is not tried again") {
  CHECK(action(Platform::gotify, 200, R"({"id":25,"appid":5,"message":"x"})") == Action::delivered);
  CHECK(action(Platform::gotify, 401, R"({"error":"Unauthorized","errorCode":401,"errorDescription":"x"})") ==
        Action::disable);
  CHECK(action(Platform::gotify, 403) == Action::disable);
  CHECK(action(Platform::gotify, 400, R"({"error":"Bad Request","errorCode":400})") == Action::fail);
  CHECK(action(Platform::gotify, 502) == Action::retry);
}

TEST_CASE("Matrix says in milliseconds how long to wait, and what an account may not") {
  CHECK(action(Platform::matrix, 200, R"({"event_id":"$a"})") == Action::delivered);
  const Verdict later = judge(Platform::matrix, 429,
                              R"({"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests","retry_after_ms":2001})");
  CHECK(later.action == Action::throttle);
  CHECK(later.retry_after_ms == 2001);
  CHECK(judge(Platform::matrix, 429, R"({"errcode":"M_LIMIT_EXCEEDED"})", {{"Retry-After", "3"}}).retry_after_ms ==
        3000);
  CHECK(action(Platform::matrix, 401, R"({"errcode":"M_UNKNOWN_TOKEN","error":"x"})") == Action::disable);
  CHECK(action(Platform::matrix, 403, R"({"errcode":"M_FORBIDDEN","error":"User not in room"})") == Action::disable);
  CHECK(action(Platform::matrix, 413, R"({"errcode":"M_TOO_LARGE"})") == Action::fail);
  CHECK(action(Platform::matrix, 400, R"({"errcode":"M_BAD_JSON"})") == Action::fail);
  CHECK(action(Platform::matrix, 504) == Action::retry);
}

TEST_CASE("Pushover has taken a message when its status is 1; a key that is not valid is not tried again") {
  const Platform pushover = Platform::pushover;
  CHECK(action(pushover, 200, R"({"status":1,"request":"a-b"})") == Action::delivered);
  CHECK(judge(pushover, 200, R"({"status":0,"errors":["x"]})").reason == "Pushover refuses it");
  for (const char* body : {"", "{}", R"({"status":"1"})", R"({"status":true})", "<html>"}) {
    CAPTURE(body);
    CHECK(judge(pushover, 200, body).reason == "the target answered success, but not as Pushover does");
  }
  CHECK(action(pushover, 400, R"({"user":"invalid","errors":["user identifier is invalid"],"status":0})") ==
        Action::disable);
  CHECK(judge(pushover, 400, R"({"token":"invalid","errors":["application token is invalid"],"status":0})").reason ==
        "Pushover: the application's token is not valid");
  CHECK(action(pushover, 400, R"({"message":"cannot be blank","errors":["message cannot be blank"],"status":0})") ==
        Action::fail);
  CHECK(action(pushover, 429, R"({"status":0,"errors":["application is over its quota"]})") == Action::throttle);
  CHECK(action(pushover, 500) == Action::retry);
}

TEST_CASE("what Telegram, Matrix, ntfy and Gotify call a message is kept") {
  CHECK(judge(Platform::telegram, 200, R"({"ok":true,"result":{"message_id":7}})").receipt == "7");
  CHECK(judge(Platform::matrix, 200, R"({"event_id":"$a:b"})").receipt == "$a:b");
  CHECK(judge(Platform::ntfy, 200, R"({"id":"hwQ2YpKdmg"})").receipt == "hwQ2YpKdmg");
  CHECK(judge(Platform::gotify, 200, R"({"id":25})").receipt == "25");
  CHECK(judge(Platform::telegram, 200, R"({"ok":true})").receipt.empty());
}

TEST_CASE("Telegram says ok, how long to wait, where a group went, and that nobody is there") {
  const Platform telegram = Platform::telegram;
  CHECK(action(telegram, 200, R"({"ok":true,"result":{"message_id":7}})") == Action::delivered);
  for (const char* body : {"", "ok", R"({"ok":"true"})", R"({"result":{}})", "<html>"}) {
    CAPTURE(body);
    CHECK(judge(telegram, 200, body).reason == "the target answered success, but not as Telegram does");
  }
  CHECK(judge(telegram, 200, R"({"ok":false,"error_code":400,"description":"Bad Request: x"})").reason ==
        "Telegram says that it is not ok");
  for (const int status : {200, 429}) {
    const Verdict later =
        judge(telegram, status,
              R"({"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":35}})");
    CHECK(later.action == Action::throttle);
    CHECK(later.retry_after_ms == 35000);
  }
  const Verdict moved = judge(
      telegram, 400,
      R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}})");
  CHECK(moved.action == Action::disable);
  CHECK(moved.reason.find("migrate_to_chat_id") != std::string_view::npos);
  for (const char* body : {R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})",
                           R"({"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"})", ""}) {
    CHECK(action(telegram, 403, body) == Action::disable);
  }
  CHECK(action(telegram, 401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})") == Action::disable);
  CHECK(action(telegram, 404, R"({"ok":false,"error_code":404,"description":"Not Found"})") == Action::disable);
  CHECK(action(telegram, 400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})") ==
        Action::disable);
  CHECK(action(telegram, 400, R"({"ok":false,"error_code":400,"description":"Bad Request: message is too long"})") ==
        Action::fail);
  CHECK(action(telegram, 502, "<html>") == Action::retry);
}

TEST_CASE("Google Chat's space that is gone is not tried again") {
  CHECK(action(Platform::google_chat, 200, R"({"name":"spaces/a/messages/b.c"})") == Action::delivered);
  CHECK(judge(Platform::google_chat, 404, R"({"error":{"code":404,"status":"NOT_FOUND"}})").reason ==
        "Google Chat: the space or its webhook does not exist");
  CHECK(action(Platform::google_chat, 404) == Action::disable);
  CHECK(action(Platform::google_chat, 400) == Action::fail);
  CHECK(action(Platform::google_chat, 401) == Action::fail);
  CHECK(action(Platform::google_chat, 429) == Action::throttle);
  CHECK(action(Platform::google_chat, 503) == Action::retry);
}

TEST_CASE("Rocket.Chat's rate limit is recognised under any status") {
  const std::string body =
      "{\"success\":false,\"error\":\"Error, too many requests. Please slow down. [error-too-many-requests]\"}";
  for (const int status : {200, 400, 429}) {
    const Verdict verdict = judge(Platform::rocket_chat, status, body, {{"retry-after", "7"}});
    CHECK(verdict.action == Action::throttle);
    CHECK(verdict.retry_after_ms == 7000);
  }
  CHECK(action(Platform::rocket_chat, 200, "{\"success\":true,\"text\":\"error-too-many-requests\"}") ==
        Action::delivered);
}

TEST_CASE("PagerDuty has taken an event when it says so; one that is wrong is not tried again, a key ends it all") {
  const Platform pagerduty = Platform::pagerduty;
  const std::string taken = R"({"status":"success","message":"Event processed","dedup_key":"alert_1"})";
  CHECK(action(pagerduty, 202, taken) == Action::delivered);
  CHECK(judge(pagerduty, 202, taken).receipt == "alert_1");
  CHECK(action(pagerduty, 202, R"({"status":"success","message":"Change event processed"})") == Action::delivered);
  CHECK(judge(pagerduty, 202, R"({"status":"invalid event"})").reason == "PagerDuty refuses it");
  CHECK(judge(pagerduty, 202, "<html>").reason == "the target answered success, but not as PagerDuty does");
  CHECK(action(pagerduty, 400, R"({"status":"invalid event","errors":["'payload.summary' is missing or blank"]})") ==
        Action::fail);
  for (const char* const error :
       {"Length of 'routing_key' is incorrect (should be 32 characters)", "Invalid routing key"}) {
    const std::string body =
        R"({"status":"invalid event","message":"Event object is invalid","errors":[")" + std::string(error) + "\"]}";
    CHECK(action(pagerduty, 400, body) == Action::disable);
    CHECK(judge(pagerduty, 400, body).reason == "PagerDuty: the integration's key is not valid");
  }
  CHECK(action(pagerduty, 429) == Action::throttle);
  for (const int status : {500, 502, 503}) CHECK(action(pagerduty, status) == Action::retry);
}
