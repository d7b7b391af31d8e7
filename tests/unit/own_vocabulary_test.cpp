// A host's own vocabulary: read from JSON, row by row, in its own words.

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event_corpus.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "thousand_kinds.hpp"

using namespace notifier;

namespace {

constexpr std::string_view factory = R"({
  "standard": false,
  "categories": [{"id": "furnaces", "name": "furnaces", "display_name": "Furnaces", "position": 1}],
  "event_types": [{"id": "furnace-heat", "name": "furnace_heat", "display_name": "Furnace too hot",
                   "description": "A furnace is hotter than it may be", "category_id": "furnaces"}],
  "event_kinds": [{"type": "furnace_overheated", "scope": "app", "selectable_as": "furnace_heat",
    "wordings": [{"when": "level=critical", "severity": "error", "title": "{furnace} is overheating",
                  "sentence": "{furnace} is at {temperature} \u00b0C[ since {since:time}].",
                  "fields": "Limit: {limit}; Operator: {operator}", "link": "{panel:link}"},
                 {"severity": "warning", "title": "{furnace} is hot", "sentence": "{furnace} is at {temperature} \u00b0C."}],
    "sample": {"type_data": {"furnace": "F2", "temperature": 1312, "limit": 1250}}}],
  "words": {"shift": {"n": "night shift", "*": "day shift"}}
})";

Vocabulary read(std::string_view json, const Vocabulary& base = *Vocabulary::standard()) {
  auto vocabulary = Vocabulary::read(json, base);
  INFO((vocabulary ? std::string() : vocabulary.error().message));
  REQUIRE(vocabulary);
  return *std::move(vocabulary);
}

/// The message of what is wrong with a vocabulary.
std::string fault(std::string_view json, const Vocabulary& base = *Vocabulary::standard()) {
  const auto vocabulary = Vocabulary::read(json, base);
  return vocabulary ? "" : vocabulary.error().message;
}

std::string written(const Vocabulary& vocabulary) {
  Buffer buffer;
  json::Writer out(buffer);
  write_json(out, vocabulary);
  return buffer.str();
}

std::string shown(const Message& message) {
  std::string text = std::string(to_string(message.severity)) + " | " + std::string(message.title()) + " | " +
                     std::string(message.sentence());
  for (std::size_t i = 0; i < message.field_count(); ++i) {
    text += " | " + std::string(message.field(i).label) + ": " + std::string(message.field(i).value);
  }
  if (!message.actor().empty()) text += " | by " + std::string(message.actor());
  if (!message.link().empty()) text += " | " + std::string(message.link());
  return text;
}

std::string told(const Vocabulary& vocabulary, const std::string& event, std::string_view link_base = {}) {
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), link_base, message, vocabulary);
  return shown(message);
}

}  // namespace

TEST_CASE("a factory's event reads as its vocabulary says") {
  const Vocabulary vocabulary = read(factory);
  CHECK(told(vocabulary,
             R"({"type":"furnace_overheated","app_name":"line-1","type_data":{"furnace":"F2","level":"critical",
      "temperature":1312,"limit":1250,"operator":"Ada","since":"2026-05-14T09:46:00Z","panel":"https://panel.example/f2"}})") ==
        "error | line-1: F2 is overheating | F2 is at 1312 \xC2\xB0"
        "C since 14 May 2026, 09:46 UTC. | Limit: 1250 | "
        "Operator: Ada | https://panel.example/f2");
  CHECK(told(vocabulary, R"({"type":"furnace_overheated","type_data":{"furnace":"F2","temperature":1312.5}})") ==
        "warning | F2 is hot | F2 is at 1312.5 \xC2\xB0"
        "C. | Furnace: F2 | Temperature: 1312.5");
}

TEST_CASE("a title or a sentence whose slot is absent is told as of a kind without words") {
  const Vocabulary vocabulary = read(factory);
  CHECK(told(vocabulary, R"({"type":"furnace_overheated","type_data":{"limit":3}})") ==
        "warning | Furnace too hot | A furnace is hotter than it may be. | Limit: 3");
}

