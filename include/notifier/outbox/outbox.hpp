// The outbox: every delivery put into it arrives at least once, or is declared dead with the reason.
//
// One state machine over any storage that answers at once. It opens no socket and reads no clock:
//
//     notifier::Outbox outbox(storage);
//     outbox.recover(now);                                  // once, at the start
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
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/model/moment.hpp"
#include "notifier/outbox/group_host.hpp"
#include "notifier/outbox/machine.hpp"
#include "notifier/outbox/options.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/outbox/target.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A delivery to be attempted now.
struct OutboxClaim {
  std::uint64_t sequence = 0;
  unsigned attempt = 1;  ///< which attempt this is, since the delivery was enqueued or sent again by hand
  Delivery delivery;
  std::int64_t until;  ///< OutboxStorage::attempt_until()
};

/// What became of deliveries that were put in.
struct OutboxEnqueued {
  std::size_t added = 0;           ///< how many were new
  std::vector<std::size_t> known;  ///< indices of those that were left out, growing
};

namespace detail {
class OutboxGroups;
}  // namespace detail

/// An OutboxMachine and the storage it asks. Used by one thread at a time.
///
/// While the storage fails, what came to pass is kept and given to it again with each flush(), and nothing else is
/// begun: claim() gives nothing until it is stored.
class Outbox {
 public:
  /// @param storage  outlives the outbox, and is changed by it alone
  explicit Outbox(OutboxStorage& storage, OutboxOptions options = {})
      : storage_(&storage), machine_(std::move(options)) {}

  /// Has the deliveries of notifiers that ask for it (DeliveryView::arrival) told together: they are counted by their
  /// groups, and what is told of them is put in as deliveries of its own. To be called before all else. Without it each
  /// is sent at once.
  void tell_together(GroupHost host);
  /// What is held back for a notifier is told with the next claim(), but for what is to be muted.
  void tell_now(std::string_view notifier_id);
  /// A notifier's grouping, quiet hours or mute have changed: what is held back for it is judged anew with the next
  /// claim(). hold(), resume() and end() do so, too.
  void regroup(std::string_view notifier_id);
  /// Events that are held back to be told together.
  std::size_t grouped() const noexcept;
  /// Events that were counted, to be told together, since this was made.
  std::uint64_t counted() const noexcept;
  /// Why the groups could not go on in the last claim() that tried, which is done again; told once. Nothing of them is
  /// lost, and what is told by itself is sent all the same.
  std::optional<Error> take_grouping_error() noexcept { return std::exchange(grouping_error_, std::nullopt); }

  /// Takes up what an earlier process left. What was pending waits at most as long as was decided then, claimed or not;
  /// what was held is held again: see held_notifiers().
  /// @return how many deliveries are pending
  Result<std::size_t> recover(Moment now);

  /// Puts deliveries in, all or none; they last when this returns. One whose key is known for its notifier already, in
  /// whatever state, is left out; a mail to nobody is dead at once.
  Result<OutboxEnqueued> enqueue(const Delivery* deliveries, std::size_t count, Moment now);
  Result<OutboxEnqueued> enqueue(const std::vector<Delivery>& deliveries, Moment now) {
    return enqueue(deliveries.data(), deliveries.size(), now);
  }

  /// Takes up a delivery that its storage holds already, pending: put there by the host together with the change that
  /// made it, or made due again. It is sent also where the notifier was switched off before.
  /// @param record  as stored, its sequence included
  void admit(const OutboxRecord& record, Moment now);

  /// Appends up to `most` deliveries that are to be attempted now to `out`. Each is under way until record(),
  /// release(), give_up() or hold_claim().
  /// @return how many; fewer than `most` where no other may begin now. Never an error: what the storage cannot give now
  ///         is tried again later, and what it has lost is dead.
  std::size_t claim(Moment now, std::size_t most, std::vector<OutboxClaim>& out);

  /// Records what came of a claimed delivery. It lasts from the next flush() that succeeds.
  /// @param recipients  of a mail that some recipients got: only those that remain are tried again
  /// @param reply       the beginning of the reply, as it may be kept and shown: valid UTF-8 without secrets
  /// @return errc::not_found where this is not under way
  Result<OutboxStep> record(std::uint64_t sequence, const Verdict& verdict, Moment now,
                            const MailRecipients& recipients = {}, std::string_view reply = {}) {
    return machine_.record(sequence, verdict, now, recipients, reply);
  }

  /// Gives a claimed delivery back without an attempt: it is due again after so long.
  void release(std::uint64_t sequence, Moment now, std::int64_t delay_ms = 0) {
    machine_.release(sequence, now, delay_ms);
  }

  /// Ends a claimed delivery that the host will not send, as dead and without an attempt: what its notifier is judged
  /// by stays as it is. Lasts from the next flush() on.
  /// @param reason  one English sentence without a final full stop and without secrets
  Result<OutboxStep> give_up(std::uint64_t sequence, std::string_view reason, Moment now) {
    return machine_.give_up(sequence, reason, now);
  }

