// Who is next: the part of the outbox that lives in memory only, and is made anew from the storage at every start.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/outbox/options.hpp"
#include "notifier/outbox/pace.hpp"
#include "notifier/outbox/schedule_parts.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Pending deliveries, by target and by the time when they are due. All times are of the steady clock.
///
/// Hosts stand in an agenda by the time when one of their targets may be sent something, and so do the targets of each
/// host; either only while it has a place free. So what hangs is not even looked at, a claim costs O(log n), and those
/// that are due take turns. What is held stands in none of these, but among the deadlines.
class OutboxSchedule : public OutboxScheduleParts {
 public:
  OutboxSchedule(const PlatformLimits& limits, Places places, bool keep_order)
      : limits_(limits), all_places_(places.usable()), places_(all_places_), keep_order_(keep_order) {}
  OutboxSchedule(const OutboxSchedule&) = delete;
  OutboxSchedule& operator=(const OutboxSchedule&) = delete;

  /// Adds a delivery that is pending or held. One that is there already stays as it is.
  /// @param next_at  when it is due, or when holding it ends
  void add(const OutboxRecord& record, std::int64_t next_at) {
    const auto [at, is_new] = entries_.try_emplace(record.sequence);
    if (!is_new) return;
    const auto lane = lanes_.try_emplace(record.notifier_id).first;
    enter_app(lane->second, record.app_id);
    Target& target = find_target(record);
    ++target.entries;
    at->second = {lane->first, &lane->second, &target, next_at, record.attempts, Stage::behind};
    if (record.state == OutboxState::held) {
      enter_held(record.sequence, at->second);
      return;
    }
    const bool is_behind = keep_order_ && !lane->second.pending.empty();
    lane->second.pending.insert(record.sequence);
    if (!is_behind) enter_queue(record.sequence, at->second);
  }

  /// Several send to the same hosts: each has its part of the places there, and what is under way beyond it goes on.
  void share_hosts(unsigned owners) {
    const Places before = std::exchange(places_, all_places_.part_of(owners));
    if (before == places_) return;
    for (auto& [key, target] : targets_) arm(target, false);
  }

  /// Claims the delivery whose turn it is, or none where nothing may begin now.
  std::optional<std::uint64_t> claim(std::int64_t now) {
    while (!idle_.empty() && idle_.begin()->first <= now) {
      const auto at = targets_.find(idle_.begin()->second);
      idle_.erase(idle_.begin());
      forget(at->second);
    }
    while (!agenda_.empty() && agenda_.begin()->first.time <= now) {
      Host& host = *agenda_.begin()->second;
      Target& target = *host.agenda.begin()->second;
      const std::uint64_t sequence = target.queue.begin()->second;
      Entry& entry = entries_.find(sequence)->second;
      App& app = *entry.lane->app;
      if (app.in_flight >= places_.app && !target.is_everybodys) {
        park(target, app);
        continue;
      }
      target.queue.erase(target.queue.begin());
      entry.stage = Stage::claimed;
      ++target.in_flight;
      ++host.in_flight;
      ++in_flight_;
      if (!target.is_everybodys) ++app.in_flight;
      host.last_claim = now;
      target.not_before = (std::max)(target.not_before, target.pace.begin(now));
      arm(target, true);
      return sequence;
    }
    return std::nullopt;
  }

