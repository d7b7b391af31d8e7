#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. From year 1 to year 9999; writers take what lies
/// outside as the nearest moment within.
struct Timestamp {
  std::int64_t ms = 0;

  friend constexpr bool operator==(Timestamp a, Timestamp b) noexcept { return a.ms == b.ms; }
  friend constexpr bool operator!=(Timestamp a, Timestamp b) noexcept { return a.ms != b.ms; }
  friend constexpr bool operator<(Timestamp a, Timestamp b) noexcept { return a.ms < b.ms; }
};

/// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
inline constexpr Timestamp first_timestamp{-62135596800000};
inline constexpr Timestamp last_timestamp{253402300799999};

/// A moment's civil date and time in UTC.
struct CivilTime {
  int year, month, day;  ///< month and day from 1
  int hour, minute, second, millisecond;
  int weekday;  ///< 0 is Sunday
};

/// The UTC calendar's date and time of day. Before year 1 and after year 9999 it is the first or last of them.
CivilTime civil_time(Timestamp time) noexcept;

/// What a text is as a time.
enum class TimeText : std::uint8_t {
  none,     ///< no time
  zoned,    ///< a moment: the text says its zone
  unzoned,  ///< a date and a time of day, taken for UTC: nothing says whose
};

/// Reads RFC 3339 (2018-05-14T09:46:42.077Z), and what people and programs write in its place and can be read in one
/// way only: "T", "t" or a space between; no seconds; any number of decimals (cut to milliseconds) after a point or a
/// comma; a space before the zone; the zone as "Z", "z", "UTC", "GMT", "+01:00", "+0100" or "+01". A leap second reads
/// as the second after it.
/// @param civil  the moment's civil_time()
/// @return TimeText::none, and both unchanged, for anything else, dates that do not exist, and years outside 1 to 9999.
TimeText read_timestamp(std::string_view text, Timestamp& out, CivilTime& civil) noexcept;

/// The same, where a time without a zone is none.
bool parse_timestamp(std::string_view text, Timestamp& out) noexcept;
/// The same, and its civil_time().
bool parse_timestamp(std::string_view text, Timestamp& out, CivilTime& civil) noexcept;

/// What to tell whoever wrote a time that is taken as it can be read: a sentence's end, after the name of the field.
/// Empty where there is nothing to tell, as of an empty text.
std::string_view remark_on_time(std::string_view text) noexcept;

/// Appends RFC 3339 in UTC with exactly three decimals, as 2018-05-14T09:46:42.077Z.
void append_rfc3339(Buffer& out, Timestamp time);
/// The same as a text of its own.
std::string to_rfc3339(Timestamp time);
/// Appends the Date of a mail, RFC 5322: Mon, 14 May 2018 09:46:42 +0000.
void append_rfc5322(Buffer& out, Timestamp time);
/// Appends what a person reads: 14 May 2018, 09:46 UTC.
void append_readable(Buffer& out, Timestamp time);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstring>

#include "notifier/text/ascii.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr std::int64_t ms_per_day = 86400000;

