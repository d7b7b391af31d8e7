// Many ranges of numbers at once: which of them a number is in.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Lists of ranges, ends included, in one piece of memory. Ranges that lie close together and end before a number are
/// passed over together.
class NumberRanges {
 public:
  struct Range {
    double low;
    double high;
    std::uint32_t number;

    friend bool operator<(const Range& a, const Range& b) noexcept { return a.low < b.low; }
  };

  /// @param sorted  by where they begin
  /// @return where the list begins
  std::uint32_t add(const Range* sorted, std::size_t count) {
    const auto begin = static_cast<std::uint32_t>(ranges_.size());
    // Each list begins a new group.
    for (std::size_t i = 0; i < count; ++i) {
      if (i % group_size == 0) groups_.push_back(sorted[i].high);
      groups_.back() = (std::max)(groups_.back(), sorted[i].high);
    }
    ranges_.insert(ranges_.end(), sorted, sorted + count);
    ranges_.resize((ranges_.size() + group_size - 1) / group_size * group_size);
    return begin;
  }

  /// Appends the numbers of the ranges of a list that hold a value.
  void find(std::size_t begin, std::size_t count, double value, std::vector<std::uint32_t>& found) const {
    for (std::size_t group = begin; group < begin + count; group += group_size) {
      if (ranges_[group].low > value) return;
      if (groups_[group / group_size] < value) continue;
      const std::size_t end = (std::min)(group + group_size, begin + count);
      for (std::size_t i = group; i < end; ++i) {
        if (ranges_[i].low <= value && value <= ranges_[i].high) found.push_back(ranges_[i].number);
      }
    }
  }

 private:
  static constexpr std::size_t group_size = 16;

  std::vector<Range> ranges_;
  std::vector<double> groups_;  // the furthest end of each group's ranges
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
