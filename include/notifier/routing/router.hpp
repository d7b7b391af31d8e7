#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "notifier/function_ref.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/digest.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/result.hpp"
#include "notifier/routing/audience.hpp"
#include "notifier/routing/explanation.hpp"
#include "notifier/routing/options.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {
class RouterEngine;
}  // namespace detail

/// Routes events: bytes in, deliveries out.
///
/// A Router owns its parser and its output buffers, so that routing allocates nothing once they have grown to size. Use
/// one per thread; any number of them may share one Registry.
///
///     notifier::Router router(registry);
///     auto routed = router.route(event_json, [](const notifier::DeliveryView& delivery) { send(delivery); });
///     if (!routed) report(routed.error());
class Router {
 public:
  /// Events that route() takes through its steps together: as many as fit the inner caches with what is made of them.
  static constexpr std::size_t batch_size = 16;

  /// @param registry  outlives the router. Its changes are seen from the next call on.
  explicit Router(const Registry& registry, RouterOptions options = {});
  explicit Router(const Registry&&, RouterOptions = {}) = delete;
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  /// Finds the notifiers that accept an event and formats one delivery for each.
  ///
  /// @param event_json  one JSON document in UTF-8, at most NOTIFIER_MAX_EVENT_BYTES long. Only read; the body of a
  ///                    webhook delivery is a view of these very bytes.
  /// @param sink        called as `void(const DeliveryView&)` once per delivery, oldest notifier first. The view,
  ///                    and all that it points to, is valid until `sink` returns.
  /// @return how many deliveries there were; or errc::invalid_json and the byte offset of the fault, errc::too_large,
  ///         errc::too_deep, errc::not_an_object. On an error `sink` was not called.
  template <class Sink>
  Result<std::size_t> route(std::string_view event_json, Sink&& sink, const Audience& audience = {});

  /// The same for many events, which takes a fifth less time than one by one: those of a batch are taken through one
  /// step after the other, so that the code of a step stays in the processor's caches, and what is to be read, of the
  /// texts and of the registry, is loaded ahead.
  ///
  /// @param events  `event_count` texts, each as above.
  /// @param sink    called as `void(std::size_t event, const DeliveryView&)`, the events in their order.
  /// @param failed  called as `void(std::size_t event, const Error&)`, in the order of all events, for each that cannot
  ///                be read; the others go on.
  /// @return how many deliveries there were.
  template <class Sink, class Failed>
  std::size_t route(const std::string_view* events, std::size_t event_count, Sink&& sink, Failed&& failed);

  /// Only who: calls `sink(std::string_view notifier_id)` for each notifier that accepts the event; formats nothing.
  template <class Sink>
  Result<std::size_t> match(std::string_view event_json, Sink&& sink, const Audience& audience = {});

  /// The same for an event that was read already: cannot fail. Returns how many there were.
  template <class Sink>
  std::size_t match(const Event& event, Sink&& sink, const Audience& audience = {});

  /// The same for many events that were read already; calls `sink(std::size_t event, std::string_view notifier_id)`,
  /// the events in their order. Loads ahead what each of them needs: with a registry larger than the processor's
  /// caches, a few times faster than event by event.
  template <class Sink>
  std::size_t match(const Event* events, std::size_t event_count, Sink&& sink);

  /// For every notifier of the event's apps, yes or no and the one reason.
  Result<Explained> explain(std::string_view event_json, const Audience& audience = {});

  /// What `notifier` would be sent for the event, whether it accepts it or not, active or not, stored or not: the same
  /// bytes as route() gives. An empty notifier id previews as "preview".
  /// @return a view, valid until the router's next call.
  Result<DeliveryView> preview(const Notifier& notifier, std::string_view event_json);

  /// What `notifier` would be sent in place of events that are held back, as digest() says; stored or not, as for the
  /// other preview().
  /// @return a view of `digest` and `key`, too
  Result<DeliveryView> preview(const Notifier& notifier, const Digest& digest, std::string_view key);

  /// What a notifier is sent in place of the events that were held back for it: one message that counts them; for a
  /// webhook `{"count":41,"events":[...]}` with the bytes of those that the digest has.
  /// @param key  of the digest, digest_key(): its delivery's `event_id`, and what its idempotency key is made of
  /// @return a view, valid until the router's next call; or errc::not_found where there is no such notifier
  Result<DeliveryView> digest(std::string_view app_id, std::string_view notifier_id, const Digest& digest,
                              std::string_view key);

