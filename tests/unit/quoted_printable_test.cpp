#include "notifier/format/quoted_printable.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

using namespace notifier::detail;

namespace {

/// RFC 2045 section 6.7, one character at a time: what a line holds and when it ends.
class Reference {
 public:
  void text(std::string_view text, bool is_html) {
    for (std::size_t i = 0; i < text.size();) {
      const char c = text[i];
      const unsigned char byte = static_cast<unsigned char>(c);
      if (is_line_start() && (c == '.' || text.substr(i, 4) == "From")) {
        put(hex(c));
        ++i;
      } else if (c == '\r' || c == '\n') {
        if (is_html) put("<br>");
        hard_break();
        i += text.substr(i, 2) == "\r\n" ? 2u : 1u;
      } else if (is_html && std::string_view("&<>\"").find(c) != std::string_view::npos) {
        put(c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
        ++i;
      } else if ((byte < 0x20 && c != '\t') || c == '\x7F') {
        put(" ");
        ++i;
      } else if (byte >= 0x80 || c == '=' || c == '\t') {
        std::string token;
        const std::size_t end = i + code_point_size(c);
        do token += hex(text[i++]);
        while (i < end && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80);
        put(token);
      } else if (column() == 75) {
        out += "=\r\n";
      } else {
        out += text[i++];
      }
    }
  }
  void literal(std::string_view text) { put(text); }
  void hard_break() {
    if (!is_line_start() && out.back() == ' ') {
      out.pop_back();
      if (column() + 3 > 75) out += "=\r\n";
      out += "=20";
    }
    out += "\r\n";
  }

  std::string out;

 private:
  static std::string hex(char c) {
    const std::string_view digits = "0123456789ABCDEF";
    const unsigned char byte = static_cast<unsigned char>(c);
    return {'=', digits[byte / 16], digits[byte % 16]};
  }
  std::size_t column() const { return out.size() - (out.rfind('\n') + 1); }
  bool is_line_start() const { return column() == 0; }
  void put(std::string_view token) {
    if (column() + token.size() > 75) out += "=\r\n";
    out += token;
  }
};

std::string padded(std::string_view text) { return std::string(text) + std::string(text_padding, '\n'); }

std::string random_text(std::mt19937& random) {
  static const std::string pieces[] = {"a",
                                       "From",
                                       "F",
                                       "Fro",
                                       ".",
                                       " ",
                                       "=",
                                       "\n",
                                       "\r",
                                       "\r\n",
                                       "\t",
                                       "\x01",
                                       "&",
                                       "<",
                                       ">",
                                       "\"",
                                       "\x7F",
                                       "\xC3\xA9",
                                       "\xF0\x9F\xA6\x84",
                                       "\xE2\x82"};
  std::string text;
  for (std::size_t i = random() % 12; i > 0; --i) {
    text += pieces[random() % std::size(pieces)];
    if (random() % 3 == 0) text.append(random() % 80, 'x');
  }
  return text;
}

template <int>
struct Piece;
template <>
struct Piece<0> {
  static constexpr std::string_view text = ".a=b\n.c";
  static constexpr std::size_t column = 0;
};
template <>
struct Piece<1> {
  static constexpr std::string_view text = ".123456789=123456789.123456789.123456789.123456789.123456789.123456789=\n";
  static constexpr std::size_t column = 3;
};

template <class Literal>
std::string_view view(Literal) {
  return {Literal::bytes.data(), Literal::size};
}

}  // namespace

TEST_CASE("text of any kind becomes lines of quoted-printable, as full as they may be") {
  std::mt19937 random(2045);
  for (int round = 0; round < 4000; ++round) {
    std::string room(20000, '\0');
    QuotedPrintable qp(room.data());
    Reference reference;
    for (int i = 0; i < 4; ++i) {
      const std::string text = random_text(random);
      const bool is_html = random() % 2 == 0;
      const std::string copy = padded(text);
      const std::string_view part = std::string_view(copy).substr(0, text.size());
      is_html ? qp.text<QpHtml>(part) : qp.text<QpPlain>(part);
      reference.text(text, is_html);
      if (i == 0) {
        qp.soft_break();
        reference.out += "=\r\n";
      }
      if (i == 1) {
        qp.literal(" - ");
        reference.literal(" - ");
      }
      if (i == 2) {
        qp.hard_break();
        reference.hard_break();
      }
    }
    CAPTURE(round);
    REQUIRE(room.substr(0, static_cast<std::size_t>(qp.end() - room.data())) == reference.out);
  }
}

TEST_CASE("text that needs no encoding becomes the same lines of quoted-printable without a look") {
  std::mt19937 random(2045);
  const std::string pieces[] = {"From", "F", ".", " ", "ab", "c/d"};
  for (int round = 0; round < 2000; ++round) {
    std::string inert, any;
    inert.resize(5000);
    any.resize(5000);
    QuotedPrintable quick(inert.data()), careful(any.data());
    for (int i = 0; i < 4; ++i) {
      std::string text;
      while (random() % 4 != 0) text += pieces[random() % std::size(pieces)] + std::string(random() % 90, 'x');
      text += 'y';
      const std::string copy = padded(text);
      const std::string_view part = std::string_view(copy).substr(0, text.size());
      quick.inert_text(part);
      round % 2 == 0 ? careful.text<QpPlain>(part) : careful.text<QpHtml>(part);
      if (i % 2 == 0) continue;
      quick.end_line();
      careful.hard_break();
    }
    CAPTURE(round);
    const auto written = static_cast<std::size_t>(quick.end() - inert.data());
    REQUIRE(inert.substr(0, written) == any.substr(0, static_cast<std::size_t>(careful.end() - any.data())));
  }
}

TEST_CASE("a literal is encoded by the compiler as it would be while text is written") {
  CHECK(view(QpLiteral<Piece<0>>()) == "=2Ea=3Db\r\n=2Ec=\r\n");
  CHECK(view(QpLiteral<Piece<1>>()) ==
        ".123456789=3D123456789.123456789.123456789.123456789.123456789.123456789=\r\n=3D\r\n");
  for (std::size_t size = 0; size < 160; ++size) {
    for (const char c : {'a', '=', '.'}) {
      for (std::size_t column = 0; column < 2; ++column) {
        std::string encoded;
        auto emit = [&](char byte) { encoded += byte; };
        qp_encode_literal(std::string(size, 'x') + c + "yz", column, emit);
        std::string expected;
        for (const char byte : std::string(size, 'x') + c + "yz") {
          const std::size_t at = expected.size() - (expected.rfind('\n') + 1) + (expected.size() < 75 ? column : 0);
          std::string token = byte == '=' ? "=3D" : std::string(1, byte);
          if (at + token.size() > 75) expected += "=\r\n";
          if (byte == '.' && (expected.empty() ? column == 0 : expected.back() == '\n')) token = "=2E";
          expected += token;
        }
        CAPTURE(size);
        CAPTURE(c);
        REQUIRE(encoded == expected + "=\r\n");
        REQUIRE(qp_literal_size(std::string(size, 'x') + c + "yz", column) == encoded.size());
      }
    }
  }
}
