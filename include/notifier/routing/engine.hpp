// What is behind a Router: matching and rendering.

#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/function_ref.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/digest.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/event.hpp"
#include "notifier/registry/plan_errors.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/registry/registry_core.hpp"
#include "notifier/routing/audience.hpp"
#include "notifier/routing/explain.hpp"
#include "notifier/routing/explanation.hpp"
#include "notifier/routing/filter_verdicts.hpp"
#include "notifier/routing/options.hpp"
#include "notifier/routing/renderer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Room for ids that are handed on together: so many that a call for all of them costs next to nothing. Not filled.
union MatchedIds {
  static constexpr std::size_t most = 64;

  MatchedIds() noexcept {}
  std::string_view id[most];
};

/// What a Router has behind its pointer. What it says of its functions is said here no more.
class RouterEngine {
 public:
  static constexpr std::size_t batch_size = 16;
  using Sink = FunctionRef<void(const DeliveryView&)>;
  using BatchSink = FunctionRef<void(std::size_t event, const DeliveryView&)>;
  using BatchFailed = FunctionRef<void(std::size_t event, const Error&)>;
  /// Gets some ids, as they come together.
  using Ids = FunctionRef<void(const std::string_view* ids, std::size_t count)>;
  /// The same, and for each the event that it accepts.
  using IdsOfMany = FunctionRef<void(const std::size_t* events, const std::string_view* ids, std::size_t count)>;

  RouterEngine(const Registry& registry, RouterOptions options);

  Result<std::size_t> route(std::string_view event_json, Sink sink, const Audience& audience);
  std::size_t route(const std::string_view* events, std::size_t event_count, BatchSink sink, BatchFailed failed);
  Result<std::size_t> match(std::string_view event_json, Ids take, const Audience& audience);
  std::size_t match(const Event& event, Ids take, const Audience& audience);
  std::size_t match(const Event* events, std::size_t event_count, IdsOfMany take);
  Result<Explained> explain(std::string_view event_json, const Audience& audience);
  Result<DeliveryView> preview(const Notifier& notifier, std::string_view event_json);
  Result<DeliveryView> preview(const Notifier& notifier, const Digest& digest, std::string_view key);
  Result<DeliveryView> digest(std::string_view app_id, std::string_view notifier_id, const Digest& digest,
                              std::string_view key);

 private:
  using AppLookup = State::AppLookup;

  /// What is kept of the events of a batch on their way.
  struct Batch {
    Event events[batch_size];
    json::Document documents[batch_size];
    AppLookup lookups[batch_size];
    std::string drawn_ids[batch_size];
    Rendering renderings[batch_size];
    std::optional<Error> errors[batch_size];
  };

  /// A notifier that accepts an event.
  struct Match {
    Match(std::size_t its_event, Record its_record, const AppBlock& its_app) noexcept
        : event(its_event), record(its_record), app(&its_app) {}

    std::size_t event;  ///< its place in a batch
    Record record;
    const AppBlock* app;
  };

  /// Events that are matched together.
  static constexpr std::size_t match_batch = 64;
  /// Larger events are routed alone, so that there is memory for one of them only.
  static constexpr std::size_t large_event = std::size_t{64} * 1024;

  /// The newest state of the registry, valid until the next call.
  const State& refresh();
  /// Fills `event`; or says why not, and leaves one that nobody takes.
  static std::optional<Error> read(std::string_view event_json, json::Document& document, Event& event);
  /// Gives an event that has no id what it is known by, if there is something; `drawn` keeps it.
  void identify(Event& event, const Audience& audience, std::string& drawn) const;
  /// Calls `visit(Record, const AppBlock&)` for every notifier that accepts the event.
  template <class Visit>
  void for_each_match(const State& state, const Event& event, const Audience& audience, Visit&& visit);
  template <class Visit>
  static void for_each_match(const AppBlock& app, EventBit bit, Visit&& visit);
  /// The same where a notifier has a filter. Those of apps with many are decided; others are left to be asked.
  template <class Visit>
  void for_each_wanted(const State& state, const Event& event, const Audience& audience, Visit&& visit);
  template <class Visit>
  void for_each_wanted(const State& state, const AppBlock& app, const Event& event, Visit&& visit);
  /// Fills matches_, and starts to load them.
  void find_matches(const State& state, const Event& event, const Audience& audience);
  /// The same for several events, without an audience. `lookups` are one each, after load_app().
  void find_matches(const State& state, const Event* events, const AppLookup* lookups, std::size_t event_count);
  /// Fills matches_ with what `of_any` finds of an event without an app's id, and `of_app` of one with its app:
  /// functions of (event, take) and (event, app, take).
  template <class OfAny, class OfApp>
  void collect(const State& state, const Event* events, const AppLookup* lookups, std::size_t event_count, OfAny of_any,
               OfApp of_app);
  /// The same two where a notifier has a filter: those of them whose filter lets the event through.
  void find_wanted(const State& state, const Audience& audience);
  void find_wanted(const State& state, const Event* events, const AppLookup* lookups, std::size_t event_count);
  /// Routes `size` of the events, from events[first] on; at most batch_size.
  std::size_t route_batch(const std::string_view* events, std::size_t event_count, std::size_t first, std::size_t size,
                          BatchSink sink, BatchFailed failed);