TEST_CASE("slots reach the envelope; type_data goes first") {
  const Vocabulary vocabulary = read(
      R"({"event_kinds":[{"type":"k","wordings":[{"title":"{severity} at {source.name}","sentence":"S.","fields":""}]}]})");
  CHECK(told(vocabulary, R"({"type":"k","severity":"high","source":{"name":"x"},"type_data":{}})") ==
        "info | High at x | S.");
  CHECK(told(vocabulary, R"({"type":"k","severity":"high","source":{"name":"x"},"type_data":{"severity":"low"}})") ==
        "info | Low at x | S.");
}

TEST_CASE("a count chooses between words, and its number stands where '#' does") {
  const auto of = [](std::string_view slot, std::string_view type_data) {
    const Vocabulary vocabulary = read(R"({"event_kinds":[{"type":"k","wordings":[{"title":"[)" + std::string(slot) +
                                       R"(|none told]","sentence":"S.","fields":""}]}]})");
    std::string text = told(vocabulary, R"({"type":"k","app_name":"a","type_data":)" + std::string(type_data) + "}");
    text = text.substr(10);
    return text.substr(0, text.find(" | "));
  };
  const std::string_view two = "{jobs#one job/# jobs}";
  for (const auto& [jobs, words] :
       {std::pair("1", "one job"), std::pair("4", "4 jobs"), std::pair("0", "0 jobs"), std::pair("\"1\"", "one job"),
        std::pair("\"12\"", "12 jobs"), std::pair("1.5", "1.5 jobs"), std::pair("-1", "-1 jobs"),
        std::pair("[]", "0 jobs"), std::pair("[{}]", "one job"), std::pair("[1,2]", "2 jobs"),
        std::pair("{\"a\":1}", "none told"), std::pair("null", "none told"), std::pair("true", "none told"),
        std::pair("\"\"", "none told"), std::pair("\"many\"", "none told"), std::pair("1e300", "none told"),
        std::pair("\"1111111111111111111111111\"", "none told")}) {
    CHECK(of(two, R"({"jobs":)" + std::string(jobs) + "}") == words);
  }
  CHECK(of(two, "{}") == "none told");
  const std::string_view three = "{a.jobs#no job/one job/#+# jobs}";
  CHECK(of(three, R"({"a":{"jobs":0}})") == "no job");
  CHECK(of(three, R"({"a":{"jobs":1}})") == "one job");
  CHECK(of(three, R"({"a":{"jobs":7}})") == "7+7 jobs");
  CHECK(of("{jobs#/one/many}", R"({"jobs":0})") == "none told");
  CHECK(of("{jobs#one/}", R"({"jobs":2})") == "none told");
}

TEST_CASE("a list shows its first elements through a template of its own, and says how many more there are") {
  const auto of = [](std::string_view slot, std::string_view type_data) {
    const Vocabulary vocabulary = read(R"({"event_kinds":[{"type":"k","wordings":[{"title":"t","sentence":"[)" +
                                       std::string(slot) + R"(|Nothing].","fields":""}]}]})");
    const std::string text =
        told(vocabulary, R"({"type":"k","app_name":"a","type_data":)" + std::string(type_data) + "}");
    return text.substr(text.find("t | ") + 4);
  };
  const std::string_view list = "{items*3:{name}[ ({by.name})]}";
  CHECK(of(list, R"({"items":[{"name":"a","by":{"name":"x"}}]})") == "a (x).");
  CHECK(of(list, R"({"items":[{"name":"a"},{"name":"b","by":{"name":"x"}}]})") == "a and b (x).");
  CHECK(of(list, R"({"items":[{"name":"a"},{"name":"b"},{"name":"c"}]})") == "a, b and c.");
  CHECK(of(list, R"({"items":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}]})") == "a, b, c and 1 more.");
  CHECK(of(list, R"({"items":[{"name":"a"},{},7,{"name":"d"}]})") == "a and 3 more.");
  CHECK(of(list, R"({"items":[{"name":"a"},{"name":"b"},null]})") == "a, b and 1 more.");
  for (const char* none : {"[]", "[{},{}]", "[[]]", "{}", "3", "null", R"("a")", R"([{"name":" "}])"}) {
    CHECK(of(list, R"({"items":)" + std::string(none) + "}") == "Nothing.");
  }
  const std::string_view left = "{items*2+left.over:{name}}";
  CHECK(of(left, R"({"items":[{"name":"a"}],"left":{"over":2}})") == "a and 2 more.");
  CHECK(of(left, R"({"items":[{"name":"a"},{"name":"b"},{"name":"c"}],"left":{"over":"4"}})") == "a, b and 5 more.");
  for (const char* none : {"0", "-1", "null", "[]", R"("x")"}) {
    CHECK(of(left, R"({"items":[{"name":"a"},{"name":"b"}],"left":{"over":)" + std::string(none) + "}}") == "a and b.");
  }
  CHECK(of("{tags*2:{.}}", R"({"tags":["x",2,true]})") == "x, 2 and 1 more.");
  CHECK(of("{tags*2:{.|name}}", R"({"tags":["x",{"name":"y"}]})") == "x and y.");
  CHECK(of("{tags*1:{.:time}}", R"({"tags":["2018-05-14T11:46:42+02:00"]})") == "14 May 2018, 09:46 UTC.");
  CHECK(of("{a*2:{name}}[; {b*2:{name}}]; {name}", R"({"name":"n","a":[{"name":"x"}],"b":[{"name":"y"}]})") ==
        "x; y; n.");
  CHECK(of("{a*2:{n#one/# of them} in {@app}}", R"({"a":[{"n":1},{"n":2}]})") == "one in a and 2 of them in a.");
}

