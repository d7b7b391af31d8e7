// Ten thousand requests, each a proper one with something done to it.

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "api_oracle.hpp"
#include "notifier/registry/registry.hpp"

namespace {

struct Sample {
  std::string method;
  std::string target;
  std::string type;
  std::string body;
};

const std::string webhook = "\"platform_id\":\"5982f145d48c3600273ef08a\"";

const std::vector<Sample> samples = {
    {"GET", "/v1/apps/shop/notifiers", "", ""},
    {"GET", "/v1/apps/shop/notifiers/no-1?", "", ""},
    {"POST", "/v1/apps/shop/notifiers", "application/json",
     R"({"notifier":{)" + webhook +
         R"(,"name":"n","active":"true","selected_events":["deployment"],"type_data":{"webhook_url":"https://example.com/x","a":[1,{"b":null}]}}})"},
    {"POST", "/v1/apps/shop/notifiers", "application/json",
     R"({"notifiers":{"platform_id":"59c52ac27651ce002c1d4620","name":"m","type_data":{"emails":["a@example.com"],"user_ids":["us-1"]}}})"},
    {"PATCH", "/v1/apps/shop/notifiers/no-1", "application/json",
     R"({"notifier":{"name":"x","active":false,"selected_event_ids":["5982f139d48c360021b1eb4b"],"type_data":{"webhook_url":"http://example.com","a":null}}})"},
    {"PUT", "/v1/apps/shop/notifiers/no-2", "application/json",
     R"({"notifier":{"send_all_events":true,"created_at":"0001-01-01T00:00:00Z"}})"},
    {"DELETE", "/v1/apps/shop/notifiers/no-2", "", ""},
    {"POST", "/v1/apps/shop/notifiers/no-1/test", "application/x-www-form-urlencoded", ""},
    {"POST", "/v1/apps/shop/notifiers/preview", "application/json",
     R"({"notifier":{)" + webhook +
         R"(,"name":"n","type_data":{"webhook_url":"https://example.com/x"}},"event":{"type":"scale","type_data":{"containers":{"web":"2:M"}}},"reveal_url":true})"},
    {"POST", "/v1/apps/shop/notifiers/no-2/preview", "application/json",
     R"({"event":"deployment","notifier":{"name":"p"}})"},
    {"POST", "/v1/apps/shop/events?notifier_ids=no-1,no-2", "application/json",
     R"({"id":"e","type":"alert","app_id":"app-shop","user":{"username":"u"},"type_data":{"metric":"cpu","limit":0.5}})"},
    {"POST", "/v1/apps/shop/events", "application/x-ndjson",
     "{\"type\":\"restart\"}\n{\"type\":\"crash\",\"type_data\":{\"crash_logs\":\"x\"}}\n"},
    {"POST", "/v1/apps/shop/events/explain", "application/json",
     R"({"type":"new_variable","app_name":"shop","type_data":{"name":"K","value":"V"}})"},
    {"GET", "/v1/apps/shop/events?page=2&per_page=7", "", ""},
    {"GET", "/v1/apps/shop/collaborators", "", ""},
    {"GET", "/v1/apps/shop/stream", "", ""},
    {"POST", "/v1/apps", "application/json",
     R"({"app":{"name":"new","owner":{"id":"us-3","username":"o","email":"o@example.com"}}})"},
    {"GET", "/v1/apps/shop/notifiers/no-1/deliveries", "", ""},
    {"POST", "/v1/apps/shop/notifiers/no-1/deliveries/x/retry", "", ""},
    {"GET", "/v1/notification_platforms/search?name=slack", "", ""},
    {"GET", "/v1/event_types", "", ""},
    {"OPTIONS", "*", "", ""},
};

constexpr std::string_view fixture =
    R"({"version":1,"apps":[{"id":"app-shop","name":"shop","owner":{"id":"us-1","username":"jane","email":"jane@example.com"},"notifiers":[
{"id":"no-1","name":"a","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.example.com/s"}},
{"id":"no-2","name":"b","platform":"email","send_all_alerts":true,"type_data":{"emails":["b@example.com"]}},
{"id":"no-3","name":"c","platform":"rocket_chat","send_all_events":true,"type_data":{"webhook_url":"https://chat.example.com/s"}}]}]})";

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  Sample next() {
    Sample sample = samples[below(samples.size())];
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      switch (below(8)) {
        case 0:
          sample.method =
              pick({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "", "get", "\xFF"});
          break;
        case 1:
        case 2: change_target(sample.target); break;
        case 3:
          sample.type =
              pick({"", "application/json", "application/x-ndjson", "text/jsonl", "\xFF\r\n", "multipart/form-data"});
          break;
        default: change_body(sample.body); break;
      }
    }
    return sample;
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }

  void change_target(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text.insert(at, pick({"/", "//", "?", "&", "=", "+", "#", "%", "%%", "%0", "%zz", "%00", "%FF", "%2F", "%2e%2e",
                              "..", ";", " ", "\r\n"}));
        break;
      case 1: text.erase(at, 1 + below(8)); break;
      case 2:
        if (at < text.size()) text.replace(at, 1, escaped(text[at]));
        break;
      case 3: text.insert(at, std::string(below(3) == 0 ? 5000 : 3, static_cast<char>(random_()))); break;
      case 4:
        text.insert(at, pick({"/v1", "/apps", "/app-shop", "/notifiers", "/no-1", "/test", "/preview", "/events",
                              "?name=email", "?page=99999999999"}));
        break;
      default: text += "?" + text; break;
    }
  }

  static std::string escaped(char c) {
    const char digits[] = "0123456789abcdef";
    return {'%', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
  }

  void change_body(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(8)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1: text.erase(at, 1 + below(12)); break;
      case 2: text.insert(at, text.substr(below(text.size() + 1), below(40))); break;
      case 3: text.resize(at); break;
      case 4: text.insert(at, std::string(below(600), pick({"[", "{", "\"", " ", "0"})[0])); break;
      case 5: replace_value(text, at); break;
      default:
        text.insert(at, pick({"null", "true", "1e999", "-0", "\"\\ud800\"", "\\u0000", "{}", "[]", ",", ":",
                              "\"name\":1,", "\"type_data\":[],", "\xF0\x9F\x9A\x80", "\xC3", "\xEF\xBB\xBF", "\n",
                              "\"notifier\":null,", "\"event\":{},", "\"id\":\"x\","}));
        break;
    }
  }

  /// Puts something else in place of what follows a colon.
  void replace_value(std::string& text, std::size_t from) {
    const std::size_t colon = text.find(':', from);
    if (colon == std::string::npos) return;
    const std::size_t end = std::min(text.find_first_of(",}]", colon), text.size());
    text.replace(
        colon + 1, end - colon - 1,
        pick({"null", "true", "\"true\"", "0", "-1.5e300", "12345678901234567890123", "\"\"", "\" \"", "[]", "[1]",
              "{}", "{\"a\":{}}", "\"" + std::string(20000, 'x') + "\"", "[\"" + std::string(300, 'y') + "\"]",
              "\"javascript:alert(1)\"", "\"http://[::1]:99999/\"", "\"a@b\\r\\nBcc: c@d\""}));
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("ten thousand hostile requests get well-formed answers between 200 and 499") {
  int statuses[500] = {};
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Mutator mutator(seed);
    notifier::Registry registry;
    REQUIRE(registry.load(fixture));
    notifier::Api api(registry);
    for (int i = 0; i < 500; ++i) {
      const Sample sample = mutator.next();
      notifier::Request request;
      request.method = sample.method;
      request.target = sample.target;
      request.body = sample.body;
      request.headers = {{"Content-Type", sample.type}};
      const notifier::Outcome outcome = api.handle(request);
      const std::string fault = api_oracle::fault(request, outcome);
      REQUIRE_MESSAGE(fault.empty(), fault << " for " << sample.method << ' ' << sample.target << '\n'
                                           << sample.body.substr(0, 2000));
      ++statuses[outcome.response.status];
      const auto applied = registry.apply(outcome.changes);
      REQUIRE_MESSAGE(applied, applied.error().message);
    }
    notifier::Registry again;
    CHECK_MESSAGE(again.load(registry.snapshot()), "a registry that does not come back from its snapshot");
  }
  for (const int status : {200, 201, 202, 204, 400, 404, 405, 422}) CHECK_MESSAGE(statuses[status] > 20, status);
}

