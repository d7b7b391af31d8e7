#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Where the first byte is of which `is(Bytes)` holds, or text.size().
template <class F>
std::size_t find_byte(std::string_view text, F&& is) noexcept {
  const char* p = text.data();
  std::size_t left = text.size();
  for (; left >= Bytes::size; p += Bytes::size, left -= Bytes::size) {
    const unsigned first = is(Bytes::load(p)).first();
    if (first != Bytes::size) return static_cast<std::size_t>(p - text.data()) + first;
  }
  const std::size_t first = is(Bytes::load(p, left)).first();
  return text.size() - left + (std::min)(first, left);
}

/// What a character at the start of `text` does to a line of text.
enum class Effect { none, breaks, hides };

/// Controls and Unicode's line separators break a line. The directional overrides and isolates are invisible, and could
/// reorder the words that follow.
struct Control {
  Effect effect;
  std::size_t size;  ///< bytes
};

inline Control control_at(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return {Effect::breaks, 1};
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return {Effect::breaks, 2};
  if (byte(0) == 0xE2 && byte(1) == 0x80) {
    if (byte(2) == 0xA8 || byte(2) == 0xA9) return {Effect::breaks, 3};
    if (byte(2) >= 0xAA && byte(2) <= 0xAE) return {Effect::hides, 3};
  }
  if (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) return {Effect::hides, 3};
  return {Effect::none, 1};
}

/// Of bytes that may begin a control.
inline Bytes may_begin_control(Bytes bytes) noexcept {
  return bytes.below(0x20) | bytes.is('\x7F') | bytes.is('\xC2') | bytes.is('\xE2');
}

/// Of bytes that JSON, HTML, Slack's markup or quoted-printable escapes, or that may begin a control.
inline Bytes is_active(Bytes bytes) noexcept {
  return (bytes - Bytes::all(0x20)).at_least(0x7F - 0x20) | bytes.between('<', '>') |
         (bytes & Bytes::all(0xFB)).is('"') | bytes.is('\\');
}

/// Whether a text means nothing but itself in any of these, which need not look at it then.
inline bool is_inert(std::string_view text) noexcept { return is_without(text, is_active); }

/// Copies up to sixteen bytes to `out`, which has room for that many, and returns how many of them come before the
/// first that may begin a control.
inline std::size_t copy_plain(std::string_view text, char* out) noexcept {
  const Bytes bytes = text.size() >= Bytes::size ? Bytes::load(text.data()) : Bytes::load(text.data(), text.size());
  bytes.store(out);
  return (std::min)(std::size_t{may_begin_control(bytes).first()}, text.size());
}

inline bool append_any_line(Buffer& out, std::string_view text) {
  char* const start = out.room(text.size() + Bytes::size);
  char* p = start;
  while (!text.empty()) {
    const std::size_t plain = copy_plain(text, p);
    p += plain;
    text.remove_prefix(plain);
    if (plain == Bytes::size || text.empty()) continue;
    const Control control = control_at(text);
    if (control.effect == Effect::none) *p++ = text[0];
    text.remove_prefix(control.size);
    if (control.effect == Effect::breaks) {
      while (p != start && p[-1] == ' ') --p;
      *p++ = ' ';
      text.remove_prefix((std::min)(text.find_first_not_of(' '), text.size()));
    }
  }
  while (p != start && p[-1] == ' ') --p;
  const char* first = start;
  while (first != p && *first == ' ') ++first;
  if (first != start) std::memmove(start, first, static_cast<std::size_t>(p - first));
  out.set_end(p - (first - start));
  return first != p;
}

/// append_line() for any text.
template <bool is_padded>
NOTIFIER_NOINLINE bool append_line_of_any_size(Buffer& out, std::string_view text, bool& inert) {
  if (text.empty()) return false;
  if (text.front() != ' ' && text.back() != ' ') {
    char* const start = out.room(text.size() + text_padding);
    const bool is_inert = copy_without<is_padded>(text, start, [](Bytes b) { return is_active(b); });
    inert = inert && is_inert;
    if (is_inert || copy_without<is_padded>(text, start, may_begin_control)) {
      out.set_end(start + text.size());
      return true;
    }
  }
  inert = false;
  return append_any_line(out, text);
}

/// Appends text as one line: each run of controls, with the spaces around it, becomes a space, directional overrides
/// vanish, spaces at both ends are cut. Whether anything was left.
/// @tparam is_padded  whether the text is, which makes it quicker
/// @param inert       becomes false unless the text is inert
template <bool is_padded = false>
bool append_line(Buffer& out, std::string_view text, bool& inert) {
  // Most are short and inert. Nothing is called on their way, so that no register is saved: a third less of it.
  const bool is_short = !text.empty() && text.size() < Bytes::size;
  if (is_short && out.capacity() - out.size() >= Bytes::size && text.front() != ' ' && text.back() != ' ') {
    char* const start = out.data() + out.size();
    if (copy_without<is_padded>(text, start, [](Bytes b) { return is_active(b); })) {
      out.set_end(start + text.size());
      return true;
    }
  }
  return append_line_of_any_size<is_padded>(out, text, inert);
}

/// append_line() for a padded text, as all strings of a json::View are.
inline bool append_padded_line(Buffer& out, std::string_view text, bool& inert) {
  return append_line<true>(out, text, inert);
}

/// The size of a terminal's escape sequence (ECMA-48: ESC [ parameters, intermediates, one final byte), or 0.
inline std::size_t escape_sequence_size(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '\x1B' || text[1] != '[') return 0;
  std::size_t i = 2;
  while (i < text.size() && text[i] >= 0x20 && text[i] < 0x40) ++i;
  return i < text.size() && text[i] >= 0x40 && text[i] < 0x7F ? i + 1 : 0;
}

/// Appends a log or a command: line breaks (as \n) and tabs stay, terminal colours, other controls and directional
/// overrides vanish, blank lines at the start and white space at the end are cut. Whether anything was left.
/// @tparam is_padded  whether the text is, which makes it quicker
template <bool is_padded = false>
bool append_block(Buffer& out, std::string_view text) {
  char* const start = out.room(text.size() + text_padding);
  // Most commands are one line.
  if (!text.empty() && text.back() != ' ' && copy_without<is_padded>(text, start, may_begin_control)) {
    out.set_end(start + text.size());
    return true;
  }
  char* p = start;
  while (!text.empty()) {
    const std::size_t plain = copy_plain(text, p);
    p += plain;
    text.remove_prefix(plain);
    if (plain == Bytes::size || text.empty()) continue;
    const Control control = control_at(text);
    std::size_t size = control.size;
    if (control.effect == Effect::none || text[0] == '\t') {
      *p++ = text[0];
    } else if (text[0] == '\n' || text[0] == '\r') {
      if (text.substr(0, 2) == "\r\n") ++size;
      *p++ = '\n';
    } else if (const std::size_t sequence = escape_sequence_size(text)) {
      size = sequence;
    }
    text.remove_prefix(size);
  }
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  while (p != start && is_space(p[-1])) --p;
  const char* first = start;
  for (const char* c = start; c != p && is_space(*c); ++c) {
    if (*c == '\n') first = c + 1;
  }
  if (first != start) std::memmove(start, first, static_cast<std::size_t>(p - first));
  out.set_end(p - (first - start));
  return first != p;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