TEST_CASE("names within a list are set apart, those of what is not told are forgotten, and in code each has a line") {
  const Vocabulary vocabulary = read(R"({"event_kinds":[{"type":"k","wordings":[{"title":"t",
      "sentence":"{items*3:{'name} of {by}}.","fields":"`Log: {items*2:{name}}"}]}]})");
  const std::string event =
      R"({"type":"k","type_data":{"items":[{"name":"a","by":1},{"name":"lost"},{"name":"c","by":3},{"name":"d"}]}})";
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), "", message, vocabulary);
  CHECK(message.sentence() == "\"a\" of 1, \"c\" of 3 and 2 more.");
  REQUIRE(message.name_count() == 2);
  CHECK(message.sentence().substr(message.name(1).begin, message.name(1).end - message.name(1).begin) == "\"c\"");
  REQUIRE(message.field_count() == 1);
  CHECK(message.field(0).value == "a\nlost\nand 2 more");
}

TEST_CASE("spaces at the end of a template are not told, and a title without words is the event's own") {
  const auto of = [](std::string_view title, std::string_view sentence) {
    return told(read(R"({"event_kinds":[{"type":"k","wordings":[{"title":")" + std::string(title) +
                     R"(","sentence":")" + std::string(sentence) + R"(","fields":"A: [{a} ]; B: [ {no}|  ]"}]}]})"),
                R"({"type":"k","app_name":"s","type_data":{"a":1}})");
  };
  CHECK(of("T [ {no}]", "S.  ") == "info | s: T | S. | A: 1");
  CHECK(of("  ", " ") == "info | s: k | The event \"k\" happened on s. | A: 1");
  CHECK(of("[{no}|]", "[{no}|]") == "info | s: k | The event \"k\" happened on s. | A: 1");
}

TEST_CASE("a row that says a long value very often tells no more than a few megabytes") {
  std::string often, list;
  for (int i = 0; i < 300; ++i) often += "{a}{@app}";
  for (int i = 0; i < 400; ++i) list += "{.}";
  const Vocabulary vocabulary =
      read(R"({"event_kinds":[{"type":"k","wordings":[{"title":")" + often.substr(0, 1998) + R"(","sentence":"{b*99:)" +
           list + R"(}","fields":"A: )" + often.substr(0, 1998) + R"(; B: {a}"}]}]})");
  const std::string long_text(300000, 'x');
  std::string event = R"({"type":"k","app_name":")" + long_text + R"(","type_data":{"a":")" + long_text + R"(","b":[)";
  for (int i = 0; i < 50; ++i) event += (i == 0 ? "\"" : ",\"") + std::string(10000, 'y') + '"';
  event += "]}}";
  json::Document document;
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  describe(Event::read(*root, event), "", message, vocabulary);
  CHECK(message.text_size() < 12 * event.size());
  CHECK_FALSE(message.title().empty());
  CHECK_FALSE(message.sentence().empty());
}

