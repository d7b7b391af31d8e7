#include "notifier/model/time.hpp"

#include <doctest/doctest.h>

#include <string>

using notifier::Buffer;
using notifier::CivilTime;
using notifier::Timestamp;

namespace {

Timestamp parsed(std::string_view text) {
  Timestamp time{-1};
  INFO(text);
  CHECK(notifier::parse_timestamp(text, time));
  return time;
}

/// No time, not even one without a zone.
bool refused(std::string_view text) {
  Timestamp time{42};
  CivilTime civil{};
  return !notifier::parse_timestamp(text, time) &&
         notifier::read_timestamp(text, time, civil) == notifier::TimeText::none && time.ms == 42 && civil.year == 0;
}

bool same(const CivilTime& a, const CivilTime& b) {
  return a.year == b.year && a.month == b.month && a.day == b.day && a.hour == b.hour && a.minute == b.minute &&
         a.second == b.second && a.millisecond == b.millisecond && a.weekday == b.weekday;
}

template <void (*append)(Buffer&, Timestamp)>
std::string shown(Timestamp time) {
  Buffer buffer;
  append(buffer, time);
  return buffer.str();
}

}  // namespace

TEST_CASE("RFC 3339 is read with any offset") {
  CHECK(parsed("1970-01-01T00:00:00Z").ms == 0);
  CHECK(parsed("2015-02-12T18:05:14.226+01:00").ms == 1423760714226);
  CHECK(parsed("2015-02-12T17:05:14.226Z").ms == 1423760714226);
  CHECK(parsed("2015-02-12t12:35:14.226-04:30").ms == 1423760714226);
  CHECK(parsed("2015-02-12 17:05:14.226z").ms == 1423760714226);
  CHECK(parsed("2019-12-24T01:00:00.000-00:00").ms == 1577149200000);
}

TEST_CASE("decimals are cut to milliseconds") {
  CHECK(parsed("1970-01-01T00:00:00.9999999999999999999999Z").ms == 999);
  CHECK(parsed("1970-01-01T00:00:00.5Z").ms == 500);
  CHECK(parsed("1970-01-01T00:00:00.05+00:00").ms == 50);
  CHECK(parsed("1969-12-31T23:59:59.999Z").ms == -1);
}

TEST_CASE("a leap second reads as the second after it") {
  CHECK(parsed("2016-12-31T23:59:60Z") == parsed("2017-01-01T00:00:00Z"));
  CHECK(parsed("2016-12-31T15:59:60.7-08:00") == parsed("2017-01-01T00:00:00Z"));
  CHECK(refused("2016-12-31T22:59:60Z"));
  CHECK(refused("2016-12-31T23:59:60+01:00"));
  CHECK(refused("9999-12-31T23:59:60Z"));
}

TEST_CASE("years 1 to 9999 are read, and none outside") {
  CHECK(parsed("0001-01-01T00:00:00Z") == notifier::first_timestamp);
  CHECK(parsed("9999-12-31T23:59:59.999Z") == notifier::last_timestamp);
  CHECK(parsed("0000-12-31T23:30:00-00:30") == notifier::first_timestamp);
  CHECK(refused("0001-01-01T00:00:00+00:01"));
  CHECK(refused("9999-12-31T23:59:59-00:01"));
  CHECK(refused("0000-06-01T00:00:00Z"));
}

