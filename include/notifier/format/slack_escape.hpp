// How text stands in a Slack payload: entities and JSON in one pass.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Which line breaks a text keeps.
enum class Lines { one, many };

/// Entities and JSON in one pass; control characters become spaces.
template <Lines lines>
struct SlackText {
  static constexpr std::size_t growth = std::string_view("&amp;").size();

  // '<' and '>' differ in one bit, '"' and '&' in another.
  static Bytes special(Bytes b) noexcept {
    return b.below(0x20) | (b & Bytes::all(0xFD)).is('<') | (b & Bytes::all(0xFB)).is('"') | b.is('\\');
  }

  static char* put(const char*& p, const char*, const char* end, char* out) noexcept {
    switch (*p) {
      case '&': ++p; return detail::put(out, "&amp;");
      case '<': ++p; return detail::put(out, "&lt;");
      case '>': ++p; return detail::put(out, "&gt;");
      case '"': ++p; return detail::put(out, "\\\"");
      case '\\': ++p; return detail::put(out, "\\\\");
      case '\n':
      case '\r':
        skip_line_break(p, end);
        if (lines == Lines::many) return detail::put(out, "\\n");
        break;
      default: ++p;
    }
    *out = ' ';
    return out + 1;
  }
};

/// Between fences of backticks, which nothing in it may close: a zero-width space goes between two backticks.
struct SlackCode {
  static constexpr std::size_t growth = SlackText<Lines::many>::growth;

  static Bytes special(Bytes b) noexcept { return SlackText<Lines::many>::special(b) | b.is('`'); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    if (*p == '\t') {
      ++p;
      return detail::put(out, "\\t");
    }
    if (*p != '`') return SlackText<Lines::many>::put(p, begin, end, out);
    if (p != begin && p[-1] == '`') out = detail::put(out, "\xE2\x80\x8B");
    *out = *p++;
    return out + 1;
  }
};

/// The target of `<url|label>`.
struct SlackUrl {
  static constexpr std::size_t growth = std::string_view("&amp;").size();

  static Bytes special(Bytes b) noexcept { return is_outside_url(b) | b.is('&'); }

  static char* put(const char*& p, const char*, const char*, char* out) noexcept {
    const char c = *p++;
    if (c == '&') return detail::put(out, "&amp;");
    *out = c;
    if (is_url_byte(c)) return out + 1;
    *out = '%';
    return put_hex(static_cast<unsigned char>(c), out + 1);
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
