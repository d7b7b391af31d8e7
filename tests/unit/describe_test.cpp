#include "notifier/message/describe.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "describer.hpp"
#include "event_corpus.hpp"
#include "inert_text.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

using notifier::Event;
using notifier::Message;
using notifier::Severity;
namespace json = notifier::json;

namespace {

/// The message as tests/data/sentences.txt shows it.
std::string shown(const Message& message) {
  std::string text = std::string(message.kind()) + " (" + std::string(to_string(message.severity));
  if (!message.actor().empty()) text += ", by " + std::string(message.actor());
  text += ")\n  " + std::string(message.title()) + "\n  " + std::string(message.sentence()) + "\n";
  if (!message.link().empty()) text += "  -> " + std::string(message.link()) + "\n";
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    const Message::Field field = message.field(i);
    text += "  " + std::string(field.is_code ? "` " : field.is_short ? "- " : "= ") + std::string(field.label) + ": ";
    for (const char c : field.value) text += c == '\n' ? std::string("\n      ") : std::string(1, c);
    text += "\n";
  }
  return text;
}

/// What holds for every message, whatever the event.
void check_soundness(const Message& message) {
  const std::string title(message.title()), sentence(message.sentence());
  CAPTURE(title);
  CAPTURE(sentence);
  CHECK_FALSE(title.empty());
  REQUIRE_FALSE(sentence.empty());
  CHECK(sentence.back() == '.');
  CHECK((sentence[0] < 'a' || sentence[0] > 'z' || !message.subject().empty() || !message.actor().empty()));
  for (const std::string& text : {title, sentence}) {
    for (const char* flaw : {"  ", " .", " ,", " :", "()", "..", "{", "}", "[", "]", "|", "\n", "\r", "\t"}) {
      CAPTURE(flaw);
      CHECK(text.find(flaw) == std::string::npos);
    }
    CHECK(text.front() != ' ');
    CHECK(text.back() != ' ');
  }
  for (const Message::Text& text : {message.title(), message.sentence(), message.actor(), message.kind()}) {
    CHECK(is_inert_or_does_not_say_so(text));
  }
  std::set<std::string_view> labels;
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    const Message::Field field = message.field(i);
    CHECK(is_inert_or_does_not_say_so(field.value));
    CHECK((!field.label.is_inert || is_of_letters_digits_and_spaces(field.label)));
    CHECK(labels.insert(field.label).second);
    CHECK_FALSE(field.label.empty());
    CHECK_FALSE(field.value.empty());
    if (!field.is_code) CHECK(field.value.find('\n') == std::string::npos);
  }
}

/// The event with each member of its type_data replaced by what `change` gives for its key and value.
std::string changed(const std::string& event,
                    const std::function<std::string(std::string_view key, json::View value)>& change) {
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  notifier::Buffer buffer;
  json::Writer out(buffer);
  out.object([&] {
    root->for_each_member([&](std::string_view key, json::View value) {
      out.escaped_key(key);
      if (key != "type_data") {
        std::string text;
        value.append_json(text);
        return out.raw(text);
      }
      out.object([&] {
        value.for_each_member([&](std::string_view name, json::View member) {
          const std::string text = change(name, member);
          if (text.empty()) return;
          out.escaped_key(name);
          out.raw(text);
        });
      });
    });
  });
  return buffer.str();
}

std::string json_of(json::View value) {
  std::string text;
  value.append_json(text);
  return text;
}

}  // namespace

TEST_CASE("every kind of the vocabulary has a wording of its own") {
  std::set<std::string_view> described;
  std::set<std::string> wordings;
  for (const auto& row : notifier::detail::wordings::table) {
    INFO(row.kind);
    described.insert(row.kind);
    const std::string wording = std::string(row.kind) + std::string(row.when);
    CHECK(wordings.insert(wording).second);
    CHECK(wordings.insert(std::string(row.sentence)).second);
  }
  for (const auto& kind : notifier::builtin_event_kinds) {
    INFO(kind.type);
    CHECK(described.count(kind.type) == 1);
  }
  CHECK(described.size() == std::size(notifier::builtin_event_kinds) + 1);
  CHECK(described.count("test") == 1);
}

