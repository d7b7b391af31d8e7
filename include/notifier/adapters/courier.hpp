// Drives an outbox over libcurl: claims what is due, signs and sends it, records what came of it. Link curl and crypto.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/curl.hpp"
#include "notifier/adapters/openssl.hpp"
#include "notifier/delivery/outbox.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a host says of a delivery before each attempt.
struct Dispatch {
  /// Static, one English sentence without secrets: the delivery is given up for this reason. Empty: it may go.
  std::string_view refusal;
  std::vector<std::string> signing_secrets;  ///< of the notifier, as they are now; empty: not signed
};

/// What a Courier takes from its host; every member has a default. The functions are called within Courier::turn().
struct CourierOptions {
  std::size_t places = 512;  ///< attempts under way at once, to all targets
  std::function<Dispatch(const Delivery&)> dispatch;
  /// An attempt has ended, or the delivery was given up. What came of it lasts when turn() returns.
  std::function<void(const Delivery&, const OutboxStep&, const Verdict&)> on_step;
  /// A notifier is to be switched off, for the reason that the last verdict names. If the process ends before this
  /// returns, it is called again after the next attempt.
  std::function<void(const Delivery&, const Verdict&)> on_disable;
  std::function<void(const Error&)> on_error;  ///< what came of attempts could not be stored; it is tried again
};

/// Sends what is in an outbox. In one thread, which calls turn() again and again:
///
///     notifier::Courier courier(outbox, transport);
///     while (!stopping) courier.turn(1000);
///
/// What came of the attempts that end in one turn is committed at its end: one sync to the disk for all. While that
/// fails nothing else is begun, since nobody would know of it after a crash.
class Courier {
 public:
  /// @param outbox, transport  outlive the courier, and are used in its thread alone, but for transport.wake()
  Courier(Outbox& outbox, CurlTransport& transport, CourierOptions options = {})
      : outbox_(&outbox), transport_(&transport), options_(std::move(options)) {}

  /// Begins what is due and waits for attempts to end, or for something to become due.
  /// @param patience_ms  how long at most; CurlTransport::wake() ends the wait
  void turn(int patience_ms);

  /// The same without beginning anything: to end well. What has not ended then is sent again by the next process.
  void finish(int patience_ms);

  /// Attempts under way.
  std::size_t in_flight() const noexcept { return transport_->in_flight(); }

 private:
  void begin(OutboxClaim&& claim, Timestamp now);
  bool end(const CurlResult& result);
  void give_up(std::uint64_t sequence, const Delivery& delivery, std::string_view reason, Timestamp now);
  void report(const Error& error) {
    if (options_.on_error) options_.on_error(error);
  }
  static Timestamp now() {
    using namespace std::chrono;
    return {duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
  }

  Outbox* outbox_;
  CurlTransport* transport_;
  CourierOptions options_;
  std::vector<OutboxClaim> claims_;
  std::vector<CurlResult> unrecorded_;  // the storage failed: nothing else begins before they are recorded
  bool is_stuck_ = false;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline void Courier::turn(int patience_ms) {
  const Timestamp at = now();
  const std::size_t busy = transport_->in_flight();
  if (!is_stuck_ && busy < options_.places) {
    claims_.clear();
    outbox_->claim(at, options_.places - busy, claims_);
    for (OutboxClaim& claim : claims_) begin(std::move(claim), at);
    if (const auto next = outbox_->next_time(); next && transport_->in_flight() < options_.places) {
      patience_ms = static_cast<int>((std::clamp)(next->ms - at.ms, std::int64_t{0}, std::int64_t{patience_ms}));
    }
  }
  finish(patience_ms);
}

inline void Courier::finish(int patience_ms) {
  transport_->run(patience_ms, [&](CurlResult&& result) { unrecorded_.push_back(std::move(result)); });
  std::size_t recorded = 0;
  while (recorded < unrecorded_.size() && end(unrecorded_[recorded])) ++recorded;
  unrecorded_.erase(unrecorded_.begin(), unrecorded_.begin() + static_cast<std::ptrdiff_t>(recorded));
  const auto flushed = outbox_->flush();
  if (!flushed) report(flushed.error());
  is_stuck_ = !flushed || !unrecorded_.empty();
}

inline void Courier::begin(OutboxClaim&& claim, Timestamp at) {
  Dispatch dispatch;
  if (options_.dispatch) dispatch = options_.dispatch(claim.delivery);
  if (!dispatch.refusal.empty()) return give_up(claim.sequence, claim.delivery, dispatch.refusal, at);
  if (!dispatch.signing_secrets.empty() && !sign(claim.delivery, dispatch.signing_secrets, at, OpensslHmac())) {
    return give_up(claim.sequence, claim.delivery, "the delivery could not be signed", at);
  }
  transport_->start(claim.sequence, std::move(claim.delivery), claim.attempt);
}

inline bool Courier::end(const CurlResult& result) {
  const auto step = outbox_->record(result.tag, result.verdict, now());
  if (!step) {
    report(step.error());
    return step.error().code != errc::storage;
  }
  if (step->disable_notifier && options_.on_disable) options_.on_disable(result.delivery, result.verdict);
  if (options_.on_step) options_.on_step(result.delivery, *step, result.verdict);
  return true;
}

inline void Courier::give_up(std::uint64_t sequence, const Delivery& delivery, std::string_view reason, Timestamp at) {
  const auto step = outbox_->give_up(sequence, reason, at);
  if (!step) {
    report(step.error());
    outbox_->release(sequence, at);
    return;
  }
  if (options_.on_step) options_.on_step(delivery, *step, {Verdict::Action::fail, 0, reason, std::nullopt});
}

NOTIFIER_NAMESPACE_END
