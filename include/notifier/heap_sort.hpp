#pragma once

#include <algorithm>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Sorts [first, last) by `less`, in n log n steps at worst. Much less code than std::sort, of which a program has one
/// copy for each type: for what is sorted seldom. Not stable.
template <class Iterator, class Less>
void heap_sort(Iterator first, Iterator last, Less less) {
  std::make_heap(first, last, less);
  std::sort_heap(first, last, less);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
