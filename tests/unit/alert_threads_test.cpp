// An alert and its end are one thread, where a platform has threads that can be named beforehand.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "mail_reader.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

using namespace notifier;

namespace {

struct Sent {
  std::string url;
  std::string body;
};

/// What a notifier of an app is sent.
Sent sent(const std::string& event, const std::string& platform, const std::string& type_data,
          const std::string& id = "no-1") {
  Registry registry;
  REQUIRE(registry.load(R"({"email_from":"n@example.com","apps":[{"id":"1","name":"shop","notifiers":[{"id":")" + id +
                        R"(","name":"ops","platform":")" + platform +
                        R"(","send_all_events":true,"send_all_alerts":true,"type_data":)" + type_data + "}]}]}"));
  Router router(registry);
  Sent out;
  const auto routed = router.route(event, [&](const DeliveryView& delivery) {
    out = {std::string(delivery.url), std::string(delivery.body)};
  });
  REQUIRE(routed);
  REQUIRE(*routed == 1);
  return out;
}

std::string alert(const std::string& id, const std::string& metric, bool activated) {
  return R"({"id":")" + id + R"(","type":"alert","app_id":"1","app_name":"shop","type_data":{"metric":")" + metric +
         R"(","sender_name":"web","send_when_below":false,"activated":)" + (activated ? "true" : "false") + "}}";
}

const std::string restart = R"({"id":"e","type":"restart","app_id":"1","app_name":"shop"})";

std::string chat_thread(const std::string& event, const std::string& id = "no-1") {
  const Sent told = sent(event, "google_chat", R"({"webhook_url":"https://chat.example.com/v1/m?key=k&token=t"})", id);
  json::Document document;
  const auto body = document.parse(told.body, told.body.size());
  REQUIRE(body);
  CHECK((*body)["cardsV2"].exists());
  const std::string thread((*body)["thread"]["threadKey"].string());
  CHECK((*body)["thread"].exists() == !thread.empty());
  const std::string option = "&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD";
  CHECK((told.url.find(option) != std::string::npos) == !thread.empty());
  CHECK(told.url.find("?key=k&token=t&requestId=msg_") != std::string::npos);
  return thread;
}

std::string mail_thread(const std::string& event, const std::string& id = "no-1") {
  const mail_reader::Mail mail = mail_reader::read(sent(event, "email", R"({"emails":["ops@example.com"]})", id).body);
  CHECK(mail.faults.empty());
  CHECK(mail.count("References") == 1);
  return mail.count("In-Reply-To") == 0 ? std::string() : mail.header("In-Reply-To");
}

template <class Thread>
void check_threads(Thread&& thread_of) {
  const std::string thread = thread_of(alert("a", "cpu", true), "no-1");
  CHECK(thread.find("alert_") != std::string::npos);
  CHECK(thread_of(alert("b", "cpu", false), "no-1") == thread);
  CHECK(thread_of(alert("c", "cpu", true), "no-1") == thread);
  CHECK(thread_of(alert("d", "ram", true), "no-1") != thread);
  CHECK(thread_of(alert("e", "cpu", true), "no-2") != thread);
  CHECK(thread_of(restart, "no-1").empty());
}

}  // namespace

TEST_CASE("an alert and its end are one thread of Google Chat; what is no alert is in none") {
  check_threads([](const std::string& event, const char* id) { return chat_thread(event, id); });
}

TEST_CASE("mails about an alert and its end answer the same mail, which nobody has got; others answer none") {
  check_threads([](const std::string& event, const char* id) { return mail_thread(event, id); });
  const std::string thread = mail_thread(alert("a", "cpu", true));
  CHECK(thread.substr(0, 7) == "<alert_");
  CHECK(thread.substr(thread.size() - 13) == "@example.com>");
}
