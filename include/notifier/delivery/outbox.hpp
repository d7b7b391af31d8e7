// The outbox: every delivery put into it arrives at least once, or is declared dead with the reason.
//
// One state machine over any storage. It opens no socket and reads no clock:
//
//     notifier::Outbox outbox(storage);
//     outbox.recover();                                     // once, at the start
//     outbox.enqueue(outcome.deliveries, now);              // lasts when it returns
//     outbox.claim(now, free_places, claims);               // send these, then for each:
//     outbox.record(claim.sequence, classify(...), now);
//     outbox.flush();                                       // once per turn of the host's loop
//
// A crash between sending and flush() makes a delivery arrive twice, both times under the same idempotency key; at no
// other point is one lost or sent again after it was recorded as delivered.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/delivery/outbox_schedule.hpp"
#include "notifier/delivery/outbox_storage.hpp"
#include "notifier/delivery/outbox_target.hpp"
#include "notifier/delivery/retry.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What an Outbox takes from its host; every member has a default.
struct OutboxOptions {
  RetryPolicy retry;
  PlatformLimits limits = default_limits;
  /// Attempts under way at once to one host, over all of its targets, so that a host that hangs does not take all
  /// places.
  unsigned host_concurrency = 64;
  /// Sends a notifier's deliveries one by one, in the order they were enqueued: the next begins when the one before has
  /// arrived or is dead. One that is sent again by hand is out of order.
  bool keep_order = false;
  /// How long the record of a delivery is kept after it arrived or died: as long, its key is not delivered again.
  std::int64_t keep_delivered_ms = std::int64_t{7} * 24 * 3'600'000;
  std::int64_t keep_dead_ms = std::int64_t{30} * 24 * 3'600'000;
  /// Uniform random numbers for the jitter. Empty: no jitter.
  std::function<std::uint32_t()> random;
};

/// A delivery to be attempted now.
struct OutboxClaim {
  std::uint64_t sequence = 0;
  unsigned attempt = 1;  ///< which attempt this is, since the delivery was enqueued or sent again by hand
  Delivery delivery;
};

/// What an attempt came to.
struct OutboxStep {
  OutboxState state = OutboxState::pending;
  unsigned attempts = 0;
  Timestamp next_at;  ///< OutboxState::pending: when it is tried again
  std::string notifier_id;
  /// The host is to switch the notifier off and tell its owner. What else was pending for it is dead by now.
  bool disable_notifier = false;
};

/// Used by one thread at a time.
class Outbox {
 public:
  /// @param storage  outlives the outbox, and is used by it alone.
  explicit Outbox(OutboxStorage& storage, OutboxOptions options = {})
      : storage_(&storage),
        options_(std::move(options)),
        schedule_(options_.limits, options_.host_concurrency, options_.keep_order) {}

  /// Takes up what an earlier process left, claimed or not: all of it is due again.
  /// @return how many deliveries are pending
  Result<std::size_t> recover();

  /// Puts deliveries in, all or none; they last when this returns. One whose key is known already, in whatever state,
  /// is left out; a mail to nobody is dead at once.
  /// @return how many were new
  Result<std::size_t> enqueue(const Delivery* deliveries, std::size_t count, Timestamp now);
  Result<std::size_t> enqueue(const std::vector<Delivery>& deliveries, Timestamp now) {
    return enqueue(deliveries.data(), deliveries.size(), now);
  }

  /// Takes up a delivery that its storage holds already, pending: put there by the host together with the change that
  /// made it, or made due again. It is sent also where the notifier was switched off before.
  /// @param record  as stored, its sequence included
  void admit(const OutboxRecord& record);

  /// Appends up to `most` deliveries that are to be attempted now to `out`. Each is under way until record() or
  /// release().
  /// @return how many; fewer than `most` where no other may begin now. Never an error: what the storage cannot give now
  ///         is tried again later, and what it has lost is dead.
  std::size_t claim(Timestamp now, std::size_t most, std::vector<OutboxClaim>& out);

  /// Records what came of a claimed delivery. It lasts from the next flush() on.
  /// @return errc::not_found where this is not under way; errc::storage: it still is, call again or release() it.
  Result<OutboxStep> record(std::uint64_t sequence, const Verdict& verdict, Timestamp now);

  /// Gives a claimed delivery back without an attempt: it is due at once.
  void release(std::uint64_t sequence, Timestamp now);

  /// Ends a claimed delivery that the host will not send, as dead and without an attempt: what its notifier is judged
  /// by stays as it is. Lasts from the next flush() on.
  /// @param reason  static, one English sentence without a final full stop and without secrets
  Result<OutboxStep> give_up(std::uint64_t sequence, std::string_view reason, Timestamp now);

