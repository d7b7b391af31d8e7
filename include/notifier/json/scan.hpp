// What JSON is, for this library: the one arbiter behind every backend.
//
// RFC 8259, in valid UTF-8 (Unicode 15, table 3-7) without a byte order mark, nested at most NOTIFIER_MAX_DEPTH deep.
// Numbers may have any size, `\u` escapes may name lone surrogates, keys may repeat.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/json/block.hpp"
#include "notifier/json/fault.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Hears of what scan() finds, in document order; this one does not care.
///
/// Keys and strings come as written between their quotes, `escaped` where unescape() has work to do; numbers as
/// written.
class Listener {
 public:
  virtual void begin_object() {}
  virtual void end_object() {}
  virtual void begin_array() {}
  virtual void end_array() {}
  virtual void key(std::string_view raw, bool escaped) { static_cast<void>(raw), static_cast<void>(escaped); }
  virtual void string(std::string_view raw, bool escaped) { static_cast<void>(raw), static_cast<void>(escaped); }
  virtual void number(std::string_view raw) { static_cast<void>(raw); }
  virtual void boolean(bool value) { static_cast<void>(value); }
  virtual void null() {}

 protected:
  ~Listener() = default;
};

namespace detail {

// The depth is an argument of what has room for it, so that code compiled with another one, linked in beside this,
// never works on it.

/// One bit for each open bracket: is it an object?
template <std::size_t max_depth>
class Nesting {
 public:
  std::size_t depth() const noexcept { return depth_; }
  bool in_object() const noexcept { return (bits_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0; }
  void push(bool object) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    std::uint64_t& bits = bits_[depth_ / 64];
    bits = object ? bits | bit : bits & ~bit;
    ++depth_;
  }
  void pop() noexcept { --depth_; }

 private:
  std::size_t depth_ = 0;
  std::uint64_t bits_[max_depth / 64 + 1];
};

template <std::size_t max_depth>
class Scanner {
 public:
  Scanner(std::string_view text, Listener& listener) noexcept
      : begin_(text.data()), p_(text.data()), end_(text.data() + text.size()), listener_(listener) {}

  Fault run() {
    do {
      skip_space();
    } while (value());
    return fault_;
  }

 private:
  // Each returns true where another value must follow, or false at the end or at a fault.
  bool value() {
    if (p_ == end_) return fail("a value");
    switch (*p_) {
      case '{': return open(true) && open_object();
      case '[': return open(false) && open_array();
      case '"': {
        Slice slice;
        ++p_;
        if (!string(slice)) return false;
        listener_.string(slice.text, slice.escaped);
        return after_value();
      }
      case 't': return literal("true") && (listener_.boolean(true), after_value());
      case 'f': return literal("false") && (listener_.boolean(false), after_value());
      case 'n': return literal("null") && (listener_.null(), after_value());
      default: return number();
    }
  }

  bool open(bool object) {
    if (nesting_.depth() == max_depth) return fail("no deeper nesting", errc::too_deep);
    nesting_.push(object);
    ++p_;
    skip_space();
    return true;
  }

  bool open_object() {
    listener_.begin_object();
    if (p_ != end_ && *p_ == '}') return after_value();
    return key("a key in double quotes, or '}'");
  }

  bool open_array() {
    listener_.begin_array();
    if (p_ == end_) return fail("a value, or ']'");
    return *p_ != ']' || after_value();
  }

  void close() {
    const bool object = nesting_.in_object();
    nesting_.pop();
    ++p_;
    if (object) {
      listener_.end_object();
    } else {
      listener_.end_array();
    }
  }

  bool after_value() {
    for (;;) {
      skip_space();
      if (nesting_.depth() == 0) return p_ != end_ && fail("nothing more after the document's value");
      const bool object = nesting_.in_object();
      if (p_ != end_ && *p_ == (object ? '}' : ']')) {
        close();
        continue;
      }
      if (p_ == end_ || *p_ != ',') return fail(object ? "',' or '}' after a member" : "',' or ']' after an element");
      ++p_;
      if (!object) return true;
      skip_space();
      return key("a key in double quotes");
    }
  }

  bool key(const char* expected) {
    if (p_ == end_ || *p_ != '"') return fail(expected);
    Slice slice;
    ++p_;
    if (!string(slice)) return false;
    listener_.key(slice.text, slice.escaped);
    skip_space();
    if (p_ == end_ || *p_ != ':') return fail("':' after a key");
    ++p_;
    return true;
  }

