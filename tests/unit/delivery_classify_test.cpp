// What a reply means, whoever it comes from.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "judged.hpp"
#include "notifier/delivery/classify.hpp"

using notifier::Platform;
using notifier::TransportFailure;
using notifier::Verdict;
using Action = notifier::Verdict::Action;
using judged::action;
using judged::judge;

TEST_CASE("a webhook's status alone decides") {
  for (const int status : {200, 201, 202, 204, 226, 299})
    CHECK(action(Platform::webhook, status, "anything") == Action::delivered);
  for (const int status : {300, 301, 302, 303, 304, 307, 308, 399})
    CHECK(action(Platform::webhook, status) == Action::fail);
  for (const int status : {400, 401, 403, 404, 405, 409, 411, 413, 422, 499})
    CHECK(action(Platform::webhook, status) == Action::fail);
  for (const int status : {408, 425, 500, 501, 502, 503, 504, 521, 599})
    CHECK(action(Platform::webhook, status) == Action::retry);
  CHECK(action(Platform::webhook, 410) == Action::disable);
  CHECK(action(Platform::webhook, 429) == Action::throttle);
  for (const int status : {-1, 0, 100, 101, 199, 600, 999}) CHECK(action(Platform::webhook, status) == Action::retry);
  CHECK(judge(Platform::webhook, 418).status == 418);
}

TEST_CASE("a redirect fails whatever its body says") {
  for (const int status : {300, 302, 307, 336, 399}) {
    for (const Platform platform : {Platform::slack, Platform::rocket_chat, Platform::webhook}) {
      for (const char* body : {"ok", "rollup_error", "no_service", R"({"success":true})", "error-too-many-requests"}) {
        CAPTURE(status);
        CAPTURE(body);
        CHECK(action(platform, status, body) == Action::fail);
      }
    }
  }
}

TEST_CASE("only the first 20 KiB of a body count") {
  std::string body = "{\"success\":true,\"x\":\"";
  body.resize(20 * 1024, 'x');
  CHECK(action(Platform::rocket_chat, 200, body.substr(0, 20 * 1024 - 2) + "\"}") == Action::delivered);
  CHECK(action(Platform::rocket_chat, 200, body.substr(0, 20 * 1024 - 1) + "\"}") == Action::fail);
  CHECK(action(Platform::slack, 200, "ok" + std::string(5'000'000, ' ').append("x")) == Action::delivered);
  CHECK(action(Platform::rocket_chat, 200, std::string(5'000'000, '[')) == Action::fail);
  CHECK(action(Platform::rocket_chat, 400, std::string(20 * 1024, ' ').append("error-too-many-requests")) ==
        Action::fail);
}

TEST_CASE("hostile bodies are judged like any other") {
  CHECK(action(Platform::rocket_chat, 200, std::string("{\"success\":true}\0", 17)) == Action::fail);
  CHECK(action(Platform::rocket_chat, 200, "\xEF\xBB\xBF{\"success\":true}") == Action::fail);
  CHECK(action(Platform::rocket_chat, 200, "{\"success\":true,\"x\":\"\xff\"}") == Action::fail);
  CHECK(action(Platform::rocket_chat, 200, "{\"x\":1e999,\"y\":\"\\ud800\",\"success\":true}") == Action::delivered);
  CHECK(action(Platform::slack, 200, std::string_view("ok\0", 3)) == Action::fail);
}

TEST_CASE("Retry-After is read from any of its forms, under any spelling of the name") {
  CHECK(judge(Platform::webhook, 429, "", {{"retry-after", "120"}}).retry_after_ms == 120000);
  CHECK(judge(Platform::webhook, 429, "", {{"RETRY-AFTER", " 1.5 "}}).retry_after_ms == 1500);
  CHECK(judge(Platform::webhook, 503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}).retry_after_ms == 60000);
  CHECK(judge(Platform::webhook, 502, "", {{"Retry-After", "5"}}).retry_after_ms == 5000);
  CHECK_FALSE(judge(Platform::webhook, 429).retry_after_ms);
  CHECK_FALSE(judge(Platform::webhook, 429, "", {{"Retry-After", "soon"}, {"X-Retry-After", "5"}}).retry_after_ms);
  CHECK(judge(Platform::webhook, 429, "", {{"Retry-After", "soon"}, {"Retry-After", "5"}}).retry_after_ms == 5000);
  CHECK_FALSE(judge(Platform::webhook, 404, "", {{"Retry-After", "5"}}).retry_after_ms);
}