  /// Ends what is pending for a notifier that was removed or switched off; what is under way is not tried again. Lasts
  /// from the next flush() on.
  /// @return how many were ended
  Result<std::size_t> cancel(std::string_view notifier_id, Timestamp now);

  /// Makes everything recorded last.
  Result<void> flush() { return storage_->commit(); }

  /// Sends a dead delivery again, with all its attempts before it, under the same key. Lasts when it returns.
  /// @return false where there is none with that key, or it is not dead
  Result<bool> resend(std::string_view key, Timestamp now);

  /// Forgets deliveries that ended long ago. Lasts from the next flush() on.
  /// @return how many
  Result<std::size_t> prune(Timestamp now) {
    return storage_->forget({now.ms - options_.keep_delivered_ms}, {now.ms - options_.keep_dead_ms});
  }

  /// When claim() may have something again; nothing before a delivery is put in or one under way ends.
  std::optional<Timestamp> next_time() const { return schedule_.next_time(); }
  std::size_t pending() const noexcept { return schedule_.size(); }         ///< under way or not
  std::size_t in_flight() const noexcept { return schedule_.in_flight(); }  ///< claimed

 private:
  Result<void> change(std::uint64_t sequence, OutboxState state, unsigned attempts, Timestamp next_at,
                      const Verdict& verdict, Timestamp now);
  void unreadable(std::uint64_t sequence, const Error& error, Timestamp now);
  static Error not_under_way();

