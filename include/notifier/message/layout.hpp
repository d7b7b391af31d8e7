#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "notifier/buffer.hpp"
#include "notifier/json/document.hpp"
#include "notifier/message/date.hpp"
#include "notifier/model/time.hpp"
#include "notifier/net/link.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/plain_text.hpp"
#include "notifier/vocabulary/language.hpp"
#include "notifier/vocabulary/secret.hpp"
#include "notifier/vocabulary/wording.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

// Each function appends a value in one line and says whether there was anything to append; where not, `out` is as
// before. `inert` becomes false unless what was appended is inert; what these functions add of their own always is.

inline bool append_scalar(Buffer& out, json::View value, bool& inert) {
  switch (value.kind()) {
    case json::Kind::string: return append_padded_line(out, value.string(), inert);
    case json::Kind::number:
    case json::Kind::boolean: value.append_text(out); return true;
    default: return false;
  }
}

/// The first line of a text, of which one may be as long as a page.
inline bool append_first_line(Buffer& out, json::View value, bool& inert) {
  const std::string_view text = value.string();
  const auto ends_line = [](Bytes b) { return b.is('\n') | b.is('\r'); };
  const std::string_view line = text.substr(0, find_byte(text, ends_line));
  const std::size_t kept = line.size() > longest_first_line ? cut_position(line, longest_first_line) : line.size();
  if (line.empty() || !append_padded_line(out, line.substr(0, kept), inert)) return false;
  if (kept == line.size()) return true;
  out.append("\xE2\x80\xA6");
  inert = false;
  return true;
}

inline void append_integer(Buffer& out, std::int64_t value) { out.set_end(json::write_integer(value, out.room(20))); }

inline void append_with_unit(Buffer& out, std::int64_t value, std::string_view unit) {
  append_integer(out, value);
  out.append(' ');
  out.append(unit);
}

/// With a space on either side.
inline void append_apart(Buffer& out, std::string_view word) {
  out.append(' ');
  out.append(word);
  out.append(' ');
}

/// Reads an integer, also where it came as a string or with decimals, which are cut. `scratch` is left as it was.
inline bool read_integer(json::View value, Buffer& scratch, std::int64_t& out) {
  if (value.integer(out)) return true;
  const std::size_t begin = scratch.size();
  value.append_text(scratch);
  const std::string_view text = scratch.view(begin);
  scratch.truncate(begin);

  constexpr std::size_t most_digits = 18;
  const std::string_view digits = text.substr(0, text.find('.'));
  if (digits.empty() || digits.size() > most_digits) return false;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  if (text.find_first_not_of("0123456789", digits.size() + 1) != std::string_view::npos) return false;
  out = 0;
  for (const char digit : digits) out = out * 10 + (digit - '0');
  return true;
}

/// Appends what `append(element)` appends for each element of an array, joined; a scalar is taken as an array of one.
template <class F>
bool append_joined(Buffer& out, json::View array, std::string_view separator, F&& append) {
  const std::size_t begin = out.size();
  const auto add = [&](json::View element) {
    const std::size_t before = out.size();
    if (before != begin) out.append(separator);
    if (!append(element)) out.truncate(before);
  };
  if (array.is_array()) {
    array.for_each_element(add);
  } else {
    add(array);
  }
  return out.size() != begin;
}

inline bool append_list(Buffer& out, json::View value, bool& inert) {
  return append_joined(out, value, ", ", [&](json::View element) { return append_scalar(out, element, inert); });
}