  std::size_t match_filtered(const State& state, const Event& event, Ids take, const Audience& audience);
  std::size_t match_filtered(const State& state, const Event* events, std::size_t event_count, IdsOfMany take);
  /// @param find  fills matches_ for some events, with their lookups
  template <class Find>
  std::size_t match_batches(const State& state, const Event* events, std::size_t event_count, IdsOfMany take,
                            Find&& find);
  /// Takes out of matches_ whose filter does not let the event through.
  /// @param audience  those that it names are told all the same
  void filter_matches(const State& state, const Event* events, const Audience& audience);

  /// Has preview_ and preview_app_id_ stand for a notifier that need not be stored.
  Result<void> draft(const Notifier& notifier, const State& state);
  /// Makes event_ that which a digest is told as, and begins to render it.
  void begin(const Digest& digest, std::string_view key, const State& state, const AppBlock* app, Record record);

  /// Makes what the deliveries of matches_, of the events of a batch, share.
  void prepare_batch(const State& state, Batch& batch);

  const Registry* registry_;
  std::shared_ptr<const State> state_;
  std::uint64_t generation_ = 0;
  json::Document document_;
  Event event_;
  std::string drawn_id_;
  std::uint64_t rendered_ = 0;  // how often something was
  Rendering rendering_;
  std::unique_ptr<Batch> batch_;  // once there was one
  Renderer renderer_;
  std::vector<const AppBlock*> apps_;
  std::vector<Match> matches_;
  FilterVerdicts verdicts_;
  std::vector<Record> wanted_;
  Buffer preview_;
  std::string preview_app_id_;
  Buffer digest_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline RouterEngine::RouterEngine(const Registry& registry, RouterOptions options)
    : registry_(&registry), renderer_(std::move(options)) {}

inline const State& RouterEngine::refresh() {
  const std::uint64_t generation = registry_->core_->generation.load(std::memory_order_acquire);
  if (state_ == nullptr || generation != generation_) {
    state_ = registry_->current();
    generation_ = generation;
  }
  return *state_;
}

inline std::optional<Error> RouterEngine::read(std::string_view event_json, json::Document& document, Event& event) {
  const auto root = document.parse(event_json);
  if (root && root->is_object()) {
    event.assign(*root, event_json);
    return std::nullopt;
  }
  event = Event();
  if (!root) return root.error();
  Error error;
  error.code = errc::not_an_object;
  error.message = "the event is not an object";
  error.offset = event_json.find_first_not_of(" \t\n\r");
  return error;
}

inline void RouterEngine::identify(Event& event, const Audience& audience, std::string& drawn) const {
  event.id = audience.event_id;
  if (!event.id.empty() || !renderer_.options().new_id) return;
  drawn = renderer_.options().new_id("ev-");
  event.id = drawn;
}

template <class Visit>
void RouterEngine::for_each_match(const AppBlock& app, EventBit bit, Visit&& visit) {
  app.for_each_rows([&](const Rows& rows) {
    for (std::uint32_t accepting = rows.accepting(bit); accepting != 0; accepting &= accepting - 1) {
      visit(rows.record(lowest_set_bit(accepting)), app);
    }
  });
}

template <class Visit>
void RouterEngine::for_each_match(const State& state, const Event& event, const Audience& audience, Visit&& visit) {
  const EventBit bit = state.vocabulary->bit_of_kind(event.type);
  if (!event.app_id.empty() && audience.notifier_ids.empty()) {
    if (const AppBlock* const app = state.find_app_by_id(event.app_id)) for_each_match(*app, bit, visit);
    return;
  }
  find_audience(state, event, audience, apps_);
  for (const AppBlock* const app : apps_) {
    app->for_each_rows([&](const Rows& rows) {
      for (std::size_t row = 0; row < rows.count(); ++row) {
        if (rows.accepts(row, bit) || is_named(audience, rows.record(row))) visit(rows.record(row), *app);
      }
    });
  }
}

inline void RouterEngine::find_matches(const State& state, const Event& event, const Audience& audience) {
  matches_.clear();
  const auto take = [this](Record record, const AppBlock& app) {
    record.prefetch();
    matches_.emplace_back(0u, record, app);
  };
  // The registry is seldom in the caches: what is to be read next is on its way while something else is done.
  AppLookup lookup;
  lookup.begin(state, event.app_id);
  lookup.load_entry(state);
  rendering_.begin(event, state, ++rendered_);
  if (event.app_id.empty() || !audience.notifier_ids.empty()) return for_each_match(state, event, audience, take);
  lookup.load_app(state);
  const EventBit bit = state.vocabulary->bit_of_kind(event.type);
  if (const AppBlock* const app = lookup.find(state, event.app_id)) for_each_match(*app, bit, take);
}

inline void RouterEngine::find_matches(const State& state, const Event* events, const AppLookup* lookups,
                                       std::size_t event_count) {
  collect(
      state, events, lookups, event_count,
      [&](const Event& event, const auto& take) { for_each_match(state, event, Audience(), take); },
      [&](const Event& event, const AppBlock& app, const auto& take) {
        for_each_match(app, state.vocabulary->bit_of_kind(event.type), take);
      });
}

template <class OfAny, class OfApp>
void RouterEngine::collect(const State& state, const Event* events, const AppLookup* lookups, std::size_t event_count,
                           OfAny of_any, OfApp of_app) {
  matches_.clear();
  for (std::size_t i = 0; i < event_count; ++i) {
    const Event& event = events[i];
    const auto take = [&](Record record, const AppBlock& app) {
      record.prefetch();
      matches_.emplace_back(i, record, app);
    };
    if (event.app_id.empty()) {
      of_any(event, take);
    } else if (const AppBlock* const app = lookups[i].find(state, event.app_id)) {
      of_app(event, *app, take);
    }
  }
}

inline Result<std::size_t> RouterEngine::route(std::string_view event_json, Sink sink, const Audience& audience) {
  if (auto error = read(event_json, document_, event_)) return *std::move(error);
  if (event_.id.empty()) identify(event_, audience, drawn_id_);
  const State& state = refresh();
  if (event_.app_name.empty()) event_.app_name = name_app(state, event_, audience);
  if (state.filters().size() == 0) {
    find_matches(state, event_, audience);
  } else {
    find_wanted(state, audience);
  }
  for (const Match& match : matches_) {
    sink(renderer_.render(rendering_, match.record, match.app->id(), match.app));
  }
  return matches_.size();
}

inline std::size_t RouterEngine::route(const std::string_view* events, std::size_t event_count, BatchSink sink,
                                       BatchFailed failed) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < event_count;) {
    std::size_t size = 0;
    while (size < batch_size && at + size < event_count && events[at + size].size() <= large_event) ++size;
    if (size != 0) {
      count += route_batch(events, event_count, at, size, sink, failed);
      at += size;
      continue;
    }
    const auto routed = route(
        events[at], [&](const DeliveryView& delivery) { sink(at, delivery); }, Audience());
    if (routed) count += *routed;
    if (!routed) failed(at, routed.error());
    ++at;
  }
  return count;
}

