// Text as one line and as a block, compared with what plain_text.hpp says, written down once more in the simplest way.

#include "notifier/text/plain_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using notifier::Buffer;

namespace {

/// What texts are made of: all that means something, and the neighbours of it that mean nothing.
const std::vector<std::string> pieces = {"a",
                                         " ",
                                         "\n",
                                         "\r",
                                         "\t",
                                         std::string(1, '\0'),
                                         "\x1F",
                                         "\x1B",
                                         "[",
                                         "\x7F",
                                         "\xC2\x80",
                                         "\xC2\x9F",
                                         "\xC2\xA0",
                                         "\xC2",
                                         "\xC3\x80",
                                         "\xE2\x80\xA7",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xA9",
                                         "\xE2",
                                         "\xE2\x80",
                                         "\xE2\x80\xAA",
                                         "\xE2\x80\xAE",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\xA5",
                                         "m",
                                         "\xE2\x81\xA6",
                                         "\xE2\x81\xA9",
                                         "\xE2\x81\xAA",
                                         "\xE2\x82\xA8",
                                         "\xE1\x80\xA8"};

bool breaks(const std::string& piece) {
  return (piece.size() == 1 && (static_cast<unsigned char>(piece[0]) < 0x20 || piece[0] == '\x7F')) ||
         piece == "\xC2\x80" || piece == "\xC2\x9F" || piece == "\xE2\x80\xA8" || piece == "\xE2\x80\xA9";
}
bool hides(const std::string& piece) {
  return piece == "\xE2\x80\xAA" || piece == "\xE2\x80\xAE" || piece == "\xE2\x81\xA6" || piece == "\xE2\x81\xA9";
}

std::string trimmed(std::string text, const char* spaces) {
  text.erase(0, text.find_first_not_of(spaces));
  text.erase(text.find_last_not_of(spaces) + 1);
  return text;
}

/// Controls become '\n' first, and overrides '\r'.
std::string as_line(const std::vector<std::string>& text) {
  std::string all;
  for (const std::string& piece : text) all += breaks(piece) ? "\n" : hides(piece) ? "\r" : piece;
  std::string line;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = (std::min)(all.find_first_not_of(" \n", at), all.size());
    const std::string spaces = all.substr(at, end - at);
    line += spaces.find('\n') == std::string::npos ? spaces : " ";
    at = end;
    if (at < all.size() && all[at] != '\r') line += all[at];
    ++at;
  }
  return trimmed(line, " ");
}

std::string as_block(const std::vector<std::string>& text) {
  std::string all;
  for (const std::string& piece : text) {
    const bool stays = piece == "\n" || piece == "\r" || piece == "\t" || piece == "\x1B";
    if (stays || (!breaks(piece) && !hides(piece))) all += piece;
  }
  std::string block;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (all[at] == '\x1B') {
      std::size_t end = at + 2;
      while (end < all.size() && all[end] >= ' ' && all[end] <= '?') ++end;
      const bool is_sequence =
          at + 1 < all.size() && all[at + 1] == '[' && end < all.size() && all[end] >= '@' && all[end] <= '~';
      if (is_sequence) at = end;
    } else if (all[at] != '\r') {
      block += all[at];
    } else {
      block += '\n';
      if (at + 1 < all.size() && all[at + 1] == '\n') ++at;
    }
  }
  block.erase(block.find_last_not_of(" \n\t") + 1);
  const std::size_t first = block.find_first_not_of(" \n\t");
  return first == std::string::npos ? "" : block.substr(block.rfind('\n', first) + 1);
}

std::string padded(const std::string& text) { return text + std::string(notifier::detail::text_padding, '\n'); }

void check(std::vector<std::string> text, std::size_t before, std::size_t behind) {
  text.insert(text.begin(), before, "x");
  text.insert(text.end(), behind, "y");
  std::string all;
  for (const std::string& piece : text) all += piece;
  INFO(all);

  const std::string line = as_line(text);
  for (const bool is_padded : {false, true}) {
    Buffer out;
    out.append("before");
    const std::string with_padding = padded(all);
    bool inert = true;
    const bool any = is_padded ? notifier::detail::append_padded_line(
                                     out, std::string_view(with_padding).substr(0, all.size()), inert)
                               : notifier::detail::append_line(out, all, inert);
    REQUIRE(out.view() == "before" + line);
    REQUIRE(any == !line.empty());
    // What had to be changed is not looked at again.
    REQUIRE(inert == (line == all && notifier::detail::is_inert(all)));
  }

  const std::string block = as_block(text);
  Buffer out;
  out.append("before");
  const bool any = notifier::detail::append_block(out, all);
  REQUIRE(out.view() == "before" + block);
  REQUIRE(any == !block.empty());
}

}  // namespace

TEST_CASE("any text becomes one line, or a block of lines, without controls and overrides") {
  check({}, 0, 0);
  for (const std::string& first : pieces) {
    for (std::size_t before = 0; before < 20; ++before) check({first}, before, before % 3);
    for (const std::string& second : pieces) {
      check({first, second}, 0, 0);
      if (first.size() > 1) check({first, second}, 15, 1);
      if (second.size() > 1) continue;
      for (const char* third : {" ", "\n", "\t"}) check({first, second, third}, 0, first.size());
    }
  }
}

TEST_CASE("a terminal's escape sequence vanishes from a block whatever its parameters, and all else stays") {
  for (const char* rest : {"m", "31m", "1;31m", "?25h", "0 q", "@", "~", " m"}) {
    check({"a", "\x1B", "[", rest, "b"}, 0, 0);
    check({"\x1B", "[", rest}, 0, 0);
    check({"\x1B", "[", rest, "\n"}, 15, 2);
  }
  for (const char* other : {"\x1B[", "\x1B[3", "\x1B", "\x1B]m", "\x1B[3\x7F", "\x1B[\xC3\xA9", "\x1B[\x1B[m"}) {
    Buffer out;
    notifier::detail::append_block(out, std::string("a") + other);
    CHECK(out.view().find('\x1B') == std::string_view::npos);
    CHECK(out.view().find('\x7F') == std::string_view::npos);
    CHECK(out.view().substr(0, 1) == "a");
  }
}