inline bool append_series(Buffer& out, json::View value, const Language* language, bool& inert) {
  constexpr std::string_view comma = ", ";
  const std::string_view conjunction = say(language, Phrase::conjunction);
  std::size_t last_comma = 0;
  bool is_first = true;
  const bool any = append_joined(out, value, {}, [&](json::View element) {
    const std::size_t begin = out.size();
    if (!is_first) out.append(comma);
    if (!append_scalar(out, element, inert)) return false;
    if (!is_first) last_comma = begin;
    is_first = false;
    return true;
  });
  if (last_comma != 0) {
    const std::size_t tail = out.size() - last_comma - comma.size();
    char* const at = out.room(conjunction.size() + 2) - out.size() + last_comma;
    std::memmove(at + conjunction.size() + 2, at + comma.size(), tail);
    *at = ' ';
    std::memcpy(at + 1, conjunction.data(), conjunction.size());
    at[conjunction.size() + 1] = ' ';
    out.set_end(at + conjunction.size() + 2 + tail);
  }
  return any;
}

inline bool append_names(Buffer& out, json::View value, bool& inert) {
  return append_joined(out, value, ", ",
                       [&](json::View element) { return append_scalar(out, element["name"], inert); });
}

/// Appends how many containers there are. The API sends 1 as well as "1:M", amount and size.
inline bool append_amount(Buffer& out, json::View count, bool& inert) {
  if (!count.is_string()) return append_scalar(out, count, inert);
  const std::string_view text = count.string();
  return append_padded_line(out, text.substr(0, text.find(':')), inert);
}

/// The size of containers in "1:M"; empty where it is not told.
inline std::string_view container_size(json::View count) noexcept {
  const std::string_view text = count.string();
  const std::size_t colon = text.find(':');
  return colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
}

inline void append_container_size(Buffer& out, std::string_view size, bool& inert) {
  const std::size_t begin = out.size();
  out.append(" (");
  if (append_padded_line(out, size, inert)) {
    out.append(')');
  } else {
    out.truncate(begin);
  }
}

inline bool append_formation(Buffer& out, json::View value, bool& inert) {
  const std::size_t begin = out.size();
  value.for_each_member([&](std::string_view type, json::View count) {
    const std::size_t before = out.size();
    if (before != begin) out.append(", ");
    const bool named = append_padded_line(out, type, inert);
    out.append(' ');
    const bool counted = append_amount(out, count, inert);
    append_container_size(out, container_size(count), inert);
    if (!named || !counted) out.truncate(before);
  });
  return out.size() != begin;
}

/// What differs between two formations: "web from 1 to 3 (M), worker from 2 (S) to 1 (L), clock to 1".
inline bool append_scaling(Buffer& out, json::View before, json::View after, const Language* language, bool& inert) {
  const std::size_t begin = out.size();
  after.for_each_member([&](std::string_view type, json::View count) {
    const json::View old = before[type];
    const bool is_resized = container_size(old) != container_size(count);
    const std::size_t start = out.size();
    if (start != begin) out.append(", ");
    const bool named = append_padded_line(out, type, inert);

    const std::size_t middle = out.size();
    append_apart(out, say(language, Phrase::from));
    const std::size_t old_begin = out.size();
    const bool has_old = append_amount(out, old, inert);
    const std::size_t old_size = out.size() - old_begin;
    if (is_resized) append_container_size(out, container_size(old), inert);
    if (!has_old) out.truncate(middle);

    append_apart(out, say(language, Phrase::to));
    const std::size_t new_begin = out.size();
    const bool counted = append_amount(out, count, inert);
    const bool is_same = has_old && !is_resized && out.view(old_begin).substr(0, old_size) == out.view(new_begin);
    append_container_size(out, container_size(count), inert);
    if (!named || !counted || is_same) out.truncate(start);
  });
  return out.size() != begin;
}

/// The API sends the old and the new value, and sometimes the new one alone.
inline bool append_transition(Buffer& out, json::View value, const Language* language, bool& inert) {
  const std::size_t begin = out.size();
  std::size_t left = value.size();
  value.for_each_element([&](json::View element) {
    const std::size_t before = out.size();
    if (before != begin) out.append(' ');
    out.append(say(language, --left == 0 ? Phrase::to : Phrase::from));
    out.append(' ');
    if (!append_scalar(out, element, inert)) out.truncate(before);
  });
  return out.size() != begin;
}

