// Who is told of many events with few messages: what arrives is taken into its group, and what is due is told.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/function.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/outbox/group_host.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/outbox/target.hpp"
#include "notifier/result.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// Steps groups over a storage. What a step changes is one commit: the groups, what becomes of the deliveries that they
/// took, and the digests. A step that could not be stored is taken again.
class OutboxGroups {
 public:
  OutboxGroups(OutboxStorage& storage, GroupHost host) : storage_(&storage), host_(std::move(host)) {}

  /// Takes up what an earlier process left.
  Result<void> recover(Moment now);
  /// @param record  of a delivery that is OutboxState::grouping
  void admit(const OutboxRecord& record) { waiting_.push_back(record); }
  /// Forgets what is to be taken for targets that are another's; the groups are read anew with the next step.
  void drop(const Function<bool(std::uint64_t)>& which) {
    const auto is_named = [&](const OutboxRecord& record) { return which(record.target); };
    // What the last step was said not to have stored is looked up by its place among those that wait.
    if (doubtful_) {
      const auto taken = waiting_.begin() + static_cast<std::ptrdiff_t>(doubtful_->taken);
      doubtful_->taken -= static_cast<std::size_t>(std::count_if(waiting_.begin(), taken, is_named));
    }
    waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is_named), waiting_.end());
    is_stale_ = true;
  }
  /// A notifier has changed, or is gone: its groups are judged anew with the next step.
  void change(std::string_view notifier_id) { changed_.emplace(notifier_id); }
  /// What is held for a notifier is told with the next step.
  void tell_now(std::string_view notifier_id) { urgent_.emplace(notifier_id); }

  /// Takes what has arrived, or a part of it, and what is due.
  /// @param admit  gets what is to be sent from now on
  Result<void> step(Moment now, const Function<void(const OutboxRecord&)>& admit);

  /// How long until step() has something to do; nullopt: nothing before something arrives.
  std::optional<std::int64_t> wait_ms(Moment now) const;
  /// Events that are held back, or are yet to be taken.
  std::size_t held() const noexcept { return held_ + waiting_.size(); }
  /// Events that were counted so far.
  std::uint64_t counted() const noexcept { return counted_; }

 private:
  /// So many arrivals are one commit.
  static constexpr std::size_t most_at_once = 512;
  static constexpr std::int64_t retry_ms = 1000;
  /// The wall clock was set where it has moved by more than this against the steady one.
  static constexpr std::int64_t clock_slack_ms = 500;

  /// What a step comes to.
  struct Batch {
    std::map<std::string, StoredGroup, std::less<>> groups;  // those that it changes
    std::map<std::string, std::optional<GroupPolicy>, std::less<>> policies;
    std::vector<OutboxWrite> writes;
    std::vector<OutboxRecord> digests;
    std::vector<Delivery> deliveries;
    std::vector<OutboxRecord> released;
    std::size_t taken = 0;  // of those that wait
  };

  Result<void> take(const OutboxRecord& record, Batch& batch, Moment now);
  Result<void> tick(std::string_view key, const GroupInput& input, Batch& batch, Moment now);
  Result<GroupAction> step(StoredGroup& group, const GroupInput& input, Batch& batch, Moment now);
  const std::optional<GroupPolicy>& policy_of(const StoredGroup& group, Batch& batch);
  Result<void> tick_due(Batch& batch, Moment now);
  void keep(Batch&& batch);
  Result<void> look_again(Moment now, const Function<void(const OutboxRecord&)>& admit);
  static void change(Batch& batch, const OutboxRecord& record, OutboxState state, Moment now);
  std::optional<std::int32_t> offset(std::string_view zone, Timestamp at) const {
    return host_.zones ? host_.zones(zone, at) : std::nullopt;
  }

  OutboxStorage* storage_;
  GroupHost host_;
  std::deque<OutboxRecord> waiting_;
  std::map<std::string, StoredGroup, std::less<>> groups_;  // those that are open
  std::set<std::pair<std::int64_t, std::string>> due_;      // when they close, by the steady clock
  std::set<std::string, std::less<>> changed_, urgent_;     // ids of notifiers
  std::size_t held_ = 0;
  std::uint64_t counted_ = 0;
  std::int64_t retry_at_ = 0;
  std::optional<Batch> doubtful_;     // what was said not to be stored
  bool is_stale_ = false;             // the groups of others may be among them
  std::optional<std::int64_t> skew_;  // of the wall clock to the steady one, when it was last looked at
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline Result<void> OutboxGroups::recover(Moment now) {
  is_stale_ = true;  // unless all of them are read
  groups_.clear();
  due_.clear();
  held_ = 0;
  Batch asked;
  auto done = storage_->each_group([&](StoredGroup&& group) {
    restore(group.state, policy_of(group, asked).value_or(GroupPolicy()), now);
    held_ += to_size(group.state.held.count);
    due_.emplace(group.state.closes.steady_ms, group.key);
    std::string key = group.key;
    groups_.emplace(std::move(key), std::move(group));
  });
  is_stale_ = !done;
  return done;
}

