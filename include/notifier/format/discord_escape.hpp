// How text stands in a Discord payload: Markdown with backslashes, and JSON, in one pass.

#pragma once

#include "notifier/format/backslash_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whatever could be markup, a mention, an emoji or a link, whose scheme ends in a colon.
struct DiscordMarkdown {
  static constexpr bool lines_are_rules = false;

  static constexpr bool is_markup(char c) noexcept {
    switch (c) {
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
      case ']': return true;
      default: return false;
    }
  }
};

using DiscordText = BackslashText<DiscordMarkdown>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
