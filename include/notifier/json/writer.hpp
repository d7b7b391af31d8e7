// Writing JSON: straight into a reused buffer, in the order written.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/buffer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

/// Writes `text` escaped for a JSON string (without quotes) to `out` and returns the new end. Escapes `"`, `\`, and
/// controls below 0x20 (`\b`, `\f`, `\n`, `\r`, `\t`, else `\u00xx`); everything else passes, so the result is ASCII
/// only where the text was. `text` should be valid UTF-8, and is not checked. `out` has room for 6 * text.size() + 32
/// bytes: whole vectors are stored.
char* escape(std::string_view text, char* out) noexcept;

/// Writes JSON compactly. Commas and colons are put by the writer; well-formedness beyond that is the caller's.
///
///     json::Writer w(buffer);
///     w.object([&] { w.member("text", message.sentence()); w.key("fields"); w.array([&] { ... }); });
class Writer {
 public:
  explicit Writer(Buffer& out) noexcept : out_(&out) {}

  /// `{`; members follow, each a key and a value.
  void begin_object() { open('{'); }
  /// `}`.
  void end_object() { close('}'); }
  /// `[`; values follow.
  void begin_array() { open('['); }
  /// `]`.
  void end_array() { close(']'); }
  /// A key: ASCII that needs no escape, usually a literal.
  void key(std::string_view name);
  /// A key from data, escaped.
  void escaped_key(std::string_view name);
  /// A string, escaped.
  void string(std::string_view value);
  /// The same, of a text that lies in two pieces.
  void string(std::string_view front, std::string_view rest);
  /// An integer in decimal, as the next one.
  void integer(std::int64_t value);
  /// For what may exceed std::int64_t.
  void unsigned_integer(std::uint64_t value);
  /// In the shortest form that reads back as the same double; null where the value is not finite.
  void number(double value);
  /// `true` or `false`.
  void boolean(bool value) { raw(value ? "true" : "false"); }
  /// `null`.
  void null() { raw("null"); }
  /// A value that is JSON already.
  void raw(std::string_view json);

  /// An object, whose members `body()` writes.
  template <class F>
  void object(F&& body) {
    begin_object();
    body();
    end_object();
  }
  /// An array, whose values `body()` writes.
  template <class F>
  void array(F&& body) {
    begin_array();
    body();
    end_array();
  }
  /// key() and string().
  void member(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }

  /// Where the JSON goes, to reserve or measure. What else is appended there the writer does not see.
  Buffer& buffer() noexcept { return *out_; }

 private:
  /// Room for `bytes` and a comma, with the comma written where one is due.
  char* separated(std::size_t bytes) {
    char* out = out_->room(bytes + 1);
    if (comma_) *out++ = ',';
    comma_ = true;
    return out;
  }
  void open(char bracket) {
    char* out = separated(1);
    *out = bracket;
    out_->set_end(out + 1);
    comma_ = false;
  }
  void close(char bracket) {
    out_->append(bracket);
    comma_ = true;
  }

  Buffer* out_;
  bool comma_ = false;
};

}  // namespace json
NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <cstring>
#include <string>

#include "notifier/json/block.hpp"
#include "notifier/json/write_number.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