  /// Holds a claimed delivery whose notifier turns out to be switched off. Lasts from the next flush() on.
  Result<OutboxStep> hold_claim(std::uint64_t sequence, Moment now) { return machine_.hold_claim(sequence, now); }

  /// Holds what is pending for a notifier that was switched off, until resume(), or until it is dead after
  /// OutboxOptions::hold_ms. What is under way is held if it fails. Lasts from the next flush() on.
  /// @return how many are held now that were not
  std::size_t hold(std::string_view notifier_id, Moment now) {
    regroup(notifier_id);
    return machine_.hold(notifier_id, now);
  }
  /// Makes what is held for a notifier that was switched on due at once. Lasts from the next flush() on.
  /// @return how many
  std::size_t resume(std::string_view notifier_id, Moment now) {
    regroup(notifier_id);
    return machine_.resume(notifier_id, now);
  }
  /// Ends all that there is for a notifier that was removed or is gone; what is under way is not tried again. Lasts
  /// from the next flush() on.
  /// @param reason  as for give_up()
  OutboxEnded end(std::string_view notifier_id, std::string_view reason, Moment now) {
    regroup(notifier_id);
    return machine_.end(notifier_id, reason, now);
  }
  /// For whom something is held. After recover(), a host resumes those that are switched on by now, and ends those that
  /// are gone.
  std::vector<std::string> held_notifiers() const { return machine_.held_notifiers(); }

  /// As OutboxMachine::share_hosts().
  void share_hosts(unsigned owners) { machine_.share_hosts(owners); }
  /// Part of the storage has become this outbox's: takes up how notifiers fare, and the groups. What waits there is
  /// the host's to admit().
  Result<void> take_over(Moment now);
  /// Targets that another outbox has from now on: forgets what waits there, and has nothing stored of that. Groups are
  /// those that the storage gives from now on.
  /// @param which        names them
  /// @param with_claims  also what is under way there: record() is errc::not_found then. Else that goes on
  /// @return how many are under way there still
  std::size_t drop(const Function<bool(std::uint64_t target)>& which, bool with_claims, Moment now);

  /// Makes everything recorded last.
  /// @return errc::storage where it does not yet: it is kept, call again
  Result<void> flush();
  /// Whether the last flush() failed.
  bool is_stuck() const noexcept { return machine_.is_stuck(); }

  /// Sends a dead delivery again, with all its attempts before it, under the same key. Lasts when it returns.
  /// @return errc::not_found where the notifier has none with that key; errc::conflict where it is not dead, and the
  ///         message says why; errc::storage: nothing has changed, or it is sent once flush() succeeds
  Result<void> resend(std::string_view notifier_id, std::string_view key, Moment now);

  /// Withdraws a delivery that is pending or held: it is dead with that reason. What is under way may yet arrive, and
  /// is not tried again. Lasts when it returns.
  /// @param reason  as for give_up()
  /// @return errc::not_found, errc::storage as for resend(); errc::conflict where it waits for nothing
  Result<void> cancel(std::string_view notifier_id, std::string_view key, std::string_view reason, Moment now);

  /// Forgets deliveries that ended long ago. Lasts when it returns.
  /// @return how many
  Result<std::size_t> prune(Moment now);

  /// Appends a page of records to `out`, newest first, as they were at the last flush().
  /// @return how many match in all
  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) {
    return storage_->list(query, out);
  }

  /// How long until claim() may have something again, 0 for now; nothing before a delivery is put in, one under way
  /// ends, or flush() succeeds again.
  std::optional<std::int64_t> wait_ms(Moment now) const;
  std::size_t pending() const noexcept { return machine_.pending(); }  ///< under way or not
  std::size_t held() const noexcept { return machine_.held(); }
  std::size_t in_flight() const noexcept { return machine_.in_flight(); }  ///< claimed

 private:
  OutboxStorage* storage_;
  OutboxMachine machine_;
  std::shared_ptr<detail::OutboxGroups> groups_;  // null: nothing is told together
  std::optional<Error> grouping_error_;
  std::vector<OutboxTurn> turns_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

#include "notifier/outbox/groups.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE void Outbox::tell_together(GroupHost host) {
  groups_ = std::make_shared<detail::OutboxGroups>(*storage_, std::move(host));
}

NOTIFIER_INLINE void Outbox::tell_now(std::string_view notifier_id) {
  if (groups_ != nullptr) groups_->tell_now(notifier_id);
}

NOTIFIER_INLINE void Outbox::regroup(std::string_view notifier_id) {
  if (groups_ != nullptr) groups_->change(notifier_id);
}

NOTIFIER_INLINE std::size_t Outbox::grouped() const noexcept { return groups_ == nullptr ? 0 : groups_->held(); }

NOTIFIER_INLINE std::uint64_t Outbox::counted() const noexcept { return groups_ == nullptr ? 0 : groups_->counted(); }

