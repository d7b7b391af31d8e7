#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Values that lie one behind the other and belong to somebody else: `for (const T& value : range)`.
template <class T>
class Range {
 public:
  constexpr Range() = default;
  /// @param first  may be null where `size` is 0
  constexpr Range(const T* first, std::size_t size) noexcept : first_(first), size_(size) {}
  template <std::size_t N>
  constexpr Range(const T (&values)[N]) noexcept : first_(values), size_(N) {}
  /// @param values  outlives the range, and is not changed meanwhile
  Range(const std::vector<T>& values) noexcept : first_(values.data()), size_(values.size()) {}

  constexpr const T* begin() const noexcept { return first_; }
  constexpr const T* end() const noexcept { return first_ + size_; }
  constexpr const T& operator[](std::size_t at) const noexcept { return first_[at]; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }

  /// The same values in the same order.
  friend bool operator==(const Range& a, const Range& b) noexcept {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }
  friend bool operator!=(const Range& a, const Range& b) noexcept { return !(a == b); }

 private:
  const T* first_ = nullptr;
  std::size_t size_ = 0;
};

NOTIFIER_NAMESPACE_END
