// What an OutboxEngine does when it is told something.

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

#include "notifier/outbox/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void OutboxEngine::remember(const std::optional<OutboxClock>& stored, Moment now) {
  time_.begin(stored, now, (std::min)(options_.keep_delivered_ms, options_.keep_dead_ms) / 7);
  write_clock(now);
}

inline void OutboxEngine::remember(std::string_view notifier_id, const NotifierHealth& health) {
  if (health.failures == 0) return;
  auto& fare = schedule_.lane(notifier_id).fare;
  fare = std::make_unique<Schedule::Fare>(Schedule::Fare{health, std::nullopt});
  fare->health.failing_ms = (std::max)(health.failing_ms, std::int64_t{0});
}

inline void OutboxEngine::admit(const OutboxRecord& record, Moment now) {
  const bool is_held = record.state == OutboxState::held;
  if (!is_held && record.state != OutboxState::pending) return;
  std::int64_t longest = is_held ? options_.hold_ms : longest_wait_ms(options_.retry);
  if (record.wait_ms >= 0) {
    longest = (std::min)(longest, record.wait_ms);
  } else if (!is_held) {
    longest = record.attempts == 0 ? 0 : longest_wait_ms(options_.retry, record.attempts);
  }
  schedule_.add(record, now.steady_ms + clamped_gap(now.wall.ms, record.next_at.ms, longest));
}

inline std::size_t OutboxEngine::claim(Moment now, std::size_t most, std::vector<OutboxTurn>& out) {
  if (is_stuck()) return 0;
  settle_narrowed(now);
  constexpr int expired_at_once = 1000;
  for (int i = 0; i < expired_at_once; ++i) {
    const auto expired = schedule_.expired(now.steady_ms);
    if (!expired) break;
    finish(*expired, schedule_.find(*expired)->attempts, fault("the notifier stayed switched off"), now);
  }
  std::size_t count = 0;
  for (; count < most; ++count) {
    const auto sequence = schedule_.claim(now.steady_ms);
    if (!sequence) break;
    out.push_back({*sequence, schedule_.find(*sequence)->attempts + 1});
  }
  return count;
}

inline Result<OutboxStep> OutboxEngine::record(std::uint64_t sequence, const Verdict& verdict, Moment now,
                                               const MailRecipients& recipients, std::string_view reply) {
  const auto* entry = claimed(sequence);
  if (entry == nullptr) return not_under_way();
  if (verdict.action == Verdict::Action::postpone) return give_back(sequence, now, postpone_ms(now));
  postponed_ms_ = 0;
  if (verdict.status != 0 || verdict.action == Verdict::Action::retry) schedule_.heard(sequence, verdict.status != 0);
  const unsigned attempts = entry->attempts + 1;
  NextStep next = next_attempt(attempts, verdict, options_.retry, options_.random ? options_.random() : 0);
  const bool is_unwanted = entry->stage == Schedule::Stage::claimed_to_end;
  bool is_disabled = false;
  if (!is_unwanted) {
    // A mail that some have got says nothing bad of its notifier, nor that all is well.
    const bool is_partly_taken = recipients.some_accepted && verdict.action != Verdict::Action::delivered;
    if (!is_partly_taken) set_health(*entry, verdict, now);
    is_disabled =
        is_to_be_disabled(entry->lane->fare ? entry->lane->fare->health : NotifierHealth(), verdict, options_.retry);
  }
  if (next.kind == NextStep::Kind::again && (is_unwanted || is_disabled)) next.kind = NextStep::Kind::dead;
  if (next.target_pause_ms) schedule_.pause(sequence, now.steady_ms + *next.target_pause_ms);

  OutboxChange change;
  change.attempt = DeliveryAttempt{
      now.wall,           verdict.action,     verdict.status,  std::string(verdict.reason), recipients.remaining,
      recipients.refused, std::string(reply), verdict.receipt, verdict.duration_ms};
  change.recipients = recipients.remaining;
  change.attempts = attempts;
  // A mail that is being narrowed is held once that is stored.
  const bool is_to_hold = entry->stage == Schedule::Stage::claimed_to_hold && recipients.remaining.empty();
  change.state = next.kind == NextStep::Kind::done   ? OutboxState::delivered
                 : next.kind == NextStep::Kind::dead ? OutboxState::dead
                 : is_to_hold                        ? OutboxState::held
                                                     : OutboxState::pending;
  change.wait_ms = next.wait_ms;
  OutboxStep step = apply(sequence, std::move(change), now);
  step.disable_notifier = is_disabled;
  if (is_disabled) {
    const OutboxEnded others = end(step.notifier_id, "the notifier was switched off", now);
    step.ended = others.pending + others.held;
  }
  return step;
}

