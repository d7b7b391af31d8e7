// A message in plain text, for platforms that show a title and a text and read no markup in them.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/format/card.hpp"
#include "notifier/format/plain_json_escape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Ours, so that no part takes all.
namespace plain_limits {
inline constexpr std::size_t title = 240;
inline constexpr std::size_t sentence = 1500;
inline constexpr std::size_t label = 60;
inline constexpr std::size_t value = 600;
inline constexpr std::size_t code = 4000;
inline constexpr std::size_t origin = 100;  ///< an actor's name, an event's kind
inline constexpr std::size_t fields = 40;
inline constexpr std::size_t logs = 4;
}  // namespace plain_limits

inline constexpr PartWriter put_plain_line = put_part<PlainJsonLine>;

inline constexpr CardList plain_field_list = {
    "\\n\\n", "\\n", {},      ": ",           {}, {}, {}, plain_limits::label, plain_limits::value, put_plain_line,
    {},       {},    nullptr, put_plain_line,
};

inline constexpr CardList plain_log_list = {
    "\\n\\n",
    "\\n\\n",
    {},
    ":\\n",
    {},
    {},
    {},
    plain_limits::label,
    plain_limits::code,
    put_part<PlainJsonLines>,
    {},
    {},
    nullptr,
    put_plain_line,
};

/// Writes the sentence, the fields one a line, the logs, and a line with who, what kind and when, as the inside of a
/// JSON text that is not empty.
NOTIFIER_NOINLINE inline void write_plain_text(CardWriter& card) {
  const Message& message = card.message();
  // The last line, of which the time is not cut.
  constexpr std::size_t tail = 2 * plain_limits::origin + 60;
  card.hold_back(tail);
  if (!card.part({}, {"sentence", message.sentence()}, {}, plain_limits::sentence, put_plain_line)) card.put("Event");
  card.fields(plain_field_list, plain_limits::fields);
  card.logs(plain_log_list, plain_limits::logs);
  card.end_lists();
  card.give_back(tail);
  card.joined("\\n\\n", {{"actor", message.actor()}, {"kind", message.kind()}, {"time", message.readable_time()}}, {},
              plain_limits::origin, put_plain_line);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
