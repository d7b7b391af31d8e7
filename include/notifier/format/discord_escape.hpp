// How text stands in a Discord payload: Markdown with backslashes, and JSON, in one pass.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line that means nothing but itself. A backslash goes before all that begins markup, a mention, an emoji or a
/// link (whose scheme ends in a colon); before the sign of a list only where it could be one.
struct DiscordText {
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
      case '*':
      case '_':
      case '~':
      case '`':
      case '|':
      case '<':
      case '>':
      case '@':
      case '#':
      case ':':
      case '[':
      case ']': out = detail::put(out, "\\\\"); break;
      case '-':
      case '+':
        if (before == ' ' && after == ' ') out = detail::put(out, "\\\\");
        break;
      case '.':
        if (is_digit(before) && after == ' ') out = detail::put(out, "\\\\");
        break;
      case '\r':
        if (p != end && *p == '\n') ++p;
        break;
      default: break;
    }
    *out = static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    return out + 1;
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