TEST_CASE("the corpus holds every kind") {
  std::set<std::string> kinds;
  Describer describe;
  for (const std::string& event : event_corpus()) kinds.insert(std::string(describe(event).kind()));
  for (const auto& kind : notifier::builtin_event_kinds) {
    INFO(kind.type);
    CHECK(kinds.count(std::string(kind.type)) == 1);
  }
}

TEST_CASE("every event of the corpus is told as tests/data/sentences.txt says") {
  const std::string expected = read_test_data("sentences.txt");
  REQUIRE_FALSE(expected.empty());
  Describer describe;
  std::size_t at = 0;
  for (const std::string& event : event_corpus()) {
    const std::string text = shown(describe(event, "https://dashboard.example.org"));
    INFO(event);
    const std::size_t end = (std::min)(expected.find("\n\n", at), expected.size());
    CHECK(text == expected.substr(at, end + 1 - at));
    at = (std::min)(end + 2, expected.size());
  }
  CHECK(at == expected.size());
}

TEST_CASE("no kind is put off by absent, null or wrongly typed data") {
  const std::vector<std::string> values = {
      "null",
      "0",
      "-1.5e300",
      "\"\"",
      "\" \"",
      "\"x\"",
      "true",
      "false",
      "[]",
      "{}",
      "[null]",
      "[{}]",
      "[[[]]]",
      "{\"name\":null}",
      "[1,\"a\",null,{\"name\":\"n\"}]",
      "{\"web\":null,\"\":1,\"a\":\"2:\",\"b\":\":M\",\"c\":\"\"}",
      "{\"id\":{},\"login\":7,\"username\":[],\"email\":false,\"url\":\"javascript:alert(1)\",\"commits\":3}",
      "123456789012345678901234567890123456789012345678901234567890",
      "\"2026-13-01T00:00:00Z\""};
  Describer describe;
  for (const std::string& event : event_corpus()) {
    INFO(event);
    check_soundness(describe(event));
    check_soundness(describe(changed(event, [](auto, auto) { return ""; })));
    for (const std::string& value : values) {
      INFO(value);
      check_soundness(describe(changed(event, [&](auto, auto) { return value; })));
      json::Document document;
      const auto root = document.parse(event);
      (*root)["type_data"].for_each_member([&](std::string_view broken, json::View) {
        check_soundness(describe(changed(
            event, [&](std::string_view key, json::View old) { return key == broken ? value : json_of(old); })));
      });
    }
  }
}

TEST_CASE("no kind is put off by a broken envelope") {
  Describer describe;
  for (const auto& kind : notifier::builtin_event_kinds) {
    INFO(kind.type);
    for (const char* type_data : {"null", "[]", "\"x\"", "3", "{}"}) {
      check_soundness(describe(event_of(kind.type, type_data, "")));
      check_soundness(describe(event_of(kind.type, type_data, R"("user":null,"app_name":null,"created_at":3,)")));
      check_soundness(describe(event_of(kind.type, type_data, R"("user":{"username":1,"email":null},"app_id":[],)")));
      check_soundness(describe(event_of(kind.type, type_data, R"("user":[],"project_name":"front","app_name":"",)")));
    }
    check_soundness(describe(R"({"type":")" + std::string(kind.type) + R"("})"));
  }
  check_soundness(describe("{}"));
  check_soundness(describe("[]"));
}

