// Grouping against a slow model of what it promises, under clocks that step both ways, restarts and changes of mind.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "grouping_world.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/grouping/local_time.hpp"

using notifier::Arrival;
using notifier::GroupAction;
using notifier::GroupInput;
using notifier::GroupPolicy;
using notifier::GroupState;
using notifier::Moment;
using notifier::Severity;
using notifier::Timestamp;
using notifier::ZoneOffset;

namespace {

using namespace grouping_world;

/// An event of the model.
struct Happened {
  Severity severity;
  std::string type;
  std::int64_t steady;
  bool is_told = false;
};

/// The time of day of a zone by asking each minute: how many minutes after midnight, and the day of the week.
struct Wall {
  unsigned minutes;
  unsigned weekday;
};
Wall wall_of(Timestamp at, const std::string& zone) {
  const std::int64_t local = at.ms + std::int64_t{paris_and_utc(zone.empty() ? "UTC" : zone, at).value_or(0)} * 1000;
  const std::int64_t days = local / (24 * hour);
  return {static_cast<unsigned>(local / minute % (24 * 60)), static_cast<unsigned>((days + 4) % 7)};
}

/// Whether a wall clock shows a quiet time, but for the hour that it shows twice.
bool is_quiet(const notifier::QuietHours& quiet, Timestamp at) {
  const Wall wall = wall_of(at, quiet.zone);
  const auto on = [&](unsigned weekday) { return (quiet.days >> weekday % 7 & 1) != 0; };
  if (quiet.from < quiet.to) return on(wall.weekday) && wall.minutes >= quiet.from && wall.minutes < quiet.to;
  return (on(wall.weekday) && wall.minutes >= quiet.from) || (on(wall.weekday + 6) && wall.minutes < quiet.to);
}

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) {
    now_.wall.ms = 1774600000000 + static_cast<std::int64_t>(below(400)) * hour;
    now_.steady_ms = static_cast<std::int64_t>(below(1000)) * second;
    change_policy();
    // Some storms are without steps of the wall clock and without changes of mind: there the times are exact.
    is_calm_ = below(2) == 0;
  }

  void run() {
    for (int i = 0; i < 400; ++i) {
      const std::size_t what = below(100);
      if (what < 55) {
        arrive();
      } else if (what < 90) {
        wait(draw_wait());
      } else if (what < 93 && !is_calm_) {
        now_.wall.ms += (static_cast<std::int64_t>(below(2000)) - 1000) * hour / 10;
      } else if (what < 95 && !is_calm_) {
        change_policy();
        take(GroupInput::tick());
      } else if (what < 97) {
        // The process dies: after the commit, or before it, and then the step is taken again.
        now_.steady_ms = static_cast<std::int64_t>(below(1000)) * second;
        origin_ += 1'000'000 * hour;
        restore(state_, policy_, now_);
      } else if (what < 98) {
        take(GroupInput::flush());
      } else {
        take(GroupInput::tick());
      }
    }
    // The storm is over: everything is told in the end.
    policy_ = GroupPolicy();
    take(GroupInput::tick());
    for (const Happened& one : events_) REQUIRE(one.is_told);
    REQUIRE(state_.held.count == 0);
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  std::int64_t draw_wait() {
    switch (below(4)) {
      case 0: return static_cast<std::int64_t>(below(2000));
      case 1: return static_cast<std::int64_t>(below(120)) * second;
      case 2: return static_cast<std::int64_t>(below(120)) * minute;
      default: return static_cast<std::int64_t>(below(20)) * hour;
    }
  }

  void change_policy() {
    policy_ = GroupPolicy();
    policy_.mode = static_cast<GroupPolicy::Mode>(below(4));
    policy_.window_ms = static_cast<std::int64_t>(1 + below(3600)) * second;
    policy_.at = static_cast<unsigned>(below(24 * 60));
    policy_.zone = below(2) == 0 ? "Europe/Paris" : "";
    policy_.max_items = 1 + below(5);
    if (below(3) == 0) {
      notifier::QuietHours& quiet = policy_.quiet.emplace();
      quiet.from = static_cast<unsigned>(below(24 * 60));
      quiet.to = static_cast<unsigned>((quiet.from + 1 + below(24 * 60 - 1)) % (24 * 60));
      quiet.days = static_cast<unsigned>(1 + below(127));
      quiet.zone = below(2) == 0 ? "Europe/Paris" : "";
      quiet.pass_errors = below(2) == 0;
    }
    if (below(4) == 0) {
      policy_.muted_until = Timestamp{now_.wall.ms + static_cast<std::int64_t>(below(50)) * hour};
      policy_.muted_pass_errors = below(2) == 0;
    }
  }

  /// Time goes by as it does for a host: with a tick whenever one is due, or up to a second late.
  void wait(std::int64_t ms) {
    const std::int64_t end = now_.steady_ms + ms;
    while (state_.is_open && state_.closes.steady_ms < end) {
      const std::int64_t until = (std::max)(state_.closes.steady_ms, now_.steady_ms);
      const std::int64_t late = (std::min)(static_cast<std::int64_t>(below(1000)), end - until);
      pass(until + late - now_.steady_ms);
      take(GroupInput::tick());
      if (state_.is_open && state_.closes.steady_ms <= now_.steady_ms) break;
    }
    pass((std::max)(end - now_.steady_ms, std::int64_t{0}));
  }
  void pass(std::int64_t ms) {
    now_.wall.ms += ms;
    now_.steady_ms += ms;
  }

  void arrive() {
    constexpr Severity severities[] = {Severity::info, Severity::success, Severity::warning, Severity::error};
    constexpr const char* types[] = {"crash", "restart", "alert"};
    events_.push_back({severities[below(4)], types[below(3)], origin_ + now_.steady_ms});
    const std::string title = "event " + std::to_string(events_.size() - 1);
    Arrival arrival;
    arrival.severity = events_.back().severity;
    arrival.type = events_.back().type;
    arrival.title = title;
    arrival.is_test = below(40) == 0;
    arrival.ends_alert = below(20) == 0;
    take(GroupInput::arrived(arrival));
  }

  void take(const GroupInput& input) {
    const ZoneOffset zones(paris_and_utc);
    const GroupState before = state_;
    const GroupAction action = step(state_, policy_, input, now_, zones);
    // The same step again, as after a commit that failed, is the same.
    GroupState again = before;
    const GroupAction same = step(again, policy_, input, now_, zones);
    REQUIRE(same.releases == action.releases);
    REQUIRE(same.tellings.size() == action.tellings.size());
    REQUIRE(again.window == state_.window);
    REQUIRE(again.held.count == state_.held.count);

    for (const GroupAction::Telling& telling : action.tellings) check_telling(telling, input);
    if (action.releases) {
      REQUIRE(input.kind == GroupInput::Kind::arrived);
      REQUIRE_FALSE(events_.back().is_told);
      events_.back().is_told = true;
      if (!input.arrival->is_test) check_allowed(input.arrival->severity == Severity::error);
    }
    check_held();
    if (is_calm_) check_pace(action, input);
  }

  /// A digest has all that was held, and only that.
  void check_telling(const GroupAction::Telling& telling, const GroupInput& input) {
    REQUIRE(telling.window > last_window_);
    last_window_ = telling.window;
    const notifier::Digest& digest = telling.digest;
    std::vector<Happened*> held;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const bool is_new = input.kind == GroupInput::Kind::arrived && i + 1 == events_.size();
      if (!events_[i].is_told && !is_new) held.push_back(&events_[i]);
    }
    // With what arrived, where that is told with what was held.
    if (digest.count == held.size() + 1 && input.kind == GroupInput::Kind::arrived) held.push_back(&events_.back());
    REQUIRE(digest.count == held.size());
    std::map<std::string, std::uint64_t> kinds;
    Severity worst = Severity::info;
    for (Happened* one : held) {
      ++kinds[one->type];
      worst = (std::max)(worst, one->severity);
      one->is_told = true;
    }
    REQUIRE(digest.worst == worst);
    REQUIRE(digest.kinds.size() == kinds.size());
    for (const auto& kind : digest.kinds) REQUIRE(kind.count == kinds[kind.type]);
    REQUIRE(digest.items.size() <= GroupPolicy::most_items);
    REQUIRE(digest.items.size() >= 1);
    REQUIRE(digest.items[0].title == "event " + std::to_string(held[0] - events_.data()));
    if (input.kind != GroupInput::Kind::flush) check_allowed(worst == Severity::error);
  }

  /// Nothing is told in quiet hours, but for errors that may pass.
  void check_allowed(bool was_error) {
    if (policy_.quiet && !(was_error && policy_.quiet->pass_errors) && !is_odd_hour()) {
      REQUIRE_FALSE(is_quiet(*policy_.quiet, now_.wall));
    }
    if (is_calm_ && policy_.muted_until && !(was_error && policy_.muted_pass_errors)) {
      REQUIRE_FALSE(now_.wall < *policy_.muted_until);
    }
  }
  /// Within some hours of a change of the clocks, the model does not know.
  bool is_odd_hour() const {
    for (const std::int64_t change : {std::int64_t{1774746000000}, std::int64_t{1792890000000}}) {
      if (now_.wall.ms > change - 30 * hour && now_.wall.ms < change + 30 * hour) return true;
    }
    return false;
  }

  void check_held() {
    waiting_ = 0;
    for (const Happened& one : events_) waiting_ += one.is_told ? 0u : 1u;
    REQUIRE(state_.held.count == waiting_);
    REQUIRE((waiting_ == 0 || state_.is_open));
  }

  /// Without holds, a throttle tells no more than once in a window, and nothing waits for longer than one.
  void check_pace(const GroupAction& action, const GroupInput& input) {
    const bool has_window = policy_.mode == GroupPolicy::Mode::throttle || policy_.mode == GroupPolicy::Mode::digest;
    if (!has_window || policy_.quiet || policy_.muted_until) return;
    for (const Happened& one : events_) {
      if (one.is_told || one.steady < origin_) continue;
      REQUIRE(origin_ + now_.steady_ms - one.steady < policy_.window_ms + 1000);
    }
    if (policy_.mode != GroupPolicy::Mode::throttle) return;
    const bool is_arrival = input.kind == GroupInput::Kind::arrived;
    const bool is_forced =
        input.kind == GroupInput::Kind::flush || (is_arrival && (input.arrival->is_test || input.arrival->ends_alert));
    if ((!action.releases && action.tellings.empty()) || (is_arrival && input.arrival->is_test)) return;
    if (!is_forced && last_told_ >= origin_) REQUIRE(origin_ + now_.steady_ms - last_told_ >= policy_.window_ms);
    last_told_ = is_forced ? -1 : origin_ + now_.steady_ms;
  }

  std::mt19937_64 random_;
  GroupPolicy policy_;
  GroupState state_;
  Moment now_;
  bool is_calm_ = false;
  std::int64_t origin_ = 0;  // of the steady clock, which begins anew with each process
  std::int64_t last_told_ = -1;
  std::uint64_t last_window_ = 0;
  std::uint64_t waiting_ = 0;
  std::vector<Happened> events_;
};

}  // namespace

