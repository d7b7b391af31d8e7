// Drives an outbox over libcurl: claims what is due, signs and sends it, records what came of it. Link curl and crypto.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/adapters/curl.hpp"
#include "notifier/adapters/openssl.hpp"
#include "notifier/adapters/reply_excerpt.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a host says of a delivery before each attempt.
struct Dispatch {
  /// Static, one English sentence without secrets: the delivery is given up for this reason. Empty: it may go.
  std::string_view refusal;
  std::vector<std::string> signing_secrets;  ///< signing_secrets_of() the notifier, as it is now; empty: not signed
  /// The notifier is switched off: the delivery is held until Outbox::resume(). Counts less than a refusal.
  bool is_held = false;
};

/// The time by the system's two clocks.
inline Moment system_moment() {
  using namespace std::chrono;
  const auto ms = [](auto since) { return std::int64_t{duration_cast<milliseconds>(since).count()}; };
  return {{ms(system_clock::now().time_since_epoch())}, ms(steady_clock::now().time_since_epoch())};
}

/// What a Courier takes from its host; every member has a default. The functions are called within Courier::turn().
struct CourierOptions {
  std::size_t places = 512;  ///< attempts under way at once, to all targets
  std::function<Dispatch(const Delivery&)> dispatch;
  /// An attempt has ended, or could not be made for want of something here (Verdict::Action::postpone), or the delivery
  /// was given up or held. What came of it lasts.
  std::function<void(const Delivery&, const OutboxStep&, const Verdict&)> on_step;
  /// A notifier is to be switched off, for the reason that the last verdict names. If the process ends before this
  /// returns, it is called again after the next attempt.
  std::function<void(const Delivery&, const Verdict&)> on_disable;
  std::function<void(const Error&)>
      on_error;  ///< what came of attempts, or of groups, could not be stored; it is tried again
  std::function<Moment()> clock = system_moment;
};

/// Sends what is in an outbox. In one thread, which calls turn() again and again:
///
///     notifier::Courier courier(outbox, transport);
///     while (!stopping) courier.turn(1000);
///
/// What came of the attempts that end in one turn is stored at its end: one sync to the disk for all. A turn that got
/// results ends once a millisecond goes by without another. While storing fails nothing else is begun, since nobody
/// would know of it after a crash.
class Courier {
 public:
  /// @param outbox     outlives the courier, and is used in its thread alone
  /// @param transport  the same, but for transport.wake()
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
  /// What came of an attempt, to be told once it is stored.
  struct Told {
    Delivery delivery;
    OutboxStep step;
    Verdict verdict;
  };

  /// As many results as are stored together at most, but for those that come at once.
  static constexpr std::size_t gathered = 32;

  void begin(OutboxClaim&& claim, Moment now);
  void take_results(int patience_ms);
  void tell_later(Delivery&& delivery, Result<OutboxStep>&& step, const Verdict& verdict);
  void report(const Error& error) {
    if (options_.on_error) options_.on_error(error);
  }

  Outbox* outbox_;
  CurlTransport* transport_;
  CourierOptions options_;
  std::vector<OutboxClaim> claims_;
  std::vector<Told> told_;
  std::unordered_map<std::uint64_t, std::vector<std::string>> signing_secrets_;  // of attempts under way
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline void Courier::turn(int patience_ms) {
  const Moment now = options_.clock();
  const std::size_t busy = transport_->in_flight();
  if (busy < options_.places) {
    claims_.clear();
    outbox_->claim(now, options_.places - busy, claims_);
    if (const auto error = outbox_->take_grouping_error()) report(*error);
    for (OutboxClaim& claim : claims_) begin(std::move(claim), now);
    if (const auto wait = outbox_->wait_ms(now); wait && transport_->in_flight() < options_.places) {
      patience_ms = static_cast<int>((std::min)(*wait, std::int64_t{patience_ms}));
    }
  }
  // What was given up or held is told at once.
  finish(told_.empty() ? patience_ms : 0);
}

inline void Courier::finish(int patience_ms) {
  take_results(patience_ms);
  // A transaction costs more than what it stores, so more results are taken as long as the next comes soon: a fifth of
  // the transactions with a receiver on the same machine.
  for (std::size_t before = 0; before != told_.size() && told_.size() < gathered && transport_->in_flight() > 0;) {
    before = told_.size();
    take_results(1);
  }
  if (const auto flushed = outbox_->flush(); !flushed) return report(flushed.error());
  for (const Told& told : std::exchange(told_, {})) {
    if (told.step.disable_notifier && options_.on_disable) options_.on_disable(told.delivery, told.verdict);
    if (options_.on_step) options_.on_step(told.delivery, told.step, told.verdict);
  }
}

inline void Courier::take_results(int patience_ms) {
  transport_->run(patience_ms, [&](CurlResult&& result) {
    MailRecipients recipients;
    recipients.some_accepted = result.delivery.to.size() > result.remaining.size() + result.refused.size() &&
                               !(result.remaining.empty() && result.refused.empty());
    recipients.remaining = std::move(result.remaining);
    recipients.refused = std::move(result.refused);
    const auto signed_with = signing_secrets_.find(result.tag);
    const bool is_signed = signed_with != signing_secrets_.end();
    const std::vector<std::string> secrets = is_signed ? signed_with->second : std::vector<std::string>();
    const std::string reply = reply_excerpt(result.reply, result.delivery, secrets);
    result.verdict.receipt = kept_receipt(std::move(result.verdict.receipt), result.delivery, secrets);
    if (is_signed) signing_secrets_.erase(signed_with);
    auto step = outbox_->record(result.tag, result.verdict, options_.clock(), recipients, reply);
    tell_later(std::move(result.delivery), std::move(step), result.verdict);
  });
}

inline void Courier::begin(OutboxClaim&& claim, Moment now) {
  Dispatch dispatch;
  if (options_.dispatch) dispatch = options_.dispatch(claim.delivery);
  const auto give_up = [&](std::string_view reason) {
    auto step = outbox_->give_up(claim.sequence, reason, now);
    tell_later(std::move(claim.delivery), std::move(step), {Verdict::Action::fail, 0, reason, std::nullopt});
  };
  if (!dispatch.refusal.empty()) return give_up(dispatch.refusal);
  if (dispatch.is_held) {
    auto step = outbox_->hold_claim(claim.sequence, now);
    return tell_later(std::move(claim.delivery), std::move(step),
                      {Verdict::Action::postpone, 0, "the notifier is switched off", std::nullopt});
  }
  if (!dispatch.signing_secrets.empty() && !sign(claim.delivery, dispatch.signing_secrets, now.wall, OpensslHmac())) {
    return give_up("the delivery could not be signed");
  }
  if (!dispatch.signing_secrets.empty()) signing_secrets_[claim.sequence] = std::move(dispatch.signing_secrets);
  transport_->start(claim.sequence, std::move(claim.delivery), claim.until);
}

inline void Courier::tell_later(Delivery&& delivery, Result<OutboxStep>&& step, const Verdict& verdict) {
  if (!step) return report(step.error());
  told_.push_back({std::move(delivery), *std::move(step), verdict});
}

NOTIFIER_NAMESPACE_END
