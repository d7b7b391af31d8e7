#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/json/unescape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// The index behind a JSON string that opens at `i`.
inline std::size_t skip_string(std::string_view json, std::size_t i) noexcept {
  for (++i; json[i] != '"'; ++i) i += json[i] == '\\';
  return i + 1;
}

/// The index behind a JSON value that begins at `i`.
inline std::size_t skip_value(std::string_view json, std::size_t i) noexcept {
  std::size_t depth = 0;
  while (i < json.size()) {
    switch (json[i]) {
      case '"':
        i = skip_string(json, i);
        if (depth == 0) return i;
        continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (depth == 0) return i;
        if (--depth == 0) return i + 1;
        break;
      case ',':
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        if (depth == 0) return i;
        break;
      default: break;
    }
    ++i;
  }
  return i;
}

/// Whether a key says `name`, escapes resolved.
/// @param raw  as it stands between its quotes
inline bool is_key(std::string_view raw, std::string_view name) {
  if (raw.find('\\') == std::string_view::npos) return raw == name;
  std::string text(raw.size(), '\0');
  text.resize(static_cast<std::size_t>(json::unescape(raw, &text[0]) - text.data()));
  return text == name;
}

/// A member's value as it stands in the text, byte for byte; empty where there is none. Of a key that is given twice,
/// the first.
/// @param object  valid JSON
inline std::string_view raw_member(std::string_view object, std::string_view key) {
  constexpr std::string_view spaces = " \t\r\n";
  std::size_t i = object.find_first_not_of(spaces);
  if (i == std::string_view::npos || object[i] != '{') return {};
  while (true) {
    i = object.find_first_not_of(" \t\r\n{,", i);
    if (object[i] != '"') return {};
    const std::size_t key_end = skip_string(object, i);
    const bool is_it = is_key(object.substr(i + 1, key_end - i - 2), key);
    i = object.find_first_not_of(spaces, object.find(':', key_end) + 1);
    const std::size_t end = skip_value(object, i);
    if (is_it) return object.substr(i, end - i);
    i = object.find_first_not_of(spaces, end);
  }
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
