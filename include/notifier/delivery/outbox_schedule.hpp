// Who is next: the part of the outbox that lives in memory only, and is made anew from the storage at every start.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "notifier/delivery/outbox_storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How much one target is sent at a time.
struct TargetLimits {
  unsigned concurrency = 1;          ///< attempts under way at once; at least 1
  std::int64_t min_interval_ms = 0;  ///< between the beginnings of two attempts
};

/// Limits by platform, in the order of the enum. Slack takes about one message a second and webhook
/// (https://api.slack.com/apis/rate-limits); all mail goes to one relay.
using PlatformLimits = std::array<TargetLimits, platform_count>;
inline constexpr PlatformLimits default_limits = {{{4, 0}, {1, 1000}, {16, 0}, {2, 0}}};

namespace detail {

/// Pending deliveries, by target and by the time when they are due.
///
/// Hosts stand in an agenda by the time when one of their targets may be sent something, and so do the targets of each
/// host; either only while it has a place free. So what hangs is not even looked at, a claim costs O(log n), and those
/// that are due take turns.
class OutboxSchedule {
 public:
  /// The deliveries of one notifier.
  struct Lane {
    std::set<std::uint64_t> pending;
    NotifierHealth health;
    bool is_disabled = false;
  };

  struct Host;

  struct Due {
    std::int64_t time;
    std::uint64_t turn;  // unique: who came first at equal times

    friend bool operator<(const Due& a, const Due& b) noexcept {
      return a.time != b.time ? a.time < b.time : a.turn < b.turn;
    }
  };

  struct Target {
    std::uint64_t key = 0;
    Host* host = nullptr;
    TargetLimits limits;
    std::set<std::pair<std::int64_t, std::uint64_t>> queue;  // when, and the sequence
    std::int64_t not_before = (std::numeric_limits<std::int64_t>::min)();
    unsigned in_flight = 0;
    std::optional<Due> armed;

    bool is_idle() const noexcept { return queue.empty() && in_flight == 0; }
  };

  struct Host {
    std::map<Due, Target*> agenda;
    std::int64_t last_claim = (std::numeric_limits<std::int64_t>::min)();
    unsigned in_flight = 0;
    unsigned targets = 0;
    std::optional<Due> armed;
    std::uint64_t key = 0;
  };

  enum class Stage : std::uint8_t {
    held,  // an older delivery of the same notifier comes first
    waiting,
    claimed,
  };

  struct Entry {
    std::string_view notifier_id;
    Lane* lane;
    Target* target;
    std::int64_t next_at;
    unsigned attempts;
    Stage stage;
  };

  OutboxSchedule(const PlatformLimits& limits, unsigned host_concurrency, bool keep_order)
      : limits_(limits), host_concurrency_((std::max)(host_concurrency, 1u)), keep_order_(keep_order) {}
  OutboxSchedule(const OutboxSchedule&) = delete;
  OutboxSchedule& operator=(const OutboxSchedule&) = delete;

  /// Adds a pending delivery. One that is there already stays as it is.
  void add(const OutboxRecord& record) {
    const auto [at, is_new] = entries_.try_emplace(record.sequence);
    if (!is_new) return;
    const auto lane = lanes_.try_emplace(record.notifier_id).first;
    const bool is_held = keep_order_ && !lane->second.pending.empty();
    lane->second.pending.insert(record.sequence);
    Target& target = find_target(record);
    at->second = {lane->first,       &lane->second,   &target,
                  record.next_at.ms, record.attempts, is_held ? Stage::held : Stage::waiting};
    if (!is_held) {
      target.queue.emplace(record.next_at.ms, record.sequence);
      arm(target, false);
    }
  }

  /// Claims the delivery whose turn it is, or none where nothing may begin now.
  std::optional<std::uint64_t> claim(Timestamp now) {
    while (!idle_.empty() && idle_.begin()->first <= now.ms) {
      const auto at = targets_.find(idle_.begin()->second);
      idle_.erase(idle_.begin());
      forget(at->second);
    }
    if (agenda_.empty() || agenda_.begin()->first.time > now.ms) return std::nullopt;
    Host& host = *agenda_.begin()->second;
    Target& target = *host.agenda.begin()->second;
    const std::uint64_t sequence = target.queue.begin()->second;
    target.queue.erase(target.queue.begin());
    entries_.find(sequence)->second.stage = Stage::claimed;
    ++target.in_flight;
    ++host.in_flight;
    ++in_flight_;
    host.last_claim = now.ms;
    target.not_before = (std::max)(target.not_before, now.ms + target.limits.min_interval_ms);
    arm(target, true);
    return sequence;
  }

  /// The entry of a claimed delivery, or nullptr. Valid until that delivery ends.
  const Entry* claimed(std::uint64_t sequence) const {
    const auto at = entries_.find(sequence);
    return at != entries_.end() && at->second.stage == Stage::claimed ? &at->second : nullptr;
  }

