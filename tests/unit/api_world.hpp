// A registry with an app and two notifiers, and an Api on it, for tests.

#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api_oracle.hpp"
#include "notifier/api/api.hpp"

namespace api_world {

namespace json = notifier::json;

inline constexpr std::string_view fixture =
    R"({"version":1,"apps":[{"id":"app-1","name":"shop","notifiers":[
{"id":"no-1","name":"ops","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.example.com/SECRET"}},
{"id":"no-2","name":"signed","platform":"webhook","type_data":{"webhook_url":"https://example.com/SECRET","signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}]}]})";

/// A registry with an app and two notifiers, and an Api on it.
struct World {
  explicit World(notifier::ApiOptions options = {}) : api(load(registry), std::move(options)) {}

  static notifier::Registry& load(notifier::Registry& registry) {
    REQUIRE(registry.load(fixture));
    return registry;
  }

  notifier::Outcome call(std::string_view method, std::string_view target, std::string_view body = {}) {
    notifier::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    notifier::Outcome outcome = api.handle(request);
    CHECK(api_oracle::fault(request, outcome) == "");
    return outcome;
  }

  notifier::Registry registry;
  notifier::Api api;
};

/// A member of a JSON text by a path of keys, as compact JSON.
inline std::string at(std::string_view text, const std::vector<std::string_view>& path) {
  json::Document document;
  auto value = document.parse(text);
  REQUIRE(value);
  json::View view = *value;
  for (const std::string_view key : path) view = view[key];
  std::string out;
  view.append_json(out);
  return out;
}

/// An Api whose host draws ids, "ev-1" and on, and has a clock that stands.
inline notifier::ApiOptions drawing_ids() {
  notifier::ApiOptions options;
  options.new_id = [count = 0](std::string_view prefix) mutable {
    return std::string(prefix) + std::to_string(++count);
  };
  options.router.clock = [] { return notifier::Timestamp{1'700'000'000'000}; };
  return options;
}

inline notifier::Outcome post_events(World& world, std::string_view body,
                                     std::vector<notifier::HeaderView> headers = {}) {
  notifier::Request request;
  request.method = "POST";
  request.target = "/v1/apps/shop/events";
  request.body = body;
  request.headers = std::move(headers);
  notifier::Outcome outcome = world.api.handle(request);
  CHECK(api_oracle::fault(request, outcome) == "");
  return outcome;
}

}  // namespace api_world