constexpr bool is_leap_year(int year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int days_in_month(int year, int month) noexcept {
  return month == 2 ? (is_leap_year(year) ? 29 : 28) : 30 + ((month ^ month / 8) & 1);
}

// Counts years from March, so that the leap day is a year's last and a month's start is linear in its number.
constexpr std::int64_t days_from_civil(int year, int month, int day) noexcept {
  // Four centuries later, so that all is unsigned.
  const std::uint32_t y = static_cast<std::uint32_t>(month > 2 ? year : year - 1) + 400;
  const std::uint32_t m = static_cast<std::uint32_t>(month > 2 ? month - 3 : month + 9);
  const std::uint32_t century = y / 100;
  const std::uint32_t days =
      y * 365 + y / 4 - century + century / 4 + (m * 153 + 2) / 5 + static_cast<std::uint32_t>(day);
  return std::int64_t{days} - 719469 - 146097;
}

/// @param days  since 1970-01-01, not before year 1
constexpr int weekday_of(std::int64_t days) noexcept {
  return static_cast<int>(static_cast<std::uint32_t>(days + 719471) % 7);
}

constexpr Timestamp within_calendar(Timestamp time) noexcept {
  return Timestamp{std::clamp(time.ms, first_timestamp.ms, last_timestamp.ms)};
}

/// Reads two digits that are no more than `most`, of two digits too: where the first byte is no digit they are more.
constexpr bool read_pair(const char* p, unsigned most, int& out) noexcept {
  const unsigned tens = static_cast<unsigned char>(p[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(p[1]) - unsigned{'0'};
  out = static_cast<int>(tens * 10 + ones);
  return ones <= 9 && tens * 10 + ones <= most;
}

/// Two bytes that are known to be digits.
constexpr int pair_at(const char* p) noexcept { return (p[0] - '0') * 10 + (p[1] - '0'); }

/// Whether the sixteen bytes at `p` are digits and separators as in "2018-05-14T09:46", but for the T.
inline bool has_date_and_minute(const char* p) noexcept {
  static constexpr char first[] =
      "0000-00-00\0"
      "00:00";
  static constexpr char width[] = "\11\11\11\11\0\11\11\0\11\11\377\11\11\0\11\11";
  const Bytes offset = Bytes::load(p) - Bytes::load(first);
  return offset.at_most(Bytes::load(width)).is(Bytes::all(0)).none();
}

/// Two digits at a time: with one after the other each division would wait for the last.
inline char* write_two_digits(char* out, int value) noexcept {
  std::memcpy(out,
              &"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
               "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"[2 * value],
              2);
  return out + 2;
}
inline char* write_digits(char* out, int value, int count) noexcept {
  if (count == 4) out = write_two_digits(out, value / 100);
  if (count == 3) *out++ = static_cast<char>('0' + value / 100);
  if (count == 1) {
    *out = static_cast<char>('0' + value);
    return out + 1;
  }
  return write_two_digits(out, value % 100);
}

/// A day of the month as people write it, without a leading zero.
inline char* write_day(char* out, int value) noexcept { return write_digits(out, value, value < 10 ? 1 : 2); }

constexpr std::string_view month_name(int month) noexcept {
  return {&"JanFebMarAprMayJunJulAugSepOctNovDec"[(month - 1) * 3], 3};
}

constexpr std::string_view weekday_name(int weekday) noexcept { return {&"SunMonTueWedThuFriSat"[weekday * 3], 3}; }

}  // namespace detail

namespace detail {

inline void fill(CivilTime& out, Timestamp time) noexcept {
  // Unsigned: then a division by a constant is a multiplication and a shift.
  const auto ms = static_cast<std::uint64_t>(within_calendar(time).ms - first_timestamp.ms);
  constexpr std::uint64_t day = ms_per_day;
  const auto days = static_cast<std::uint32_t>(ms / day) + 306;  // since 0000-03-01
  const auto in_day = static_cast<std::uint32_t>(ms % day);

  const std::uint32_t century = (4 * days + 3) / 146097;
  const std::uint32_t in_century = days - century * 146097 / 4;
  const std::uint32_t year_of_century = (4 * in_century + 3) / 1461;
  const std::uint32_t in_year = in_century - year_of_century * 1461 / 4;
  const std::uint32_t month = (5 * in_year + 2) / 153;  // 0 is March
  const std::uint32_t seconds = in_day / 1000;
  const std::uint32_t minutes = seconds / 60;

  out.day = static_cast<int>(in_year - (153 * month + 2) / 5 + 1);
  out.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  out.year = static_cast<int>(century * 100 + year_of_century + (month < 10 ? 0 : 1));
  out.hour = static_cast<int>(minutes / 60);
  out.minute = static_cast<int>(minutes % 60);
  out.second = static_cast<int>(seconds % 60);
  out.millisecond = static_cast<int>(in_day % 1000);
  out.weekday = weekday_of(std::int64_t{days} - 719468);
}

}  // namespace detail

NOTIFIER_INLINE CivilTime civil_time(Timestamp time) noexcept {
  CivilTime out;
  detail::fill(out, time);
  return out;
}

namespace detail {

/// Reads a zone other than "Z": all that is left of a text.
/// @param offset  minutes east of UTC
NOTIFIER_NOINLINE inline TimeText read_zone(std::string_view text, int& offset) noexcept {
  offset = 0;
  if (text.empty()) return TimeText::unzoned;
  if (text.front() == ' ') text.remove_prefix(1);
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") return TimeText::zoned;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return TimeText::none;
  int hours{};
  int minutes = 0;
  if (!read_pair(text.data() + 1, 23, hours)) return TimeText::none;
  if (text.size() != 3) {
    const std::size_t at = text[3] == ':' ? 4 : 3;
    if (text.size() != at + 2 || !read_pair(text.data() + at, 59, minutes)) return TimeText::none;
  }
  offset = (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
  return TimeText::zoned;
}

}  // namespace detail

NOTIFIER_INLINE TimeText read_timestamp(std::string_view text, Timestamp& out, CivilTime& civil) noexcept {
  if (text.size() < 16) return TimeText::none;
  const char* p = text.data();
  const char* const end = p + text.size();
  if (!detail::has_date_and_minute(p)) return TimeText::none;
  if (p[10] != 'T' && p[10] != 't' && p[10] != ' ') return TimeText::none;

  const int year = detail::pair_at(p) * 100 + detail::pair_at(p + 2);
  const int month = detail::pair_at(p + 5);
  const int day = detail::pair_at(p + 8);
  const int hour = detail::pair_at(p + 11);
  const int minute = detail::pair_at(p + 14);
  if (month < 1 || month > 12 || day < 1 || day > detail::days_in_month(year, month)) return TimeText::none;
  if (hour > 23 || minute > 59) return TimeText::none;
  p += 16;

  int second = 0;
  int millisecond = 0;
  if (p != end && *p == ':') {
    if (end - p < 3 || !detail::read_pair(p + 1, 60, second)) return TimeText::none;
    p += 3;
    if (p != end && (*p == '.' || *p == ',')) {
      int decimals = 0;
      for (++p; p != end && detail::is_digit(*p); ++p, ++decimals) {
        if (decimals < 3) millisecond = millisecond * 10 + (*p - '0');
      }
      if (decimals == 0) return TimeText::none;
      for (; decimals < 3; ++decimals) millisecond *= 10;
    }
  }

  int offset = 0;
  TimeText found = TimeText::zoned;
  if (end - p != 1 || *p != 'Z') {
    found = detail::read_zone({p, static_cast<std::size_t>(end - p)}, offset);
    if (found == TimeText::none) return found;
  }

  const std::int64_t days = detail::days_from_civil(year, month, day);
  const std::int64_t minutes = (days * 24 + hour) * 60 + minute - offset;
  Timestamp time{(minutes * 60 + second) * 1000};
  if (second == 60) {
    if (time.ms % detail::ms_per_day != 0) return TimeText::none;
  } else {
    time.ms += millisecond;
  }
  if (time < first_timestamp || last_timestamp < time) return TimeText::none;
  out = time;
  if (offset == 0 && second != 60) {
    civil = {year, month, day, hour, minute, second, millisecond, detail::weekday_of(days)};
  } else {
    detail::fill(civil, time);
  }
  return found;
}

NOTIFIER_INLINE bool parse_timestamp(std::string_view text, Timestamp& out, CivilTime& civil) noexcept {
  Timestamp time;
  CivilTime its_civil;
  if (read_timestamp(text, time, its_civil) != TimeText::zoned) return false;
  out = time;
  civil = its_civil;
  return true;
}

NOTIFIER_INLINE bool parse_timestamp(std::string_view text, Timestamp& out) noexcept {
  CivilTime civil;
  return parse_timestamp(text, out, civil);
}

NOTIFIER_INLINE std::string_view remark_on_time(std::string_view text) noexcept {
  if (text.empty()) return {};
  Timestamp time;
  CivilTime civil;
  switch (read_timestamp(text, time, civil)) {
    case TimeText::zoned: return {};
    case TimeText::unzoned: return "has no zone and was read as UTC: end it with Z, or with its offset as +02:00";
    case TimeText::none: break;
  }
  return "is no time and was left out: write it as 2018-05-14T09:46:42Z";
}

namespace detail {

inline char* write_rfc3339(char* p, const CivilTime& civil) noexcept {
  p = write_digits(p, civil.year, 4);
  *p++ = '-';
  p = write_digits(p, civil.month, 2);
  *p++ = '-';
  p = write_digits(p, civil.day, 2);
  *p++ = 'T';
  p = write_digits(p, civil.hour, 2);
  *p++ = ':';
  p = write_digits(p, civil.minute, 2);
  *p++ = ':';
  p = write_digits(p, civil.second, 2);
  *p++ = '.';
  p = write_digits(p, civil.millisecond, 3);
  *p++ = 'Z';
  return p;
}

// The next two write what is the same in all, and then the rest into it.

inline char* write_rfc5322(char* p, const CivilTime& civil) noexcept {
  std::memcpy(p, weekday_name(civil.weekday).data(), 3);
  std::memcpy(p + 3, ", ", 2);
  p = write_day(p + 5, civil.day);
  static constexpr char rest[] = " Jan 2000 00:00:00 +0000";
  std::memcpy(p, rest, sizeof rest - 1);
  std::memcpy(p + 1, month_name(civil.month).data(), 3);
  write_digits(p + 5, civil.year, 4);
  write_two_digits(p + 10, civil.hour);
  write_two_digits(p + 13, civil.minute);
  write_two_digits(p + 16, civil.second);
  return p + sizeof rest - 1;
}

inline char* write_readable(char* p, const CivilTime& civil) noexcept {
  p = write_day(p, civil.day);
  static constexpr char rest[] = " Jan 2000, 00:00 UTC";
  std::memcpy(p, rest, sizeof rest - 1);
  std::memcpy(p + 1, month_name(civil.month).data(), 3);
  write_digits(p + 5, civil.year, 4);
  write_two_digits(p + 11, civil.hour);
  write_two_digits(p + 14, civil.minute);
  return p + sizeof rest - 1;
}

}  // namespace detail

NOTIFIER_INLINE void append_rfc3339(Buffer& out, Timestamp time) {
  out.set_end(detail::write_rfc3339(out.room(std::string_view("2018-05-14T09:46:42.077Z").size()), civil_time(time)));
}

NOTIFIER_INLINE std::string to_rfc3339(Timestamp time) {
  Buffer buffer;
  append_rfc3339(buffer, time);
  return buffer.str();
}

NOTIFIER_INLINE void append_rfc5322(Buffer& out, Timestamp time) {
  out.set_end(
      detail::write_rfc5322(out.room(std::string_view("Mon, 14 May 2018 09:46:42 +0000").size()), civil_time(time)));
}

NOTIFIER_INLINE void append_readable(Buffer& out, Timestamp time) {
  out.set_end(detail::write_readable(out.room(std::string_view("14 May 2018, 09:46 UTC").size()), civil_time(time)));
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
