// How a PostgresOutbox comes to own shards, and learns what arrives there.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_outbox.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline Result<void> PostgresOutbox::start(PostgresOutboxOptions options) {
  options_ = std::move(options);
  options_.leases.shards = detail::postgres::shards;
  auto watcher = PostgresConnection::open(url_, "notifier-watch");
  if (!watcher) return std::move(watcher).error();
  watcher_ = *std::move(watcher);
  const auto worker = detail::postgres::add_worker(watcher_, options_.name);
  if (!worker) return worker.error();
  worker_ = *worker;
  const auto oldest = watcher_.run(detail::postgres_sql::oldest_transaction);
  if (!oldest) return oldest.error();
  since_ = std::string(oldest->text(0, 0));
  leases_.emplace(worker_, options_.leases);
  figures_.worker = worker_;
  renewed_at_ = steady_ms();
  listener_->start();
  thread_ = std::thread([this] { watch(); });
  return {};
}

inline void PostgresOutbox::begin_stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (leases_) leases_->leave();
  looked_at_ = 0;
  woken_.notify_all();
}

inline void PostgresOutbox::stop() {
  if (!thread_.joinable()) return;
  begin_stop();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
    woken_.notify_all();
  }
  thread_.join();
  look();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (std::uint32_t shard = 0; shard < detail::postgres::shards; ++shard) leases_->emptied(shard);
  }
  look();
}

inline void PostgresOutbox::watch() {
  // However much others tell: it is looked for all of it at once, and for a fifth of the time at most, as each look
  // takes longer while an old transaction is open. A process that stood still meanwhile rests no longer for that.
  constexpr std::int64_t shortest_rest_ms = 5;
  constexpr std::int64_t longest_rest_ms = 5'000;
  std::int64_t least_poll_ms = shortest_rest_ms;
  std::int64_t polled_at = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_stopping_) {
    const std::int64_t now = steady_ms();
    const bool is_to_look = looked_at_ == 0 || now >= looked_at_ + options_.look_ms;
    const auto poll_at = [&] {
      return polled_at + (is_told_ ? least_poll_ms : options_.poll_ms * (listener_->hears() ? 5 : 1));
    };
    const bool is_to_poll = now >= poll_at();
    if (is_to_poll) is_told_ = false;
    lock.unlock();
    if (is_to_look) look();
    if (is_to_poll) {
      polled_at = steady_ms();
      poll();
      least_poll_ms = (std::min)((std::max)(5 * (steady_ms() - polled_at), shortest_rest_ms), longest_rest_ms);
    }
    const bool is_more = read_on();
    lock.lock();
    if (is_more || is_stopping_ || looked_at_ == 0) continue;
    std::int64_t next = (std::min)(looked_at_ + options_.look_ms, poll_at()) - steady_ms();
    if (!unread_.empty()) next = (std::min)(next, std::int64_t{20});
    if (next > 0) woken_.wait_for(lock, std::chrono::milliseconds(next));
  }
}

inline void PostgresOutbox::hear(const detail::postgres::Hint& hint) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto is_meant = [&](std::uint32_t shard) { return (hint.shards >> shard & 1) != 0; };
  if (is_told_ || std::none_of(polled_.begin(), polled_.end(), is_meant)) return;
  is_told_ = true;
  woken_.notify_all();
}

/// Looks who owns what, and does something about it.
inline void PostgresOutbox::look() {
  const auto view = detail::postgres::look(watcher_);
  LeasePlan plan;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    looked_at_ = steady_ms();
    if (!view) return;
    plan = leases_->plan(*view, looked_at_);
    take_news();
    figures_.workers = view->workers.size();
  }
  if (plan.is_empty()) return;
  const std::int64_t asked_at = steady_ms();
  const auto grants = detail::postgres::apply(watcher_, worker_, plan, options_.leases.lease_ms);
  if (!grants) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    leases_->applied(plan, *grants, asked_at);
    take_news();
    if (plan.announces) renewed_at_ = asked_at;
  }
  for (const std::uint32_t shard : grants->taken) {
    if (take_up(shard)) continue;
    // It is taken again with the next look.
    const std::lock_guard<std::mutex> lock(mutex_);
    leases_->lose(shard);
    take_news();
  }
  wake();
}

/// Hands on what became of shards. Those that were taken are told of once what waits there is read.
inline void PostgresOutbox::take_news() {
  for (const ShardNews& news : leases_->take_news()) {
    if (news.kind == ShardNews::Kind::taken) continue;
    polled_.erase(news.shard);
    unread_.erase(news.shard);
    forget_arrivals(news.shard);
    if (news.kind == ShardNews::Kind::lost) ++figures_.lost;
    news_.push_back(news);
  }
}

