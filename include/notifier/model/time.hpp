#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. From year 1 to year 9999.
struct Timestamp {
  std::int64_t ms = 0;

  friend constexpr bool operator==(Timestamp a, Timestamp b) noexcept { return a.ms == b.ms; }
  friend constexpr bool operator!=(Timestamp a, Timestamp b) noexcept { return a.ms != b.ms; }
  friend constexpr bool operator<(Timestamp a, Timestamp b) noexcept { return a.ms < b.ms; }
};

/// A moment's civil date and time in UTC.
struct CivilTime {
  int year, month, day;       ///< month and day from 1
  int hour, minute, second, millisecond;
  int weekday;                ///< 0 is Sunday
};

CivilTime civil_time(Timestamp time) noexcept;

/// Reads RFC 3339 with any offset and any number of decimals (cut to milliseconds); "T", "t" or a space between.
/// @return false, and `out` unchanged, for anything else, dates that do not exist, and years outside 1 to 9999.
bool parse_timestamp(std::string_view text, Timestamp& out) noexcept;

/// Appends RFC 3339 in UTC with exactly three decimals, as 2018-05-14T09:46:42.077Z.
void append_rfc3339(Buffer& out, Timestamp time);
std::string to_rfc3339(Timestamp time);
/// Appends the Date of a mail, RFC 5322: Mon, 14 May 2018 09:46:42 +0000.
void append_rfc5322(Buffer& out, Timestamp time);
/// Appends what a person reads: 14 May 2018, 09:46 UTC.
void append_readable(Buffer& out, Timestamp time);

NOTIFIER_NAMESPACE_END
