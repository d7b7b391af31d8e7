#include "notifier/format/email_header.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace notifier::detail;

namespace {

/// What a function that writes to a buffer writes.
template <class Write>
std::string written(Write&& write) {
  std::string out(20'000, '~');
  out.resize(static_cast<std::size_t>(write(out.data()) - out.data()));
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = text.find("\r\n"); end != std::string_view::npos; end = text.find("\r\n")) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 2);
  }
  lines.emplace_back(text);
  return lines;
}

std::string q(std::string_view code_point) {
  return written([&](char* out) { return put_q(code_point, out); });
}

std::string unstructured(std::string_view text, std::size_t column) {
  return written([&](char* out) { return put_unstructured(text, out, column); });
}

std::string from(std::string_view text) {
  return written([&](char* out) { return put_from(text, out, 6); });
}

}  // namespace

TEST_CASE("in an encoded word every character but the plainest is a code, and none breaks a line") {
  for (int byte = 0; byte < 0x80; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          std::string_view("-!*+/").find(c) != std::string_view::npos;
    std::string expected = "=";
    for (const int half : {byte >> 4, byte & 15}) expected += "0123456789ABCDEF"[half];
    CAPTURE(byte);
    CHECK(q({&c, 1}) == (is_plain ? std::string(1, c) : byte <= 0x20 || byte == 0x7F ? "_" : expected));
  }
  CHECK(q("\xC2\x80") == "_");
  CHECK(q("\xC2\x85") == "_");
  CHECK(q("\xC2\x9F") == "_");
  CHECK(q("\xC2\xA0") == "=C2=A0");
  CHECK(q("\xC3\x9F") == "=C3=9F");
  CHECK(q("\xE2\x80\xA7") == "=E2=80=A7");
  CHECK(q("\xE2\x80\xA8") == "_");
  CHECK(q("\xE2\x80\xA9") == "_");
  CHECK(q("\xF0\x9F\xA6\x84") == "=F0=9F=A6=84");
  CHECK(q("\xE9") == "=E9");  // what is left of a broken one
}

TEST_CASE("encoded words fill their lines, hold whole characters and are no longer than RFC 2047 allows") {
  const std::string units[] = {"a", " ", "?", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\xA6\x84"};
  for (std::size_t column = 1; column < 90; ++column) {
    for (std::size_t kind = 0; kind < 7; ++kind) {
      std::vector<std::string> tokens;
      std::string text;
      for (std::size_t i = 0; i < 90; ++i) {
        const std::string& unit = units[kind < 6 ? kind : i * i % 6];
        text += unit;
        tokens.push_back(q(unit));
      }
      std::size_t end = column;
      const auto lines = lines_of(written([&](char* out) { return put_encoded_words(text, out, end); }));
      std::size_t next = 0;
      bool sound = true;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::size_t before = i == 0 ? column : 1;
        std::string_view line = lines[i];
        if (i != 0) {
          sound = sound && line.substr(0, 1) == " ";
          line.remove_prefix(1);
        }
        if (i == 0 && line.empty()) {
          sound = sound && column + 24 > 76;
          continue;
        }
        if (i == 0) sound = sound && column + 24 <= 76;
        sound = sound && before + line.size() <= 76 && line.substr(0, 10) == "=?utf-8?Q?" &&
                line.substr(line.size() - 2) == "?=";
        std::string_view word = line.substr(10, line.size() - 12);
        while (!word.empty() && next < tokens.size() && word.substr(0, tokens[next].size()) == tokens[next]) {
          word.remove_prefix(tokens[next++].size());
        }
        sound = sound && word.empty();
        // It ends where the next character does not fit.
        sound = sound && (next == tokens.size() || before + line.size() + tokens[next].size() > 76);
        if (i + 1 == lines.size()) sound = sound && end == before + line.size();
      }
      CAPTURE(column);
      CAPTURE(kind);
      CHECK(sound);
      CHECK(next == tokens.size());
    }
  }
}

