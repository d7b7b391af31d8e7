// What is behind an OutboxMachine.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/delivery/retry.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/outbox/batches.hpp"
#include "notifier/outbox/clock.hpp"
#include "notifier/outbox/options.hpp"
#include "notifier/outbox/schedule.hpp"
#include "notifier/outbox/step.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What an OutboxMachine has behind its pointer, with the functions that are described there.
class OutboxEngine {
 public:
  explicit OutboxEngine(OutboxOptions options)
      : options_(std::move(options)),
        schedule_(options_.limits,
                  {options_.host_concurrency, options_.silent_host_concurrency, options_.app_concurrency},
                  options_.keep_order) {}
  void remember(const std::optional<OutboxClock>& stored, Moment now);
  void remember(std::string_view notifier_id, const NotifierHealth& health);
  void admit(const OutboxRecord& record, Moment now);
  std::size_t claim(Moment now, std::size_t most, std::vector<OutboxTurn>& out);
  Result<OutboxStep> record(std::uint64_t sequence, const Verdict& verdict, Moment now,
                            const MailRecipients& recipients, std::string_view reply);
  void release(std::uint64_t sequence, Moment now, std::int64_t delay_ms);
  Result<OutboxStep> give_up(std::uint64_t sequence, std::string_view reason, Moment now);
  Result<OutboxStep> lost(std::uint64_t sequence, Moment now) {
    return give_up(sequence, "the stored delivery cannot be read", now);
  }
  Result<OutboxStep> hold_claim(std::uint64_t sequence, Moment now);
  std::size_t hold(std::string_view notifier_id, Moment now);
  std::size_t resume(std::string_view notifier_id, Moment now);
  OutboxEnded end(std::string_view notifier_id, std::string_view reason, Moment now);
  bool cancel(std::uint64_t sequence, std::string_view reason, Moment now);
  std::vector<std::string> held_notifiers() const { return schedule_.held_notifiers(); }
  void share_hosts(unsigned owners) { schedule_.share_hosts(owners); }
  std::size_t drop(const Function<bool(std::uint64_t)>& which, bool with_claims, Moment now);
  Result<void> resend(const OutboxRecord& record, Moment now);
  OutboxForget prune(Moment now);
  const OutboxBatch* take_writes() { return batches_.take(); }
  void written(std::uint64_t number);
  void failed(std::uint64_t number) { batches_.failed(number); }
  bool is_stuck() const noexcept { return batches_.has_failed(); }
  bool is_stored() const noexcept { return batches_.is_empty(); }
  std::optional<std::int64_t> wait_ms(Moment now) const;
  std::size_t pending() const noexcept { return schedule_.size() - schedule_.held() + resent(OutboxState::pending); }
  std::size_t held() const noexcept { return schedule_.held() + resent(OutboxState::held); }
  std::size_t in_flight() const noexcept { return schedule_.in_flight() - narrowed_.size(); }

 private:
  using Schedule = OutboxSchedule;

  OutboxStep apply(std::uint64_t sequence, OutboxChange&& change, Moment now);
  OutboxStep finish(std::uint64_t sequence, unsigned attempts, const Verdict& verdict, Moment now);
  OutboxChange dead(std::uint64_t sequence, unsigned attempts, const Verdict& verdict, Moment now);
  OutboxStep hold_one(std::uint64_t sequence, Moment now);
  OutboxStep give_back(std::uint64_t sequence, Moment now, std::int64_t delay_ms);
  void write(OutboxChange&& change);
  void write_health(std::string_view notifier_id, const NotifierHealth& health);
  void write_clock(Moment now);
  void set_health(const Schedule::Entry& entry, const Verdict& verdict, Moment now);
  std::int64_t postpone_ms(Moment now);
  Timestamp ended_at(Moment now) { return {(std::max)(now.wall.ms, time_.at(now).ms)}; }
  static Timestamp later(Timestamp at, std::int64_t ms) { return {(std::min)(at.ms, last_timestamp.ms) + ms}; }
  static Verdict fault(std::string_view reason) { return {Verdict::Action::fail, 0, reason, std::nullopt}; }
  static Verdict removed() { return fault("it was withdrawn while it was under way"); }
  static Error not_under_way();

  /// One that is sent again as soon as that is stored.
  struct Resent {
    OutboxRecord record;
    std::uint64_t batch;
    std::int64_t due;
  };
  /// A mail that has fewer recipients from now on, and keeps its place until that is stored: what is loaded before has
  /// them all.
  struct Narrowed {
    std::uint64_t sequence;
    std::uint64_t batch;
    std::int64_t due;
    unsigned attempts;
  };

  std::size_t resent(OutboxState state) const noexcept {
    return static_cast<std::size_t>(
        std::count_if(resent_.begin(), resent_.end(), [&](const Resent& each) { return each.record.state == state; }));
  }
  const Schedule::Entry* claimed(std::uint64_t sequence) const;
  void settle_narrowed(Moment now);

  OutboxOptions options_;
  Schedule schedule_;
  OutboxTime time_;
  OutboxBatches batches_;
  std::vector<Resent> resent_;
  std::vector<Narrowed> narrowed_;
  std::int64_t postponed_ms_ = 0;     // the last wait for want of something here
  std::int64_t postponed_until_ = 0;  // when that ends, by the steady clock
};

inline std::size_t OutboxEngine::drop(const Function<bool(std::uint64_t)>& which, bool with_claims, Moment now) {
  std::size_t claims = 0;
  std::vector<std::uint64_t> gone;
  for (const auto& [sequence, entry] : schedule_.entries()) {
    if (!which(entry.target->key)) continue;
    const bool stays = !with_claims && entry.is_claimed();
    claims += stays ? 1u : 0u;
    if (!stays) gone.push_back(sequence);
  }
  for (const std::uint64_t sequence : gone) schedule_.finish(sequence, now.steady_ms);
  const auto has_gone = [this](const Narrowed& each) { return schedule_.find(each.sequence) == nullptr; };
  narrowed_.erase(std::remove_if(narrowed_.begin(), narrowed_.end(), has_gone), narrowed_.end());
  const auto is_named = [&](const Resent& each) { return which(each.record.target); };
  resent_.erase(std::remove_if(resent_.begin(), resent_.end(), is_named), resent_.end());
  return claims;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/outbox/transitions.hpp"
