// Storms: many events, few messages. A pure step from one state of a group to the next; what is to be told is said, not
// done.
//
//     notifier::GroupState next = state;
//     const auto action = notifier::step(next, policy, notifier::GroupInput::arrived(arrival), now, zones);
//     // One commit: `next`, the arrival's delivery where action.releases, the digests that there are.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/grouping/policy.hpp"
#include "notifier/json/view.hpp"
#include "notifier/model/arrival.hpp"
#include "notifier/model/digest.hpp"
#include "notifier/model/moment.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a step is told.
struct GroupInput {
  enum class Kind : std::uint8_t {
    arrived,  ///< an event
    tick,     ///< time went on, or the policy changed
    flush,    ///< somebody wants to be told now
  };

  Kind kind = Kind::tick;
  const Arrival* arrival = nullptr;  ///< of arrived

  /// @param arrival  outlives the step
  static GroupInput arrived(const Arrival& arrival) noexcept { return {Kind::arrived, &arrival}; }
  /// See Kind::tick.
  static GroupInput tick() noexcept { return {}; }
  /// See Kind::flush.
  static GroupInput flush() noexcept { return {Kind::flush, nullptr}; }
};

/// What is known of a group: a notifier's events that belong together. A plain value, to be stored whole.
struct GroupState {
  /// What an open window waits for.
  enum class Waits : std::uint8_t {
    steady,    ///< so long, whatever the wall clock says
    daytime,   ///< a time of day, or as long as it took from the opening
    released,  ///< the end of quiet hours or of a mute
  };

  std::uint64_t window = 0;  ///< the number of the open window, or of the last: counted, not computed of a clock
  bool is_open = false;
  Waits waits = Waits::steady;
  Moment closes;  ///< when the open window does, at the latest; then a tick is due
  Digest held;    ///< what is to be told then
};

/// What is to be told with a step.
struct GroupAction {
  /// A digest. Its key is digest_key(): whoever inserts it twice inserts it once.
  struct Telling {
    std::uint64_t window = 0;
    Digest digest;
  };

  bool releases = false;          ///< the delivery of what arrived goes at once
  std::vector<Telling> tellings;  ///< what was held, told before what arrived: two where that ends another at once
};

/// Takes a group one step on. The same inputs give the same outputs: nothing else is read.
///
/// Every event is told once: at once, or counted by one digest. The wall clock may step: windows are measured by the
/// steady clock; times of day, quiet hours and mutes by the wall, but no step back makes them longer than they were to
/// be.
///
/// @param state   becomes the next one. Where that cannot be stored, the old one is to be stepped again
/// @param policy  as it is now; it may be another than at the last step
/// @param zones   for what the policy says in times of day
GroupAction step(GroupState& state, const GroupPolicy& policy, const GroupInput& input, const Moment& now,
                 const ZoneOffset& zones);

/// A state that was read from a store, whose steady clock is another: what it waits for is dated anew by the wall
/// clock, no further than its policy can ask for. To be called once, before the first step.
void restore(GroupState& state, const GroupPolicy& policy, const Moment& now);

/// Which events of a notifier are together: a hash of its id and of the event's values of `policy.by`, in 32 hex
/// digits.
/// @param event  the root; of a value that is in several places, the first counts
std::string group_key(const GroupPolicy& policy, std::string_view notifier_id, json::View event);

/// The idempotency key of a digest: the same for whoever tells this window of this group.
std::string digest_key(std::string_view group_key, std::uint64_t window);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstddef>
#include <utility>

#include "notifier/filter/find_path.hpp"
#include "notifier/grouping/local_time.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/hash.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

class GroupStep {
 public:
  GroupStep(GroupState& state, const GroupPolicy& policy, const Moment& now, const ZoneOffset& zones)
      : state_(state), policy_(policy), now_(now), zones_(zones) {}

