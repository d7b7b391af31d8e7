// Header lines of a mail: RFC 5322 with encoded words of RFC 2047. Whatever goes in, no line break, no other control
// character and nothing outside ASCII comes out, but for an address in UTF-8 (RFC 6532).

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/bytes.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Longest header line that RFC 5322 recommends, without CRLF; with an encoded word in it, 76 (RFC 2047).
inline constexpr std::size_t header_line = 78;
inline constexpr std::size_t encoded_line = 76;  // so a word is at most 75 long: at least a space comes first

/// Most bytes that put_unstructured() and put_from() write for a text: three for a byte, and an encoded word around
/// each 15 bytes or so.
constexpr std::size_t header_room(std::size_t bytes) noexcept { return 6 * bytes + 256; }

/// ASCII without controls.
inline bool is_printable(std::string_view text) noexcept {
  return is_without(text, [](Bytes b) { return b.below(0x20) | b.at_least(0x7F); });
}

/// Printable ASCII alone, and nothing that reads as an encoded word.
inline bool is_header_text(std::string_view text) noexcept {
  return is_printable(text) && text.find("=?") == std::string_view::npos;
}

/// Most bytes that put_q() writes.
inline constexpr std::size_t longest_q = std::string_view("=F0=9F=A6=84").size();

/// One code point within a Q-encoded word that may stand anywhere.
inline char* put_q(std::string_view code_point, char* out) noexcept {
  const char c = code_point[0];
  const bool is_one_byte = code_point.size() == 1;
  if (is_one_byte && (is_letter_or_digit(c) || c == '-' || c == '!' || c == '*' || c == '+' || c == '/')) {
    *out = c;
    return out + 1;
  }
  const unsigned char byte = static_cast<unsigned char>(c);
  // C1 controls and line and paragraph separators break lines in some readers.
  const bool is_break = code_point == "\xE2\x80\xA8" || code_point == "\xE2\x80\xA9" ||
                        (code_point.size() == 2 && byte == 0xC2 && static_cast<unsigned char>(code_point[1]) < 0xA0);
  if ((is_one_byte && (byte <= 0x20 || byte == 0x7F)) || is_break) {
    *out = '_';
    return out + 1;
  }
  for (const char b : code_point) {
    *out = '=';
    out = put_hex(static_cast<unsigned char>(b), out + 1);
  }
  return out;
}

/// Encoded words on as many lines as they take.
/// @param column  where the first begins, at least 1; moved on
inline char* put_encoded_words(std::string_view text, char* out, std::size_t& column) noexcept {
  constexpr std::string_view begin = "=?utf-8?Q?";
  constexpr std::string_view end = "?=";
  std::size_t at = 0;
  while (at < text.size()) {
    // What is left of the line has room for a word of any one code point.
    if (column + begin.size() + longest_q + end.size() > encoded_line) {
      out = put(out, "\r\n ");
      column = 1;
    }
    const std::size_t width = encoded_line - column;
    const char* const word = out;
    out = put(out, begin);
    while (at < text.size()) {
      const std::string_view code_point = text.substr(at, code_point_size(text[at]));
      char token[longest_q];
      const std::size_t token_size = static_cast<std::size_t>(put_q(code_point, token) - token);
      if (static_cast<std::size_t>(out - word) + token_size + end.size() > width) break;
      out = put(out, std::string_view(token, token_size));
      at += code_point.size();
    }
    out = put(out, end);
    column += static_cast<std::size_t>(out - word);
    if (at < text.size()) {
      out = put(out, "\r\n ");
      column = 1;
    }
  }
  return out;
}

/// Folds ASCII text, which ends in none, before spaces. @return nullptr where a word is too long for a line of its own.
inline char* put_folded(std::string_view text, char* out, std::size_t column) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    // A word, and the spaces before it.
    const std::size_t size = (std::min)(text.find(' ', text.find_first_not_of(' ', at)), text.size()) - at;
    if (column + size > header_line) {
      if (at == 0 || size > header_line) return nullptr;
      out = put(out, "\r\n");
      column = 0;
    }
    out = put(out, text.substr(at, size));
    column += size;
    at += size;
  }
  return out;
}

/// The value of an unstructured header such as Subject, folded and encoded where need be, with CRLF.
/// @param column  where it begins: behind the name, the colon and the space
inline char* put_unstructured(std::string_view text, char* out, std::size_t column) noexcept {
  text = trim(text);
  if (is_header_text(text)) {
    if (column + text.size() <= header_line) return put(put(out, text), "\r\n");
    if (char* const end = put_folded(text, out, column)) return put(end, "\r\n");
  }
  return put(put_encoded_words(text, out, column), "\r\n");
}

