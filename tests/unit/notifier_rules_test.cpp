// The rules for a notifier: what is refused, and in which words.

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "notifier/registry/registry.hpp"
#include "notifier/text/is_utf8.hpp"

using namespace notifier;

namespace {

constexpr const char* rocket_chat_id = "5982f145d48c3600273ef08b";
constexpr const char* webhook_id = "5982f145d48c3600273ef08a";
constexpr const char* slack_id = "5982f145d48c3600273ef089";
constexpr const char* email_id = "59c52ac27651ce002c1d4620";
constexpr const char* secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `field: message` of every problem, in order.
std::vector<std::string> problems(const Error& error) {
  std::vector<std::string> out;
  for (const FieldError& fault : error.fields) out.push_back(fault.field + ": " + fault.message);
  return out;
}

NotifierDraft read(std::string_view json) {
  json::Document document;
  const auto root = document.parse(json);
  REQUIRE(root);
  return NotifierDraft::read(*root);
}

std::string notifier_json(std::string_view platform_id, std::string_view rest) {
  return R"({"name":"x","platform_id":")" + std::string(platform_id) + "\"," + std::string(rest) + "}";
}

struct Shop {
  Shop() { REQUIRE(registry.add_app({"1", "shop", {}, {}})); }

  std::vector<std::string> add_problems(std::string_view json) {
    const auto added = registry.add("shop", read(json));
    if (added) return {};
    CHECK(added.error().code == errc::invalid);
    CHECK_FALSE(added.error().message.empty());
    return problems(added.error());
  }
  std::vector<std::string> type_data_problems(std::string_view platform_id, std::string_view type_data) {
    return add_problems(notifier_json(platform_id, R"("type_data":)" + std::string(type_data)));
  }
  Notifier add(std::string_view json) {
    const auto added = registry.add("shop", read(json));
    REQUIRE(added);
    return *added;
  }
  Notifier update(const std::string& id, std::string_view json) {
    const auto updated = registry.update("shop", id, read(json));
    REQUIRE(updated);
    return *updated;
  }
  std::vector<std::string> update_problems(const std::string& id, std::string_view json) {
    const auto before = registry.snapshot();
    const auto updated = registry.update("shop", id, read(json));
    CHECK(registry.snapshot() == before);
    return updated ? std::vector<std::string>() : problems(updated.error());
  }

  Registry registry;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Shop, "all problems come in one answer, each with its field") {
  CHECK(add_problems(R"({"platform_id":"5982f145d48c3600273ef089","name":" ","active":3,"send_all_alerts":"yes",
                         "send_all_events":[],"selected_event_ids":["5982f139d48c360021b1eb4b","nope"],
                         "type_data":{"webhook_url":"gopher://x"}})") ==
        Texts{"active: must be true or false", "send_all_alerts: must be true or false",
              "send_all_events: must be true or false", "name: can't be blank",
              "selected_event_ids: holds an unknown event type id: 'nope'",
              "type_data.webhook_url: must begin with http:// or https://"});
}

TEST_CASE_FIXTURE(Shop, "platform and name are all that is required, beside a chat's URL") {
  const Notifier mail = add(notifier_json(email_id, R"("type_data":null)"));
  CHECK(mail.active);
  CHECK_FALSE(mail.send_all_alerts);
  CHECK_FALSE(mail.send_all_events);
  CHECK(mail.selected_event_ids.empty());
  CHECK(mail.type_data.texts("user_ids").empty());
  CHECK(mail.type_data.texts("emails").empty());
  CHECK(add_problems(R"({"platform_id":"59c52ac27651ce002c1d4620"})") == Texts{"name: can't be blank"});
  CHECK(add_problems(notifier_json(slack_id, R"("type_data":{})")) == Texts{"type_data.webhook_url: can't be blank"});
}

