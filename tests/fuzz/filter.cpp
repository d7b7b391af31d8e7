// Reads any text as a filter and an event, and stops where what is decided and what is explained differ, or where the
// filter that was written out decides otherwise.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "notifier/filter/filter.hpp"
#include "notifier/json/document.hpp"

namespace {

void expect(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

/// The filter is the first line, the event what follows it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto filter = notifier::Filter::compile(text.substr(0, line));
  if (!filter) {
    expect(!filter.error().message.empty());
    return 0;
  }
  notifier::json::Document document;
  const auto event = document.parse(text.substr(line + 1));
  if (!event) return 0;
  const bool matches = filter->matches(*event);
  const std::string why = filter->explain(*event);
  expect(why.empty() == matches);
  expect(why.size() < 8192);
  const auto again = notifier::Filter::compile(filter->json());
  expect(again && again->json() == filter->json());
  expect(again->matches(*event) == matches);
  return 0;
}
