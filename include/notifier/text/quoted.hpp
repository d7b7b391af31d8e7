#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/text/is_utf8.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A piece of somebody's text for a message, between quotes: at most 64 bytes of it, control characters as \x1b. What
/// is no UTF-8 and what may be a URL, which can be a secret, is left out.
NOTIFIER_NOINLINE inline std::string quoted(std::string_view text) {
  constexpr std::size_t most = 64;
  constexpr const char* digits = "0123456789abcdef";
  if (!is_utf8(text) || text.find("://") != std::string_view::npos) return "'...'";
  const std::size_t end = text.size() <= most ? text.size() : cut_position(text, most);
  std::string out = "'";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 0xF];
    }
  }
  if (end != text.size()) out += "...";
  return out += '\'';
}

/// The same within a message.
NOTIFIER_NOINLINE inline std::string with_quoted(std::string_view before, std::string_view text,
                                                 std::string_view after = {}) {
  return joined(before, quoted(text), after);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
