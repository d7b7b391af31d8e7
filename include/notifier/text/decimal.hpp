#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A count in decimal. std::to_string() is a function of the C++ library's own, which WebAssembly has compiled in
/// another way than the rest.
inline std::string decimal(std::uint64_t count) {
  char text[20];
  return std::string(text, std::to_chars(text, text + sizeof text, count).ptr);
}

/// The same within a message.
NOTIFIER_NOINLINE inline std::string with_number(std::string_view before, std::uint64_t count,
                                                 std::string_view after = {}) {
  return joined(before, decimal(count), after);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