inline const std::optional<GroupPolicy>& OutboxGroups::policy_of(const StoredGroup& group, Batch& batch) {
  const auto at = batch.policies.find(group.notifier_id);
  if (at != batch.policies.end()) return at->second;
  return batch.policies.emplace(group.notifier_id, host_.policy(group.app_id, group.notifier_id)).first->second;
}

inline void OutboxGroups::change(Batch& batch, const OutboxRecord& record, OutboxState state, Moment now) {
  OutboxWrite write;
  write.change.sequence = record.sequence;
  write.change.state = state;
  write.change.next_at = now.wall;
  if (state == OutboxState::dead) {
    write.change.attempt = DeliveryAttempt{now.wall, Verdict::Action::fail, 0, "the notifier was removed"};
  }
  batch.writes.push_back(std::move(write));
}

inline Result<GroupAction> OutboxGroups::step(StoredGroup& group, const GroupInput& input, Batch& batch, Moment now) {
  const auto zone_offset = [this](std::string_view zone, Timestamp at) { return offset(zone, at); };
  const std::optional<GroupPolicy>& policy = policy_of(group, batch);
  if (!policy) {
    group.state.is_open = false;
    group.state.held = Digest();
    return GroupAction();
  }
  GroupAction action = notifier::step(group.state, *policy, input, now, ZoneOffset(zone_offset));
  for (const GroupAction::Telling& telling : action.tellings) {
    auto delivery =
        host_.render(group.app_id, group.notifier_id, telling.digest, digest_key(group.key, telling.window));
    if (!delivery && delivery.error().code == errc::not_found) continue;
    if (!delivery) return std::move(delivery).error();
    delivery->arrival = nullptr;
    batch.digests.push_back(describe_for_outbox(*delivery, now.wall));
    batch.deliveries.push_back(*std::move(delivery));
  }
  return action;
}

inline Result<void> OutboxGroups::take(const OutboxRecord& record, Batch& batch, Moment now) {
  auto delivery = storage_->load(record.sequence);
  if (!delivery && delivery.error().code == errc::storage) return std::move(delivery).error();
  Arrival arrival;
  if (delivery && delivery->arrival != nullptr) arrival = *delivery->arrival;
  if (arrival.group.empty()) {
    // Nothing is known of how to count it: it goes by itself.
    change(batch, record, OutboxState::pending, now);
    batch.released.push_back(record);
    return {};
  }
  if (delivery->platform == Platform::webhook) {
    arrival.event = std::string(delivery->body.front()).append(delivery->body.rest());
  }
  auto at = batch.groups.find(arrival.group);
  if (at == batch.groups.end()) {
    const auto known = groups_.find(arrival.group);
    StoredGroup group;
    if (known != groups_.end()) {
      group = known->second;
    } else {
      group.key = arrival.group;
      group.app_id = record.app_id;
      group.notifier_id = record.notifier_id;
      group.target = record.target;
      // One that was there before is forgotten, but no window has its number again: it had two at most for each event.
      group.state.window = 2 * record.sequence;
    }
    at = batch.groups.emplace(arrival.group, std::move(group)).first;
  }
  const auto action = step(at->second, GroupInput::arrived(arrival), batch, now);
  if (!action) return action.error();
  const bool is_gone = !policy_of(at->second, batch);
  change(batch, record,
         is_gone            ? OutboxState::dead
         : action->releases ? OutboxState::pending
                            : OutboxState::grouped,
         now);
  if (action->releases && !is_gone) batch.released.push_back(record);
  return {};
}

inline Result<void> OutboxGroups::tick(std::string_view key, const GroupInput& input, Batch& batch, Moment now) {
  auto at = batch.groups.find(key);
  if (at == batch.groups.end()) at = batch.groups.emplace(key, groups_.find(key)->second).first;
  const auto action = step(at->second, input, batch, now);
  return action ? Result<void>() : Result<void>(action.error());
}