TEST_CASE("the civil time that is read along is in UTC, whatever the offset") {
  for (const char* const text :
       {"2018-05-14T09:46:42.077Z", "2018-05-14T00:46:42.07+09:15", "2018-12-31T23:59:59-00:01", "2016-12-31T23:59:60Z",
        "2017-01-01T00:59:60.5+01:00", "2020-02-29t01:00:00+02:00", "2018-05-14 09:46:42-00:00", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z", "2018-12-31 23:59 -0001", "2018-05-14 09:46:42.077 UTC"}) {
    INFO(text);
    Timestamp time;
    CivilTime civil;
    REQUIRE(notifier::parse_timestamp(text, time, civil));
    CHECK(same(civil, notifier::civil_time(time)));
  }
}

TEST_CASE("what is no date is refused, and the output left as it was") {
  for (const char* text : {"",
                           "Z",
                           "2015",
                           "2015-02-12",
                           "2015-02-29T00:00:00Z",
                           "2100-02-29T00:00:00Z",
                           "2015-04-31T00:00:00Z",
                           "2015-00-10T00:00:00Z",
                           "2015-13-10T00:00:00Z",
                           "2015-01-00T00:00:00Z",
                           "2015-01-32T00:00:00Z",
                           "2015-01-01T24:00:00Z",
                           "2015-01-01T00:60:00Z",
                           "2015-01-01T00:00:61Z",
                           "2015-01-01T00:00:00.Z",
                           "2015-01-01T00:00:00+24:00",
                           "2015-01-01T00:00:00+01:60",
                           "2015-01-01T00:00:00+1:00",
                           "2015-01-01T00:00:00ZZ",
                           " 2015-01-01T00:00:00Z",
                           "2015-01-01X00:00:00Z",
                           "2015/01/01T00:00:00Z",
                           "-015-01-01T00:00:00Z",
                           "+015-01-01T00:00:00Z",
                           "20l5-01-01T00:00:00Z",
                           "2015-01-01T00:00:0\x30\x80",
                           "2015-01-01T00:0",
                           "2015-01-01T00:00:",
                           "2015-01-01T00:00:0",
                           "2015-01-01T00:00.5Z",
                           "2015-01-01T00:00:00,",
                           "2015-01-01T00:00:00.5,5Z",
                           "2015-01-01T00:00:00  Z",
                           "2015-01-01T00:00:00 ",
                           "2015-01-01T00:00:00Z ",
                           "2015-01-01T00:00:00\n",
                           "2015-01-01T00:00:00\tZ",
                           "2015-01-01T00:00:00+",
                           "2015-01-01T00:00:00+0",
                           "2015-01-01T00:00:00+010",
                           "2015-01-01T00:00:00+01:",
                           "2015-01-01T00:00:00+01:0",
                           "2015-01-01T00:00:00+01000",
                           "2015-01-01T00:00:00+01:000",
                           "2015-01-01T00:00:00+2400",
                           "2015-01-01T00:00:00+0160",
                           "2015-01-01T00:00:00+24",
                           "2015-01-01T00:00:00+0x",
                           "2015-01-01T00:00:00 CET",
                           "2015-01-01T00:00:00UTC+1",
                           "2015-01-01T00:00:00 PM",
                           "2015-01-01  00:00:00Z",
                           "01/02/2015 00:00:00 UTC",
                           "1423760714",
                           "2015-01-01T00:00:00.123456789+"}) {
    INFO(text);
    CHECK(refused(text));
  }
  const std::string zero("2015-01-01T00:00:00Z\0", 21);
  CHECK(refused(zero));
}

TEST_CASE("what people and programs write in place of RFC 3339 is read where there is one way to") {
  for (const char* text : {
           "2015-02-12T18:05:00+01:00",
           "2015-02-12T18:05:00+0100",
           "2015-02-12T18:05:00+01",
           "2015-02-12 17:05:00 UTC",        // Ruby's Time#to_s
           "2015-02-12 18:05:00 +0100",      // the same, elsewhere
           "2015-02-12 17:05:00.000000+00",  // PostgreSQL
           "2015-02-12T17:05:00,000Z",       // ISO 8601
           "2015-02-12t17:05:00z",
           "2015-02-12T17:05:00GMT",
           "2015-02-12T17:05:00 z",
           "2015-02-12T17:05Z",
           "2015-02-12T12:35-0430",
           "2015-02-12T12:35 -04:30",
       }) {
    INFO(text);
    CHECK(parsed(text).ms == 1423760700000);
    CHECK(notifier::remark_on_time(text).empty());
  }
  CHECK(parsed("2015-02-12 18:05:14,226999999 +0100").ms == 1423760714226);
  CHECK(parsed("2016-12-31 23:59:60 UTC") == parsed("2017-01-01T00:00:00Z"));
}

TEST_CASE("a time without a zone is read as UTC, and told apart") {
  for (const char* text : {"2015-02-12T17:05:14.226", "2015-02-12 17:05:14.226", "2015-02-12t17:05:14,226",
                           "2015-02-12 17:05:14.2260000000000000001"}) {
    INFO(text);
    Timestamp time;
    CivilTime civil;
    REQUIRE(notifier::read_timestamp(text, time, civil) == notifier::TimeText::unzoned);
    CHECK(time.ms == 1423760714226);
    CHECK(same(civil, notifier::civil_time(time)));
    CHECK(notifier::remark_on_time(text) ==
          "has no zone and was read as UTC: end it with Z, or with its offset as +02:00");
    Timestamp untouched{42};
    CHECK_FALSE(notifier::parse_timestamp(text, untouched));
    CHECK(untouched.ms == 42);
  }
  Timestamp time;
  CivilTime civil;
  CHECK(notifier::read_timestamp("2015-02-12T17:05", time, civil) == notifier::TimeText::unzoned);
  CHECK(time.ms == 1423760700000);
}

TEST_CASE("who wrote no time is told so, and who wrote nothing is not") {
  CHECK(notifier::remark_on_time("yesterday") == "is no time and was left out: write it as 2018-05-14T09:46:42Z");
  CHECK(notifier::remark_on_time("2015-02-29 17:05").substr(0, 10) == "is no time");
  CHECK(notifier::remark_on_time("").empty());
}

TEST_CASE("each digit is one") {
  const std::string sound = "2015-06-07T08:09:10.120+03:45";
  CHECK(parsed(sound).ms == 1433651050120);
  CHECK(parsed("2015-06-07T23:59:59.120+23:59").ms == 1433635259120);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (sound[i] < '0' || sound[i] > '9') continue;
    for (int byte = 0; byte < 256; ++byte) {
      if (byte >= '0' && byte <= '9') continue;
      if (byte == ' ' && sound[i + 1] == '+') continue;  // one decimal fewer, and a space before the zone
      std::string text = sound;
      text[i] = static_cast<char>(byte);
      CHECK(refused(text));
    }
  }
}

