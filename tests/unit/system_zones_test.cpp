// The system's time zones, beside what its C library says of them.

#include <doctest/doctest.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "notifier/adapters/system_zones.hpp"

using notifier::Timestamp;
using notifier::detail::ZoneRule;

namespace {

/// By the C library, which has one zone at a time.
std::int32_t by_libc(const char* zone, std::int64_t seconds) {
  ::setenv("TZ", (":" + std::string(zone)).c_str(), 1);
  ::tzset();
  const time_t at = static_cast<time_t>(seconds);
  struct tm local {};
  ::localtime_r(&at, &local);
  return static_cast<std::int32_t>(local.tm_gmtoff);
}

bool has_database() { return notifier::system_zones()("Europe/Paris", Timestamp{0}).has_value(); }

}  // namespace

TEST_CASE("a zone is where the C library has it, at any time, in the years that files list and in those of rules") {
  if (!has_database()) {
    MESSAGE("there is no database of time zones here");
    return;
  }
  const notifier::ZoneLookup zones = notifier::system_zones();
  std::mt19937_64 random(7);
  for (const char* const zone :
       {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo",
        "Africa/Casablanca", "Pacific/Chatham", "Europe/Dublin", "America/Santiago", "Etc/GMT+5", "Asia/Kathmandu"}) {
    CAPTURE(zone);
    for (int i = 0; i < 3000; ++i) {
      // From 1970 to 2100.
      const auto seconds = static_cast<std::int64_t>(random() % 4'102'444'800u);
      CAPTURE(seconds);
      const auto offset = zones(zone, Timestamp{seconds * 1000});
      REQUIRE(offset);
      REQUIRE(*offset == by_libc(zone, seconds));
    }
  }
  ::setenv("TZ", "UTC", 1);
  ::tzset();
}

TEST_CASE("the rule at the end of a file says when summer is, on both halves of the earth") {
  const auto paris = ZoneRule::read("CET-1CEST,M3.5.0,M10.5.0/3");
  REQUIRE(paris);
  CHECK(paris->offset(1774745999) == 3600);  // 29 March 2026, 00:59:59 UTC
  CHECK(paris->offset(1774746000) == 7200);
  CHECK(paris->offset(1792889999) == 7200);
  CHECK(paris->offset(1792890000) == 3600);
  const auto chatham = ZoneRule::read("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45");
  REQUIRE(chatham);
  CHECK(chatham->offset(1767225600) == 13 * 3600 + 45 * 60);  // January
  CHECK(chatham->offset(1782864000) == 12 * 3600 + 45 * 60);  // July
  const auto fixed = ZoneRule::read("<-05>5");
  REQUIRE(fixed);
  CHECK(fixed->offset(0) == -5 * 3600);
  for (const char* const none : {"", "CE", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0",
                                 "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1"}) {
    CAPTURE(none);
    CHECK_FALSE(ZoneRule::read(none));
  }
}

TEST_CASE("what is no zone is not known, and no other file is opened for its name") {
  const notifier::ZoneLookup zones = notifier::system_zones();
  for (const std::string_view none :
       {"", "/etc/passwd", "../../../etc/passwd", "Europe/Pari", "Europe", "Europe/Paris/", "zone.tab", "tzdata.zi"}) {
    CAPTURE(none);
    CHECK_FALSE(zones(none, Timestamp{0}));
  }
  CHECK(zones("UTC", Timestamp{0}) == std::optional<std::int32_t>(0));
  const notifier::ZoneLookup nowhere = notifier::system_zones("/nonexistent");
  CHECK(nowhere("UTC", Timestamp{0}) == std::optional<std::int32_t>(0));
  CHECK_FALSE(nowhere("Europe/Paris", Timestamp{0}));
}

TEST_CASE("a file that is cut or changed anywhere is refused or read, and nothing beyond it is touched") {
  std::string bytes;
  const auto header = [&](char times) {
    bytes.append("TZif2").append(15, '\0');
    const char counts[6] = {0, 0, 0, times, 1, 4};
    for (const char count : counts) bytes.append(3, '\0').append(1, count);
  };
  header(0);
  bytes.append(6, '\0').append("UTC\0", 4);
  header(1);
  bytes.append(8, '\0').append(1, '\0').append("\0\0\x0E\x10\0\0", 6).append("CET\0", 4).append("\nCET-1\n");
  const auto whole = notifier::detail::ZoneFile::read(bytes);
  REQUIRE(whole);
  CHECK(whole->offset(-1) == 3600);
  CHECK(whole->offset(5) == 3600);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    static_cast<void>(notifier::detail::ZoneFile::read(std::string(bytes, 0, size)));
    for (const char other : {'\0', '\x01', '\x7F', '\xFF'}) {
      std::string changed = bytes;
      changed[size] = other;
      const auto read = notifier::detail::ZoneFile::read(changed);
      if (read) static_cast<void>(read->offset(1'000'000'000));
    }
  }
}