TEST_CASE("rows are layered on the built-in ones, replace them, and take them away") {
  const Vocabulary vocabulary = read(R"({
    "event_kinds":[{"type":"restart","selectable_as":"app_restarted","wordings":[{"title":"rebooting","sentence":"[{reason:reason}|No reason]."}]},
                   {"type":"crash","remove":true},{"type":"own"}],
    "event_types":[{"id":"5982f139d48c360021b1eb4e","remove":true}],
    "words":{"reason":{"operator_stop":"stopped by an operator"}}})");
  CHECK(told(vocabulary, R"({"type":"restart","type_data":{"reason":"operator_stop"}})") ==
        "info | Rebooting | stopped by an operator. | Reason: operator_stop");
  CHECK(told(vocabulary, R"({"type":"stop_app","type_data":{"reason":"operator_stop"}})") ==
        "warning | App stopped | The app was stopped (stopped by an operator).");
  CHECK(told(vocabulary, R"({"type":"crash","type_data":{"container_type":"web"}})") ==
        "info | Crash | The event \"crash\" happened. | Container type: web");
  CHECK(vocabulary.find_event_kind("crash") == nullptr);
  CHECK(vocabulary.find_event_kind("own") != nullptr);
  CHECK(vocabulary.find_event_type_by_name("app_scaled") == nullptr);
  CHECK(vocabulary.find_event_kind("scale")->selectable_as == "");
  CHECK(vocabulary.bit_of_kind("scale") == vocabulary.unselectable_bit());
  CHECK(vocabulary.event_types()[vocabulary.bit_of_kind("restart")].name == "app_restarted");
  CHECK(vocabulary.event_types()[vocabulary.alert_bit()].name == "app_alert_triggered");
  CHECK(Vocabulary::standard()->find_event_kind("crash") != nullptr);
}

TEST_CASE("a host's own deployment carries its own fields") {
  const Vocabulary empty = Vocabulary::empty();
  CHECK(told(empty, R"({"type":"deployment","app_name":"x","type_data":{"target":"plant 7","status":"success"}})") ==
        "info | x: deployment | The event \"deployment\" happened on x. | Target: plant 7 | Status: success");
  CHECK(empty.event_kinds().empty());
  CHECK(empty.bit_count() == 1);
  CHECK(empty.alert_bit() >= empty.bit_count());
}

TEST_CASE("a fault names the row, the member and the character, offers what is near, and nothing is read") {
  CHECK(
      fault(R"({"event_kinds":[{"type":"a"},{"type":"b"},{"type":"c"},
              {"type":"d","wordings":[{"title":"since when {at:tim}"}]}]})") ==
      "the vocabulary is not valid: event_kinds[3].wordings[0].title, character 16: no layout is called 'tim'; did you "
      "mean time?");
  CHECK(
      fault(R"({"event_kinds":[{"type":"a","wordings":[{"sentence":"\u00fc {apiKey}"}]}]})") ==
      "the vocabulary is not valid: event_kinds[0].wordings[0].sentence, character 4: 'apiKey' may be a secret; where "
      "it is none, name it in open_names");
  CHECK(fault(R"({"event_kinds":[{"type":"a","wordings":[{"titel":"x"}]}]})") ==
        "the vocabulary is not valid: event_kinds[0].wordings[0].titel is not known here; did you mean title?");
  CHECK(fault(R"({"kinds":[]})").find("the vocabulary is not valid: kinds is not known here") == 0);
  CHECK(fault(R"({"event_kinds":[{"type":"a","selectable_as":"nothing"}]})") ==
        "the vocabulary is not valid: event_kinds[0].selectable_as refers to \"nothing\", which is not in the "
        "vocabulary");
  CHECK(fault(R"({"event_kinds":[{"type":"a"},{"type":"a"}]})") ==
        "the vocabulary is not valid: event_kinds[1].type is given twice");
  CHECK(fault(R"({"event_kinds":[{"type":"a","wordings":[{"severity":"fatal"}]}]})") ==
        "the vocabulary is not valid: event_kinds[0].wordings[0].severity must be info, success, warning or error");
  CHECK(fault(R"({"event_kinds":[{"type":"nobody","remove":true}]})") ==
        "the vocabulary is not valid: event_kinds[0].type is none that there is: 'nobody'");
  CHECK(fault(R"({"categories":[{"id":"5982f139d48c360021b1eb45","remove":true}]})").find("in_use") ==
        std::string::npos);
  CHECK(fault(R"({"categories":[{"id":"5982f139d48c360021b1eb45","remove":true}]})").find("categories lacks") !=
        std::string::npos);
  CHECK(fault(R"({"event_types":[{"id":"1","name":"n"}]})") ==
        "the vocabulary is not valid: event_types[0].category_id can't be blank: it is the id of one of the "
        "categories");
  CHECK(fault(R"({"categories":[{"display_name":"x"}]})").find("categories[0].id can't be blank") != std::string::npos);
  CHECK(fault(R"({"categories":[{"id":7,"name":"x"}]})").find("categories[0].id must be a string") !=
        std::string::npos);
  CHECK(fault(R"({"categories":[{"name":"x"},{"name":"x"}]})").find("categories[1].id is given twice") !=
        std::string::npos);
  CHECK(fault(R"([])") == "the vocabulary is not valid: vocabulary must be an object");
  CHECK(fault(R"({"standard":1})") == "the vocabulary is not valid: standard must be true or false");
  CHECK(fault(R"({"event_kinds":{}})") == "the vocabulary is not valid: event_kinds must be an array");
  CHECK(fault(R"({"words":{"a":{"b":1}}})") == "the vocabulary is not valid: words.a.b must be a string");
  CHECK(fault(R"({"event_kinds":[{"type":"a","sample":{"type_data":1}}]})").find("event_kinds[0].sample must be") !=
        std::string::npos);
}