  /// Ends a delivery, claimed or not.
  void finish(std::uint64_t sequence, Timestamp now) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    const Entry entry = at->second;
    entries_.erase(at);
    Target& target = *entry.target;
    if (entry.stage == Stage::waiting) target.queue.erase({entry.next_at, sequence});
    if (entry.stage == Stage::claimed) leave(target);
    arm(target, false);
    entry.lane->pending.erase(sequence);
    if (entry.lane->pending.empty()) {
      if (entry.lane->health.failures == 0) lanes_.erase(std::string(entry.notifier_id));
    } else if (keep_order_) {
      wake(*entry.lane->pending.begin());
    }
    if (!target.is_idle()) return;
    if (target.not_before > now.ms) {
      idle_.emplace(target.not_before, target.key);
    } else {
      forget(target);
    }
  }

  /// Gives a claimed delivery back, to be claimed again at `next_at`.
  void again(std::uint64_t sequence, Timestamp next_at, unsigned attempts) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end() || at->second.stage != Stage::claimed) return;
    Entry& entry = at->second;
    entry.next_at = next_at.ms;
    entry.attempts = attempts;
    entry.stage = Stage::waiting;
    leave(*entry.target);
    entry.target->queue.emplace(next_at.ms, sequence);
    arm(*entry.target, false);
  }

  /// Lets nothing begin at the target of this claimed delivery before `until`.
  void pause(std::uint64_t sequence, Timestamp until) {
    const auto at = entries_.find(sequence);
    if (at == entries_.end()) return;
    at->second.target->not_before = (std::max)(at->second.target->not_before, until.ms);
    arm(*at->second.target, false);
  }

  /// When claim() may have something; nothing before a delivery is added or one under way ends.
  std::optional<Timestamp> next_time() const {
    if (agenda_.empty()) return std::nullopt;
    return Timestamp{agenda_.begin()->first.time};
  }

  /// Good health again; forgets the notifier where nothing of it is pending.
  void reset_health(std::string_view notifier_id) {
    const auto at = lanes_.find(std::string(notifier_id));
    if (at == lanes_.end()) return;
    at->second.health = {};
    if (at->second.pending.empty()) lanes_.erase(at);
  }

  unsigned attempts(std::uint64_t sequence) const {
    const auto at = entries_.find(sequence);
    return at == entries_.end() ? 0 : at->second.attempts;
  }

  Lane& lane(std::string_view notifier_id) { return lanes_[std::string(notifier_id)]; }
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t in_flight() const noexcept { return in_flight_; }
  /// How many are remembered: those with deliveries, and those that were sent something just now.
  std::size_t targets() const noexcept { return targets_.size(); }
  std::size_t hosts() const noexcept { return hosts_.size(); }

 private:
  Target& find_target(const OutboxRecord& record) {
    const auto [at, is_new] = targets_.try_emplace(record.target);
    Target& target = at->second;
    if (!is_new) {
      if (target.is_idle()) idle_.erase({target.not_before, target.key});
      return target;
    }
    target.key = record.target;
    target.limits = limits_[static_cast<std::size_t>(record.platform)];
    target.limits.concurrency = (std::max)(target.limits.concurrency, 1u);
    target.host = &hosts_[record.host];
    target.host->key = record.host;
    ++target.host->targets;
    return target;
  }

  void forget(Target& target) {
    Host& host = *target.host;
    targets_.erase(target.key);
    if (--host.targets == 0) hosts_.erase(host.key);
  }

  void leave(Target& target) {
    --target.in_flight;
    --target.host->in_flight;
    --in_flight_;
  }

  /// In ordered lanes: the oldest delivery may go.
  void wake(std::uint64_t sequence) {
    Entry& entry = entries_.find(sequence)->second;
    if (entry.stage != Stage::held) return;
    entry.stage = Stage::waiting;
    entry.target->queue.emplace(entry.next_at, sequence);
    arm(*entry.target, false);
  }

  /// Enters a target and its host where they belong now. They keep their turn at the same time, unless they had it.
  void arm(Target& target, bool had_turn) {
    Host& host = *target.host;
    std::optional<std::int64_t> time;
    if (!target.queue.empty() && target.in_flight < target.limits.concurrency) {
      time = (std::max)(target.queue.begin()->first, target.not_before);
    }
    enter(target, host.agenda, time, had_turn);
    std::optional<std::int64_t> host_time;
    if (!host.agenda.empty() && host.in_flight < host_concurrency_) {
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
  const unsigned host_concurrency_;
  const bool keep_order_;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::unordered_map<std::string, Lane> lanes_;
  std::unordered_map<std::uint64_t, Target> targets_;
  std::unordered_map<std::uint64_t, Host> hosts_;
  std::map<Due, Host*> agenda_;
  std::set<std::pair<std::int64_t, std::uint64_t>> idle_;  // targets without deliveries that may not begin yet
  std::uint64_t turns_ = 0;
  std::size_t in_flight_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
