// Filters: the pattern language, by its verdicts.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "event_corpus.hpp"
#include "notifier/filter/filter.hpp"

using notifier::Filter;

namespace {

/// What comes of a pattern and an event: whether they match, or the pattern's fault.
std::string verdict(std::string_view pattern, std::string_view event) {
  const auto filter = Filter::compile(pattern);
  if (!filter) return filter.error().message;
  notifier::json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  CHECK(filter->explain(*root).empty() == filter->matches(*root));
  return filter->matches(*root) ? "yes" : "no";
}

std::string fault(std::string_view pattern) { return verdict(pattern, "{}"); }

std::string why(std::string_view pattern, std::string_view event) {
  const auto filter = Filter::compile(pattern);
  REQUIRE(filter);
  notifier::json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  return filter->explain(*root);
}

}  // namespace

TEST_CASE("patterns decide as the engine does whose language it is") {
  const std::string text = read_test_data("filter_verdicts.txt");
  std::string expected;
  std::size_t count = 0;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = text.substr(begin, end - begin);
    CAPTURE(line);
    if (line.empty()) continue;
    if (line[0] == '#') {
      expected = line == "# true" ? "yes" : line == "# false" ? "no" : "fault";
      continue;
    }
    ++count;
    if (expected == "fault") {
      const auto filter = Filter::compile(line);
      REQUIRE_FALSE(filter);
      CHECK(filter.error().code == notifier::errc::invalid);
      CHECK(filter.error().fields.size() == 1);
      continue;
    }
    const std::size_t arrow = line.find(" <- ");
    REQUIRE(arrow != std::string::npos);
    CHECK(verdict(line.substr(0, arrow), line.substr(arrow + 4)) == expected);
  }
  CHECK(count == 71);
}

TEST_CASE("all fields are wanted, and one value of each") {
  constexpr const char* pattern = R"({"type":["deployment"],"type_data":{"status":["build-error","crashed-error"]}})";
  CHECK(verdict(pattern, R"({"type":"deployment","type_data":{"status":"crashed-error"}})") == "yes");
  CHECK(verdict(pattern, R"({"type":"deployment","type_data":{"status":"success"}})") == "no");
  CHECK(verdict(pattern, R"({"type":"restart","type_data":{"status":"crashed-error"}})") == "no");
  CHECK(verdict(pattern, R"({"type":"deployment","type_data":{}})") == "no");
  CHECK(verdict(pattern, R"({"type":"deployment","type_data":null})") == "no");
  CHECK(verdict(pattern, R"({"type":"deployment","type_data":"crashed-error"})") == "no");
  CHECK(verdict(pattern, "[]") == "no");
  CHECK(verdict(pattern, "7") == "no");
}

TEST_CASE("fields within one list are met by the same element") {
  constexpr const char* pattern = R"({"items":{"kind":["disk"],"full":[true]}})";
  CHECK(verdict(pattern, R"({"items":[{"kind":"disk","full":false},{"kind":"disk","full":true}]})") == "yes");
  CHECK(verdict(pattern, R"({"items":[{"kind":"disk","full":false},{"kind":"cpu","full":true}]})") == "no");
  CHECK(verdict(pattern, R"({"items":[[{"kind":"disk"}],[{"full":true}]]})") == "no");
  CHECK(verdict(pattern, R"({"items":[[{"kind":"disk","full":[false,true]}]]})") == "yes");
  // In two lists, each on its own.
  constexpr const char* two = R"({"a":{"x":[1]},"b":{"y":[2]}})";
  CHECK(verdict(two, R"({"a":[{"x":0},{"x":1}],"b":[{"y":2},{"y":1}]})") == "yes");
  CHECK(why(pattern, R"({"items":[{"kind":"disk"},{"full":true}]})") ==
        "The fields that the filter wants are there, but not together in one element of a list");
}

