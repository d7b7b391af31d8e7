// What the rest of the library sees of a JSON document: neither simdjson's nor picojson's types appear here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/json/tape.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// What a value is. `missing`: there is none, as for a key that an object lacks.
enum class Kind : unsigned char { missing, null, boolean, number, string, array, object };

/// A value in a Document: cheap to copy, borrows from the Document, valid until that parses again or dies.
///
/// No call fails: a value of another kind than asked for answers as if it were empty, so a reader of untrusted data
/// states what it wants and needs no checks.
class View {
 public:
  /// A missing value.
  View() noexcept = default;

  /// What the value is. The tests below are cheaper where one kind is all that matters.
  Kind kind() const noexcept;
  /// False for a missing value: true for null.
  bool exists() const noexcept { return tag() != detail::Tag::missing; }
  /// Given, as null.
  bool is_null() const noexcept { return tag() == detail::Tag::null; }
  /// Given, as a string.
  bool is_string() const noexcept { return tag() == detail::Tag::string; }
  /// Given, as an object.
  bool is_object() const noexcept { return tag() == detail::Tag::object; }
  /// Given, as an array.
  bool is_array() const noexcept { return tag() == detail::Tag::array; }

  /// A member of an object by its unescaped key; where the key is given twice, the last one, as for JSON.parse.
  /// A missing View where there is none, or this is no object. Linear in the object's size: to read most of an object,
  /// for_each_member() once is faster.
  NOTIFIER_ALWAYS_INLINE View operator[](std::string_view key) const noexcept {
    const std::size_t at = detail::find_member(*tape_, at_, key);
    return View(at == 0 ? detail::missing_tape : *tape_, at);
  }

  /// A string's text, unescaped, UTF-8; a lone surrogate escape reads as U+FFFD. Empty for all other kinds.
  NOTIFIER_ALWAYS_INLINE std::string_view string() const noexcept { return detail::text_of(*tape_, at_); }
  /// The same of the member at `key`, in less code than two calls: for what is read seldom.
  NOTIFIER_ALWAYS_INLINE std::string_view string(std::string_view key) const noexcept {
    return detail::find_text(*tape_, at_, key);
  }
  /// A number's text as it stands in the document: `1e2`, `1.0`, `-0`. Empty for all other kinds.
  std::string_view digits() const noexcept {
    return tag() == detail::Tag::number ? tape_->value(at_) : std::string_view();
  }
  /// True for `true` alone; tell "absent" from "false" with kind().
  bool boolean() const noexcept { return tag() == detail::Tag::yes; }
  /// Writes the number to `out` and returns true where it is an integer between -2^63 and 2^63 - 1 (1.0 and 1e2 are).
  bool integer(std::int64_t& out) const noexcept;

  /// Appends the text of a scalar as a person reads it, the same on every backend: a string's text, `true`, `false`; a
  /// number written as an integer within 64 bits in plain decimal (`-0` is `0`); other numbers in the shortest form
  /// that reads back as the same double, laid out as ECMAScript's Number::toString does; integers beyond 64 bits, and
  /// numbers beyond the range of double, as they stand in the document. Nothing for null, missing, arrays and objects.
  void append_text(std::string& out) const { append_text_to(out); }
  void append_text(Buffer& out) const { append_text_to(out); }
  std::string text() const;

  /// Appends the value as compact JSON (keys in document order, duplicates kept as they are, strings escaped minimally,
  /// numbers by the rule of append_text()). Nothing for a missing value.
  void append_json(std::string& out) const;
  void append_json(Buffer& out) const;

  /// How many elements or members, counting duplicates; 0 for scalars. Linear.
  NOTIFIER_ALWAYS_INLINE std::size_t size() const noexcept { return detail::count_items(*tape_, at_); }
  /// Calls `f(View)` for each element of an array, in order; nothing for other kinds.
  template <class F>
  void for_each_element(F&& f) const;
  /// Calls `f(std::string_view key, View)` for each member of an object, in document order, duplicates included.
  template <class F>
  void for_each_member(F&& f) const;

