// What requests ask of a SqliteOutbox: to send deliveries again, to withdraw them, or to tell what is held back.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/delivery_pages.hpp"
#include "notifier/adapters/sqlite_outbox.hpp"

NOTIFIER_NAMESPACE_BEGIN

inline Result<void> SqliteOutbox::make_due(std::string_view app_id, const OutboxRecord& which, Timestamp now,
                                           std::vector<OutboxRecord>& arrivals) {
  auto found = writer_.find(which.notifier_id, which.key);
  if (!found) return std::move(found).error();
  if (!*found || (*found)->app_id != app_id) return detail::no_such_delivery();
  OutboxRecord& record = **found;
  if (record.state != OutboxState::dead) return detail::not_to_be_resent(record.state);
  record.state = OutboxState::pending;
  record.attempts = 0;
  record.next_at = now;
  record.wait_ms = 0;
  arrivals.push_back(record);
  return writer_.change({record.sequence, record.state, 0, now});
}

inline Result<void> SqliteOutbox::retry(std::string_view app_id, std::string_view notifier_id, std::string_view key,
                                        Timestamp now) {
  const auto which = detail::the_delivery(*this, app_id, notifier_id, key);
  if (!which) return which.error();
  std::vector<OutboxRecord> arrivals;
  // What is dead is nobody's: the outbox's owner changes what waits, and has forgotten what has ended.
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  auto done = database_->transaction([&] { return make_due(app_id, *which, now, arrivals); });
  if (done) arrive(arrivals);
  return done;
}

inline Result<std::size_t> SqliteOutbox::retry_all(DeliveryFilter filter, std::uint64_t& place, std::size_t limit,
                                                   Timestamp now) {
  filter.state = OutboxState::dead;
  std::vector<OutboxRecord> found;
  do {
    if (auto done = search(filter, place, limit - found.size(), found); !done) return std::move(done).error();
  } while (place != 0 && found.size() < limit);
  std::vector<OutboxRecord> arrivals;
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  auto done = database_->transaction([&]() -> Result<void> {
    // The oldest first, as they came.
    for (auto which = found.rbegin(); which != found.rend(); ++which) {
      auto due = make_due(filter.app_id, *which, now, arrivals);
      // What is not dead any more is sent already, or forgotten.
      if (!due && due.error().code == errc::storage) return due;
    }
    return {};
  });
  if (!done) return std::move(done).error();
  const std::size_t count = arrivals.size();
  arrive(arrivals);
  return count;
}

inline Result<void> SqliteOutbox::cancel(std::string_view app_id, std::string_view notifier_id, std::string_view key) {
  // What is stored arrives with this lock: what is found has arrived before it is withdrawn.
  const std::lock_guard<std::mutex> lock(*write_mutex_);
  auto found = detail::the_delivery(*this, app_id, notifier_id, key);
  if (!found) return std::move(found).error();
  OutboxRecord& record = *found;
  if (record.state != OutboxState::pending && record.state != OutboxState::held) {
    return detail::not_to_be_cancelled(record.state);
  }
  {
    const std::lock_guard<std::mutex> arrivals(arrivals_mutex_);
    cancelled_.push_back(std::move(record));
  }
  if (on_arrival_) on_arrival_();
  return {};
}

inline std::vector<OutboxRecord> SqliteOutbox::take_cancelled() {
  const std::lock_guard<std::mutex> lock(arrivals_mutex_);
  return std::exchange(cancelled_, {});
}

inline void SqliteOutbox::tell_now(std::string_view notifier_id) {
  {
    const std::lock_guard<std::mutex> arrivals(arrivals_mutex_);
    told_.emplace_back(notifier_id);
  }
  if (on_arrival_) on_arrival_();
}

inline std::vector<std::string> SqliteOutbox::take_told() {
  const std::lock_guard<std::mutex> lock(arrivals_mutex_);
  return std::exchange(told_, {});
}

NOTIFIER_NAMESPACE_END