TEST_CASE("a path that is written in several ways is looked for along all of them") {
  constexpr const char* pattern = R"({"a":{"b":[1],"c":[2]}})";
  CHECK(verdict(pattern, R"({"a":{"b":1},"a.c":2})") == "yes");
  CHECK(verdict(pattern, R"({"a":{"b":0,"c":2},"a":{"b":1}})") == "yes");
  CHECK(verdict(pattern, R"({"a":[{"b":1},{"c":2}],"a":{"c":3}})") == "no");
  CHECK(verdict(pattern, R"({"a":[{"b":1},{"c":3}],"a":[{"c":2}]})") == "yes");
  std::string many = "{";
  for (int i = 0; i < 2000; ++i) many += R"("a":[{"b":1},{"c":2}],)";
  CHECK(verdict(pattern, many + R"("x":0})") == "yes");
  // As many fields, each in as many places: an answer comes, in time.
  std::string wide = "{";
  std::string wanted = R"({"a":{)";
  for (int i = 0; i < 60; ++i) {
    wanted += (i == 0 ? "" : ",") + ("\"f" + std::to_string(i)) + R"(":[1])";
    wide += R"("a":[)";
    for (int j = 0; j < 60; ++j) wide += (j == 0 ? "" : ",") + ("{\"f" + std::to_string((i + j) % 59)) + R"(":1})";
    wide += "],";
  }
  CHECK(verdict(wanted + "}}", wide + R"("x":0})") == "no");
}

TEST_CASE("numbers are compared exactly, however they are written") {
  CHECK(verdict(R"({"a":[10]})", R"({"a":1e1})") == "yes");
  CHECK(verdict(R"({"a":[0.1]})", R"({"a":1E-1})") == "yes");
  CHECK(verdict(R"({"a":[0.1]})", R"({"a":0.10000000000000000000000000001})") == "no");
  CHECK(verdict(R"({"a":[1e400]})", R"({"a":10e399})") == "yes");
  CHECK(verdict(R"({"a":[-0.0]})", R"({"a":0e99999999999999999999})") == "yes");
  CHECK(verdict(R"({"a":[1e99999999999999999999]})", R"({"a":1})") == "no");
  CHECK(verdict(R"({"a":[123.456]})", R"({"a":123456e-3})") == "yes");
  CHECK(verdict(R"({"a":[123.456]})", R"({"a":-123.456})") == "no");
  CHECK(verdict(R"({"a":[100]})", R"({"a":1})") == "no");
  CHECK(verdict(R"({"a":[{"numeric":[">=",5,"<",10]}]})", R"({"a":5.0})") == "yes");
  CHECK(verdict(R"({"a":[{"numeric":[">=",5,"<",10]}]})", R"({"a":10})") == "no");
  CHECK(verdict(R"({"a":[{"numeric":["<",0]}]})", R"({"a":-1e400})") == "no");
}

TEST_CASE("case is passed over by the forms of the pattern's letters") {
  const auto fits = [](const std::string& pattern, const std::string& text) {
    return verdict(R"({"a":[{"equals-ignore-case":")" + pattern + "\"}]}", R"({"a":")" + text + "\"}") == "yes";
  };
  CHECK(fits("Error", "eRRoR"));
  CHECK_FALSE(fits("Error", "Errors"));
  CHECK(
      fits("stra\xC3\x9F"
           "e",
           "STRASSE"));
  CHECK(
      fits("stra\xC3\x9F"
           "e",
           "Stra\xC3\x9F"
           "E"));
  CHECK_FALSE(fits("strasse",
                   "stra\xC3\x9F"
                   "e"));
  CHECK(fits("\xD0\xBF\xD1\x80\xD0\xB8", "\xD0\x9F\xD0\xA0\xD0\x98"));
  CHECK_FALSE(fits("\xCE\xA3", "\xCF\x82"));  // the sigma that ends a word
  CHECK(fits("\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"));
  CHECK(fits("", ""));
}

