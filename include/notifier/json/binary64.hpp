// What reading and writing doubles share.

#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8, "doubles are IEEE 754 binary64");

inline std::uint64_t to_bits(double value) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline double from_bits(std::uint64_t bits) noexcept {
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline constexpr int max_exact_power = 22;
inline constexpr double powers_of_ten[max_exact_power + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
