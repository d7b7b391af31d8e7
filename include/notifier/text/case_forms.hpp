// The upper and lower forms of a code point, without a language and a context.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/text/case_table.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool is_in(const CaseRun& run, std::uint32_t c) noexcept {
  return c - run.first <= run.span && (c - run.first) % run.step == 0;
}

template <std::size_t N>
std::uint32_t change_case(std::uint32_t c, const CaseRun (&runs)[N]) noexcept {
  for (const CaseRun& run : runs) {
    if (c < run.first) break;
    if (is_in(run, c)) return c + static_cast<std::uint32_t>(run.difference);
  }
  return c;
}

inline void append_utf8(std::uint32_t c, std::string& out) {
  char bytes[4];
  out.append(bytes, static_cast<std::size_t>(put_utf8(c, bytes) - bytes));
}

/// `c` in upper case: of some code points several, as SS of U+00DF.
inline std::string upper_form(std::uint32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 0x20 : c);
    return out;
  }
  for (const LongUpperCase& row : long_upper_cases) {
    if (row.of != c) continue;
    for (const std::uint16_t part : row.to) {
      if (part != 0) append_utf8(part, out);
    }
    return out;
  }
  append_utf8(change_case(c, upper_case_runs), out);
  return out;
}

/// `c` in lower case.
inline std::string lower_form(std::uint32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
  } else if (c == 0x130) {
    out = "i\xCC\x87";  // the one whose lower form is two: I with a dot above
  } else {
    std::uint32_t lower = change_case(c, lower_case_runs);
    for (const CaseRun& run : upper_case_runs) {
      const std::uint32_t before = c - static_cast<std::uint32_t>(run.difference);
      if (lower == c && is_in(run, before)) lower = before;
    }
    append_utf8(lower, out);
  }
  return out;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
