// The notifier HTTP API: its endpoints are in the files beside this one, by group; routes.hpp is their table.

#pragma once

#include <memory>
#include <string_view>

#include "notifier/api/options.hpp"
#include "notifier/api/request.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The notifier HTTP API as a function: a registry and a request in, an Outcome out. Nothing is stored, sent or changed
/// by it; only a retry that is asked for is passed on to the host's History.
///
/// Used by one thread at a time; any number of them may share one Registry.
///
///     notifier::Api api(registry);
///     notifier::Outcome outcome = api.handle({"GET", "/v1/apps/my-app/notifiers"});
///     send(outcome.response.status, outcome.response.headers, outcome.response.body);
///
/// Where an outcome has changes, events or deliveries, Registry::commit() comes before the answer; see Outcome.
///
/// Whoever may reach an Api may do all that it can do: authentication is the host's. Platforms, event types and
/// categories hold nothing to protect.
class Api {
 public:
  /// @param registry  outlives the Api.
  explicit Api(const Registry& registry, ApiOptions options = {});
  explicit Api(const Registry&&, ApiOptions = {}) = delete;
  Api(Api&&) noexcept;
  Api& operator=(Api&&) noexcept;
  ~Api();

  /// Answers any request whatever; what cannot be done with 400, 404, 405, 409, 412, 413, 422 or 500, in the shapes of
  /// api/errors.hpp. Never throws, but for std::bad_alloc.
  ///
  /// The answer to HEAD is that to GET without its body, which Content-Length then tells the size of.
  Outcome handle(const Request& request);

  /// Switches a notifier off whose target is gone or kept failing (OutboxStep::disable_notifier), with an event
  /// `edit_notifier` for its owner that says why. Nothing comes of it where it is off already, or gone.
  ///
  /// @param reason  Verdict::reason; appears in the event
  Outcome switch_off(std::string_view app_id, std::string_view notifier_id, std::string_view reason);

  /// 500 with the documented error shape, for a store that failed.
  static Response storage_failed();
  /// 409 with the documented error shape, for a change that others overtook again and again.
  static Response conflict();

 private:
  struct Engine;

  Outcome answer(const Request& request);

  std::unique_ptr<Engine> engine_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <string>
#include <utility>

#include "notifier/api/routes.hpp"
#include "notifier/json/document.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN

struct Api::Engine {
  Engine(const Registry& its_registry, ApiOptions its_options)
      : registry(&its_registry), options(std::move(its_options)), router(its_registry, options.router) {}

  const Registry* registry;
  ApiOptions options;
  Router router;
  json::Document document;
};

NOTIFIER_INLINE Api::Api(const Registry& registry, ApiOptions options)
    : engine_(std::make_unique<Engine>(registry, std::move(options))) {}
NOTIFIER_INLINE Api::Api(Api&&) noexcept = default;
NOTIFIER_INLINE Api& Api::operator=(Api&&) noexcept = default;
NOTIFIER_INLINE Api::~Api() = default;

NOTIFIER_INLINE Outcome Api::handle(const Request& request) {
  Outcome outcome = answer(request);
  if (request.method == "HEAD") {
    // A 304 could only tell the length of what the client has already.
    if (outcome.response.status != 304) {
      outcome.response.headers.push_back({"Content-Length", detail::decimal(outcome.response.body.size())});
    }
    outcome.response.body.clear();
    outcome.stream_app_id.clear();
  }
  return outcome;
}

NOTIFIER_INLINE Outcome Api::answer(const Request& request) {
  namespace api = detail::api;
  Outcome outcome;
  if (request.method == "OPTIONS" && request.target == "*") {
    outcome.response = api::options_response("GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS");
    return outcome;
  }
  const auto target = api::parse_target(request.target);
  if (!target) {
    outcome.response = api::error_response(400, "The path or query is not percent-encoded as a URL must be");
    return outcome;
  }
  api::Call call{*engine_->registry, engine_->options, engine_->router, engine_->document, request, *target};
  Response response = api::dispatch(call);
  outcome = std::move(call.outcome);
  outcome.response = std::move(response);
  return outcome;
}

NOTIFIER_INLINE Outcome Api::switch_off(std::string_view app_id, std::string_view notifier_id,
                                        std::string_view reason) {
  const Request request{};
  const detail::api::Target target{};
  detail::api::Call call{*engine_->registry, engine_->options, engine_->router, engine_->document, request, target};
  Response response = detail::api::switch_off_notifier(call, app_id, notifier_id, reason);
  Outcome outcome = std::move(call.outcome);
  outcome.response = std::move(response);
  return outcome;
}

NOTIFIER_INLINE Response Api::storage_failed() {
  return detail::api::error_response(500, "The change could not be stored; nothing has changed");
}

NOTIFIER_INLINE Response Api::conflict() {
  return detail::api::error_response(
      409, "The same was changed by another request at the same time; nothing has changed: read it and try again");
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