TEST_CASE("text is folded before words that would be too much for their line, and nowhere else") {
  for (std::size_t column = 1; column < 50; ++column) {
    for (std::size_t length = 1; length < 30; ++length) {
      std::string text;
      for (std::size_t i = 0; i < 20; ++i)
        text += (i == 0 ? "" : i % 5 == 0 ? "  " : " ") + std::string(length + i % 3, 'w');
      const std::string folded = unstructured(text, column);
      const auto lines = lines_of(folded);
      std::string whole;
      bool sound = lines.back().empty();
      for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        whole += lines[i];
        const std::size_t size = lines[i].size() + (i == 0 ? column : 0);
        sound = sound && size <= 78;
        if (i + 2 < lines.size()) {
          const std::string& next = lines[i + 1];
          const std::size_t word = (std::min)(next.find(' ', next.find_first_not_of(' ')), next.size());
          sound = sound && next[0] == ' ' && size + word > 78;
        }
      }
      CAPTURE(column);
      CAPTURE(length);
      CHECK(sound);
      CHECK(whole == text);
    }
  }
  const auto is_encoded = [](const std::string& text, std::size_t column) {
    return unstructured(text, column).find("=?utf-8") != std::string::npos;
  };
  CHECK_FALSE(is_encoded(std::string(69, 'w'), 9));
  CHECK(is_encoded(std::string(70, 'w'), 9));
  CHECK_FALSE(is_encoded("a " + std::string(77, 'w') + " b", 9));
  CHECK(is_encoded("a " + std::string(78, 'w') + " b", 9));
  CHECK(is_encoded(std::string(70, 'w') + " b", 9));
}

TEST_CASE("printable ASCII stands in a header as it is, unless it reads as an encoded word") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'a');
      text[at] = static_cast<char>(byte);
      CAPTURE(byte);
      CHECK(is_header_text(text) == (byte >= 0x20 && byte < 0x7F));
      const bool is_plain = byte > 0x20 && byte < 0x7F &&
                            std::string_view("\"(),;<>\\").find(static_cast<char>(byte)) == std::string_view::npos;
      if (at != 0 || byte != '"') CHECK(is_plain_address(text) == is_plain);
    }
  }
  CHECK_FALSE(is_header_text("a =?utf-8?Q?b?= c"));
  CHECK(is_header_text("a = ? b"));
  CHECK(is_header_text(""));
}

TEST_CASE("an address may have a quoted part before the at sign") {
  for (const char* good : {"a@b.c", "\"a b\"@b.c", "\"\"@b.c", "\"a\\\"b\"@b.c", "\"a\\\\\"@b.c"}) {
    CAPTURE(good);
    CHECK(is_plain_address(good));
  }
  for (const char* bad : {"", "\"", "\"a", "\"a\\", "\"a\\\"", "\"a\\\"@b.c", "\"a\x1F\"@b.c", "\"a\\\x1F\"@b.c",
                          "\"a\x7F\"@b.c", "\"=?\"@b.c", "\"a\"\"@b.c", "\"a\" @b.c", "a\"b\"@b.c"}) {
    CAPTURE(bad);
    const std::string_view text = bad;
    const std::vector<char> exact(text.begin(), text.end());  // nothing behind it may be read
    CHECK_FALSE(is_plain_address({exact.data(), exact.size()}));
  }
}

TEST_CASE("a sender's name is written plainly, quoted or encoded") {
  CHECK(from("a@b.c") == "a@b.c\r\n");
  CHECK(from("  a@b.c ") == "a@b.c\r\n");
  CHECK(from("<a@b.c>") == "a@b.c\r\n");
  CHECK(from("Ann <a@b.c>") == "Ann <a@b.c>\r\n");
  CHECK(from("Ann < a@b.c > x") == "Ann <a@b.c>\r\n");
  CHECK(from("Ann O'Neil, Ops <a@b.c>") == "\"Ann O'Neil, Ops\" <a@b.c>\r\n");
  CHECK(from("\"Ann \\\"A\\\" \\\\ N\" <a@b.c>") == "\"Ann \\\"A\\\" \\\\ N\" <a@b.c>\r\n");
  CHECK(from("Ann \"A\" <a@b.c>") == "\"Ann \\\"A\\\"\" <a@b.c>\r\n");
  CHECK(from("a\\b <a@b.c>") == "\"a\\\\b\" <a@b.c>\r\n");
  CHECK(from("\" <a@b.c>") == "\"\\\"\" <a@b.c>\r\n");
  CHECK(from("\"\" <a@b.c>") == "a@b.c\r\n");
  CHECK(from("\"a\\\" <a@b.c>") == "\"a\\\\\" <a@b.c>\r\n");
  CHECK(from("\xC3\x84nn <a@b.c>") == "=?utf-8?Q?=C3=84nn?= <a@b.c>\r\n");
  CHECK(from("\"\xC3\x84nn \\\"A\\\"\" <a@b.c>") == "=?utf-8?Q?=C3=84nn_=22A=22?= <a@b.c>\r\n");
  CHECK(from("\"\xC3\x84\\\\\" <a@b.c>") == "=?utf-8?Q?=C3=84=5C?= <a@b.c>\r\n");
  CHECK(from("\xC3\x84 \\ <a@b.c>") == "=?utf-8?Q?=C3=84_=5C?= <a@b.c>\r\n");
  CHECK(from("St. John <a@b.c>") == "\"St. John\" <a@b.c>\r\n");
  CHECK(from("Notifier (prod) <a@b.c>") == "\"Notifier (prod)\" <a@b.c>\r\n");
  CHECK(from("A\x7Fn <a@b.c>") == "=?utf-8?Q?A_n?= <a@b.c>\r\n");
  CHECK(from("A\x1Fn <a@b.c>") == "=?utf-8?Q?A_n?= <a@b.c>\r\n");
  CHECK(from("A n~ <a@b.c>") == "A n~ <a@b.c>\r\n");
  for (const char c : std::string_view("()<>[]:;@\\,.\"")) {
    if (c == '<') continue;
    CAPTURE(c);
    CHECK(from(std::string("A") + c + "n <a@b.c>").front() == '"');
  }
  CHECK(from("=?utf-8?Q?a?= <a@b.c>") == "=?utf-8?Q?a?= <a@b.c>\r\n");
  CHECK(from("=?x?= <a@b.c>") == "=?x?= <a@b.c>\r\n");
  CHECK(from("=?x@y,?= <a@b.c>") ==
        "=?utf-8?Q?=3D=3Fx=40y=2C=3F=3D?= <a@b.c>\r\n");  // nothing that reads as an address
  CHECK(from("=?x\x7F?= <a@b.c>") == "=?utf-8?Q?=3D=3Fx_=3F=3D?= <a@b.c>\r\n");
  CHECK(from("=?x\x1F?= <a@b.c>") == "=?utf-8?Q?=3D=3Fx_=3F=3D?= <a@b.c>\r\n");
  CHECK(from("=?"
             "?= <a@b.c>") == "=?utf-8?Q?=3D=3F=3F=3D?= <a@b.c>\r\n");
  CHECK(from("=?x <a@b.c>") == "=?utf-8?Q?=3D=3Fx?= <a@b.c>\r\n");
  CHECK(from("a =?x?= <a@b.c>") == "=?utf-8?Q?a_=3D=3Fx=3F=3D?= <a@b.c>\r\n");
}