TEST_CASE("a row without an id is known by its name, and is replaced and taken away by it") {
  const auto first = Vocabulary::read(R"({"standard":false,"categories":[{"name":"ci"}],
      "event_types":[{"name":"failures"},{"name":"runners","display_name":"Runners"}]})");
  REQUIRE(first);
  CHECK(first->categories()[0].id == "ci");
  REQUIRE(first->event_types().size() == 2);
  CHECK(first->event_types()[0].id == "failures");
  CHECK(first->event_types()[0].category_id == "ci");
  const auto second =
      Vocabulary::read(R"({"event_types":[{"name":"failures","remove":true},{"name":"runners"}]})", *first);
  REQUIRE(second);
  REQUIRE(second->event_types().size() == 1);
  CHECK(second->event_types()[0].display_name == "runners");
}

TEST_CASE("what another language of templates would write is refused, not taken for a name") {
  const auto of = [](const char* member, const char* text) {
    return fault(std::string(R"({"event_kinds":[{"type":"a","wordings":[{")") + member + "\":\"" + text + "\"}]}]}");
  };
  const std::string place = "the vocabulary is not valid: event_kinds[0].wordings[0].";
  for (const char* when : {"status == failed", "status==failed", "status!=ok", "count>=3", "count<=3", "a=1, b=2",
                           "status = failed", "status=failed "}) {
    INFO(std::string(when));
    CHECK(of("when", when).find("a condition is key=value, without spaces around it") != std::string::npos);
  }
  CHECK(of("when", "status=it failed,Exit Code=1") == "");
  CHECK(of("title", "{{name}}") == place + "title, character 2: a slot is {name}");
  CHECK(of("title", "{ name }") == place + "title, character 2: a slot is {name}");
  CHECK(of("title", "{owner name}") == "");
}

TEST_CASE("a path in a link keeps its slashes, and leads nowhere else") {
  const auto link = [](const char* row, const char* data) {
    const auto vocabulary = Vocabulary::read(
        std::string(R"({"standard":false,"event_kinds":[{"type":"a","wordings":[{"title":"t","link":")") + row +
        R"("}]}]})");
    REQUIRE(vocabulary);
    const std::string event = std::string(R"({"type":"a","app_name":"shop/web","type_data":)") + data + "}";
    json::Document document;
    const auto root = document.parse(event);
    REQUIRE(root);
    Message message;
    describe(Event::read(*root, event), "", message, *vocabulary);
    return std::string(message.link());
  };
  CHECK(link("https://ci.example/{repo:path}/jobs/{id}", R"({"repo":"shop/web app","id":"7/8"})") ==
        "https://ci.example/shop/web%20app/jobs/7%2F8");
  CHECK(link("https://ci.example/{@app:path}/{@app}", "{}") == "https://ci.example/shop/web/shop%2Fweb");
  CHECK(link("https://ci.example/[{group|repo:path}]/x", R"({"repo":"a/b?c#d"})") ==
        "https://ci.example/a/b%3Fc%23d/x");
  CHECK(link("https://ci.example/{repo:path}", R"({"repo":"v1..2/.git"})") == "https://ci.example/v1..2/.git");
  for (const char* up :
       {R"({"repo":"../admin"})", R"({"repo":"a/../../admin"})", R"({"repo":"a/."})", R"({"repo":".."})"}) {
    INFO(std::string(up));
    CHECK(link("https://ci.example/u/{repo:path}/x", up) == "");
    CHECK(link("https://ci.example/u/{repo}/x", R"({"repo":".."})") == "");
  }
}

