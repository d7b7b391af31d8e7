// Lower forms, which are told by the upper ones where nothing else is said.

#include "notifier/text/case_forms.hpp"

#include <doctest/doctest.h>

#include <cstdint>

TEST_CASE("the lower form is the first that has a letter as its upper form, but for those that say another") {
  const auto lower = [](std::uint32_t c) { return notifier::detail::lower_form(c); };
  CHECK(lower('A') == "a");
  CHECK(lower('[') == "[");
  CHECK(lower(0xC4) == "\xC3\xA4");             // U+00E4
  CHECK(lower(0xE4) == "\xC3\xA4");             // is one
  CHECK(lower(0x130) == "i\xCC\x87");           // two
  CHECK(lower(0x1C4) == "\xC7\x86");            // U+01C6, not the title case between them
  CHECK(lower(0x1C5) == "\xC7\x86");            // that
  CHECK(lower(0x399) == "\xCE\xB9");            // U+03B9, not the subscript
  CHECK(lower(0x3A3) == "\xCF\x83");            // U+03C3, not the one at the end of words
  CHECK(lower(0x1E9E) == "\xC3\x9F");           // U+00DF, whose upper form is two letters
  CHECK(lower(0x1F88) == "\xE1\xBE\x80");       // U+1F80
  CHECK(lower(0x212A) == "k");                  // the sign of kelvins
  CHECK(lower(0x10400) == "\xF0\x90\x90\xA8");  // U+10428
  CHECK(lower(0x4E00) == "\xE4\xB8\x80");       // has none
}
