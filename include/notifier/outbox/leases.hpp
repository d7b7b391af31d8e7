// Which of several workers sends what: deliveries lie in shards, and each shard has one owner at a time.
//
// The protocol as a state machine alone: it reads no clock and knows no database. Its table has a row for each shard,
// with an owner, an epoch that grows with each owner, and a lease that ends by the database's clock; and it knows the
// workers that are alive. Whoever drives a worker looks at that every half second or so, asks for a plan, and applies
// it:
//
//     const LeasePlan plan = leases.plan(look(), steady_now);
//     if (!plan.is_empty()) { const auto asked = steady_now; leases.applied(plan, apply(plan), asked); }
//     for (const ShardNews& news : leases.take_news()) ...
//
// Everything that is applied holds for a row alone that still has the epoch which the plan names. So whoever looks at a
// table that others have changed since does no harm, and neither does an answer that is lost on the way.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The shard that deliveries to a target are in, for good: so its rate, pauses and order are one owner's to keep.
/// @param target  OutboxRecord::target
constexpr std::uint32_t shard_of(std::uint64_t target, std::uint32_t shards) noexcept {
  return static_cast<std::uint32_t>(target % shards);
}

/// How long things take. All workers of a database have the same.
struct LeaseOptions {
  std::uint32_t shards = 64;         ///< the same for all workers of a database
  std::int64_t lease_ms = 45'000;    ///< how long a lease lasts that is not renewed
  std::int64_t renew_ms = 5'000;     ///< when it is renewed
  std::int64_t attempt_ms = 30'000;  ///< how long an attempt may take, all in all
  std::int64_t drift_ms = 1'000;     ///< by how much two clocks may drift apart during a lease
};

/// A shard's row, as it was when it was looked at.
struct ShardRow {
  std::uint64_t owner = 0;  ///< a worker's number, from 1; 0: nobody's
  std::uint64_t epoch = 0;
  bool is_over = true;  ///< the lease has ended, by the database's clock
};

/// What is looked at, at one moment.
struct ShardView {
  std::vector<ShardRow> shards;        ///< all, by number
  std::vector<std::uint64_t> workers;  ///< that are alive, ascending, without those that leave
};

/// A shard as it was under one owner.
struct ShardEpoch {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;
};

/// What is to be applied, in one transaction, each where the row still has that epoch.
struct LeasePlan {
  bool announces = false;         ///< the worker is alive, for the length of a lease from now
  bool leaves = false;            ///< it is not, from now on
  std::vector<ShardEpoch> renew;  ///< where it is the owner: the lease begins anew
  std::vector<ShardEpoch>
      take;  ///< where it is the owner, nobody is, or the lease is over: its own from now, under the next epoch
  std::vector<ShardEpoch> give;  ///< where it is the owner: nobody's

  /// Whether there is nothing to apply.
  bool is_empty() const noexcept { return !announces && !leaves && renew.empty() && take.empty() && give.empty(); }
};

/// What of a plan was applied.
struct LeaseGrants {
  std::vector<std::uint32_t> renewed;
  std::vector<std::uint32_t> taken;
};

/// What became of a shard.
struct ShardNews {
  enum class Kind : std::uint8_t {
    taken,    ///< this worker's from now on: take up what waits there
    leaving,  ///< to be handed over: begin nothing more there, store what is under way, then ShardLeases::emptied()
    lost,     ///< another's, or nobody's: forget all that waits there; attempts under way come to nothing
  };
  Kind kind = Kind::taken;
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;
};

/// The leases of one worker. Used by one thread at a time; all times are of its own steady clock, in milliseconds.
class ShardLeases {
 public:
  /// What this worker knows of a shard.
  struct Lease {
    enum class Stage : std::uint8_t { none, held, leaving, emptied };
    Stage stage = Stage::none;
    std::uint64_t epoch = 0;
    std::int64_t until = 0;
  };

  /// @param worker  a number that no other worker of the database has or had, from 1
  ShardLeases(std::uint64_t worker, LeaseOptions options)
      : worker_(worker), options_(options), leases_(options.shards) {}

  /// What this worker wants, as things are. What others have taken over is lost here.
  LeasePlan plan(const ShardView& view, std::int64_t now);
  /// What came of it. Where nobody knows, as after a broken connection, this is not called: the next look tells.
  /// @param asked_at  the time before it was asked for: the database began the lease later
  void applied(const LeasePlan& plan, const LeaseGrants& grants, std::int64_t asked_at);

  /// Whether an attempt may begin: it ends, at the latest, while the lease lasts.
  bool may_begin(std::uint32_t shard, std::int64_t now) const noexcept {
    const Lease& lease = leases_[shard];
    return lease.stage == Lease::Stage::held && now + options_.attempt_ms + options_.drift_ms < lease.until;
  }
  /// A shard that was to be handed over has nothing under way any more, and all that came of it is stored.
  void emptied(std::uint32_t shard) noexcept {
    if (leases_[shard].stage == Lease::Stage::leaving) leases_[shard].stage = Lease::Stage::emptied;
  }
  /// Somebody else was seen to write there, or this worker could not.
  void lose(std::uint32_t shard);
  /// Hands everything over, for good.
  void leave() noexcept { is_leaving_ = true; }

  /// What has become of shards since the last call, in order.
  std::vector<ShardNews> take_news();
  const Lease& lease(std::uint32_t shard) const noexcept { return leases_[shard]; }
  std::size_t held() const noexcept;  ///< that it owns, those among them that it hands over
  /// When it wants to renew again.
  std::int64_t renewal_at() const noexcept { return renewal_at_; }
  const LeaseOptions& options() const noexcept { return options_; }

