#include "notifier/vocabulary/secret.hpp"

#include <doctest/doctest.h>

#include <string>

#include "notifier/message/describe.hpp"

using notifier::Event;
using notifier::Message;

namespace {

/// An event of a kind that nobody described, told; what it gives lives until the next.
class Describer {
 public:
  const Message& operator()(const std::string& type_data) {
    const std::string event = R"({"id":"e","app_name":"shop","type":"unknown","type_data":)" + type_data + "}";
    auto root = document_.parse(event);
    REQUIRE(root);
    describe(Event::read(*root, event), "", message_);
    return message_;
  }

 private:
  notifier::json::Document document_;
  Message message_;
};

}  // namespace

TEST_CASE("describe: of keys that are given twice the last counts, and stands where it was given") {
  Describer describe;
  const Message& message = describe(R"({"a":1,"b":2,"a":3,"c":4,"b":5,"b":6})");
  std::string told;
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    told += std::string(message.field(i).label) + "=" + std::string(message.field(i).value) + " ";
    CHECK_FALSE(message.field(i).is_code);
  }
  CHECK(told == "A=3 C=4 B=6 ");
}

TEST_CASE("describe: of an unknown kind, values of up to 40 bytes fit side by side, and those left out are counted") {
  Describer describe;
  const Message& sized = describe(R"({"a":")" + std::string(40, 'x') + R"(","b":")" + std::string(41, 'x') + R"("})");
  REQUIRE(sized.field_count() == 2);
  CHECK(sized.field(0).is_short);
  CHECK_FALSE(sized.field(1).is_short);

  std::string many = "{";
  for (int i = 0; i < 35; ++i) many += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  const Message& counted = describe(many + "}");
  REQUIRE(counted.field_count() == 33);
  CHECK(counted.field(32).label == "Further values");
  CHECK(counted.field(32).value == "3");
  CHECK(counted.field(32).is_short);
  CHECK_FALSE(counted.field(32).is_code);
}

TEST_CASE(
    "describe: of an unknown kind, lists and objects are told one level deep, the first eight and how many more") {
  Describer describe;
  const auto of = [&](const std::string& value) {
    const Message& message = describe(R"({"x":)" + value + "}");
    const std::string left = message.left_out() == 0 ? "" : " left out: " + std::to_string(message.left_out());
    return (message.field_count() == 0 ? "(none)" : std::string(message.field(0).value)) + left;
  };
  CHECK(of(R"(["a",1,true])") == "a, 1, true");
  CHECK(of(R"(["a",null," ","b"])") == "a, b");
  CHECK(of("[1,2,3,4,5,6,7,8]") == "1, 2, 3, 4, 5, 6, 7, 8");
  CHECK(of("[1,2,3,4,5,6,7,8,9,10]") == "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
  CHECK(of(R"(["a",{"b":1},[2]])") == "a and 2 more");
  CHECK(of(R"({"order_id":"F-2","limit":3,"inner":{"a":1}})") == "Order id: F-2, Limit: 3 and 1 more");
  CHECK(of(R"({"a":1,"api_key":"s","b":"https://u:p@x.example/"})") == "A: 1 left out: 2");
  CHECK(of(R"(["https://x.example/?a","b"])") == "b left out: 1");
  CHECK(of(R"([{"a":1},{"b":2}])") == "(none) left out: 1");
  CHECK(of(R"({"token":"s"})") == "(none) left out: 1");
  for (const char* nothing : {"[]", "{}", "[null]", R"({"a":null,"b":""})"}) CHECK(of(nothing) == "(none)");
}

TEST_CASE("describe: what may be a secret, is too deep or too much is counted") {
  Describer describe;
  CHECK(describe(R"({"a":1,"b":null,"c":" "})").left_out() == 0);
  CHECK(describe(R"({"a":1,"token":"x","note":"https://x.example/?k=v"})").left_out() == 2);
  std::string many = "{";
  for (int i = 0; i < 35; ++i) many += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  CHECK(describe(many + ",\"api_key\":1}").left_out() == 4);
}

TEST_CASE("describe: a secret is known by the whole words of its key in any case, and by the URL that holds it") {
  using notifier::detail::has_secret_name;
  using notifier::detail::holds_secret_url;
  for (const char* key : {"authorization",
                          "AUTHORIZATION",
                          "X-Authorization",
                          "apiKey",
                          "api_key",
                          "API-KEY",
                          "apikey",
                          "myApiKeys",
                          "OTP",
                          "pin",
                          "password",
                          "dbPassword",
                          "DB_PASSWORD",
                          "PGPASSWORD",
                          "token",
                          "accesstoken",
                          "access.token",
                          "JWTToken",
                          "client_secret",
                          "secretKeyBase",
                          "session_id",
                          "sessionKey",
                          "cookie",
                          "webhook_url",
                          "auth",
                          "credentials",
                          "aws_secret_access_key",
                          "sshPrivateKey",
                          "verification code",
                          "drain_url",
                          "voucher_code"}) {
    CHECK_MESSAGE(has_secret_name(key), key);
  }
  for (const char* key :
       {"author",          "pins",      "spin",      "zone",      "Z",           "reason",     "keyboard",
        "key_figure",      "keyFigure", "value",     "old_value", "key",         "exit_code",  "code",
        "session",         "private",   "hook",      "issue_key", "token_count", "token_name", "passenger",
        "password_policy", "tokenizer", "secretary", "monkey",    "public_key",  "",           "_",
        "compass"})
    CHECK_FALSE_MESSAGE(has_secret_name(key), key);
  for (const char* kind : {"new_variable", "edit_variable", "delete_variable", "edit_variables"}) {
    CHECK(has_secret_name(kind, "value"));
    CHECK(has_secret_name(kind, "old_value"));
    CHECK_FALSE(has_secret_name(kind, "name"));
  }
  CHECK_FALSE(has_secret_name("gauge", "value"));
  for (const char* text :
       {"https://me@example.com/", "see https://example.com/a?b", "x://@", "x://?", "a://b c://d?"}) {
    CHECK_MESSAGE(holds_secret_url(text), text);
  }
  for (const char* text : {"https://example.com/a@b", "https://example.com ?a", "me@example.com?", "://", "<x://a>?"}) {
    CHECK_FALSE_MESSAGE(holds_secret_url(text), text);
  }
}

TEST_CASE("describe: who did it is the user's name, else the address, and no member with a name like these") {
  notifier::json::Document document;
  Message message;
  const auto actor = [&](std::string_view user) {
    const std::string event = R"({"type":"restart","user":)" + std::string(user) + "}";
    const auto root = document.parse(event);
    REQUIRE(root);
    describe(Event::read(*root, event), "", message);
    return std::string(message.actor());
  };
  CHECK(actor(R"({"username":"anna","email":"anna@example.org"})") == "anna");
  CHECK(actor(R"({"email":"anna@example.org"})") == "anna@example.org");
  CHECK(actor(R"({"email":"anna@example.org","admin":"yes","emails":"no","emailed":"no","e":"no"})") ==
        "anna@example.org");
  CHECK(actor(R"({"username":"anna","usernames":"no","fullname":"no","user":"no","nickname":"no"})") == "anna");
  CHECK(actor(R"({"login":"x","lastname":"y"})") == "");
}