/// An address that a header can hold as it is: printable ASCII, nothing that begins another address.
inline bool is_plain_address(std::string_view address) noexcept {
  if (address.empty()) return false;
  const auto needs_a_look = [](Bytes b) {
    return (b - Bytes::all(0x21)).at_least(0x7F - 0x21) | b.is('"') | b.between('(', ')') | b.is(',') |
           b.between(';', '>') | b.is('\\');
  };
  if (is_without(address, needs_a_look)) return true;  // as most are
  if (!is_header_text(address)) return false;
  std::size_t at = 0;
  if (address.front() == '"') {
    for (at = 1; at < address.size() && address[at] != '"'; ++at) {
      if (address[at] == '\\') ++at;
    }
    if (at >= address.size()) return false;
    ++at;
  }
  return is_without(address.substr(at), [](Bytes b) {
    return b.is(' ') | b.is('"') | b.between('(', ')') | b.is(',') | b.between(';', '<') | b.is('>') | b.is('\\');
  });
}

/// What a quoted string stands for.
/// @param content  without its quotes
inline std::string without_escapes(std::string_view content) {
  std::string out;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\\' && i + 1 < content.size()) ++i;
    out += content[i];
  }
  return out;
}

/// The value of From: an address, or a display name and an address in angle brackets. The name is quoted or encoded
/// where need be.
inline char* put_from(std::string_view from, char* out, std::size_t column) {
  from = trim(from);
  const std::size_t angle = from.rfind('<');
  std::string_view name;
  std::string_view address = from;
  if (angle != std::string_view::npos) {
    name = trim(from.substr(0, angle));
    address = from.substr(angle + 1);
    address = trim(address.substr(0, address.find('>')));
  }
  const bool is_encoded = name.size() > 4 && name.substr(0, 2) == "=?" && name.substr(name.size() - 2) == "?=";
  const bool is_quoted = name.size() > 1 && name.front() == '"' && name.back() == '"';
  if (is_quoted) name = name.substr(1, name.size() - 2);

  if (name.empty()) {
    if (column + address.size() > header_line) out = put(out, "\r\n ");
  } else {
    bool is_atoms = true;
    for (const char c : name) {
      is_atoms = is_atoms && std::string_view("()<>[]:;@\\,.\"").find(c) == std::string_view::npos;
    }
    const bool fits = column + 2 * name.size() + 2 <= header_line;
    if (fits && is_atoms && (is_encoded ? is_printable(name) : is_header_text(name))) {
      out = put(out, name);
      column += name.size();
    } else if (fits && is_header_text(name)) {
      const char* const start = out;
      *out++ = '"';
      for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = is_quoted && name[i] == '\\' && i + 1 < name.size() ? name[++i] : name[i];
        if (c == '"' || c == '\\') *out++ = '\\';
        *out++ = c;
      }
      *out++ = '"';
      column += static_cast<std::size_t>(out - start);
    } else {
      out = put_encoded_words(is_quoted ? without_escapes(name) : std::string(name), out, column);
    }
    out = column + address.size() + 3 > header_line ? put(out, "\r\n <") : put(out, " <");
  }
  for (const char c : address) {
    if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7F && c != '<' && c != '>')
      *out++ = c;
  }
  if (!name.empty()) *out++ = '>';
  return put(out, "\r\n");
}

/// The value of To, one line for as many addresses as it takes; "undisclosed-recipients:;" where there is none. An
/// address that is not plain ASCII stays in the envelope alone.
inline char* put_to(const std::string_view* to, std::size_t count, char* out, std::size_t column) noexcept {
  bool is_first = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_plain_address(to[i])) continue;
    if (!is_first) {
      *out++ = ',';
      // The next address with its space and comma.
      if (column + 1 + to[i].size() + 2 > header_line) {
        out = put(out, "\r\n");
        column = 0;
      } else {
        ++column;
      }
      *out++ = ' ';
      ++column;
    }
    if (is_first && column + to[i].size() + 1 > header_line) out = put(out, "\r\n ");
    out = put(out, to[i]);
    column += to[i].size();
    is_first = false;
  }
  if (is_first) out = put(out, "undisclosed-recipients:;");
  return put(out, "\r\n");
}

/// A header whose value, so many bytes and angle brackets, cannot be folded: it gets a line of its own where the name
/// leaves too little of one.
inline char* begin_identifier(std::string_view name, std::size_t size, char* out) noexcept {
  out = put(out, name);
  return name.size() + size + sizeof(": <>") - 1 > header_line ? put(out, ":\r\n <") : put(out, ": <");
}
inline char* end_identifier(std::string_view domain, char* out) noexcept {
  *out++ = '@';
  return put(put(out, domain), ">\r\n");
}
inline char* put_identifier(std::string_view name, std::string_view left, std::string_view domain, char* out) noexcept {
  out = begin_identifier(name, left.size() + 1 + domain.size(), out);
  return end_identifier(domain, put(out, left));
}

/// A domain that can stand in a Message-ID; else one that is nobody's (RFC 2606).
inline std::string_view message_id_domain(std::string_view domain) noexcept {
  bool is_valid = !domain.empty() && domain.size() <= 253 && domain.front() != '.' && domain.back() != '.' &&
                  domain.find("..") == std::string_view::npos;
  for (const char c : domain) is_valid = is_valid && (is_letter_or_digit(c) || c == '-' || c == '.');
  return is_valid ? domain : std::string_view("notifier.invalid");
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
