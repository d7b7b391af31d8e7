// Times two ways of doing the same work, in turn and in one process: what is left of the machine's mood in the ratio of
// the medians is small. Time is the thread's own processor time, so that other programs on the machine count little.

#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Keeps the compiler from dropping a result.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

/// Nanoseconds that this thread has run.
inline double thread_time() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

inline double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// One way of doing the work: operation after operation, round the corpus again and again.
template <class Operation>
class Side {
 public:
  /// @param operation  called with 0, 1, ... count - 1, 0, 1, ...
  Side(std::size_t count, Operation operation) : count_(count), operation_(std::move(operation)) {
    // Warms up, and finds how many operations take a round's time: a multiple of the corpus where that is short.
    for (std::size_t size = 1;; size *= 2) {
      const double took = run(size);
      if (took < round_time / 8 && size < (std::size_t{1} << 40)) continue;
      size_ = static_cast<std::size_t>(static_cast<double>(size) * round_time / took) + 1;
      if (size_ > count_) size_ = (size_ + count_ - 1) / count_ * count_;
      return;
    }
  }
  void round() { times_.push_back(run(size_) / static_cast<double>(size_)); }
  /// Nanoseconds an operation.
  double result() const { return median(times_); }

 private:
  static constexpr double round_time = 4e6;

  double run(std::size_t size) {
    const double begin = thread_time();
    for (std::size_t i = 0; i < size; ++i) {
      operation_(next_);
      if (++next_ == count_) next_ = 0;
    }
    return thread_time() - begin;
  }

  std::size_t count_;
  Operation operation_;
  std::size_t size_ = 1;
  std::size_t next_ = 0;
  std::vector<double> times_;
};

inline constexpr int rounds = 41;

/// Times several ways of doing the same work on a corpus of `count`, in turn; nanoseconds an operation of each.
template <class... Operations>
std::vector<double> alternate(std::size_t count, Operations... operations) {
  std::vector<double> medians;
  auto measure = [&](auto&&... sides) {
    for (int i = 0; i < rounds; ++i) (sides.round(), ...);
    (medians.push_back(sides.result()), ...);
  };
  measure(Side<Operations>(count, std::move(operations))...);
  return medians;
}

}  // namespace bench