  struct Slice {
    std::string_view text;
    bool escaped = false;
  };

  bool string(Slice& slice) {
    const char* const begin = p_;
    for (;;) {
      skip_plain();
      if (p_ == end_) return fail("the closing '\"' of a string");
      const unsigned char c = byte();
      if (c == '"') break;
      if (c == '\\') {
        slice.escaped = true;
        if (!escape()) return false;
      } else if (c < 0x20) {
        return fail("no control character in a string: write it as an escape");
      } else if (c < 0x80) {
        ++p_;
      } else if (!sequence()) {
        return false;
      }
    }
    slice.text = {begin, static_cast<std::size_t>(p_ - begin)};
    ++p_;
    return true;
  }

  void skip_plain() noexcept {
    while (static_cast<std::size_t>(end_ - p_) >= Block::size) {
      const Block block(p_);
      const std::uint64_t stop = block.special() | block.non_ascii();
      if (stop != 0) {
        p_ += first_byte<Block>(stop);
        return;
      }
      p_ += Block::size;
    }
  }

  bool escape() {
    ++p_;
    if (p_ == end_) return fail("one of \" \\ / b f n r t u after '\\'");
    switch (*p_++) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't': return true;
      case 'u':
        for (int i = 0; i < 4; ++i, ++p_) {
          if (p_ == end_ || !is_hex(*p_)) return fail("four hexadecimal digits after '\\u'");
        }
        return true;
      default: --p_; return fail("one of \" \\ / b f n r t u after '\\'");
    }
  }

  // One well-formed sequence of two to four bytes: Unicode 15, table 3-7.
  bool sequence() {
    const unsigned char lead = byte();
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    int more = 1;
    if (lead < 0xC2 || lead > 0xF4) return fail("valid UTF-8");
    if (lead >= 0xE0) {
      more = lead < 0xF0 ? 2 : 3;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    }
    for (++p_; more > 0; --more, ++p_) {
      if (p_ == end_ || byte() < low || byte() > high) return fail("valid UTF-8");
      low = 0x80;
      high = 0xBF;
    }
    return true;
  }

  bool number() {
    const char* const begin = p_;
    if (*p_ == '-') {
      ++p_;
      if (p_ == end_ || !is_digit(*p_)) return fail("a digit after '-'");
    } else if (!is_digit(*p_)) {
      return fail(byte() == 0xEF ? "a value (a byte order mark is not allowed)" : "a value");
    }
    if (*p_ == '0') {
      ++p_;
    } else {
      skip_digits();
    }
    if (p_ != end_ && *p_ == '.') {
      ++p_;
      if (p_ == end_ || !is_digit(*p_)) return fail("a digit after '.'");
      skip_digits();
    }
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      if (p_ != end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (p_ == end_ || !is_digit(*p_)) return fail("a digit in an exponent");
      skip_digits();
    }
    listener_.number({begin, static_cast<std::size_t>(p_ - begin)});
    return after_value();
  }

  bool literal(const char* word) {
    for (const char* c = word; *c != '\0'; ++c, ++p_) {
      if (p_ == end_ || *p_ != *c) return fail(word);
    }
    return true;
  }

  void skip_digits() noexcept {
    while (p_ != end_ && is_digit(*p_)) ++p_;
  }
  void skip_space() noexcept {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
  }
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  static bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
  unsigned char byte() const noexcept { return static_cast<unsigned char>(*p_); }

  bool fail(const char* expected, errc code = errc::invalid_json) noexcept {
    fault_ = {code, static_cast<std::size_t>(p_ - begin_), expected};
    return false;
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  Listener& listener_;
  Nesting<max_depth> nesting_;
  Fault fault_;
};

}  // namespace detail

/// Reads `text` once, front to back, and tells `listener` what it finds, up to the first fault.
inline Fault scan(std::string_view text, Listener& listener) {
  return detail::Scanner<NOTIFIER_MAX_DEPTH>(text, listener).run();
}

/// Judges `text` and does nothing else.
inline Fault scan(std::string_view text) {
  struct Nobody final : Listener {};
  Nobody nobody;
  return scan(text, nobody);
}

}  // namespace json
NOTIFIER_NAMESPACE_END
