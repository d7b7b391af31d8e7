// What a schedule knows of each delivery, and of the target, host, notifier and app that it belongs to.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/outbox/pace.hpp"
#include "notifier/outbox/storage.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

struct OutboxScheduleParts {
  /// How many may be under way at once.
  struct Places {
    unsigned host = 64;
    unsigned silent_host = 64;  ///< at a host that did not answer the last time
    unsigned app = (std::numeric_limits<unsigned>::max)();

    /// One at least of each.
    Places usable() const {
      const auto some = [](unsigned places) { return (std::max)(places, 1u); };
      return {some(host), some((std::min)(silent_host, host)), some(app)};
    }
    /// What one of several has who send to the same hosts.
    Places part_of(unsigned owners) const {
      const auto part = [&](unsigned places) { return (places - 1) / (std::max)(owners, 1u) + 1; };
      return {part(host), part(silent_host), app};
    }
    friend bool operator==(const Places& a, const Places& b) {
      return a.host == b.host && a.silent_host == b.silent_host && a.app == b.app;
    }
  };

  /// How a notifier fares, and since when.
  struct Fare {
    NotifierHealth health;
    std::optional<std::int64_t> last_failure;  // none: an earlier process saw it
  };

  struct Target;

  /// The places that one app's deliveries have, over all hosts.
  struct App {
    std::string id;
    std::map<std::uint64_t, Target*> parked;  // by turn: what would begin if there were a place left
    unsigned in_flight = 0;
    std::size_t lanes = 0;
  };

  /// The deliveries of one notifier.
  struct Lane {
    App* app = nullptr;               // none: nothing has waited yet
    std::set<std::uint64_t> pending;  // without those that are held
    std::unique_ptr<Fare> fare;       // none: good health
    std::size_t held = 0;
  };

  struct Host;

  struct Due {
    std::int64_t time;
    std::uint64_t turn;  // unique: who came first at equal times

    friend bool operator<(const Due& a, const Due& b) noexcept {
      return a.time != b.time ? a.time < b.time : a.turn < b.turn;
    }
  };

  struct Target {
    std::uint64_t key = 0;
    Host* host = nullptr;
    OutboxPace pace;
    std::set<std::pair<std::int64_t, std::uint64_t>> queue;  // when, and the sequence
    std::int64_t not_before = (std::numeric_limits<std::int64_t>::min)();
    std::int64_t idle_until = 0;  // where it has no entries: when it may be forgotten
    unsigned in_flight = 0;
    unsigned entries = 0;        // whatever their stage
    bool is_everybodys = false;  // a mail relay: no app may hold up the others there
    App* parked_by = nullptr;
    std::uint64_t parking_turn = 0;
    std::optional<Due> armed;
  };

  struct Host {
    std::map<Due, Target*> agenda;
    std::int64_t last_claim = (std::numeric_limits<std::int64_t>::min)();
    unsigned in_flight = 0;
    unsigned targets = 0;
    bool is_silent = false;  // the last attempt got no answer
    std::optional<Due> armed;
    std::uint64_t key = 0;
  };

  enum class Stage : std::uint8_t {
    behind,  // an older delivery of the same notifier comes first
    waiting,
    claimed,
    claimed_to_hold,  // to be held unless it ends
    claimed_to_end,   // to be dead unless it arrives
    held,
  };

  struct Entry {
    std::string_view notifier_id;
    Lane* lane;
    Target* target;
    std::int64_t next_at;  // when it is due; where it is held, when that ends
    unsigned attempts;
    Stage stage;

    bool is_claimed() const noexcept { return stage >= Stage::claimed && stage <= Stage::claimed_to_end; }
  };
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
