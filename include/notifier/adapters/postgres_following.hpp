// How a PostgresStore shows its registry what other servers have changed.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline void PostgresStore::follow(Registry& registry, std::function<void(const std::vector<Change>&)> on_changes) {
  is_following_ = true;
  outbox_->shows_ = [this](std::int64_t revision) { return revision <= this->revision(); };
  listener_.start();
  thread_ = std::thread([this, &registry, call = std::move(on_changes)] { run(registry, call); });
}

inline void PostgresStore::run(Registry& registry, const std::function<void(const std::vector<Change>&)>& on_changes) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_stopping_) {
    is_told_ = false;
    lock.unlock();
    const auto is_more = detail::or_out_of_memory([&] { return follow_once(registry, on_changes); });
    lock.lock();
    if (is_stopping_ || is_more.value_or(false)) continue;
    const std::int64_t wait_ms = wanted_ > revision_ ? 2 : options_.follow_ms * (listener_.hears() ? 5 : 1);
    moved_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return is_stopping_ || is_told_; });
  }
}

inline void PostgresStore::catch_up() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!is_following_ || wanted_ <= revision_) return;
  moved_.wait_for(lock, std::chrono::seconds(1), [this] { return wanted_ <= revision_ || is_stopping_; });
}

inline std::int64_t PostgresStore::revision() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return revision_;
}

inline bool PostgresStore::wait_for(std::int64_t revision, std::chrono::milliseconds patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  wanted_ = (std::max)(wanted_, revision);
  return moved_.wait_for(lock, patience, [&] { return revision <= revision_; });
}

/// Whether the registry shows what store() was given last: it does once store() has returned, and what is behind it in
/// the log must not be shown before. What is kept for a change is refused to others until then; made again where it is
/// shown, it changes nothing.
inline bool PostgresStore::is_own_shown(Registry& registry) {
  if (own_.empty()) return true;
  for (Change& change : own_) change.expected = "*";
  const auto made = registry.apply(own_);
  return made || made.error().code != errc::conflict;
}

/// Takes the next revision from the log.
/// @return whether there was one
inline Result<bool> PostgresStore::follow_once(Registry& registry,
                                               const std::function<void(const std::vector<Change>&)>& on_changes) {
  constexpr int most_looks = 20'000;  // a second and more, should it be kept for something else
  const std::int64_t next = revision() + 1;
  const auto rows = follower_.run(detail::postgres_sql::select_log, PostgresParameters().add(next));
  if (!rows) return rows.error();
  if (rows->is_empty()) return false;
  std::vector<Change> changes;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto change = detail::postgres::read_change_text(rows->text(row, 0));
    if (!change) return std::move(change).error();
    changes.push_back(*std::move(change));
    changes.back().expected = "*";
  }
  {
    // store() may have been about to say that this very revision is its own.
    std::unique_lock<std::mutex> writing(write_mutex_);
    for (int looks = 0; revision() + 1 == next && looks < most_looks && !is_own_shown(registry); ++looks) {
      writing.unlock();
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      writing.lock();
    }
    if (revision() + 1 != next) return true;
    own_.clear();
    // What is being changed here is stored later: the other way round it would not have been.
    if (auto done = registry.apply(changes); !done) return std::move(done).error();
    const std::lock_guard<std::mutex> lock(mutex_);
    revision_ = next;
    moved_.notify_all();
  }
  outbox_->show();
  if (on_changes) on_changes(changes);
  return true;
}

inline void PostgresStore::stop_following() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
    moved_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

NOTIFIER_NAMESPACE_END
