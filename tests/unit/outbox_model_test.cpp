// The outbox against a simple model, over random histories with crashes and storage faults at random points.

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/outbox.hpp"
#include "random_numbers.hpp"

using notifier::Delivery;
using notifier::MemoryOutboxStorage;
using notifier::Moment;
using notifier::Outbox;
using notifier::OutboxClaim;
using notifier::OutboxOptions;
using notifier::OutboxState;
using notifier::Platform;
using notifier::Verdict;
using random_numbers::Random;
using Action = notifier::Verdict::Action;

namespace {

/// A disk that fails now and then: what it was told to write is there then, or not.
class Disk : public MemoryOutboxStorage {
 public:
  explicit Disk(Random& random) : random_(&random) {}

  unsigned fault_rate = 0;  // one call in so many; 0: never

  notifier::Result<void> insert(std::vector<notifier::OutboxRecord>& records, const Delivery* deliveries) override {
    if (fails()) return fault();
    return MemoryOutboxStorage::insert(records, deliveries);
  }
  notifier::Result<void> write(const std::vector<notifier::OutboxWrite>& writes) override {
    if (fails()) return fault();
    return MemoryOutboxStorage::write(writes);
  }
  notifier::Result<Delivery> load(std::uint64_t sequence) override {
    if (fails()) return fault();
    return MemoryOutboxStorage::load(sequence);
  }

 private:
  bool fails() { return fault_rate != 0 && random_->one_in(fault_rate); }
  static notifier::Error fault() {
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "fault on demand";
    return error;
  }

  Random* random_;
};

struct Expected {
  std::string key;
  std::string notifier_id;
  unsigned target = 0;
  bool ended = false;
  bool resent = false;
  bool claimed = false;
  bool arrived = false;
  bool unflushed = false;  // its last outcome does not last yet
  bool is_dead = false;
  bool may_be_resent = false;  // as far as the caller knows
  bool may_repeat = false;     // a crash fell between its arrival and the flush
  std::int64_t next_at = 0;
};

struct TargetModel {
  Platform platform;
  unsigned host;
  unsigned in_flight = 0;
  std::int64_t not_before = 0;
};

/// One random history.
class History {
 public:
  History(std::uint64_t seed, bool keep_order, bool with_faults)
      : random_(seed), disk_(random_), keep_order_(keep_order), with_faults_(with_faults) {
    options_.keep_order = keep_order;
    options_.host_concurrency = 3;
    options_.limits[Platform::email] = {2, 0};
    options_.limits[Platform::slack] = {1, 1000};
    options_.limits[Platform::webhook] = {2, 0};
    options_.limits[Platform::rocket_chat] = {1, 0};
    options_.retry.delays_ms = {1000, 5000};
    options_.random = [this] { return random_(); };
    for (unsigned i = 0; i < 6; ++i)
      targets_.push_back({i % 3 == 0   ? Platform::slack
                          : i % 3 == 1 ? Platform::webhook
                                       : Platform::rocket_chat,
                          i / 2});
    restart();
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      disk_.fault_rate = with_faults_ ? 20 : 0;
      switch (random_.below(12)) {
        case 0: put(); break;
        case 1:
        case 2: pass(random_.below(2000)); break;
        case 3: flush(); break;
        case 4:
          if (random_.one_in(4)) crash();
          break;
        case 5: resend(); break;
        case 6: release(); break;
        case 7:
        case 8:
        case 9: claim(); break;
        default: record(); break;
      }
    }
    drain();
  }

 private:
  void pass(std::int64_t ms) {
    now_.steady_ms += ms;
    now_.wall.ms += ms;
  }

  void put() {
    std::vector<Delivery> deliveries;
    std::vector<Expected> added;
    std::set<std::string> keys;
    for (unsigned count = random_.below(5); count > 0; --count) {
      const unsigned notifier = random_.below(8);
      Expected expected;
      expected.key = "k" + std::to_string(random_.one_in(5) ? random_.below(next_key_ + 1) : next_key_++);
      expected.notifier_id = "n" + std::to_string(notifier);
      expected.target = notifier % static_cast<unsigned>(targets_.size());
      expected.next_at = now_.steady_ms;
      const TargetModel& target = targets_[expected.target];
      Delivery delivery;
      delivery.idempotency_key = expected.key;
      delivery.notifier_id = expected.notifier_id;
      delivery.platform = target.platform;
      delivery.url = "https://host" + std::to_string(target.host) + ".example/" + std::to_string(expected.target);
      deliveries.push_back(delivery);
      const std::string name = expected.notifier_id + expected.key;
      if (known_.count(name) == 0 && keys.insert(name).second) added.push_back(expected);
    }
    const auto count = outbox_->enqueue(deliveries, now_);
    if (!count) {
      // Lost to the caller's knowledge, never stored in part.
      for (const Expected& each : added) CHECK_FALSE(disk_.find(each.notifier_id, each.key)->has_value());
      return;
    }
    CHECK(count->added == added.size());
    CHECK(count->known.size() == deliveries.size() - added.size());
    for (const Expected& each : added) {
      const std::uint64_t sequence = (*disk_.find(each.notifier_id, each.key))->sequence;
      CHECK((model_.empty() || model_.rbegin()->first < sequence));
      model_[sequence] = each;
      known_[each.notifier_id + each.key] = sequence;
    }
  }

