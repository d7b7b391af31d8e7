// Keeping texts within a platform's limits.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/delivery/delivery.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What was cut while a payload was written; reused from event to event.
using Truncations = std::vector<Truncation>;

namespace detail {

inline constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// How a platform counts.
enum class Unit { code_points, utf16, bytes };

inline std::size_t count(std::string_view text, Unit unit) noexcept {
  switch (unit) {
    case Unit::code_points: return count_code_points(text);
    case Unit::utf16: return count_utf16(text);
    case Unit::bytes: break;
  }
  return text.size();
}

/// What a JSON string's text counts once it is read: an escape is one character.
inline std::size_t count_unescaped(std::string_view json, Unit unit) noexcept {
  std::size_t escapes = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\\') continue;
    const std::size_t extra = json[++i] == 'u' ? 5 : 1;
    escapes += extra;
    i += extra - 1;
  }
  return count(json, unit) - escapes;
}

/// How long a part may get. Both hold.
struct Limit {
  std::size_t text;                                 ///< what the reader of the JSON counts
  std::size_t json = static_cast<std::size_t>(-1);  ///< what the JSON itself takes
};

/// How much of `text` can be kept so that it and an ellipsis, escaped, stay within a limit; all of it where it fits
/// whole. Looks at no more than the limit allows, however long the text.
template <class Escape>
std::size_t fit(std::string_view text, Limit limit, Unit unit) noexcept {
  const char* p = text.data();
  const char* const begin = p;
  const char* const end = p + text.size();
  const std::size_t ellipsis_size = unit == Unit::bytes ? ellipsis.size() : 1;
  std::size_t used_text = 0, used_json = 0, kept = 0;
  char escaped[Escape::growth * 4 + Bytes::size];
  while (p != end) {
    if (used_text + ellipsis_size <= limit.text && used_json + ellipsis_size <= limit.json) {
      kept = static_cast<std::size_t>(p - begin);
    }
    const std::size_t left = static_cast<std::size_t>(end - p);
    const std::size_t size = (std::min)(code_point_size(*p), left);
    char* out = escaped;
    if (Escape::special(Bytes::load(p, size)).first() < size) {
      out = Escape::put(p, begin, end, out);
    } else {
      out = put(out, std::string_view(p, size));
      p += size;
    }
    const std::string_view written(escaped, static_cast<std::size_t>(out - escaped));
    used_json += count(written, unit);
    used_text += count_unescaped(written, unit);
    if (used_text > limit.text || used_json > limit.json) return cut_position(text, kept);
  }
  return text.size();
}

/// Room that put_part() needs for a text.
template <class Escape>
std::size_t part_room(std::string_view text, std::size_t limit) noexcept {
  return Escape::growth * (std::min)(text.size(), 4 * limit) + Bytes::size + ellipsis.size();
}

template <class Escape>
char* put_cut_part(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out, Truncations& cut) {
  const std::size_t kept = fit<Escape>(text, limit, unit);
  if (kept == text.size()) return escape<Escape>(text, out);
  const std::size_t ellipsis_size = unit == Unit::bytes ? ellipsis.size() : 1;
  cut.push_back({part, count(text, unit), count(text.substr(0, kept), unit) + ellipsis_size});
  return put(escape<Escape>(text.substr(0, kept), out), ellipsis);
}

/// Writes a text escaped, and cut where it has to be. Counts nothing as long as the bytes written are no more than the
/// characters allowed, which spares the common case 10 % of the time.
template <class Escape>
char* put_part(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out, Truncations& cut) {
  if (text.size() <= limit.text) {
    char* const end = escape<Escape>(text, out);
    const std::size_t written = static_cast<std::size_t>(end - out);
    if (written <= limit.text && written <= limit.json) return end;
  }
  return put_cut_part<Escape>(part, text, limit, unit, out, cut);
}

/// What a whole payload may still take, in characters of its JSON. Without a limit nothing is counted, so a payload is
/// first written so, and again with one in the rare case that it came out too long.
class Budget {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  Budget(std::size_t characters, Unit unit) noexcept : left_(characters), unit_(unit) {}

  bool has(std::size_t characters) const noexcept { return left_ >= characters; }
  /// What a text may take if `characters` must be left behind it.
  std::size_t but(std::size_t characters) const noexcept {
    return left_ == unlimited ? unlimited : left_ - (std::min)(left_, characters);
  }
  void spend(const char* from, const char* to) noexcept {
    if (left_ != unlimited) left_ = but(count({from, static_cast<std::size_t>(to - from)}, unit_));
  }
  void hold_back(std::size_t characters) noexcept { left_ = but(characters); }
  void give_back(std::size_t characters) noexcept {
    if (left_ != unlimited) left_ += characters;
  }

 private:
  std::size_t left_;
  Unit unit_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
