#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/vocabulary/name_index.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Names to numbers from 1, without memory of its own beyond a fixed size. Any number of threads may find names while
/// one adds some.
template <std::size_t capacity>
class SmallIndex {
 public:
  /// The number of a name, or 0.
  std::size_t find(std::string_view name) const noexcept {
    const Name key(name);
    for (std::size_t i = key.hash(slot_bits);; i = (i + 1) % slot_count) {
      const std::uint8_t number = slots_[i].load(std::memory_order_acquire);
      if (number == 0 || names_[number] == key) return number;
    }
  }
  /// The number of a name, new or old; 0 where the index is full.
  std::size_t add(std::string_view name) noexcept {
    if (const std::size_t number = find(name)) return number;
    if (count_ == capacity) return 0;
    const Name key(name);
    std::size_t i = key.hash(slot_bits);
    while (slots_[i].load(std::memory_order_relaxed) != 0) i = (i + 1) % slot_count;
    names_[++count_] = key;
    slots_[i].store(static_cast<std::uint8_t>(count_), std::memory_order_release);
    return count_;
  }
  /// For who adds.
  std::size_t size() const noexcept { return count_; }

 private:
  static constexpr unsigned slot_bits = 9;
  static constexpr std::size_t slot_count = std::size_t{1} << slot_bits;
  static_assert(capacity <= 255 && capacity * 2 <= slot_count, "numbers fit a byte, and searches find an end");

  std::atomic<std::uint8_t> slots_[slot_count] = {};
  Name names_[capacity + 1];
  std::size_t count_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
