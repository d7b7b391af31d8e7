// Times of day in a zone, as moments: also on the days on which a clock is put forward or back.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/grouping/policy.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A zone's calendar. A zone that is not known any more is UTC.
class LocalTime {
 public:
  LocalTime(std::string_view zone, const ZoneOffset& zones) : zone_(zone), zones_(zones) {}

  /// The day that a moment is on there, counted from 1970-01-01.
  std::int64_t day_of(Timestamp at) const { return floor_day(local(at.ms)); }

  /// The moment of a time of day. Where a clock shows it twice, the first; where it skips it, that of the skip.
  Timestamp moment(std::int64_t day, unsigned minutes) const {
    const std::int64_t wanted = day * ms_per_day + std::int64_t{minutes} * 60'000;
    // By the offsets of the day before and the day after it is one of two moments, or there is a change between.
    const std::int64_t a = wanted - offset(wanted - ms_per_day);
    const std::int64_t b = wanted - offset(wanted + ms_per_day);
    for (const std::int64_t at : {(std::min)(a, b), (std::max)(a, b)}) {
      if (local(at) == wanted) return Timestamp{at};
    }
    std::int64_t low = (std::min)(a, b) - ms_per_day / 4;
    std::int64_t high = (std::max)(a, b) + ms_per_day / 4;
    while (low + 1 < high) {
      const std::int64_t middle = low + (high - low) / 2;
      (local(middle) < wanted ? low : high) = middle;
    }
    return Timestamp{high};
  }

  /// The first moment after `now` with this time of day.
  Timestamp next(Timestamp now, unsigned minutes) const {
    for (std::int64_t day = day_of(now) - 1;; ++day) {
      const Timestamp at = moment(day, minutes);
      if (now < at) return at;
    }
  }

  /// When the quiet hours end that `now` lies in; nullopt where it lies in none.
  std::optional<Timestamp> quiet_end(Timestamp now, const QuietHours& quiet) const {
    const std::int64_t today = day_of(now);
    for (const std::int64_t day : {today - 1, today}) {
      if ((quiet.days >> weekday_of(day) & 1) == 0) continue;
      const Timestamp begin = moment(day, quiet.from);
      const Timestamp end = moment(quiet.to > quiet.from ? day : day + 1, quiet.to);
      if (!(now < begin) && now < end) return end;
    }
    return std::nullopt;
  }

 private:
  static std::int64_t floor_day(std::int64_t ms) noexcept {
    return (ms - ((ms % ms_per_day + ms_per_day) % ms_per_day)) / ms_per_day;
  }
  std::int64_t offset(std::int64_t at) const {
    if (zone_.empty() || zone_ == "UTC") return 0;
    return std::int64_t{zones_(zone_, Timestamp{at}).value_or(0)} * 1000;
  }
  std::int64_t local(std::int64_t at) const { return at + offset(at); }

  std::string_view zone_;
  const ZoneOffset& zones_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
