// An outbox storage that lasts as long as its process: for tests, previews and hosts that may lose what is under way.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "notifier/delivery/outbox_storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Keeps the content of a delivery until it has arrived. rollback() undoes insertions only; nothing else here fails.
class MemoryOutboxStorage : public OutboxStorage {
 public:
  Result<std::uint64_t> insert(const OutboxRecord& record, const Delivery& delivery) override {
    const auto [at, is_new] = sequences_.try_emplace(record.key, last_ + 1);
    if (!is_new) return std::uint64_t{0};
    Row& row = rows_[++last_];
    row = {record, delivery};
    row.record.sequence = last_;
    uncommitted_.push_back(last_);
    return last_;
  }

  Result<void> update(const OutboxChange& change) override {
    const auto at = rows_.find(change.sequence);
    if (at == rows_.end()) return {};
    OutboxRecord& record = at->second.record;
    record.state = change.state;
    record.attempts = change.attempts;
    record.next_at = change.next_at;
    if (change.attempt) record.history.push_back(*change.attempt);
    if (change.state == OutboxState::delivered) at->second.delivery = {};
    return {};
  }

  Result<void> set_health(std::string_view notifier_id, const NotifierHealth& health) override {
    if (health.failures == 0) {
      health_.erase(std::string(notifier_id));
    } else {
      health_[std::string(notifier_id)] = health;
    }
    return {};
  }

  Result<std::size_t> forget(Timestamp delivered_before, Timestamp dead_before) override {
    std::size_t count = 0;
    for (auto at = rows_.begin(); at != rows_.end();) {
      const OutboxRecord& record = at->second.record;
      const bool is_old = (record.state == OutboxState::delivered && record.next_at < delivered_before) ||
                          (record.state == OutboxState::dead && record.next_at < dead_before);
      if (!is_old) {
        ++at;
        continue;
      }
      sequences_.erase(record.key);
      at = rows_.erase(at);
      ++count;
    }
    return count;
  }

  Result<void> commit() override {
    uncommitted_.clear();
    return {};
  }

  void rollback() override {
    for (const std::uint64_t sequence : uncommitted_) {
      const auto at = rows_.find(sequence);
      if (at == rows_.end()) continue;
      sequences_.erase(at->second.record.key);
      rows_.erase(at);
    }
    uncommitted_.clear();
  }

  Result<Delivery> load(std::uint64_t sequence) override {
    const auto at = rows_.find(sequence);
    if (at != rows_.end()) return at->second.delivery;
    Error error;
    error.code = errc::not_found;
    error.message = "no such delivery is stored";
    return error;
  }

  Result<void> each_pending(const std::function<void(const OutboxRecord&)>& call) override {
    for (const auto& [sequence, row] : rows_) {
      if (row.record.state == OutboxState::pending) call(row.record);
    }
    return {};
  }

  Result<void> each_health(const std::function<void(std::string_view, const NotifierHealth&)>& call) override {
    for (const auto& [notifier_id, health] : health_) call(notifier_id, health);
    return {};
  }

  Result<std::optional<OutboxRecord>> find(std::string_view key) override {
    const auto at = sequences_.find(std::string(key));
    if (at == sequences_.end()) return std::optional<OutboxRecord>();
    return std::optional<OutboxRecord>(rows_.find(at->second)->second.record);
  }

  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) override {
    std::size_t count = 0;
    for (auto at = rows_.rbegin(); at != rows_.rend(); ++at) {
      const OutboxRecord& record = at->second.record;
      if (!query.notifier_id.empty() && record.notifier_id != query.notifier_id) continue;
      if (query.state && record.state != *query.state) continue;
      if (count >= query.offset && count - query.offset < query.limit) out.push_back(record);
      ++count;
    }
    return count;
  }

 private:
  struct Row {
    OutboxRecord record;
    Delivery delivery;
  };

  std::map<std::uint64_t, Row> rows_;
  std::unordered_map<std::string, std::uint64_t> sequences_;
  std::map<std::string, NotifierHealth> health_;
  std::vector<std::uint64_t> uncommitted_;
  std::uint64_t last_ = 0;
};

NOTIFIER_NAMESPACE_END
