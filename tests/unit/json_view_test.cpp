#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/json/duplicate_key.hpp"

namespace json = notifier::json;
using json::Kind;

namespace {

std::string to_json(json::View view) {
  std::string out;
  view.append_json(out);
  return out;
}

}  // namespace

TEST_CASE("a View is small and trivially copied") {
  CHECK(std::is_trivially_copyable_v<json::View>);
  CHECK(sizeof(json::View) <= 24);
}

TEST_CASE("a missing value answers everything as if empty") {
  const json::View missing;
  CHECK(missing.kind() == Kind::missing);
  CHECK_FALSE(missing.exists());
  CHECK_FALSE(missing.is_null());
  CHECK_FALSE(missing.is_string());
  CHECK_FALSE(missing.is_object());
  CHECK_FALSE(missing.is_array());
  CHECK(missing.string().empty());
  CHECK_FALSE(missing.boolean());
  std::int64_t value = 5;
  CHECK_FALSE(missing.integer(value));
  CHECK(value == 5);
  CHECK(missing.text().empty());
  CHECK(to_json(missing).empty());
  CHECK(missing.size() == 0);
  CHECK_FALSE(missing["a"]["b"].exists());
  missing.for_each_element([](json::View) { FAIL("no element expected"); });
  missing.for_each_member([](std::string_view, json::View) { FAIL("no member expected"); });
}

TEST_CASE("a value of another kind answers as if empty") {
  json::Document document;
  const auto root = document.parse(R"([null,true,false,1,1.5,1e999,"s",[1],{"a":1}])");
  REQUIRE(root);
  const Kind kinds[] = {Kind::null,   Kind::boolean, Kind::boolean, Kind::number, Kind::number,
                        Kind::number, Kind::string,  Kind::array,   Kind::object};
  std::size_t i = 0;
  root->for_each_element([&](json::View value) {
    CAPTURE(i);
    const Kind kind = kinds[i];
    CHECK(value.kind() == kind);
    CHECK(value.exists());
    CHECK(value.is_null() == (kind == Kind::null));
    CHECK(value.is_string() == (kind == Kind::string));
    CHECK(value.is_array() == (kind == Kind::array));
    CHECK(value.is_object() == (kind == Kind::object));
    CHECK(value.string() == (kind == Kind::string ? "s" : ""));
    CHECK(value.digits() == (kind == Kind::number ? value.text() : ""));
    CHECK(value.boolean() == (i == 1));
    std::int64_t integer = 0;
    CHECK(value.integer(integer) == (i == 3));
    CHECK(value.size() == (kind == Kind::array || kind == Kind::object ? 1 : 0));
    CHECK(value["a"].exists() == (kind == Kind::object));
    std::size_t elements = 0;
    std::size_t members = 0;
    value.for_each_element([&](json::View) { ++elements; });
    value.for_each_member([&](std::string_view, json::View) { ++members; });
    CHECK(elements == (kind == Kind::array ? 1 : 0));
    CHECK(members == (kind == Kind::object ? 1 : 0));
    ++i;
  });
  CHECK(i == std::size(kinds));
}

TEST_CASE("members are found by their unescaped key, the last of several") {
  json::Document document;
  const auto root = document.parse(R"({"a":1,"b":{"a":2},"\u0061":3,"":4,"c\n":5,"\ud800":6,"a\u0000":7})");
  REQUIRE(root);
  CHECK((*root)["a"].text() == "3");
  CHECK((*root)["b"]["a"].text() == "2");
  CHECK((*root)[""].text() == "4");
  CHECK((*root)[std::string_view()].text() == "4");
  CHECK((*root)["c\n"].text() == "5");
  CHECK((*root)["\xEF\xBF\xBD"].text() == "6");
  CHECK((*root)[std::string_view("a\0", 2)].text() == "7");
  CHECK_FALSE((*root)["A"].exists());
  CHECK_FALSE((*root)["c"].exists());
  CHECK_FALSE((*root)["b"]["b"].exists());
}

TEST_CASE("a member's text is asked for at once as in two steps") {
  json::Document document;
  const json::View root =
      *document.parse(R"({"a":"first","b":1,"a":"last","":"none","n":null,"o":{"a":"inner"},"e":""})");
  for (const std::string_view key : {"a", "b", "", "n", "o", "e", "missing"}) {
    CAPTURE(key);
    CHECK(root.string(key) == root[key].string());
  }
  CHECK(root.string("a") == "last");
  CHECK(root.string("").data() == root[""].string().data());
  CHECK(root.string("e").data() != nullptr);
  CHECK(root.string("missing").data() == nullptr);
  CHECK(root["o"].string("a") == "inner");
  CHECK(root["a"].string("a").empty());
  CHECK(json::View().string("a").empty());
}

