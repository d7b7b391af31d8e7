// How filters are asked: those of an app with many together, others one by one.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "notifier/registry/app_filters.hpp"
#include "notifier/routing/engine.hpp"
#include "notifier/text/prefetch.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

template <class Visit>
void RouterEngine::for_each_wanted(const State& state, const Event& event, const Audience& audience, Visit&& visit) {
  if (NOTIFIER_FILTERS_TOGETHER == 0) return for_each_match(state, event, audience, visit);
  if (!event.app_id.empty() && audience.notifier_ids.empty()) {
    if (const AppBlock* const app = state.find_app_by_id(event.app_id)) for_each_wanted(state, *app, event, visit);
    return;
  }
  const EventBit bit = state.vocabulary->bit_of_kind(event.type);
  find_audience(state, event, audience, apps_);
  for (const AppBlock* const app : apps_) {
    const std::uint32_t* wanted = verdicts_.rows_of(state, *app, event.root);
    app->for_each_rows([&](const Rows& rows) {
      const std::uint32_t these = wanted == nullptr ? ~std::uint32_t{0} : *wanted++;
      for (std::size_t row = 0; row < rows.count(); ++row) {
        const bool is_wanted = rows.accepts(row, bit) && (these >> row & 1) != 0;
        if (is_wanted || is_named(audience, rows.record(row))) visit(rows.record(row), *app);
      }
    });
  }
}

template <class Visit>
NOTIFIER_NOINLINE void RouterEngine::for_each_wanted(const State& state, const AppBlock& app, const Event& event,
                                                     Visit&& visit) {
  const EventBit bit = state.vocabulary->bit_of_kind(event.type);
  const std::uint32_t* wanted = verdicts_.rows_of(state, app, event.root);
  const AppFilters* const together = wanted == nullptr ? nullptr : app.filters(state.filters(), state.hash);
  if (together == nullptr) return for_each_match(app, bit, visit);
  const AppFilters& filters = *together;
  const std::size_t words = filters.unfiltered.size();
  const std::uint32_t* const accepting = &filters.accepting[bit * words];
  // Few of many: what is read of one is on its way while others are found.
  wanted_.clear();
  for (std::size_t word = 0; word < words; ++word) {
    for (std::uint32_t these = wanted[word] & accepting[word]; these != 0; these &= these - 1) {
      wanted_.emplace_back(filters.records[32 * word + lowest_set_bit(these)]);
      detail::prefetch(wanted_.back().data());
    }
  }
  for (const Record record : wanted_) visit(record, app);
}

NOTIFIER_NOINLINE inline void RouterEngine::find_wanted(const State& state, const Audience& audience) {
  if (NOTIFIER_FILTERS_TOGETHER == 0) {
    find_matches(state, event_, audience);
    return filter_matches(state, &event_, audience);
  }
  matches_.clear();
  rendering_.begin(event_, state, ++rendered_);
  for_each_wanted(state, event_, audience, [this](Record record, const AppBlock& app) {
    record.prefetch();
    matches_.emplace_back(0u, record, app);
  });
  filter_matches(state, &event_, audience);
}

NOTIFIER_NOINLINE inline void RouterEngine::find_wanted(const State& state, const Event* events,
                                                        const AppLookup* lookups, std::size_t event_count) {
  if (NOTIFIER_FILTERS_TOGETHER == 0) {
    find_matches(state, events, lookups, event_count);
    return filter_matches(state, events, Audience());
  }
  collect(
      state, events, lookups, event_count,
      [&](const Event& event, const auto& take) { for_each_wanted(state, event, Audience(), take); },
      [&](const Event& event, const AppBlock& app, const auto& take) { for_each_wanted(state, app, event, take); });
  filter_matches(state, events, Audience());
}

/// Apart from finding them, since by then what is to be read of them is on its way.
inline void RouterEngine::filter_matches(const State& state, const Event* events, const Audience& audience) {
  std::size_t begun = static_cast<std::size_t>(-1);
  const auto is_out = [&](const Match& match) {
    if (match.event != begun) {
      begun = match.event;
      verdicts_.begin(state, events[begun].root);
    }
    if (match.app->filters(state.filters(), state.hash) != nullptr) return false;  // they were asked together
    return !verdicts_.pass(match.record) && !is_named(audience, match.record);
  };
  matches_.erase(std::remove_if(matches_.begin(), matches_.end(), is_out), matches_.end());
}

/// Where a notifier has a filter: apart, so that those who have none do not pay for it.
NOTIFIER_NOINLINE inline std::size_t RouterEngine::match_filtered(const State& state, const Event& event, Ids take,
                                                                  const Audience& audience) {
  MatchedIds ids;
  std::size_t size = 0;
  std::size_t before = 0;
  verdicts_.begin(state, event.root);
  for_each_wanted(state, event, audience, [&](Record record, const AppBlock& app) {
    const bool is_decided = app.filters(state.filters(), state.hash) != nullptr;
    if (!is_decided && !verdicts_.pass(record) && !is_named(audience, record)) return;
    if (size == MatchedIds::most) {
      take(ids.id, size);
      before += std::exchange(size, 0);
    }
    ids.id[size++] = record.id();
  });
  if (size != 0) take(ids.id, size);
  return before + size;
}

NOTIFIER_NOINLINE inline std::size_t RouterEngine::match_filtered(const State& state, const Event* events,
                                                                  std::size_t event_count, IdsOfMany take) {
  return match_batches(state, events, event_count, take,
                       [&](const Event* these, const AppLookup* lookups, std::size_t size) {
                         find_wanted(state, these, lookups, size);
                       });
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
