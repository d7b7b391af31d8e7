// How text stands in a Google Chat payload: entities, as a card reads a subset of HTML, and JSON, in one pass.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/format/slack_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line of text of a card.
using GoogleChatText = SlackText<Lines::one>;

/// One line of a message's own text, whose markup beside entities is taken apart.
struct GoogleChatProse {
  static constexpr std::size_t growth = RocketChatText::growth;

  static Bytes special(Bytes b) noexcept { return RocketChatText::special(b); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    if (*p == '&' || *p == '<' || *p == '>') return GoogleChatText::put(p, begin, end, out);
    return RocketChatText::put(p, begin, end, out);
  }
};

/// The lines of a log, with `<br>` between; what they begin with is kept by spaces that do not break.
struct GoogleChatLog {
  static constexpr std::size_t growth = GoogleChatText::growth;

  static Bytes special(Bytes b) noexcept { return GoogleChatText::special(b) | b.is(' '); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    if (*p == '\n' || *p == '\r') {
      skip_line_break(p, end);
      return detail::put(out, "<br>");
    }
    if (*p != ' ' && *p != '\t') return GoogleChatText::put(p, begin, end, out);
    const bool is_indent = p == begin || static_cast<unsigned char>(p[-1]) <= ' ';
    ++p;
    return is_indent ? detail::put(out, "\xC2\xA0") : detail::put(out, " ");
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
