// How a request's target and body are read.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "api_world.hpp"
#include "notifier/api/api.hpp"
#include "notifier/api/raw_member.hpp"

using api_world::World;

TEST_CASE("a member is found as it stands in the text") {
  using notifier::detail::api::raw_member;
  CHECK(raw_member(R"({"a":1,"event": { "x" : [1, "}]"] } ,"b":2})", "event") == R"({ "x" : [1, "}]"] })");
  CHECK(raw_member(R"( { "event" :"a\"b\\" } )", "event") == R"("a\"b\\")");
  CHECK(raw_member(R"({"x":{"event":1},"event":[2]})", "event") == "[2]");
  CHECK(raw_member(R"({"x":"event","event":true})", "event") == "true");
  CHECK(raw_member(R"({"event":-1.5e3})", "event") == "-1.5e3");
  CHECK(raw_member(R"({"event":1,"event":2})", "event") == "1");
  CHECK(raw_member(R"({"\u0065v\u0065nt":{}})", "event") == "{}");
  CHECK(raw_member(R"({"\u0065vents":1,"event\\":2})", "event").empty());
  CHECK(raw_member(R"({"e":1})", "event") == "");
  CHECK(raw_member("{}", "event") == "");
  CHECK(raw_member(" [ {\"event\":1} ] ", "event") == "");
  CHECK(raw_member(" 1 ", "event") == "");
}

TEST_CASE("targets are read strictly") {
  using notifier::detail::api::parse_target;
  CHECK(parse_target("/a%2Fb/c?x=1+2&y&z=%26")->segments == std::vector<std::string>{"a/b", "c"});
  CHECK(parse_target("/a?x=1+2&y&z=%26")->parameter("x") == "1 2");
  CHECK(parse_target("/a?x=1+2&y&z=%26")->parameter("z") == "&");
  CHECK(parse_target("/a?x=1&x=2")->parameter("x") == "1");
  CHECK(parse_target("/a?x")->parameter("y") == "");
  CHECK(parse_target("/")->segments == std::vector<std::string>{""});
  CHECK(parse_target("https://example.com")->segments == std::vector<std::string>{""});
  CHECK(parse_target("https://example.com/a")->segments == std::vector<std::string>{"a"});
  CHECK(parse_target("/a+b")->segments == std::vector<std::string>{"a+b"});
  for (const char* bad : {"", "a", "?", "/%", "/%4", "/%4g", "/a?%", "/a?x=%1", "*", "ftp://example.com/a"}) {
    CHECK_MESSAGE(!parse_target(bad), bad);
  }
  CHECK_FALSE(parse_target(std::string_view("/abc%41").substr(0, 6)));
  CHECK_FALSE(parse_target(std::string_view("/%41").substr(0, 2)));
}

TEST_CASE("a target that is not percent-encoded as it must be is a bad request") {
  World world;
  for (const char* target : {"/v1/apps/100%/notifiers", "/v1/apps/%4", "/v1/apps?x=%zz", "nope", ""}) {
    CAPTURE(std::string(target));
    CHECK(world.call("GET", target).response.status == 400);
  }
}