/// Writes what a delivery has come to, and goes on with it so.
inline OutboxStep OutboxEngine::apply(std::uint64_t sequence, OutboxChange&& change, Moment now) {
  OutboxStep step;
  step.state = change.state;
  step.attempts = change.attempts;
  step.notifier_id = schedule_.find(sequence)->notifier_id;
  change.sequence = sequence;
  switch (change.state) {
    case OutboxState::pending:
      if (change.recipients.empty()) {
        schedule_.again(sequence, now.steady_ms + change.wait_ms, change.attempts);
      } else {
        narrowed_.push_back({sequence, batches_.next_number(), now.steady_ms + change.wait_ms, change.attempts});
      }
      break;
    case OutboxState::held:
      change.wait_ms = options_.hold_ms;
      schedule_.hold(sequence, now.steady_ms + change.wait_ms, change.attempts);
      break;
    default: change.wait_ms = 0; schedule_.finish(sequence, now.steady_ms);
  }
  const bool is_waiting = change.state == OutboxState::pending || change.state == OutboxState::held;
  change.next_at = is_waiting ? later(now.wall, change.wait_ms) : ended_at(now);
  step.next_at = change.next_at;
  write(std::move(change));
  return step;
}

inline OutboxStep OutboxEngine::finish(std::uint64_t sequence, unsigned attempts, const Verdict& verdict, Moment now) {
  return apply(sequence, dead(sequence, attempts, verdict, now), now);
}

inline OutboxChange OutboxEngine::dead(std::uint64_t sequence, unsigned attempts, const Verdict& verdict, Moment now) {
  OutboxChange change;
  change.sequence = sequence;
  change.state = OutboxState::dead;
  change.attempts = attempts;
  change.next_at = ended_at(now);
  change.attempt = DeliveryAttempt{now.wall, verdict.action, verdict.status, std::string(verdict.reason)};
  return change;
}

inline OutboxStep OutboxEngine::hold_one(std::uint64_t sequence, Moment now) {
  OutboxChange change;
  change.state = OutboxState::held;
  change.attempts = schedule_.find(sequence)->attempts;
  return apply(sequence, std::move(change), now);
}

inline OutboxStep OutboxEngine::give_back(std::uint64_t sequence, Moment now, std::int64_t delay_ms) {
  const auto* entry = schedule_.claimed(sequence);
  if (entry->stage == Schedule::Stage::claimed_to_end) {
    return finish(sequence, entry->attempts, removed(), now);
  }
  if (entry->stage == Schedule::Stage::claimed_to_hold) return hold_one(sequence, now);
  OutboxStep step;
  step.attempts = entry->attempts;
  step.notifier_id = entry->notifier_id;
  step.next_at = later(now.wall, delay_ms);
  schedule_.again(sequence, now.steady_ms + delay_ms, entry->attempts);
  return step;
}

inline void OutboxEngine::release(std::uint64_t sequence, Moment now, std::int64_t delay_ms) {
  if (claimed(sequence) != nullptr) give_back(sequence, now, (std::max)(delay_ms, std::int64_t{0}));
}

inline Result<OutboxStep> OutboxEngine::give_up(std::uint64_t sequence, std::string_view reason, Moment now) {
  const auto* entry = claimed(sequence);
  if (entry == nullptr) return not_under_way();
  return finish(sequence, entry->attempts, fault(reason), now);
}

inline Result<OutboxStep> OutboxEngine::hold_claim(std::uint64_t sequence, Moment now) {
  const auto* entry = claimed(sequence);
  if (entry == nullptr) return not_under_way();
  if (entry->stage == Schedule::Stage::claimed_to_end) return give_back(sequence, now, 0);
  return hold_one(sequence, now);
}

inline std::size_t OutboxEngine::hold(std::string_view notifier_id, Moment now) {
  std::size_t count = 0;
  for (Resent& each : resent_) {
    if (each.record.notifier_id != notifier_id || each.record.state != OutboxState::pending) continue;
    each.record.state = OutboxState::held;
    each.due = now.steady_ms + options_.hold_ms;
    write({each.record.sequence, OutboxState::held, 0, later(now.wall, options_.hold_ms), options_.hold_ms});
    ++count;
  }
  auto* lane = schedule_.find_lane(notifier_id);
  if (lane == nullptr) return count;
  for (const std::uint64_t sequence : std::vector<std::uint64_t>(lane->pending.begin(), lane->pending.end())) {
    const Schedule::Stage stage = schedule_.find(sequence)->stage;
    if (stage == Schedule::Stage::claimed) schedule_.mark(sequence, Schedule::Stage::claimed_to_hold);
    if (stage != Schedule::Stage::waiting && stage != Schedule::Stage::behind) continue;
    hold_one(sequence, now);
    ++count;
  }
  return count;
}

