#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "notifier/delivery/delivery.hpp"
#include "notifier/format/format.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/message.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/explanation.hpp"

NOTIFIER_NAMESPACE_BEGIN

struct RouterOptions {
  UserLookup users;                  ///< empty: the registry's users
  std::function<Timestamp()> clock;  ///< for the Date of a mail whose event has no time; empty: 1970-01-01
};

/// What the host knows about an event beside its bytes. Borrowed for the call.
struct Audience {
  std::vector<std::string_view> notifier_ids;  ///< the notifiers that an alert rule names
  std::vector<std::string_view> app_ids;       ///< the apps an account event concerns
};

/// Routes events: bytes in, deliveries out.
///
/// A Router owns its parser and its output buffers, so that routing allocates nothing once they have grown to size. Use one per
/// thread; any number of them may share one Registry.
///
///     notifier::Router router(registry);
///     auto routed = router.route(event_json, [](const notifier::DeliveryView& delivery) { send(delivery); });
///     if (!routed) report(routed.error());
class Router {
 public:
  /// @param registry  outlives the router. Its changes are seen from the next call on.
  explicit Router(const Registry& registry, RouterOptions options = {});

  /// Finds the notifiers that accept an event and formats one delivery for each.
  ///
  /// @param event_json  one JSON document in UTF-8, at most NOTIFIER_MAX_EVENT_BYTES long. Only read; the body of a webhook
  ///                    delivery is a view of these very bytes.
  /// @param sink        called as `void(const DeliveryView&)` once per delivery, oldest notifier first. The view, and all that
  ///                    it points to, is valid until `sink` returns.
  /// @return how many deliveries there were; or errc::invalid_json and the byte offset of the fault, errc::too_large,
  ///         errc::too_deep, errc::not_an_object. On an error `sink` was not called.
  template <class Sink>
  Result<std::size_t> route(std::string_view event_json, Sink&& sink, const Audience& audience = {});

  /// Only who: calls `sink(std::string_view notifier_id)` for each notifier that accepts the event; formats nothing.
  template <class Sink>
  Result<std::size_t> match(std::string_view event_json, Sink&& sink, const Audience& audience = {});

  /// For every notifier of the event's apps, yes or no and the one reason.
  Result<Explained> explain(std::string_view event_json, const Audience& audience = {});

  /// What `notifier` would be sent for the event, whether it accepts it or not, active or not, stored or not: the same bytes as
  /// route() gives. An empty notifier id previews as "preview".
  /// @return a view, valid until the router's next call.
  Result<DeliveryView> preview(const Notifier& notifier, std::string_view event_json);

 private:
  // the owner of this file designs it
};

NOTIFIER_NAMESPACE_END