TEST_CASE("a field that leads where the message does is left out") {
  const auto fields = [](const char* review) {
    const auto vocabulary = Vocabulary::read(
        R"({"standard":false,"event_kinds":[{"type":"a","wordings":[{"title":"t","fields":">Review: {review:link}; By: {by}",
            "link":"https://ci.example/{id}"}]}]})");
    REQUIRE(vocabulary);
    const std::string event = std::string(R"({"type":"a","type_data":{"id":7,"by":"x","review":")") + review + "\"}}";
    json::Document document;
    const auto root = document.parse(event);
    REQUIRE(root);
    Message message;
    describe(Event::read(*root, event), "", message, *vocabulary);
    std::string labels;
    for (std::size_t i = 0; i < message.field_count(); ++i) labels += std::string(message.field(i).label) + ";";
    return labels;
  };
  CHECK(fields("https://ci.example/7") == "By;");
  CHECK(fields("https://ci.example/8") == "Review;By;");
}

TEST_CASE("a layout that there is not is refused beside sets of words with the longest of names") {
  const std::string name(200, 'w');
  const std::string message = fault(R"({"words":{")" + name + R"(":{"a":"b"},"w":{"a":"b"}},)" +
                                    R"("event_kinds":[{"type":"k","wordings":[{"title":"{a:ww}"}]}]})");
  CHECK(message.find("no layout is called 'ww'; did you mean w?") != std::string::npos);
}

TEST_CASE("every fault is named") {
  const auto vocabulary = Vocabulary::read(
      R"({"event_kinds":[{"type":""},{"type":"b","scope":"world"},{"type":"c","wordings":[{"title":"{"},{"title":"]"}]}]})");
  REQUIRE_FALSE(vocabulary);
  REQUIRE(vocabulary.error().fields.size() == 3);
  CHECK(vocabulary.error().fields[0].field == "event_kinds[0].type");
  CHECK(vocabulary.error().fields[1].field == "event_kinds[1].scope");
  CHECK(vocabulary.error().fields[2].field == "event_kinds[2].wordings[0].title");
  CHECK(vocabulary.error().fields[2].code == "wording");
}

TEST_CASE("a kind has at most 32 wordings, a template 2 KB") {
  const auto of = [](std::size_t rows) {
    std::string text = R"({"event_kinds":[{"type":"a","wordings":[)";
    for (std::size_t i = 0; i < rows; ++i) {
      text += (i == 0 ? "" : ",") + std::string(R"({"when":"n=)") + std::to_string(i) + R"(","title":"x"})";
    }
    return text + "]}]}";
  };
  CHECK(fault(of(32)) == "");
  CHECK(fault(of(33)) == "the vocabulary is not valid: event_kinds[0].wordings are too many: at most 32");
  const std::string title(2048, 'x');
  CHECK(fault(R"({"event_kinds":[{"type":"a","wordings":[{"title":")" + title + "\"}]}]}") == "");
  CHECK(fault(R"({"event_kinds":[{"type":"a","wordings":[{"title":")" + title + "x\"}]}]}") ==
        "the vocabulary is not valid: event_kinds[0].wordings[0].title, character 1: it is longer than 2048 bytes");
}

