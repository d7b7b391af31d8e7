#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/config.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// A request target in pieces, percent-decoded (RFC 3986). Owns its text, which may hold any byte.
struct Target {
  std::vector<std::string>
      segments;  ///< of the path: {"v1", "apps", "my-app"}; a slash that was encoded stays inside one
  std::vector<std::pair<std::string, std::string>> query;

  /// The value of a query parameter, the first one where it is given twice; empty where there is none.
  std::string_view parameter(std::string_view name) const noexcept;
};

/// Reads a path with an optional query, or an absolute http(s) URL (RFC 9112 section 3.2.2).
/// @return nothing where it begins with no slash, or a percent sign is not followed by two hexadecimal digits.
std::optional<Target> parse_target(std::string_view text);

/// @param plus_is_space  as in a query (application/x-www-form-urlencoded)
inline bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      if (text.size() - i < 3) return false;
      const auto high = hex_digit(text[++i]);
      const auto low = hex_digit(text[++i]);
      if (!high || !low) return false;
      out += static_cast<char>(*high << 4 | *low);
    } else {
      out += text[i];
    }
  }
  return true;
}

/// Calls `f(piece)` for each piece between separators, until it returns false.
template <class F>
bool split(std::string_view text, char separator, F&& f) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!f(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

inline std::string_view Target::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

inline std::optional<Target> parse_target(std::string_view text) {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    const std::size_t path = text.find('/', scheme.size());
    text = path == std::string_view::npos ? std::string_view("/") : text.substr(path);
  }
  if (text.empty() || text[0] != '/') return std::nullopt;

  Target target;
  const std::size_t question = text.find('?');
  const bool path_ok =
      split(text.substr(1, question == std::string_view::npos ? question : question - 1), '/',
            [&](std::string_view piece) { return percent_decode(piece, false, target.segments.emplace_back()); });
  if (!path_ok) return std::nullopt;
  if (question == std::string_view::npos) return target;

  const bool query_ok = split(text.substr(question + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return true;
    auto& [key, value] = target.query.emplace_back();
    const std::size_t equals = piece.find('=');
    return percent_decode(piece.substr(0, equals), true, key) &&
           (equals == std::string_view::npos || percent_decode(piece.substr(equals + 1), true, value));
  });
  if (!query_ok) return std::nullopt;
  return target;
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
