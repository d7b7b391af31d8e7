// How text stands in a Rocket.Chat payload, whose Markdown has no escape.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr char backtick_like[] = "\xCB\x8B";

/// One line of prose, without markup, and JSON in one pass.
struct RocketChatText {
  static constexpr std::size_t growth = std::string_view("\\\\\xE2\x80\x8D").size();

  static Bytes special(Bytes b) noexcept { return PlainLabel::special(b); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    const char c = *p;
    const char before = p == begin ? ' ' : p[-1];
    const char after = p + 1 == end ? ' ' : p[1];
    ++p;
    switch (c) {
      case '"': return detail::put(out, "\\\"");
      case '\\': return detail::put(out, "\\\\\xE2\x80\x8D");
      case '*': return detail::put(out, "\xE2\x88\x97");
      case '~': return detail::put(out, "\xE2\x88\xBC");
      case '$': return detail::put(out, "\xEF\xBC\x84");
      case '`': return detail::put(out, backtick_like);
      case '|': return detail::put(out, "\xE2\x88\xA3");
      case '_':
        if (is_letter_or_digit(before) && is_letter_or_digit(after)) break;
        return detail::put(out, "\xCB\x8D");
      case '@':
      case '#':
      case ':':
      case '.':
      case '<':
      case '>':
      case '[':
      case ']':
      case '&':
      case '+':
      case '!': *out++ = c; return static_cast<unsigned char>(after) <= ' ' ? out : detail::put(out, zero_width_joiner);
      case '\r':
        if (p != end && *p == '\n') ++p;
        *out = ' ';
        return out + 1;
      default: break;
    }
    *out = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    return out + 1;
  }
};

/// Between two backticks: nothing is parsed there.
struct RocketChatInlineCode {
  static constexpr std::size_t growth = std::string_view(backtick_like).size();

  static Bytes special(Bytes b) noexcept { return b.below(0x20) | b.is('"') | b.is('\\') | b.is('`'); }

  static char* put(const char*& p, const char*, const char* end, char* out) noexcept {
    switch (*p) {
      case '"': ++p; return detail::put(out, "\\\"");
      case '\\': ++p; return detail::put(out, "\\\\");
      case '`': ++p; return detail::put(out, backtick_like);
      case '\r': skip_line_break(p, end); break;
      default: ++p;
    }
    *out = ' ';
    return out + 1;
  }
};

/// Between fences of backticks, which nothing in it may close.
struct RocketChatCode {
  static constexpr std::size_t growth = std::string_view("\xE2\x80\x8D`").size();

  static Bytes special(Bytes b) noexcept { return RocketChatInlineCode::special(b); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    switch (*p) {
      case '\n':
      case '\r': skip_line_break(p, end); return detail::put(out, "\\n");
      case '\t': ++p; return detail::put(out, "\\t");
      case '`':
        if (p != begin && p[-1] == '`') out = detail::put(out, zero_width_joiner);
        *out = *p++;
        return out + 1;
      default: return RocketChatInlineCode::put(p, begin, end, out);
    }
  }
};

struct RocketChatUrl {
  static constexpr std::size_t growth = std::string_view("%41").size();

  static Bytes special(Bytes b) noexcept { return is_outside_url(b); }

  static char* put(const char*& p, const char*, const char*, char* out) noexcept {
    const char c = *p++;
    *out = c;
    if (is_url_byte(c)) return out + 1;
    *out = '%';
    return put_hex(static_cast<unsigned char>(c), out + 1);
  }
};

/// The target of `[label](url)`.
struct RocketChatTarget {
  static constexpr std::size_t growth = RocketChatUrl::growth;

  static Bytes special(Bytes b) noexcept { return is_outside_url(b) | b.is('(') | b.is(')') | b.is('*') | b.is('~'); }

  static char* put(const char*& p, const char*, const char*, char* out) noexcept {
    *out = '%';
    return put_hex(static_cast<unsigned char>(*p++), out + 1);
  }
};

/// Whether a line means nothing but itself in Markdown, as it is: words of letters and digits, perhaps with commas, a
/// number's point, a time's colon, hyphens and underscores within, "(M)" or "80%". Rather too seldom.
inline bool is_plain_markdown(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };
  const auto is_word = [&](std::size_t i) { return is_letter_or_digit(at(i)); };
  const auto ends = [&](std::size_t i) { return at(i) == ' ' || at(i) == ','; };
  if (text.empty() || !is_word(0)) return false;
  std::size_t colons = 0;
  std::size_t points = 0;
  std::size_t open = 0;  // where a parenthesis is
  for (std::size_t i = 1; i < text.size(); ++i) {
    bool is_plain = is_word(i);
    switch (text[i]) {
      case ' ': is_plain = open == 0 && !ends(i + 1); break;
      case ',':
        is_plain = open == 0 && at(i + 1) == ' ' && (is_word(i - 1) || at(i - 1) == ')' || at(i - 1) == '%');
        break;
      case '.': is_plain = is_digit(at(i - 1)) && is_digit(at(i + 1)) && ++points == 1; break;
      case ':': is_plain = is_digit(at(i - 1)) && is_digit(at(i + 1)) && is_digit(at(i + 2)) && ++colons == 1; break;
      case '-':
      case '_': is_plain = is_word(i - 1) && is_word(i + 1) && ((i > 1 && is_word(i - 2)) || is_word(i + 2)); break;
      case '%': is_plain = is_digit(at(i - 1)) && ends(i + 1); break;
      case '(':
        is_plain = open == 0 && at(i - 1) == ' ' && is_word(i + 1);
        open = i;
        break;
      case ')':
        is_plain = open != 0 && ends(i + 1);
        open = 0;
        break;
      default: break;
    }
    if (!is_plain) return false;
  }
  return open == 0;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
