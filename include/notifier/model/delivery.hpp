#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/model/arrival.hpp"
#include "notifier/model/body.hpp"
#include "notifier/model/header_view.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/target_limits.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/range.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What one notifier is to be sent, borrowed: valid until the Router's (or Previewer's) next call.
///
/// For slack, webhook and rocket_chat it is an HTTP request: `method`, `url`, `headers`, `body`. For email it is an
/// envelope and a message: `from`, `to`, `body` (RFC 5322 with CRLF line ends); `to` may be empty, then there is nobody
/// to send to.
struct DeliveryView {
  std::string_view notifier_id;
  std::string_view notifier_name;
  std::string_view app_id;      ///< the notifier's app
  std::string_view event_id;    ///< the event's own, else what it is known by (RouterOptions::new_id); may be empty
  std::string_view event_type;  ///< as it came
  Platform platform = Platform::webhook;
  /// Stable: the same event and notifier give the same key on every attempt, machine and build. "msg_" and 32 hex
  /// digits; sent as `webhook-id` and in Message-ID.
  std::string_view idempotency_key;

  std::string_view method;    ///< "POST"
  std::string_view url;       ///< a secret
  bool is_url_kept = true;    ///< the URL lies in the registry, and stays there as long as the notifier does
  Range<HeaderView> headers;  ///< may hold secrets

  /// A hash of what is sent to, where that is not the URL: deliveries of one target share its limits. 0: the URL is it.
  std::uint64_t target = 0;
  const TargetLimits* limits = nullptr;  ///< of the target; null: as of a webhook's

  std::string_view from;       ///< envelope sender, an address
  Range<std::string_view> to;  ///< envelope recipients, each once

  std::string_view body;       ///< the request's body or the mail: the delivery's own front, then a rest that it shares
  std::size_t front_size = 0;  ///< bytes of `body` that are the front
  /// Which rest it is: of the deliveries of one Router, those of the same number have the same rest, byte for byte,
  /// also from call to call. Numbers grow by 65,536 from event to event. 0: it is shared with none, and all of `body`
  /// is the delivery's own.
  std::uint64_t rest_id = 0;

  Range<Truncation> truncations;

  const Arrival* arrival = nullptr;  ///< of a notifier that is told of several events together; else null
};

/// A header of an HTTP request or response that owns its text.
struct Header {
  std::string name;
  std::string value;
};

/// A DeliveryView that owns its bytes.
struct Delivery {
  std::string notifier_id;
  std::string notifier_name;
  std::string app_id;
  std::string event_id;
  std::string event_type;
  Platform platform = Platform::webhook;
  std::string idempotency_key;
  std::string method;
  std::string url;
  std::vector<Header> headers;
  std::uint64_t target = 0;  ///< as in DeliveryView
  TargetLimits limits;       ///< of the target; without concurrency: as OutboxOptions say
  std::string from;
  std::vector<std::string> to;
  Body body;
  std::vector<Truncation> truncations;
  std::shared_ptr<const Arrival> arrival;  ///< as in DeliveryView

  /// Copies what a view borrows.
  static Delivery own(const DeliveryView& view);
};

/// Copies deliveries so that those whose bodies have the same rest share it: of an event that goes to a thousand
/// webhooks, one copy is made. Keeps all those rests; to be used for the deliveries of one Router, and for as many as
/// are kept together.
class DeliveryOwner {
 public:
  Delivery operator()(const DeliveryView& view);

 private:
  using Rest = std::pair<std::uint64_t, std::shared_ptr<const std::string>>;

  std::vector<Rest> rests_;
};

/// "msg_" and 32 hex digits from an event's id (its bytes where it has none) and a notifier's id. Written to `out`, 36
/// bytes. Not cryptographic: two different inputs collide with a probability of 2^-128 unless somebody wants them to.
void write_idempotency_key(std::string_view event_id_or_body, std::string_view notifier_id, char* out) noexcept;

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// All but the body.
inline Delivery own_head(const DeliveryView& view) {
  Delivery out;
  out.notifier_id = view.notifier_id;
  out.notifier_name = view.notifier_name;
  out.app_id = view.app_id;
  out.event_id = view.event_id;
  out.event_type = view.event_type;
  out.platform = view.platform;
  out.idempotency_key = view.idempotency_key;
  out.method = view.method;
  out.url = view.url;
  out.headers.reserve(view.headers.size());
  for (const HeaderView& header : view.headers) {
    out.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  out.target = view.target;
  if (view.limits != nullptr) out.limits = *view.limits;
  out.from = view.from;
  out.to.assign(view.to.begin(), view.to.end());
  out.truncations.assign(view.truncations.begin(), view.truncations.end());
  if (view.arrival != nullptr) out.arrival = std::make_shared<const Arrival>(*view.arrival);
  return out;
}

}  // namespace detail

NOTIFIER_INLINE Delivery Delivery::own(const DeliveryView& view) { return DeliveryOwner()(view); }

NOTIFIER_INLINE Delivery DeliveryOwner::operator()(const DeliveryView& view) {
  Delivery out = detail::own_head(view);
  if (view.rest_id == 0) {
    out.body = view.body;
    return out;
  }
  // The rests of an event come one after the other: those before them have much smaller numbers.
  std::size_t at = rests_.size();
  while (at > 0 && rests_[at - 1].first != view.rest_id) at = rests_[at - 1].first + 0xFFFF < view.rest_id ? 0 : at - 1;
  if (at == 0) {
    const std::string_view rest = view.body.substr(view.front_size);
    rests_.emplace_back(view.rest_id, std::make_shared<const std::string>(rest));
    at = rests_.size();
  }
  out.body = Body(std::string(view.body.substr(0, view.front_size)), rests_[at - 1].second);
  return out;
}

NOTIFIER_INLINE void write_idempotency_key(std::string_view event_id_or_body, std::string_view notifier_id,
                                           char* out) noexcept {
  out[0] = 'm';
  out[1] = 's';
  out[2] = 'g';
  out[3] = '_';
  Hash128().add(event_id_or_body).add(notifier_id).write_hex(out + 4);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
