#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What some editors and shells put before the text of a file: U+FEFF in UTF-8.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The text of a file without its mark. Of one, since a second one is text.
constexpr std::string_view without_byte_order_mark(std::string_view file) noexcept {
  const bool is_marked = file.substr(0, byte_order_mark.size()) == byte_order_mark;
  return is_marked ? file.substr(byte_order_mark.size()) : file;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
