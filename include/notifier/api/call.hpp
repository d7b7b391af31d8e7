#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/api/errors.hpp"
#include "notifier/api/options.hpp"
#include "notifier/api/request.hpp"
#include "notifier/api/response.hpp"
#include "notifier/api/target.hpp"
#include "notifier/json/document.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// The most variable segments a route has.
inline constexpr std::size_t max_route_parameters = 3;

/// One request on its way through an endpoint. An endpoint returns the response; what else comes of the request it adds
/// to `outcome`.
struct Call {
  const Registry& registry;
  const ApiOptions& options;
  Router& router;            ///< has a Document of its own
  json::Document& document;  ///< for the body
  const Request& request;
  const Target& target;
  std::array<std::string_view, max_route_parameters> parameters{};  ///< the route's variable segments, in order
  Outcome outcome{};

  std::string_view app_name() const noexcept { return parameters[0]; }
  std::string_view notifier_id() const noexcept { return parameters[1]; }

  /// The present moment by the host's clock; 1970-01-01 without one.
  Timestamp now() const { return options.router.clock ? options.router.clock() : Timestamp{}; }
};

/// Routes an event and adds its deliveries to the outcome.
/// @param own     for all deliveries of the outcome that one endpoint routes
/// @param except  id of a notifier whose delivery is left out; or empty
inline Result<std::size_t> route(Call& call, std::string_view event, DeliveryOwner& own, const Audience& audience = {},
                                 std::string_view except = {}) {
  return call.router.route(
      event,
      [&](const DeliveryView& delivery) {
        if (except.empty() || delivery.notifier_id != except) call.outcome.deliveries.push_back(own(delivery));
      },
      audience);
}

inline Error duplicate_key_error(std::size_t offset) {
  Error error;
  error.code = errc::duplicate_key;
  error.message = with_number("a key is given twice, at byte ", offset);
  error.offset = offset;
  return error;
}

/// Reads the body as JSON in which no key is given twice.
/// @return the root, valid until the document's next use; or what failure() answers with 400 or 413.
inline Result<json::View> read_body(Call& call, std::size_t most_bytes = NOTIFIER_MAX_BODY_BYTES) {
  auto root = call.document.parse(call.request.body, most_bytes);
  if (!root) return root;
  const std::size_t duplicate = json::find_duplicate_key(call.request.body);
  if (duplicate != Error::no_offset) return duplicate_key_error(duplicate);
  return root;
}

/// The object under a root key. The documented example names the plural, so that is taken where the singular is
/// missing.
inline Result<json::View> read_root(json::View body, std::string_view key, std::string_view plural = {}) {
  json::View root = body[key];
  if (!root.exists() && !plural.empty()) root = body[plural];
  if (root.is_object()) return root;
  const bool is_missing = !root.exists() || root.is_null();
  Error error;
  error.fields.push_back(
      {std::string(key), is_missing ? "missing field" : "must be an object", is_missing ? "missing" : "type"});
  return error;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