namespace detail {

/// Longest text that is escaped in one go; beyond it, making room for the worst case would cost more than it saves.
constexpr std::size_t escape_step = 16 * 1024;
constexpr std::size_t escape_room(std::size_t size) noexcept { return 6 * size + 32; }

inline char* escape_byte(char c, char* out) noexcept {
  static constexpr char hex[] = "0123456789abcdef";
  static constexpr char letters[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";
  const char letter = c == '"' || c == '\\' ? c : letters[static_cast<unsigned char>(c)];
  out[0] = '\\';
  out[1] = letter;
  if (letter != 'u') return out + 2;
  out[2] = '0';
  out[3] = '0';
  out[4] = hex[c >> 4];
  out[5] = hex[c & 15];
  return out + 6;
}

inline bool is_special(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

template <class AnyBlock>
void escape_blocks(const char*& p, const char* end, char*& out) noexcept {
  while (static_cast<std::size_t>(end - p) >= AnyBlock::size) {
    const AnyBlock block(p);
    block.store(out);
    const std::uint64_t special = block.special();
    if (special == 0) {
      p += AnyBlock::size;
      out += AnyBlock::size;
      continue;
    }
    const unsigned plain = first_byte<AnyBlock>(special);
    out = escape_byte(p[plain], out + plain);
    p += plain + 1;
  }
}

/// Copies by whole blocks, and may write a block too much.
template <class AnyBlock>
char* copy_run(const char* from, const char* to, char* out) noexcept {
  char* const end = out + (to - from);
  while (out < end) {
    AnyBlock(from).store(out);
    from += AnyBlock::size;
    out += AnyBlock::size;
  }
  return end;
}

/// Escapes 64 bytes at a time, which are looked at once, as long as there is one block more to read.
template <class AnyBlock>
void escape_chunks(const char*& p, const char* end, char*& out) noexcept {
  constexpr std::size_t blocks = 64 / AnyBlock::size;
  while (static_cast<std::size_t>(end - p) >= 64 + AnyBlock::size) {
    std::uint64_t special = 0;
    for (std::size_t i = 0; i < blocks; ++i) {
      special |= AnyBlock(p + i * AnyBlock::size).special() << (i * AnyBlock::size);
    }
    const char* from = p;
    for (; special != 0; special &= special - 1) {
      const char* const at = p + lowest_bit(special);
      out = escape_byte(*at, copy_run<AnyBlock>(from, at, out));
      from = at + 1;
    }
    p += 64;
    out = copy_run<AnyBlock>(from, p, out);
  }
}

/// Appends `"`, `text` escaped, `"`.
inline void append_quoted(std::string_view text, Buffer& buffer) {
  std::string_view part = text.substr(0, escape_step);
  char* out = buffer.room(escape_room(part.size()) + 2);
  *out++ = '"';
  for (;;) {
    out = escape(part, out);
    text.remove_prefix(part.size());
    if (text.empty()) break;
    buffer.set_end(out);
    part = text.substr(0, escape_step);
    out = buffer.room(escape_room(part.size()) + 1);
  }
  *out++ = '"';
  buffer.set_end(out);
}

}  // namespace detail

NOTIFIER_INLINE char* escape(std::string_view text, char* out) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  if constexpr (detail::Block::bits_per_byte == 1) detail::escape_chunks<detail::Block>(p, end, out);
  detail::escape_blocks<detail::Block>(p, end, out);
  detail::escape_blocks<detail::SmallBlock>(p, end, out);
  for (; p != end; ++p) {
    if (detail::is_special(*p)) {
      out = detail::escape_byte(*p, out);
    } else {
      *out++ = *p;
    }
  }
  return out;
}

NOTIFIER_INLINE void Writer::key(std::string_view name) {
  char* out = separated(name.size() + 3);
  *out++ = '"';
  if (!name.empty()) std::memcpy(out, name.data(), name.size());
  out += name.size();
  *out++ = '"';
  *out++ = ':';
  out_->set_end(out);
  comma_ = false;
}

NOTIFIER_INLINE void Writer::escaped_key(std::string_view name) {
  string(name);
  out_->append(':');
  comma_ = false;
}

NOTIFIER_INLINE void Writer::string(std::string_view value) {
  if (comma_) out_->append(',');
  comma_ = true;
  detail::append_quoted(value, *out_);
}

NOTIFIER_INLINE void Writer::string(std::string_view front, std::string_view rest) {
  string(front);
  if (rest.empty()) return;
  out_->truncate(out_->size() - 1);  // the quote
  for (; !rest.empty(); rest.remove_prefix((std::min)(rest.size(), detail::escape_step))) {
    const std::string_view part = rest.substr(0, detail::escape_step);
    out_->set_end(escape(part, out_->room(detail::escape_room(part.size()))));
  }
  out_->append('"');
}

NOTIFIER_INLINE void Writer::integer(std::int64_t value) { out_->set_end(write_integer(value, separated(20))); }

NOTIFIER_INLINE void Writer::unsigned_integer(std::uint64_t value) {
  out_->set_end(write_integer(value, separated(20)));
}

NOTIFIER_INLINE void Writer::number(double value) {
  const bool finite = value - value == 0.0;
  if (!finite) return null();
  out_->set_end(write_double(value, separated(max_double_chars)));
}

NOTIFIER_INLINE void Writer::raw(std::string_view json) {
  char* out = separated(json.size());
  if (!json.empty()) std::memcpy(out, json.data(), json.size());
  out_->set_end(out + json.size());
}

}  // namespace json

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
