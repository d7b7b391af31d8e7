// What a fuzzer promises of every input: where it does not hold, what it was and the text are printed, and the fuzzer
// stops.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

inline void require(bool holds, const char* what, std::string_view detail = {}) {
  if (holds) return;
  const auto shown = static_cast<int>((std::min)(detail.size(), std::size_t{4096}));
  std::fprintf(stderr, "%s\n%.*s\n", what, shown, detail.data());
  std::abort();
}