TEST_CASE("no secret of an event is ever told") {
  const std::string marker = "s3cr3t";
  // The measure of an alert and the source of a migration are no secrets; all else under these keys may be.
  const std::string secrets =
      R"("value":"s3cr3t","old_value":"s3cr3t","new_value":"s3cr3t","url":"https://s3cr3t.example.org/s3cr3t","code":"s3cr3t",)"
      R"("token":"s3cr3t","token_value":"s3cr3t","webhook_url":"https://hooks.slack.com/s3cr3t","secret":"s3cr3t",)"
      R"("password":"s3cr3t","private_key":"s3cr3t","public_key":"s3cr3t","signing_secret":"whsec_s3cr3t",)"
      R"("notifier_type_data":{"webhook_url":"https://hooks.slack.com/s3cr3t","signing_secret":"s3cr3t"},)"
      R"("new_vars":[{"name":"A","value":"s3cr3t"}],"updated_vars":[{"name":"B","value":"s3cr3t","old_value":"s3cr3t"}],)"
      R"("deleted_vars":[{"name":"C","value":"s3cr3t"}],"git_source":"https://u:s3cr3t@github.com/a/b",)"
      R"("source":"https://s3cr3t@github.com/a/b","github_source":"https://u:s3cr3t@github.com/a/b",)"
      R"("pr_url":"https://u:s3cr3t@github.com/a/b","git_ref_url":"https://u:s3cr3t@github.com/a/b",)"
      R"("logs_url":"http://s3cr3t@x/","review_app_url":"http://s3cr3t@x/","data":{"url":"https://u:s3cr3t@git.example.org"})";
  Describer describe;
  for (const auto& kind : notifier::builtin_event_kinds) {
    if (kind.type == "alert" || kind.type == "start_region_migration") continue;
    const Message& message = describe(event_of(kind.type, "{" + secrets + "}"), "https://dashboard.example.org");
    CAPTURE(kind.type);
    CAPTURE(all_text_of(message));
    CHECK(all_text_of(message).find(marker) == std::string::npos);
  }
  for (const std::string& event : event_corpus()) {
    INFO(event);
    CHECK(all_text_of(describe(event)).find(marker) == std::string::npos);
  }
  CHECK(all_text_of(describe(event_of("edit_project", R"({"updated_values":[{"name":"api_key","value":"s3cr3t"}]})")))
            .find(marker) == std::string::npos);
}

TEST_CASE("of a key that is given twice the last value is told") {
  Describer describe;
  CHECK(sentence_of("rename_app", R"({"old_name":"a","new_name":"b","new_name":"c"})") ==
        "The app was renamed from \"a\" to \"c\".");
  CHECK(sentence_of("rename_app", R"({"old_name":"a","new_name":"b","new_name":null})") ==
        "The app was renamed from \"a\".");
  const Message& message = describe(event_of("x", R"({"a":1,"b":2,"a":3,"c":4,"b":null})"));
  REQUIRE(message.field_count() == 2);
  CHECK(field_of(message, "A") == "3");
  CHECK(field_of(message, "B") == "(none)");
  CHECK(field_of(message, "C") == "4");
}

TEST_CASE("failures look different from successes") {
  Describer describe;
  const auto severity = [&](std::string_view kind, std::string_view type_data) {
    return describe(event_of(kind, type_data)).severity;
  };
  CHECK(severity("deployment", R"({"status":"success"})") == Severity::success);
  for (const char* status : {"build-error", "crashed-error", "timeout-error", "hook-error", "new-error", "error"}) {
    CHECK(severity("deployment", R"({"status":")" + std::string(status) + "\"}") == Severity::error);
    CHECK(describe(event_of("deployment", R"({"status":")" + std::string(status) + "\"}")).title() ==
          "shop: deployment failed");
  }
  CHECK(severity("deployment", R"({"status":"aborted"})") == Severity::warning);
  CHECK(severity("deployment", R"({"status":"building"})") == Severity::info);
  CHECK(severity("deployment", "{}") == Severity::info);
  CHECK(severity("crash", "{}") == Severity::error);
  CHECK(severity("repeated_crash", "{}") == Severity::error);
  CHECK(severity("database_backup_failed", "{}") == Severity::error);
  CHECK(severity("database_backup_succeeded", "{}") == Severity::success);
  CHECK(severity("database_continuousbackup_delayed", "{}") == Severity::warning);
  CHECK(severity("database_continuousbackup_stale", "{}") == Severity::error);
  CHECK(severity("restart", R"({"reason":"unexpected_failure"})") == Severity::warning);
  CHECK(severity("alert", R"({"activated":true})") == Severity::warning);
  CHECK(severity("alert", R"({"activated":"false"})") == Severity::success);
  CHECK(severity("payment_attempt", R"({"status":"paid"})") == Severity::success);
  CHECK(severity("payment_attempt", R"({"status":"anything"})") == Severity::error);
  CHECK(severity("accept_project_transfer_invitation_error", "{}") == Severity::error);
}

