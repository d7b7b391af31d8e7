// How text stands in a Mattermost payload, whose Markdown is alive everywhere: taken apart, as for Rocket.Chat.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/card.hpp"
#include "notifier/format/rocket_chat_escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line of prose, without markup. Beside what Rocket.Chat knows, `;` begins a smiley, and a `www.` a link.
struct MattermostText {
  static constexpr std::size_t growth = RocketChatText::growth;

  static Bytes special(Bytes b) noexcept { return PlainLabel::special(b); }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    const char before = p == begin ? ' ' : to_lower(p[-1]);
    if (*p == ';' || *p == '=') {
      *out = *p++;
      return detail::put(out + 1, zero_width_joiner);
    }
    if (*p == '.' && before == 'w') {
      ++p;
      return detail::put(out, "\xE2\x80\x8D.");
    }
    return RocketChatText::put(p, begin, end, out);
  }
};

/// Prose, as it is where that means nothing else.
inline char* put_mattermost_line(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out,
                                 Truncations& cut) {
  if (text.size() <= limit.text && text.size() <= limit.json && is_plain_markdown(text)) return put(out, text);
  return put_line<MattermostText>(part, text, limit, unit, out, cut);
}

/// A value as it is where that means nothing else, else as inline code, which is exact and can be copied.
inline char* put_mattermost_value(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out,
                                  Truncations& cut) {
  if (text.size() <= limit.text && text.size() <= limit.json && is_plain_markdown(text)) return put(out, text);
  *out++ = '`';
  out = put_part<RocketChatInlineCode>(part, text, {limit.text - 2, limit.json - 2}, unit, out, cut);
  *out++ = '`';
  return out;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
