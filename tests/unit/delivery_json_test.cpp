#include "notifier/delivery/delivery_json.hpp"

#include <doctest/doctest.h>

#include <string>

#include "notifier/api/record_json.hpp"

using notifier::Delivery;
using notifier::Platform;

namespace {

std::string written(const Delivery& delivery) {
  notifier::Buffer buffer;
  notifier::json::Writer writer(buffer);
  to_json(writer, delivery);
  return buffer.str();
}

notifier::Result<Delivery> read(std::string_view text) {
  notifier::json::Document document;
  auto root = document.parse(text);
  REQUIRE(root);
  return notifier::delivery_from_json(*root);
}

}  // namespace

TEST_CASE("a stored delivery comes back whole") {
  Delivery delivery;
  delivery.notifier_id = "no-1";
  delivery.notifier_name = "ops \"chat\"\n";
  delivery.app_id = "app";
  delivery.event_id = "ev";
  delivery.event_type = "restart";
  delivery.platform = Platform::rocket_chat;
  delivery.idempotency_key = "msg_1";
  delivery.method = "POST";
  delivery.url = "https://chat.example/hooks/secret?x=\\";
  delivery.headers = {{"content-type", "application/json"}, {"x-empty", ""}};
  delivery.from = "a@example.org";
  delivery.to = {"b@example.org", "c@example.org"};
  delivery.body = std::string("{\"a\":\"\xF0\x9F\x98\x80\xC2\x80\"}\r\n\0\x1F\x7F", 19);
  const auto again = read(written(delivery));
  REQUIRE(again);
  CHECK(again->notifier_id == delivery.notifier_id);
  CHECK(again->notifier_name == delivery.notifier_name);
  CHECK(again->app_id == delivery.app_id);
  CHECK(again->event_id == delivery.event_id);
  CHECK(again->event_type == delivery.event_type);
  CHECK(again->platform == delivery.platform);
  CHECK(again->idempotency_key == delivery.idempotency_key);
  CHECK(again->method == delivery.method);
  CHECK(again->url == delivery.url);
  REQUIRE(again->headers.size() == 2);
  CHECK(again->headers[0].name == "content-type");
  CHECK(again->headers[0].value == "application/json");
  CHECK(again->headers[1].value.empty());
  CHECK(again->from == delivery.from);
  CHECK(again->to == delivery.to);
  CHECK(again->body == delivery.body);
  CHECK(written(*again) == written(delivery));
}

TEST_CASE("every platform is stored by its name") {
  for (const Platform platform : {Platform::email, Platform::slack, Platform::webhook, Platform::rocket_chat}) {
    Delivery delivery;
    delivery.idempotency_key = "k";
    delivery.platform = platform;
    CHECK(written(delivery) == "{\"platform\":\"" + std::string(to_string(platform)) + "\",\"key\":\"k\"}");
    CHECK(read(written(delivery))->platform == platform);
  }
}

TEST_CASE("what is no stored delivery is refused") {
  for (const char* text :
       {"null", "[]", "{}", "{\"key\":\"k\"}", "{\"platform\":\"webhook\"}", "{\"key\":\"k\",\"platform\":\"\"}",
        "{\"key\":1,\"platform\":\"webhook\"}", "{\"key\":\"\",\"platform\":\"webhook\"}"}) {
    CAPTURE(text);
    CHECK_FALSE(read(text));
  }
  const auto odd =
      read("{\"key\":\"k\",\"platform\":\"webhook\",\"headers\":[1,[],[\"a\"],[\"a\",\"b\",\"c\"]],\"to\":{\"a\":1}}");
  REQUIRE(odd);
  CHECK(odd->headers.size() == 4);
  CHECK(odd->headers[3].value == "b");
  CHECK(odd->to.empty());
}

TEST_CASE("a record is shown with its attempts and without secrets") {
  notifier::OutboxRecord record;
  record.sequence = 7;
  record.key = "msg_1";
  record.notifier_id = "no-1";
  record.event_id = "ev";
  record.event_type = "restart";
  record.platform = Platform::slack;
  record.created_at = {0};
  record.next_at = {5000};
  record.history = {{{1000}, notifier::Verdict::Action::throttle, 429, "slow down"},
                    {{2000}, notifier::Verdict::Action::retry, 0, "no reply"}};
  const auto shown = [&] {
    notifier::Buffer buffer;
    notifier::json::Writer writer(buffer);
    to_json(writer, record);
    return buffer.str();
  };
  const std::string attempts =
      "\"attempts\":[{\"at\":\"1970-01-01T00:00:01.000Z\",\"outcome\":\"throttle\",\"status\":429,\"reason\":\"slow "
      "down\"},"
      "{\"at\":\"1970-01-01T00:00:02.000Z\",\"outcome\":\"retry\",\"status\":null,\"reason\":\"no reply\"}]}";
  const std::string head =
      "{\"id\":\"msg_1\",\"notifier_id\":\"no-1\",\"event_id\":\"ev\",\"event_type\":\"restart\",\"platform\":"
      "\"slack\",";
  CHECK(shown() == head +
                       "\"state\":\"pending\",\"created_at\":\"1970-01-01T00:00:00.000Z\","
                       "\"next_at\":\"1970-01-01T00:00:05.000Z\",\"ended_at\":null," +
                       attempts);
  record.state = notifier::OutboxState::dead;
  CHECK(shown() == head +
                       "\"state\":\"dead\",\"created_at\":\"1970-01-01T00:00:00.000Z\","
                       "\"next_at\":null,\"ended_at\":\"1970-01-01T00:00:05.000Z\"," +
                       attempts);
}

TEST_CASE("a body in two parts is written as one text, and read as one") {
  Delivery delivery;
  delivery.idempotency_key = "k";
  for (const std::size_t size : {0u, 1u, 20u, 40000u}) {
    const std::string rest = std::string(size, '"') + "rest\n";
    delivery.body = notifier::Body("front\"", std::make_shared<const std::string>(rest));
    Delivery whole = delivery;
    whole.body = delivery.body.str();
    CHECK(written(delivery) == written(whole));
    CHECK(read(written(delivery))->body == delivery.body);
    delivery.body = notifier::Body("", delivery.body.shared_rest());
    CHECK(read(written(delivery))->body == rest);
  }
}

TEST_CASE("a store that keeps the rest of a body apart gives it back when it reads") {
  Delivery delivery;
  delivery.idempotency_key = "k";
  const auto rest = std::make_shared<const std::string>("rest");
  notifier::Buffer buffer;
  for (const std::string front : {"", "front "}) {
    delivery.body = notifier::Body(front, rest);
    buffer.clear();
    notifier::json::Writer writer(buffer);
    to_json(writer, delivery, notifier::BodyParts::front);
    CHECK(buffer.view().find("rest") == std::string_view::npos);
    notifier::json::Document document;
    const auto again = notifier::delivery_from_json(*document.parse(buffer.view()), rest);
    REQUIRE(again);
    CHECK(again->body == delivery.body);
    CHECK((again->body.shared_rest() == rest));
  }
}
