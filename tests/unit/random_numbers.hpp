// A sequence of numbers that is the same on every machine.

#pragma once

#include <cstdint>

namespace random_numbers {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t operator()() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t x = (state_ ^ state_ >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return static_cast<std::uint32_t>(x >> 32);
  }
  unsigned below(unsigned count) { return (*this)() % count; }
  bool one_in(unsigned count) { return below(count) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace random_numbers