NOTIFIER_INLINE void Outbox::admit(const OutboxRecord& record, Moment now) {
  if (record.state != OutboxState::grouping) return machine_.admit(record, now);
  if (groups_ != nullptr) return groups_->admit(record);
  OutboxRecord alone = record;
  alone.state = OutboxState::pending;
  machine_.admit(alone, now);
}

NOTIFIER_INLINE std::optional<std::int64_t> Outbox::wait_ms(Moment now) const {
  const auto wait = machine_.wait_ms(now);
  const auto group_wait = groups_ == nullptr ? std::nullopt : groups_->wait_ms(now);
  if (!wait || !group_wait) return wait ? wait : group_wait;
  return (std::min)(*wait, *group_wait);
}

NOTIFIER_INLINE Result<std::size_t> Outbox::recover(Moment now) {
  const auto clock = storage_->clock();
  if (!clock) return clock.error();
  machine_.remember(*clock, now);
  Result<void> done;
  if (groups_ != nullptr) done = groups_->recover(now);
  if (done) done = storage_->each_waiting([&](const OutboxRecord& record) { admit(record, now); });
  if (!done) return std::move(done).error();
  done = storage_->each_health(
      [&](std::string_view notifier_id, const NotifierHealth& health) { machine_.remember(notifier_id, health); });
  if (!done) return std::move(done).error();
  return machine_.pending();
}

NOTIFIER_INLINE Result<void> Outbox::take_over(Moment now) {
  auto done = flush();
  if (done) {
    done = storage_->each_health(
        [&](std::string_view notifier_id, const NotifierHealth& health) { machine_.remember(notifier_id, health); });
  }
  return done && groups_ != nullptr ? groups_->recover(now) : done;
}

NOTIFIER_INLINE std::size_t Outbox::drop(const Function<bool(std::uint64_t)>& which, bool with_claims, Moment now) {
  if (groups_ != nullptr) groups_->drop(which);
  return machine_.drop(which, with_claims, now);
}

NOTIFIER_INLINE Result<OutboxEnqueued> Outbox::enqueue(const Delivery* deliveries, std::size_t count, Moment now) {
  std::vector<OutboxRecord> records;
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) records.push_back(describe_for_outbox(deliveries[i], now.wall));
  if (auto stored = storage_->insert(records, deliveries); !stored) return std::move(stored).error();
  OutboxEnqueued result;
  for (std::size_t i = 0; i < count; ++i) {
    if (records[i].sequence == 0) {
      result.known.push_back(i);
    } else {
      ++result.added;
      admit(records[i], now);
    }
  }
  return result;
}

NOTIFIER_INLINE std::size_t Outbox::claim(Moment now, std::size_t most, std::vector<OutboxClaim>& out) {
  constexpr std::int64_t unreadable_ms = 5000;
  // What cannot be stored now is taken into its groups later.
  if (groups_ != nullptr) {
    auto done = groups_->step(now, [&](const OutboxRecord& record) { machine_.admit(record, now); });
    if (!done) grouping_error_ = std::move(done).error();
  }
  std::size_t count = 0;
  while (count < most) {
    turns_.clear();
    if (machine_.claim(now, 1, turns_) == 0) break;
    const OutboxTurn turn = turns_.front();
    auto delivery = storage_->load(turn.sequence);
    if (delivery) {
      out.push_back({turn.sequence, turn.attempt, *std::move(delivery), storage_->attempt_until()});
      ++count;
    } else if (delivery.error().code != errc::storage) {
      static_cast<void>(machine_.lost(turn.sequence, now));
    } else {
      machine_.release(turn.sequence, now, unreadable_ms);
      break;
    }
  }
  return count;
}

NOTIFIER_INLINE Result<void> Outbox::flush() {
  while (const OutboxBatch* batch = machine_.take_writes()) {
    auto done = storage_->write(batch->writes);
    if (!done) {
      machine_.failed(batch->number);
      return done;
    }
    machine_.written(batch->number);
  }
  return {};
}

NOTIFIER_INLINE Result<void> Outbox::resend(std::string_view notifier_id, std::string_view key, Moment now) {
  if (auto flushed = flush(); !flushed) return flushed;
  auto found = storage_->find(notifier_id, key);
  if (!found) return std::move(found).error();
  if (!*found) return detail::no_such_delivery();
  auto done = machine_.resend(**found, now);
  return done ? flush() : done;
}

NOTIFIER_INLINE Result<void> Outbox::cancel(std::string_view notifier_id, std::string_view key, std::string_view reason,
                                            Moment now) {
  if (auto flushed = flush(); !flushed) return flushed;
  auto found = storage_->find(notifier_id, key);
  if (!found) return std::move(found).error();
  if (!*found) return detail::no_such_delivery();
  if (!machine_.cancel((*found)->sequence, reason, now)) return detail::not_to_be_cancelled((*found)->state);
  return flush();
}

NOTIFIER_INLINE Result<std::size_t> Outbox::prune(Moment now) {
  const OutboxForget what = machine_.prune(now);
  if (auto flushed = flush(); !flushed) return std::move(flushed).error();
  return storage_->forget(what);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
