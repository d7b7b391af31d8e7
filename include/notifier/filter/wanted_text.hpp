// What a filter asks of a field, in words.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/filter/pattern.hpp"
#include "notifier/json/write_number.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void append_number(double value, std::string& out) {
  char text[json::max_double_chars];
  out.append(text, static_cast<std::size_t>(json::write_double(value, text) - text));
}

inline void append_wanted(const Condition& condition, std::string& out) {
  using Kind = Condition::Kind;
  switch (condition.kind) {
    case Kind::null: out += "null"; break;
    case Kind::boolean: out += condition.flag ? "true" : "false"; break;
    case Kind::number: out += condition.text.substr(0, 64); break;
    case Kind::text: out += detail::quoted(condition.text); break;
    case Kind::exists: out += "any value"; break;
    case Kind::absent: out += "none"; break;
    case Kind::prefix: out += detail::with_quoted("what begins with ", condition.text); break;
    case Kind::suffix: out += detail::with_quoted("what ends with ", condition.text); break;
    case Kind::any_case: out += detail::joined(detail::quoted(condition.text), " in any case"); break;
    case Kind::wildcard: out += detail::with_quoted("what is like ", condition.text); break;
    case Kind::network: out += detail::with_quoted("an address of ", condition.text); break;
    case Kind::numeric:
      if (condition.has_low && condition.has_high && !(condition.low < condition.high)) {
        append_number(condition.low, out);
        break;
      }
      out += "a number";
      if (condition.has_low) append_number(condition.low, out += condition.includes_low ? " of at least " : " above ");
      if (condition.has_high) {
        if (condition.has_low) out += " and";
        append_number(condition.high, out += condition.includes_high ? " of at most " : " below ");
      }
      break;
    case Kind::none_of:
      out += "anything but ";
      for (std::size_t i = 0; i < condition.parts.size(); ++i) {
        if (i != 0) out += i + 1 == condition.parts.size() ? " and " : ", ";
        append_wanted(condition.parts[i], out);
      }
      break;
  }
}

/// "'build-error' or 'crashed-error'": at most five of the conditions.
inline std::string wanted_text(const FieldTest& test) {
  constexpr std::size_t most = 5;
  std::string out;
  const std::size_t count = test.conditions.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i == most) return detail::joined(out, " or ", decimal(count - most), " others");
    if (i != 0) out += i + 1 == count ? " or " : ", ";
    append_wanted(test.conditions[i], out);
  }
  return out;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