  bool is_claimable(std::uint64_t sequence, const Expected& each) const {
    const TargetModel& target = targets_[each.target];
    const auto limit = options_.limits[target.platform];
    if (each.ended || each.claimed || each.next_at > now_.steady_ms) return false;
    if (target.not_before > now_.steady_ms || target.in_flight >= limit.concurrency) return false;
    unsigned at_host = 0;
    for (const TargetModel& other : targets_) at_host += other.host == target.host ? other.in_flight : 0;
    if (at_host >= options_.host_concurrency) return false;
    return !keep_order_ || each.resent || !is_behind(sequence, each);
  }

  bool is_behind(std::uint64_t sequence, const Expected& each) const {
    for (const auto& [other_sequence, other] : model_) {
      if (other_sequence >= sequence) return false;
      if (other.notifier_id == each.notifier_id && !other.ended && !other.resent) return true;
    }
    return false;
  }

  /// One that is sent again by hand takes its old place, or the next that there is.
  bool has_resent(const std::string& notifier_id) const {
    for (const auto& [sequence, each] : model_) {
      if (each.notifier_id == notifier_id && each.resent && !each.ended) return true;
    }
    return false;
  }

  void claim() {
    std::vector<OutboxClaim> claims;
    const std::size_t most = random_.below(6);
    outbox_->claim(now_, most, claims);
    CHECK(claims.size() <= most);
    for (const OutboxClaim& claim : claims) {
      const auto at = model_.find(claim.sequence);
      REQUIRE(at != model_.end());
      Expected& each = at->second;
      CHECK(each.key == claim.delivery.idempotency_key);
      if (each.ended && each.may_be_resent) send_again(each);
      CHECK(is_claimable(claim.sequence, each));
      TargetModel& target = targets_[each.target];
      each.claimed = true;
      ++target.in_flight;
      target.not_before = now_.steady_ms + options_.limits[target.platform].min_interval_ms;
    }
    if (with_faults_ || claims.size() == most) return;  // what could not be read waits
    for (const auto& entry : model_) {
      const auto& each = entry.second;
      const bool is_missed = is_claimable(entry.first, each) && !(keep_order_ && has_resent(each.notifier_id));
      CAPTURE(each.key);
      CHECK_FALSE(is_missed);
    }
  }

  std::optional<std::uint64_t> any(bool (*wanted)(const Expected&)) {
    std::vector<std::uint64_t> found;
    for (const auto& [sequence, each] : model_) {
      if (wanted(each)) found.push_back(sequence);
    }
    if (found.empty()) return std::nullopt;
    return found[random_.below(static_cast<unsigned>(found.size()))];
  }

  Verdict attempt(Expected& each) {
    switch (random_.below(draining_ ? 1 : 8)) {
      case 5: return {Action::fail, 400, "x", std::nullopt};
      case 6: return {Action::retry, 500, "x", std::nullopt};
      case 7: return {Action::throttle, 429, "x", 100 * random_.below(30)};
      default: break;
    }
    CHECK((!each.arrived || each.may_repeat));
    each.arrived = true;
    return {Action::delivered, 200, "x", std::nullopt};
  }

  void record() {
    const auto sequence = any([](const Expected& each) { return each.claimed; });
    if (!sequence) return;
    Expected& each = model_[*sequence];
    TargetModel& target = targets_[each.target];
    const Verdict verdict = attempt(each);
    const auto step = outbox_->record(*sequence, verdict, now_);
    REQUIRE(step);
    each.unflushed = true;
    each.claimed = false;
    --target.in_flight;
    each.ended = step->state != OutboxState::pending;
    each.is_dead = step->state == OutboxState::dead;
    each.next_at = now_.steady_ms + step->next_at.ms - now_.wall.ms;
    CHECK(each.ended == (verdict.action == Action::delivered || verdict.action == Action::fail || step->attempts > 2));
    CHECK((step->state == OutboxState::delivered) == (verdict.action == Action::delivered));
    if (verdict.action == Action::throttle)
      target.not_before = (std::max)(target.not_before, now_.steady_ms + *verdict.retry_after_ms);
  }

