// How events of a batch are taken through one step after the other.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "notifier/routing/engine.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline std::size_t RouterEngine::route_batch(const std::string_view* events, std::size_t event_count, std::size_t first,
                                             std::size_t size, BatchSink sink, BatchFailed failed) {
  if (batch_ == nullptr) batch_ = std::make_unique<Batch>();
  Batch& batch = *batch_;
  const State& state = refresh();
  for (std::size_t i = 0; i < size; ++i) {
    // Two ahead, and of the next batch too, which takes a tenth off the whole: no event waits for its text.
    if (first + i + 2 < event_count) prefetch(events[first + i + 2]);
    batch.errors[i] = read(events[first + i], batch.documents[i], batch.events[i]);
    batch.lookups[i].begin(state, batch.events[i].app_id);
    if (i >= 1) batch.lookups[i - 1].load_entry(state);
    if (i >= 2) batch.lookups[i - 2].load_app(state);
  }
  batch.lookups[size - 1].load_entry(state);
  if (size >= 2) batch.lookups[size - 2].load_app(state);
  batch.lookups[size - 1].load_app(state);
  if (state.filters().size() == 0) {
    find_matches(state, batch.events, batch.lookups, size);
  } else {
    find_wanted(state, batch.events, batch.lookups, size);
  }
  prepare_batch(state, batch);
  const Match* match = matches_.data();
  const Match* const end = match + matches_.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (batch.errors[i]) failed(first + i, static_cast<const Error&>(*batch.errors[i]));
    for (; match != end && match->event == i; ++match) {
      sink(first + i, renderer_.render(batch.renderings[i], match->record, match->app->id(), match->app));
    }
  }
  return matches_.size();
}

inline void RouterEngine::prepare_batch(const State& state, Batch& batch) {
  bool has[platform_count] = {};
  std::size_t begun = batch_size;
  for (const Match& match : matches_) {
    Rendering& rendering = batch.renderings[match.event];
    if (match.event != begun) {
      begun = match.event;
      Event& event = batch.events[begun];
      if (event.id.empty()) identify(event, Audience(), batch.drawn_ids[begun]);
      if (event.app_name.empty()) event.app_name = name_app(state, event, Audience());
      rendering.begin(event, state, ++rendered_);
    }
    if (row_of(match.record.platform()).sends_event) continue;
    if (!is_own(match.record.platform())) has[static_cast<std::size_t>(match.record.platform())] = true;
    if (!rendering.is_described) {
      rendering.described(renderer_.options(), rendering.language(match.record.voice()));
    }
  }
  // Platform by platform, so that the code of one stays in the caches.
  for (std::size_t platform = 0; platform < platform_count; ++platform) {
    if (!has[platform]) continue;
    for (const Match& match : matches_) {
      const bool is_due = static_cast<std::size_t>(match.record.platform()) == platform;
      if (is_due) renderer_.prepare(batch.renderings[match.event], match.record.voice());
    }
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
