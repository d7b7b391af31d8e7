// What a notifier asks for where it wants fewer messages than there are events.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "notifier/function_ref.hpp"
#include "notifier/json/view.hpp"
#include "notifier/model/time.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What the host knows of time zones: the library itself knows none but UTC.
///
/// @param zone  a name of the IANA database, as "Europe/Paris"
/// @return how many seconds the zone is east of UTC at a moment; nullopt of a zone that is not known
using ZoneOffset = detail::FunctionRef<std::optional<std::int32_t>(std::string_view zone, Timestamp at)>;

/// Hours of the day in which nothing is told.
struct QuietHours {
  unsigned from = 0;    ///< minutes after midnight; beyond `to`: until the next day
  unsigned to = 0;      ///< minutes after midnight, the first that is not quiet
  unsigned days = 127;  ///< on which of them it begins: 1 is Sunday, 2 Monday, 4 Tuesday ...
  std::string zone;     ///< empty: UTC
  bool pass_errors = false;
};

/// How a notifier's events are told together. By itself: each at once.
struct GroupPolicy {
  enum class Mode : std::uint8_t {
    none,      ///< each at once
    throttle,  ///< the first at once, what follows within the window together at its end
    digest,    ///< all together when the window closes, which the first opens
    daily,     ///< all together at a time of day
  };

  Mode mode = Mode::none;
  std::int64_t window_ms = 0;   ///< of throttle and digest
  unsigned at = 0;              ///< of daily: minutes after midnight
  std::string zone;             ///< of daily; empty: UTC
  std::vector<std::string> by;  ///< events are together whose values here are the same: keys joined by dots
  std::size_t max_items = 20;   ///< how many events a digest names; it counts all
  std::optional<QuietHours> quiet;
  std::optional<Timestamp> muted_until;
  bool muted_pass_errors = false;

  static constexpr std::int64_t longest_window_ms = std::int64_t{7} * 24 * 3600 * 1000;
  static constexpr std::size_t most_items = 100;
  static constexpr std::size_t most_paths = 8;

  /// Reads `{"mode":"throttle","window":600,"by":["type","app"],"max_items":20}` and the like: `window` in seconds from
  /// 1 to 604800, `at` as "09:00", `zone`, `quiet` as
  /// `{"from":"22:00","to":"07:00","days":["mon"],"zone":"Europe/Paris", "pass_errors":true}`, `muted_until` as RFC
  /// 3339, `muted_pass_errors`.
  /// @param zones  what judges the names of zones
  /// @return errc::invalid; `fields` has the path of each fault, as "quiet.from", with the code invalid_grouping or
  ///         unknown_key
  static Result<GroupPolicy> read(json::View policy, const ZoneOffset& zones);
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <string_view>
#include <utility>

#include "notifier/model/known_keys.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view grouping_keys =
    "mode window by max_items at zone quiet muted_until muted_pass_errors";
inline constexpr std::string_view quiet_keys = "from to days zone pass_errors";
inline constexpr std::string_view grouping_modes = "throttle digest daily";
inline constexpr std::string_view weekdays = "sun mon tue wed thu fri sat";

/// Reads a GroupPolicy. What is not said stays as it is by itself.
class GroupPolicyReader {
 public:
  GroupPolicyReader(const ZoneOffset& zones) : zones_(zones) {}

  Result<GroupPolicy> read(json::View policy) {
    if (!policy.is_object()) {
      fail("", "must be an object");
      return std::move(problems_).to_error("grouping");
    }
    check_keys(policy, grouping_keys, "", problems_);
    read_mode(policy);
    read_by(policy["by"]);
    read_count(policy["max_items"], "max_items", 1, GroupPolicy::most_items, "", out_.max_items);
    if (const json::View quiet = policy["quiet"]; given(quiet)) read_quiet(quiet);
    if (const json::View until = policy["muted_until"]; given(until)) {
      Timestamp time;
      if (!parse_timestamp(until.string(), time)) fail("muted_until", "must be a time, as 2026-05-14T09:00:00Z");
      out_.muted_until = time;
    }
    read_flag(policy["muted_pass_errors"], "muted_pass_errors", out_.muted_pass_errors);
    if (!problems_.empty()) return std::move(problems_).to_error("grouping");
    return std::move(out_);
  }

 private:
  static bool given(json::View value) noexcept { return value.exists() && !value.is_null(); }
  void fail(std::string_view field, std::string_view message) { problems_.add(field, message, "invalid_grouping"); }

  /// The place of a word among those of a list; their number where it is none.
  static std::size_t place_in(std::string_view word, std::string_view list) {
    std::size_t at = 0;
    std::size_t found = static_cast<std::size_t>(-1);
    for_each_key(list, [&](std::string_view known) {
      if (known == word) found = at;
      ++at;
    });
    return (std::min)(found, at);
  }

