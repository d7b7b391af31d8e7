#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"

namespace json = notifier::json;
using notifier::Buffer;

namespace {

// One byte at a time: what the vectors must agree with.
std::string escaped_slowly(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    constexpr char hex[] = "0123456789abcdef";
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out += hex[byte >> 4];
          out += hex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out(6 * text.size() + 32, '?');
  const char* end = json::escape(text, &out[0]);
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

template <class F>
std::string written(F&& body) {
  Buffer buffer;
  json::Writer writer(buffer);
  body(writer);
  return buffer.str();
}

}  // namespace

TEST_CASE("escape() writes every byte as it must, wherever it stands") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 40; ++size) {
      for (std::size_t at = 0; at < size; at += 1 + size / 8) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        REQUIRE(escaped(text) == escaped_slowly(text));
      }
    }
  }
}

TEST_CASE("escape() agrees with the slow way on any bytes, valid UTF-8 or not") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 5000; ++i) {
    std::string text(static_cast<std::size_t>(random() % 100), '\0');
    const bool mostly_plain = i % 2 == 0;
    for (char& c : text) c = static_cast<char>(mostly_plain && random() % 16 != 0 ? 'a' + random() % 26 : random());
    REQUIRE(escaped(text) == escaped_slowly(text));
  }
}

TEST_CASE("escape() keeps within six bytes for one, and 32 more") {
  const std::string text(1000, '\x01');
  std::string out(6 * text.size() + 32, '\0');
  const char* end = json::escape(text, &out[0]);
  CHECK(end == out.data() + 6 * text.size());
}

TEST_CASE("escape() of nothing is nothing") {
  char out[32];
  CHECK(json::escape(std::string_view(), out) == out);
}

TEST_CASE("commas and colons stand where they must") {
  CHECK(written([](json::Writer& w) { w.object([] {}); }) == "{}");
  CHECK(written([](json::Writer& w) { w.array([] {}); }) == "[]");
  CHECK(written([](json::Writer& w) { w.string(""); }) == "\"\"");
  CHECK(written([](json::Writer& w) {
          w.object([&] {
            w.member("text", "a\"b");
            w.key("list");
            w.array([&] {
              w.integer(-1);
              w.unsigned_integer(2);
              w.object([&] { w.member("x", ""); });
              w.array([] {});
              w.array([&] { w.null(); });
              w.boolean(true);
              w.raw("{\"ready\":1}");
              w.number(0.5);
            });
            w.escaped_key("k\ne\"y");
            w.boolean(false);
            w.key("last");
            w.object([] {});
          });
        }) == R"({"text":"a\"b","list":[-1,2,{"x":""},[],[null],true,{"ready":1},0.5],"k\ne\"y":false,"last":{}})");
}

TEST_CASE("integers are written whole, at their limits too") {
  CHECK(written([](json::Writer& w) { w.integer((std::numeric_limits<std::int64_t>::min)()); }) ==
        "-9223372036854775808");
  CHECK(written([](json::Writer& w) { w.integer((std::numeric_limits<std::int64_t>::max)()); }) ==
        "9223372036854775807");
  CHECK(written([](json::Writer& w) { w.unsigned_integer((std::numeric_limits<std::uint64_t>::max)()); }) ==
        "18446744073709551615");
}

TEST_CASE("numbers that JSON cannot write are null") {
  CHECK(written([](json::Writer& w) { w.number(std::numeric_limits<double>::infinity()); }) == "null");
  CHECK(written([](json::Writer& w) { w.number(-std::numeric_limits<double>::infinity()); }) == "null");
  CHECK(written([](json::Writer& w) { w.number(std::numeric_limits<double>::quiet_NaN()); }) == "null");
  CHECK(written([](json::Writer& w) { w.number((std::numeric_limits<double>::max)()); }) == "1.7976931348623157e+308");
}

TEST_CASE("strings of any length are written whole, and read back") {
  json::Document document;
  for (const std::size_t size :
       {std::size_t{1}, json::detail::escape_step - 1, json::detail::escape_step, json::detail::escape_step + 1,
        5 * json::detail::escape_step + 7, std::size_t{5000000}}) {
    std::string text;
    while (text.size() < size) text += "line \"one\"\n\x01\xF0\x9F\x98\x80 plain text to fill a vector or two ";
    text.resize(size);
    while (static_cast<unsigned char>(text.back()) >= 0x80) text.pop_back();
    const std::string json = written([&](json::Writer& w) { w.string(text); });
    CHECK(json == "\"" + escaped_slowly(text) + "\"");
    const auto root = document.parse(json, json.size());
    REQUIRE(root);
    CHECK(root->string() == text);
  }
}

TEST_CASE("bytes that are not UTF-8 pass as they are, and do no harm") {
  const std::string text = "\xFF\xC3(\xED\xA0\x80";
  CHECK(written([&](json::Writer& w) { w.string(text); }) == "\"" + text + "\"");
}

TEST_CASE("a Buffer keeps its capacity when it is cleared") {
  Buffer buffer;
  json::Writer(buffer).string(std::string(1000, 'x'));
  const std::size_t capacity = buffer.capacity();
  buffer.clear();
  CHECK(buffer.empty());
  json::Writer(buffer).string(std::string(1000, 'y'));
  CHECK(buffer.capacity() == capacity);
  CHECK(buffer.size() == 1002);
}

TEST_CASE("a Buffer that was moved is empty, and can be used again") {
  Buffer first;
  first.append("abc");
  Buffer second = std::move(first);
  CHECK(second.view() == "abc");
  CHECK(first.view().empty());
  first.append('d');
  CHECK(first.view() == "d");
  CHECK(second.view(1) == "bc");
  second.truncate(1);
  CHECK(second.str() == "a");
}
