// The reading seam: all the rest of the library knows of JSON. Neither simdjson's nor picojson's types appear here.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

enum class Kind : unsigned char { missing, null, boolean, number, string, array, object };

/// A value in a Document: cheap to copy, borrows from the Document, valid until that parses again or dies.
///
/// No call fails: a value of another kind than asked for answers as if it were empty, so a reader of untrusted data
/// states what it wants and needs no checks.
class View {
 public:
  /// A missing value.
  View() noexcept = default;

  Kind kind() const noexcept;
  bool exists() const noexcept { return kind() != Kind::missing; }
  bool is_null() const noexcept { return kind() == Kind::null; }
  bool is_string() const noexcept { return kind() == Kind::string; }
  bool is_object() const noexcept { return kind() == Kind::object; }
  bool is_array() const noexcept { return kind() == Kind::array; }

  /// A member of an object by its unescaped key; where the key is given twice, the last one, as for JSON.parse.
  /// A missing View where there is none, or this is no object. Linear in the object's size.
  View operator[](std::string_view key) const noexcept;

  /// A string's text, unescaped, UTF-8; a lone surrogate escape reads as U+FFFD. Empty for all other kinds.
  std::string_view string() const noexcept;
  /// True for `true` alone; tell "absent" from "false" with kind().
  bool boolean() const noexcept;
  /// Writes the number to `out` and returns true where it is an integer between -2^63 and 2^63 - 1 (1.0 and 1e2 are).
  bool integer(std::int64_t& out) const noexcept;

  /// Appends the text of a scalar as a person reads it, the same on every backend: a string's text, `true`, `false`; a
  /// number written as an integer within 64 bits in plain decimal (`-0` is `0`); other numbers in the shortest form that
  /// reads back as the same double, laid out as ECMAScript's Number::toString does; integers beyond 64 bits, and numbers
  /// beyond the range of double, as they stand in the document. Nothing for null, missing, arrays and objects.
  void append_text(std::string& out) const;
  std::string text() const;

  /// Appends the value as compact JSON (keys in document order, duplicates kept as they are, strings escaped minimally,
  /// numbers by the rule of append_text()).
  void append_json(std::string& out) const;

  /// How many elements or members, counting duplicates; 0 for scalars.
  std::size_t size() const noexcept;
  /// Calls `f(View)` for each element of an array, in order; nothing for other kinds.
  template <class F>
  void for_each_element(F&& f) const;
  /// Calls `f(std::string_view key, View)` for each member of an object, in document order, duplicates included.
  template <class F>
  void for_each_member(F&& f) const;
};

/// Reads JSON, again and again into the same memory: no allocation once it has grown to size (simdjson backend).
///
/// Accepts exactly RFC 8259 in valid UTF-8 without a BOM, nested at most `max_depth` deep, numbers of any size; the same
/// on every backend (json/scan.hpp is the arbiter). Used by one thread at a time.
class Document {
 public:
  Document();
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  /// @param text       copied where the backend needs it; need not outlive the call.
  /// @param max_bytes  longest text accepted.
  /// @return the root; or errc::invalid_json and the byte offset of the first fault, errc::too_large, errc::too_deep. The
  ///         views of the document parsed before are invalid either way.
  Result<View> parse(std::string_view text, std::size_t max_bytes = NOTIFIER_MAX_EVENT_BYTES);
};

/// The byte offset of the first key that is given twice in one object (escapes resolved), or Error::no_offset. `text` is
/// valid JSON. For API bodies, where a key given twice is an error.
std::size_t find_duplicate_key(std::string_view text);

}  // namespace json
NOTIFIER_NAMESPACE_END