TEST_CASE_FIXTURE(Shop, "booleans also come as the strings true and false, and null is absent") {
  const Notifier n =
      add(notifier_json(email_id, R"("active":"false","send_all_alerts":"true","send_all_events":null)"));
  CHECK_FALSE(n.active);
  CHECK(n.send_all_alerts);
  CHECK_FALSE(n.send_all_events);
  CHECK(update(n.id, R"({"active":"true","send_all_alerts":null})").active);
  CHECK(registry.find(n.id)->send_all_alerts);
  CHECK(update_problems(n.id, R"({"active":""})") == Texts{"active: must be true or false"});
  CHECK(update_problems(n.id, R"({"active":"True"})") == Texts{"active: must be true or false"});
}

TEST_CASE_FIXTURE(Shop, "what a client must not set is not heard") {
  const Notifier n = add(notifier_json(email_id, R"("id":"mine","app_id":"2","app":"blog","type":"slack",
      "created_at":"0001-01-01T00:00:00Z","updated_at":7)"));
  CHECK(n.id != "mine");
  CHECK(n.app_id == "1");
  CHECK(n.platform == Platform::email);
  CHECK(n.created_at.ms == 1);
}

TEST_CASE_FIXTURE(Shop, "a name that is too long, no text, or no UTF-8 is refused once") {
  CHECK(add_problems(notifier_json(email_id, "\"name\":\"" + std::string(NOTIFIER_MAX_NAME_BYTES + 1, 'x') + "\"")) ==
        Texts{"name: is too long (maximum is 10240 bytes)"});
  CHECK(add_problems(notifier_json(email_id, R"("name":5)")) == Texts{"name: must be a string"});
  NotifierDraft draft = read(notifier_json(email_id, R"("active":true)"));
  draft.name = "\xC0\x80";
  CHECK(problems(registry.add("shop", draft).error()) == Texts{"name: must be UTF-8"});
}

TEST_CASE_FIXTURE(Shop, "selected events are known, each once, in the order given") {
  const Notifier n = add(notifier_json(
      email_id,
      R"("selected_event_ids":["5982f139d48c360021b1eb4c","5982f139d48c360021b1eb4b","5982f139d48c360021b1eb4c"])"));
  CHECK(n.selected_event_ids == Texts{"5982f139d48c360021b1eb4c", "5982f139d48c360021b1eb4b"});
  CHECK(registry.find(n.id)->selected_event_ids == n.selected_event_ids);
  CHECK(update_problems(n.id, R"({"selected_event_ids":["a","5982f139d48c360021b1eb4b","b"]})") ==
        Texts{"selected_event_ids: holds an unknown event type id: 'a'",
              "selected_event_ids: holds an unknown event type id: 'b'"});
  CHECK(update_problems(n.id, R"({"selected_event_ids":"a"})") ==
        Texts{"selected_event_ids: must be an array of strings"});
  CHECK(update_problems(n.id, R"({"selected_event_ids":[1]})") ==
        Texts{"selected_event_ids: must be an array of strings"});
  CHECK(update(n.id, R"({"name":"y"})").selected_event_ids.size() == 2);
  CHECK(update(n.id, R"({"selected_event_ids":null})").selected_event_ids.size() == 2);
  CHECK(update(n.id, R"({"selected_event_ids":[]})").selected_event_ids.empty());
  std::string many = R"({"selected_event_ids":[)";
  for (unsigned i = 0; i <= NOTIFIER_MAX_SELECTED_EVENTS; ++i) many += i == 0 ? "\"x\"" : ",\"x\"";
  CHECK(update_problems(n.id, many + "]}") == Texts{"selected_event_ids: is too long (maximum is 1024 entries)"});
  many = R"({"selected_event_ids":["5982f139d48c360021b1eb4b")";
  for (unsigned i = 1; i < NOTIFIER_MAX_SELECTED_EVENTS; ++i) many += ",\"5982f139d48c360021b1eb4b\"";
  CHECK(update(n.id, many + "]}").selected_event_ids == Texts{"5982f139d48c360021b1eb4b"});
}

TEST_CASE_FIXTURE(Shop, "selected_events takes names of both kinds, and gives way to ids") {
  const Notifier n = add(notifier_json(email_id, R"("selected_events":["app_deployed","restart","deployment"])"));
  CHECK(n.selected_event_ids == Texts{"5982f139d48c360021b1eb4b", "5982f139d48c360021b1eb4c"});
  CHECK(
      update(n.id, R"({"selected_event_ids":[],"selected_events":["restart","no such"]})").selected_event_ids.empty());
  CHECK(update_problems(n.id, R"({"selected_events":["new_user","app_deployed","\u0000"]})") ==
        Texts{"selected_events: holds a name that no event type goes by: 'new_user'",
              "selected_events: holds a name that no event type goes by: '\\x00'"});
}

TEST_CASE_FIXTURE(Shop, "what a message quotes of an unknown id is cut, between characters") {
  std::string id;
  for (int i = 0; i < 100; ++i) id += "\xF0\x9F\x98\x80";
  const auto found = add_problems(notifier_json(email_id, R"("selected_event_ids":[")" + id + "\"]"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].size() < 150);
  CHECK(is_utf8(found[0]));
}

