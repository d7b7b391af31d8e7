// How many bytes of others' a server holds: counted, so that it refuses before it dies.

#pragma once

#include <atomic>
#include <cstddef>

namespace server {

/// Bytes that may be held at once for one purpose. Thread-safe.
class MemoryBudget {
 public:
  /// @param most   for those who hold more than `small` already
  /// @param spare  beyond that, for those who hold less: who sends little is served while others fill the rest
  explicit MemoryBudget(std::size_t most, std::size_t spare = 0) : most_(most), spare_(spare) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  static constexpr std::size_t small = 64 * 1024;

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  bool is_over() const { return used() > most_; }

 private:
  friend class MemoryShare;

  bool take(std::size_t count, std::size_t held) {
    const std::size_t limit = held + count <= small ? most_ + spare_ : most_;
    if (used_.fetch_add(count, std::memory_order_relaxed) + count <= limit) return true;
    used_.fetch_sub(count, std::memory_order_relaxed);
    return false;
  }

  const std::size_t most_;
  const std::size_t spare_;
  std::atomic<std::size_t> used_{0};
};

/// What one holder has of a budget; given back with it.
class MemoryShare {
 public:
  explicit MemoryShare(MemoryBudget& budget) : budget_(budget) {}
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;
  ~MemoryShare() { clear(); }

  /// False where the budget has no such room.
  bool grow(std::size_t count) {
    if (!budget_.take(count, held_)) return false;
    held_ += count;
    return true;
  }
  /// The same, whether there is room or not: for what is there already.
  void hold(std::size_t count) {
    budget_.used_.fetch_add(count, std::memory_order_relaxed);
    held_ += count;
  }
  void clear() {
    budget_.used_.fetch_sub(held_, std::memory_order_relaxed);
    held_ = 0;
  }

 private:
  MemoryBudget& budget_;
  std::size_t held_ = 0;
};

}  // namespace server
