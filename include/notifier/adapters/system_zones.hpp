// What the system knows of time zones: the files of the IANA database, as TZif (RFC 8536).

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/grouping/policy.hpp"
#include "notifier/grouping/zones.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The zones of the system's database, for RegistryOptions::zones and GroupHost::zones. Files are read when they are
/// first asked for, and kept. Thread-safe. Where there is no database, nothing but UTC is known.
/// @param folder  where the database lies
ZoneLookup system_zones(std::string folder = "/usr/share/zoneinfo");

namespace detail {

/// The rule of a zone for all times that its file does not list, as "CET-1CEST,M3.5.0,M10.5.0/3".
class ZoneRule {
 public:
  /// @return nullopt where the text is none
  static std::optional<ZoneRule> read(std::string_view text);
  /// @param seconds  since 1970 in UTC
  std::int32_t offset(std::int64_t seconds) const noexcept;

 private:
  /// When in a year a change is: of a month, the so manieth weekday; or a day, counted with or without 29 February.
  struct Day {
    enum class Kind : std::uint8_t { month, julian, zero_based } kind = Kind::month;
    int month = 0, week = 0, day = 0;
    std::int64_t time = 7200;  ///< seconds after its midnight

    /// Seconds from 1970 to it, by the clock of the zone.
    std::int64_t of(std::int64_t year) const noexcept;
  };
  class Reader;

  std::int32_t standard_ = 0;
  std::int32_t summer_ = 0;
  bool has_summer_ = false;
  Day from_, to_;
};

/// What a zone's file says.
struct ZoneFile {
  std::vector<std::int64_t> times;    ///< seconds since 1970 in UTC, ascending
  std::vector<std::int32_t> offsets;  ///< from each of them on; one more stands before them, for what was earlier
  std::optional<ZoneRule> rule;       ///< after the last of them

  /// @return nullopt where the bytes are no such file
  static std::optional<ZoneFile> read(std::string_view bytes);
  std::int32_t offset(std::int64_t seconds) const noexcept {
    if (rule && (times.empty() || seconds >= times.back())) return rule->offset(seconds);
    const auto after = std::upper_bound(times.begin(), times.end(), seconds);
    return offsets[static_cast<std::size_t>(after - times.begin())];
  }
};

/// Files that were read, by name.
class ZoneFiles {
 public:
  explicit ZoneFiles(std::string folder) : folder_(std::move(folder)) {}

  std::optional<std::int32_t> offset(std::string_view zone, Timestamp at) {
    if (zone == "UTC") return 0;
    if (zone.empty() || zone.front() == '/' || zone.size() > 64 || !may_be_zone(zone)) return std::nullopt;
    const std::lock_guard<std::mutex> lock(mutex_);
    auto known = files_.find(zone);
    if (known == files_.end()) {
      auto file = ZoneFile::read(bytes_of(std::string(folder_).append("/").append(zone)));
      if (!file) return std::nullopt;
      known = files_.emplace(zone, *std::move(file)).first;
    }
    const std::int64_t ms = at.ms;
    return known->second.offset((ms - (ms % 1000 + 1000) % 1000) / 1000);
  }

 private:
  /// Empty where it cannot be read, or is too long for one.
  static std::string bytes_of(const std::string& path) {
    constexpr std::size_t most = 256 * 1024;
    std::string bytes;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return bytes;
    bytes.resize(most);
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size<most; size += got> 0 ? static_cast<std::size_t>(got) : 0) {
      got = ::read(file, &bytes[size], most - size);
    }
    ::close(file);
    bytes.resize(size == most ? 0 : size);
    return bytes;
  }

