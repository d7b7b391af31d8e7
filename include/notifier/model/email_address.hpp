// Mail addresses, as far as mail programs agree on them.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/text/ascii.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// True for an address that can stand in an envelope and a header as it is: a dot-atom of ASCII (RFC 5322
/// section 3.2.3, at most 64 bytes), `@`, and a host name of ASCII letters, digits and `-` in labels of 1 to 63 bytes;
/// at most 254 bytes (RFC 5321 section 4.5.3.1). One label alone is taken (`root@localhost`). Quoted local parts,
/// comments, address literals and anything outside ASCII are not: domains in other scripts have an ASCII form, xn--...
bool is_email_address(std::string_view text) noexcept;

/// Two addresses of the same mailbox, as far as a stranger can tell: local parts byte for byte, domains in any case.
bool same_mailbox(std::string_view a, std::string_view b) noexcept;

/// The two parts of `Name <address>`, borrowed.
struct Mailbox {
  std::string_view name;  ///< as written, quotes included; empty where there is none
  std::string_view address;

  /// What follows the last `@` of the address.
  std::string_view domain() const noexcept { return address.substr(address.rfind('@') + 1); }
};

/// Reads what may follow `From: `: an address, or a display name and an address in angle brackets. The name is
/// printable ASCII; in quotes where it holds more than words (RFC 5322 section 3.4).
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

/// A display name: words, or one quoted string.
inline bool is_display_name(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    bool escaped = false;
    for (const char c : text) {
      if (c < 0x20 || c > 0x7E || (c == '"' && !escaped)) return false;
      escaped = c == '\\' && !escaped;
    }
    return !escaped;
  }
  for (const char c : text) {
    if (c != ' ' && !is_atom_char(c)) return false;
  }
  return true;
}

}  // namespace detail

inline bool is_email_address(std::string_view text) noexcept {
  const std::size_t at = text.find('@');  // neither part may hold another
  if (at == std::string_view::npos || at > 64 || text.size() > 254) return false;
  return detail::is_dot_atom(text.substr(0, at)) && detail::is_mail_domain(text.substr(at + 1));
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
  Mailbox mailbox;
  mailbox.address = text;
  if (!text.empty() && text.back() == '>') {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return false;
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
    mailbox.name = text.substr(0, open);
    while (!mailbox.name.empty() && mailbox.name.back() == ' ') mailbox.name.remove_suffix(1);
    while (!mailbox.name.empty() && mailbox.name.front() == ' ') mailbox.name.remove_prefix(1);
    if (!detail::is_display_name(mailbox.name)) return false;
  }
  if (!is_email_address(mailbox.address)) return false;
  out = mailbox;
  return true;
}

NOTIFIER_NAMESPACE_END
