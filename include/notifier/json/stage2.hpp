// The second stage of reading with simdjson: from where its first stage finds structure, to a Tape.
//
// simdjson's own second stage copies every string and computes every number. Of an event most of them are never asked
// for; here a tape refers to the text, and a number is computed when somebody asks. Reading an event of 790 bytes takes
// a tenth less time, and what simdjson's stage refuses is read too: numbers of any size, escapes of lone surrogates.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/json/tape.hpp"
#include "notifier/json/unescape.hpp"
#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// Reads one document.
///
/// @tparam max_depth  an argument, so that who makes room for it and who reads agree, whatever else is linked in
template <std::size_t max_depth>
class Stage2 {
 public:
  /// More words than any text with so many structurals needs, also up to where it is refused: each structural begins a
  /// value at most, and of two values one after the other a comma, or the bracket of the first, stands between.
  static constexpr std::size_t max_words(std::size_t structurals) noexcept { return structurals + max_depth + 4; }

  /// Refuses all that is not JSON, without a reason: scan() knows why.
  ///
  /// @param text         padded by 64 bytes: `size` bytes of valid UTF-8, without control characters inside of strings,
  ///                     which are all closed; then a NUL. Strings with escapes are unescaped in their place.
  /// @param structurals  where brackets, commas, colons, strings and all that is neither of these nor white space
  ///                     begin, in order, then `size`
  /// @param words        room for max_words(); a tape where the text is JSON
  static bool read(char* text, std::size_t size, const std::uint32_t* structurals, std::uint64_t* words) noexcept {
    return Stage2(text, size, structurals, words).read();
  }

 private:
  Stage2(char* text, std::size_t size, const std::uint32_t* structurals, std::uint64_t* words) noexcept
      : text_(text), size_(size), next_(structurals), words_(words) {
    next_escape_ = find_escape(text, 0, size);
  }

  // Within the function above, so that this object never has an address, and lives in registers: the next step waits
  // for the last one's. The same for the two that are static.
  NOTIFIER_ALWAYS_INLINE bool read() noexcept {
    for (;;) {
      if (in_object_ && !key()) return false;
      const std::size_t at = *next_++;
      if (text_[at] == '"') {  // as most values: a branch is foreseen more often than where the switch leads
        push(Tag::string, string(at));
      } else {
        switch (text_[at]) {
          case '{':
          case '[':
            if (!open(text_[at] == '{')) return false;
            if (text_[*next_] != (in_object_ ? '}' : ']')) continue;
            ++next_;
            close();
            break;
          case 't':
            if (!literal(at, "true", 4)) return false;
            push(Tag::yes, 0);
            break;
          case 'f':
            if (!literal(at, "false", 5)) return false;
            push(Tag::no, 0);
            break;
          case 'n':
            if (!literal(at, "null", 4)) return false;
            push(Tag::null, 0);
            break;
          default:
            if (!number(at)) return false;
            break;
        }
      }
      for (;;) {
        if (depth_ == 0) return *next_ == size_ && !has_bad_escape_;
        const char c = text_[*next_++];
        if (c == ',') break;
        if (c != (in_object_ ? '}' : ']')) return false;
        close();
      }
    }
  }

  // The head of an open bracket holds the index of the next outer one until it is closed.
  bool open(bool object) noexcept {
    if (depth_ == max_depth) return false;
    ++depth_;
    words_[count_] = Tape::head(object ? Tag::object : Tag::array, open_);
    open_ = count_;
    count_ += 2;
    in_object_ = object;
    return true;
  }

  void close() noexcept {
    const std::size_t outer = static_cast<std::uint32_t>(words_[open_]);
    words_[open_] = Tape::head(in_object_ ? Tag::object : Tag::array, count_);
    open_ = outer;
    --depth_;
    in_object_ = depth_ != 0 && static_cast<Tag>(words_[outer] >> 56) == Tag::object;
  }

  void push(Tag tag, std::uint64_t slice) noexcept {
    words_[count_] = Tape::head(tag, count_ + 2);
    words_[count_ + 1] = slice;
    count_ += 2;
  }

  bool key() noexcept {
    const std::size_t at = *next_++;
    if (text_[at] != '"') return false;
    words_[count_++] = string(at);
    return text_[*next_++] == ':';
  }

  /// The slice of a string.
  /// @param at  of the opening quote. Between it and the next structural there is only the string and white space.
  NOTIFIER_ALWAYS_INLINE std::uint64_t string(std::size_t at) noexcept {
    const std::size_t begin = at + 1;
    std::size_t end = *next_ - std::size_t{1};
    while (text_[end] != '"') --end;
    if (next_escape_ >= end) return Tape::slice_word(begin, end - begin);
    next_escape_ = find_escape(text_, end, size_);
    const std::uint64_t slice = unescape_in_place(text_, begin, end);
    has_bad_escape_ = has_bad_escape_ || slice == 0;
    return slice;
  }

  /// The slice of a string with escapes, which is not 0; or 0.
  static std::uint64_t unescape_in_place(char* text, std::size_t begin, std::size_t end) noexcept {
    const char* const value_end = unescape({text + begin, end - begin}, text + begin);
    if (value_end == nullptr) return 0;
    return Tape::slice_word(begin, static_cast<std::size_t>(value_end - (text + begin)));
  }

  static std::size_t find_escape(const char* text, std::size_t from, std::size_t size) noexcept {
    using notifier::detail::Bytes;
    // Most texts have none: 64 bytes at a time. The text is padded by as many.
    const auto has_one = [&](std::size_t at) {
      const auto is = [&](std::size_t i) { return Bytes::load(text + at + i * Bytes::size).is('\\'); };
      return !((is(0) | is(1)) | (is(2) | is(3))).none();
    };
    while (from < size && !has_one(from)) from += 4 * Bytes::size;
    for (std::size_t at = from; at < size; at += Bytes::size) {
      const std::size_t found = at + Bytes::load(text + at).is('\\').first();
      if (found < at + Bytes::size) return found;
    }
    return size;
  }

  bool literal(std::size_t at, const char* word, std::size_t size) const noexcept {
    return std::memcmp(text_ + at, word, size) == 0 && ends(at + size);
  }

  bool number(std::size_t at) noexcept {
    const char* p = text_ + at;
    if (*p == '-') ++p;
    if (*p == '0') {
      ++p;
    } else if (!skip_digits(p)) {
      return false;
    }
    if (*p == '.' && !skip_digits(++p)) return false;
    if (*p == 'e' || *p == 'E') {
      ++p;
      if (*p == '+' || *p == '-') ++p;
      if (!skip_digits(p)) return false;
    }
    const std::size_t end = static_cast<std::size_t>(p - text_);
    push(Tag::number, Tape::slice_word(at, end - at));
    return ends(end);
  }

  static bool skip_digits(const char*& p) noexcept {
    const char* const begin = p;
    while (*p >= '0' && *p <= '9') ++p;
    return p != begin;
  }

  /// Whether a number or a literal that was read up to here ends here: nothing but white space stands between it and
  /// the next structural.
  bool ends(std::size_t at) const noexcept {
    const char c = text_[at];
    return at == *next_ || c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  char* text_;
  std::size_t size_;
  const std::uint32_t* next_;
  std::uint64_t* words_;
  std::size_t count_ = 0;
  std::size_t open_ = 0;
  std::size_t depth_ = 0;
  bool in_object_ = false;
  bool has_bad_escape_ = false;
  std::size_t next_escape_ = 0;
};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
