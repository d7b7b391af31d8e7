// How the built-in kinds are told to the person who gets forty a day: in English, once, with the event's own facts.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "describer.hpp"

using notifier::Message;

TEST_CASE("a failed deployment links to its log, not to the commit, which is a field's link") {
  Describer describe;
  const auto failed = [&](std::string_view ids, std::string_view base) -> const Message& {
    return describe(event_of("deployment", R"({"status":"build-error","git_ref_url":"https://git.example/c/1")" +
                                               std::string(ids) + "}"),
                    base);
  };
  const std::string_view base = "https://d.example";
  CHECK(failed(R"(,"deployment_id":"1","deployment_uuid":"a/b")", base).link() ==
        "https://d.example/apps/shop/deployments/a%2Fb");
  CHECK(failed(R"(,"deployment_id":"1")", base).link() == "https://d.example/apps/shop/deployments/1");
  CHECK(failed("", base).link() == "https://d.example/apps/shop");
  CHECK(failed(R"(,"deployment_id":"1")", "").link() == "");
  CHECK(field_of(failed("", base), "Commit") == "https://git.example/c/1");
}

TEST_CASE("the commits of a deployment are told by their first line and author, and how many more there are") {
  Describer describe;
  const auto changes = [&](std::string_view commits) {
    return field_of(
        describe(event_of("deployment", R"({"status":"success","last_commits":)" + std::string(commits) + "}")),
        "Changes");
  };
  CHECK(changes(R"({"commits":[{"author":"anna","message":"Fix it\n\nIt was broken."}],"remaining":0})") ==
        "\"Fix it\" (anna)");
  CHECK(changes(R"({"commits":[{"message":"a"},{"author":"ben","message":"b"}],"remaining":4})") ==
        "\"a\", \"b\" (ben) and 4 more");
  CHECK(changes(R"({"commits":[],"remaining":4})") == "(none)");
  CHECK(changes("null") == "(none)");
}

TEST_CASE("a new app's source is told wherever it is, without what may be secret") {
  Describer describe;
  const auto source = [&](std::string_view git_source) {
    return field_of(describe(event_of("new_app", R"({"git_source":")" + std::string(git_source) + "\"}")), "Source");
  };
  CHECK(source("https://github.com/a/b.git") == "https://github.com/a/b.git");
  CHECK(source("git@github.com:a/b.git") == "git@github.com:a/b.git");
  CHECK(source("https://u:s3cr3t@github.com/a/b") == "https://github.com/a/b");
}

TEST_CASE("every metric of an alert and of an autoscaler is told in English, and agrees with its verb") {
  const auto of = [](std::string_view kind, std::string_view metric) {
    return sentence_of(kind, R"({"container_type":"web","sender_name":"web","send_when_below":false,"activated":true,)"
                             R"("min_containers":"1","max_containers":"4","metric":")" +
                                 std::string(metric) + "\"}");
  };
  for (const auto& [metric, words] :
       {std::pair("5XX", "The number of 5xx errors"), std::pair("all", "The number of requests per minute"),
        std::pair("cpu", "The CPU usage"), std::pair("memory", "The memory usage"), std::pair("swap", "The swap usage"),
        std::pair("p95_response_time", "The p95 response time"),
        std::pair("rpm_per_container", "The number of requests per minute and container"),
        std::pair("queue_depth", "The metric \"queue_depth\""), std::pair("", "A metric")}) {
    CHECK(of("alert", metric) == std::string(words) + " on web of shop is too high.");
  }
  CHECK(of("new_alert", "5XX") == "An alert on the number of 5xx errors of the web containers of shop was added.");
  CHECK(of("delete_alert", "jobs") == "The alert on the metric \"jobs\" of the web containers of shop was deleted.");
  CHECK(
      of("new_autoscaler", "all") ==
      "An autoscaler for the web containers of shop was added: it holds the number of requests per minute with 1 to 4 "
      "containers.");
  CHECK(of("edit_autoscaler", "jobs") ==
        "The autoscaler for the web containers of shop was changed: it holds the metric \"jobs\" with 1 to 4 "
        "containers.");
  CHECK(of("delete_autoscaler", "cpu") ==
        "The autoscaler for the web containers of shop was deleted: it held the CPU usage.");
  const auto title = [](std::string_view metric, std::string_view more) {
    Describer describe;
    return std::string(describe(event_of("alert", R"({"sender_name":"web","metric":")" + std::string(metric) + '"' +
                                                      std::string(more) + "}"))
                           .title());
  };
  CHECK(title("5XX", R"(,"send_when_below":false)") == "shop: number of 5xx errors too high on web");
  CHECK(title("cpu", R"(,"send_when_below":true,"activated":false)") == "shop: CPU usage back to normal on web");
  CHECK(title("jobs", "") == "shop: \"jobs\" beyond its limit on web");
}

