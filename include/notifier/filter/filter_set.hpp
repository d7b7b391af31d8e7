// Many filters at once, compiled: an event is looked through one time for all of them.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "notifier/filter/filter.hpp"
#include "notifier/filter/key_tree.hpp"
#include "notifier/filter/literal_trees.hpp"
#include "notifier/filter/number_ranges.hpp"
#include "notifier/filter/pattern.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Filters as FilterPass asks them. Immutable; may be used by any number of threads.
///
/// Each alternative of a filter is filed under one of its tests, its key: the one that the fewest events are likely to
/// meet. What a value meets of the keys is found in one go, whatever their number: texts by trees of bytes, numbers by
/// sorted ranges. The other tests of an alternative are asked when its key was met, each once, however many filters
/// share it.
class FilterSet {
 public:
  /// Where a field keeps its conditions, by what finds them.
  enum Place : std::uint8_t { forward, backward, folded, inside, network, ranges, any, null, yes, no, absent, none_of };
  static constexpr std::size_t place_count = 12;

  struct Span {
    std::uint32_t begin = 0;  ///< a root; where the list begins
    std::uint32_t count = 0;
  };

  struct Field {
    Span places[place_count];
    /// Whether so much is asked of it that what was found out of a text is better kept.
    bool is_worth_knowing = false;
  };

  /// What is found: a condition of a key.
  struct Found {
    /// In `of`: not a test but a filter, of which this is all that it asks for.
    static constexpr std::uint32_t whole_filter = 0x80000000u;

    const Condition* to_verify;  ///< nullptr: what was found is all that it asks
    std::uint32_t of;            ///< the test that is met
    bool is_exception;           ///< `of` is the place of what asks for anything but this
    /// A text that is shorter, or does not begin or end with these bytes, needs no verifying.
    std::uint8_t edge_size = 0;
    bool edge_is_end = false;
    std::uint32_t least_size = 0;
    std::uint64_t edge = 0;
  };

  struct Test {
    const Condition* conditions;
    std::uint32_t condition_count;
    std::uint32_t field;
    Span alternatives;  ///< of which it is the key
  };

  struct Alternative {
    std::uint32_t filter;
    Span others;  ///< its other tests
    Span forks;   ///< where the paths of its tests part
  };

  /// Its body is in compile_set.hpp.
  /// @param filters  known from now on by their place; a copy is kept
  FilterSet(std::vector<Filter> filters, const Hasher& hasher);

  std::size_t size() const noexcept { return filters_.size(); }
  const Pattern& pattern(std::size_t filter) const noexcept { return *filters_[filter].pattern_; }

  /// No other set had it.
  const std::uint64_t serial = next_serial();
  KeyTree keys;
  LiteralTrees literals;
  NumberRanges numbers;
  std::vector<Field> fields;
  std::vector<Found> founds;
  std::vector<std::uint32_t> lists;  ///< of places that are no trees: numbers of founds
  std::vector<Test> tests;
  std::vector<Alternative> alternatives;
  std::vector<std::uint32_t> others;
  std::vector<std::uint32_t> forks;
  std::vector<std::uint32_t> absences;  ///< fields that are asked to be absent

 private:
  static std::uint64_t next_serial() noexcept {
    static std::atomic<std::uint32_t> last{0};
    return ++last;
  }

  std::vector<Filter> filters_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