inline bool append_changes(Buffer& out, json::View value, const Language* language, bool& inert) {
  return append_joined(out, value, "; ", [&](json::View change) {
    const json::View name = change["name"];
    if (!append_scalar(out, name, inert)) return false;
    if (has_secret_name(name.string())) return true;
    for (const auto& [word, key] : {std::pair(Phrase::from, "old_value"), std::pair(Phrase::to, "value")}) {
      const std::size_t before = out.size();
      append_apart(out, say(language, word));
      const json::View side = change[key];
      const std::string_view quote = side.is_string() ? "\"" : "";
      inert = inert && quote.empty();
      out.append(quote);
      if (append_scalar(out, side, inert)) {
        out.append(quote);
      } else {
        out.truncate(before);
      }
    }
    return true;
  });
}

/// The hash of a commit, perhaps shortened; not a version or a file's name.
inline bool is_hash(std::string_view text) noexcept {
  const auto is_hex = [](Bytes b) { return b.between('0', '9') | b.between('a', 'f') | b.between('A', 'F'); };
  const auto is_other = [&](Bytes b) { return is_hex(b).is(Bytes::all(0)); };
  return text.size() >= 7 && find_byte(text, is_other) == text.size();
}

inline bool append_commit(Buffer& out, json::View value, bool& inert) {
  const std::string_view text = value.string();
  return is_hash(text) && append_padded_line(out, text.substr(0, 7), inert);
}

inline bool append_duration(Buffer& out, json::View value, const Language* language, bool& inert) {
  std::int64_t seconds = 0;
  if (!read_integer(value, out, seconds) || seconds < 0) return append_scalar(out, value, inert);
  if (seconds < 60) {
    append_with_unit(out, seconds, say(language, Phrase::seconds));
    return true;
  }
  static constexpr std::int64_t units[] = {1, 60, 3600, 86400};  // as Phrase has them
  std::size_t unit = std::size(units) - 1;
  while (seconds < units[unit]) --unit;
  append_with_unit(out, seconds / units[unit], say(language, Phrase::seconds + unit));
  if (const std::int64_t rest = seconds % units[unit] / units[unit - 1]) {
    out.append(' ');
    append_with_unit(out, rest, say(language, Phrase::seconds + (unit - 1)));
  }
  return true;
}

inline bool append_bytes(Buffer& out, json::View value, const Language* language, bool& inert) {
  std::int64_t bytes = 0;
  if (!read_integer(value, out, bytes) || bytes < 0) return append_scalar(out, value, inert);
  std::int64_t size = 1;
  std::size_t unit = 0;
  for (; bytes / size >= 1000; size *= 1000) ++unit;
  append_integer(out, bytes / size);
  if (size > 1) {
    out.append(say(language, Phrase::decimal_point));
    append_integer(out, bytes % size / (size / 10));
  }
  out.append(' ');
  out.append(say(language, Phrase::bytes + unit));
  return true;
}

/// The API counts in euros, with or without decimals. What is no plain number is absent.
inline bool append_money(Buffer& out, json::View value, const Language* language, bool& inert) {
  const std::size_t begin = out.size();
  if (!append_scalar(out, value, inert)) return false;
  const std::string_view amount = out.view(begin);
  if (amount.find_first_not_of("-0123456789.") != std::string_view::npos) {
    out.truncate(begin);
    return false;
  }
  const std::size_t point = amount.find('.');
  const std::size_t decimals = point == std::string_view::npos ? 0 : amount.size() - point - 1;
  char digits[32];
  const bool is_kept = decimals <= sizeof digits;
  if (is_kept && decimals != 0) std::copy_n(amount.data() + point + 1, decimals, digits);
  if (is_kept) {
    if (point != std::string_view::npos) out.truncate(begin + point);
    out.append(say(language, Phrase::decimal_point));
    out.append({digits, decimals});
  }
  if (decimals < 2) out.append(std::string_view("00").substr(decimals));
  out.append(" EUR");
  return true;
}