  std::string folder_;
  std::mutex mutex_;
  std::map<std::string, ZoneFile, std::less<>> files_;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline std::int64_t days_of_civil(std::int64_t year, int month, int day) noexcept {
  const std::int64_t shifted = month <= 2 ? year - 1 : year;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const std::int64_t of_era = shifted - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

inline std::int64_t ZoneRule::Day::of(std::int64_t year) const noexcept {
  constexpr std::int64_t day_seconds = 86'400;
  const std::int64_t first = days_of_civil(year, 1, 1);
  if (kind == Kind::zero_based) return (first + day) * day_seconds + time;
  if (kind == Kind::julian) {
    const bool is_leap = days_of_civil(year, 3, 1) - first == 60;
    return (first + day - 1 + (is_leap && day >= 60 ? 1 : 0)) * day_seconds + time;
  }
  const std::int64_t begin = days_of_civil(year, month, 1);
  const std::int64_t end = month == 12 ? days_of_civil(year + 1, 1, 1) : days_of_civil(year, month + 1, 1);
  const std::int64_t weekday = ((begin + 4) % 7 + 7) % 7;
  std::int64_t at = begin + (day - weekday + 7) % 7 + 7 * (week - 1);
  if (at >= end) at -= 7;
  return at * day_seconds + time;
}

inline std::int32_t ZoneRule::offset(std::int64_t seconds) const noexcept {
  if (!has_summer_) return standard_;
  // A year by the zone's own clock: no zone changes at its end.
  std::int64_t year = 1970 + (seconds + standard_) / 31'556'952;
  while (days_of_civil(year, 1, 1) * 86'400 > seconds + standard_) --year;
  while (days_of_civil(year + 1, 1, 1) * 86'400 <= seconds + standard_) ++year;
  const std::int64_t from = from_.of(year) - standard_;
  const std::int64_t to = to_.of(year) - summer_;
  const bool is_summer = from < to ? seconds >= from && seconds < to : seconds >= from || seconds < to;
  return is_summer ? summer_ : standard_;
}

class ZoneRule::Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const noexcept { return text_.empty(); }
  bool take(char c) noexcept {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool name() noexcept {
    std::size_t size = 0;
    if (take('<')) {
      size = text_.find('>');
      if (size == std::string_view::npos) return false;
      text_.remove_prefix(size + 1);
      return true;
    }
    while (size < text_.size() && ((text_[size] | 32) >= 'a' && (text_[size] | 32) <= 'z')) ++size;
    text_.remove_prefix(size);
    return size >= 3;
  }
  bool number(int& out) noexcept {
    std::size_t size = 0;
    out = 0;
    for (; size < text_.size() && size < 4 && text_[size] >= '0' && text_[size] <= '9'; ++size) {
      out = out * 10 + (text_[size] - '0');
    }
    text_.remove_prefix(size);
    return size != 0;
  }
  /// Hours, and minutes and seconds where they are given.
  bool time(std::int64_t& out) noexcept {
    const bool is_negative = take('-');
    if (!is_negative) take('+');
    int parts[3] = {};
    if (!number(parts[0])) return false;
    for (int i = 1; i < 3 && take(':'); ++i) {
      if (!number(parts[i])) return false;
    }
    out = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (is_negative) out = -out;
    return true;
  }
  bool day(Day& out) noexcept {
    bool is_good = take(',');
    if (take('M')) {
      is_good = is_good && number(out.month) && take('.') && number(out.week) && take('.') && number(out.day) &&
                out.month >= 1 && out.month <= 12 && out.week >= 1 && out.week <= 5 && out.day <= 6;
    } else {
      out.kind = take('J') ? Day::Kind::julian : Day::Kind::zero_based;
      is_good = is_good && number(out.day) && out.day <= 365;
    }
    return is_good && (!take('/') || time(out.time));
  }

 private:
  std::string_view text_;
};

inline std::optional<ZoneRule> ZoneRule::read(std::string_view text) {
  ZoneRule rule;
  Reader reader(text);
  std::int64_t west = 0;
  if (!reader.name() || !reader.time(west)) return std::nullopt;
  rule.standard_ = static_cast<std::int32_t>(-west);
  if (reader.at_end()) return rule;
  rule.has_summer_ = true;
  rule.summer_ = rule.standard_ + 3600;
  if (!reader.name()) return std::nullopt;
  if (reader.time(west)) rule.summer_ = static_cast<std::int32_t>(-west);
  if (!reader.day(rule.from_) || !reader.day(rule.to_) || !reader.at_end()) return std::nullopt;
  return rule;
}

inline std::optional<ZoneFile> ZoneFile::read(std::string_view bytes) {
  constexpr std::size_t header_size = 44;
  const auto number = [&](std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    if (size == 4) return static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(value)));
    return static_cast<std::int64_t>(value);
  };
  // Twice the same: with times of 32 bits for old readers, then of 64.
  std::size_t at = 0;
  for (const std::size_t width : {std::size_t{4}, std::size_t{8}}) {
    if (bytes.size() < at + header_size || bytes.substr(at, 4) != "TZif" || bytes[at + 4] < '2') return std::nullopt;
    std::array<std::size_t, 6> counts{};  // UTC marks, standard marks, leap seconds, times, types, letters
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] = static_cast<std::size_t>(static_cast<std::uint32_t>(number(at + 20 + 4 * i, 4)));
      if (counts[i] > bytes.size()) return std::nullopt;
    }
    at += header_size;
    const std::size_t times = counts[3];
    const std::size_t types = counts[4];
    const std::size_t size =
        times * (width + 1) + types * 6 + counts[5] + counts[2] * (width + 4) + counts[1] + counts[0];
    if (bytes.size() < at + size || types == 0) return std::nullopt;
    if (width == 8) {
      ZoneFile file;
      const std::size_t kinds_at = at + times * width;
      const auto offset_of = [&](std::size_t type) {
        return static_cast<std::int32_t>(number(kinds_at + times + type * 6, 4));
      };
      file.offsets.push_back(offset_of(0));
      for (std::size_t i = 0; i < times; ++i) {
        const auto type = static_cast<unsigned char>(bytes[kinds_at + i]);
        if (type >= types) return std::nullopt;
        file.times.push_back(number(at + i * width, width));
        file.offsets.push_back(offset_of(type));
      }
      if (!std::is_sorted(file.times.begin(), file.times.end())) return std::nullopt;
      const std::string_view footer = bytes.substr(at + size);
      if (footer.size() >= 2 && footer.front() == '\n') {
        file.rule = ZoneRule::read(footer.substr(1, footer.find('\n', 1) - 1));
      }
      return file;
    }
    at += size;
  }
  return std::nullopt;
}

}  // namespace detail

inline ZoneLookup system_zones(std::string folder) {
  return [files = std::make_shared<detail::ZoneFiles>(std::move(folder))](std::string_view zone, Timestamp at) {
    return files->offset(zone, at);
  };
}

NOTIFIER_NAMESPACE_END