TEST_CASE("a sender's line ends within its limit") {
  // "From: " and a name of which every character may need a backslash, and its quotes.
  CHECK(from(std::string(35, 'n') + " <a@b.c>") == std::string(35, 'n') + " <a@b.c>\r\n");
  CHECK(from(std::string(36, 'n') + " <a@b.c>") == "=?utf-8?Q?" + std::string(36, 'n') + "?= <a@b.c>\r\n");
  CHECK(from("n." + std::string(33, 'n') + " <a@b.c>") == "\"n." + std::string(33, 'n') + "\" <a@b.c>\r\n");
  CHECK(from("n." + std::string(34, 'n') + " <a@b.c>") == "=?utf-8?Q?n=2E" + std::string(34, 'n') + "?= <a@b.c>\r\n");
  // With its angle brackets and the space before them an address ends in column 78, or begins a line.
  for (const std::string& name : {std::string("Ann"), std::string("\"A.n\""), std::string("=?utf-8?Q?=C3=84?=")}) {
    const std::size_t most = 78 - 6 - name.size() - 3;
    CHECK(from(name + " <" + std::string(most, 'a') + ">") == name + " <" + std::string(most, 'a') + ">\r\n");
    CHECK(from(name + " <" + std::string(most + 1, 'a') + ">") ==
          name + "\r\n <" + std::string(most + 1, 'a') + ">\r\n");
  }
  CHECK(from(std::string(72, 'a')) == std::string(72, 'a') + "\r\n");
  CHECK(from(std::string(73, 'a')) == "\r\n " + std::string(73, 'a') + "\r\n");
  CHECK(from("x\x7F\x01 y>z@\xC3\xA4.c!") == "xyz@\xC3\xA4.c!\r\n");
}

