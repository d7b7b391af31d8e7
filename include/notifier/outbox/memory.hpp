// An outbox storage that lasts as long as its process: for tests, previews and hosts that may lose what is under way.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Keeps the content of a delivery until it has arrived. Nothing here fails.
class MemoryOutboxStorage : public OutboxStorage {
 public:
  MemoryOutboxStorage();
  ~MemoryOutboxStorage() override;

  Result<void> insert(std::vector<OutboxRecord>& records, const Delivery* deliveries) override;
  Result<void> write(const std::vector<OutboxWrite>& writes) override;
  Result<void> regroup(const std::vector<OutboxWrite>& writes, const std::vector<StoredGroup>& groups,
                       std::vector<OutboxRecord>& digests, const Delivery* deliveries) override;
  Result<void> each_group(const Function<void(StoredGroup&&)>& call) override;
  Result<std::size_t> forget(const OutboxForget& what) override;
  Result<Delivery> load(std::uint64_t sequence) override;
  Result<void> each_waiting(const Function<void(const OutboxRecord&)>& call) override;
  Result<void> each_health(const Function<void(std::string_view, const NotifierHealth&)>& call) override;
  Result<std::optional<OutboxClock>> clock() override;
  Result<std::optional<OutboxRecord>> find(std::string_view notifier_id, std::string_view key) override;
  Result<std::size_t> list(const OutboxQuery& query, std::vector<OutboxRecord>& out) override;

 private:
  struct Kept;

  std::unique_ptr<Kept> kept_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <map>
#include <string>
#include <unordered_map>
#include <utility>

NOTIFIER_NAMESPACE_BEGIN

struct MemoryOutboxStorage::Kept {
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
    const auto at = rows.find(change.sequence);
    if (at == rows.end()) return;
    OutboxRecord& record = at->second.record;
    record.state = change.state;
    record.attempts = change.attempts;
    record.next_at = change.next_at;
    record.wait_ms = change.wait_ms;
    if (change.attempt) record.history.push_back(*change.attempt);
    if (!change.recipients.empty()) at->second.delivery.to = change.recipients;
    if (change.state == OutboxState::delivered || change.state == OutboxState::grouped) at->second.delivery = {};
  }

  void set_health(const std::string& notifier_id, const NotifierHealth& health) {
    if (health.failures == 0) {
      healths.erase(notifier_id);
    } else {
      healths[notifier_id] = health;
    }
  }

  std::map<std::uint64_t, Row> rows;
  std::unordered_map<std::string, std::uint64_t> sequences;
  std::map<std::string, NotifierHealth> healths;
  std::map<std::string, StoredGroup> groups;
  std::optional<OutboxClock> clock;
  std::uint64_t last = 0;
};

NOTIFIER_INLINE MemoryOutboxStorage::MemoryOutboxStorage() : kept_(std::make_unique<Kept>()) {}
NOTIFIER_INLINE MemoryOutboxStorage::~MemoryOutboxStorage() = default;

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::insert(std::vector<OutboxRecord>& records,
                                                         const Delivery* deliveries) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    OutboxRecord& record = records[i];
    const bool is_new =
        kept_->sequences.try_emplace(Kept::name(record.notifier_id, record.key), kept_->last + 1).second;
    record.sequence = is_new ? ++kept_->last : 0;
    if (is_new) kept_->rows.emplace_hint(kept_->rows.end(), kept_->last, Kept::Row{record, deliveries[i]});
  }
  return {};
}

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::write(const std::vector<OutboxWrite>& writes) {
  for (const OutboxWrite& write : writes) {
    switch (write.kind) {
      case OutboxWrite::Kind::change: kept_->update(write.change); break;
      case OutboxWrite::Kind::health: kept_->set_health(write.notifier_id, write.health); break;
      case OutboxWrite::Kind::clock: kept_->clock = write.clock; break;
    }
  }
  return {};
}

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::regroup(const std::vector<OutboxWrite>& writes,
                                                          const std::vector<StoredGroup>& groups,
                                                          std::vector<OutboxRecord>& digests,
                                                          const Delivery* deliveries) {
  for (const StoredGroup& group : groups) {
    kept_->groups.erase(group.key);
    if (group.state.is_open) kept_->groups.emplace(group.key, group);
  }
  auto done = write(writes);
  return done ? insert(digests, deliveries) : done;
}

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::each_group(const Function<void(StoredGroup&&)>& call) {
  for (const auto& [key, group] : kept_->groups) call(StoredGroup(group));
  return {};
}

NOTIFIER_INLINE Result<std::size_t> MemoryOutboxStorage::forget(const OutboxForget& what) {
  std::size_t count = 0;
  for (auto at = kept_->rows.begin(); at != kept_->rows.end();) {
    OutboxRecord& record = at->second.record;
    const bool is_delivered = record.state == OutboxState::delivered || record.state == OutboxState::grouped;
    const bool has_ended = is_delivered || record.state == OutboxState::dead;
    if (has_ended && what.latest < record.next_at) record.next_at = what.latest;
    if (!has_ended || !(record.next_at < (is_delivered ? what.delivered_before : what.dead_before))) {
      ++at;
      continue;
    }
    kept_->sequences.erase(Kept::name(record.notifier_id, record.key));
    at = kept_->rows.erase(at);
    ++count;
  }
  return count;
}

NOTIFIER_INLINE Result<Delivery> MemoryOutboxStorage::load(std::uint64_t sequence) {
  const auto at = kept_->rows.find(sequence);
  if (at != kept_->rows.end()) return at->second.delivery;
  Error error;
  error.code = errc::not_found;
  error.message = "no such delivery is stored";
  return error;
}

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::each_waiting(const Function<void(const OutboxRecord&)>& call) {
  for (const auto& [sequence, row] : kept_->rows) {
    const OutboxState state = row.record.state;
    if (state == OutboxState::pending || state == OutboxState::held || state == OutboxState::grouping) call(row.record);
  }
  return {};
}

NOTIFIER_INLINE Result<void> MemoryOutboxStorage::each_health(
    const Function<void(std::string_view, const NotifierHealth&)>& call) {
  for (const auto& [notifier_id, health] : kept_->healths) call(notifier_id, health);
  return {};
}

NOTIFIER_INLINE Result<std::optional<OutboxClock>> MemoryOutboxStorage::clock() { return kept_->clock; }

NOTIFIER_INLINE Result<std::optional<OutboxRecord>> MemoryOutboxStorage::find(std::string_view notifier_id,
                                                                              std::string_view key) {
  const auto at = kept_->sequences.find(Kept::name(notifier_id, key));
  if (at == kept_->sequences.end()) return std::optional<OutboxRecord>();
  return std::optional<OutboxRecord>(kept_->rows.find(at->second)->second.record);
}

NOTIFIER_INLINE Result<std::size_t> MemoryOutboxStorage::list(const OutboxQuery& query,
                                                              std::vector<OutboxRecord>& out) {
  std::size_t count = 0;
  std::size_t listed = 0;
  for (auto at = kept_->rows.rbegin(); at != kept_->rows.rend(); ++at) {
    const OutboxRecord& record = at->second.record;
    if (!query.notifier_id.empty() && record.notifier_id != query.notifier_id) continue;
    if (query.state && record.state != *query.state) continue;
    ++count;
    if (query.up_to != 0 && record.sequence > query.up_to) continue;
    if (listed >= query.offset && listed - query.offset < query.limit) out.push_back(record);
    ++listed;
  }
  return count;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
