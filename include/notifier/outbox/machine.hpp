// The outbox as a state machine alone: it knows numbers, asks for what it needs, and is told what came of it.
//
// Whoever drives it stores what it wants to have stored, and may take its time over that: nothing waits within a call.
//
//     machine.claim(now, free_places, turns);               // load each delivery, send it, then for each:
//     machine.record(turn.sequence, classify(...), now);
//     while (const OutboxBatch* batch = machine.take_writes()) {
//       store(batch->writes) ? machine.written(batch->number) : machine.failed(batch->number);
//     }
//
// A crash between an attempt and its written() makes a delivery arrive twice, both times under the same idempotency
// key; at no other point is one lost or sent again after it was stored as delivered.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/delivery/retry.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/outbox/batches.hpp"
#include "notifier/outbox/options.hpp"
#include "notifier/outbox/step.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
class OutboxEngine;
}

/// Which delivery is attempted when, and what becomes of it. Used by one thread at a time.
///
/// Everybody may insert deliveries into the store; only the machine's owner changes what is there, by what
/// take_writes() gives. Of the time, the machine waits by the steady clock; what it stores is dated by the time of day,
/// and what it reads of that is trusted no further than the wait that was decided on.
class OutboxMachine {
 public:
  explicit OutboxMachine(OutboxOptions options = {});
  OutboxMachine(OutboxMachine&&) noexcept;
  OutboxMachine& operator=(OutboxMachine&&) noexcept;
  ~OutboxMachine();

  // What the store has, at the start: first its clock, then in any order the rest.

  /// @param stored  OutboxStorage::clock()
  void remember(const std::optional<OutboxClock>& stored, Moment now);
  /// How a notifier fared until now.
  void remember(std::string_view notifier_id, const NotifierHealth& health);

  /// Takes up a delivery that the store has as pending or held: left by an earlier process, or just inserted. What is
  /// held stays so until resume(); what is pending is sent also where the notifier was switched off before. One that
  /// the machine has already, or that has ended, is left out.
  /// @param record  as stored, its sequence included, and not older than what the machine has had stored of it
  void admit(const OutboxRecord& record, Moment now);

  // Attempts.

  /// Appends up to `most` deliveries that are to be attempted now to `out`. Each is under way until one of the
  /// functions below has been told of it. Before, it ends what was held for too long.
  /// @return how many; none while the last batch of writes has failed, since nobody would know of them after a crash
  std::size_t claim(Moment now, std::size_t most, std::vector<OutboxTurn>& out);

  /// What came of an attempt. Of a mail that some recipients got, only `recipients.remaining` are tried again.
  /// @param reply  the beginning of the reply, as it may be kept and shown: valid UTF-8 without secrets
  /// @return errc::not_found where this is not under way
  Result<OutboxStep> record(std::uint64_t sequence, const Verdict& verdict, Moment now,
                            const MailRecipients& recipients = {}, std::string_view reply = {});

  /// Gives one back without an attempt: it is due again after so long.
  void release(std::uint64_t sequence, Moment now, std::int64_t delay_ms = 0);

  /// Ends one that the host will not send, as dead and without an attempt: what its notifier is judged by stays as it
  /// is.
  /// @param reason  one English sentence without a final full stop and without secrets
  Result<OutboxStep> give_up(std::uint64_t sequence, std::string_view reason, Moment now);

  /// Ends one whose content the store has lost for good.
  Result<OutboxStep> lost(std::uint64_t sequence, Moment now);

  /// Holds one whose notifier turns out to be switched off.
  Result<OutboxStep> hold_claim(std::uint64_t sequence, Moment now);

  // Notifiers.

  /// Holds what is pending for a notifier that was switched off: until resume(), and at most OutboxOptions::hold_ms.
  /// What is under way is held if it would have to be tried again. What comes in later is not.
  /// @return how many are held now that were not
  std::size_t hold(std::string_view notifier_id, Moment now);
  /// Makes what is held for a notifier that was switched on due at once, at the rate that its targets take.
  /// @return how many
  std::size_t resume(std::string_view notifier_id, Moment now);
  /// Ends all that there is for a notifier which was removed or is gone. What is under way is not tried again.
  /// @param reason  as for give_up()
  OutboxEnded end(std::string_view notifier_id, std::string_view reason, Moment now);
  /// Ends one delivery that is pending or held, as dead; what is under way is not tried again.
  /// @param reason  as for give_up()
  /// @return whether there is such a one
  bool cancel(std::uint64_t sequence, std::string_view reason, Moment now);
  /// For whom something is held, each once: after a start, a host resumes those who are switched on by now, and ends
  /// those who are gone.
  std::vector<std::string> held_notifiers() const;

  /// Several machines send to the same hosts: of OutboxOptions::host_concurrency, each has its part, one at least.
  /// @param owners  how many there are, with this one; 1 to begin with
  void share_hosts(unsigned owners);
  /// Targets that another machine has from now on: forgets what waits there, and has nothing stored of that.
  /// @param which        names them
  /// @param with_claims  also what is under way there: it comes to nothing. Else that goes on
  /// @return how many are under way there still
  std::size_t drop(const Function<bool(std::uint64_t target)>& which, bool with_claims, Moment now);

  // The store.

  /// Sends a dead delivery again, with all its attempts before it, under the same key, once that is stored.
  /// @param record  as the store has it
  /// @return errc::conflict where it is not dead
  Result<void> resend(const OutboxRecord& record, Moment now);

  /// What the store is to forget now. It may do so at any time after this.
  OutboxForget prune(Moment now);