 private:
  std::size_t share(const ShardView& view) const noexcept;
  void notice_losses(const ShardView& view);
  void hand_over(std::size_t count);

  std::uint64_t worker_;
  LeaseOptions options_;
  std::vector<Lease> leases_;
  std::vector<ShardNews> news_;
  std::int64_t renewal_at_ = 0;
  bool has_begun_ = false;
  bool is_leaving_ = false;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <utility>

NOTIFIER_NAMESPACE_BEGIN

/// Shards are dealt evenly; what is left over goes to those that came first.
NOTIFIER_INLINE std::size_t ShardLeases::share(const ShardView& view) const noexcept {
  const auto self = std::find(view.workers.begin(), view.workers.end(), worker_);
  if (self == view.workers.end() || is_leaving_) return 0;
  const auto rank = static_cast<std::size_t>(self - view.workers.begin());
  const std::size_t each = leases_.size() / view.workers.size();
  return each + (rank < leases_.size() % view.workers.size() ? 1 : 0);
}

NOTIFIER_INLINE void ShardLeases::lose(std::uint32_t shard) {
  Lease& lease = leases_[shard];
  if (lease.stage == Lease::Stage::none) return;
  news_.push_back({ShardNews::Kind::lost, shard, lease.epoch});
  lease = Lease();
}

NOTIFIER_INLINE void ShardLeases::notice_losses(const ShardView& view) {
  for (std::uint32_t shard = 0; shard < leases_.size(); ++shard) {
    const ShardRow& row = view.shards[shard];
    if (row.owner != worker_ || row.epoch != leases_[shard].epoch) lose(shard);
  }
}

NOTIFIER_INLINE void ShardLeases::hand_over(std::size_t count) {
  for (std::uint32_t shard = 0; shard < leases_.size() && count > 0; ++shard) {
    if (leases_[shard].stage != Lease::Stage::held) continue;
    leases_[shard].stage = Lease::Stage::leaving;
    news_.push_back({ShardNews::Kind::leaving, shard, leases_[shard].epoch});
    --count;
  }
}

NOTIFIER_INLINE LeasePlan ShardLeases::plan(const ShardView& view, std::int64_t now) {
  notice_losses(view);
  LeasePlan plan;
  const bool is_due = !has_begun_ || now >= renewal_at_;
  const bool is_known = std::find(view.workers.begin(), view.workers.end(), worker_) != view.workers.end();
  plan.leaves = is_leaving_ && is_known;
  plan.announces = !is_leaving_ && (is_due || !is_known);
  // Who is not seen among the living may be about to lose all, but hands nothing over for that.
  const std::size_t most = is_known || is_leaving_ ? share(view) : leases_.size();
  std::size_t kept = 0;
  for (const Lease& lease : leases_) kept += lease.stage == Lease::Stage::held ? 1 : 0;
  if (kept > most) hand_over(kept - most);
  for (std::uint32_t shard = 0; shard < leases_.size(); ++shard) {
    const ShardRow& row = view.shards[shard];
    const Lease& lease = leases_[shard];
    if (lease.stage == Lease::Stage::emptied) {
      plan.give.push_back({shard, lease.epoch});
    } else if (lease.stage != Lease::Stage::none) {
      if (is_due) plan.renew.push_back({shard, lease.epoch});
    } else if (row.owner == 0 || row.is_over || row.owner == worker_) {
      if (is_known && kept < most) {
        plan.take.push_back({shard, row.epoch});
        ++kept;
      } else if (row.owner == worker_) {
        plan.give.push_back({shard, row.epoch});  // it was given, but nobody knows whether that was applied
      }
    }
  }
  // From here on it is another's, whether the answer comes or not.
  for (const ShardEpoch& given : plan.give) leases_[given.shard] = Lease();
  return plan;
}

NOTIFIER_INLINE void ShardLeases::applied(const LeasePlan& plan, const LeaseGrants& grants, std::int64_t asked_at) {
  const auto has = [](const std::vector<std::uint32_t>& list, std::uint32_t shard) {
    return std::find(list.begin(), list.end(), shard) != list.end();
  };
  if (plan.announces) {
    has_begun_ = true;
    renewal_at_ = asked_at + options_.renew_ms;
  }
  const std::int64_t until = asked_at + options_.lease_ms;
  for (const ShardEpoch& asked : plan.renew) {
    Lease& lease = leases_[asked.shard];
    if (lease.stage == Lease::Stage::none || lease.epoch != asked.epoch) continue;
    if (has(grants.renewed, asked.shard)) {
      lease.until = until;
    } else {
      lose(asked.shard);
    }
  }
  for (const ShardEpoch& asked : plan.take) {
    if (!has(grants.taken, asked.shard)) continue;
    leases_[asked.shard] = {Lease::Stage::held, asked.epoch + 1, until};
    news_.push_back({ShardNews::Kind::taken, asked.shard, asked.epoch + 1});
  }
}

NOTIFIER_INLINE std::vector<ShardNews> ShardLeases::take_news() { return std::exchange(news_, {}); }

NOTIFIER_INLINE std::size_t ShardLeases::held() const noexcept {
  return static_cast<std::size_t>(std::count_if(leases_.begin(), leases_.end(),
                                                [](const Lease& lease) { return lease.stage != Lease::Stage::none; }));
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
