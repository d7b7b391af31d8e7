// Messages of several pieces.

#include "notifier/text/joined.hpp"

#include <doctest/doctest.h>

#include <string>

#include "notifier/text/decimal.hpp"
#include "notifier/text/quoted.hpp"

using namespace notifier::detail;

TEST_CASE("pieces are joined in their order, and an empty one leaves nothing") {
  CHECK(joined("a", "b") == "ab");
  CHECK(joined("", "") == "");
  CHECK(joined({}, "b", {}, "d") == "bd");
  CHECK(joined("one", " ", "two", std::string(1, '\0'), "three") == std::string("one two\0three", 13));
  CHECK(joined(std::string(1000, 'a'), std::string(1000, 'b')).size() == 2000);
}

TEST_CASE("a count stands within a message in decimal") {
  CHECK(with_number("at most ", 0) == "at most 0");
  CHECK(with_number("(maximum is ", 18446744073709551615u, " bytes)") == "(maximum is 18446744073709551615 bytes)");
}

TEST_CASE("somebody's text stands within a message in quotes, and says no URL") {
  CHECK(with_quoted("no layout is called ", "x") == "no layout is called 'x'");
  CHECK(with_quoted("lacks ", "", "; there are a, b") == "lacks ''; there are a, b");
  CHECK(with_quoted("is ", "https://secret.example", ".") == "is '...'.");
}
