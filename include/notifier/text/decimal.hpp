#pragma once

#include <charconv>
#include <cstdint>
#include <string>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A count in decimal. std::to_string() is a function of the C++ library's own, which WebAssembly has compiled in
/// another way than the rest.
inline std::string decimal(std::uint64_t count) {
  char text[20];
  return std::string(text, std::to_chars(text, text + sizeof text, count).ptr);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
