// Mail addresses, as far as mail programs agree on them.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/is_utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// True for an address that can stand in an envelope and a header as it is: a dot-atom of ASCII (RFC 5322
/// section 3.2.3, at most 64 bytes), `@`, and a host name of ASCII letters, digits and `-` in labels of 1 to 63 bytes;
/// at most 254 bytes (RFC 5321 section 4.5.3.1). One label alone is taken (`root@localhost`). Quoted local parts,
/// comments, address literals and anything outside ASCII are not: domains in other scripts have an ASCII form, xn--...
bool is_email_address(std::string_view text) noexcept;

/// What is wrong with a text that is no address, fit to follow it in a sentence. Such as have a form in ASCII are told
/// so.
const char* email_address_fault(std::string_view text) noexcept;

/// Two addresses of the same mailbox, as far as a stranger can tell: local parts byte for byte, domains in any case.
bool same_mailbox(std::string_view a, std::string_view b) noexcept;

/// The two parts of `Name <address>`, borrowed.
struct Mailbox {
  std::string_view name;  ///< as written, quotes included; empty where there is none. In UTF-8
  std::string_view address;

  /// What follows the last `@` of the address.
  std::string_view domain() const noexcept { return address.substr(address.rfind('@') + 1); }
};

/// Reads what people write for a sender: an address, or a display name and an address in angle brackets. The name is
/// any text in UTF-8 without control characters and line ends, as `Acme, Inc.`, `St. John` or `Notifier (prod)`: what
/// of it a header can't hold as it is, who writes the header quotes or encodes. It may be one quoted string (RFC 5322
/// section 3.2.4); else it has its quotes in pairs, none at its beginning, and nothing that makes it look like several
/// senders.
/// @return false, and `out` unchanged, for anything else.
bool parse_mailbox(std::string_view text, Mailbox& out) noexcept;

// ---- implementation -------------------------------------------------------------------------------------------------

namespace detail {

/// RFC 5322: atext.
struct AtomChars {
  constexpr AtomChars() {
    constexpr std::string_view chars =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&'*+-/=?^_`{|}~";
    for (const char c : chars) is[static_cast<unsigned char>(c)] = true;
  }
  bool is[256] = {};
};
inline constexpr AtomChars atom_chars;

constexpr bool is_atom_char(char c) noexcept { return atom_chars.is[static_cast<unsigned char>(c)]; }

inline bool is_dot_atom(std::string_view text) noexcept {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atom_char(c)) return false;
    before = c;
  }
  return before != '.';
}

inline bool is_mail_domain(std::string_view text) noexcept {
  std::size_t label = 0;
  char before = '.';
  for (const char c : text) {
    if (c == '.' || c == '-') {
      if (before == '.' || (c == '.' && before == '-')) return false;
    } else if (!is_letter_or_digit(c)) {
      return false;
    }
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
    before = c;
  }
  return before != '.' && before != '-';
}

/// UTF-8 without what controls or breaks lines: C0 and C1, DEL, the line and paragraph separators.
inline bool is_one_line(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
    const std::string_view three = text.substr(i, 3);
    if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9") return false;
  }
  return is_utf8(text);
}

/// One quoted string, its quotes taken off.
inline bool is_quoted_content(std::string_view text) noexcept {
  bool escaped = false;
  for (const char c : text) {
    if (c == '"' && !escaped) return false;
    escaped = c == '\\' && !escaped;
  }
  return !escaped;
}

inline bool is_display_name(std::string_view text) noexcept {
  if (!is_one_line(text)) return false;
  if (!text.empty() && text.front() == '"') {
    return text.size() >= 2 && text.back() == '"' && is_quoted_content(text.substr(1, text.size() - 2));
  }
  bool is_balanced = true;
  bool has_at = false;
  bool has_separator = false;
  for (const char c : text) {
    if (c == '<' || c == '>') return false;
    is_balanced = is_balanced == (c != '"');
    has_at = has_at || c == '@';
    has_separator = has_separator || c == ',' || c == ';';
  }
  return is_balanced && !(has_at && has_separator);
}

constexpr std::string_view without_spaces_around(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// What a text that is to be a Mailbox has for an address, whatever it is.
inline std::string_view address_of_mailbox(std::string_view text) noexcept {
  text = without_spaces_around(text);
  if (text.empty() || text.back() != '>') return text;
  text = text.substr(text.rfind('<') + 1);  // the whole where there is none
  return without_spaces_around(text.substr(0, text.size() - 1));
}

}  // namespace detail

inline bool is_email_address(std::string_view text) noexcept {
  const std::size_t at = text.find('@');  // neither part may hold another
  if (at == std::string_view::npos || at > 64 || text.size() > 254) return false;
  return detail::is_dot_atom(text.substr(0, at)) && detail::is_mail_domain(text.substr(at + 1));
}

inline const char* email_address_fault(std::string_view text) noexcept {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && is_utf8(text)) {
    const auto is_ascii = [](std::string_view part) {
      for (const char c : part) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
      }
      return true;
    };
    if (!is_ascii(text.substr(at + 1))) return "must have its domain in ASCII, as xn--bcher-kva.example";
    if (!is_ascii(text.substr(0, at))) return "must be in ASCII before its @: not every mail server takes more";
  }
  return "is not a valid email address";
}

inline bool same_mailbox(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const std::size_t domain = a.rfind('@') + 1;
  if (a.substr(0, domain) != b.substr(0, domain)) return false;
  for (std::size_t i = domain; i < a.size(); ++i) {
    if (detail::to_lower(a[i]) != detail::to_lower(b[i])) return false;
  }
  return true;
}

inline bool parse_mailbox(std::string_view text, Mailbox& out) noexcept {
  text = detail::without_spaces_around(text);
  Mailbox mailbox;
  mailbox.address = detail::address_of_mailbox(text);
  if (!text.empty() && text.back() == '>') {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return false;
    mailbox.name = detail::without_spaces_around(text.substr(0, open));
    if (!detail::is_display_name(mailbox.name)) return false;
  }
  if (!is_email_address(mailbox.address)) return false;
  out = mailbox;
  return true;
}

NOTIFIER_NAMESPACE_END