TEST_CASE("leap years have a 29th of February") {
  CHECK(parsed("2000-02-29T00:00:00Z").ms == 951782400000);
  CHECK(parsed("2024-02-29T12:00:00Z").ms == 1709208000000);
  CHECK(refused("1900-02-29T00:00:00Z"));
}

TEST_CASE("every day of the calendar has its civil date, and reads back") {
  constexpr std::int64_t day = 86400000;
  int year = 1, month = 1, date = 1, weekday = 1;  // 0001-01-01 was a Monday
  std::int64_t days = 0;
  bool sound = true;
  for (Timestamp time = notifier::first_timestamp; time < notifier::last_timestamp && sound; time.ms += day, ++days) {
    const CivilTime civil = notifier::civil_time(time);
    sound = civil.year == year && civil.month == month && civil.day == date && civil.weekday == weekday;
    if (date == 1 || date > 27) {
      Timestamp back;
      CivilTime civil_back;
      sound = sound && notifier::parse_timestamp(notifier::to_rfc3339(time), back, civil_back) && back == time &&
              same(civil_back, civil);
    }
    weekday = (weekday + 1) % 7;
    if (++date > notifier::detail::days_in_month(year, month)) {
      date = 1;
      if (++month > 12) {
        month = 1;
        ++year;
      }
    }
  }
  CHECK(sound);
  CHECK(days == 3652059);
}

TEST_CASE("times are written as RFC 3339 with three decimals, in UTC") {
  CHECK(notifier::to_rfc3339(parsed("2018-05-14T11:46:42.077+02:00")) == "2018-05-14T09:46:42.077Z");
  CHECK(notifier::to_rfc3339(Timestamp{}) == "1970-01-01T00:00:00.000Z");
  CHECK(notifier::to_rfc3339(Timestamp{-1}) == "1969-12-31T23:59:59.999Z");
  CHECK(notifier::to_rfc3339(notifier::first_timestamp) == "0001-01-01T00:00:00.000Z");
}

TEST_CASE("moments outside the calendar are written as the nearest within") {
  CHECK(notifier::to_rfc3339(Timestamp{INT64_MIN}) == "0001-01-01T00:00:00.000Z");
  CHECK(notifier::to_rfc3339(Timestamp{INT64_MAX}) == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("mail dates follow RFC 5322") {
  CHECK(shown<notifier::append_rfc5322>(parsed("2018-05-14T09:46:42.999Z")) == "Mon, 14 May 2018 09:46:42 +0000");
  CHECK(shown<notifier::append_rfc5322>(parsed("2024-02-29T23:59:59Z")) == "Thu, 29 Feb 2024 23:59:59 +0000");
  CHECK(shown<notifier::append_rfc5322>(parsed("2000-01-01T00:00:00Z")) == "Sat, 1 Jan 2000 00:00:00 +0000");
}

TEST_CASE("people read a date without seconds") {
  CHECK(shown<notifier::append_readable>(parsed("2018-05-14T09:46:42Z")) == "14 May 2018, 09:46 UTC");
  CHECK(shown<notifier::append_readable>(parsed("2020-12-01T00:05:00Z")) == "1 Dec 2020, 00:05 UTC");
}