inline bool append_time(Buffer& out, json::View value, const Language* language, bool& inert) {
  Timestamp time;
  if (!parse_timestamp(value.string(), time)) return append_scalar(out, value, inert);
  append_date(out, civil_time(time), language);
  return true;
}

inline bool append_link(Buffer& out, json::View value, bool& inert) {
  const std::string_view url = value.string();
  const std::size_t begin = out.size();
  if (!append_url(out, url)) return false;
  inert = inert && is_inert(out.view(begin));
  return true;
}

inline bool append_repository(Buffer& out, json::View value, bool& inert) {
  const std::string_view text = value.string();
  if (text.empty() || !is_without(text, is_outside_url)) return false;
  const std::size_t colon = text.find("://");
  const std::size_t scheme = colon == std::string_view::npos ? 0 : colon + 3;
  std::string_view place = text.substr(scheme, text.find_first_of("?#", scheme) - scheme);
  const std::string_view host = place.substr(0, place.find('/'));
  const std::size_t user = host.rfind('@');
  const bool has_password = user < host.size() && (scheme != 0 || host.find(':') < user);
  if (has_password) place.remove_prefix(user + 1);
  const std::size_t begin = out.size();
  append_padded_line(out, text.substr(0, scheme), inert);
  if (append_padded_line(out, place, inert)) return true;
  out.truncate(begin);
  return false;
}

inline bool append_words(Buffer& out, json::View value, const WordSet& set, bool& inert) {
  const std::string_view text = value.string();
  if (text.empty()) return append_scalar(out, value, inert);
  for (const Word& word : set.words) {
    if (word.value != text && word.value != "*") continue;
    inert = inert && !set.is_active;
    out.append(word.text);
    return !word.text.empty();
  }
  return append_scalar(out, value, inert);
}

/// Appends a key of data as a label: "Order id" for order_id and orderId. ASCII letters, digits and spaces, at most 40;
/// or what a language says in its place.
inline void append_label(Buffer& out, std::string_view key, const Language* language) {
  constexpr std::size_t longest = 40;
  const auto is_upper = [](char c) { return to_lower(c) != c; };
  const auto is_lower = [&](char c) { return is_letter(c) && !is_upper(c); };
  char label[longest];
  std::size_t size = 0;
  char last = ' ';
  for (const char c : key) {
    const bool is_word = is_letter_or_digit(c);
    const bool begins_word = is_upper(c) && is_lower(last);
    if (size + 2 > longest) break;
    if ((begins_word || !is_word) && size != 0 && label[size - 1] != ' ') label[size++] = ' ';
    if (is_word) label[size++] = begins_word ? static_cast<char>(c | 0x20) : c;
    last = c;
  }
  while (size != 0 && label[size - 1] == ' ') --size;
  if (size != 0 && is_lower(label[0])) label[0] = static_cast<char>(label[0] & ~0x20);
  out.append(size != 0 ? say(language, std::string_view(label, size)) : say(language, Phrase::data));
}

/// @param layout  none of words
inline bool append_value(Buffer& out, json::View value, Layout layout, const Language* language, bool& inert) {
  switch (layout) {
    case Layout::line: return append_first_line(out, value, inert);
    case Layout::list: return append_list(out, value, inert);
    case Layout::series: return append_series(out, value, language, inert);
    case Layout::names: return append_names(out, value, inert);
    case Layout::formation: return append_formation(out, value, inert);
    case Layout::transition: return append_transition(out, value, language, inert);
    case Layout::changes: return append_changes(out, value, language, inert);
    case Layout::commit: return append_commit(out, value, inert);
    case Layout::duration: return append_duration(out, value, language, inert);
    case Layout::bytes: return append_bytes(out, value, language, inert);
    case Layout::money: return append_money(out, value, language, inert);
    case Layout::time: return append_time(out, value, language, inert);
    case Layout::repository: return append_repository(out, value, inert);
    case Layout::link: return append_link(out, value, inert);
    default: return append_scalar(out, value, inert);
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