TEST_CASE("a value that is null hides an earlier one of the same key") {
  json::Document document;
  const auto root = document.parse(R"({"a":1,"a":null})");
  REQUIRE(root);
  CHECK((*root)["a"].is_null());
}

TEST_CASE("members come in document order, duplicates included") {
  json::Document document;
  const auto root = document.parse(R"({"z":[1,[2]],"a":{"x":{}},"z":1.5,"m":"s","b":18446744073709551615})");
  REQUIRE(root);
  CHECK(root->size() == 5);
  std::string seen;
  root->for_each_member(
      [&](std::string_view key, json::View value) { seen.append(key) += "=" + to_json(value) + " "; });
  CHECK(seen == R"(z=[1,[2]] a={"x":{}} z=1.5 m="s" b=18446744073709551615 )");
}

TEST_CASE("elements come in order, whatever stands between them") {
  json::Document document;
  const auto root = document.parse(R"([[],{},[[],[]],{"a":[]},1,1.5,"s",null,true,[1]])");
  REQUIRE(root);
  CHECK(root->size() == 10);
  std::vector<std::string> seen;
  root->for_each_element([&](json::View value) { seen.push_back(to_json(value)); });
  CHECK(seen ==
        std::vector<std::string>{"[]", "{}", "[[],[]]", "{\"a\":[]}", "1", "1.5", "\"s\"", "null", "true", "[1]"});
}

TEST_CASE("the text of a scalar is what a person reads") {
  json::Document document;
  const auto root =
      document.parse(R"({"s":"a \"b\"\n","t":true,"f":false,"n":null,"i":-7,"r":0.10,"l":[1],"o":{"a":1}})");
  REQUIRE(root);
  CHECK((*root)["s"].text() == "a \"b\"\n");
  CHECK((*root)["t"].text() == "true");
  CHECK((*root)["f"].text() == "false");
  CHECK((*root)["n"].text().empty());
  CHECK((*root)["i"].text() == "-7");
  CHECK((*root)["r"].text() == "0.1");
  CHECK((*root)["l"].text().empty());
  CHECK((*root)["o"].text().empty());
}

TEST_CASE("text and JSON are appended to what is there, in a string or a Buffer") {
  json::Document document;
  const auto root = document.parse("[\"\\t\",1.50]");
  REQUIRE(root);
  std::string text = "x:";
  root->append_json(text);
  CHECK(text == "x:[\"\\t\",1.5]");
  notifier::Buffer buffer;
  buffer.append("y:");
  root->append_json(buffer);
  root->for_each_element([&](json::View value) { value.append_text(buffer); });
  CHECK(buffer.view() == "y:[\"\\t\",1.5]\t1.5");
}

TEST_CASE("a million elements are counted") {
  json::Document document;
  constexpr std::size_t many = 1000000;
  std::string text;
  text.reserve(2 * many + 2);
  text = "[";
  for (std::size_t i = 0; i < many; ++i) text += "0,";
  text.back() = ']';
  const auto root = document.parse(text, text.size());
  REQUIRE(root);
  CHECK(root->size() == many);
}

TEST_CASE("a document is read again and again into the same memory") {
  json::Document document;
  for (int i = 0; i < 100; ++i) {
    const std::string text =
        "{\"i\":" + std::to_string(i) + ",\"pad\":\"" + std::string(static_cast<std::size_t>(i) * 997, 'x') + "\"}";
    const auto root = document.parse(text);
    REQUIRE(root);
    CHECK((*root)["i"].text() == std::to_string(i));
    CHECK((*root)["pad"].string().size() == static_cast<std::size_t>(i) * 997);
    CHECK_FALSE(document.parse("[" + text));
    CHECK(document.parse("1e999")->text() == "1e999");
  }
}

TEST_CASE("the text need not outlive the call, whichever way it is read") {
  json::Document document;
  for (const std::string_view source : {R"(["a string of some length",1.5])", R"(["a string of some length",1e999])",
                                        R"(["a string of some length","\ud800"])"}) {
    std::string text(source);
    const auto root = document.parse(text);
    REQUIRE(root);
    const std::string before = to_json(*root);
    text.assign(text.size(), '#');
    CHECK(to_json(*root) == before);
  }
}