 private:
  // Those above, for callers whose functions are behind references.
  Result<std::size_t> route_to(std::string_view event_json, detail::FunctionRef<void(const DeliveryView&)> sink,
                               const Audience& audience);
  std::size_t route_to(const std::string_view* events, std::size_t event_count,
                       detail::FunctionRef<void(std::size_t, const DeliveryView&)> sink,
                       detail::FunctionRef<void(std::size_t, const Error&)> failed);
  using TakeIds = detail::FunctionRef<void(const std::string_view* ids, std::size_t count)>;
  using TakeIdsOfMany = detail::FunctionRef<void(const std::size_t* events, const std::string_view* ids, std::size_t)>;
  Result<std::size_t> match_to(std::string_view event_json, TakeIds take, const Audience& audience);
  std::size_t match_to(const Event& event, TakeIds take, const Audience& audience);
  std::size_t match_to(const Event* events, std::size_t event_count, TakeIdsOfMany take);

  std::unique_ptr<detail::RouterEngine> engine_;
};

template <class Sink>
Result<std::size_t> Router::route(std::string_view event_json, Sink&& sink, const Audience& audience) {
  return route_to(
      event_json, [&](const DeliveryView& delivery) { sink(delivery); }, audience);
}

template <class Sink, class Failed>
std::size_t Router::route(const std::string_view* events, std::size_t event_count, Sink&& sink, Failed&& failed) {
  return route_to(
      events, event_count, [&](std::size_t event, const DeliveryView& delivery) { sink(event, delivery); },
      [&](std::size_t event, const Error& error) { failed(event, error); });
}

template <class Sink>
Result<std::size_t> Router::match(std::string_view event_json, Sink&& sink, const Audience& audience) {
  const auto take = [&](const std::string_view* ids, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sink(ids[i]);
  };
  return match_to(event_json, take, audience);
}

template <class Sink>
std::size_t Router::match(const Event& event, Sink&& sink, const Audience& audience) {
  const auto take = [&](const std::string_view* ids, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sink(ids[i]);
  };
  return match_to(event, take, audience);
}

template <class Sink>
std::size_t Router::match(const Event* events, std::size_t event_count, Sink&& sink) {
  const auto take = [&](const std::size_t* of, const std::string_view* ids, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sink(of[i], ids[i]);
  };
  return match_to(events, event_count, take);
}

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <utility>

#include "notifier/routing/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE Router::Router(const Registry& registry, RouterOptions options)
    : engine_(std::make_unique<detail::RouterEngine>(registry, std::move(options))) {}

static_assert(Router::batch_size == detail::RouterEngine::batch_size);

NOTIFIER_INLINE Router::Router(Router&&) noexcept = default;
NOTIFIER_INLINE Router& Router::operator=(Router&&) noexcept = default;
NOTIFIER_INLINE Router::~Router() = default;

NOTIFIER_INLINE Result<std::size_t> Router::route_to(std::string_view event_json,
                                                     detail::FunctionRef<void(const DeliveryView&)> sink,
                                                     const Audience& audience) {
  return engine_->route(event_json, sink, audience);
}

NOTIFIER_INLINE std::size_t Router::route_to(const std::string_view* events, std::size_t event_count,
                                             detail::FunctionRef<void(std::size_t, const DeliveryView&)> sink,
                                             detail::FunctionRef<void(std::size_t, const Error&)> failed) {
  return engine_->route(events, event_count, sink, failed);
}

NOTIFIER_INLINE Result<std::size_t> Router::match_to(std::string_view event_json, TakeIds take,
                                                     const Audience& audience) {
  return engine_->match(event_json, take, audience);
}

NOTIFIER_INLINE std::size_t Router::match_to(const Event& event, TakeIds take, const Audience& audience) {
  return engine_->match(event, take, audience);
}

NOTIFIER_INLINE std::size_t Router::match_to(const Event* events, std::size_t event_count, TakeIdsOfMany take) {
  return engine_->match(events, event_count, take);
}

NOTIFIER_INLINE Result<Explained> Router::explain(std::string_view event_json, const Audience& audience) {
  return engine_->explain(event_json, audience);
}

NOTIFIER_INLINE Result<DeliveryView> Router::digest(std::string_view app_id, std::string_view notifier_id,
                                                    const Digest& digest, std::string_view key) {
  return engine_->digest(app_id, notifier_id, digest, key);
}

NOTIFIER_INLINE Result<DeliveryView> Router::preview(const Notifier& notifier, std::string_view event_json) {
  return engine_->preview(notifier, event_json);
}

NOTIFIER_INLINE Result<DeliveryView> Router::preview(const Notifier& notifier, const Digest& digest,
                                                     std::string_view key) {
  return engine_->preview(notifier, digest, key);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
