// How text stands in JSON where a platform shows it as it is, without markup.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line.
struct PlainJsonLine {
  static constexpr std::size_t growth = std::string_view("\\\"").size();

  static Bytes special(Bytes b) noexcept { return b.below(0x20) | b.is('"') | b.is('\\'); }

  static char* put(const char*& p, const char*, const char* end, char* out) noexcept {
    switch (*p) {
      case '"': ++p; return detail::put(out, "\\\"");
      case '\\': ++p; return detail::put(out, "\\\\");
      case '\r': skip_line_break(p, end); break;
      default: ++p;
    }
    *out = ' ';
    return out + 1;
  }
};

/// The lines of a log.
struct PlainJsonLines {
  static constexpr std::size_t growth = PlainJsonLine::growth;

  static Bytes special(Bytes b) noexcept { return PlainJsonLine::special(b); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    switch (*p) {
      case '\n':
      case '\r': skip_line_break(p, end); return detail::put(out, "\\n");
      case '\t': ++p; return detail::put(out, "\\t");
      default: return PlainJsonLine::put(p, begin, end, out);
    }
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
