// Prints when the clocks of time zones change, as the native library sees it: lines of a zone, seconds since 1970, and
// how many seconds it is east of UTC from then on.

#include <cstdint>
#include <cstdio>
#include <optional>

#include "notifier/adapters/system_zones.hpp"

int main(int argc, char** argv) {
  constexpr std::int64_t begin = 631'152'000;  // 1990
  constexpr std::int64_t end = 1'767'225'600;  // 2026
  constexpr std::int64_t step = 900;
  const auto zones = notifier::system_zones();
  for (int i = 1; i < argc; ++i) {
    std::optional<std::int32_t> before;
    for (std::int64_t at = begin; at < end; at += step) {
      const auto now = zones(argv[i], {at * 1000});
      if (now && now != before) std::printf("%s %lld %d\n", argv[i], static_cast<long long>(at), *now);
      before = now;
    }
  }
}