TEST_CASE("a vocabulary is written as what it differs in, and read back the same") {
  CHECK(written(*Vocabulary::standard()) == "{}");
  CHECK(written(Vocabulary::empty()) == R"({"standard":false})");
  for (const std::string_view json : {factory, std::string_view(R"({"event_kinds":[{"type":"crash","remove":true},
        {"type":"x","scope":"project","wordings":[{"title":"\u00fc","fields":""}]}],"event_types":[{"id":
        "5982f139d48c360021b1eb4e","remove":true}],"words":{"metric":null,"reason":{"x":"","y\"":"z"}},
        "secret_names":["badge"],"open_names":["token"],"operator_email":"ops@example.com"})")}) {
    const Vocabulary vocabulary = read(json);
    const std::string text = written(vocabulary);
    CHECK(text != "{}");
    CHECK(written(read(text)) == text);
  }
}

TEST_CASE("the built-in vocabulary written out as JSON and read back gives the same bytes for every event") {
  Buffer buffer;
  json::Writer out(buffer);
  const detail::VocabularyState none;
  detail::RowWriter(out, Vocabulary::standard()->state(), none).write();
  const Vocabulary again = read(buffer.view());
  CHECK(again.event_kinds().size() == Vocabulary::standard()->event_kinds().size());
  CHECK(again.event_types().size() == Vocabulary::standard()->event_types().size());
  for (const std::string& event : event_corpus()) {
    CHECK(told(again, event, "https://dash.example") == told(*Vocabulary::standard(), event, "https://dash.example"));
  }
  for (std::size_t i = 0; i < again.event_kinds().size(); ++i) {
    const std::string_view type = again.event_kinds()[i].type;
    CHECK(again.state().find_sample(type) == Vocabulary::standard()->state().find_sample(type));
  }
}