 private:
  friend class Document;
  View(const detail::Tape& tape, std::size_t at) noexcept : tape_(&tape), at_(at) {}

  detail::Tag tag() const noexcept { return tape_->tag(at_); }
  template <class Out>
  void append_text_to(Out& out) const;

  const detail::Tape* tape_ = &detail::missing_tape;
  std::size_t at_ = 0;
};

inline Kind View::kind() const noexcept {
  switch (tag()) {
    case detail::Tag::null: return Kind::null;
    case detail::Tag::yes:
    case detail::Tag::no: return Kind::boolean;
    case detail::Tag::number: return Kind::number;
    case detail::Tag::string: return Kind::string;
    case detail::Tag::array: return Kind::array;
    case detail::Tag::object: return Kind::object;
    default: return Kind::missing;
  }
}

template <class F>
void View::for_each_element(F&& f) const {
  if (!is_array()) return;
  const std::size_t end = tape_->after(at_);
  for (std::size_t at = at_ + 2; at < end; at = tape_->after(at)) f(View(*tape_, at));
}

template <class F>
void View::for_each_member(F&& f) const {
  if (!is_object()) return;
  const std::size_t end = tape_->after(at_);
  for (std::size_t at = at_ + 2; at < end; at = tape_->after(at + 1)) f(tape_->slice(at), View(*tape_, at + 1));
}

}  // namespace json
NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <cmath>
#include <utility>

#include "notifier/json/read_number.hpp"
#include "notifier/json/write_number.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

NOTIFIER_INLINE bool View::integer(std::int64_t& out) const noexcept {
  if (tag() != detail::Tag::number) return false;
  const std::string_view digits = tape_->value(at_);
  std::uint64_t bits = 0;
  switch (to_integer(digits, bits)) {
    case Integer::within_int64: out = static_cast<std::int64_t>(bits); return true;
    case Integer::within_uint64: return false;
    case Integer::none: break;
  }
  if (is_written_as_integer(digits)) return false;
  const double value = to_double(digits);
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return false;
  const std::int64_t whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) != value) return false;
  out = whole;
  return true;
}

template <class Out>
void View::append_text_to(Out& out) const {
  switch (tag()) {
    case detail::Tag::string: out.append(tape_->value(at_)); break;
    case detail::Tag::yes: out.append(std::string_view("true")); break;
    case detail::Tag::no: out.append(std::string_view("false")); break;
    case detail::Tag::number: {
      const std::string_view digits = tape_->value(at_);
      if (is_written_as_integer(digits)) {
        out.append(digits == "-0" ? digits.substr(1) : digits);
        break;
      }
      const double value = to_double(digits);
      if (std::isinf(value)) {
        out.append(digits);
        break;
      }
      char shortest[max_double_chars];
      out.append(std::string_view(shortest, static_cast<std::size_t>(write_double(value, shortest) - shortest)));
      break;
    }
    default: break;
  }
}

NOTIFIER_INLINE std::string View::text() const {
  std::string out;
  append_text(out);
  return out;
}

NOTIFIER_INLINE void View::append_json(Buffer& out) const {
  switch (tag()) {
    case detail::Tag::missing: break;
    case detail::Tag::null: out.append("null"); break;
    case detail::Tag::string: detail::append_quoted(tape_->value(at_), out); break;
    case detail::Tag::array: {
      char separator = '[';
      for_each_element([&](View value) {
        out.append(std::exchange(separator, ','));
        value.append_json(out);
      });
      out.append(separator == '[' ? std::string_view("[]") : std::string_view("]"));
      break;
    }
    case detail::Tag::object: {
      char separator = '{';
      for_each_member([&](std::string_view key, View value) {
        out.append(std::exchange(separator, ','));
        detail::append_quoted(key, out);
        out.append(':');
        value.append_json(out);
      });
      out.append(separator == '{' ? std::string_view("{}") : std::string_view("}"));
      break;
    }
    default: append_text(out); break;
  }
}

NOTIFIER_INLINE void View::append_json(std::string& out) const {
  Buffer json;
  append_json(json);
  out.append(json.view());
}

}  // namespace json

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