  GroupAction take(const GroupInput& input) {
    if (state_.is_open && is_due()) close();
    if (input.kind == GroupInput::Kind::arrived) arrive(*input.arrival);
    if (input.kind == GroupInput::Kind::flush && state_.is_open && state_.held.count != 0) tell(false);
    return std::move(action_);
  }

 private:
  using Mode = GroupPolicy::Mode;
  using Waits = GroupState::Waits;

  /// More kinds of events are counted together.
  static constexpr std::size_t most_kinds = 16;
  static constexpr std::size_t most_title_bytes = 512;

  bool is_over() const noexcept { return now_.steady_ms >= state_.closes.steady_ms; }

  /// Until when nothing is told; nullopt where nothing holds it.
  /// @param was_error  what is to be told is as bad as an error
  std::optional<Timestamp> held_until(bool was_error) const {
    std::optional<Timestamp> until;
    // A wall clock that stepped back does not mute longer than was asked for.
    const bool is_muted = policy_.muted_until && now_.wall < *policy_.muted_until &&
                          !(state_.is_open && state_.waits == Waits::released && is_over());
    if (is_muted && !(was_error && policy_.muted_pass_errors)) until = policy_.muted_until;
    if (policy_.quiet && !(was_error && policy_.quiet->pass_errors)) {
      const auto end = LocalTime(policy_.quiet->zone, zones_).quiet_end(now_.wall, *policy_.quiet);
      if (end && (!until || *until < *end)) until = end;
    }
    return until;
  }
  bool is_held_bad() const noexcept { return state_.held.worst == Severity::error; }

  bool is_due() const {
    switch (state_.waits) {
      case Waits::released: return !held_until(is_held_bad());
      case Waits::daytime:
        if (policy_.mode != Mode::daily || !(now_.wall < state_.closes.wall)) return true;
        break;
      case Waits::steady:
        if (policy_.mode != Mode::throttle && policy_.mode != Mode::digest) return true;
        break;
    }
    return is_over();
  }

  Moment after(std::int64_t ms) const noexcept {
    return {Timestamp{now_.wall.ms + ms}, now_.steady_ms + (std::max)(ms, std::int64_t{0})};
  }
  Moment at(Timestamp wall) const noexcept { return after(wall.ms - now_.wall.ms); }

  void wait(Waits what, Moment closes) {
    state_.waits = what;
    state_.closes = closes;
  }
  void open(Waits what, Moment closes, bool follows) {
    ++state_.window;
    state_.is_open = true;
    state_.held = Digest();
    state_.held.follows = follows;
    wait(what, closes);
  }

  /// The time of an open window is over.
  void close() {
    if (state_.held.count == 0) {
      state_.is_open = false;
      return;
    }
    if (const auto until = held_until(is_held_bad())) return wait(Waits::released, at(*until));
    tell(policy_.mode == Mode::throttle);
  }

  /// @param goes_on  what comes within another window follows this
  void tell(bool goes_on) {
    action_.tellings.push_back({state_.window, std::move(state_.held)});
    state_.held = Digest();
    state_.is_open = false;
    if (goes_on) open(Waits::steady, after(policy_.window_ms), true);
  }

  void arrive(const Arrival& arrival) {
    if (arrival.is_test) {
      action_.releases = true;
      return;
    }
    if (const auto until = held_until(arrival.severity == Severity::error)) {
      if (!state_.is_open) open(Waits::released, at(*until), false);
      return add(arrival);
    }
    if (arrival.stands_alone) {
      action_.releases = true;
      return;
    }
    switch (policy_.mode) {
      case Mode::none: action_.releases = true; return;
      case Mode::throttle:
        if (!state_.is_open || !state_.held.follows) {
          if (!state_.is_open) open(Waits::steady, after(policy_.window_ms), true);
          state_.held.follows = true;
          action_.releases = true;
          return;
        }
        hold(Waits::steady, after(policy_.window_ms));
        break;
      case Mode::digest: hold(Waits::steady, after(policy_.window_ms)); break;
      case Mode::daily: hold(Waits::daytime, at(LocalTime(policy_.zone, zones_).next(now_.wall, policy_.at))); break;
    }
    add(arrival);
    if (arrival.ends_alert) tell(false);
  }

