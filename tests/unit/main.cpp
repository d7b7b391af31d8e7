#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// With NOTIFIER_TEST_LOCALE set, everything runs in that locale, as in a host that calls setlocale(). One with a
// decimal comma is wanted: a locale that is not there, or has a decimal point, fails the run.
int main(int argc, char** argv) {
  if (const char* locale = std::getenv("NOTIFIER_TEST_LOCALE")) {
    if (std::setlocale(LC_ALL, locale) == nullptr || std::strcmp(std::localeconv()->decimal_point, ",") != 0) {
      std::fprintf(stderr, "no locale %s with a decimal comma\n", locale);
      return 2;
    }
  }
  return doctest::Context(argc, argv).run();
}
