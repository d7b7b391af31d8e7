#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/model/time.hpp"
#include "notifier/vocabulary/language.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

NOTIFIER_NOINLINE inline void append_date_in(Buffer& out, const CivilTime& civil, const Language& language) {
  append_filled(out, say(&language, Phrase::date), [&](std::string_view slot) {
    char* const p = out.room(8);
    switch (slot.front()) {
      case 'd': return out.set_end(write_day(p, civil.day));
      case 'y': return out.set_end(write_digits(p, civil.year, 4));
      case 'h': return out.set_end(write_digits(p, civil.hour, 2));
      default: break;
    }
    if (slot == "minute") return out.set_end(write_digits(p, civil.minute, 2));
    out.append(say(&language, Phrase::january + static_cast<std::size_t>(civil.month - 1)));
  });
}

/// Appends a moment for people: "14 May 2018, 09:46 UTC".
inline void append_date(Buffer& out, const CivilTime& civil, const Language* language) {
  if (language != nullptr) return append_date_in(out, civil, *language);
  out.set_end(write_readable(out.room(32), civil));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
