// Sixteen bytes at a time, compared with one byte at a time.

#include "notifier/text/bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "notifier/text/plain_text.hpp"

using namespace notifier::detail;

namespace {

/// Random bytes in memory of just that size: what is read beyond them is found.
class Exactly {
 public:
  explicit Exactly(std::size_t size) : bytes_(new char[size]), size_(size) {
    for (std::size_t i = 0; i < size; ++i) bytes_[i] = static_cast<char>(random_());
  }
  ~Exactly() { delete[] bytes_; }
  Exactly(const Exactly&) = delete;
  Exactly& operator=(const Exactly&) = delete;
  char* data() const { return bytes_; }
  std::string_view text() const { return {bytes_, size_}; }

 private:
  char* bytes_;
  std::size_t size_;
  static inline std::mt19937 random_{20};
};

unsigned byte_at(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

std::string stored(Bytes bytes) {
  std::string out(16, '\0');
  bytes.store(out.data());
  return out;
}

/// What `f(byte of a, byte of b)` gives for each of sixteen bytes.
template <class F>
std::string each(std::string_view a, std::string_view b, F&& f) {
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) out += static_cast<char>(f(byte_at(a, i), byte_at(b, i)));
  return out;
}

}  // namespace

TEST_CASE("what is done to sixteen bytes is done to each of them, unsigned") {
  for (int round = 0; round < 500; ++round) {
    const Exactly first(16), second(16);
    std::memcpy(second.data(), first.data(), 3);  // equal ones are rare otherwise
    const Bytes a = Bytes::load(first.data()), b = Bytes::load(second.data());
    const auto each_of = [&](auto&& f) { return each(first.text(), second.text(), f); };
    CHECK(stored(a) == first.text());
    CHECK(stored(Bytes::of(load_u64(first.data()), load_u64(first.data() + 8))) == first.text());
    CHECK(stored(a | b) == each_of([](unsigned x, unsigned y) { return x | y; }));
    CHECK(stored(a & b) == each_of([](unsigned x, unsigned y) { return x & y; }));
    CHECK(stored(a + b) == each_of([](unsigned x, unsigned y) { return x + y; }));
    CHECK(stored(a - b) == each_of([](unsigned x, unsigned y) { return x - y; }));
    CHECK(stored(a.upper_halves()) == each_of([](unsigned x, unsigned) { return x / 16; }));
    CHECK(stored(a.is(b)) == each_of([](unsigned x, unsigned y) { return x == y ? 255 : 0; }));
    CHECK(stored(a.at_most(b)) == each_of([](unsigned x, unsigned y) { return x <= y ? 255 : 0; }));

    const unsigned limit = byte_at(second.text(), 4) | 1;
    const char c = second.text()[1];
    CHECK(stored(Bytes::all(limit)) == std::string(16, static_cast<char>(limit)));
    CHECK(stored(a.is(c)) ==
          each_of([&](unsigned x, unsigned) { return x == static_cast<unsigned char>(c) ? 255 : 0; }));
    CHECK(stored(a.below(limit)) == each_of([&](unsigned x, unsigned) { return x < limit ? 255 : 0; }));
    CHECK(stored(a.at_least(limit)) == each_of([&](unsigned x, unsigned) { return x >= limit ? 255 : 0; }));
    CHECK(stored(a.between(limit / 2, limit)) ==
          each_of([&](unsigned x, unsigned) { return x >= limit / 2 && x <= limit ? 255 : 0; }));

    std::string alternately;
    for (std::size_t i = 0; i < 16; ++i) (alternately += first.text()[i]) += second.text()[i];
    CHECK(stored(a.interleave_first(b)) == alternately.substr(0, 16));
    CHECK(stored(a.interleave_last(b)) == alternately.substr(16));
  }
}

TEST_CASE("where a comparison holds is told for each place, and for the first bytes alone") {
  for (unsigned places = 0; places < 1u << 16; places += 7) {
    std::string text;
    unsigned count = 0, first = 16;
    for (unsigned i = 0; i < 16; ++i) {
      const bool holds = (places >> i & 1) != 0;
      text += holds ? 'x' : 'o';
      count += holds;
      if (holds && first == 16) first = i;
    }
    const Bytes bytes = Bytes::load(text.data()).is('x');
    REQUIRE(bytes.count() == count);
    REQUIRE(bytes.first() == first);
    REQUIRE(bytes.none() == (first == 16));
    for (std::size_t size = 1; size <= 16; ++size) REQUIRE(bytes.none(size) == (first >= size));
  }
}

TEST_CASE("of fewer bytes than sixteen, those behind them are not read, and count as zero") {
  for (std::size_t size = 0; size < 16; ++size) {
    for (int round = 0; round < 20; ++round) {
      const Exactly some(size);
      std::string padded(some.text());
      padded.resize(16);
      CHECK(stored(Bytes::load(some.data(), size)) == padded);
      if (size <= 8) CHECK(load_up_to_8(some.data(), size) == load_u64(padded.data()));
    }
  }
}

TEST_CASE("a byte is found wherever it is in a text, and the text is copied where there is none") {
  const auto is_special = [](Bytes b) { return b.is('!') | b.is('\0'); };
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      CAPTURE(size);
      CAPTURE(at);
      Exactly text(size);
      for (std::size_t i = 0; i < size; ++i) text.data()[i] = i >= at && (i - at) % 3 == 0 ? '!' : 'o';
      const bool has_none = at == size;
      REQUIRE(find_byte(text.text(), is_special) == at);
      REQUIRE(is_without(text.text(), is_special) == has_none);

      std::string out(size + 15, '-');
      REQUIRE(copy_without(text.text(), out.data(), is_special) == has_none);
      if (has_none) REQUIRE(out.substr(0, size) == text.text());

      const std::string padded = std::string(text.text()) + std::string(text_padding, '!');
      std::fill(out.begin(), out.end(), '-');
      REQUIRE(copy_without<true>(std::string_view(padded).substr(0, size), out.data(), is_special) == has_none);
      if (has_none) REQUIRE(out.substr(0, size) == text.text());
    }
  }
}
