// Reading a platform of a host's own: every fault is named by its path.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/json/document.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/ascii.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/hash.hpp"
#include "notifier/text/is_utf8.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"
#include "notifier/vocabulary/own_platform.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::string_view platform_keys =
    "id name display_name description fields request escape limits success errors retry_after receipt target rate "
    "concurrency idempotency remove";

/// Reads one row. What its body's templates say is judged elsewhere (own_body_check.hpp): who only delivers needs
/// nothing of it.
class OwnPlatformReader {
 public:
  /// @param out   empty; of no use where there are problems
  /// @param path  of the row, with a final dot
  OwnPlatformReader(OwnPlatform& out, std::string path, Problems& problems)
      : out_(out), path_(std::move(path)), problems_(problems) {}

  void read(json::View row);

 private:
  static constexpr std::size_t most_texts = 2000;  // bytes of a text of a row that is no template

  void read_field(json::View value, std::size_t position);
  void place_field(PlatformField& field, std::string_view in, const std::string& path);
  void read_request(json::View request);
  void read_url(json::View value);
  void read_header(std::string_view name, json::View value);
  /// Takes what each place of a body's texts names of the notifier's.
  void read_body(json::View value, std::string path);
  void read_escape(json::View row);
  void read_limits(json::View list);
  void read_success(json::View value);
  void read_error(json::View value, const std::string& path);
  void read_retry_after(json::View value);
  void read_pace(json::View row);
  void read_idempotency(json::View value);
  /// Says where a slot names no field, or one that may not stand there.
  PlatformField* find_field(std::string_view key, std::string_view where, std::size_t at);
  /// A member of JSON that is one text, number or boolean, as {"ok":true}.
  bool read_condition(json::View value, const std::string& where, std::string_view& member, json::View& wanted);

  void fail(std::string_view where, std::string_view message, std::string_view code) {
    problems_.add(joined(path_, where), message, code);
  }
  /// A text of one line that may be absent.
  std::string_view text(json::View object, std::string_view key, std::string_view where,
                        std::size_t most = most_texts) {
    const json::View value = object[key];
    if (!value.exists() || value.is_null()) return {};
    const std::string_view found = value.string();
    const bool is_line = std::none_of(found.begin(), found.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
    if (!value.is_string()) {
      fail(where, "must be a string", "type");
    } else if (found.size() > most) {
      fail(where, with_number("is longer than ", most, " bytes"), "too_long");
    } else if (!is_line || !is_utf8(found)) {
      fail(where, "must be one line of UTF-8", "invalid_text");
    } else {
      return found;
    }
    return {};
  }
  /// The word of a list of them.
  bool is_word(std::string_view word, std::string_view words, std::string_view where) {
    if (is_among(word, words)) return true;
    fail(where, with_quoted("is none that there is: ", word, nearest_or_all(word, words)), "unknown");
    return false;
  }
  std::int64_t number(json::View value, std::string_view where, std::int64_t least, std::int64_t most) {
    std::int64_t found = 0;
    if (value.integer(found) && found >= least && found <= most) return found;
    const std::string range =
        joined(decimal(static_cast<std::size_t>(least)), " to ", decimal(static_cast<std::size_t>(most)));
    fail(where, joined("must be a whole number from ", range), "type");
    return least;
  }
  bool boolean(json::View object, std::string_view key, std::string_view where) {
    const json::View value = object[key];
    if (value.exists() && !value.is_null() && value.kind() != json::Kind::boolean)
      fail(where, "must be true or false", "type");
    return value.boolean();
  }
  /// Calls `f(element, path)` for the elements of a list that may be absent.
  template <class F>
  void each(json::View list, std::string_view name, std::size_t most, F&& f) {
    if (!list.exists() || list.is_null()) return;
    if (!list.is_array()) return fail(name, "must be an array", "type");
    if (list.size() > most) return fail(name, with_number("has too many entries: at most ", most), "too_many");
    std::size_t position = 0;
    list.for_each_element([&](json::View element) { f(element, joined(name, "[", decimal(position++), "]")); });
  }
  void check(json::View object, std::string_view keys, std::string_view where) {
    check_keys(object, keys, where.empty() ? path_ : joined(path_, where, "."), problems_);
  }
  static bool is_key(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_near_key && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '_'; });
  }
  std::string_view keep(std::string_view text) { return text.empty() ? text : out_.keep({text}); }
  std::string keys() const {
    std::string all;
    for (const PlatformField& field : out_.fields_) {
      if (field.is_kept()) all.append(all.empty() ? "" : " ").append(field.key());
    }
    return all;
  }

  OwnPlatform& out_;
  std::string path_;
  Problems& problems_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/vocabulary/own_platform_rows.hpp"
