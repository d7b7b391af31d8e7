#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "notifier/filter/compile_set.hpp"
#include "notifier/filter/filter_set.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The filters of an app's notifiers, compiled together, and whose they are.
struct AppFilters {
  /// With fewer different filters, each is asked alone.
  static constexpr std::size_t fewest = 8;

  AppFilters(std::vector<Filter> filters, const Hasher& hasher) : set(std::move(filters), hasher) {}

  FilterSet set;
  /// One bit for each of the app's rows, a word of 32 for each of its pieces: which have no filter.
  std::vector<std::uint32_t> unfiltered;
  /// Filter by filter, in the order of the first row that has it: those rows, as 32 times the word and the bit.
  std::vector<std::uint32_t> rows;
  /// Where the rows of a filter begin in `rows`, and behind the last, where they end.
  std::vector<std::uint32_t> first_row;
  /// Where the record of each row is, by its number.
  std::vector<const char*> records;
  /// For each bit of an event, which rows accept it: as `unfiltered`, one after the other.
  std::vector<std::uint32_t> accepting;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