inline Result<std::size_t> RouterEngine::match(std::string_view event_json, Ids take, const Audience& audience) {
  if (auto error = read(event_json, document_, event_)) return *std::move(error);
  return match(event_, take, audience);
}

NOTIFIER_FLATTEN inline std::size_t RouterEngine::match(const Event& event, Ids take, const Audience& audience) {
  MatchedIds ids;
  std::size_t size = 0;
  std::size_t before = 0;
  const State& state = refresh();
  if (state.filters().size() != 0) return match_filtered(state, event, take, audience);
  for_each_match(state, event, audience, [&](Record record, const AppBlock&) {
    if (size == MatchedIds::most) {
      take(ids.id, size);
      before += std::exchange(size, 0);
    }
    ids.id[size++] = record.id();
  });
  if (size != 0) take(ids.id, size);
  return before + size;
}

template <class Find>
std::size_t RouterEngine::match_batches(const State& state, const Event* events, std::size_t event_count,
                                        IdsOfMany take, Find&& find) {
  AppLookup lookups[match_batch];
  MatchedIds ids;
  std::size_t of[MatchedIds::most];
  std::size_t size = 0;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < event_count; begin += match_batch) {
    const std::size_t batch = (std::min)(match_batch, event_count - begin);
    for (std::size_t i = 0; i < batch; ++i) lookups[i].begin(state, events[begin + i].app_id);
    for (std::size_t i = 0; i < batch; ++i) lookups[i].load_entry(state);
    for (std::size_t i = 0; i < batch; ++i) lookups[i].load_app(state);
    find(events + begin, lookups, batch);
    for (const Match& match : matches_) {
      if (size == MatchedIds::most) take(of, ids.id, std::exchange(size, 0));
      of[size] = begin + match.event;
      ids.id[size++] = match.record.id();
    }
    count += matches_.size();
  }
  if (size != 0) take(of, ids.id, size);
  return count;
}

NOTIFIER_FLATTEN inline std::size_t RouterEngine::match(const Event* events, std::size_t event_count, IdsOfMany take) {
  const State& state = refresh();
  constexpr bool is_together = NOTIFIER_FILTERS_TOGETHER != 0;
  if (is_together && state.filters().size() != 0) return match_filtered(state, events, event_count, take);
  return match_batches(state, events, event_count, take,
                       [&](const Event* these, const AppLookup* lookups, std::size_t size) {
                         find_matches(state, these, lookups, size);
                         if (is_together || state.filters().size() == 0) return;
                         filter_matches(state, these, Audience());
                       });
}

inline Result<Explained> RouterEngine::explain(std::string_view event_json, const Audience& audience) {
  if (auto error = read(event_json, document_, event_)) return *std::move(error);
  return detail::explain(refresh(), event_, audience);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/routing/engine_batch.hpp"
#include "notifier/routing/engine_digest.hpp"
#include "notifier/routing/engine_filters.hpp"
#include "notifier/routing/engine_preview.hpp"
