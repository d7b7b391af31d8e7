// What a notifier asks for where it wants fewer messages than there are events.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "notifier/grouping/zones.hpp"
#include "notifier/json/view.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/model/time.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

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

  /// Reads four members of a notifier, each of which may be missing or null: `grouping` as
  /// `{"mode":"throttle","window":600,"by":["type","app"],"max_items":20}`, `window` in seconds from 1 to 604800, with
  /// `at` as "09:00" and `zone` for daily; `quiet` as
  /// `{"from":"22:00","to":"07:00","days":["mon"],"zone":"Europe/Paris","pass_errors":true}`; `muted_until` as RFC
  /// 3339; `muted_pass_errors`.
  /// @param zones  what judges the names of zones
  /// @return errc::invalid; `fields` has the path of each fault, as "quiet.from", with the code invalid_grouping or
  ///         unknown_key
  static Result<GroupPolicy> read(json::View notifier, const ZoneOffset& zones);
  /// That of a notifier which is kept: its zones have been judged before.
  static Result<GroupPolicy> of(const Notifier& notifier);
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <string_view>
#include <utility>

#include "notifier/json/document.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view grouping_keys = "mode window by max_items at zone";
inline constexpr std::string_view quiet_keys = "from to days zone pass_errors";
inline constexpr std::string_view grouping_modes = "throttle digest daily";
inline constexpr std::string_view weekdays = "sun mon tue wed thu fri sat";

/// Judges the name of a zone by what is known; where nothing is, by its looks.
struct ZoneJudge {
  const ZoneLookup* known = nullptr;  ///< or null

  std::optional<std::int32_t> operator()(std::string_view zone, Timestamp at) const {
    if (known != nullptr && *known) return (*known)(zone, at);
    return may_be_zone(zone) ? std::optional<std::int32_t>(0) : std::nullopt;
  }
};

/// Reads the members of a notifier that a GroupPolicy is made of. What is not said stays as it is by itself.
class GroupPolicyReader {
 public:
  GroupPolicyReader(const ZoneOffset& zones, Problems& problems) : zones_(zones), problems_(problems) {}

  GroupPolicy& policy() noexcept { return out_; }

  NOTIFIER_NOINLINE void read_grouping(json::View policy) {
    if (!given(policy)) return;
    if (!policy.is_object()) return fail("grouping", R"(must be an object, as {"mode":"throttle","window":600})");
    check_keys(policy, grouping_keys, "grouping.", problems_);
    read_mode(policy);
    read_by(policy["by"]);
    read_count(policy["max_items"], "grouping.max_items", 1, GroupPolicy::most_items, "", out_.max_items);
  }

  void read_muted_until(std::string_view until) {
    if (!parse_timestamp(until, out_.muted_until.emplace())) {
      fail("muted_until", "must be a time, as 2026-05-14T09:00:00Z");
    }
  }

  void read_flag(json::View value, std::string_view field, bool& out) {
    if (!given(value)) return;
    if (value.kind() != json::Kind::boolean) fail(field, "must be true or false");
    out = value.boolean();
  }

  NOTIFIER_NOINLINE void read_quiet(json::View value) {
    if (!given(value)) return;
    QuietHours& quiet = out_.quiet.emplace();
    if (!value.is_object()) return fail("quiet", R"(must be an object, as {"from":"22:00","to":"07:00"})");
    check_keys(value, quiet_keys, "quiet.", problems_);
    const bool has_from = read_time(value["from"], "quiet.from", quiet.from);
    const bool has_to = read_time(value["to"], "quiet.to", quiet.to);
    if (has_from && has_to && quiet.from == quiet.to) fail("quiet.to", "must be another time than `from`");
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
    if (given(mode) && place == 3)
      fail("grouping.mode", joined("is not known here", nearest_or_all(mode.string(), grouping_modes)));
    const bool is_daily = out_.mode == Mode::daily;
    const bool has_window = out_.mode == Mode::throttle || out_.mode == Mode::digest;
    if (has_window) {
      std::size_t seconds = 0;
      read_count(policy["window"], "grouping.window", 1, GroupPolicy::longest_window_ms / 1000, " of seconds", seconds);
      out_.window_ms = static_cast<std::int64_t>(seconds) * 1000;
      if (!given(policy["window"]))
        fail("grouping.window", "is needed: the seconds within which events are told together");
    } else if (given(policy["window"]) && (is_daily || !given(mode))) {
      fail("grouping.window", "is for throttle and digest");
    }
    if (is_daily) {
      read_time(policy["at"], "grouping.at", out_.at);
      read_zone(policy["zone"], "grouping.zone", out_.zone);
      return;
    }
    if (given(policy["at"])) fail("grouping.at", "is for daily");
    if (given(policy["zone"])) fail("grouping.zone", "is for daily");
  }

