#include "notifier/model/event.hpp"

#include <doctest/doctest.h>

#include <string>

#include "event_corpus.hpp"

using notifier::Event;
namespace json = notifier::json;

namespace {

/// An event that stays readable as long as its document.
struct Parsed {
  explicit Parsed(std::string text) : body(std::move(text)) {
    auto root = document.parse(body);
    REQUIRE(root);
    event = Event::read(*root, body);
  }

  std::string body;
  json::Document document;
  Event event;
};

}  // namespace

TEST_CASE("the whole envelope is read") {
  const Parsed parsed(
      R"({"id":"e1","created_at":"2026-01-02T03:04:05Z","user":{"username":"anna"},"app_id":"a1","app_name":"shop",)"
      R"("project_id":"p1","project_name":"front","type":"restart","type_data":{"scope":["web"]},"more":{"id":"no"}})");
  const Event& event = parsed.event;
  CHECK(event.id == "e1");
  CHECK(event.created_at == "2026-01-02T03:04:05Z");
  CHECK(event.type == "restart");
  CHECK(event.app_id == "a1");
  CHECK(event.app_name == "shop");
  CHECK(event.project_id == "p1");
  CHECK(event.project_name == "front");
  CHECK(event.user["username"].string() == "anna");
  CHECK(event.type_data["scope"].size() == 1);
  CHECK(event.body.data() == parsed.body.data());
  CHECK(event.body == parsed.body);
}

TEST_CASE("absent parts are empty") {
  const Parsed parsed("{}");
  CHECK(parsed.event.id.empty());
  CHECK(parsed.event.type.empty());
  CHECK(parsed.event.app_id.empty());
  CHECK_FALSE(parsed.event.user.exists());
  CHECK_FALSE(parsed.event.type_data.exists());
  CHECK(parsed.event.body == "{}");
}

TEST_CASE("parts of a wrong type count as absent") {
  const Parsed parsed(
      R"({"id":[1],"created_at":null,"user":"anna","app_id":["a"],"app_name":{},"project_id":true,"project_name":1.5,)"
      R"("type":[],"type_data":[1]})");
  const Event& event = parsed.event;
  for (const std::string_view part :
       {event.id, event.created_at, event.app_id, event.app_name, event.project_id, event.project_name, event.type}) {
    CHECK(part.empty());
  }
  CHECK_FALSE(event.user.exists());
  CHECK_FALSE(event.type_data.exists());
}

TEST_CASE("of a key that is given twice the last counts, whatever its type") {
  const Parsed parsed(
      R"({"type":"run","id":"first","user":{"username":"anna"},"type_data":{"a":1},"app_id":"x","id":"second",)"
      R"("user":null,"type_data":{"b":2},"app_id":7,"\u0074ype":"scale"})");
  CHECK(parsed.event.id == "second");
  CHECK_FALSE(parsed.event.user.exists());
  CHECK_FALSE(parsed.event.type_data["a"].exists());
  CHECK(parsed.event.type_data["b"].exists());
  CHECK(parsed.event.app_id.empty());
  CHECK(parsed.event.type == "scale");
}

TEST_CASE("keys that only look alike are not taken") {
  const Parsed parsed(
      R"({"iD":"1","ID":"1","Type":"x","typo":"x","app_ix":"x","app_nome":"x","type_dota":{},"created_on":"x",)"
      R"("project_ix":"x","project_nome":"x","":"x","user\u0000":{}})");
  CHECK(parsed.event.id.empty());
  CHECK(parsed.event.type.empty());
  CHECK(parsed.event.app_id.empty());
  CHECK(parsed.event.app_name.empty());
  CHECK(parsed.event.created_at.empty());
  CHECK(parsed.event.project_id.empty());
  CHECK(parsed.event.project_name.empty());
  CHECK_FALSE(parsed.event.type_data.exists());
  CHECK_FALSE(parsed.event.user.exists());
}

TEST_CASE("a root that is no object has no envelope") {
  for (const char* text : {"[]", "null", "\"id\"", "3", "[{\"id\":\"1\"}]"}) {
    const Parsed parsed(text);
    CHECK(parsed.event.id.empty());
    CHECK(parsed.event.body == text);
  }
}

TEST_CASE("every event of the corpus has an id, a time, a type and data") {
  REQUIRE(event_corpus().size() > 96);
  for (const std::string& line : event_corpus()) {
    const Parsed parsed(line);
    INFO(line);
    CHECK_FALSE(parsed.event.id.empty());
    CHECK_FALSE(parsed.event.created_at.empty());
    CHECK_FALSE(parsed.event.type.empty());
    CHECK(parsed.event.type_data.is_object());
  }
}