TEST_CASE("of containers, what changed is told, and once") {
  const auto scaled = [](std::string_view before, std::string_view after) {
    return sentence_of(
        "scale", R"({"previous_containers":)" + std::string(before) + R"(,"containers":)" + std::string(after) + "}");
  };
  CHECK(scaled(R"({"web":"1:M","worker":"2:M"})", R"({"web":"3:M","worker":"2:M"})") ==
        "shop was scaled: web from 1 to 3 (M).");
  CHECK(scaled(R"({"web":"1:M","worker":"2:M"})", R"({"web":"1:M","worker":"2:L"})") ==
        "shop was scaled: worker from 2 (M) to 2 (L).");
  CHECK(scaled(R"({"web":1,"worker":10})", R"({"web":1,"worker":1})") == "shop was scaled: worker from 10 to 1.");
  CHECK(scaled(R"({"web":1})", R"({"web":1})") == "shop was scaled to web 1.");
  CHECK(scaled(R"({"web":1})", "{}") == "shop was scaled from web 1.");
  CHECK(scaled("[]", "3") == "shop was scaled.");
}

TEST_CASE("what sentence or actor say is not said again in a field") {
  Describer describe;
  const auto pushed_by = [&](std::string_view pusher, std::string_view user) {
    return field_of(describe(event_of("deployment", R"({"status":"success","pusher":")" + std::string(pusher) + "\"}",
                                      R"("app_name":"shop","user":{"username":")" + std::string(user) + R"("},)")),
                    "Pushed by");
  };
  CHECK(pushed_by("bob", "bob") == "(none)");
  CHECK(pushed_by("bob", "ben") == "bob");
  CHECK(pushed_by("sho", "ben") == "sho");
  const auto email = [&](std::string_view collaborator) {
    return field_of(describe(event_of("delete_collaborator", R"({"collaborator":)" + std::string(collaborator) + "}")),
                    "Email");
  };
  CHECK(email(R"({"username":"ben","email":"ben@example.org"})") == "ben@example.org");
  CHECK(email(R"({"email":"ben@example.org"})") == "(none)");
}

TEST_CASE("a name is set apart from the words around it, whatever it is") {
  const auto removed = [](std::string_view name) {
    return sentence_of("delete_variable", R"({"name":")" + std::string(name) + "\"}");
  };
  CHECK(removed("name") == "The variable \"name\" was removed from the environment of shop.");
  CHECK(removed("a\\\" and \\\"b") == "The variable \"a\" and \"b\" was removed from the environment of shop.");
  for (const char* absent : {"", " ", "\\n", "\\u202e"}) {
    CHECK(removed(absent) == "A variable was removed from the environment of shop.");
  }
}

TEST_CASE("point-in-time recovery is told with the event's own numbers, and without contradicting itself") {
  const auto told = [](std::string_view kind, std::string_view type_data) {
    return sentence_of("database_continuousbackup_" + std::string(kind), type_data);
  };
  CHECK(told("stale", R"({"recoverable":false,"unrecoverable_duration_seconds":240})") ==
        "Point-in-time recovery of the database of shop is stale: not possible for 4 min.");
  CHECK(told("delayed", R"({"recoverable":true,"unrecoverable_duration_seconds":240,"status":"wal_error"})") ==
        "Point-in-time recovery of the database of shop is delayed but still possible (WAL error).");
  CHECK(told("healthy", R"({"recoverable":true})") ==
        "The database of shop can be restored to any recent point in time.");
  CHECK(told("healthy", R"({"recoverable":false})") ==
        "Point-in-time recovery of the database of shop is told to be healthy, but is not possible yet.");
  Describer describe;
  const Message& failed =
      describe(event_of("database_backup_failed", R"({"backup_status":"error","error":"disk full"})"));
  CHECK(field_of(failed, "Status") == "error");
  CHECK(field_of(failed, "Error") == "disk full");
}
