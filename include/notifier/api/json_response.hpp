#pragma once

#include <string_view>

#include "notifier/api/response.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// A response whose body is some JSON. It may hold secrets, as the URL of a webhook: nobody on the way is to keep it.
inline Response json_text_response(int status, const Buffer& json) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
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
