#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "notifier/json/view.hpp"
#include "notifier/registry/record.hpp"
#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What the filters of a registry say of an event. Each is asked once, however many notifiers have it; allocates
/// nothing once there is a place for each.
class FilterVerdicts {
 public:
  /// Another event; or the same in another state of the registry.
  void begin(const State& state, json::View event) {
    state_ = &state;
    event_ = event;
    if (verdicts_.size() < state.filters().end()) verdicts_.resize(state.filters().end(), 0);
    now_ += 2;
  }

  /// Whether a notifier's filter lets the event through; true of one that has none.
  bool pass(Record record) {
    const std::uint16_t number = record.filter();
    if (number == Record::no_filter) return true;
    std::uint64_t& verdict = verdicts_[number];
    if (verdict / 2 != now_ / 2) verdict = now_ + (state_->filters()[number].filter->matches(event_) ? 1u : 0u);
    return verdict % 2 == 1;
  }

 private:
  const State* state_ = nullptr;
  json::View event_;
  std::uint64_t now_ = 0;                // even
  std::vector<std::uint64_t> verdicts_;  // by number: when it was asked, and 1 more where it passes
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
