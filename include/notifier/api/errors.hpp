// Error answers, in three shapes and no other: `{"errors":{field:[messages]}}` for 422, `{"resource":...,"error":"not
// found"}` for 404, and `{"error":...}` for all others.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/api/json_response.hpp"
#include "notifier/error.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// `{"error":message}`
inline Response error_response(int status, std::string_view message) {
  return json_response(status, [&](json::Writer& out) { out.object([&] { out.member("error", message); }); });
}

/// 404 `{"resource":resource,"error":"not found"}`
/// @param message  what was given and what there is, where more can be said than the public API does
inline Response not_found(std::string_view resource, std::string_view message = {}) {
  return json_response(404, [&](json::Writer& out) {
    out.object([&] {
      out.member("resource", resource);
      out.member("error", "not found");
      if (!message.empty()) out.member("message", message);
    });
  });
}

/// 422 `{"errors":{field:[messages]}}`, fields in the order of their first problem.
inline Response unprocessable(const std::vector<FieldError>& problems) {
  return json_response(422, [&](json::Writer& out) {
    out.begin_object();
    out.key("errors");
    out.begin_object();
    for (std::size_t i = 0; i < problems.size(); ++i) {
      bool is_first = true;
      for (std::size_t j = 0; j < i; ++j) is_first = is_first && problems[j].field != problems[i].field;
      if (!is_first) continue;
      out.escaped_key(problems[i].field);
      out.begin_array();
      for (std::size_t j = i; j < problems.size(); ++j) {
        if (problems[j].field == problems[i].field) out.string(problems[j].message);
      }
      out.end_array();
    }
    out.end_object();
    out.end_object();
  });
}

inline Response unprocessable(std::string_view field, std::string_view message) {
  return unprocessable({FieldError{std::string(field), std::string(message), {}}});
}

/// 400; the error's message says where in the body the fault lies.
inline Response bad_json(const Error& error) {
  return error_response(400, joined("There was a problem in the JSON you submitted: ", error.message));
}

/// The answer to a request that failed so.
inline Response failure(const Error& error) {
  switch (error.code) {
    case errc::invalid_json:
    case errc::too_deep:
    case errc::duplicate_key:
    case errc::not_an_object: return bad_json(error);
    case errc::too_large: return error_response(413, error.message);
    case errc::not_found:
      return not_found(error.field, error.field == "notification_platform" ? error.message : std::string_view());
    case errc::conflict: return error_response(409, error.message);
    case errc::unsupported: return error_response(400, error.message);
    case errc::storage:
    case errc::lost: return error_response(500, error.message);
    case errc::invalid: break;
  }
  if (!error.fields.empty()) return unprocessable(error.fields);
  return unprocessable(error.field.empty() ? "base" : error.field, error.message);
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