TEST_CASE("who did it is the user, unless an addon did it") {
  Describer describe;
  const auto actor = [&](std::string_view kind, std::string_view type_data, std::string_view user) {
    return std::string(describe(event_of(kind, type_data, R"("user":)" + std::string(user) + ",")).actor());
  };
  const char* anna = R"({"username":"anna","email":"anna@example.org"})";
  const char* platform = R"({"username":"scalingo-platform","email":"deploy@scalingo.com"})";
  CHECK(actor("restart", "{}", anna) == "anna");
  CHECK(actor("restart", "{}", R"({"email":"anna@example.org"})") == "anna@example.org");
  CHECK(actor("restart", "{}", R"({"username":" ","email":"anna@example.org"})") == "anna@example.org");
  CHECK(actor("restart", "{}", "null") == "");
  CHECK(actor("restart", R"({"addon_name":"PostgreSQL"})", anna) == "Addon PostgreSQL");
  CHECK(actor("restart", R"({"addon_provider":"Redis"})", "null") == "Addon Redis");
  CHECK(actor("new_variable", R"({"addon_name":"PostgreSQL"})", "null") == "Addon PostgreSQL");
  CHECK(actor("run", R"({"command":"ls"})", platform) == "scalingo-platform");
  CHECK(actor("database_backup_failed", "{}", platform) == "scalingo-platform");
  CHECK(actor("database_backup_failed", "{}", anna) == "anna");
  CHECK(actor("deployment", "{}", platform) == "scalingo-platform");
}