TEST_CASE("a date in Retry-After is counted by the clock of the server that set it") {
  CHECK(judge(Platform::webhook, 429, "",
              {{"Date", "Sat, 05 Nov 1994 08:00:00 GMT"}, {"Retry-After", "Sat, 05 Nov 1994 08:00:10 GMT"}})
            .retry_after_ms == 10000);
  CHECK(judge(Platform::webhook, 429, "", {{"Date", "nonsense"}, {"Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"}})
            .retry_after_ms == 10000);
}

TEST_CASE("an overloaded server that names a time is throttling") {
  CHECK(judge(Platform::webhook, 503, "", {{"Retry-After", "5"}}).action == Action::throttle);
  CHECK(judge(Platform::webhook, 503).action == Action::retry);
  CHECK(judge(Platform::webhook, 500, "", {{"Retry-After", "5"}}).action == Action::retry);
}

TEST_CASE("SMTP replies are judged by their class") {
  const auto smtp = [](int code, std::string_view text = {}) { return notifier::classify_smtp(code, text).action; };
  for (const int code : {200, 221, 250, 251, 252}) CHECK(smtp(code) == Action::delivered);
  for (const int code : {421, 450, 451, 452, 454, 499}) CHECK(smtp(code) == Action::retry);
  for (const int code : {500, 501, 503, 550, 551, 552, 553, 554, 555, 556, 599}) CHECK(smtp(code) == Action::fail);
  for (const int code : {530, 534, 535, 538}) CHECK(smtp(code) == Action::retry);
  for (const int code : {-5, 0, 1, 150, 354, 600, 12345}) CHECK(smtp(code) == Action::retry);
  CHECK(smtp(450, "4.7.1 Greylisted, see you later") == Action::retry);
  CHECK(notifier::classify_smtp(450, "4.7.1 x").reason != notifier::classify_smtp(450, "4.2.1 x").reason);
  CHECK(notifier::classify_smtp(554, "5.1.1 x").reason == notifier::classify_smtp(550, "").reason);
  CHECK(notifier::classify_smtp(554, "5.2.2 x").reason == notifier::classify_smtp(552, "").reason);
}

TEST_CASE("without a reply only a blocked target is hopeless") {
  for (const auto failure : {TransportFailure::unresolved, TransportFailure::refused, TransportFailure::tls,
                             TransportFailure::timeout, TransportFailure::broken}) {
    const Verdict verdict = notifier::classify(failure);
    CHECK(verdict.action == Action::retry);
    CHECK(verdict.status == 0);
    CHECK_FALSE(verdict.reason.empty());
  }
  CHECK(notifier::classify(TransportFailure::blocked).action == Action::fail);
}

TEST_CASE("a reason holds nothing that the target said") {
  const std::string secret = "xyzzy-secret";
  for (const Platform platform : {Platform::email, Platform::slack, Platform::webhook, Platform::rocket_chat}) {
    for (int status = 0; status < 700; status += 1) {
      const Verdict verdict = judge(platform, status, "{\"success\":false,\"error\":\"" + secret + "\"}",
                                    {{"Location", secret}, {"Retry-After", secret}});
      CHECK_FALSE(verdict.reason.empty());
      CHECK(verdict.reason.find(secret) == std::string_view::npos);
      CHECK(to_string(verdict.action) != "unknown");
    }
  }
}

TEST_CASE("a verdict says why, in words that the status decides") {
  const auto reason = [](int status) { return std::string(judge(Platform::webhook, status).reason); };
  for (const int status : {200, 299}) CHECK(reason(status) == "the target took it");
  for (const int status : {300, 399}) CHECK(reason(status) == "the target redirects, which is not followed");
  for (const int status : {400, 499}) CHECK(reason(status) == "the target refuses it");
  for (const int status : {500, 599}) CHECK(reason(status) == "the target has a fault of its own");
  for (const int status : {199, 600}) CHECK(reason(status) == "the target's answer has no valid status");
  CHECK(reason(410) == "the target is gone for good");
  CHECK(reason(429) == "the target asks to send less often");
  for (const int status : {408, 425}) CHECK(reason(status) == "the target asks to try again");
}

TEST_CASE("white space around a header's value does not count") {
  for (const char* value : {"120", "  120", "120 \t", " \t120  "}) {
    CAPTURE(std::string(value));
    const Verdict verdict = judge(Platform::webhook, 429, {}, {{"Retry-After", value}});
    REQUIRE(verdict.retry_after_ms.has_value());
    CHECK(*verdict.retry_after_ms == 120000);
  }
}

TEST_CASE("a lack of descriptors, ports or memory here is no attempt") {
  const Verdict verdict = notifier::classify(notifier::TransportFailure::local);
  CHECK(verdict.action == Verdict::Action::postpone);
  CHECK(to_string(verdict.action) == "postpone");
  CHECK(verdict.status == 0);
}
