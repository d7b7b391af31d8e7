#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "notifier/delivery/classify_retry_after.hpp"

using notifier::Timestamp;

namespace {

constexpr Timestamp now{784111777000};  // 1994-11-06T08:49:37Z

// The texts are read where nothing behind them may be.
std::int64_t wait(std::string_view text) {
  const std::vector<char> exact(text.begin(), text.end());
  return notifier::parse_retry_after({exact.data(), exact.size()}, now).value_or(-1);
}

std::string date(std::string_view text, Timestamp at = now) {
  const std::vector<char> exact(text.begin(), text.end());
  const auto time = notifier::parse_http_date({exact.data(), exact.size()}, at);
  return time ? notifier::to_rfc3339(*time) : "none";
}

}  // namespace

TEST_CASE("Retry-After takes seconds, with a fraction too") {
  CHECK(wait("0") == 0);
  CHECK(wait("120") == 120000);
  CHECK(wait("  1\t") == 1000);
  CHECK(wait("0.5") == 500);
  CHECK(wait("1.234") == 1234);
  CHECK(wait("1.2340000") == 1234);
  CHECK(wait("1.2340001") == 1235);
  CHECK(wait("0.0001") == 1);
  CHECK(wait("007") == 7000);
}

TEST_CASE("Retry-After never exceeds a year") {
  const std::int64_t year = std::int64_t{366} * 24 * 3600 * 1000;
  CHECK(wait("99999999999") == year);
  CHECK(wait(std::string(5000, '9')) == year);
  CHECK(wait("31622400.999") == year);
  CHECK(wait("Fri, 31 Dec 9999 23:59:59 GMT") == year);
}

TEST_CASE("Retry-After takes an HTTP date, and no time where it has gone by") {
  CHECK(wait("Sun, 06 Nov 1994 08:51:37 GMT") == 120000);
  CHECK(wait("Sunday, 06-Nov-94 08:51:37 GMT") == 120000);
  CHECK(wait("Sun Nov  6 08:51:37 1994") == 120000);
  CHECK(wait("Sun, 06 Nov 1994 08:49:37 GMT") == 0);
  CHECK(wait("Sat, 05 Nov 1994 08:49:37 GMT") == 0);
}

TEST_CASE("Retry-After refuses what is neither") {
  for (const char* text :
       {"", " ", "-1", "+1", "1s", "1.", ".5", "1.5.5", "1e3", "0x10", "1,5", "soon", "NaN", "inf", "1 2", "tomorrow",
        "Sun, 06 Nov 1994 08:51:37", "Sun, 06 Nov 1994 08:51:37 UTC", "Sun, 06 Nov 1994 08:51:37 GMT x"}) {
    CAPTURE(text);
    CHECK(wait(text) == -1);
  }
}

TEST_CASE("an HTTP date is read in its three forms") {
  CHECK(date("Sun, 06 Nov 1994 08:49:37 GMT") == "1994-11-06T08:49:37.000Z");
  CHECK(date("Sunday, 06-Nov-94 08:49:37 GMT") == "1994-11-06T08:49:37.000Z");
  CHECK(date("Sun Nov  6 08:49:37 1994") == "1994-11-06T08:49:37.000Z");
  CHECK(date("Sun Nov 16 08:49:37 1994") == "1994-11-16T08:49:37.000Z");
  CHECK(date("Thu, 29 Feb 2024 23:59:60 GMT") == "2024-02-29T23:59:59.000Z");
}

TEST_CASE("a two-digit year more than 50 years ahead belongs to the century before") {
  const Timestamp in_2024{1704067200000};
  CHECK(date("Sunday, 06-Nov-74 08:49:37 GMT", in_2024) == "2074-11-06T08:49:37.000Z");
  CHECK(date("Sunday, 06-Nov-75 08:49:37 GMT", in_2024) == "1975-11-06T08:49:37.000Z");
  CHECK(date("Sunday, 06-Nov-00 08:49:37 GMT", in_2024) == "2000-11-06T08:49:37.000Z");
}

TEST_CASE("a date that does not exist, or is written another way, is no HTTP date") {
  for (const char* text : {"",
                           "Sun",
                           "Sun,",
                           "Sun, ",
                           "Sun, 31 Feb 2024 00:00:00 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 06 anF 1994 08:49:37 GMT",
                           "1unday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT",
                           "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "sun, 06 Nov 1994 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun, 06 Nov 1994 08:49:37 gmt",
                           "Sun, 06-Nov 94 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49 GMT",
                           "1994-11-06T08:49:37Z",
                           "Sun, 06 No",
                           "Sun, 06 ",
                           "Sun ",
                           "Sun Nov ",
                           "Sun Nov  ",
                           "Sun Nov  x 08:49:37 1994",
                           "Sun Nov   08:49:37 1994",
                           "Sun, x6 Nov 1994 08:49:37 GMT",
                           "06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov -994 08:49:37 GMT",
                           "Sun, 06 Nov 0000 08:49:37 GMT",
                           "Sunday, 06-Nov-1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK(date(text) == "none");
  }
}
