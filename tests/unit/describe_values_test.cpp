// How values are told: in the forms that they come in, in units people know.

#include "notifier/message/describe.hpp"

#include <doctest/doctest.h>

#include <string>

#include "describer.hpp"

using notifier::Message;

TEST_CASE("data in the forms that the API really sends") {
  CHECK(sentence_of("scale", R"({"previous_containers":{"web":"1:M"},"containers":{"web":"3:S","worker":2}})") ==
        "shop was scaled: web from 1 (M) to 3 (S), worker to 2.");
  CHECK(sentence_of("scale", R"({"previous_containers":null,"containers":{"web":1.0}})") ==
        "shop was scaled: web to 1.");
  CHECK(sentence_of("scale",
                    R"({"previous_containers":{"web":"2","clock":"1:"},"containers":{"web":":M","worker":"0"}})") ==
        "shop was scaled: worker to 0.");
  CHECK(sentence_of("restart", R"({"scope":null})") == "All containers of shop are restarting.");
  CHECK(sentence_of("restart", R"({"scope":"web"})") == "The web containers of shop are restarting.");
  CHECK(
      sentence_of("edit_variables",
                  R"({"new_vars":null,"updated_vars":[{"name":"A"},{"name":null},{"name":"B"}],"deleted_vars":[]})") ==
      "The environment of shop was changed: A, B changed.");
  CHECK(sentence_of("edit_app", R"({"force_https":"true"})") ==
        "The settings of shop were changed: HTTPS is now required.");
  CHECK(sentence_of("edit_app", R"({"force_https":"yes"})") == "The settings of shop were changed.");
  CHECK(sentence_of("new_domain", R"({"name":"a.example"})") == "The domain a.example now leads to shop.");
  CHECK(sentence_of("new_domain", R"({"hostname":"","name":"a.example"})") ==
        "The domain a.example now leads to shop.");
  CHECK(sentence_of("edit_project", R"({"updated_values":[{"name":"default","value":true,"old_value":"false"}]})") ==
        "The settings of the project were changed: default from \"false\" to true.");
  CHECK(sentence_of("addon_updated", R"({"status":["running"]})") ==
        "An addon of shop was updated: its status went to running.");
  CHECK(sentence_of("addon_updated", R"({"status":[]})") == "An addon of shop was updated.");
  CHECK(sentence_of("add_credit", R"({"amount":12.5})") == "12.50 EUR of credit was added to your account.");
  CHECK(sentence_of("add_credit", R"({"value":"7"})") == "7.00 EUR of credit was added to your account.");
  CHECK(sentence_of("add_credit", R"({"value":0.333})") == "0.333 EUR of credit was added to your account.");
  CHECK(sentence_of("add_credit", R"({"value":1e300})") == "Credit was added to your account.");
}

TEST_CASE("durations and sizes are told in units people know") {
  Describer describe;
  const auto duration = [&](std::string_view seconds) {
    const std::string sentence =
        sentence_of("deployment", R"({"status":"success","duration":)" + std::string(seconds) + "}");
    const std::string_view before = "A new version was deployed to shop in ";
    return sentence.size() < before.size() ? sentence
                                           : sentence.substr(before.size(), sentence.size() - before.size() - 1);
  };
  CHECK(duration("0") == "0 s");
  CHECK(duration("59") == "59 s");
  CHECK(duration("60") == "1 min");
  CHECK(duration("61") == "1 min 1 s");
  CHECK(duration("3600") == "1 h");
  CHECK(duration("3601") == "1 h");
  CHECK(duration("90000") == "1 d 1 h");
  CHECK(duration("12.7") == "12 s");
  CHECK(duration("\"95\"") == "1 min 35 s");
  CHECK(duration("-5") == "-5");
  CHECK(duration("\"soon\"") == "soon");
  CHECK(duration("1e30") == "1e+30");
  CHECK(duration("9223372036854775807") == "106751991167300 d 15 h");
  CHECK(duration("null") == "A new version was deployed to shop.");
  const auto size = [&](std::string_view bytes) {
    return field_of(describe(event_of("run", R"({"audit_log_id":"a","audit_log_size":)" + std::string(bytes) + "}")),
                    "Audit log");
  };
  CHECK(size("0") == "a (0 bytes)");
  CHECK(size("999") == "a (999 bytes)");
  CHECK(size("1000") == "a (1.0 kB)");
  CHECK(size("122445385") == "a (122.4 MB)");
  CHECK(size("9223372036854775807") == "a (9.2 EB)");
  CHECK(size("null") == "a");
}

TEST_CASE("commits are shortened, versions are not") {
  const auto deployed = [](std::string_view ref) {
    return sentence_of("deployment", R"({"status":"success","git_ref":")" + std::string(ref) + "\"}");
  };
  CHECK(deployed("9c1185a5c5e9fc54612808977ee8f548b2258d31") == "Commit 9c1185a was deployed to shop.");
  CHECK(deployed("9C1185A5C5E9FC54") == "Commit 9C1185A was deployed to shop.");
  CHECK(deployed("9c1185a5c5e9fc54x") == "Version \"9c1185a5c5e9fc54x\" was deployed to shop.");
  CHECK(deployed("v2.4.0") == "Version \"v2.4.0\" was deployed to shop.");
  CHECK(deployed("") == "A new version was deployed to shop.");
}

TEST_CASE("the time is the event's, where it has one") {
  Describer describe;
  const Message& message = describe(R"({"type":"crash","created_at":"2018-05-14T11:46:42.077+02:00"})");
  CHECK(message.time() == notifier::Timestamp{1526291202077});  // 2018-05-14T09:46:42.077Z
  CHECK(message.readable_time() == "14 May 2018, 09:46 UTC");
  CHECK(describe(R"({"type":"crash","created_at":"2018-05-14 09:46:42"})").readable_time() == "14 May 2018, 09:46 UTC");
  CHECK_FALSE(describe(R"({"type":"crash","created_at":"yesterday"})").time());
  CHECK_FALSE(describe(R"({"type":"crash"})").time());
}