TEST_CASE("recipients fill their lines") {
  for (std::size_t length = 1; length < 90; ++length) {
    std::vector<std::string> addresses;
    for (std::size_t i = 0; i < 12; ++i) addresses.push_back(std::string(length + i % 3, 'a'));
    const std::vector<std::string_view> to(addresses.begin(), addresses.end());
    const auto lines = lines_of(written([&](char* out) { return put_to(to.data(), to.size(), out, 4); }));
    std::string whole;
    bool sound = lines.back().empty();
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      const std::string& line = lines[i];
      whole += line;
      const std::size_t size = line.size() + (i == 0 ? 4 : 0);
      // One that is too long for any line has one of its own.
      sound = sound && (size <= 78 || (i != 0 && line.find(' ', 1) == std::string::npos));
      if (i + 2 < lines.size()) {
        const std::string& next = lines[i + 1];
        // With its comma, which the last one has not: it is not looked at.
        const std::size_t first = (std::min)(next.find(','), next.size()) + 1;
        // The first line may hold none; there would be no space before one.
        sound = sound && next[0] == ' ' && size + first - (line.empty() ? 1 : 0) > 78 && (i == 0 || !line.empty());
      }
    }
    std::string expected;
    for (const std::string& address : addresses) expected += (expected.empty() ? "" : ", ") + address;
    CAPTURE(length);
    CHECK(sound);
    CHECK((whole == expected || whole == " " + expected));
  }
  const std::string_view odd[] = {"a@b.c", "\xC3\xA4@b.c", "d@b.c"};
  CHECK(written([&](char* out) { return put_to(odd, 3, out, 4); }) == "a@b.c, d@b.c\r\n");
  CHECK(written([&](char* out) { return put_to(odd + 1, 1, out, 4); }) == "undisclosed-recipients:;\r\n");
  CHECK(written([&](char* out) { return put_to(odd, 0, out, 4); }) == "undisclosed-recipients:;\r\n");
}

TEST_CASE("an identifier that leaves no room for itself begins a line") {
  const auto line = [](std::size_t size) {
    return written([&](char* out) { return put_identifier("Message-ID", "msg_1", std::string(size, 'd'), out); });
  };
  const std::size_t most = 78 - std::string_view("Message-ID: <msg_1@>").size();
  CHECK(line(most) == "Message-ID: <msg_1@" + std::string(most, 'd') + ">\r\n");
  CHECK(line(most + 1) == "Message-ID:\r\n <msg_1@" + std::string(most + 1, 'd') + ">\r\n");
}

TEST_CASE("what is no domain does not become part of an identifier") {
  for (const std::string& good :
       {std::string("a"), std::string("a-1.B-z.example"), std::string("09.AZ.az"), std::string(253, 'a')}) {
    CHECK(message_id_domain(good) == good);
  }
  for (const std::string& bad : {std::string(), std::string("."), std::string(".a"), std::string("a."),
                                 std::string("a..b"), std::string(254, 'a')}) {
    CHECK(message_id_domain(bad) == "notifier.invalid");
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_good =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    const std::string domain = std::string("a") + c + "b";
    CAPTURE(byte);
    CHECK(message_id_domain(domain) == (is_good ? domain : "notifier.invalid"));
    const std::string first = std::string(1, c) + "b";
    CHECK(message_id_domain(first) == (is_good && c != '.' ? first : "notifier.invalid"));
  }
}

TEST_CASE("an address stands in To: as it is, or in the envelope alone") {
  const auto is_plain = [](std::string_view address) {
    // In memory of just its size: what is read behind it is found.
    const std::unique_ptr<char[]> copy(new char[address.size()]);
    std::copy(address.begin(), address.end(), copy.get());
    return is_plain_address({copy.get(), address.size()});
  };
  for (const char* plain : {"a@b", "a.b+c=d@example.com", "\"a b\"@example.com", "\"a\\\"b\"@example.com",
                            "\"\"@example.com", "!#$%&'*+-/?^_`{|}~@example.com", "a@[192.0.2.1]"}) {
    INFO(std::string(plain));
    CHECK(is_plain(plain));
  }
  for (const char* other : {"",
                            "a b@c",
                            "a@b, c@d",
                            "a<b@c>",
                            "a@b;",
                            "(x)a@b",
                            "a\\b@c",
                            "a\"b@c",
                            "\"a",
                            "\"",
                            "\"a\\\"",
                            "\"a\\",
                            "\"a\"b\"@c",
                            "\"a\" b@c",
                            "a@b\r\nBcc: c@d",
                            "\"a\nb\"@c",
                            "\xC3\xA9@c",
                            "\"\xC3\xA9\"@c",
                            "a\x7F@b",
                            "=?utf-8?Q?a?=@b",
                            "\"=?utf-8?Q?a?=\"@b",
                            "a@b>"}) {
    INFO(std::string(other));
    CHECK_FALSE(is_plain(other));
  }
}

TEST_CASE("a Message-ID's domain is dots and labels, or nobody's") {
  for (const char* domain : {"a", "example.com", "a-b.c9", "A.Z"}) CHECK(message_id_domain(domain) == domain);
  CHECK(message_id_domain(std::string(253, 'a')).size() == 253);
  for (const std::string domain : {"", ".", ".a", "a.", "a..b", "a_b", "a b", "a@b", "\xC3\xA9", "a\n"}) {
    CHECK(message_id_domain(domain) == "notifier.invalid");
  }
  CHECK(message_id_domain(std::string(254, 'a')) == "notifier.invalid");
}
