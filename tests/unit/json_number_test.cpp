#include <doctest/doctest.h>

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "notifier/json/read_number.hpp"
#include "notifier/json/write_number.hpp"

namespace json = notifier::json;

namespace {

std::string written(double value) {
  char text[json::max_double_chars];
  return std::string(text, json::write_double(value, text));
}

// The C library's reading, with a decimal point whatever the locale.
double read_by_strtod(const std::string& text) {
  const std::string locale = std::setlocale(LC_NUMERIC, nullptr);
  std::setlocale(LC_NUMERIC, "C");
  const double value = std::strtod(text.c_str(), nullptr);
  std::setlocale(LC_NUMERIC, locale.c_str());
  return value;
}

// Another library's reading of what was written. Wine's strtod() misses the last bit of some numbers.
double read_back(const std::string& text) {
#if defined(_WIN32)
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
#else
  return read_by_strtod(text);
#endif
}

// The significant digits, without point, exponent and outer zeros.
std::string digits(std::string_view number) {
  std::string out;
  for (const char c : number.substr(0, number.find('e'))) {
    if (c >= '0' && c <= '9' && !(c == '0' && out.empty())) out += c;
  }
  while (!out.empty() && out.back() == '0') out.pop_back();
  return out;
}

// The standard library's text has the same digits, and both libraries read ours back.
bool is_shortest(double value) {
  const std::string ours = written(value);
  char theirs[64];
  const auto end = std::to_chars(theirs, theirs + sizeof theirs, value, std::chars_format::scientific).ptr;
  return digits(ours) == digits(std::string_view(theirs, static_cast<std::size_t>(end - theirs))) &&
         json::to_double(ours) == value && read_back(ours) == value;
}

bool reads_as_strtod_does(const std::string& text) {
  const double ours = json::to_double(text);
  const double theirs = read_by_strtod(text);
  return std::memcmp(&ours, &theirs, sizeof ours) == 0;
}

double from_bits(std::uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

TEST_CASE("doubles are laid out as ECMAScript does") {
  CHECK(written(0.0) == "0");
  CHECK(written(-0.0) == "0");
  CHECK(written(1.0) == "1");
  CHECK(written(-1.5) == "-1.5");
  CHECK(written(0.1) == "0.1");
  CHECK(written(0.1 + 0.2) == "0.30000000000000004");
  CHECK(written(100.0) == "100");
  CHECK(written(123456.789) == "123456.789");
  CHECK(written(1e20) == "100000000000000000000");
  CHECK(written(123456789012345680000.0) == "123456789012345680000");
  CHECK(written(999999999999999900000.0) == "999999999999999900000");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(1.2345e21) == "1.2345e+21");
  CHECK(written(1e-6) == "0.000001");
  CHECK(written(1.25e-6) == "0.00000125");
  CHECK(written(1e-7) == "1e-7");
  CHECK(written(-1.25e-7) == "-1.25e-7");
  CHECK(written(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(written(2.2250738585072014e-308) == "2.2250738585072014e-308");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(4294967295.5) == "4294967295.5");
  CHECK(written(9007199254740991.0) == "9007199254740991");
  CHECK(written(5e15) == "5000000000000000");
  CHECK(written(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("the middle between two doubles belongs to the even one, also where it would be shorter") {
  // Four apart: the shorter decimals ...80, ...90 lie in the middle to the next.
  CHECK(written(18014398509482012.0) == "18014398509482012");
  CHECK(written(18014398509481988.0) == "18014398509481988");
  CHECK(written(18014398509481992.0) == "18014398509481990");
  CHECK(written(18014398509482008.0) == "18014398509482010");
}

TEST_CASE("a big natural number has as many bits as it takes") {
  using json::detail::BigNatural;
  CHECK(BigNatural().bit_length() == 0);
  CHECK(BigNatural().is_zero());
  for (int bit = 0; bit < 64; ++bit) {
    CHECK(BigNatural(std::uint64_t{1} << bit).bit_length() == bit + 1);
    CHECK(BigNatural((std::uint64_t{2} << bit) - 1).bit_length() == bit + 1);
  }
  BigNatural large(5);
  large.shift_left(1000);
  CHECK(large.bit_length() == 1003);
  BigNatural other(5);
  other.shift_left(999);
  CHECK(compare(large, other) == 1);
  CHECK(compare(other, large) == -1);
  CHECK(compare(large, large) == 0);
  large.subtract(other);
  CHECK(compare(large, other) == 0);
  large.subtract(other);
  CHECK(large.is_zero());
  BigNatural sum(0xFFFFFFFFFFFFFFFFu);
  sum.add(BigNatural(1));
  CHECK(sum.bit_length() == 65);
  BigNatural one(1);
  one.add(BigNatural(0xFFFFFFFFFFFFFFFFu));
  CHECK(compare(one, sum) == 0);
}

TEST_CASE("no text is longer than its room") {
  CHECK(written(-1.2345678901234567e-308).size() <= json::max_double_chars);
  CHECK(written(-0.0000012345678901234567).size() <= json::max_double_chars);
  CHECK(written(-123456789012345678901.0).size() <= json::max_double_chars);
}

TEST_CASE("doubles of any bits are written in the shortest form that reads back") {
  std::mt19937_64 random(1);
  int wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    const double value = from_bits(random());
    if (std::isfinite(value) && !is_shortest(value)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("doubles around powers of two are written in the shortest form") {
  int wrong = 0;
  for (int exponent = -1074; exponent < 1024; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    for (const double value : {std::nextafter(power, 0.0), power, std::nextafter(power, HUGE_VAL)}) {
      if (value > 0 && !is_shortest(value)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("common values, subnormal ones and whole ones are written in the shortest form") {
  std::mt19937_64 random(2);
  int wrong = 0;
  for (int i = 0; i < 20000; ++i) {
    const double decimal = static_cast<double>(random() >> (random() % 50 + 10)) / std::pow(10.0, random() % 12);
    const double subnormal = from_bits(random() >> (12 + random() % 52));
    const double whole = static_cast<double>(random() >> (random() % 64));
    for (const double value : {decimal, subnormal, whole}) {
      if (value != 0 && !is_shortest(value)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("numbers of any length are read exactly") {
  std::mt19937_64 random(3);
  int wrong = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text(random() % 2 != 0 ? "-" : "");
    text += static_cast<char>('1' + random() % 9);
    for (auto n = random() % 25; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    if (random() % 2 != 0) {
      text += '.';
      for (auto n = random() % 25 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 10);
    }
    if (random() % 2 != 0) text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    if (!reads_as_strtod_does(text)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a number halfway between two doubles goes to the even one, and the least more goes up") {
  // 2^53 + 1 and 2^53 + 3.
  CHECK(json::to_double("9007199254740993.0") == 9007199254740992.0);
  CHECK(json::to_double("9007199254740995.0") == 9007199254740996.0);
  CHECK(json::to_double("9007199254740993.00000000000000000000000000000001") == 9007199254740994.0);
  CHECK(json::to_double("9007199254740993." + std::string(2000, '0').append("1")) == 9007199254740994.0);
  // Half of the smallest double, just above it, and halfway between the largest one and 2^1024.
  CHECK(json::to_double("2.4703282292062327e-324") == 0.0);
  CHECK(json::to_double("2.4703282292062328e-324") == 5e-324);
  const std::string below_half =
      "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758"
      "72070963302864166928879109465555478519404026306574886715058206819089020007083836762738548458177"
      "11531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508"
      "093042880177904174497791";
  const std::string half =
      "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758"
      "72070963302864166928879109465555478519404026306574886715058206819089020007083836762738548458177"
      "11531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508"
      "093042880177904174497792";
  CHECK(json::to_double(below_half) == (std::numeric_limits<double>::max)());
  CHECK(json::to_double(below_half + ".999") == (std::numeric_limits<double>::max)());
  CHECK(std::isinf(json::to_double(half)));
  CHECK(std::isinf(json::to_double(half + ".0")));
}

TEST_CASE("very long numbers and exponents are read") {
  for (const char* text : {"0", "-0", "0.0", "-0.0e-5", "0e99999999999999999999", "1e99999999999999999999",
                           "-1e99999999999999999999", "1e-99999999999999999999", "1e0000000000000000000000000000001",
                           "1e-0000000000000000000000000000001", "2.2250738585072011e-308", "1.7976931348623159e308"}) {
    CAPTURE(text);
    CHECK(reads_as_strtod_does(text));
  }
  const std::string zeros(100000, '0');
  CHECK(json::to_double("1" + zeros + "e-100000") == 1.0);
  CHECK(json::to_double("0." + zeros + "1e100001") == 1.0);
  CHECK(json::to_double("1." + zeros + "1") == 1.0);
  CHECK(reads_as_strtod_does(std::string(300, '9')));
  CHECK(reads_as_strtod_does(std::string(400, '9').append("e-100")));
  CHECK(reads_as_strtod_does("0." + std::string(330, '0') + std::string(1000, '7')));
  CHECK(reads_as_strtod_does("0." + std::string(300, '0') + std::string(1000, '7')));
}

TEST_CASE("integers within 64 bits are told from all other numbers") {
  using json::Integer;
  std::uint64_t bits = 0;
  CHECK(json::to_integer("9223372036854775807", bits) == Integer::within_int64);
  CHECK(bits == 0x7FFFFFFFFFFFFFFF);
  CHECK(json::to_integer("9223372036854775808", bits) == Integer::within_uint64);
  CHECK(bits == 0x8000000000000000);
  CHECK(json::to_integer("-9223372036854775808", bits) == Integer::within_int64);
  CHECK(static_cast<std::int64_t>(bits) == (std::numeric_limits<std::int64_t>::min)());
  CHECK(json::to_integer("-9223372036854775809", bits) == Integer::none);
  CHECK(json::to_integer("18446744073709551615", bits) == Integer::within_uint64);
  CHECK(bits == 0xFFFFFFFFFFFFFFFF);
  CHECK(json::to_integer("18446744073709551616", bits) == Integer::none);
  CHECK(json::to_integer("99999999999999999999", bits) == Integer::none);
  CHECK(json::to_integer("-0", bits) == Integer::within_int64);
  CHECK(bits == 0);
  CHECK(json::to_integer("1.0", bits) == Integer::none);
  CHECK(json::to_integer("1e2", bits) == Integer::none);
}