  /// The next writes, which belong to the caller's store alone until written() or failed().
  /// @return nullptr while there are none, or others are out; valid until written() or failed()
  const OutboxBatch* take_writes();
  /// They last.
  void written(std::uint64_t number);
  /// They do not, not even in part. take_writes() gives them again, and claim() gives nothing until they are written.
  void failed(std::uint64_t number);
  /// Whether the last batch failed and none was written since.
  bool is_stuck() const noexcept;
  /// Whether everything is stored.
  bool is_stored() const noexcept;

  /// How long until claim() may have something again, 0 for now; nothing before a delivery is put in, one under way
  /// ends, or a batch is written.
  std::optional<std::int64_t> wait_ms(Moment now) const;
  std::size_t pending() const noexcept;  ///< under way or not
  std::size_t held() const noexcept;
  std::size_t in_flight() const noexcept;  ///< claimed

 private:
  std::unique_ptr<detail::OutboxEngine> engine_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <utility>

#include "notifier/outbox/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE OutboxMachine::OutboxMachine(OutboxOptions options)
    : engine_(std::make_unique<detail::OutboxEngine>(std::move(options))) {}
NOTIFIER_INLINE OutboxMachine::OutboxMachine(OutboxMachine&&) noexcept = default;
NOTIFIER_INLINE OutboxMachine& OutboxMachine::operator=(OutboxMachine&&) noexcept = default;
NOTIFIER_INLINE OutboxMachine::~OutboxMachine() = default;

NOTIFIER_INLINE void OutboxMachine::remember(const std::optional<OutboxClock>& stored, Moment now) {
  engine_->remember(stored, now);
}

NOTIFIER_INLINE void OutboxMachine::remember(std::string_view notifier_id, const NotifierHealth& health) {
  engine_->remember(notifier_id, health);
}

NOTIFIER_INLINE void OutboxMachine::admit(const OutboxRecord& record, Moment now) { engine_->admit(record, now); }

NOTIFIER_INLINE std::size_t OutboxMachine::claim(Moment now, std::size_t most, std::vector<OutboxTurn>& out) {
  return engine_->claim(now, most, out);
}

NOTIFIER_INLINE Result<OutboxStep> OutboxMachine::record(std::uint64_t sequence, const Verdict& verdict, Moment now,
                                                         const MailRecipients& recipients, std::string_view reply) {
  return engine_->record(sequence, verdict, now, recipients, reply);
}

NOTIFIER_INLINE void OutboxMachine::release(std::uint64_t sequence, Moment now, std::int64_t delay_ms) {
  engine_->release(sequence, now, delay_ms);
}

NOTIFIER_INLINE Result<OutboxStep> OutboxMachine::give_up(std::uint64_t sequence, std::string_view reason, Moment now) {
  return engine_->give_up(sequence, reason, now);
}

NOTIFIER_INLINE Result<OutboxStep> OutboxMachine::lost(std::uint64_t sequence, Moment now) {
  return engine_->lost(sequence, now);
}

NOTIFIER_INLINE Result<OutboxStep> OutboxMachine::hold_claim(std::uint64_t sequence, Moment now) {
  return engine_->hold_claim(sequence, now);
}

NOTIFIER_INLINE std::size_t OutboxMachine::hold(std::string_view notifier_id, Moment now) {
  return engine_->hold(notifier_id, now);
}

NOTIFIER_INLINE std::size_t OutboxMachine::resume(std::string_view notifier_id, Moment now) {
  return engine_->resume(notifier_id, now);
}

NOTIFIER_INLINE OutboxEnded OutboxMachine::end(std::string_view notifier_id, std::string_view reason, Moment now) {
  return engine_->end(notifier_id, reason, now);
}

NOTIFIER_INLINE bool OutboxMachine::cancel(std::uint64_t sequence, std::string_view reason, Moment now) {
  return engine_->cancel(sequence, reason, now);
}

NOTIFIER_INLINE std::vector<std::string> OutboxMachine::held_notifiers() const { return engine_->held_notifiers(); }

NOTIFIER_INLINE void OutboxMachine::share_hosts(unsigned owners) { engine_->share_hosts(owners); }

NOTIFIER_INLINE std::size_t OutboxMachine::drop(const Function<bool(std::uint64_t)>& which, bool with_claims,
                                                Moment now) {
  return engine_->drop(which, with_claims, now);
}

NOTIFIER_INLINE Result<void> OutboxMachine::resend(const OutboxRecord& record, Moment now) {
  return engine_->resend(record, now);
}

NOTIFIER_INLINE OutboxForget OutboxMachine::prune(Moment now) { return engine_->prune(now); }

NOTIFIER_INLINE const OutboxBatch* OutboxMachine::take_writes() { return engine_->take_writes(); }

NOTIFIER_INLINE void OutboxMachine::written(std::uint64_t number) { engine_->written(number); }

NOTIFIER_INLINE void OutboxMachine::failed(std::uint64_t number) { engine_->failed(number); }

NOTIFIER_INLINE bool OutboxMachine::is_stuck() const noexcept { return engine_->is_stuck(); }

NOTIFIER_INLINE bool OutboxMachine::is_stored() const noexcept { return engine_->is_stored(); }

NOTIFIER_INLINE std::optional<std::int64_t> OutboxMachine::wait_ms(Moment now) const { return engine_->wait_ms(now); }

NOTIFIER_INLINE std::size_t OutboxMachine::pending() const noexcept { return engine_->pending(); }

NOTIFIER_INLINE std::size_t OutboxMachine::held() const noexcept { return engine_->held(); }

NOTIFIER_INLINE std::size_t OutboxMachine::in_flight() const noexcept { return engine_->in_flight(); }

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