  void read_mode(json::View policy) {
    using Mode = GroupPolicy::Mode;
    const json::View mode = policy["mode"];
    const std::size_t place = place_in(mode.string(), grouping_modes);
    if (place < 3) out_.mode = static_cast<Mode>(place + 1);
    if (given(mode) && place == 3) fail("mode", "is not known here" + nearest_or_all(mode.string(), grouping_modes));
    const bool is_daily = out_.mode == Mode::daily;
    const bool has_window = out_.mode == Mode::throttle || out_.mode == Mode::digest;
    if (has_window) {
      std::size_t seconds = 0;
      read_count(policy["window"], "window", 1, GroupPolicy::longest_window_ms / 1000, " of seconds", seconds);
      out_.window_ms = static_cast<std::int64_t>(seconds) * 1000;
      if (!given(policy["window"])) fail("window", "is needed: the seconds within which events are told together");
    } else if (given(policy["window"])) {
      fail("window", "is for throttle and digest");
    }
    if (is_daily) {
      read_time(policy["at"], "at", out_.at);
      read_zone(policy["zone"], "zone", out_.zone);
      return;
    }
    for (const char* const key : {"at", "zone"}) {
      if (given(policy[key])) fail(key, "is for daily");
    }
  }

  void read_by(json::View by) {
    if (!given(by)) return;
    bool is_good = by.is_array() && by.size() <= GroupPolicy::most_paths;
    by.for_each_element([&](json::View path) {
      is_good = is_good && !path.string().empty() && path.string().size() <= 256;
      out_.by.emplace_back(path.string());
    });
    if (!is_good) fail("by", R"(must be a list of at most 8 keys, as ["type","app"])");
  }

  void read_count(json::View value, std::string_view field, std::int64_t least, std::int64_t most,
                  std::string_view what, std::size_t& out) {
    if (!given(value)) return;
    std::int64_t count = 0;
    if (value.integer(count) && count >= least && count <= most) {
      out = static_cast<std::size_t>(count);
      return;
    }
    std::string message = "must be a whole number";
    message.append(what).append(" from ").append(decimal(static_cast<std::uint64_t>(least)));
    fail(field, message.append(" to ").append(decimal(static_cast<std::uint64_t>(most))));
  }

  void read_flag(json::View value, std::string_view field, bool& out) {
    if (!given(value)) return;
    if (value.kind() != json::Kind::boolean) fail(field, "must be true or false");
    out = value.boolean();
  }

  void read_time(json::View value, std::string_view field, unsigned& out) {
    const std::string_view text = value.string();
    int hour = 0;
    int minute = 0;
    const bool is_time = text.size() == 5 && text[2] == ':' && read_pair(text.data(), 23, hour) &&
                         read_pair(text.data() + 3, 59, minute);
    if (!is_time) return fail(field, "must be a time of day, as \"09:00\"");
    out = static_cast<unsigned>(hour * 60 + minute);
  }

  void read_zone(json::View value, std::string_view field, std::string& out) {
    if (!given(value)) return;
    out = value.string();
    const bool is_name = !out.empty() && out.size() <= 64 && value.is_string();
    if (!is_name || (out != "UTC" && !zones_(out, Timestamp{0}))) {
      fail(field, "must be a time zone that is known here, as \"Europe/Paris\"");
    }
  }

  void read_quiet(json::View value) {
    QuietHours& quiet = out_.quiet.emplace();
    if (!value.is_object()) return fail("quiet", R"(must be an object, as {"from":"22:00","to":"07:00"})");
    check_keys(value, quiet_keys, "quiet.", problems_);
    read_time(value["from"], "quiet.from", quiet.from);
    read_time(value["to"], "quiet.to", quiet.to);
    if (problems_.empty() && quiet.from == quiet.to) fail("quiet.to", "must be another time than `from`");
    read_zone(value["zone"], "quiet.zone", quiet.zone);
    read_flag(value["pass_errors"], "quiet.pass_errors", quiet.pass_errors);
    const json::View days = value["days"];
    if (!given(days)) return;
    quiet.days = 0;
    bool is_good = days.is_array() && days.size() != 0;
    days.for_each_element([&](json::View day) {
      const std::size_t place = place_in(day.string(), weekdays);
      is_good = is_good && place < 7;
      quiet.days |= 1u << place;
    });
    if (!is_good) fail("quiet.days", R"(must be a list of days, as ["mon","tue"]: sun, mon, tue, wed, thu, fri, sat)");
  }

  const ZoneOffset& zones_;
  GroupPolicy out_;
  Problems problems_;
};

}  // namespace detail

NOTIFIER_INLINE Result<GroupPolicy> GroupPolicy::read(json::View policy, const ZoneOffset& zones) {
  return detail::GroupPolicyReader(zones).read(policy);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
