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

#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Keeps the content of a delivery until it has arrived. Nothing here fails.
class MemoryOutboxStorage : public OutboxStorage {
 public:
  Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) override {
    for (std::size_t i = 0; i < records.size(); ++i) {
      OutboxRecord& record = records[i];
      const bool is_new = sequences_.try_emplace(name(record.notifier_id, record.key), last_ + 1).second;
      record.sequence = is_new ? ++last_ : 0;
      if (is_new) rows_.emplace_hint(rows_.end(), last_, Row{record, deliveries[i]});
    }
    return {};
  }

  Result<void> write(const std::vector<OutboxWrite>& writes) override {
    for (const OutboxWrite& write : writes) {
      switch (write.kind) {
        case OutboxWrite::Kind::change: update(write.change); break;
        case OutboxWrite::Kind::health: set_health(write.notifier_id, write.health); break;
        case OutboxWrite::Kind::clock: clock_ = write.clock; break;
      }
    }
    return {};
  }

  Result<std::size_t> forget(const OutboxForget& what) override {
    std::size_t count = 0;
    for (auto at = rows_.begin(); at != rows_.end();) {
      OutboxRecord& record = at->second.record;
      const bool is_delivered = record.state == OutboxState::delivered;
      const bool has_ended = is_delivered || record.state == OutboxState::dead;
      if (has_ended && what.latest < record.next_at) record.next_at = what.latest;
      if (!has_ended || !(record.next_at < (is_delivered ? what.delivered_before : what.dead_before))) {
        ++at;
        continue;
      }
      sequences_.erase(name(record.notifier_id, record.key));
      at = rows_.erase(at);
      ++count;
    }
    return count;
  }

  Result<Delivery> load(std::uint64_t sequence) override {
    const auto at = rows_.find(sequence);
    if (at != rows_.end()) return at->second.delivery;
    Error error;
    error.code = errc::not_found;
    error.message = "no such delivery is stored";
    return error;
  }

  Result<void> each_waiting(const std::function<void(const OutboxRecord&)>& call) override {
    for (const auto& [sequence, row] : rows_) {
      const OutboxState state = row.record.state;
      if (state == OutboxState::pending || state == OutboxState::held) call(row.record);
    }
    return {};
  }

  Result<void> each_health(const std::function<void(std::string_view, const NotifierHealth&)>& call) override {
    for (const auto& [notifier_id, health] : health_) call(notifier_id, health);
    return {};
  }

  Result<std::optional<OutboxClock>> clock() override { return clock_; }

  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) override {
    const auto at = sequences_.find(name(notifier_id, key));
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

  /// A delivery's unique name: its key among those of its notifier. A length before them keeps both apart.
  static std::string name(std::string_view notifier_id, std::string_view key) {
    std::string text = std::to_string(notifier_id.size());
    text.reserve(text.size() + 1 + notifier_id.size() + key.size());
    return text.append(1, ':').append(notifier_id).append(key);
  }

  void update(const OutboxChange& change) {
    const auto at = rows_.find(change.sequence);
    if (at == rows_.end()) return;
    OutboxRecord& record = at->second.record;
    record.state = change.state;
    record.attempts = change.attempts;
    record.next_at = change.next_at;
    record.wait_ms = change.wait_ms;
    if (change.attempt) record.history.push_back(*change.attempt);
    if (!change.recipients.empty()) at->second.delivery.to = change.recipients;
    if (change.state == OutboxState::delivered) at->second.delivery = {};
  }

  void set_health(const std::string& notifier_id, const NotifierHealth& health) {
    if (health.failures == 0) {
      health_.erase(notifier_id);
    } else {
      health_[notifier_id] = health;
    }
  }

  std::map<std::uint64_t, Row> rows_;
  std::unordered_map<std::string, std::uint64_t> sequences_;
  std::map<std::string, NotifierHealth> health_;
  std::optional<OutboxClock> clock_;
  std::uint64_t last_ = 0;
};

NOTIFIER_NAMESPACE_END
