// Retry-After: how long a server asks to be left alone.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Reads an HTTP date in its three forms (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94
/// 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994". The day's name is not compared with the date.
///
/// @param now  decides the century of a two-digit year: a date more than 50 years ahead belongs to the one before.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) noexcept;

/// Reads the value of Retry-After: seconds (RFC 9110 section 10.2.3), with a fraction as some chat services send them,
/// or an HTTP date.
///
/// @return milliseconds from `now` on, rounded up, 0 for a date gone by, at most a year; nothing for any other text.
std::optional<std::int64_t> parse_retry_after(std::string_view text, Timestamp now) noexcept;

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstddef>

#include "notifier/net/url.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail::net {

inline constexpr std::int64_t longest_asked_ms = std::int64_t{366} * 24 * 3600 * 1000;

/// Takes parts off the front of a text. After the first part that is not there all others are missing too, and what
/// numbers they are means nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : text_(text) {}

  bool good() const noexcept { return good_; }
  bool at_end() const noexcept { return good_ && text_.empty(); }
  char peek() const noexcept { return text_.empty() ? '\0' : text_[0]; }

  void literal(std::string_view expected) noexcept {
    good_ = good_ && text_.substr(0, expected.size()) == expected;
    if (good_) text_.remove_prefix(expected.size());
  }
  /// Exactly `digits` digits, of which the first may be a space where `padded` says so.
  int number(std::size_t digits, bool padded = false) noexcept {
    std::string_view number = text_.substr(0, digits);
    good_ = good_ && number.size() == digits;
    text_.remove_prefix(number.size());
    if (padded && !number.empty() && number[0] == ' ') number.remove_prefix(1);
    int value = 0;
    for (const char c : number) {
      good_ = good_ && is_digit(c);
      value = value * 10 + (c - '0');
    }
    return value;
  }
  /// A month's name as a number from 1.
  int month() noexcept {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::string_view name = text_.substr(0, 3);
    const std::size_t at = names.find(name);
    good_ = good_ && name.size() == 3 && at != std::string_view::npos && at % 3 == 0;
    text_.remove_prefix(name.size());
    return static_cast<int>(at / 3) + 1;
  }
  std::string_view letters() noexcept {
    std::size_t size = 0;
    while (size < text_.size() && is_letter(text_[size])) ++size;
    const std::string_view word = text_.substr(0, size);
    text_.remove_prefix(size);
    return word;
  }

 private:
  std::string_view text_;
  bool good_ = true;
};

struct ClockTime {
  int hour, minute, second;
};

inline ClockTime scan_clock(Scanner& in) noexcept {
  ClockTime clock{};
  clock.hour = in.number(2);
  in.literal(":");
  clock.minute = in.number(2);
  in.literal(":");
  clock.second = in.number(2);
  return clock;
}

inline void put_digits(char* out, int value, int digits) noexcept {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

/// The moment of a civil date and time in UTC, or nothing where there is no such date.
inline std::optional<Timestamp> moment(int year, int month, int day, ClockTime clock) noexcept {
  char text[] = "0000-00-00T00:00:00Z";
  put_digits(text, year, 4);
  put_digits(text + 5, month, 2);
  put_digits(text + 8, day, 2);
  put_digits(text + 11, clock.hour, 2);
  put_digits(text + 14, clock.minute, 2);
  put_digits(text + 17, clock.second == 60 ? 59 : clock.second, 2);  // a leap second is a second that is not counted
  Timestamp time;
  if (!parse_timestamp(std::string_view(text, sizeof text - 1), time)) return std::nullopt;
  return time;
}

inline bool is_day_name(std::string_view word) noexcept {
  for (const std::string_view name : {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}) {
    if (word == name || word == name.substr(0, 3)) return true;
  }
  return false;
}

}  // namespace detail::net

NOTIFIER_INLINE std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) noexcept {
  using namespace detail::net;
  Scanner in(text);
  const std::string_view weekday = in.letters();
  if (!is_day_name(weekday)) return std::nullopt;
  int year = 0;
  int month = 0;
  int day = 0;
  ClockTime clock{};
  bool two_digits = false;
  if (in.peek() != ',') {
    in.literal(" ");
    month = in.month();
    in.literal(" ");
    day = in.number(2, true);
    in.literal(" ");
    clock = scan_clock(in);
    in.literal(" ");
    year = in.number(4);
  } else {
    in.literal(", ");
    day = in.number(2);
    two_digits = in.peek() == '-';
    const std::string_view separator = two_digits ? "-" : " ";
    in.literal(separator);
    month = in.month();
    in.literal(separator);
    year = in.number(two_digits ? 2 : 4);
    in.literal(" ");
    clock = scan_clock(in);
    in.literal(" GMT");
  }
  if (!in.at_end()) return std::nullopt;
  if (two_digits) {
    const int this_year = civil_time(now).year;
    year += this_year - this_year % 100;
    if (year > this_year + 50) year -= 100;
  }
  return moment(year, month, day, clock);
}

NOTIFIER_INLINE std::optional<std::int64_t> parse_retry_after(std::string_view text, Timestamp now) noexcept {
  using namespace detail::net;
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  if (!detail::is_digit(text[0])) {
    const auto date = parse_http_date(text, now);
    if (!date) return std::nullopt;
    return (std::min)((std::max)(date->ms - now.ms, std::int64_t{0}), longest_asked_ms);
  }
  std::int64_t ms = 0;
  std::size_t i = 0;
  for (; i < text.size() && detail::is_digit(text[i]); ++i) {
    ms = (std::min)(ms * 10 + (text[i] - '0') * std::int64_t{1000}, longest_asked_ms);
  }
  if (i < text.size() && text[i] == '.') {
    bool more = false;
    const std::size_t first = ++i;
    for (std::int64_t unit = 100; i < text.size() && detail::is_digit(text[i]); ++i, unit /= 10) {
      ms += unit * (text[i] - '0');
      more = more || (unit == 0 && text[i] != '0');
    }
    if (i == first) return std::nullopt;
    ms += more ? 1 : 0;
  }
  if (i != text.size()) return std::nullopt;
  return (std::min)(ms, longest_asked_ms);
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