TEST_CASE("whatever the clocks do, every event is told once, counted right and in its time") {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    Storm(seed).run();
  }
}

TEST_CASE("a time of day is where a search minute by minute finds it first") {
  const ZoneOffset zones(paris_and_utc);
  const notifier::detail::LocalTime paris("Europe/Paris", zones);
  // Two days around each change of the clocks, and an ordinary one.
  for (const std::int64_t middle :
       {std::int64_t{1774746000000}, std::int64_t{1792890000000}, std::int64_t{1780000000000}}) {
    for (std::int64_t from = middle - 26 * hour; from < middle + 26 * hour; from += 37 * minute) {
      for (unsigned minutes = 0; minutes < 24 * 60; minutes += 15) {
        const Timestamp found = paris.next(Timestamp{from}, minutes);
        const std::int64_t first = from - from % minute + minute;
        std::int64_t at = first;
        // The day's first moment at which its clock shows that time or a later one.
        for (;; at += minute) {
          const std::int64_t day = paris.day_of(Timestamp{at});
          const bool is_there = wall_of(Timestamp{at}, "Europe/Paris").minutes >= minutes;
          const bool was_there = paris.day_of(Timestamp{at - minute}) == day &&
                                 wall_of(Timestamp{at - minute}, "Europe/Paris").minutes >= minutes;
          // An hour that comes twice is over when it begins again.
          const bool was_before = paris.moment(day, minutes).ms < at;
          if (is_there && !was_there && !was_before) break;
        }
        REQUIRE(found.ms == at);
      }
    }
  }
}
