// Keeping texts within a platform's limits.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/format/escape.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/truncation.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

inline constexpr char padded_ellipsis[3 + text_padding] = "\xE2\x80\xA6";
inline constexpr std::string_view ellipsis(padded_ellipsis, 3);

/// How a chat service counts.
enum class Unit { code_points, utf16, bytes };

inline std::size_t count(std::string_view text, Unit unit) noexcept {
  switch (unit) {
    case Unit::code_points: return count_code_points(text);
    case Unit::utf16: return count_utf16(text);
    case Unit::bytes: break;
  }
  return text.size();
}

/// The lengths of a few bytes of escaped text, a code point's worth.
struct Lengths {
  std::size_t json = 0;  ///< as they stand
  std::size_t text = 0;  ///< once the JSON is read: an escape such as `\n` is one character
};

inline Lengths measure_token(const char* p, const char* end, Unit unit) noexcept {
  Lengths out;
  while (p < end) {
    const std::size_t escape = *p != '\\' ? 0 : p[1] == 'u' ? 6 : 2;
    const std::size_t size = escape != 0 ? escape : code_point_size(*p);
    const std::size_t units = unit == Unit::bytes ? size : unit == Unit::utf16 && size == 4 ? 2 : 1;
    out.json += escape != 0 ? escape : units;
    out.text += escape != 0 ? 1 : units;
    p += size;
  }
  return out;
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
  Lengths used;
  std::size_t kept = 0;
  // For so many more and the ellipsis, which is one, or three bytes.
  const std::size_t last = unit == Unit::bytes ? ellipsis.size() : 1;
  const auto has_room = [&](std::size_t units) {
    return used.text + units + last <= limit.text && used.json + units + last <= limit.json;
  };
  while (p != end) {
    if (has_room(0)) kept = static_cast<std::size_t>(p - begin);
    const std::size_t left = static_cast<std::size_t>(end - p);
    const Bytes bytes = left >= Bytes::size ? Bytes::load(p) : Bytes::load(p, left);
    std::size_t plain = (std::min)(std::size_t{Escape::special(bytes).first()}, left);
    const bool is_special = plain == 0;
    while (plain != 0 && plain != left && is_continuation(p[plain])) --plain;
    if (plain != 0) {
      const std::size_t units = count({p, plain}, unit);
      if (has_room(units)) {
        used.text += units;
        used.json += units;
        p += plain;
        continue;
      }
    }
    char token[Escape::growth * 4 + Bytes::size];
    char* token_end = token;
    if (is_special) {
      token_end = Escape::put(p, begin, end, token);
    } else {
      const std::size_t size = (std::min)(code_point_size(*p), left);
      token_end = put(token, std::string_view(p, size));
      p += size;
    }
    const Lengths more = measure_token(token, token_end, unit);
    used.json += more.json;
    used.text += more.text;
    if (used.text > limit.text || used.json > limit.json) return cut_position(text, kept);
  }
  return text.size();
}

/// Room that put_part() needs for a text of so many bytes.
template <class Escape>
std::size_t part_room(std::size_t size, std::size_t limit) noexcept {
  return Escape::growth * (std::min)(size, 4 * limit) + text_padding + ellipsis.size();
}

template <class Escape>
char* put_cut_part(std::string_view part, std::string_view text, Limit limit, Unit unit, char* out, Truncations& cut) {
  const std::size_t kept = fit<Escape>(text, limit, unit);
  if (kept == text.size()) return escape<Escape>(text, out);
  // An ellipsis may take more than the little that it stands for.
  const std::size_t length = count(text, unit);
  cut.push_back({part, length, (std::min)(length, count(text.substr(0, kept), unit) + count(ellipsis, unit))});
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

  bool is_unlimited() const noexcept { return left_ == unlimited; }
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
