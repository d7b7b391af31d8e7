#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "notifier/filter/evaluate.hpp"
#include "notifier/filter/filter_pass.hpp"
#include "notifier/json/view.hpp"
#include "notifier/registry/app_block.hpp"
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

  /// The rows of an app whose filters let an event through, one word for each piece of rows; nullptr where the app has
  /// so few that they are asked one by one. Valid until the next call.
  NOTIFIER_NOINLINE const std::uint32_t* rows_of(const State& state, const AppBlock& app, json::View event) {
    const AppFilters* const filters = app.filters(state.filters(), state.hash);
    if (filters == nullptr) return nullptr;
    rows_.assign(filters->unfiltered.begin(), filters->unfiltered.end());
    const std::uint64_t* const met = pass_.find(filters->set, event);
    for (std::size_t word = 0; word * 64 < filters->set.size(); ++word) {
      for (std::uint64_t left = met[word]; left != 0; left &= left - 1) {
        const std::size_t filter = word * 64 + lowest_set_bit(left);
        for (std::uint32_t i = filters->first_row[filter]; i < filters->first_row[filter + 1]; ++i) {
          rows_[filters->rows[i] / 32] |= std::uint32_t{1} << filters->rows[i] % 32;
        }
      }
    }
    return rows_.data();
  }

  /// Whether a notifier's filter lets the event through; true of one that has none.
  bool pass(Record record) {
    const std::uint16_t number = record.filter();
    if (number == Record::no_filter) return true;
    std::uint64_t& verdict = verdicts_[number];
    if (verdict / 2 != now_ / 2) verdict = now_ + (state_->filters()[number].filter->matches(event_, room_) ? 1u : 0u);
    return verdict % 2 == 1;
  }

 private:
  const State* state_ = nullptr;
  json::View event_;
  std::uint64_t now_ = 0;  // even
  EvaluationRoom room_;
  FilterPass pass_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint64_t> verdicts_;  // by number: when it was asked, and 1 more where it passes
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