TEST_CASE("the link is the event's own where it is a plain web address, else the app's page") {
  Describer describe;
  const auto link = [&](std::string_view url, std::string_view base) {
    return std::string(describe(event_of("deployment", R"({"git_ref_url":")" + std::string(url) + "\"}"), base).link());
  };
  for (const char* good :
       {"https://github.com/a/b/commit/1", "http://x", "https://X.example:8443/?a=b#c", "http://[::1]:80/",
        "https://x.example/%20~!$&'()*+,;=:@/", "https://x.example?q", "https://x.example#f"}) {
    CHECK(link(good, "") == good);
    CHECK(link(good, "https://d.example") == good);
  }
  for (const char* bad : {"", " ", "ftp://x.example/", "javascript:alert(1)", "https://", "https:///x", "https://?x",
                          "//x.example", "https:/x.example", "https://user@x.example/", "https://u:p@x.example/",
                          "https://x.example\\\\y", "https://x.example/\\n", "https://b\\u00fccher.example/",
                          "https://:80/", "https://x_y.example/", "data:text/html,x"}) {
    INFO(bad);
    CHECK(link(bad, "") == "");
    CHECK(link(bad, "https://d.example") == "https://d.example/apps/shop");
  }
  for (const auto& [raw, encoded] :
       {std::pair("HTTPS://X.example/A", "https://X.example/A"),
        std::pair("https://x.example/a b", "https://x.example/a%20b"),
        std::pair("https://x.example/<b>", "https://x.example/%3Cb%3E"),
        std::pair("https://x.example/|{t}", "https://x.example/%7C%7Bt%7D"),
        std::pair("https://x.example/\\\"", "https://x.example/%22"),
        std::pair("https://x.example/\\u00e9?\\u20ac#%41", "https://x.example/%C3%A9?%E2%82%AC#%41"),
        std::pair("https://x.example/^`", "https://x.example/%5E%60"), std::pair(" https://x  ", "https://x")}) {
    CHECK(link(raw, "") == encoded);
  }
  CHECK(link("https://x.example/" + std::string(NOTIFIER_MAX_URL_BYTES, 'a'), "") == "");
  CHECK(link("https://x.example/" + std::string(NOTIFIER_MAX_URL_BYTES / 3, '|'), "") == "");
  CHECK(describe(R"({"type":"crash","app_name":"a"})", "HTTPS://d.example").link() == "HTTPS://d.example/apps/a");
  CHECK(describe(R"({"type":"crash","app_name":"a/../b c?#\u00e9"})", "https://d.example").link() ==
        "https://d.example/apps/a%2F..%2Fb%20c%3F%23%C3%A9");
  CHECK(describe(R"({"type":"crash","app_id":"5f8d"})", "https://d.example").link() == "https://d.example/apps/5f8d");
  CHECK(describe(R"({"type":"new_user"})", "https://d.example").link() == "");
  CHECK(describe(R"({"type":"delete_project","project_name":"p"})", "https://d.example").link() == "");
  CHECK(describe(event_of("create_review_app", R"({"pr_url":"x","review_app_url":"https://r.example"})")).link() ==
        "https://r.example");
}

TEST_CASE("the subject is the app, else the project, by name, else by id") {
  Describer describe;
  CHECK(describe(R"({"type":"crash","app_id":"1","app_name":"shop","project_name":"p"})").subject() == "shop");
  CHECK(describe(R"({"type":"crash","app_id":"1"})").title() == "1: container crashed");
  CHECK(describe(R"({"type":"delete_project","project_id":"prj-1","project_name":"front"})").title() ==
        "front: project deleted");
  CHECK(describe(R"({"type":"delete_project","project_id":"prj-1"})").sentence() ==
        "The project \"prj-1\" was deleted.");
  CHECK(describe(R"({"type":"tfa_disabled"})").title() == "Two-factor authentication disabled");
  CHECK(describe(R"({"type":"tfa_disabled"})").subject() == "");
}

TEST_CASE("hostile data stays on its line, and in code keeps its lines") {
  Describer describe;
  const Message& message = describe(
      R"({"type":"crash","app_name":"sh\r\nop","user":{"username":"an\tna"},"id":"e\r\n1","type_data":{"container_type":)"
      R"("web\u0000-1\nSubject: x","crash_logs":"a\r\n\u001b[31mb\u001b[0m\tc"}})");
  CHECK(message.title() == "sh op: web -1 Subject: x crashed");
  CHECK(message.sentence() == "The container web -1 Subject: x of sh op crashed.");
  CHECK(message.actor() == "an na");
  CHECK(message.event_id() == "e 1");
  CHECK(field_of(message, "Logs") == "a\nb\tc");
}

TEST_CASE("data that looks like a template is told as it is") {
  CHECK(sentence_of("rename_app", R"({"old_name":"{new_name}[|]","new_name":"{@app}"})") ==
        "The app was renamed from \"{new_name}[|]\" to \"{@app}\".");
}

TEST_CASE("five megabytes of data are told once, and the buffer does not grow again") {
  const std::string log(5u << 20, 'x');
  Describer describe;
  const Message& message = describe(event_of("crash", R"({"container_type":"web-1","crash_logs":")" + log + "\"}"));
  CHECK(field_of(message, "Logs").size() == log.size());
  const char* const title = message.title().data();
  describe(event_of("crash", R"({"container_type":"web-1","crash_logs":")" + log + "\"}"));
  CHECK(message.title().data() == title);
  check_soundness(describe(event_of("restart", R"({"scope":[")" + log + "\"]}")));
}

TEST_CASE("a message is refilled from event to event without a trace of the last") {
  Describer reused;
  for (const std::string& event : event_corpus()) {
    Describer fresh;
    CHECK(shown(reused(event)) == shown(fresh(event)));
  }
}

TEST_CASE("a test says so, and who asked for it") {
  Describer describe;
  const Message& message =
      describe(event_of("test", R"({"notifier_name":"ops"})", R"("user":{"username":"anna"},"app_name":"shop",)"));
  CHECK(message.title() == "shop: test");
  CHECK(message.sentence() == "This is a test of the notifier \"ops\", asked for by anna: nothing happened to shop.");
  CHECK(describe(R"({"type":"test"})").sentence() == "This is a test of a notifier: nothing happened to the app.");
}