inline std::size_t OutboxEngine::resume(std::string_view notifier_id, Moment now) {
  std::size_t count = 0;
  for (Resent& each : resent_) {
    if (each.record.notifier_id != notifier_id || each.record.state != OutboxState::held) continue;
    each.record.state = OutboxState::pending;
    each.due = now.steady_ms;
    write({each.record.sequence, OutboxState::pending, 0, now.wall});
    ++count;
  }
  auto* lane = schedule_.find_lane(notifier_id);
  if (lane == nullptr) return count;
  for (const std::uint64_t sequence : lane->pending) {
    if (schedule_.find(sequence)->stage == Schedule::Stage::claimed_to_hold) {
      schedule_.mark(sequence, Schedule::Stage::claimed);
    }
  }
  const std::vector<std::uint64_t> held = schedule_.held_of(*lane);
  for (const std::uint64_t sequence : held) {
    write({sequence, OutboxState::pending, schedule_.find(sequence)->attempts, now.wall});
  }
  schedule_.resume(*lane, now.steady_ms);
  return count + held.size();
}

inline OutboxEnded OutboxEngine::end(std::string_view notifier_id, std::string_view reason, Moment now) {
  OutboxEnded ended;
  const Verdict verdict{Verdict::Action::disable, 0, reason, std::nullopt};
  for (std::size_t i = 0; i < resent_.size();) {
    const OutboxRecord& record = resent_[i].record;
    if (record.notifier_id != notifier_id) {
      ++i;
      continue;
    }
    ++(record.state == OutboxState::held ? ended.held : ended.pending);
    write(dead(record.sequence, 0, verdict, now));
    resent_.erase(resent_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const auto* lane = schedule_.find_lane(notifier_id);
  if (lane == nullptr) return ended;
  // The lane goes with the last of them.
  const std::vector<std::uint64_t> held = schedule_.held_of(*lane);
  const std::vector<std::uint64_t> pending(lane->pending.begin(), lane->pending.end());
  const bool is_failing = lane->fare != nullptr;
  for (const std::uint64_t sequence : held) finish(sequence, schedule_.find(sequence)->attempts, verdict, now);
  ended.held += held.size();
  for (const std::uint64_t sequence : pending) {
    const auto* entry = schedule_.find(sequence);
    if (entry->is_claimed()) {
      ended.under_way += entry->stage == Schedule::Stage::claimed_to_end ? 0 : 1;
      schedule_.mark(sequence, Schedule::Stage::claimed_to_end);
    } else {
      finish(sequence, entry->attempts, verdict, now);
      ++ended.pending;
    }
  }
  if (is_failing) {
    schedule_.lane(notifier_id).fare.reset();
    write_health(notifier_id, {});
    schedule_.drop_if_idle(notifier_id, schedule_.lane(notifier_id));
  }
  return ended;
}

inline bool OutboxEngine::cancel(std::uint64_t sequence, std::string_view reason, Moment now) {
  for (auto each = resent_.begin(); each != resent_.end(); ++each) {
    if (each->record.sequence != sequence) continue;
    write(dead(sequence, 0, fault(reason), now));
    resent_.erase(each);
    return true;
  }
  const auto* entry = schedule_.find(sequence);
  if (entry == nullptr) return false;
  if (entry->is_claimed()) {
    schedule_.mark(sequence, Schedule::Stage::claimed_to_end);
  } else {
    finish(sequence, entry->attempts, fault(reason), now);
  }
  return true;
}

inline Result<void> OutboxEngine::resend(const OutboxRecord& record, Moment now) {
  const bool is_known = schedule_.find(record.sequence) != nullptr ||
                        std::any_of(resent_.begin(), resent_.end(),
                                    [&](const Resent& each) { return each.record.sequence == record.sequence; });
  if (is_known || record.state != OutboxState::dead) {
    return not_to_be_resent(is_known ? OutboxState::pending : record.state);
  }
  resent_.push_back({record, batches_.next_number(), now.steady_ms});
  resent_.back().record.state = OutboxState::pending;
  resent_.back().record.attempts = 0;
  write({record.sequence, OutboxState::pending, 0, now.wall});
  return {};
}

inline OutboxForget OutboxEngine::prune(Moment now) {
  const Timestamp kept = time_.at(now);
  write_clock(now);
  return {later(kept, -options_.keep_delivered_ms), later(kept, -options_.keep_dead_ms), ended_at(now)};
}

inline void OutboxEngine::written(std::uint64_t number) {
  if (!batches_.written(number)) return;
  const auto last =
      std::find_if(resent_.begin(), resent_.end(), [&](const Resent& each) { return each.batch > number; });
  for (auto each = resent_.begin(); each != last; ++each) schedule_.add(each->record, each->due);
  resent_.erase(resent_.begin(), last);
}

inline std::optional<std::int64_t> OutboxEngine::wait_ms(Moment now) const {
  if (is_stuck()) return std::nullopt;
  const bool is_settled = std::any_of(narrowed_.begin(), narrowed_.end(),
                                      [&](const Narrowed& each) { return batches_.is_written(each.batch); });
  if (is_settled) return 0;
  const auto next = schedule_.next_time();
  if (!next) return std::nullopt;
  return (std::max)(*next - now.steady_ms, std::int64_t{0});
}

/// The entry of a delivery that is under way, or nullptr.
inline const OutboxEngine::Schedule::Entry* OutboxEngine::claimed(std::uint64_t sequence) const {
  const bool is_narrowed =
      std::any_of(narrowed_.begin(), narrowed_.end(), [&](const Narrowed& each) { return each.sequence == sequence; });
  return is_narrowed ? nullptr : schedule_.claimed(sequence);
}

inline void OutboxEngine::settle_narrowed(Moment now) {
  for (std::size_t i = 0; i < narrowed_.size();) {
    const Narrowed each = narrowed_[i];
    if (!batches_.is_written(each.batch)) {
      ++i;
      continue;
    }
    narrowed_.erase(narrowed_.begin() + static_cast<std::ptrdiff_t>(i));
    const Schedule::Stage stage = schedule_.find(each.sequence)->stage;
    schedule_.again(each.sequence, each.due, each.attempts);
    if (stage == Schedule::Stage::claimed_to_hold) hold_one(each.sequence, now);
    if (stage == Schedule::Stage::claimed_to_end) finish(each.sequence, each.attempts, removed(), now);
  }
}

inline void OutboxEngine::write(OutboxChange&& change) { batches_.add().change = std::move(change); }

inline void OutboxEngine::write_health(std::string_view notifier_id, const NotifierHealth& health) {
  OutboxWrite& write = batches_.add();
  write.kind = OutboxWrite::Kind::health;
  write.notifier_id = notifier_id;
  write.health = health;
}

inline void OutboxEngine::write_clock(Moment now) {
  OutboxWrite& write = batches_.add();
  write.kind = OutboxWrite::Kind::clock;
  write.clock = {now.wall, time_.at(now)};
}

inline void OutboxEngine::set_health(const Schedule::Entry& entry, const Verdict& verdict, Moment now) {
  auto& fare = entry.lane->fare;
  const NotifierHealth before = fare ? fare->health : NotifierHealth();
  std::int64_t gap = 0;
  if (fare) {
    gap = fare->last_failure ? now.steady_ms - *fare->last_failure
                             : gap_after_restart_ms(before, now.wall, options_.retry);
  }
  const NotifierHealth health = next_health(before, verdict, now.wall, gap);
  if (health == before) return;
  if (health.failures == 0) {
    fare.reset();
  } else {
    fare = std::make_unique<Schedule::Fare>(Schedule::Fare{health, now.steady_ms});
  }
  write_health(entry.notifier_id, health);
}

/// One wait for all that come at the same time, longer each time until an attempt could be made.
inline std::int64_t OutboxEngine::postpone_ms(Moment now) {
  constexpr std::int64_t first = 1000;
  constexpr std::int64_t longest = 30'000;
  if (postponed_ms_ == 0 || now.steady_ms >= postponed_until_) {
    postponed_ms_ = postponed_ms_ == 0 ? first : (std::min)(2 * postponed_ms_, longest);
    postponed_until_ = now.steady_ms + postponed_ms_;
  }
  return postponed_until_ - now.steady_ms;
}

inline Error OutboxEngine::not_under_way() {
  Error error;
  error.code = errc::not_found;
  error.message = "no such delivery is under way";
  return error;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