TEST_CASE_FIXTURE(Shop, "a chat's URL is absolute, http or https, with a host, without credentials or fragment") {
  for (const char* platform : {slack_id, webhook_id, rocket_chat_id}) {
    for (const char* bad :
         {R"({"webhook_url":""})", R"({"webhook_url":null})", R"({"webhook_url":"  "})", R"({"webhook_url":5})",
          R"({"webhook_url":"/path"})", R"({"webhook_url":"ftp://a.example/"})", R"({"webhook_url":"https:///x"})",
          R"({"webhook_url":"https://user:pass@a.example/"})", R"({"webhook_url":"https://a.example/#x"})",
          R"({"webhook_url":"https://a.example/\r\nX: y"})", R"("https://a.example/")", R"([])"}) {
      CAPTURE(bad);
      const auto found = type_data_problems(platform, bad);
      REQUIRE(found.size() == 1);
      CHECK(found[0].find("a.example") == std::string::npos);
    }
    CHECK(type_data_problems(platform, R"({"webhook_url":"https://a.example"})").empty());
  }
  const std::string start = "https://a.example/";
  const auto of_length = [&](std::size_t length) {
    return R"({"webhook_url":")" + start + std::string(length - start.size(), 'x') + "\"}";
  };
  CHECK(type_data_problems(slack_id, of_length(2048)).empty());
  CHECK(type_data_problems(slack_id, of_length(2049)) ==
        Texts{"type_data.webhook_url: is too long (maximum is 2048 bytes)"});
}

TEST_CASE_FIXTURE(Shop, "an id of digits may be written as a number, and is the same as its text") {
  const std::string telegram = "000000006e6f7469f0000008";
  const Notifier added = add(notifier_json(telegram, R"("type_data":{"bot_token":"1:a","chat_id":-1001234567890123})"));
  CHECK(added.type_data.text("chat_id") == "-1001234567890123");
  CHECK(type_data_problems(telegram, R"({"bot_token":"1:a","chat_id":1.5})") ==
        Texts{"type_data.chat_id: must be a string"});
  CHECK(type_data_problems(telegram, R"({"bot_token":"1:a","chat_id":["1"]})") ==
        Texts{"type_data.chat_id: must be a string"});
}

TEST_CASE_FIXTURE(Shop, "mail takes user ids and addresses, each judged, and both may be empty") {
  CHECK(type_data_problems(email_id, R"({"user_ids":[],"emails":[]})").empty());
  CHECK(type_data_problems(email_id, R"({"user_ids":["us-1"],"emails":["a@b.c","root@localhost"]})").empty());
  CHECK(type_data_problems(email_id, R"({"user_ids":[""],"emails":["a@b.c","nobody","x@y@","a@b.c\r\nBcc: d@e.f"]})") ==
        Texts{"type_data.user_ids: can't be blank", "type_data.emails: 'nobody' is not a valid email address",
              "type_data.emails: 'x@y@' is not a valid email address",
              "type_data.emails: 'a@b.c\\x0d\\x0aBcc: d@e.f' is not a valid email address"});
  CHECK(type_data_problems(email_id, R"({"user_ids":"us-1","emails":[1]})") ==
        Texts{"type_data.user_ids: must be an array of strings", "type_data.emails: must be an array of strings"});
  std::string many = R"({"emails":[)";
  for (unsigned i = 0; i <= NOTIFIER_MAX_RECIPIENTS; ++i) many += i == 0 ? "\"a@b.c\"" : ",\"a@b.c\"";
  CHECK(type_data_problems(email_id, many + "]}") == Texts{"type_data.emails: is too long (maximum is 200 entries)"});
}

TEST_CASE_FIXTURE(Shop, "a webhook's signing secrets are one or several, well-formed, and hidden") {
  const auto data = [](std::string_view value) {
    return R"({"webhook_url":"https://a.example/","signing_secret":)" + std::string(value) + "}";
  };
  const Notifier n = add(notifier_json(webhook_id, "\"type_data\":" + data('"' + std::string(secret) + '"')));
  CHECK(n.type_data.texts("signing_secret") == Texts{secret});
  Buffer shown;
  json::Writer writer(shown);
  write_json(writer, n);
  CHECK(shown.view().find("whsec_") == std::string_view::npos);
  CHECK(registry.snapshot().find(secret) != std::string::npos);

  CHECK(update(n.id, R"({"type_data":{"phone":"1"}})").type_data.texts("signing_secret").size() == 1);
  CHECK(update(n.id, "{\"type_data\":" + data("[\"" + std::string(secret) + "\",\"" + secret + "\"]") + "}")
            .type_data.texts("signing_secret")
            .size() == 2);
  std::string many = "[\"" + std::string(secret) + '"';
  for (unsigned i = 1; i < NOTIFIER_MAX_SIGNING_SECRETS; ++i) many += ",\"" + std::string(secret) + '"';
  CHECK(update(n.id, "{\"type_data\":" + data(many + "]") + "}").type_data.texts("signing_secret").size() ==
        NOTIFIER_MAX_SIGNING_SECRETS);
  many += ",\"" + std::string(secret) + '"';
  CHECK(update_problems(n.id, "{\"type_data\":" + data(many + "]") + "}") ==
        Texts{"type_data.signing_secret: is too long (maximum is " + std::to_string(NOTIFIER_MAX_SIGNING_SECRETS) +
              " entries)"});
  CHECK(update(n.id, R"({"type_data":{"signing_secret":null}})").type_data.texts("signing_secret").empty());
  CHECK(update(n.id, R"({"type_data":{"signing_secret":"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})")
            .type_data.texts("signing_secret") == Texts{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
  CHECK(type_data_problems(webhook_id, data('"' + std::string(43, 'A') + '"')).empty());
  for (const char* bad : {"\"\"", "\"whsec_\"", "\"WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", "\"whsec_AAAA\"",
                          "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS\"", "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa.w\"",
                          "[\"whsec_AAAA\"]"}) {
    CAPTURE(bad);
    const auto found = type_data_problems(webhook_id, data(bad));
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "type_data.signing_secret: must be 24 to 64 bytes in base64, with or without 'whsec_' before it");
  }
  CHECK(type_data_problems(webhook_id, data("7")) ==
        Texts{"type_data.signing_secret: must be a string or an array of strings"});
  CHECK(type_data_problems(webhook_id, data("\"whsec_" + std::string(86, 'A') + "==\"")).empty());
  CHECK(type_data_problems(webhook_id, data("\"whsec_" + std::string(88, 'A') + "\"")).size() == 1);
  CHECK(type_data_problems(slack_id, data('"' + std::string(secret) + '"')) ==
        Texts{"type_data.signing_secret: is for webhook notifiers alone"});
  CHECK(type_data_problems(slack_id, data("null")).empty());
}

TEST_CASE_FIXTURE(Shop, "an update leaves alone what it does not name") {
  const Notifier n = add(notifier_json(
      slack_id,
      R"("selected_events":["restart"],"type_data":{"webhook_url":"https://a.example/","phone_number":"1"})"));
  for (const char* nothing :
       {"{}", R"({"name":""})", R"({"name":null})", R"({"name":"  "})", R"({"type_data":{}})", R"({"type_data":null})",
        R"({"platform_id":""})", R"({"platform_id":null})", R"({"platform_id":"5982f145d48c3600273ef089"})"}) {
    CAPTURE(nothing);
    const Notifier updated = update(n.id, nothing);
    CHECK(updated.name == "x");
    CHECK(updated.type_data.text("webhook_url") == "https://a.example/");
    CHECK(updated.type_data.other == R"("phone_number":"1")");
    CHECK(updated.selected_event_ids.size() == 1);
    CHECK(updated.active);
  }
}

TEST_CASE_FIXTURE(Shop, "the platform of a notifier cannot be changed") {
  const Notifier n = add(notifier_json(email_id, R"("active":true)"));
  CHECK(update_problems(n.id, R"({"platform_id":"5982f145d48c3600273ef089"})") ==
        Texts{"platform_id: can't be changed"});
  CHECK(update_problems(n.id, R"({"platform_id":"nonsense"})") == Texts{"platform_id: can't be changed"});
}

TEST_CASE_FIXTURE(Shop, "type_data is merged key by key, and null removes a key") {
  const Notifier n = add(notifier_json(
      slack_id, R"("type_data":{"a":1,"webhook_url":"https://a.example/","b":{"deep":[null,1.50]},"c":"x","n":null})"));
  CHECK(n.type_data.other == R"("a":1,"b":{"deep":[null,1.5]},"c":"x")");
  const Notifier merged = update(n.id, R"({"type_data":{"d":true,"b":null,"a":[2],"e":null}})");
  CHECK(merged.type_data.other == R"("a":[2],"c":"x","d":true)");
  CHECK(merged.type_data.text("webhook_url") == "https://a.example/");
  CHECK(registry.find(n.id)->type_data.other == merged.type_data.other);
  CHECK(update(n.id, R"({"type_data":{"b":"back","webhook_url":"https://b.example/"}})").type_data.other ==
        R"("a":[2],"c":"x","d":true,"b":"back")");
  CHECK(update(n.id, R"({"type_data":{"a":null,"b":null,"c":null,"d":null}})").type_data.other.empty());
}

TEST_CASE_FIXTURE(Shop, "a required key can be neither removed nor blanked") {
  const Notifier n = add(notifier_json(slack_id, R"("type_data":{"webhook_url":"https://a.example/"})"));
  CHECK(update_problems(n.id, R"({"type_data":{"webhook_url":null}})") ==
        Texts{"type_data.webhook_url: can't be blank"});
  CHECK(update_problems(n.id, R"({"type_data":{"webhook_url":""}})") == Texts{"type_data.webhook_url: can't be blank"});
  const Notifier mail = add(notifier_json(email_id, R"("type_data":{"emails":["a@b.c"],"user_ids":["us-1"]})"));
  const Notifier cleared = update(mail.id, R"({"type_data":{"emails":null,"user_ids":[]}})");
  CHECK(cleared.type_data.texts("emails").empty());
  CHECK(cleared.type_data.texts("user_ids").empty());
}

TEST_CASE_FIXTURE(Shop, "of a key given twice the last counts, at the place of the first") {
  const Notifier n = add(
      R"({"name":"a","platform_id":"x","name":"b","type_data":1,"platform_id":"5982f145d48c3600273ef089",
          "type_data":{"k":1,"webhook_url":"x","l":2,"webhook_url":"https://a.example/","k":3,"":4,"\u006b":5}})");
  CHECK(n.name == "b");
  CHECK(n.type_data.text("webhook_url") == "https://a.example/");
  CHECK(n.type_data.other == R"("k":5,"l":2,"":4)");
}

TEST_CASE_FIXTURE(Shop, "unknown keys of type_data are kept up to a limit, whatever their text") {
  const Notifier n = add(notifier_json(
      webhook_id,
      R"("type_data":{"webhook_url":"https://a.example/","\u0000\"\\":"\ud83d\ude00\n","big":123456789012345678901234567890})"));
  CHECK(n.type_data.other == "\"\\u0000\\\"\\\\\":\"\xF0\x9F\x98\x80\\n\",\"big\":123456789012345678901234567890");
  const std::string long_text(NOTIFIER_MAX_TYPE_DATA_BYTES, 'x');
  CHECK(type_data_problems(email_id, R"({"k":")" + long_text + "\"}") ==
        Texts{"type_data: is too long (maximum is 65536 bytes)"});
  const Notifier filled = update(n.id, R"({"type_data":{"k":")" + long_text.substr(100) + "\"}}");
  CHECK(update_problems(filled.id, R"({"type_data":{"l":")" + long_text.substr(100) + "\"}}") ==
        Texts{"type_data: is too long (maximum is 65536 bytes)"});
  CHECK(update(filled.id, R"({"type_data":{"k":null}})").type_data.other == n.type_data.other);
}

TEST_CASE_FIXTURE(Shop, "type_data with many thousand keys is judged in a moment") {
  std::string data = "{";
  for (int i = 0; i < 7000; ++i) data += "\"" + std::to_string(i) + "\":1,";
  const Notifier n = add(notifier_json(email_id, R"("type_data":)" + data + "\"0\":2}"));
  CHECK(n.type_data.other.substr(0, 12) == R"("0":2,"1":1,)");
  CHECK(update(n.id, "{\"type_data\":" + data + "\"0\":null}}").type_data.other.substr(0, 6) == R"("1":1,)");
}

TEST_CASE("a draft is judged as add() would, without a registry") {
  const auto& vocabulary = *Vocabulary::standard();
  CHECK(validate({}, vocabulary).error().field == "notification_platform");
  CHECK(problems(validate(read(R"({"platform_id":"59c52ac27651ce002c1d4620","active":0})"), vocabulary).error()) ==
        Texts{"active: must be true or false", "name: can't be blank"});
  NotifierDraft draft;
  draft.platform = "slack";
  draft.name = "x";
  draft.type_data = R"({"webhook_url":"https://a.example/"})";
  draft.selected_events = {{"restart"}};
  const auto judged = validate(draft, vocabulary);
  REQUIRE(judged);
  CHECK(judged->platform == Platform::slack);
  CHECK(judged->selected_event_ids == Texts{"5982f139d48c360021b1eb4c"});
  CHECK(judged->id.empty());
  for (const char* broken : {"", "[]", "{", "null", "{\"webhook_url\":\"https://a.example/\"} x"}) {
    draft.type_data = broken;
    CHECK(problems(validate(draft, vocabulary).error()) == Texts{"type_data: must be an object"});
  }
}

TEST_CASE_FIXTURE(Shop, "a notifier is shown with all its keys, in the documented order") {
  const Notifier n = add(notifier_json(email_id, R"("type_data":{"emails":["a@b.c"],"z":1})"));
  Buffer out;
  json::Writer writer(out);
  write_json(writer, n);
  CHECK(out.view() == R"({"id":")" + n.id +
                          R"(","name":"x","active":true,"type":"email","platform_id":"59c52ac27651ce002c1d4620",)"
                          R"("created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:00.001Z",)"
                          R"("send_all_alerts":false,"send_all_events":false,"selected_event_ids":[],"app_id":"1",)"
                          R"("app":"shop","type_data":{"user_ids":[],"emails":["a@b.c"],"z":1}})");
}
