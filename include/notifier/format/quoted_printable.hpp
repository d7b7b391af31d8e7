// Quoted-printable, RFC 2045 section 6.7: while text is written, and for literals when the library is compiled.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "notifier/format/escape.hpp"
#include "notifier/text/bytes.hpp"
#include "notifier/text/utf8.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Characters of a line without the `=` of a soft break; with it 76, the longest that RFC 2045 allows.
inline constexpr std::size_t qp_line = 75;

/// Plain text: all is kept, line breaks as CRLF.
struct QpPlain {
  static constexpr std::string_view line_break = {};
  static Bytes special(Bytes b) noexcept { return b.below(0x20) | b.at_least(0x7F) | b.is('='); }
  static char* put(char, char*) noexcept { return nullptr; }
};

/// Text of an HTML element or of an attribute between double quotes.
struct QpHtml {
  static constexpr std::string_view line_break = "<br>";
  static Bytes special(Bytes b) noexcept {
    return b.below(0x20) | b.at_least(0x7F) | b.between('<', '>') | (b & Bytes::all(0xFB)).is('"');
  }
  static char* put(char c, char* out) noexcept {
    switch (c) {
      case '&': return detail::put(out, "&amp;");
      case '<': return detail::put(out, "&lt;");
      case '>': return detail::put(out, "&gt;");
      case '"': return detail::put(out, "&quot;");
      default: return nullptr;
    }
  }
};

/// Text of a `pre` element.
struct QpPre : QpHtml {
  static constexpr std::string_view line_break = {};
};

/// A URL in plain text.
struct QpPlainUrl : QpPlain {
  static Bytes special(Bytes b) noexcept { return QpPlain::special(b) | is_outside_url(b); }
  static char* put(char c, char* out) noexcept {
    if (is_url_byte(c)) return nullptr;
    *out = '%';
    return put_hex(static_cast<unsigned char>(c), out + 1);
  }
};

/// The target of a link, in an attribute.
struct QpHtmlUrl : QpPlainUrl {
  static Bytes special(Bytes b) noexcept { return QpPlainUrl::special(b) | b.is('&'); }
  static char* put(char c, char* out) noexcept {
    return c == '&' ? detail::put(out, "&amp;") : QpPlainUrl::put(c, out);
  }
};

/// Writes lines of at most 76 characters that end in CRLF. Nothing that a mail program could take for something else
/// begins a line: neither a dot (the end of an SMTP message) nor `From ` (the next message of a mailbox file).
///
/// Two pointers, handed on by value so that they stay in registers: a mail takes a hundred steps, each of which begins
/// where the one before it ended.
class QuotedPrintable {
 public:
  /// Most bytes that one byte of text can become: an entity of six, and its share of soft breaks.
  static constexpr std::size_t growth = 7;

  /// @param out  the start of a line, with room for all that is to come and twice text_padding bytes
  explicit QuotedPrintable(char* out) noexcept : out_(out), line_end_(out + qp_line) {}

  char* end() const noexcept { return out_; }

  /// Text of any content, padded; controls other than tab and line breaks become spaces.
  template <class Escape>
  void text(std::string_view text) noexcept {
    const bool fits = text.size() <= static_cast<std::size_t>(line_end_ - out_);
    if (fits && !needs_guard(text) && copy_without<true>(text, out_, Escape::special)) {
      out_ += text.size();
    } else {
      *this = encode_text<Escape>(*this, text);
    }
  }

  /// Text that is_inert() holds for, padded: it is folded, and nothing else. Always inlined, as this object would
  /// otherwise have an address.
  NOTIFIER_ALWAYS_INLINE void inert_text(std::string_view text) noexcept {
    if (text.size() <= static_cast<std::size_t>(line_end_ - out_) && !needs_guard(text)) {
      out_ = put_padded(out_, text);
    } else {
      *this = fold(*this, text);
    }
  }

  /// The same for a short one, which is not folded.
  void inert_word(std::string_view text) noexcept {
    if (static_cast<std::size_t>(line_end_ - out_) < text.size()) soft_break();
    out_ = put_padded(out_, text);
  }