TEST_CASE("row by row: add, replace, remove") {
  Vocabulary vocabulary = Vocabulary::empty();
  REQUIRE(vocabulary.add_category({"c", "c", "C", 1}));
  REQUIRE(vocabulary.add_event_type({"t", "heat", "Heat", "It is hot", "c"}));
  REQUIRE(vocabulary.put_word("state", "1", "on"));
  REQUIRE(vocabulary.add_event_kind({"k", Scope::app, "heat"}, {{"", Severity::error, "{name} is {state:state}"}},
                                    R"({"name":"n"})"));
  const Vocabulary before = vocabulary;
  CHECK(told(vocabulary, R"({"type":"k","type_data":{"name":"F","state":"1"}})") ==
        "error | F is on | It is hot. | Name: F | State: 1");

  CHECK_FALSE(vocabulary.add_event_kind({"k", Scope::app, ""}));
  CHECK(vocabulary.replace_event_kind({"nobody", Scope::app, ""}).error().code == errc::not_found);
  REQUIRE(vocabulary.replace_event_kind({std::string("k"), Scope::project, ""}, {{"", {}, "{name}!", "S.", ""}}));
  CHECK(told(vocabulary, R"({"type":"k","type_data":{"name":"F"}})") == "info | F! | S.");
  CHECK(vocabulary.bit_of_kind("k") == vocabulary.unselectable_bit());
  CHECK(before.bit_of_kind("k") == 0);
  REQUIRE(vocabulary.replace_event_type({"t", "warmth", "W", "", "c"}));
  CHECK(vocabulary.find_event_type_by_name("heat") == nullptr);
  CHECK(vocabulary.find_event_type_by_name("warmth") != nullptr);
  CHECK_FALSE(vocabulary.remove_category("c"));
  REQUIRE(vocabulary.remove_event_type("t"));
  REQUIRE(vocabulary.remove_category("c"));
  REQUIRE(vocabulary.remove_event_kind(vocabulary.event_kinds()[0].type));
  CHECK(vocabulary.remove_event_kind("k").error().code == errc::not_found);
  REQUIRE(vocabulary.remove_word("state", "1"));
  CHECK_FALSE(vocabulary.remove_word("state", "1"));
  CHECK(vocabulary.event_kinds().empty());
  CHECK(told(before, R"({"type":"k","type_data":{"name":"F","state":"1"}})").find("F is on") != std::string::npos);

  const auto refused = vocabulary.add_event_kind({"x", Scope::app, ""}, {{"", {}, "{a:nothing}"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fields[0].field == "wordings[0].title");
  CHECK(vocabulary.event_kinds().empty());
}

TEST_CASE("equal rows share one program, and what nobody uses is freed") {
  const Vocabulary first = read(factory);
  const Vocabulary second = read(factory, first);
  const Vocabulary third = read(written(first), first);
  CHECK(third.state().find_words("furnace_overheated") == first.state().find_words("furnace_overheated"));
  std::weak_ptr<const detail::KindWords> words;
  {
    const Vocabulary gone = read(R"({"event_kinds":[{"type":"x","wordings":[{"title":"t"}]}]})");
    words = gone.state().kind_facts[gone.state().find_kind("x")].words;
    CHECK_FALSE(words.expired());
  }
  CHECK(words.expired());
}

TEST_CASE("a message outlasts the vocabulary that it was told by") {
  json::Document document;
  const std::string event = R"({"type":"k","type_data":{"name":"F"}})";
  const auto root = document.parse(event);
  REQUIRE(root);
  Message message;
  {
    const Vocabulary vocabulary =
        read(R"({"event_kinds":[{"type":"k","wordings":[{"fields":"Gr\u00f6\u00dfe: {name}"}]}]})");
    describe(Event::read(*root, event), "", message, vocabulary);
  }
  CHECK(message.field(0).label ==
        "Gr\xC3\xB6\xC3\x9F"
        "e");
}

TEST_CASE("four times as many kinds take no more than about four times as long to read") {
  const auto took = [](int count) {
    const std::string json = thousand_kinds(count);
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 3; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      const Vocabulary vocabulary = read(json);
      best = (std::min)(best, std::chrono::steady_clock::now() - begin);
      CHECK(vocabulary.event_kinds().size() == static_cast<std::size_t>(count));
    }
    return best;
  };
  // Were each kind compared with all others, it would be sixteen times.
  CHECK(took(1000) < 8 * took(250));
}

TEST_CASE("a registry's document carries a vocabulary, and its snapshots have it whole") {
  const std::string document =
      R"({"apps":[{"id":"a","name":"line-1","notifiers":[{"id":"n","name":"heat","platform":"slack",
    "selected_events":["furnace_heat"],"type_data":{"webhook_url":"https://hooks.example.com/x"}}]}],"vocabulary":)" +
      std::string(factory) + "}";
  Registry registry;
  REQUIRE(registry.load(document));
  CHECK(registry.vocabulary()->event_kinds().size() == 1);
  Registry again;
  REQUIRE(again.load(registry.snapshot()));
  CHECK(again.snapshot() == registry.snapshot());
  CHECK(again.configuration() == registry.configuration());
  const std::string event =
      R"({"app_id":"a","type":"furnace_overheated","type_data":{"furnace":"F2","level":"critical","temperature":1312}})";
  Router router(again);
  std::string body;
  const auto routed = router.route(event, [&](const DeliveryView& delivery) { body = std::string(delivery.body); });
  REQUIRE(routed);
  CHECK(*routed == 1);
  CHECK(body.find("F2 is overheating") != std::string::npos);

  REQUIRE(again.load(R"({"apps":[]})"));
  CHECK(again.vocabulary() == Vocabulary::standard());
}

TEST_CASE("a document whose vocabulary has a fault changes nothing") {
  Registry registry;
  REQUIRE(registry.load(R"({"apps":[],"vocabulary":)" + std::string(factory) + "}"));
  const std::string before = registry.snapshot();
  const auto loaded =
      registry.load(R"({"apps":[],"vocabulary":{"event_kinds":[{"type":"a","wordings":[{"title":"{a:tim}"}]}]}})");
  REQUIRE_FALSE(loaded);
  CHECK(
      loaded.error().message ==
      "the vocabulary is not valid: event_kinds[0].wordings[0].title, character 4: no layout is called 'tim'; did you "
      "mean time?");
  CHECK(loaded.error().field == "vocabulary.event_kinds[0].wordings[0].title");
  CHECK(registry.snapshot() == before);
}

TEST_CASE("what a host's base lacks already may be taken away by a snapshot") {
  Vocabulary base;
  REQUIRE(base.remove_event_kind("crash"));
  RegistryOptions options;
  options.vocabulary = std::make_shared<const Vocabulary>(base);
  Registry registry(options);
  REQUIRE(registry.load(R"({"apps":[]})"));
  CHECK(registry.snapshot().find(R"({"type":"crash","remove":true})") != std::string::npos);
  Registry again(options);
  REQUIRE(again.load(registry.snapshot()));
  CHECK(again.snapshot() == registry.snapshot());
}
