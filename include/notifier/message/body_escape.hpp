// How texts of events stand in the bodies of a host's own platform, and how such are cut.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/model/platform_row.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/utf8.hpp"
#include "notifier/vocabulary/own_platform.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Escapes what a buffer holds from `begin` on, so that it means nothing but itself.
///
/// Markdown gets a backslash before each sign that any dialect reads, and a zero-width joiner in what would be a
/// mention or a link by itself; HTML and Slack get entities. Of a link, which stays one, what could end it is
/// percent-encoded.
NOTIFIER_NOINLINE inline void escape_body_text(Buffer& text, std::size_t begin, OwnPlatform::Escape escape,
                                               bool is_link) {
  using Escape = OwnPlatform::Escape;
  if (escape == Escape::plain) return;
  constexpr std::string_view joiner = "\xE2\x80\x8D";
  constexpr char hex[] = "0123456789ABCDEF";
  const std::string given(text.view(begin));
  text.truncate(begin);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char c = given[i];
    const bool has_entity = c == '&' || (!is_link && (c == '<' || c == '>')) ||
                            (escape == Escape::html && !is_link && (c == '"' || c == '\''));
    if (escape != Escape::markdown && has_entity) {
      text.append(c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : "&#39;");
    } else if (is_link) {
      if (std::string_view("<>\"'()[]{}|\\`*^ ").find(c) == std::string_view::npos) {
        text.append(c);
      } else {
        text.append('%');
        text.append(hex[static_cast<unsigned char>(c) >> 4]);
        text.append(hex[static_cast<unsigned char>(c) & 15]);
      }
    } else if (escape == Escape::markdown) {
      const char before = i == 0 ? ' ' : given[i - 1];
      const bool begins = before == ' ' || before == '\n';
      const bool is_list =
          (begins && (c == '-' || c == '+' || c == '=')) || ((c == '.' || c == ')') && is_digit(before));
      if (is_list || std::string_view("\\`*_[]<>#~|&!(){}$^").find(c) != std::string_view::npos) text.append('\\');
      text.append(c);
      const bool is_taken_apart =
          c == '@' || (c == ':' && i + 1 < given.size() && given[i + 1] != ' ') ||
          (c == '.' && i >= 3 && to_lower(given[i - 1]) == 'w' && to_lower(given[i - 2]) == 'w');
      if (is_taken_apart) text.append(joiner);
    } else {
      text.append(c);
      // Slack reads no mention but in angle brackets; other servers that take its markup read "@channel".
      if (escape == Escape::slack && c == '@') text.append(joiner);
    }
  }
}

/// How long a text is.
inline std::size_t length_of(std::string_view text, PayloadLimit::Unit unit) noexcept {
  if (unit == PayloadLimit::Unit::bytes) return text.size();
  return unit == PayloadLimit::Unit::utf16 ? count_utf16(text) : count_code_points(text);
}

/// The longest beginning of a text that is no longer than `most`, and ends in no character, escape or link.
inline std::string_view cut_body_text(std::string_view text, std::size_t most, PayloadLimit::Unit unit,
                                      OwnPlatform::Escape escape) noexcept {
  std::size_t end = 0;
  for (std::size_t length = 0; end < text.size();) {
    const std::size_t size = (std::min)(code_point_size(text[end]), text.size() - end);
    length += unit == PayloadLimit::Unit::bytes ? size : unit == PayloadLimit::Unit::utf16 && size == 4 ? 2 : 1;
    if (length > most) break;
    end += size;
  }
  if (end == text.size()) return text;
  std::string_view kept = text.substr(0, end);
  // The word that is cut, which may be a link.
  const std::size_t word = kept.find_last_of(" \n") + 1;
  const std::string_view whole = text.substr(word, text.find_first_of(" \n", word) - word);
  if (whole.find("://") != std::string_view::npos) kept = text.substr(0, word);
  if (escape == OwnPlatform::Escape::markdown) {
    std::size_t slashes = 0;
    while (slashes < kept.size() && kept[kept.size() - 1 - slashes] == '\\') ++slashes;
    kept.remove_suffix(slashes % 2);
  } else if (escape != OwnPlatform::Escape::plain) {
    constexpr std::size_t longest = 6;  // "&quot;"
    const std::size_t entity = kept.rfind('&');
    if (entity != std::string_view::npos && kept.size() - entity < longest &&
        kept.find(';', entity) == std::string_view::npos) {
      kept = kept.substr(0, entity);
    }
  }
  return kept;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
