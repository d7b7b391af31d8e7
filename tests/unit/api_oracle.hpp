// What every answer of the Api must be like, whatever was asked. Used by the unit tests and the fuzzer.

#pragma once

#include <string>
#include <string_view>

#include "notifier/api/api.hpp"

namespace api_oracle {

namespace json = notifier::json;

inline std::string_view header(const notifier::Response& response, std::string_view name) {
  for (const notifier::Header& candidate : response.headers) {
    if (candidate.name == name) return candidate.value;
  }
  return {};
}

/// Whether a body has the shape of its error status.
inline bool is_error_body(int status, json::View body) {
  if (status == 404) {
    const std::size_t size = body["message"].string().empty() ? 2 : 3;
    return !body["resource"].string().empty() && body["error"].string() == "not found" && body.size() == size;
  }
  if (status != 422) return !body["error"].string().empty() && body.size() == 1;
  bool ok = body.size() == 1 && body["errors"].is_object() && body["errors"].size() > 0;
  body["errors"].for_each_member([&](std::string_view, json::View messages) {
    ok = ok && messages.is_array() && messages.size() > 0;
    messages.for_each_element([&](json::View message) { ok = ok && !message.string().empty(); });
  });
  return ok;
}

/// What is wrong with an outcome, or nothing.
inline std::string fault(const notifier::Request& request, const notifier::Outcome& outcome) {
  const notifier::Response& response = outcome.response;
  const int status = response.status;
  if (status < 200 || status > 499) return "status " + std::to_string(status);
  const bool is_error = status >= 400;
  if (is_error && !(outcome.changes.empty() && outcome.events.empty() && outcome.deliveries.empty() &&
                    outcome.stream_app_id.empty())) {
    return "an error that changes something";
  }
  for (const notifier::Header& line : response.headers) {
    if ((line.name + line.value).find_first_of("\r\n") != std::string::npos) return "a line break in a header";
  }
  if (status == 405 && header(response, "Allow").empty()) return "405 without Allow";

  const bool is_json = header(response, "Content-Type") == "application/json; charset=utf-8";
  if (request.method == "HEAD" || status == 204 || !is_json) {
    if (!response.body.empty()) return "a body where there is none";
    if (is_error && !is_json) return "an error that is no JSON";
  } else {
    json::Document document;
    const auto body = document.parse(response.body, static_cast<std::size_t>(-1));
    if (!body) return "a body that is no JSON: " + body.error().message;
    if (!body->is_object() || body->size() == 0) return "a body without a root";
    if (is_error && !is_error_body(status, *body)) return "an error of another shape: " + response.body;
  }

  for (const notifier::RecordedEvent& event : outcome.events) {
    json::Document document;
    const auto root = document.parse(event.json);
    if (!root || !root->is_object()) return "an event that is no JSON object";
    if (event.app_id.empty()) return "an event without an app";
  }
  for (const notifier::Delivery& delivery : outcome.deliveries) {
    if (delivery.body.empty() || delivery.idempotency_key.size() != 36) return "an unfinished delivery";
    if ((delivery.platform == notifier::Platform::email) != delivery.url.empty()) return "a delivery to nowhere";
  }
  return {};
}

}  // namespace api_oracle