TEST_CASE("the views of a document move with it, and it can be used again") {
  json::Document first;
  const auto root = first.parse("{\"a\":\"b\"}");
  REQUIRE(root);
  json::Document second = std::move(first);
  CHECK((*root)["a"].string() == "b");
  CHECK(first.parse("[1]")->size() == 1);
  CHECK((*root)["a"].string() == "b");
  second = std::move(first);
  CHECK(second.parse("[1,2]")->size() == 2);
}

TEST_CASE("two documents do not disturb each other") {
  json::Document a;
  json::Document b;
  const auto in_a = a.parse("{\"k\":\"a\",\"n\":1e999}");
  const auto in_b = b.parse("{\"k\":\"b\",\"n\":0.5}");
  REQUIRE(in_a);
  REQUIRE(in_b);
  CHECK(to_json(*in_a) == "{\"k\":\"a\",\"n\":1e999}");
  CHECK(to_json(*in_b) == "{\"k\":\"b\",\"n\":0.5}");
}

TEST_CASE("the first key that is given twice in one object is found") {
  const auto find = [](std::string_view text) { return json::find_duplicate_key(text); };
  constexpr std::size_t none = notifier::Error::no_offset;
  CHECK(find("{}") == none);
  CHECK(find("[1,\"a\",\"a\"]") == none);
  CHECK(find(R"({"a":1,"b":2})") == none);
  CHECK(find(R"({"a":{"a":{"a":1}}})") == none);
  CHECK(find(R"([{"a":1},{"a":2}])") == none);
  CHECK(find(R"({"a":{"b":1},"c":{"b":2}})") == none);
  CHECK(find(R"({"a":1,"a":2})") == 7);
  CHECK(find(R"({"a":1, "\u0061":2})") == 8);
  CHECK(find(R"({"\u0061":1,"a":2,"a":3})") == 12);
  CHECK(find(R"({"a":{"x":1,"x":2},"a":3})") == 12);
  CHECK(find(R"({"a":1,"b":{"c":1,"d":2},"b":0,"a":2})") == 25);
  CHECK(find(R"({"":1,"":2})") == 6);
  CHECK(find(R"({"a":[{"b":1,"c":2,"b":3}]})") == 19);
  CHECK(find(R"({"ab":1,"a\u0062":2})") == 8);
  CHECK(find(R"({"a":1,"A":2,"a ":3})") == none);
}

TEST_CASE("a key given twice is found quickly among very many") {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  const std::size_t offset = text.size();
  CHECK(json::find_duplicate_key(text + "\"last\":0}") == notifier::Error::no_offset);
  CHECK(json::find_duplicate_key(R"({"\u0061":1,"\u0062":2,"\u0063":{"\u0061":3}})") == notifier::Error::no_offset);
  CHECK(json::find_duplicate_key(R"({"\u0061":1,"\u0062":2,"a":3})") == 23);
  CHECK(json::find_duplicate_key(text + "\"key5\":0}") == offset);
}

TEST_CASE("every escape is read, also beside one that has no character of its own") {
  json::Document document;
  const auto root = document.parse(R"(["\ud800","\b\f\n\r\t\"\\\/\u00e9\u20ac\ud83d\ude00\u0041"])");
  REQUIRE(root);
  std::vector<std::string> texts;
  root->for_each_element([&](json::View element) { texts.emplace_back(element.string()); });
  CHECK(texts == std::vector<std::string>{"\xEF\xBF\xBD",
                                          "\b\f\n\r\t\"\\/\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
                                          "A"});
}

TEST_CASE("objects and arrays are told apart at any depth") {
  // A number beyond all types has the text read by the slower way, too.
  for (std::size_t depth = 1; depth < 200; depth += depth < 130 ? 1 : 20) {
    for (std::size_t pattern = 0; pattern < 3; ++pattern) {
      std::string open, close;
      for (std::size_t i = 0; i < depth; ++i) {
        const bool is_object = pattern == 0 ? i % 2 == 0 : pattern == 1 ? i % 3 == 0 : i == depth - 1;
        open += is_object ? "{\"k\":" : "[";
        close.insert(0, is_object ? "}" : "]");
      }
      json::Document document;
      CAPTURE(depth);
      REQUIRE(document.parse(open + "1e999" + close));
      REQUIRE(document.parse(open + (open.back() == ':' ? "{},\"l\":[]" : "{},[]") + close));
      for (const std::size_t at : {std::size_t{0}, depth / 2, depth - 1}) {
        std::string wrong = close;
        wrong[at] = close[at] == ']' ? '}' : ']';
        REQUIRE_FALSE(document.parse(open + "1e999" + wrong));
      }
    }
  }
}
