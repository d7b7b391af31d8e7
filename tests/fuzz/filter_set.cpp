// Filters and events, read or drawn from any bytes: stops where filters that are asked together decide otherwise than
// each alone.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../unit/filter_sentences.hpp"
#include "notifier/filter/compile_set.hpp"
#include "notifier/filter/filter.hpp"
#include "notifier/filter/filter_pass.hpp"
#include "notifier/filter/filter_set.hpp"
#include "notifier/json/document.hpp"

namespace {

using notifier::Filter;

void compare(const std::vector<std::string>& patterns, const std::vector<std::string>& events) {
  std::vector<Filter> filters;
  for (const std::string& pattern : patterns) {
    if (auto filter = Filter::compile(pattern)) filters.push_back(*std::move(filter));
  }
  const notifier::detail::FilterSet set(filters, notifier::detail::Hasher(1));
  notifier::detail::FilterPass pass;
  notifier::json::Document document;
  for (int round = 0; round < 3; ++round) {  // from the second on, some is known of the texts
    for (const std::string& event : events) {
      const auto root = document.parse(event);
      if (!root) continue;
      const std::uint64_t* const met = pass.find(set, *root);
      for (std::size_t i = 0; i < filters.size(); ++i) {
        if ((met[i / 64] >> i % 64 & 1) != (filters[i].matches(*root) ? 1u : 0u)) std::abort();
      }
    }
  }
}

}  // namespace

/// Begins with `!`: the bytes are what is drawn by. Else: filters, one a line, and events, which begin with a blank.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> patterns;
  std::vector<std::string> events;
  if (size > 0 && data[0] == '!') {
    std::size_t at = 1;
    FilterSentences draw([&]() -> std::uint64_t { return at < size ? data[at++] : ++at / 3; });
    const std::size_t count = 1 + draw.below(12);
    while (patterns.size() < count) patterns.push_back(draw.pattern());
    for (int i = 0; i < 4; ++i) events.push_back(draw.event());
  } else {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (std::size_t begin = 0; begin < size;) {
      const std::size_t end = text.find('\n', begin);
      const std::string_view line = text.substr(begin, end - begin);
      (!line.empty() && line[0] == ' ' ? events : patterns).emplace_back(line);
      begin = end == std::string_view::npos ? size : end + 1;
    }
  }
  compare(patterns, events);
  return 0;
}
