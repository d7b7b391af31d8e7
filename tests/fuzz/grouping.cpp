// Takes a group through whatever the bytes say: events, waits, clocks that are set, changes of mind, restarts. Stops
// where an event is not told once, where a window's number comes again, or where a state that is read back is another.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/grouping/group.hpp"
#include "notifier/grouping/group_json.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "require.hpp"

namespace {

using notifier::GroupInput;
using notifier::GroupPolicy;
using notifier::GroupState;

constexpr std::int64_t second = 1000;

/// Bytes as numbers; zeros beyond the end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), end_(data + size) {}
  bool is_empty() const { return data_ == end_; }
  unsigned below(unsigned limit) { return is_empty() ? 0 : *data_++ % limit; }
  /// Milliseconds, some of them short, some of them weeks.
  std::int64_t time() { return std::int64_t{below(256)} << below(24); }

 private:
  const std::uint8_t* data_;
  const std::uint8_t* end_;
};

/// An hour to the east half of the year, and a zone that nobody knows.
constexpr auto zone_offset = [](std::string_view zone, notifier::Timestamp at) -> std::optional<std::int32_t> {
  if (zone == "nowhere") return std::nullopt;
  return zone.empty() ? 0 : (at.ms / (second * 86400 * 182)) % 2 == 0 ? 3600 : 7200;
};

GroupPolicy draw_policy(Bytes& bytes, notifier::Timestamp now) {
  static constexpr const char* zones[] = {"", "Europe/Paris", "nowhere"};
  GroupPolicy policy;
  policy.mode = static_cast<GroupPolicy::Mode>(bytes.below(4));
  policy.window_ms = second * (1 + std::int64_t{bytes.below(256)});
  policy.at = bytes.below(24) * 60;
  policy.zone = zones[bytes.below(3)];
  policy.max_items = 1 + bytes.below(4);
  if (bytes.below(3) == 0) {
    policy.quiet = notifier::QuietHours{bytes.below(24) * 60, bytes.below(24) * 60 + 30, bytes.below(128),
                                        zones[bytes.below(3)], bytes.below(2) == 0};
  }
  if (bytes.below(4) == 0) policy.muted_until = notifier::Timestamp{now.ms + bytes.time()};
  policy.muted_pass_errors = bytes.below(2) == 0;
  return policy;
}

std::string written(const GroupState& state) {
  notifier::Buffer json;
  notifier::json::Writer out(json);
  to_json(out, state);
  return json.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  notifier::Moment now{{1774600000000 + bytes.time()}, bytes.time()};
  GroupPolicy policy = draw_policy(bytes, now.wall);
  GroupState state;
  std::uint64_t came = 0;
  std::uint64_t told = 0;
  std::uint64_t last_window = 0;
  bool has_told = false;
  const notifier::ZoneOffset zones(zone_offset);
  for (int steps = 0; !bytes.is_empty() && steps < 2000; ++steps) {
    GroupInput input = GroupInput::tick();
    notifier::Arrival arrival;
    switch (bytes.below(8)) {
      case 0:
      case 1:
      case 2:
        arrival.type = std::string(1, static_cast<char>('a' + bytes.below(26)));
        arrival.title = std::string(bytes.below(3) * 300, 't');
        arrival.severity = static_cast<notifier::Severity>(bytes.below(4));
        arrival.event = bytes.below(2) == 0 ? std::string() : std::string("{}");
        arrival.is_test = bytes.below(16) == 0;
        arrival.ends_alert = bytes.below(16) == 0;
        arrival.stands_alone = bytes.below(16) == 0;
        input = GroupInput::arrived(arrival);
        ++came;
        break;
      case 3:
      case 4: {
        const std::int64_t wait = bytes.time();
        now.wall.ms += wait;
        now.steady_ms += wait;
        break;
      }
      case 5: now.wall.ms += bytes.time() - bytes.time(); break;
      case 6:
        if (bytes.below(2) == 0) {
          policy = draw_policy(bytes, now.wall);
        } else {
          input = GroupInput::flush();
        }
        break;
      default: {  // another process
        const std::string before = written(state);
        notifier::json::Document document;
        const auto root = document.parse(before);
        require(static_cast<bool>(root), "a state is not written as JSON", before);
        state = notifier::group_state_from_json(*root);
        require(written(state) == before, "a state is read back as another", before);
        now.steady_ms = bytes.time();
        restore(state, policy, now);
      }
    }
    const notifier::GroupAction action = step(state, policy, input, now, zones);
    if (action.releases) {
      require(input.kind == GroupInput::Kind::arrived, "nothing came, and it is released");
      ++told;
    }
    for (const auto& telling : action.tellings) {
      require(telling.digest.count != 0, "a digest of nothing");
      require(!has_told || telling.window > last_window, "a window's number comes again");
      require(telling.digest.items.size() <= telling.digest.count, "more is named than there was");
      std::uint64_t kinds = telling.digest.other_kinds;
      for (const auto& kind : telling.digest.kinds) kinds += kind.count;
      require(kinds == telling.digest.count, "kinds are not all that there was");
      told += telling.digest.count;
      last_window = telling.window;
      has_told = true;
    }
    require(told + state.held.count == came, "an event is not told once");
    require(state.is_open || state.held.count == 0, "something is held without a window");
  }
  // Whatever it waits for: asked for, it is told.
  const notifier::GroupAction action = step(state, policy, GroupInput::flush(), now, zones);
  for (const auto& telling : action.tellings) told += telling.digest.count;
  require(told == came, "what is asked for is not told");
  return 0;
}