  /// Opens a window, unless one is. What is not held by quiet hours does not wait for their end.
  void hold(Waits what, Moment closes) {
    if (!state_.is_open) return open(what, closes, false);
    if (state_.waits == Waits::released && closes.steady_ms < state_.closes.steady_ms) wait(what, closes);
  }

  void add(const Arrival& arrival) {
    Digest& held = state_.held;
    if (held.count++ == 0) {
      held.first = now_.wall;
      held.subject = cut(arrival.subject);
      held.worst = arrival.severity;
    }
    held.last = now_.wall;
    held.worst = (std::max)(held.worst, arrival.severity);
    if (held.subject != cut(arrival.subject)) held.subject.clear();
    if (held.items.size() < policy_.max_items) {
      held.items.push_back({std::string(cut(arrival.title)), arrival.link, arrival.severity, {}});
      if (event_bytes() + arrival.event.size() <= NOTIFIER_MAX_DIGEST_BYTES) held.items.back().event = arrival.event;
    }
    for (Digest::Kind& kind : held.kinds) {
      if (kind.type != cut(arrival.type)) continue;
      ++kind.count;
      return;
    }
    if (held.kinds.size() < most_kinds) {
      held.kinds.push_back({std::string(cut(arrival.type)), 1});
    } else {
      ++held.other_kinds;
    }
  }

  std::size_t event_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const DigestItem& item : state_.held.items) bytes += item.event.size();
    return bytes;
  }

  static std::string_view cut(std::string_view text) noexcept {
    return text.size() <= most_title_bytes ? text : text.substr(0, cut_position(text, most_title_bytes));
  }

  GroupState& state_;
  const GroupPolicy& policy_;
  const Moment& now_;
  const ZoneOffset& zones_;
  GroupAction action_;
};

/// Adds what an event has in one of the places of `by` to a group_key(), which begins with the notifier's id.
inline void add_group_value(Hash128& hash, std::string_view path, json::View event) {
  const json::View value = find_path(path == "app" ? std::string_view("app_id") : path, event);
  // What is not there is not the same as a text that is empty, nor a number as its text.
  hash.add(value.is_string() ? "text" : value.exists() ? "value" : "none");
  hash.add(value.text());
}

}  // namespace detail

NOTIFIER_INLINE GroupAction step(GroupState& state, const GroupPolicy& policy, const GroupInput& input,
                                 const Moment& now, const ZoneOffset& zones) {
  return detail::GroupStep(state, policy, now, zones).take(input);
}

NOTIFIER_INLINE void restore(GroupState& state, const GroupPolicy& policy, const Moment& now) {
  const bool is_window = state.waits == GroupState::Waits::steady;
  const std::int64_t longest = is_window ? policy.window_ms : GroupPolicy::longest_window_ms;
  const std::int64_t left = std::clamp(state.closes.wall.ms - now.wall.ms, std::int64_t{0}, longest);
  state.closes = {Timestamp{now.wall.ms + left}, now.steady_ms + left};
}

NOTIFIER_INLINE std::string group_key(const GroupPolicy& policy, std::string_view notifier_id, json::View event) {
  Hash128 hash;
  hash.add(notifier_id);
  for (const std::string& path : policy.by) detail::add_group_value(hash, path, event);
  char hex[32];
  return std::string(hex, hash.write_hex(hex));
}

NOTIFIER_INLINE std::string digest_key(std::string_view group_key, std::uint64_t window) {
  char hex[32];
  return std::string(hex, Hash128().add("digest").add(group_key).add(detail::decimal(window)).write_hex(hex));
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