inline Result<void> OutboxGroups::tick_due(Batch& batch, Moment now) {
  const std::int64_t skew = now.wall.ms - now.steady_ms;
  const bool is_set = skew_ && (skew - *skew_ > clock_slack_ms || *skew_ - skew > clock_slack_ms);
  if (is_set || !changed_.empty() || !urgent_.empty()) {
    for (const auto& [key, group] : groups_) {
      const bool is_urgent = urgent_.count(group.notifier_id) != 0;
      if (!is_set && !is_urgent && changed_.count(group.notifier_id) == 0) continue;
      auto done = tick(key, is_urgent ? GroupInput::flush() : GroupInput::tick(), batch, now);
      if (!done) return done;
    }
  }
  for (const auto& [closes, key] : due_) {
    if (closes > now.steady_ms) break;
    if (auto done = tick(key, GroupInput::tick(), batch, now); !done) return done;
  }
  skew_ = skew;
  return {};
}

inline void OutboxGroups::keep(Batch&& batch) {
  for (auto& [key, group] : batch.groups) {
    const auto before = groups_.find(key);
    if (before != groups_.end()) {
      held_ -= to_size(before->second.state.held.count);
      due_.erase({before->second.state.closes.steady_ms, key});
      groups_.erase(before);
    }
    if (!group.state.is_open) continue;
    held_ += to_size(group.state.held.count);
    due_.emplace(group.state.closes.steady_ms, key);
    groups_.emplace(key, std::move(group));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(batch.taken));
}

/// A commit that is said to have failed may have been made all the same, as where its answer was lost: what is there
/// counts, before anything is decided anew.
inline Result<void> OutboxGroups::look_again(Moment now, const Function<void(const OutboxRecord&)>& admit) {
  std::deque<OutboxRecord> waiting;
  std::vector<OutboxRecord> stored;
  std::uint64_t counted = 0;
  for (const OutboxRecord& digest : doubtful_->digests) {
    auto known = storage_->find(digest.notifier_id, digest.key);
    if (!known) return std::move(known).error();
    if (*known && (*known)->state == OutboxState::pending) stored.push_back(**std::move(known));
  }
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (i >= doubtful_->taken) {
      waiting.push_back(waiting_[i]);
      continue;
    }
    auto known = storage_->find(waiting_[i].notifier_id, waiting_[i].key);
    if (!known) return std::move(known).error();
    if (!*known) continue;
    if ((*known)->state == OutboxState::grouping) waiting.push_back(waiting_[i]);
    counted += (*known)->state == OutboxState::grouped ? 1u : 0u;
    if ((*known)->state == OutboxState::pending) stored.push_back(**std::move(known));
  }
  if (auto done = recover(now); !done) return done;
  waiting_ = std::move(waiting);
  counted_ += counted;
  doubtful_.reset();
  for (const OutboxRecord& record : stored) admit(record);
  return {};
}

inline Result<void> OutboxGroups::step(Moment now, const Function<void(const OutboxRecord&)>& admit) {
  if (now.steady_ms < retry_at_) return {};
  Batch batch;
  Result<void> done = doubtful_ ? look_again(now, admit) : is_stale_ ? recover(now) : Result<void>();
  const std::optional<std::int64_t> skew = skew_;
  while (done && batch.taken < (std::min)(most_at_once, waiting_.size())) {
    done = take(waiting_[batch.taken++], batch, now);
  }
  if (done) done = tick_due(batch, now);
  std::vector<StoredGroup> groups;
  for (const auto& [key, group] : batch.groups) groups.push_back(group);
  const bool is_tried = done && !(groups.empty() && batch.writes.empty());
  if (is_tried) done = storage_->regroup(batch.writes, groups, batch.digests, batch.deliveries.data());
  if (!done) {
    if (is_tried) doubtful_ = std::move(batch);
    retry_at_ = now.steady_ms + retry_ms;
    skew_ = skew;
    return done;
  }
  changed_.clear();
  urgent_.clear();
  for (const OutboxWrite& write : batch.writes) counted_ += write.change.state == OutboxState::grouped ? 1u : 0u;
  for (OutboxRecord& record : batch.released) {
    record.state = OutboxState::pending;
    record.next_at = now.wall;
    admit(record);
  }
  for (const OutboxRecord& digest : batch.digests) {
    if (digest.sequence != 0) admit(digest);
  }
  keep(std::move(batch));
  return {};
}

inline std::optional<std::int64_t> OutboxGroups::wait_ms(Moment now) const {
  std::optional<std::int64_t> at;
  if (!waiting_.empty() || !changed_.empty() || !urgent_.empty() || is_stale_) at = now.steady_ms;
  if (!at && !due_.empty()) at = due_.begin()->first;
  if (!at) return at;
  return (std::max)((std::max)(*at, retry_at_) - now.steady_ms, std::int64_t{0});
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
