#include <doctest/doctest.h>

#include <string>

#include "notifier/model/delivery.hpp"

using namespace notifier;

namespace {

std::string key(std::string_view event, std::string_view notifier_id) {
  char out[36];
  write_idempotency_key(event, notifier_id, out);
  return {out, 36};
}

}  // namespace

TEST_CASE("an idempotency key is stable, and depends on the event and the notifier") {
  CHECK(key("54dcdd4a73636100011a0000", "no-1") == "msg_223cd19c8e90aed56196a7a32cbfa089");
  CHECK(key("54dcdd4a73636100011a0000", "no-1") != key("54dcdd4a73636100011a0000", "no-2"));
  CHECK(key("54dcdd4a73636100011a0000", "no-1") != key("54dcdd4a73636100011a0001", "no-1"));
  CHECK(key("ab", "c") != key("a", "bc"));
  CHECK(key("", "").size() == 36);
}

TEST_CASE("the lists of a view are ranges") {
  const HeaderView headers[] = {{"Content-Type", "application/json"}, {"webhook-id", "msg_1"}};
  const std::string_view to[] = {"b@example.com", "c@example.com"};
  const Truncation cut[] = {{"title", 200, 150}};
  DeliveryView view;
  CHECK(view.headers.empty());
  for (const std::string_view recipient : view.to) FAIL(recipient);
  view.headers = headers;
  view.to = to;
  view.truncations = cut;
  std::string all;
  for (const HeaderView& header : view.headers) all.append(header.name).append(": ").append(header.value) += '\n';
  for (const std::string_view recipient : view.to) all.append(recipient) += '\n';
  for (const Truncation& each : view.truncations) all.append(each.part) += '\n';
  CHECK(all == "Content-Type: application/json\nwebhook-id: msg_1\nb@example.com\nc@example.com\ntitle\n");
  CHECK(view.headers.size() == 2);
  CHECK(view.headers[1].value == "msg_1");
}

TEST_CASE("an owned delivery outlives what it was made from") {
  Delivery owned;
  {
    std::string id = "no-1", name = "ops", app = "app", event = "ev", type = "restart", idempotency = "msg_1",
                method = "POST", url = "https://hooks.example.com/x", from = "a@example.com", body = "{}",
                header = "webhook-id";
    std::string b = "b@example.com", c = "c@example.com";
    std::string_view to[] = {b, c};
    HeaderView headers[] = {{"Content-Type", "application/json"}, {header, idempotency}};
    Truncation cut[] = {{"title", 200, 150}};
    DeliveryView view;
    view.notifier_id = id;
    view.notifier_name = name;
    view.app_id = app;
    view.event_id = event;
    view.event_type = type;
    view.platform = Platform::email;
    view.idempotency_key = idempotency;
    view.method = method;
    view.url = url;
    view.headers = headers;
    view.from = from;
    view.to = to;
    view.body = body;
    view.truncations = cut;
    owned = Delivery::own(view);
    for (std::string* text :
         {&id, &name, &app, &event, &type, &idempotency, &method, &url, &from, &body, &header, &b, &c}) {
      text->assign(text->size(), '#');
    }
  }
  CHECK(owned.notifier_id == "no-1");
  CHECK(owned.notifier_name == "ops");
  CHECK(owned.app_id == "app");
  CHECK(owned.event_id == "ev");
  CHECK(owned.event_type == "restart");
  CHECK(owned.platform == Platform::email);
  CHECK(owned.idempotency_key == "msg_1");
  CHECK(owned.method == "POST");
  CHECK(owned.url == "https://hooks.example.com/x");
  REQUIRE(owned.headers.size() == 2);
  CHECK(owned.headers[1].name == "webhook-id");
  CHECK(owned.headers[1].value == "msg_1");
  CHECK(owned.from == "a@example.com");
  CHECK(owned.to == std::vector<std::string>{"b@example.com", "c@example.com"});
  CHECK(owned.body == "{}");
  REQUIRE(owned.truncations.size() == 1);
  CHECK(owned.truncations[0].kept == 150);
}