TEST_CASE("bodies of megabytes and nests without end are refused at once") {
  notifier::Registry registry;
  REQUIRE(registry.load(fixture));
  notifier::Api api(registry);
  const auto status_of = [&](const std::string& target, const std::string& body) {
    notifier::Request request;
    request.method = "POST";
    request.target = target;
    request.body = body;
    const notifier::Outcome outcome = api.handle(request);
    CHECK(api_oracle::fault(request, outcome) == "");
    return outcome.response.status;
  };
  const std::string huge(NOTIFIER_MAX_EVENT_BYTES + 1, ' ');
  for (const char* target : {"/v1/apps/shop/notifiers", "/v1/apps", "/v1/apps/shop/events",
                             "/v1/apps/shop/events/explain", "/v1/apps/shop/notifiers/preview"}) {
    CHECK(status_of(target, huge) == 413);
    CHECK(status_of(target, std::string(1000000, '[')) == 400);
    std::string bomb;
    for (int i = 0; i < 100000; ++i) bomb += "{\"event\":";
    CHECK(status_of(target, bomb) == 400);
  }
  const std::string event = R"({"type":"crash","type_data":{"crash_logs":")" + std::string(5000000, 'x') + "\"}}";
  CHECK(status_of("/v1/apps/shop/events", event) == 202);
  CHECK(status_of("/v1/apps/shop/" + std::string(1000000, '/'), "") == 404);
}
