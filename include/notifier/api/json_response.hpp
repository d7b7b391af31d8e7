#pragma once

#include <string_view>

#include "notifier/api/response.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// A response whose body is some JSON.
inline Response json_text_response(int status, const Buffer& json) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.body = json.str();
  return response;
}

/// A response whose body is the JSON that `write(json::Writer&)` writes.
template <class Write>
Response json_response(int status, Write&& write) {
  Buffer json;
  json::Writer out(json);
  write(out);
  return json_text_response(status, json);
}

/// 200 `{root:[...]}`; `elements(json::Writer&)` writes what is between the brackets.
template <class Elements>
Response list_response(std::string_view root, Elements&& elements) {
  return json_response(200, [&](json::Writer& out) {
    out.object([&] {
      out.key(root);
      out.array([&] { elements(out); });
    });
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
