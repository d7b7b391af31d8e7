// How text stands in an Adaptive Card as Microsoft Teams shows it: a subset of Markdown, and JSON, in one pass.

#pragma once

#include <cstddef>

#include "notifier/format/backslash_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whatever could be emphasis, a link, HTML, an entity, or a date that a card would write (`{{DATE(...)}}`).
struct TeamsMarkdown {
  static constexpr bool lines_are_rules = true;

  static constexpr bool is_markup(char c) noexcept {
    switch (c) {
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
      case ']': return true;
      default: return false;
    }
  }
};

using TeamsText = BackslashText<TeamsMarkdown>;

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