TEST_CASE("wildcards") {
  const auto fits = [](const std::string& pattern, const std::string& text) {
    return verdict(R"({"a":[{"wildcard":")" + pattern + "\"}]}", R"({"a":")" + text + "\"}");
  };
  CHECK(fits("*.log", "a.log") == "yes");
  CHECK(fits("*.log", ".log.") == "no");
  CHECK(fits("a*b*c", "a-b-b-c") == "yes");
  CHECK(fits("a*b*c", "ac") == "no");
  CHECK(fits("a*a", "a") == "no");
  CHECK(fits("*aab*", "aaab") == "yes");
  CHECK(fits("a\\\\*b", "a*b") == "yes");
  CHECK(fits("a\\\\*b", "axb") == "no");
  CHECK(fits("a\\\\\\\\*", "a\\\\x") == "yes");
  CHECK(fits("a\\\\b", "x") ==
        R"(a[0].wildcard has a backslash before what needs none, at byte 1: only \* and \\ are known)");
  CHECK(fits("a**", "x") == "a[0].wildcard has two stars in a row, at byte 2");
  CHECK(fits("*:*:*:*:*:event-bus/*", "x") == "a[0].wildcard has too many stars (maximum is 5)");
  // Linear in the text: this would take an hour otherwise.
  CHECK(fits("*" + std::string(3000, 'a') + "b*", std::string(4'000'000, 'a')) == "no");
}

TEST_CASE("every fault of a pattern is named with its place") {
  CHECK(fault("{}") == "the filter must be an object with a field at least");
  CHECK(fault("[]") == "the filter must be an object with a field at least");
  CHECK(fault(R"({"a":{}})") == "a must be an object with a field at least");
  CHECK(fault(R"({"a":{"b":[]}})") == "a.b must have a value at least");
  CHECK(fault(R"({"a":{"b":"x"}})") == R"(a.b must be a list of values, as ["x"])");
  CHECK(fault(R"({"a":["x",{"prefx":"y"}]})") ==
        "a[1] has an operator that is not known here: 'prefx'; did you mean prefix?");
  CHECK(fault(R"({"a":["x",{"regex":"y"}]})") ==
        "a[1] has an operator that is not known here: 'regex'; there are exactly, prefix, suffix, equals-ignore-case, "
        "wildcard, anything-but, numeric, exists, cidr");
  CHECK(fault(R"({"a":[{"prefix":"x","suffix":"y"}]})").substr(0, 27) == "a[0] must have one operator");
  CHECK(fault(R"({"a":[{"prefix":7}]})") == "a[0].prefix must be a text");
  CHECK(fault(R"({"a":[{"exists":"true"}]})") == "a[0].exists must be true or false");
  CHECK(fault(R"({"a":[{"numeric":["!=",5]}]})") == R"(a[0].numeric must be ["=", 5], [">", 5] or [">=", 5, "<", 10])");
  CHECK(fault(R"({"a":[{"numeric":[">",1e999]}]})") == "a[0].numeric has a number beyond what a double holds");
  CHECK(fault(R"({"a":[{"numeric":[">",5,"<",5]}]})") ==
        "a[0].numeric must have its lower number first, and a greater one");
  CHECK(fault(R"({"a":[{"cidr":"10.0.0.0/33"}]})") == "a[0].cidr must be a network, as 10.0.0.0/8 or 2001:db8::/32");
  CHECK(fault(R"({"a":[{"anything-but":[1,"x"]}]})") == "a[0].anything-but must be texts or numbers, all of one kind");
  CHECK(fault(R"({"a":[{"anything-but":{"numeric":[">",1]}}]})") ==
        "a[0].anything-but takes prefix, suffix, wildcard and equals-ignore-case, not 'numeric'");
  CHECK(fault(R"({"$or":[{"a":[1]}]})") == "$or must be a list of two objects at least");
  CHECK(fault(R"({"a":["x"],"$or":[{"a":["q"]},{"b":["y"]}]})") ==
        "a is asked for inside of $or and outside: write what is to hold into each of its objects");
  CHECK(fault(R"({"a":[)") == "the text ends at byte 6, expected a value, or ']'");
  CHECK(Filter::compile(R"({"a":[")" + std::string(4096, 'x') + "\"]}").error().code == notifier::errc::too_large);
}