  void release() {
    const auto sequence = any([](const Expected& each) { return each.claimed; });
    if (!sequence) return;
    Expected& each = model_[*sequence];
    outbox_->release(*sequence, now_);
    each.claimed = false;
    each.next_at = now_.steady_ms;
    --targets_[each.target].in_flight;
  }

  void resend() {
    const auto sequence = any([](const Expected& each) { return each.ended; });
    if (!sequence) return;
    Expected& each = model_[*sequence];
    const bool is_dead = (*disk_.find(each.notifier_id, each.key))->state == OutboxState::dead || each.is_dead;
    const auto resent = outbox_->resend(each.notifier_id, each.key, now_);
    if (!resent && resent.error().code == notifier::errc::storage) {
      // It is not known to be stored, and may be sent again all the same once it is.
      each.may_be_resent = is_dead;
      return;
    }
    CHECK((resent.has_value() == is_dead || each.may_be_resent));
    flushed();
    if (resent) send_again(each);
  }

  void send_again(Expected& each) {
    each.ended = false;
    each.resent = true;
    each.is_dead = false;
    each.may_be_resent = false;
    each.next_at = now_.steady_ms;
  }

  void flush() {
    if (outbox_->flush()) flushed();
  }

  void flushed() {
    for (auto& [sequence, each] : model_) each.unflushed = false;
    CHECK_FALSE(outbox_->is_stuck());
  }

  void crash() {
    outbox_.reset();
    restart();
  }

  void restart() {
    disk_.fault_rate = 0;
    outbox_ = std::make_unique<Outbox>(disk_, options_);
    const auto pending = outbox_->recover(now_);
    REQUIRE(pending);
    std::size_t expected = 0;
    for (TargetModel& target : targets_) {
      target.in_flight = 0;
      target.not_before = 0;
    }
    for (auto& [sequence, each] : model_) {
      const auto record = disk_.find(each.notifier_id, each.key);
      REQUIRE(record->has_value());
      // An outcome that was flushed lasts.
      const bool has_ended = (*record)->state != OutboxState::pending;
      CHECK((each.unflushed || each.may_be_resent || has_ended == each.ended));
      if (each.arrived && !has_ended) each.may_repeat = true;
      each.ended = has_ended;
      each.claimed = false;
      each.unflushed = false;
      each.is_dead = (*record)->state == OutboxState::dead;
      each.may_be_resent = false;
      each.next_at = now_.steady_ms + (*record)->next_at.ms - now_.wall.ms;
      expected += has_ended ? 0 : 1;
    }
    CHECK(*pending == expected);
  }

  /// Everything works from now on: all there is arrives.
  void drain() {
    draining_ = true;
    disk_.fault_rate = 0;
    for (int rounds = 0; outbox_->pending() > 0; ++rounds) {
      REQUIRE(rounds < 100'000);
      claim();
      record();
      flush();
      if (const auto wait = outbox_->wait_ms(now_); wait && outbox_->in_flight() == 0) pass(*wait);
    }
    CHECK(outbox_->in_flight() == 0);
    CHECK_FALSE(outbox_->wait_ms(now_));
    flush();
    for (const auto& [sequence, each] : model_) {
      const auto record = disk_.find(each.notifier_id, each.key);
      REQUIRE(record->has_value());
      CHECK((*record)->state != OutboxState::pending);
      CHECK(each.ended);
      if ((*record)->state == OutboxState::delivered) CHECK(each.arrived);
    }
  }

  Random random_;
  Disk disk_;
  bool keep_order_;
  bool with_faults_;
  bool draining_ = false;
  OutboxOptions options_;
  std::unique_ptr<Outbox> outbox_;
  std::vector<TargetModel> targets_;
  std::map<std::uint64_t, Expected> model_;
  std::map<std::string, std::uint64_t> known_;
  unsigned next_key_ = 0;
  Moment now_{{1'000'000'000'000}, 1'000'000};
};

}  // namespace

TEST_CASE("the outbox does what its model does, over crashes") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    History(seed, false, false).run(600);
  }
}

TEST_CASE("the outbox does what its model does where order is kept") {
  for (std::uint64_t seed = 1000; seed < 1150; ++seed) {
    CAPTURE(seed);
    History(seed, true, false).run(600);
  }
}

TEST_CASE("the outbox loses nothing and repeats nothing over crashes and storage faults") {
  for (std::uint64_t seed = 2000; seed < 2150; ++seed) {
    CAPTURE(seed);
    History(seed, seed % 2 == 0, true).run(600);
  }
}
