// What people read that is no wording, no word of a set and no name of a row: in English, which is the key under which
// a language says it otherwise.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "notifier/buffer.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// In the order of `phrases`.
enum class Phrase : std::uint8_t {
  link_title,
  date,
  january,
  decimal_point = january + 12,
  seconds,
  minutes,
  hours,
  days,
  bytes,
  conjunction = bytes + 7,
  more,
  from,
  to,
  added,
  changed,
  removed,
  event,
  data,
  further_values,
  kind_happened_on,
  kind_happened,
  happened_on,
  happened,
  count,
  count_more,
  count_of_kind,
  count_more_of_kind,
  in_days,
  in_hours,
  in_minutes,
  in_seconds,
  between,
  without_type,
  of_other_kinds,
  more_events,
};

/// A '#' is a number, and a '/' stands between what is said of one and of more; {slots} are filled in.
inline constexpr std::string_view phrases[] = {
    "View details",
    "{day} {month} {year}, {hour}:{minute} UTC",
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
    ".",
    "s",
    "min",
    "h",
    "d",
    "bytes",
    "kB",
    "MB",
    "GB",
    "TB",
    "PB",
    "EB",
    "and",
    "and # more",
    "from",
    "to",
    "added",
    "changed",
    "removed",
    "event",
    "Data",
    "Further values",
    "The event \"{kind}\" happened on {subject}.",
    "The event \"{kind}\" happened.",
    "An event happened on {subject}.",
    "An event happened.",
    "# event/# events",
    "# more event/# more events",
    "# {kind} event/# {kind} events",
    "# more {kind} event/# more {kind} events",
    "in # day/in # days",
    "in # hour/in # hours",
    "in # minute/in # minutes",
    "in # second/in # seconds",
    "Between {from} and {to}",
    "without a type",
    "# of other kinds",
    "More",
};
inline constexpr std::size_t phrase_count = std::size(phrases);
static_assert(phrase_count == static_cast<std::size_t>(Phrase::more_events) + 1, "each has its text");

/// The one that is so many places behind another.
constexpr Phrase operator+(Phrase phrase, std::size_t places) noexcept {
  return static_cast<Phrase>(static_cast<std::size_t>(phrase) + places);
}

/// What is said of one, or of more.
constexpr std::string_view form_of(std::string_view text, bool is_one) noexcept {
  const std::size_t slash = text.find('/');
  return slash == std::string_view::npos ? text : is_one ? text.substr(0, slash) : text.substr(slash + 1);
}

/// Appends a text with its slots filled in.
/// @param fill  as `void(std::string_view name)`, which appends what the slot `{name}` stands for; "#": the number
template <class Fill>
void append_filled(Buffer& out, std::string_view text, Fill&& fill) {
  while (!text.empty()) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != '{' && text[at] != '#') ++at;
    out.append(text.substr(0, at));
    if (at == text.size()) return;
    const std::size_t end = text[at] == '#' ? at : text.find('}', at);
    fill(text[at] == '#' ? text.substr(at, 1) : text.substr(at + 1, end - at - 1));
    text.remove_prefix(end + 1);
  }
}

/// The same of a number alone.
NOTIFIER_NOINLINE inline void append_counted(Buffer& out, std::string_view text, std::int64_t count) {
  append_filled(out, form_of(text, count == 1),
                [&](std::string_view) { out.set_end(json::write_integer(count, out.room(20))); });
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
