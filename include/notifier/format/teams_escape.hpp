// How text stands in an Adaptive Card as Microsoft Teams shows it: a subset of Markdown, and JSON, in one pass.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line that means nothing but itself: a backslash goes before what begins emphasis, a link, HTML, an entity, or a
/// date that a card would write (`{{DATE(...)}}`); before the sign of a list only where it could be one.
struct TeamsText {
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
      case '<':
      case '>':
      case '#':
      case '&':
      case '{':
      case '[':
      case ']': out = detail::put(out, "\\\\"); break;
      case '-':
      case '+':
        // A line of hyphens would be a rule.
        if (before == ' ' && (after == ' ' || after == c)) out = detail::put(out, "\\\\");
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

/// The lines of a log, each a paragraph, since a line break alone is none there. What they begin with is kept by spaces
/// that do not break.
struct TeamsLog {
  static constexpr std::size_t growth = TeamsText::growth;

  static Bytes special(Bytes b) noexcept { return TeamsText::special(b) | b.is(' '); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    const bool is_break = *p == '\n' || *p == '\r';
    if (is_break) {
      // Lines with nothing in them would be none.
      while (p != end && (*p == '\n' || *p == '\r')) ++p;
      return detail::put(out, "\\n\\n");
    }
    const bool is_indent = p == begin || p[-1] == '\n' || p[-1] == '\r' || p[-1] == ' ' || p[-1] == '\t';
    if ((*p == ' ' || *p == '\t') && is_indent) {
      ++p;
      return detail::put(out, "\xC2\xA0");
    }
    if (*p != ' ') return TeamsText::put(p, is_indent ? p : begin, end, out);
    *out = *p++;
    return out + 1;
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