  OutboxStorage* storage_;
  OutboxOptions options_;
  detail::OutboxSchedule schedule_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<std::size_t> Outbox::recover() {
  auto done = storage_->each_pending([&](const OutboxRecord& record) { schedule_.add(record); });
  if (!done) return std::move(done).error();
  done = storage_->each_health([&](std::string_view notifier_id, const NotifierHealth& health) {
    if (health.failures != 0) schedule_.lane(notifier_id).health = health;
  });
  if (!done) return std::move(done).error();
  return schedule_.size();
}

inline Result<std::size_t> Outbox::enqueue(const Delivery* deliveries, std::size_t count, Timestamp now) {
  // What was recorded until now must not be undone with an insertion that fails.
  if (auto flushed = flush(); !flushed) return std::move(flushed).error();
  std::vector<OutboxRecord> added;
  std::size_t is_new = 0;
  for (std::size_t i = 0; i < count; ++i) {
    OutboxRecord record = describe_for_outbox(deliveries[i], now);
    auto sequence = storage_->insert(record, deliveries[i]);
    if (!sequence) {
      storage_->rollback();
      return std::move(sequence).error();
    }
    if (*sequence == 0) continue;
    ++is_new;
    record.sequence = *sequence;
    if (record.state == OutboxState::pending) added.push_back(std::move(record));
  }
  if (auto committed = storage_->commit(); !committed) {
    storage_->rollback();
    return std::move(committed).error();
  }
  for (const OutboxRecord& record : added) admit(record);
  return is_new;
}

inline void Outbox::admit(const OutboxRecord& record) {
  schedule_.add(record);
  schedule_.lane(record.notifier_id).is_disabled = false;
}

inline std::size_t Outbox::claim(Timestamp now, std::size_t most, std::vector<OutboxClaim>& out) {
  std::size_t count = 0;
  while (count < most) {
    const auto sequence = schedule_.claim(now);
    if (!sequence) break;
    auto delivery = storage_->load(*sequence);
    if (!delivery) {
      unreadable(*sequence, delivery.error(), now);
      if (delivery.error().code == errc::storage) break;
      continue;
    }
    out.push_back({*sequence, schedule_.claimed(*sequence)->attempts + 1, *std::move(delivery)});
    ++count;
  }
  return count;
}

inline Result<OutboxStep> Outbox::record(std::uint64_t sequence, const Verdict& verdict, Timestamp now) {
  const auto* entry = schedule_.claimed(sequence);
  if (entry == nullptr) return not_under_way();
  OutboxStep step;
  step.notifier_id = entry->notifier_id;
  step.attempts = entry->attempts + 1;
  NextStep next = next_attempt(step.attempts, now, verdict, options_.retry, options_.random ? options_.random() : 0);
  const NotifierHealth health = next_health(entry->lane->health, now, verdict);
  const bool was_disabled = entry->lane->is_disabled;
  step.disable_notifier = !was_disabled && is_to_be_disabled(health, now, verdict, options_.retry);
  if (next.kind == NextStep::Kind::again && (was_disabled || step.disable_notifier)) next.kind = NextStep::Kind::dead;
  step.next_at = next.kind == NextStep::Kind::again ? next.at : now;
  step.state = next.kind == NextStep::Kind::again  ? OutboxState::pending
               : next.kind == NextStep::Kind::done ? OutboxState::delivered
                                                   : OutboxState::dead;
  if (health != entry->lane->health) {
    if (auto stored = storage_->set_health(step.notifier_id, health); !stored) return std::move(stored).error();
  }
  if (auto changed = change(sequence, step.state, step.attempts, step.next_at, verdict, now); !changed) {
    return std::move(changed).error();
  }
  entry->lane->health = health;
  if (next.target_paused_until) schedule_.pause(sequence, *next.target_paused_until);
  if (step.state == OutboxState::pending) {
    schedule_.again(sequence, step.next_at, step.attempts);
  } else {
    schedule_.finish(sequence, now);
  }
  // What it cannot end now is tried once more, to the same effect.
  if (step.disable_notifier) (void)cancel(step.notifier_id, now);
  return step;
}

inline Error Outbox::not_under_way() {
  Error error;
  error.code = errc::not_found;
  error.message = "no such delivery is under way";
  return error;
}

inline void Outbox::release(std::uint64_t sequence, Timestamp now) {
  if (const auto* entry = schedule_.claimed(sequence)) schedule_.again(sequence, now, entry->attempts);
}

inline Result<OutboxStep> Outbox::give_up(std::uint64_t sequence, std::string_view reason, Timestamp now) {
  const auto* entry = schedule_.claimed(sequence);
  if (entry == nullptr) return not_under_way();
  OutboxStep step;
  step.state = OutboxState::dead;
  step.attempts = entry->attempts;
  step.next_at = now;
  step.notifier_id = entry->notifier_id;
  const Verdict verdict{Verdict::Action::fail, 0, reason, std::nullopt};
  if (auto changed = change(sequence, step.state, step.attempts, now, verdict, now); !changed) {
    return std::move(changed).error();
  }
  schedule_.finish(sequence, now);
  return step;
}

inline Result<bool> Outbox::resend(std::string_view key, Timestamp now) {
  if (auto flushed = flush(); !flushed) return std::move(flushed).error();
  auto found = storage_->find(key);
  if (!found) return std::move(found).error();
  if (!*found || (*found)->state != OutboxState::dead) return false;
  OutboxRecord record = **std::move(found);
  record.state = OutboxState::pending;
  record.attempts = 0;
  record.next_at = now;
  auto done = storage_->update({record.sequence, record.state, 0, now, std::nullopt});
  if (done) done = storage_->commit();
  if (!done) {
    storage_->rollback();
    return std::move(done).error();
  }
  admit(record);
  return true;
}

inline Result<std::size_t> Outbox::cancel(std::string_view notifier_id, Timestamp now) {
  auto& lane = schedule_.lane(notifier_id);
  lane.is_disabled = true;
  const std::vector<std::uint64_t> pending(lane.pending.begin(), lane.pending.end());
  const Verdict verdict{Verdict::Action::disable, 0, "the notifier was switched off", std::nullopt};
  std::size_t count = 0;
  for (const std::uint64_t sequence : pending) {
    if (schedule_.claimed(sequence) != nullptr) continue;
    const unsigned attempts = schedule_.attempts(sequence);
    if (auto done = change(sequence, OutboxState::dead, attempts, now, verdict, now); !done)
      return std::move(done).error();
    schedule_.finish(sequence, now);
    ++count;
  }
  if (auto stored = storage_->set_health(notifier_id, {}); !stored) return std::move(stored).error();
  schedule_.reset_health(notifier_id);
  return count;
}

inline Result<void> Outbox::change(std::uint64_t sequence, OutboxState state, unsigned attempts, Timestamp next_at,
                                   const Verdict& verdict, Timestamp now) {
  return storage_->update({sequence, state, attempts, next_at,
                           DeliveryAttempt{now, verdict.action, verdict.status, std::string(verdict.reason)}});
}

inline void Outbox::unreadable(std::uint64_t sequence, const Error& error, Timestamp now) {
  const unsigned attempts = schedule_.claimed(sequence)->attempts;
  const Verdict verdict{Verdict::Action::fail, 0, "the stored delivery cannot be read", std::nullopt};
  if (error.code != errc::storage && change(sequence, OutboxState::dead, attempts, now, verdict, now)) {
    schedule_.finish(sequence, now);
  } else {
    schedule_.again(sequence, {now.ms + 5000}, attempts);
  }
}

NOTIFIER_NAMESPACE_END
