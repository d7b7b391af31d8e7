// The outbox's machine against a simple model, driven by a host whose store answers when it likes: over random
// histories with deliveries that come in by others, batches that are written late or not at all, crashes with a batch
// on its way, and a time of day that is set to and fro.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "notifier/outbox/machine.hpp"
#include "outbox_machine_model.hpp"

using notifier::MailRecipients;
using notifier::OutboxMachine;
using notifier::OutboxRecord;
using notifier::OutboxState;
using notifier::OutboxTurn;
using notifier::Platform;
using notifier::Verdict;
using outbox_machine_model::Expected;
using outbox_machine_model::Model;
using outbox_machine_model::Phase;
using outbox_machine_model::Row;
using outbox_machine_model::TargetModel;
using outbox_machine_model::Ways;
using Action = notifier::Verdict::Action;

namespace {

class History : Model {
 public:
  History(std::uint64_t seed, Ways ways) : Model(seed, ways) { start(); }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      switch (random_.below(20)) {
        case 0:
        case 1: insert(); break;
        case 2:
        case 3: admit(); break;
        case 4:
        case 5: pass(random_.below(3000)); break;
        case 6: step_wall(); break;
        case 7:
          if (random_.one_in(8)) crash();
          break;
        case 8: resend(); break;
        case 9: switch_notifier(); break;
        case 10: give_back(); break;
        case 11:
        case 12: store(); break;
        case 13:
        case 14:
        case 15: claim(); break;
        default: record(); break;
      }
      if (!ways_.is_slow) settle();
      check_counts();
    }
    drain();
  }

 private:
  void admit() {
    for (const OutboxRecord& record : arrivals_) {
      machine_->admit(record, now_);
      if (random_.one_in(3)) machine_->admit(record, now_);
      Expected& each = model_[record.sequence];
      each.phase = Phase::waiting;
      each.due = now_.steady_ms;
    }
    arrivals_.clear();
  }

  void claim() {
    std::vector<OutboxTurn> turns;
    const std::size_t most = random_.below(6);
    const std::size_t count = machine_->claim(now_, most, turns);
    CHECK(count == turns.size());
    CHECK(turns.size() <= most);
    if (has_failed_) {
      CHECK(turns.empty());
      return;
    }
    for (auto& [sequence, each] : model_) {
      if (each.phase == Phase::held && each.due <= now_.steady_ms) each.phase = Phase::dead;
      // A narrowed mail keeps its place until that is stored and it could be claimed.
      if (each.not_before_batch != 0 && each.not_before_batch <= written_) leave_narrowed(each);
    }
    for (const OutboxTurn& turn : turns) {
      Expected& each = model_[turn.sequence];
      CAPTURE(turn.sequence);
      CHECK(is_claimable(each));
      CHECK(turn.attempt == each.attempts + 1);
      const Row& row = store_.rows[turn.sequence];
      CHECK(row.record.state != OutboxState::delivered);
      CHECK(row.record.state != OutboxState::dead);
      if (!each.may_repeat) CHECK(row.to == each.to);
      if (ways_.keep_order) CHECK_FALSE(is_busy(each.notifier_id));
      each.phase = Phase::claimed;
      enter(each);
    }
    if (turns.size() == most || ways_.keep_order) return;
    for (const auto& entry : model_) {
      CAPTURE(entry.first);
      CHECK_FALSE(is_claimable(entry.second));
    }
  }

  void record() {
    const auto sequence = any_claimed();
    if (!sequence) return;
    Expected& each = model_[*sequence];
    const bool is_mail = targets_[each.target].platform == Platform::email;
    Verdict verdict{Action::delivered, 200, "x", std::nullopt};
    MailRecipients recipients;
    switch (random_.below(is_draining_ ? 1 : 12)) {
      case 6: verdict.action = Action::fail; break;
      case 7: verdict = {Action::throttle, 429, "x", 100 * random_.below(30)}; break;
      case 8: verdict.action = Action::postpone; break;
      case 9:
        if (random_.one_in(5)) verdict.action = Action::disable;
        break;
      case 10:
      case 11: verdict.action = Action::retry; break;
      default: break;
    }
    if (verdict.action == Action::retry && is_mail && each.to > 1) {
      recipients = {std::vector<std::string>(each.to - 1, "someone"), {}, true};
      each.to -= 1;
    }
    if (verdict.action == Action::delivered) {
      CHECK((each.to > 0 || each.may_repeat));
      each.to = 0;
    }
    const bool was_to_end = each.to_end;
    const bool was_to_hold = each.to_hold;
    const auto step = machine_->record(*sequence, verdict, now_, recipients);
    REQUIRE(step);
    CHECK(step->notifier_id == each.notifier_id);
    CHECK_FALSE(machine_->record(*sequence, verdict, now_, recipients));
    each.attempts = step->attempts;
    const bool is_again =
        verdict.action == Action::postpone ||
        ((verdict.action == Action::retry || verdict.action == Action::throttle) && step->attempts <= 3);
    const OutboxState state = verdict.action == Action::delivered           ? OutboxState::delivered
                              : !is_again || was_to_end                     ? OutboxState::dead
                              : was_to_hold && recipients.remaining.empty() ? OutboxState::held
                                                                            : OutboxState::pending;
    CHECK(step->state == state);
    if (verdict.action == Action::throttle) {
      TargetModel& target = targets_[each.target];
      target.not_before = (std::max)(target.not_before, now_.steady_ms + *verdict.retry_after_ms);
    }
    switch (state) {
      case OutboxState::pending:
        each.phase = Phase::waiting;
        each.due = now_.steady_ms + (step->next_at.ms - now_.wall.ms);
        if (!recipients.remaining.empty()) {
          each.not_before_batch = taken_ + 1;
          return;
        }
        break;
      case OutboxState::held: hold(each); break;
      case OutboxState::delivered: each.phase = Phase::delivered; break;
      case OutboxState::dead: each.phase = Phase::dead; break;
      case OutboxState::grouping:
      case OutboxState::grouped: FAIL("nothing is told together here"); break;
    }
    leave(each);
    CHECK(step->disable_notifier == (verdict.action == Action::disable && !was_to_end));
    if (step->disable_notifier) end(each.notifier_id);
  }

  void give_back() {
    const auto sequence = any_claimed();
    if (!sequence) return;
    Expected& each = model_[*sequence];
    const unsigned way = random_.below(3);
    const std::int64_t delay = random_.below(3000);
    if (way == 0) machine_->release(*sequence, now_, delay);
    if (way == 1) REQUIRE(machine_->hold_claim(*sequence, now_));
    if (way == 2) REQUIRE(machine_->lost(*sequence, now_));
    if (way == 2 || each.to_end) {
      each.phase = Phase::dead;
    } else if (way == 1 || each.to_hold) {
      hold(each);
    } else {
      each.phase = Phase::waiting;
      each.due = now_.steady_ms + delay;
    }
    leave(each);
  }

  void switch_notifier() {
    const std::string id = any_notifier();
    std::size_t count = 0;
    switch (random_.below(4)) {
      case 0:
      case 1:
        for (auto& [sequence, each] : model_) {
          if (each.notifier_id != id) continue;
          const bool is_under_way = each.phase == Phase::claimed || each.not_before_batch != 0;
          if (is_under_way && !is_resent(sequence)) {
            each.to_hold = !each.to_end;
          } else if (each.phase == Phase::waiting) {
            hold(each);
            ++count;
          }
        }
        CHECK(machine_->hold(id, now_) == count);
        break;
      case 2:
        for (auto& [sequence, each] : model_) {
          if (each.notifier_id != id) continue;
          each.to_hold = false;
          if (each.phase != Phase::held) continue;
          each.phase = Phase::waiting;
          each.due = now_.steady_ms;
          ++count;
        }
        CHECK(machine_->resume(id, now_) == count);
        break;
      default:
        if (!random_.one_in(4)) return;
        machine_->end(id, "removed", now_);
        end(id);
    }
  }

  void resend() {
    const auto sequence = any([](const Expected& each) { return each.phase >= Phase::delivered; });
    if (!sequence) return;
    Expected& each = model_[*sequence];
    const Row& row = store_.rows[*sequence];
    const auto resent = machine_->resend(row.record, now_);
    const bool is_dead = row.record.state == OutboxState::dead;
    CHECK(resent.has_value() == is_dead);
    if (!resent) {
      CHECK(resent.error().code == notifier::errc::conflict);
      return;
    }
    CHECK(each.phase == Phase::dead);
    CHECK_FALSE(machine_->resend(row.record, now_));
    each.phase = Phase::waiting;
    each.due = now_.steady_ms;
    each.attempts = 0;
    each.not_before_batch = taken_ + 1;
    resent_.insert(*sequence);
  }

  void crash() {
    // What is on its way may have been written.
    if (out_ != nullptr && random_.one_in(2)) store_.write(out_->writes);
    out_ = nullptr;
    pass(random_.below(5000));
    start();
  }

  void start() {
    machine_ = std::make_unique<OutboxMachine>(options_);
    machine_->remember(store_.clock, now_);
    started_at_ = now_.steady_ms;
    taken_ = written_ = 0;
    has_failed_ = false;
    arrivals_.clear();
    resent_.clear();
    for (TargetModel& target : targets_) {
      target.in_flight = 0;
      target.not_before = 0;
    }
    for (const auto& [id, health] : store_.health) machine_->remember(id, health);
    for (const auto& [sequence, row] : store_.rows) {
      const OutboxRecord& record = row.record;
      machine_->admit(record, now_);
      Expected& each = model_[sequence];
      const bool is_pending = record.state == OutboxState::pending;
      const bool is_held = record.state == OutboxState::held;
      if (record.state == OutboxState::delivered) {
        CHECK(each.to == 0);
      } else {
        each.may_repeat = each.may_repeat || each.to != row.to;
        each.to = row.to;
      }
      each.to_hold = each.to_end = false;
      each.not_before_batch = 0;
      if (each.phase != Phase::held) each.held_since = now_.steady_ms;
      each.phase = is_pending                               ? Phase::waiting
                   : is_held                                ? Phase::held
                   : record.state == OutboxState::delivered ? Phase::delivered
                                                            : Phase::dead;
      each.attempts = record.attempts;
      const std::int64_t left = (std::clamp)(record.next_at.ms - now_.wall.ms, std::int64_t{0}, record.wait_ms);
      CHECK(record.wait_ms <= (is_held ? options_.hold_ms : notifier::longest_wait_ms(options_.retry)));
      each.due = now_.steady_ms + left;
    }
  }

  /// Everything works from now on: all there is arrives.
  void drain() {
    is_draining_ = true;
    admit();
    for (unsigned i = 0; i < 8; ++i) {
      const std::string id = "n" + std::to_string(i);
      machine_->resume(id, now_);
      for (auto& [sequence, each] : model_) {
        if (each.notifier_id != id) continue;
        each.to_hold = false;
        if (each.phase != Phase::held) continue;
        each.phase = Phase::waiting;
        each.due = now_.steady_ms;
      }
    }
    for (int rounds = 0; machine_->pending() > 0; ++rounds) {
      REQUIRE(rounds < 100'000);
      settle();
      claim();
      record();
      settle();
      const auto wait = machine_->wait_ms(now_);
      if (wait && machine_->in_flight() == 0) pass(*wait);
      // A step of the clock now holds nothing back.
      step_wall();
    }
    settle();
    CHECK(machine_->in_flight() == 0);
    CHECK(machine_->is_stored());
    for (const auto& entry : store_.rows) {
      CAPTURE(entry.first);
      const Expected& each = model_[entry.first];
      const Row& row = entry.second;
      CHECK((each.phase == Phase::delivered || each.phase == Phase::dead));
      CHECK(row.record.state == (each.phase == Phase::delivered ? OutboxState::delivered : OutboxState::dead));
      if (each.phase == Phase::delivered) CHECK(each.to == 0);
    }
  }
};

void run_all(std::uint64_t first, Ways ways) {
  for (std::uint64_t seed = first; seed < first + 150; ++seed) {
    CAPTURE(seed);
    History(seed, ways).run(700);
  }
}

}  // namespace

TEST_CASE("the machine does what its model does with a store that answers at once") {
  run_all(0, {false, false, false});
}

TEST_CASE("the machine does what its model does with a store that answers later, or fails") {
  run_all(1000, {false, true, false});
}

TEST_CASE("the machine does what its model does whatever the time of day does") {
  run_all(2000, {false, false, true});
  run_all(3000, {false, true, true});
}

TEST_CASE("the machine keeps a notifier's deliveries apart where order is kept, with any store") {
  run_all(4000, {true, false, true});
  run_all(5000, {true, true, false});
}