  /// Whether the host of a claimed delivery has answered an attempt. One that has not has fewer places, until it does.
  void heard(std::uint64_t sequence, bool has_answered) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    at->second.target->host->is_silent = !has_answered;
    arm(*at->second.target, false);
  }

  /// The entry of a delivery, or nullptr. Valid until that delivery ends.
  const Entry* find(std::uint64_t sequence) const {
    const auto at = entries_.find(sequence);
    return at == entries_.end() ? nullptr : &at->second;
  }
  /// The same where it is claimed.
  const Entry* claimed(std::uint64_t sequence) const {
    const Entry* entry = find(sequence);
    return entry != nullptr && entry->is_claimed() ? entry : nullptr;
  }

  /// Ends a delivery, whatever its stage.
  void finish(std::uint64_t sequence, std::int64_t now) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    const Entry entry = at->second;
    leave_stage(sequence, at->second);
    entries_.erase(at);
    pass_turn(entry);
    drop_if_idle(entry.notifier_id, *entry.lane);
    Target& target = *entry.target;
    if (--target.entries != 0) return;
    target.idle_until = (std::max)(target.not_before, target.pace.remembered_until());
    if (target.idle_until > now) {
      idle_.emplace(target.idle_until, target.key);
    } else {
      forget(target);
    }
  }

  /// Gives a claimed delivery back, to be claimed again at `next_at`.
  void again(std::uint64_t sequence, std::int64_t next_at, unsigned attempts) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end() || !at->second.is_claimed()) return;
    Entry& entry = at->second;
    leave_stage(sequence, entry);
    entry.next_at = next_at;
    entry.attempts = attempts;
    entry.stage = Stage::behind;
    entry.lane->pending.insert(sequence);
    wake(keep_order_ ? *entry.lane->pending.begin() : sequence);
  }

  /// Holds a delivery, whatever its stage, until resume() or finish().
  void hold(std::uint64_t sequence, std::int64_t deadline, unsigned attempts) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    Entry& entry = at->second;
    const Entry before = entry;
    leave_stage(sequence, entry);
    entry.next_at = deadline;
    entry.attempts = attempts;
    enter_held(sequence, entry);
    pass_turn(before);
  }

  /// What is to become of a claimed delivery that does not end.
  void mark(std::uint64_t sequence, Stage claimed) {
    const auto at = entries_.find(sequence);
    if (at != entries_.end() && at->second.is_claimed()) at->second.stage = claimed;
  }

  /// Makes what is held for a notifier due, in its order, and before what is not yet claimed where order is kept.
  void resume(Lane& lane, std::int64_t next_at) {
    for (const std::uint64_t sequence : held_of(lane)) {
      Entry& entry = entries_.find(sequence)->second;
      leave_stage(sequence, entry);
      entry.next_at = next_at;
      entry.stage = Stage::behind;
      lane.pending.insert(sequence);
      if (!keep_order_) enter_queue(sequence, entry);
    }
    if (!keep_order_) return;
    bool is_busy = false;
    for (const std::uint64_t sequence : lane.pending) {
      Entry& entry = entries_.find(sequence)->second;
      is_busy = is_busy || entry.is_claimed();
      if (entry.stage != Stage::waiting) continue;
      leave_queue(sequence, entry);
      entry.stage = Stage::behind;
    }
    if (!is_busy && !lane.pending.empty()) wake(*lane.pending.begin());
  }

  /// Lets nothing begin at the target of this delivery before `until`.
  void pause(std::uint64_t sequence, std::int64_t until) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    at->second.target->not_before = (std::max)(at->second.target->not_before, until);
    arm(*at->second.target, false);
  }

  /// One that has been held too long.
  std::optional<std::uint64_t> expired(std::int64_t now) const {
    if (deadlines_.empty() || deadlines_.begin()->first > now) return std::nullopt;
    return deadlines_.begin()->second;
  }

  /// When claim() or expired() may have something; nothing before a delivery is added or one under way ends.
  std::optional<std::int64_t> next_time() const {
    std::optional<std::int64_t> next;
    if (!agenda_.empty()) next = agenda_.begin()->first.time;
    if (!deadlines_.empty() && (!next || deadlines_.begin()->first < *next)) next = deadlines_.begin()->first;
    return next;
  }

  Lane& lane(std::string_view notifier_id) { return lanes_[std::string(notifier_id)]; }
  Lane* find_lane(std::string_view notifier_id) {
    const auto at = lanes_.find(std::string(notifier_id));
    return at == lanes_.end() ? nullptr : &at->second;
  }
  /// Forgets a notifier of which nothing waits and nothing bad is known.
  void drop_if_idle(std::string_view notifier_id, const Lane& lane) {
    if (!lane.pending.empty() || lane.held != 0 || lane.fare != nullptr) return;
    if (lane.app != nullptr && --lane.app->lanes == 0) forget(*lane.app);
    lanes_.erase(std::string(notifier_id));
  }

  /// In their order.
  std::vector<std::uint64_t> held_of(const Lane& lane) const {
    std::vector<std::uint64_t> found;
    found.reserve(lane.held);
    for (auto at = held_.lower_bound({&lane, 0}); at != held_.end() && at->first == &lane; ++at)
      found.push_back(at->second);
    return found;
  }
  /// The notifiers for which something is held, each once.
  std::vector<std::string> held_notifiers() const {
    std::vector<std::string> found;
    for (auto at = held_.begin(); at != held_.end(); at = held_.upper_bound({at->first, no_sequence}))
      found.emplace_back(entries_.find(at->second)->second.notifier_id);
    return found;
  }

  const std::unordered_map<std::uint64_t, Entry>& entries() const noexcept { return entries_; }  ///< by sequence
  std::size_t size() const noexcept { return entries_.size(); }  ///< held ones among them
  std::size_t held() const noexcept { return held_.size(); }
  std::size_t in_flight() const noexcept { return in_flight_; }
  /// How many are remembered: those with deliveries, and those that were sent something just now.
  std::size_t targets() const noexcept { return targets_.size(); }
  std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  static constexpr std::uint64_t no_sequence = (std::numeric_limits<std::uint64_t>::max)();

  Target& find_target(const OutboxRecord& record) {
    const auto [at, is_new] = targets_.try_emplace(record.target);
    Target& target = at->second;
    if (!is_new) {
      if (target.entries == 0) idle_.erase({target.idle_until, target.key});
      return target;
    }
    target.key = record.target;
    target.is_everybodys = record.platform == Platform::email;
    target.pace = OutboxPace(limits_[record.platform], record.limits);
    target.host = &hosts_[record.host];
    target.host->key = record.host;
    ++target.host->targets;
    return target;
  }

  void enter_app(Lane& lane, const std::string& id) {
    if (lane.app != nullptr) return;
    lane.app = &apps_.try_emplace(id, App{id, {}, 0, 0}).first->second;
    ++lane.app->lanes;
  }

  void park(Target& target, App& app) {
    target.parked_by = &app;
    target.parking_turn = ++turns_;
    app.parked.emplace(target.parking_turn, &target);
    arm(target, false);
  }

  void unpark(Target& target) {
    if (target.parked_by == nullptr) return;
    target.parked_by->parked.erase(target.parking_turn);
    target.parked_by = nullptr;
    arm(target, false);
  }

  /// A place of an app has come free, for one target; where no other place is taken, for whichever can use it.
  void give_place(App& app) {
    --app.in_flight;
    while (!app.parked.empty()) {
      Target& next = *app.parked.begin()->second;
      unpark(next);
      if (next.armed && app.in_flight != 0) break;
    }
  }

  void forget(App& app) {
    while (!app.parked.empty()) unpark(*app.parked.begin()->second);
    const std::string id = app.id;  // it goes with the app
    apps_.erase(id);
  }

  void forget(Target& target) {
    unpark(target);
    Host& host = *target.host;
    targets_.erase(target.key);
    if (--host.targets == 0) hosts_.erase(host.key);
  }

  void enter_queue(std::uint64_t sequence, Entry& entry) {
    entry.stage = Stage::waiting;
    entry.target->queue.emplace(entry.next_at, sequence);
    arm(*entry.target, false);
  }

  void leave_queue(std::uint64_t sequence, Entry& entry) {
    entry.target->queue.erase({entry.next_at, sequence});
    unpark(*entry.target);  // another app's may be the next now
    arm(*entry.target, false);
  }

  void enter_held(std::uint64_t sequence, Entry& entry) {
    entry.stage = Stage::held;
    ++entry.lane->held;
    held_.emplace(entry.lane, sequence);
    deadlines_.emplace(entry.next_at, sequence);
  }

  /// Takes an entry out of everything that its stage has put it into.
  void leave_stage(std::uint64_t sequence, Entry& entry) {
    if (entry.stage == Stage::held) {
      --entry.lane->held;
      held_.erase({entry.lane, sequence});
      deadlines_.erase({entry.next_at, sequence});
      return;
    }
    entry.lane->pending.erase(sequence);
    if (entry.stage == Stage::waiting) leave_queue(sequence, entry);
    if (!entry.is_claimed()) return;
    --entry.target->in_flight;
    --entry.target->host->in_flight;
    --in_flight_;
    arm(*entry.target, false);
    if (!entry.target->is_everybodys) give_place(*entry.lane->app);
  }

  /// In ordered lanes: what was this one's turn is the oldest one's now.
  void pass_turn(const Entry& was) {
    if (!keep_order_ || was.stage == Stage::behind || was.stage == Stage::held || was.lane->pending.empty()) return;
    wake(*was.lane->pending.begin());
  }

  void wake(std::uint64_t sequence) {
    Entry& entry = entries_.find(sequence)->second;
    if (entry.stage == Stage::behind) enter_queue(sequence, entry);
  }

  /// Enters a target and its host where they belong now. They keep their turn at the same time, unless they had it.
  void arm(Target& target, bool had_turn) {
    Host& host = *target.host;
    std::optional<std::int64_t> time;
    if (!target.queue.empty() && target.in_flight < target.pace.limits().concurrency && target.parked_by == nullptr) {
      time = (std::max)(target.queue.begin()->first, target.not_before);
    }
    enter(target, host.agenda, time, had_turn);
    std::optional<std::int64_t> host_time;
    if (!host.agenda.empty() && host.in_flight < (host.is_silent ? places_.silent_host : places_.host)) {
      host_time = (std::max)(host.agenda.begin()->first.time, host.last_claim);
    }
    enter(host, agenda_, host_time, had_turn);
  }

  /// @param time  none where nothing may begin at `whom`
  template <class Whom>
  void enter(Whom& whom, std::map<Due, Whom*>& agenda, std::optional<std::int64_t> time, bool had_turn) {
    if (whom.armed && whom.armed->time == time && !had_turn) return;
    if (whom.armed) agenda.erase(*whom.armed);
    whom.armed.reset();
    if (!time) return;
    whom.armed = Due{*time, ++turns_};
    agenda.emplace(*whom.armed, &whom);
  }

  const PlatformLimits limits_;
  const Places all_places_;
  Places places_;  // those that this one has
  const bool keep_order_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::unordered_map<std::string, App> apps_;
  std::unordered_map<std::string, Lane> lanes_;
  std::unordered_map<std::uint64_t, Target> targets_;
  std::unordered_map<std::uint64_t, Host> hosts_;
  std::map<Due, Host*> agenda_;
  std::set<std::pair<const Lane*, std::uint64_t>> held_;
  std::set<std::pair<std::int64_t, std::uint64_t>> deadlines_;  // of those that are held
  std::set<std::pair<std::int64_t, std::uint64_t>> idle_;       // targets without deliveries that may not begin yet
  std::uint64_t turns_ = 0;
  std::size_t in_flight_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