inline void PostgresOutbox::forget_arrivals(std::uint32_t shard) {
  const auto is_there = [&](const OutboxRecord& record) {
    return shard_of(record.target, detail::postgres::shards) == shard;
  };
  arrivals_.erase(std::remove_if(arrivals_.begin(), arrivals_.end(), is_there), arrivals_.end());
  for (auto at = seen_.begin(); at != seen_.end();) at = at->second == shard ? seen_.erase(at) : std::next(at);
  const auto is_asked = [&](const Command& command) { return command.shard == shard; };
  commands_.erase(std::remove_if(commands_.begin(), commands_.end(), is_asked), commands_.end());
  for (auto at = asked_.begin(); at != asked_.end();) at = at->second == shard ? asked_.erase(at) : std::next(at);
}

/// Begins with a shard, which is this worker's from now on: what has become due there since the last poll() is found by
/// the next ones, and what was before by read_on().
inline Result<void> PostgresOutbox::take_up(std::uint32_t shard) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const ShardLeases::Lease& lease = leases_->lease(shard);
  if (lease.stage != ShardLeases::Lease::Stage::held) return {};
  if (auto done = look_for_commands({shard}); !done) return done;
  news_.push_back({ShardNews::Kind::taken, shard, lease.epoch});
  polled_.insert(shard);
  unread_[shard] = {0, since_, {}};
  ++figures_.taken;
  return {};
}

/// The revision up to which what was just read may speak of the registry: a delivery may have come with its notifier.
/// @return -1 where the database fails
inline std::int64_t PostgresOutbox::head() {
  const auto row = watcher_.run(detail::postgres_sql::select_revision);
  return row ? row->integer(0, 0) : -1;
}

inline void PostgresOutbox::show() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (arrivals_.empty() && commands_.empty()) return;
  }
  wake();
}

/// Lets the next of what waited in a shard arrive, as long as the sending thread keeps up: so much of it is held twice
/// and no more.
/// @return whether there may be more to read now
inline bool PostgresOutbox::read_on() {
  static const std::string page = detail::postgres_sql::select_waiting();
  constexpr std::size_t most_arrivals = 4000;
  std::uint32_t shard = 0;
  PostgresParameters parameters;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (unread_.empty() || arrivals_.size() >= most_arrivals) return false;
    // In turn, so that a long one holds up no other.
    auto next = unread_.upper_bound(read_last_);
    if (next == unread_.end()) next = unread_.begin();
    shard = read_last_ = next->first;
    parameters.add(std::int64_t{shard}).add(next->second.after).add(next->second.before);
  }
  const auto rows = watcher_.run(page, parameters);
  const std::int64_t needed = rows ? head() : -1;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = unread_.find(shard);
    if (needed < 0 || at == unread_.end()) return false;
    needed_ = (std::max)(needed_, needed);
    for (std::size_t row = 0; row < rows->size(); ++row) arrivals_.push_back(detail::postgres::read_record(*rows, row));
    if (rows->size() < 1000) {
      for (OutboxRecord& record : at->second.behind) arrivals_.push_back(std::move(record));
      unread_.erase(at);
    } else {
      at->second.after = rows->integer(rows->size() - 1, 0);
    }
    if (arrivals_.empty()) return !unread_.empty();
  }
  wake();
  return true;
}

/// Lets a delivery arrive, unless it has: behind all that waited in its shard before.
inline void PostgresOutbox::arrive(OutboxRecord&& record, std::uint64_t xact) {
  const std::uint32_t shard = shard_of(record.target, detail::postgres::shards);
  if (xact >= number(since_) && !seen_.emplace(std::pair(xact, record.sequence), shard).second) return;
  const auto unread = unread_.find(shard);
  (unread == unread_.end() ? arrivals_ : unread->second.behind).push_back(std::move(record));
}