TEST_CASE("a pattern is bounded in fields, and in the combinations of its alternatives") {
  std::string fields = "{";
  for (int i = 0; i < 65; ++i) fields += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + R"(":[1])";
  CHECK(fault(fields + "}") == "the filter asks for too many fields (maximum is 64)");
  std::string choices = R"({"x":[1])";
  for (int i = 0; i < 9; ++i) {
    const std::string n = std::to_string(i);
    choices += ",\"o" + n + R"(":{"$or":[{"a":[1]},{"b":[1]}]})";
  }
  CHECK(fault(choices + "}") == "the filter has too many combinations of $or (maximum is 256)");
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += R"({"a":)";
  CHECK(Filter::compile(deep).error().code == notifier::errc::too_deep);
}

TEST_CASE("a choice stands where it is, with what is around it") {
  constexpr const char* pattern =
      R"({"type":["alert"],"type_data":{"$or":[{"level":["critical"]},{"value":[{"numeric":[">",90]}]}]}})";
  CHECK(verdict(pattern, R"({"type":"alert","type_data":{"level":"critical","value":1}})") == "yes");
  CHECK(verdict(pattern, R"({"type":"alert","type_data":{"level":"low","value":91}})") == "yes");
  CHECK(verdict(pattern, R"({"type":"alert","type_data":{"level":"low","value":90}})") == "no");
  CHECK(verdict(pattern, R"({"type":"crash","type_data":{"level":"critical"}})") == "no");
}

TEST_CASE("why not is told with the field, what is there and what was wanted") {
  constexpr const char* failed = R"({"type_data":{"status":["build-error","crashed-error"]}})";
  CHECK(why(failed, R"({"type_data":{"status":"success"}})") ==
        "type_data.status is 'success'; the filter wants 'build-error' or 'crashed-error'");
  CHECK(why(failed, "{}") == "type_data.status is not there; the filter wants 'build-error' or 'crashed-error'");
  CHECK(why(failed, R"({"type_data":{"status":"build-error"}})").empty());
  CHECK(why(R"({"a":[{"numeric":[">=",5,"<",10]}]})", R"({"a":12})") ==
        "a is 12; the filter wants a number of at least 5 and below 10");
  CHECK(why(R"({"a":[{"exists":false}]})", R"({"a":null})") == "a is null; the filter wants none");
  CHECK(why(R"({"a":[{"anything-but":["x","y"]}]})", R"({"a":"x"})") ==
        "a is 'x'; the filter wants anything but 'x' and 'y'");
  CHECK(why(R"({"a":[{"cidr":"10.0.0.0/8"},{"prefix":"b"}]})", R"({"a":"c"})") ==
        "a is 'c'; the filter wants an address of '10.0.0.0/8' or what begins with 'b'");
  const std::string failures = R"({"$or":[{"type":["crash"]},{"type":["deployment"],"status":["error"]}]})";
  CHECK_MESSAGE(
      why(failures, R"({"type":"deployment","status":"success"})") == "status is 'success'; the filter wants 'error'",
      "of alternatives that miss as many, that which meets more");
  CHECK(why(R"({"$or":[{"a":[1],"b":[2]},{"a":[2],"b":[3],"c":[4]}]})", R"({"a":1,"b":1})") ==
        "b is 1; the filter wants 2");
}

TEST_CASE("why not tells no secret") {
  const std::string told =
      why(R"({"type_data":{"api_token":["a-wanted-secret"]}})", R"({"type_data":{"api_token":"a-secret"}})");
  CHECK(told == "type_data.api_token has a value that is not shown; the filter wants another");
  CHECK(why(R"({"type_data":{"value":["s3cret"]}})", R"({"type_data":{"value":"x"}})").find("s3cret") ==
        std::string::npos);
  CHECK(
      why(R"({"url":["https://wanted.example/secret"]})", R"({"url":"https://hook.example/secret"})").find("secret") ==
      std::string::npos);
}

TEST_CASE("a filter gives its pattern as compact JSON, which compiles to the same") {
  const auto filter = Filter::compile(R"({ "a" : [ 1.50 , "x" , {"exists" : false} ] })");
  REQUIRE(filter);
  const std::string json(filter->json());
  CHECK(json == R"({"a":[1.5,"x",{"exists":false}]})");
  CHECK(Filter::compile(json)->json() == json);
  const Filter copy = *filter;
  CHECK(copy.json().data() == filter->json().data());
}