  void read_by(json::View by) {
    if (!given(by)) return;
    bool is_good = by.is_array() && by.size() <= GroupPolicy::most_paths;
    by.for_each_element([&](json::View path) {
      is_good = is_good && !path.string().empty() && path.string().size() <= 256;
      out_.by.emplace_back(path.string());
    });
    if (!is_good) fail("grouping.by", R"(must be a list of at most 8 keys, as ["type","app"])");
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

  bool read_time(json::View value, std::string_view field, unsigned& out) {
    const std::string_view text = value.string();
    int hour = 0;
    int minute = 0;
    const bool is_time = text.size() == 5 && text[2] == ':' && read_pair(text.data(), 23, hour) &&
                         read_pair(text.data() + 3, 59, minute);
    if (!is_time) fail(field, "must be a time of day, as \"09:00\"");
    if (is_time) out = static_cast<unsigned>(hour * 60 + minute);
    return is_time;
  }

  void read_zone(json::View value, std::string_view field, std::string& out) {
    if (!given(value)) return;
    out = value.string();
    const bool is_name = !out.empty() && out.size() <= 64 && value.is_string();
    if (!is_name || (out != "UTC" && !zones_(out, Timestamp{0}))) {
      fail(field, "must be a time zone that is known here, as \"Europe/Paris\"");
    }
  }

  const ZoneOffset& zones_;
  Problems& problems_;
  GroupPolicy out_;
};

/// Reads what is kept of a notifier as JSON.
NOTIFIER_NOINLINE inline void read_kept_grouping(const Notifier& notifier, GroupPolicyReader& reader,
                                                 Problems& problems) {
  const auto read = [&](const std::string& json, std::string_view field, bool is_quiet) {
    if (json.empty()) return;
    json::Document document;
    const auto root = document.parse(json, NOTIFIER_MAX_GROUPING_BYTES);
    if (!root) return problems.add(field, root.error().message, "invalid_grouping");
    is_quiet ? reader.read_quiet(*root) : reader.read_grouping(*root);
  };
  read(notifier.grouping, "grouping", false);
  read(notifier.quiet, "quiet", true);
}

}  // namespace detail

NOTIFIER_INLINE Result<GroupPolicy> GroupPolicy::read(json::View notifier, const ZoneOffset& zones) {
  detail::Problems problems;
  detail::GroupPolicyReader reader(zones, problems);
  reader.read_grouping(notifier["grouping"]);
  reader.read_quiet(notifier["quiet"]);
  const json::View until = notifier["muted_until"];
  if (until.exists() && !until.is_null()) reader.read_muted_until(until.string());
  reader.read_flag(notifier["muted_pass_errors"], "muted_pass_errors", reader.policy().muted_pass_errors);
  if (!problems.empty()) return std::move(problems).to_error("grouping");
  return std::move(reader.policy());
}

NOTIFIER_INLINE Result<GroupPolicy> GroupPolicy::of(const Notifier& notifier) {
  const detail::ZoneJudge judge;
  detail::Problems problems;
  const ZoneOffset zones(judge);
  detail::GroupPolicyReader reader(zones, problems);
  detail::read_kept_grouping(notifier, reader, problems);
  if (!problems.empty()) return std::move(problems).to_error("grouping");
  reader.policy().muted_until = notifier.muted_until;
  reader.policy().muted_pass_errors = notifier.muted_pass_errors;
  return std::move(reader.policy());
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