TEST_CASE("an empty view makes an empty delivery") {
  const Delivery owned = Delivery::own(DeliveryView{});
  CHECK(owned.to.empty());
  CHECK(owned.headers.empty());
  CHECK(owned.truncations.empty());
  CHECK(owned.body.empty());
}

TEST_CASE("a body is its front and then its rest, in whatever pieces") {
  const auto rest = std::make_shared<const std::string>("Subject: x\r\n\r\ntext");
  const Body mail("To: a\r\n", rest);
  CHECK(mail.front() == "To: a\r\n");
  CHECK(mail.rest() == *rest);
  CHECK((mail.shared_rest() == rest));
  CHECK(mail.size() == 7 + rest->size());
  CHECK(mail.str() == "To: a\r\nSubject: x\r\n\r\ntext");
  std::string sent;
  while (!mail.piece(sent.size()).empty()) sent += mail.piece(sent.size());
  CHECK(sent == mail.str());
  CHECK(mail.piece(1000).empty());

  std::string room;
  const std::string_view joined = mail.joined(room);
  CHECK(joined == mail.str());
  CHECK(joined.data() == room.data());
  CHECK(Body("", rest).joined(room).data() == rest->data());
  const Body own("own");
  CHECK(own.joined(room).data() == own.front().data());
  CHECK(Body().joined(room).data() != nullptr);
  CHECK(Body().empty());
  CHECK((Body().shared_rest() == nullptr));
}

TEST_CASE("bodies are compared by their bytes, wherever the front ends") {
  const auto shared = [](std::string_view rest) { return std::make_shared<const std::string>(rest); };
  CHECK(Body("abc") == Body("a", shared("bc")));
  CHECK(Body("ab", shared("c")) == Body("", shared("abc")));
  CHECK(Body("ab", shared("c")) != Body("a", shared("bd")));
  CHECK(Body("ab", shared("c")) != Body("ab"));
  CHECK(Body() == Body("", shared("")));
  CHECK(Body("ab", shared("c")) == "abc");
  CHECK(std::string("abc") == Body("ab", shared("c")));
  CHECK(Body("ab", shared("c")) != std::string_view("abd"));
  CHECK("ab" != Body("ab", shared("c")));
}

TEST_CASE("a copy of a delivery shares the rest of the body, which outlives the first") {
  Delivery copy;
  {
    Delivery first;
    first.body = Body("front", std::make_shared<const std::string>("rest"));
    copy = first;
    CHECK((copy.body.shared_rest() == first.body.shared_rest()));
  }
  CHECK(copy.body == "frontrest");
}

TEST_CASE("deliveries of one owner share a rest where its number says that it is the same") {
  DeliveryView view;
  view.body = "To: a\nrest";
  view.front_size = 6;
  view.rest_id = 7;
  DeliveryOwner own;
  const Delivery first = own(view);
  view.body = "To: bob\nrest";
  view.front_size = 8;
  const Delivery second = own(view);
  CHECK(first.body == "To: a\nrest");
  CHECK(first.body.front() == "To: a\n");
  CHECK(second.body == "To: bob\nrest");
  CHECK((second.body.shared_rest() == first.body.shared_rest()));

  view.rest_id = 3;  // numbers may come in any order
  CHECK((own(view).body.shared_rest() != first.body.shared_rest()));
  view.rest_id = 7;
  CHECK((own(view).body.shared_rest() == first.body.shared_rest()));
  CHECK((Delivery::own(view).body.shared_rest() != first.body.shared_rest()));
  CHECK(Delivery::own(view).body == second.body);
  view.rest_id = 0;
  CHECK((own(view).body.shared_rest() == nullptr));
  CHECK(own(view).body == second.body);
}