  /// Short text of ours that needs no encoding.
  template <std::size_t N>
  void literal(const char (&text)[N]) noexcept {
    if (static_cast<std::size_t>(line_end_ - out_) < N - 1) soft_break();
    out_ = put(out_, text);
  }
  void literal(std::string_view text) noexcept {
    if (static_cast<std::size_t>(line_end_ - out_) < text.size()) soft_break();
    out_ = put(out_, text);
  }

  /// Whole lines that are encoded already, written at the start of a line: a QpLiteral.
  template <class Literal>
  void lines() noexcept {
    // Most pieces are short, and copied without a call.
    if constexpr (Literal::size <= 8 * Bytes::size) {
      out_ = put_padded(out_, std::string_view(Literal::bytes.data(), Literal::size));
    } else {
      out_ = put_literal(out_, Literal::bytes.data(), Literal::size);
    }
    line_end_ = out_ + qp_line;
  }

  /// A line break that is part of the text.
  void hard_break() noexcept {
    out_ = put_hard_break(out_, line_end_);
    line_end_ = out_ + qp_line;
  }

  /// hard_break() where the line does not end in a space. To look waits until what was stored can be read.
  void end_line() noexcept {
    out_ = put(out_, "\r\n");
    line_end_ = out_ + qp_line;
  }

  /// A line break that is not.
  void soft_break() noexcept {
    out_ = put(out_, "=\r\n");
    line_end_ = out_ + qp_line;
  }

 private:
  /// Two vectors at a time, up to 31 bytes beyond: literals are long.
  NOTIFIER_NOINLINE static char* put_literal(char* out, const char* encoded, std::size_t size) noexcept {
    constexpr std::size_t step = 2 * Bytes::size;
    for (std::size_t at = 0; at < size; at += step) {
      const Bytes first = Bytes::load(encoded + at);
      const Bytes second = Bytes::load(encoded + at + Bytes::size);
      first.store(out + at);
      second.store(out + at + Bytes::size);
    }
    return out + size;
  }

  bool needs_guard(std::string_view text) const noexcept {
    return out_ + qp_line == line_end_ && !text.empty() && (text[0] == '.' || text[0] == 'F');
  }

  QuotedPrintable(char* out, char* line_end) noexcept : out_(out), line_end_(line_end) {}

  NOTIFIER_NOINLINE static QuotedPrintable fold(QuotedPrintable at, std::string_view text) noexcept {
    while (!at.needs_guard(text)) {
      const std::size_t space = static_cast<std::size_t>(at.line_end_ - at.out_);
      if (text.size() <= space) {
        at.out_ = put_padded(at.out_, text);
        return at;
      }
      at.out_ = put_padded(at.out_, text.substr(0, space));
      at.soft_break();
      text.remove_prefix(space);
    }
    return encode_text<QpPlain>(at, text);
  }

  template <class Escape>
  NOTIFIER_NOINLINE static QuotedPrintable encode_text(QuotedPrintable from, std::string_view text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    char* out = from.out_;
    char* line_end = from.line_end_;
    if (out + qp_line == line_end) out = guard_line_start(p, end, out);
    while (p != end) {
      const std::size_t left = static_cast<std::size_t>(end - p);
      const std::size_t size = (std::min)(left, Bytes::size);
      const std::size_t space = static_cast<std::size_t>(line_end - out);
      const Bytes bytes = Bytes::load(p);
      const Bytes special = Escape::special(bytes);
      bytes.store(out);
      // A branch, so that `out` waits for no comparison: it is foreseen, and the next text can begin.
      if (special.none(size) && size <= space) {
        p += size;
        out += size;
        continue;
      }
      const std::size_t plain = special.first();
      if (plain > space) {
        p += space;
        out = put(out + space, "=\r\n");
        line_end = out + qp_line;
        out = guard_line_start(p, end, out);
        continue;
      }
      p += plain;
      out += plain;
      if (*p == '\n' || *p == '\r') {
        skip_line_break(p, end);
        out = put_token(Escape::line_break.data(), Escape::line_break.size(), out, line_end);
        out = put_hard_break(out, line_end);
        line_end = out + qp_line;
        out = guard_line_start(p, end, out);
        continue;
      }
      char token[Bytes::size];
      const std::size_t token_size = encode<Escape>(p, end, token);
      out = put_token(token, token_size, out, line_end);
    }
    return {out, line_end};
  }

