// A simple model of what the outbox's machine does, and of a store beneath it, for tests.

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "notifier/outbox/machine.hpp"
#include "random_numbers.hpp"

namespace outbox_machine_model {

using notifier::Moment;
using notifier::OutboxBatch;
using notifier::OutboxChange;
using notifier::OutboxMachine;
using notifier::OutboxOptions;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::OutboxWrite;
using notifier::Platform;
using random_numbers::Random;

/// What a store keeps of a delivery; `to` is how many recipients are left to a mail.
struct Row {
  OutboxRecord record;
  std::size_t to = 3;
};

struct Store {
  std::map<std::uint64_t, Row> rows;
  std::map<std::string, notifier::NotifierHealth> health;
  std::optional<notifier::OutboxClock> clock;
  std::uint64_t last = 0;

  void write(const std::vector<OutboxWrite>& writes) {
    for (const OutboxWrite& write : writes) {
      if (write.kind == OutboxWrite::Kind::health) health[write.notifier_id] = write.health;
      if (write.kind == OutboxWrite::Kind::clock) clock = write.clock;
      if (write.kind != OutboxWrite::Kind::change) continue;
      const OutboxChange& change = write.change;
      const auto at = rows.find(change.sequence);
      if (at == rows.end()) continue;
      OutboxRecord& record = at->second.record;
      CHECK(record.state != OutboxState::delivered);
      record.state = change.state;
      record.attempts = change.attempts;
      record.next_at = change.next_at;
      record.wait_ms = change.wait_ms;
      if (!change.recipients.empty()) at->second.to = change.recipients.size();
    }
  }
};

enum class Phase { stored, waiting, claimed, held, delivered, dead };

/// What the host knows of a delivery.
struct Expected {
  std::string notifier_id;
  unsigned target = 0;
  Phase phase = Phase::stored;
  unsigned attempts = 0;
  std::int64_t due = 0;  // waiting: by the steady clock; held: when it is given up
  std::int64_t held_since = 0;
  bool to_hold = false;                // claimed
  bool to_end = false;                 // claimed
  std::size_t to = 3;                  // recipients that have not got it
  bool may_repeat = false;             // a crash came before what had come of it was stored
  std::uint64_t not_before_batch = 0;  // nothing before this one is written
};

struct TargetModel {
  Platform platform;
  unsigned host;
  unsigned in_flight = 0;
  std::int64_t not_before = 0;
};

struct Ways {
  bool keep_order = false;
  bool is_slow = false;     // batches are written later, or fail
  bool with_steps = false;  // of the time of day
};

/// A machine over a store, and what must come of all that a host does with it: which deliveries may be claimed, and
/// what has become of the others.
class Model {
 protected:
  Model(std::uint64_t seed, Ways ways) : random_(seed), ways_(ways) {
    options_.keep_order = ways.keep_order;
    options_.host_concurrency = 3;
    options_.limits[Platform::email] = {2, 0};
    options_.limits[Platform::slack] = {1, 1000};
    options_.limits[Platform::webhook] = {2, 0};
    options_.limits[Platform::rocket_chat] = {1, 0};
    options_.retry.delays_ms = {1000, 5000, 20'000};
    options_.retry.disable_after_failures = 0;
    options_.hold_ms = 30'000;
    options_.random = [this] { return random_(); };
    for (unsigned i = 0; i < 6; ++i) {
      targets_.push_back({i % 3 == 0 ? Platform::slack : i % 3 == 1 ? Platform::webhook : Platform::email, i / 2});
    }
  }

  /// Whoever accepts an event stores its deliveries, and the sending side learns of them later.
  void insert() {
    for (unsigned count = random_.below(5); count > 0; --count) {
      const unsigned notifier = random_.below(8);
      const unsigned target = notifier % 6;
      Row row;
      row.record.sequence = ++store_.last;
      row.record.notifier_id = "n" + std::to_string(notifier);
      row.record.platform = targets_[target].platform;
      row.record.target = target;
      row.record.host = targets_[target].host;
      row.record.created_at = row.record.next_at = now_.wall;
      store_.rows[row.record.sequence] = row;
      Expected& each = model_[row.record.sequence];
      each.notifier_id = row.record.notifier_id;
      each.target = target;
      arrivals_.push_back(row.record);
    }
  }

  void pass(std::int64_t ms) {
    now_.steady_ms += ms;
    now_.wall.ms += ms;
  }

  void step_wall() {
    if (!ways_.with_steps) return;
    constexpr std::int64_t steps[] = {1000, 3'600'000, std::int64_t{3650} * 24 * 3'600'000};
    now_.wall.ms += steps[random_.below(3)] * (random_.one_in(2) ? 1 : -1);
  }

  std::string any_notifier() { return "n" + std::to_string(random_.below(8)); }

  bool is_claimable(const Expected& each) const {
    const TargetModel& target = targets_[each.target];
    if (each.phase != Phase::waiting || each.due > now_.steady_ms || each.not_before_batch > written_) return false;
    if (target.not_before > now_.steady_ms) return false;
    if (target.in_flight >= options_.limits[target.platform].concurrency) return false;
    unsigned at_host = 0;
    for (const TargetModel& other : targets_) at_host += other.host == target.host ? other.in_flight : 0;
    return at_host < options_.host_concurrency;
  }

  void enter(Expected& each) {
    TargetModel& target = targets_[each.target];
    ++target.in_flight;
    const auto pace = options_.limits[target.platform].min_interval_ms;
    target.not_before = (std::max)(target.not_before, now_.steady_ms + pace);
  }

  void leave(Expected& each) {
    --targets_[each.target].in_flight;
    each.to_hold = each.to_end = false;
  }

  void hold(Expected& each) {
    each.phase = Phase::held;
    each.due = now_.steady_ms + options_.hold_ms;
    each.held_since = now_.steady_ms;
  }

  void leave_narrowed(Expected& each) {
    each.not_before_batch = 0;
    if (each.to_end) {
      each.phase = Phase::dead;
    } else if (each.to_hold) {
      hold(each);
    }
    leave(each);
  }

  bool is_busy(const std::string& notifier_id) const {
    return std::any_of(model_.begin(), model_.end(), [&](const auto& entry) {
      return entry.second.notifier_id == notifier_id && entry.second.phase == Phase::claimed;
    });
  }

  template <class Wanted>
  std::optional<std::uint64_t> any(Wanted&& wanted) {
    std::vector<std::uint64_t> found;
    for (const auto& [sequence, each] : model_) {
      if (wanted(each)) found.push_back(sequence);
    }
    if (found.empty()) return std::nullopt;
    return found[random_.below(static_cast<unsigned>(found.size()))];
  }

  std::optional<std::uint64_t> any_claimed() {
    return any([](const Expected& each) { return each.phase == Phase::claimed; });
  }

  void end(const std::string& id) {
    for (auto& [sequence, each] : model_) {
      if (each.notifier_id != id) continue;
      const bool is_under_way = each.phase == Phase::claimed || (each.not_before_batch != 0 && !is_resent(sequence));
      if (is_under_way) {
        each.to_end = true;
        each.to_hold = false;
      } else if (each.phase == Phase::waiting || each.phase == Phase::held) {
        each.phase = Phase::dead;
        resent_.erase(sequence);
        each.not_before_batch = 0;
      }
    }
  }

  bool is_resent(std::uint64_t sequence) const { return resent_.count(sequence) != 0; }

  /// The store takes a batch, has written it, or could not.
  void store() {
    if (out_ == nullptr) {
      out_ = machine_->take_writes();
      if (out_ == nullptr) {
        CHECK(machine_->is_stored());
        return;
      }
      CHECK((out_->number == taken_ + 1 || (has_failed_ && out_->number == taken_)));
      taken_ = out_->number;
      CHECK(machine_->take_writes() == nullptr);
      return;
    }
    const std::uint64_t number = out_->number;
    machine_->written(number + 1);
    if (ways_.is_slow && !is_draining_ && random_.one_in(4)) {
      const auto writes = out_->writes.size();
      machine_->failed(number);
      has_failed_ = true;
      CHECK(machine_->is_stuck());
      out_ = machine_->take_writes();
      REQUIRE(out_ != nullptr);
      CHECK(out_->number == number);
      CHECK(out_->writes.size() == writes);
      return;
    }
    store_.write(out_->writes);
    out_ = nullptr;
    has_failed_ = false;
    written_ = number;
    machine_->written(number);
    CHECK_FALSE(machine_->is_stuck());
    for (auto at = resent_.begin(); at != resent_.end();) {
      Expected& each = model_[*at];
      if (each.not_before_batch > written_) {
        ++at;
        continue;
      }
      each.not_before_batch = 0;
      at = resent_.erase(at);
    }
  }

  void settle() {
    do store();
    while (out_ != nullptr || !machine_->is_stored());
  }

  void check_counts() {
    std::size_t pending = 0, held = 0, claimed = 0;
    for (const auto& [sequence, each] : model_) {
      pending += each.phase == Phase::waiting || each.phase == Phase::claimed ? 1 : 0;
      held += each.phase == Phase::held ? 1 : 0;
      claimed += each.phase == Phase::claimed ? 1 : 0;
      // A step of the clock over a restart may make it longer, once each time.
      if (each.phase == Phase::held && !ways_.with_steps)
        CHECK(each.due <= (std::max)(each.held_since + options_.hold_ms, started_at_));
    }
    CHECK(machine_->pending() == pending);
    CHECK(machine_->held() == held);
    CHECK(machine_->in_flight() == claimed);
  }

  Random random_;
  Ways ways_;
  OutboxOptions options_;
  std::vector<TargetModel> targets_;
  std::map<std::uint64_t, Expected> model_;
  std::set<std::uint64_t> resent_;  // not admitted yet
  std::uint64_t written_ = 0;       // the last batch that is
  Moment now_{{1'000'000'000'000}, 1'000'000};
  Store store_;
  std::unique_ptr<OutboxMachine> machine_;
  std::vector<OutboxRecord> arrivals_;
  const OutboxBatch* out_ = nullptr;
  std::uint64_t taken_ = 0;
  std::int64_t started_at_ = 0;
  bool has_failed_ = false;
  bool is_draining_ = false;
};

}  // namespace outbox_machine_model