/// Looks for what has become due by others since, whenever their transactions began.
inline void PostgresOutbox::poll() {
  static const std::string arrived = detail::postgres_sql::select_arrived();
  {
    // What the sending thread inserts itself is noted under this lock: it is not found before.
    const std::lock_guard<std::mutex> lock(mutex_);
    if (polled_.empty() || !look_for_commands(polled_)) return;
    const auto oldest = watcher_.run(detail::postgres_sql::oldest_transaction);
    if (!oldest) return;
    PostgresParameters parameters;
    parameters.add(since_);
    parameters.add_all(polled_, [](std::uint32_t shard) { return std::int64_t{shard}; });
    const auto rows = watcher_.run(arrived, parameters);
    if (!rows) return;
    const std::int64_t needed = rows->is_empty() && commands_.empty() ? needed_ : head();
    if (needed < 0) return;
    needed_ = (std::max)(needed_, needed);
    for (std::size_t row = 0; row < rows->size(); ++row) {
      arrive(detail::postgres::read_record(*rows, row), number(rows->text(row, detail::postgres::xact_column)));
    }
    since_ = std::string(oldest->text(0, 0));
    seen_.erase(seen_.begin(), seen_.lower_bound({number(since_), 0}));
    if (arrivals_.empty() && commands_.empty()) return;
  }
  wake();
}

inline std::uint64_t PostgresOutbox::settle(bool is_stored) {
  bool has_some = false;
  std::uint64_t others = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [record, xact] : unsettled_) {
      if (!is_stored) break;
      const std::uint32_t shard = shard_of(record.target, detail::postgres::shards);
      if (polled_.count(shard) == 0) {
        others |= std::uint64_t{1} << shard;
      } else if (xact >= number(since_)) {  // what is older than all that is under way was found by poll() already
        arrive(std::move(record), xact);
        has_some = true;
      }
    }
    unsettled_.clear();
  }
  if (has_some) wake();
  return others;
}

inline Result<void> PostgresOutbox::turn(Outbox& outbox, Moment now,
                                         const Function<void(const OutboxRecord&)>& admitted,
                                         const Function<void(const OutboxRecord&)>& withdrawn) {
  constexpr std::uint32_t shards = detail::postgres::shards;
  std::vector<ShardNews> news;
  std::vector<OutboxRecord> arrivals;
  std::vector<Command> commands;
  std::int64_t needed = 0;
  std::size_t workers = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    needed = needed_;
    workers = figures_.workers;
  }
  outbox.share_hosts(static_cast<unsigned>(workers));
  // What speaks of notifiers that the registry is about to show waits for it: they would be taken for removed ones.
  const bool is_shown = !shows_ || shows_(needed);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    news.swap(news_);
    if (is_shown && needed == needed_) {
      arrivals.swap(arrivals_);
      commands.swap(commands_);
    }
  }
  std::set<std::uint32_t> lost;
  const auto drop_lost = [&] {
    if (lost.empty()) return;
    outbox.drop([&](std::uint64_t target) { return lost.count(shard_of(target, shards)) != 0; }, true, now);
    lost.clear();
  };
  bool has_taken = false;
  for (const ShardNews& each : news) {
    const auto working = working_.find(each.shard);
    const bool is_mine = working != working_.end();
    switch (each.kind) {
      case ShardNews::Kind::lost:
        if (!is_mine || working->second != each.epoch) break;
        lost.insert(each.shard);
        working_.erase(working);
        leaving_.erase(each.shard);
        break;
      case ShardNews::Kind::leaving:
        if (is_mine && working->second == each.epoch) leaving_[each.shard] = each.epoch;
        break;
      case ShardNews::Kind::taken:
        working_[each.shard] = each.epoch;
        has_taken = true;
        break;
    }
  }
  drop_lost();
  Result<void> done = has_taken ? outbox.take_over(now) : Result<void>();
  for (OutboxRecord& record : arrivals) {
    outbox.admit(record, now);
    if (admitted) admitted(record);
  }
  obey_all(outbox, std::move(commands), now, withdrawn);
  if (leaving_.empty()) return done;
  const auto drop = [&](const std::map<std::uint32_t, std::uint64_t>& these) {
    return outbox.drop([&](std::uint64_t target) { return these.count(shard_of(target, shards)) != 0; }, false, now);
  };
  std::map<std::uint32_t, std::uint64_t> emptied;
  if (drop(leaving_) == 0) {
    emptied = leaving_;
  } else {
    for (const auto& each : leaving_)
      if (drop({each}) == 0) emptied.insert(each);
  }
  if (emptied.empty()) return done;
  if (auto flushed = outbox.flush(); !flushed) return flushed;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [shard, epoch] : emptied) {
    working_.erase(shard);
    leaving_.erase(shard);
    if (leases_->lease(shard).epoch == epoch) leases_->emptied(shard);
  }
  looked_at_ = 0;  // hand them over at once
  woken_.notify_all();
  return done;
}

inline PostgresShardFigures PostgresOutbox::figures() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  PostgresShardFigures figures = figures_;
  if (leases_) figures.owned = leases_->held();
  figures.renewed_ms = steady_ms() - renewed_at_;
  return figures;
}

NOTIFIER_NAMESPACE_END