  /// Writes the code point at `p` encoded, and moves `p` behind it: its bytes stay on one line.
  template <class Escape>
  NOTIFIER_NOINLINE static std::size_t encode(const char*& p, const char* end, char* token) noexcept {
    if (char* const written = Escape::put(*p, token)) {
      ++p;
      return static_cast<std::size_t>(written - token);
    }
    const unsigned char first = static_cast<unsigned char>(*p);
    if ((first < 0x20 && first != '\t') || first == 0x7F) {
      ++p;
      *token = ' ';
      return 1;
    }
    std::size_t bytes = code_point_size(*p);
    char* out = token;
    do {
      *out = '=';
      out = put_hex(static_cast<unsigned char>(*p++), out + 1);
    } while (--bytes != 0 && p != end && is_continuation(*p));
    return static_cast<std::size_t>(out - token);
  }

  static char* put_token(const char* token, std::size_t size, char* out, char*& line_end) noexcept {
    if (size > static_cast<std::size_t>(line_end - out)) {
      out = put(out, "=\r\n");
      line_end = out + qp_line;
    }
    return put(out, std::string_view(token, size));
  }

  static char* guard_line_start(const char*& p, const char* end, char* out) noexcept {
    if (p == end || (*p != '.' && *p != 'F')) return out;
    if (*p == 'F' && std::string_view(p, static_cast<std::size_t>(end - p)).substr(0, 4) != "From") return out;
    *out = '=';
    return put_hex(static_cast<unsigned char>(*p++), out + 1);
  }

  /// White space at the end of a line is lost on the way: it is encoded.
  static char* put_hard_break(char* out, const char* line_end) noexcept {
    if (out + qp_line != line_end && out[-1] == ' ') {
      --out;
      if (line_end - out < 3) out = put(out, "=\r\n");
      out = put(out, "=20");
    }
    return put(out, "\r\n");
  }

  char* out_;
  char* line_end_;
};

/// Size of a literal once it is encoded: see QpLiteral.
constexpr std::size_t qp_literal_size(std::string_view text, std::size_t column);

/// An ASCII literal in quoted-printable, encoded by the compiler: the skeleton of a mail costs a copy. It begins in
/// `Piece::column`; `\n` is CRLF; it ends its line with a soft break unless it ends in `\n`.
template <class Piece>
struct QpLiteral {
  static constexpr std::size_t size = qp_literal_size(Piece::text, Piece::column);
  static constexpr std::array<char, size + 2 * text_padding> encode();
  static constexpr std::array<char, size + 2 * text_padding> bytes = encode();
};

/// Hands the encoded characters of a literal to `emit`, one by one.
template <class Emit>
constexpr void qp_encode_literal(std::string_view text, std::size_t column, Emit& emit) {
  for (const char c : text) {
    if (c == '\n') {
      emit('\r');
      emit('\n');
      column = 0;
      continue;
    }
    const std::size_t width = c == '=' || (c == '.' && column == 0) ? 3 : 1;
    if (column + width > qp_line) {
      emit('=');
      emit('\r');
      emit('\n');
      column = 0;
    }
    if (c == '=' || (c == '.' && column == 0)) {
      emit('=');
      emit(c == '=' ? '3' : '2');
      emit(c == '=' ? 'D' : 'E');
      column += 3;
    } else {
      emit(c);
      ++column;
    }
  }
  if (column != 0) {
    emit('=');
    emit('\r');
    emit('\n');
  }
}

struct QpCount {
  std::size_t count = 0;
  constexpr void operator()(char) { ++count; }
};

template <std::size_t N>
struct QpStore {
  char bytes[N] = {};
  std::size_t count = 0;
  constexpr void operator()(char c) { bytes[count++] = c; }
};

constexpr std::size_t qp_literal_size(std::string_view text, std::size_t column) {
  QpCount count;
  qp_encode_literal(text, column, count);
  return count.count;
}

template <class Piece>
constexpr std::array<char, QpLiteral<Piece>::size + 2 * text_padding> QpLiteral<Piece>::encode() {
  QpStore<size> store;
  qp_encode_literal(Piece::text, Piece::column, store);
  std::array<char, size + 2 * text_padding> out{};
  for (std::size_t i = 0; i < size; ++i) out[i] = store.bytes[i];
  return out;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
