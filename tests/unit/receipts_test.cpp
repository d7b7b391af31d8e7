// What a platform calls the message that it made: read from its reply, and kept with the attempt.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "notifier/api/record_json.hpp"
#include "notifier/delivery/classify.hpp"
#include "outbox_post.hpp"

using namespace notifier;

namespace {

std::string receipt(Platform platform, std::string_view body, int status = 200) {
  return classify(platform, {status, {}, body}, Timestamp{}).receipt;
}

std::string id_of(const std::string& text) { return receipt(Platform::discord, "{\"id\":" + text + "}"); }

}  // namespace

TEST_CASE("a success may name the message that it made") {
  CHECK(receipt(Platform::discord, R"({"type":0,"id":"1288200000000000000","embeds":[]})") == "1288200000000000000");
  CHECK(receipt(Platform::google_chat, R"({"name":"spaces/AAAA/messages/BBBB.CC","text":"x"})") == "BBBB.CC");
  CHECK(receipt(Platform::google_chat, R"({"name":"spaces/AAAA"})").empty());
  CHECK(receipt(Platform::discord, {}, 204).empty());
  CHECK(receipt(Platform::telegram, R"({"ok":true,"result":{"message_id":1234,"chat":{"id":-5}}})") == "1234");
  CHECK(receipt(Platform::telegram, R"({"ok":false,"result":{"message_id":1234}})").empty());
  CHECK(receipt(Platform::ntfy, R"({"id":"sPs71M8A2T28","event":"message","topic":"t"})") == "sPs71M8A2T28");
  CHECK(receipt(Platform::gotify, R"({"id":25,"appid":5,"message":"x"})") == "25");
  CHECK(receipt(Platform::matrix, R"({"event_id":"$YUwRidLecu:example.com"})") == "$YUwRidLecu:example.com");
  for (const Platform platform :
       {Platform::slack, Platform::mattermost, Platform::webhook, Platform::rocket_chat, Platform::microsoft_teams}) {
    for (const char* const body : {"ok", R"({"id":"1","name":"a/messages/b","success":true})"}) {
      CHECK(receipt(platform, body).empty());
    }
  }
}

TEST_CASE("a reply that is no success names none") {
  for (const int status : {0, 301, 400, 404, 429, 500}) {
    CAPTURE(status);
    CHECK(receipt(Platform::discord, R"({"id":"1288200000000000000","code":10015})", status).empty());
  }
}

TEST_CASE("a name is one run of visible ASCII characters of bounded length") {
  CHECK(id_of("12") == "12");
  CHECK(id_of("\"$a_b-C:example.org\"") == "$a_b-C:example.org");
  for (const char* const none : {"\"\"", "null", "{}", "[]", "[\"a\"]", "{\"id\":\"a\"}", "\"a b\"", "\"a\\nb\"",
                                 "\"\\u0000\"", "\"\\u00e9\"", "\"a\\u007f\"", "\" a\""}) {
    CAPTURE(none);
    CHECK(id_of(none).empty());
  }
  CHECK(id_of("\"" + std::string(255, 'x') + "\"").size() == 255);
  CHECK(id_of("\"" + std::string(256, 'x') + "\"").empty());
  CHECK(receipt(Platform::discord, R"({"id":"a")").empty());
  CHECK(receipt(Platform::discord, "{\"x\":\"" + std::string(30'000, 'x') + "\",\"id\":\"a\"}").empty());
}

TEST_CASE("an outbox keeps it with the attempt, and lists show it") {
  outbox_test::Post post;
  REQUIRE(
      post.outbox.enqueue({outbox_test::make("k", "no-1", "https://discord.example/x", Platform::discord)}, post.now));
  std::vector<OutboxClaim> claims;
  REQUIRE(post.outbox.claim(post.now, 1, claims) == 1);
  REQUIRE(
      post.outbox.record(claims[0].sequence, classify(Platform::discord, {500, {}, "{}"}, post.now.wall), post.now));
  REQUIRE(post.outbox.flush());
  post.pass(3'600'000);
  claims.clear();
  REQUIRE(post.outbox.claim(post.now, 1, claims) == 1);
  const Verdict taken = classify(Platform::discord, {200, {}, R"({"id":"77"})"}, post.now.wall);
  REQUIRE(post.outbox.record(claims[0].sequence, taken, post.now, {}, R"({"id":"77"})"));
  REQUIRE(post.outbox.flush());

  const auto record = post.storage.find("no-1", "k");
  REQUIRE(record);
  REQUIRE(record->has_value());
  REQUIRE((*record)->history.size() == 2);
  CHECK((*record)->history[0].receipt.empty());
  CHECK((*record)->history[1].receipt == "77");
  Buffer json;
  json::Writer out(json);
  to_json(out, **record);
  const std::string_view text = json.view();
  CHECK(text.find(R"(,"reply":"{\"id\":\"77\"}","receipt":"77"}])") != std::string_view::npos);
  CHECK(text.find("receipt") == text.rfind("receipt"));
}
