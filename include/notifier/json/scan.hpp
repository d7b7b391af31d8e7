// What JSON is, for this library: the one arbiter behind every backend.
//
// RFC 8259, in valid UTF-8 (Unicode 15, table 3-7) without a byte order mark, nested at most NOTIFIER_MAX_DEPTH deep.
// Numbers may have any size, `\u` escapes may name lone surrogates, keys may repeat.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/error.hpp"
#include "notifier/json/block.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Why a text is not JSON, or nothing.
struct Fault {
  errc code = errc::invalid_json;         ///< or errc::too_deep
  std::size_t offset = Error::no_offset;  ///< of the first byte with which no valid document can go on; the text's size
                                          ///< where it only ends too early; no_offset where there is no fault
  const char* expected = "";              ///< what could have stood there, as "',' or ']' after an element"

  explicit operator bool() const noexcept { return offset != Error::no_offset; }
};

/// What scan() tells of a document while it reads, in document order; this one listens to nothing.
///
/// Keys and strings come as written between their quotes; `escaped` says that unescape() has work to do.
struct Listener {
  void begin_object() {}
  void end_object() {}
  void begin_array() {}
  void end_array() {}
  void key(std::string_view, bool escaped) { static_cast<void>(escaped); }
  void string(std::string_view, bool escaped) { static_cast<void>(escaped); }
  void number(std::string_view) {}
  void boolean(bool) {}
  void null() {}
};

namespace detail {

/// One bit for each open bracket: is it an object?
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
  std::uint64_t bits_[NOTIFIER_MAX_DEPTH / 64 + 1];
};

template <class Handler>
class Scanner {
 public:
  Scanner(std::string_view text, Handler& handler) noexcept
      : begin_(text.data()), p_(text.data()), end_(text.data() + text.size()), handler_(handler) {}

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
        handler_.string(slice.text, slice.escaped);
        return after_value();
      }
      case 't': return literal("true") && (handler_.boolean(true), after_value());
      case 'f': return literal("false") && (handler_.boolean(false), after_value());
      case 'n': return literal("null") && (handler_.null(), after_value());
      default: return number();
    }
  }

  bool open(bool object) {
    if (nesting_.depth() == NOTIFIER_MAX_DEPTH) return fail("no deeper nesting", errc::too_deep);
    nesting_.push(object);
    ++p_;
    skip_space();
    return true;
  }

  bool open_object() {
    handler_.begin_object();
    if (p_ != end_ && *p_ == '}') {
      close();
      return after_value();
    }
    return key("a key in double quotes, or '}'");
  }

  bool open_array() {
    handler_.begin_array();
    if (p_ == end_) return fail("a value, or ']'");
    if (*p_ != ']') return true;
    close();
    return after_value();
  }

  void close() {
    const bool object = nesting_.in_object();
    nesting_.pop();
    ++p_;
    if (object) {
      handler_.end_object();
    } else {
      handler_.end_array();
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
    handler_.key(slice.text, slice.escaped);
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
    handler_.number({begin, static_cast<std::size_t>(p_ - begin)});
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
  Handler& handler_;
  Nesting nesting_;
  Fault fault_;
};

inline unsigned hex_value(char c) noexcept { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

inline std::uint32_t read_hex4(const char* p) noexcept {
  return hex_value(p[0]) << 12 | hex_value(p[1]) << 8 | hex_value(p[2]) << 4 | hex_value(p[3]);
}

inline char* put_utf8(std::uint32_t code_point, char* out) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

}  // namespace detail

/// Reads `text` once, front to back, and tells `handler` (the calls of Listener) what it finds, up to the first fault.
template <class Handler>
Fault scan(std::string_view text, Handler& handler) {
  return detail::Scanner<Handler>(text, handler).run();
}

/// Judges `text` and does nothing else.
inline Fault scan(std::string_view text) {
  Listener nobody;
  return scan(text, nobody);
}

/// Writes a string's value to `out` and returns the new end: at most as long as `raw`, which is what stands between the
/// quotes of a valid document. A surrogate escape without its partner becomes U+FFFD.
inline char* unescape(std::string_view raw, char* out) noexcept {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  while (p != end) {
    if (*p != '\\') {
      *out++ = *p++;
      continue;
    }
    const char c = p[1];
    p += 2;
    switch (c) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        std::uint32_t unit = detail::read_hex4(p);
        p += 4;
        if (unit >= 0xD800 && unit < 0xE000) {
          std::uint32_t low = 0;
          if (unit < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') low = detail::read_hex4(p + 2);
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            p += 6;
          } else {
            unit = 0xFFFD;
          }
        }
        out = detail::put_utf8(unit, out);
        break;
      }
      default: *out++ = c; break;
    }
  }
  return out;
}

/// The fault as an error a person can act on: "expected ',' or ']' after an element at byte 17".
inline Error to_error(const Fault& fault, std::size_t text_size) {
  Error error;
  error.code = fault.code;
  error.offset = fault.offset;
  const std::string where = " at byte " + std::to_string(fault.offset);
  if (fault.code == errc::too_deep) {
    error.message = "arrays and objects nest deeper than " + std::to_string(NOTIFIER_MAX_DEPTH) + where;
  } else if (fault.offset == text_size) {
    error.message = "the text ends" + where + ", expected " + fault.expected;
  } else {
    error.message = std::string("expected ") + fault.expected + where;
  }
  return error;
}

}  // namespace json
NOTIFIER_NAMESPACE_END
