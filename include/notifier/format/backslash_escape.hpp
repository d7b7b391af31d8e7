// How text stands in JSON where a platform's Markdown is switched off by backslashes, in one pass.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line that means nothing but itself: a backslash goes before what begins markup, and before the sign of a list
/// only where it could be one.
/// @tparam Markdown  has is_markup(char), all that is escaped wherever it stands, and `lines_are_rules`: whether
/// hyphens
///                   alone are a rule
template <class Markdown>
struct BackslashText {
  static constexpr std::size_t growth = std::string_view("\\\\\\\\").size();

  static Bytes special(Bytes b) noexcept { return PlainLabel::special(b) | b.is('-'); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    const char c = *p;
    const char before = p == begin ? ' ' : p[-1];
    const char after = p + 1 == end ? '\0' : p[1];  // nothing: no sign of a list, nor where it is cut
    ++p;
    switch (c) {
      case '"': return detail::put(out, "\\\"");
      case '\\': return detail::put(out, "\\\\\\\\");
      case '-':
      case '+':
        if (before == ' ' && (after == ' ' || (Markdown::lines_are_rules && after == c))) {
          out = detail::put(out, "\\\\");
        }
        break;
      case '.':
        if (is_digit(before) && after == ' ') out = detail::put(out, "\\\\");
        break;
      case '\r':
        if (p != end && *p == '\n') ++p;
        break;
      default:
        if (Markdown::is_markup(c)) out = detail::put(out, "\\\\");
        break;
    }
    *out = static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    return out + 1;
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
