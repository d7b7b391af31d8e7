// How text stands in a Telegram message: as it is, but that nothing in it becomes a link, a mention or a command.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/plain_json_escape.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// One line. No markup is read in it, but Telegram finds addresses, mentions, tags and commands in any text: a
/// zero-width joiner takes them apart.
struct TelegramText {
  static constexpr std::size_t growth = std::string_view("/\xE2\x80\x8D").size();

  static Bytes special(Bytes b) noexcept {
    return PlainJsonLine::special(b) | b.is('@') | b.is('#') | b.is('$') | b.is(':') | b.is('.') | b.is('/');
  }

  static char* put(const char*& p, const char* begin, const char* end, char* out) noexcept {
    const char c = *p;
    const char before = p == begin ? ' ' : p[-1];
    const char after = p + 1 == end ? ' ' : p[1];
    const bool is_in_word = static_cast<unsigned char>(after) > ' ';
    bool is_live = is_in_word;
    switch (c) {
      case '@':
      case '#':
      case '$': break;
      case ':': is_live = after == '/'; break;
      // A number's point and a time's colon are none; the dots of a domain are before a letter, or a digit of a name.
      case '.': is_live = is_in_word && !(is_digit(before) && is_digit(after)); break;
      case '/': is_live = is_letter_or_digit(after) && !is_letter_or_digit(before); break;
      default: return PlainJsonLine::put(p, begin, end, out);
    }
    *out++ = *p++;
    return is_live ? detail::put(out, zero_width_joiner) : out;
  }
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
