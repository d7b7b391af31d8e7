// Patterns and events drawn at random from few words, so that they often meet.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>

class FilterSentences {
 public:
  explicit FilterSentences(std::uint64_t seed)
      : next_([random = std::mt19937_64(seed)]() mutable { return random(); }) {}
  /// Drawn by somebody else.
  explicit FilterSentences(std::function<std::uint64_t()> next) : next_(std::move(next)) {}

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(next_() % end); }

  /// A pattern; not all of them are valid.
  std::string pattern() { return object(0); }

  std::string event() { return below(30) == 0 ? value(0) : event_object(0); }

 private:
  template <std::size_t n>
  std::string any(const char* const (&words)[n]) {
    return words[below(n)];
  }

  std::string key() { return any({"a", "b", "c", "a.b", "b.c", "a.b.c", "", "a.", ".b", "long key of some length"}); }

  std::string text() {
    return any({"x",
                "y",
                "",
                "xy",
                "xyz",
                "xyzzy",
                "XYZ",
                "yx",
                "a*b",
                "10.0.0.1",
                "10.0.0.01",
                "10.1.2.3",
                "::1",
                "fe80::1",
                "::ffff:10.0.0.1",
                "stra\xC3\x9F"
                "e",
                "STRASSE",
                "\xC3\xA9t\xC3\xA9",
                "\xC3\x89T\xC3\x89",
                "true",
                "1",
                "null"});
  }
  std::string number() {
    return any({"0", "-0", "1", "1.0", "1e0", "10", "1e1", "-5", "0.1", "1e400", "10e399", "-1e400", "9007199254740993",
                "9007199254740992", "12345678901234567890", "1e-400", "7.5"});
  }
  std::string bound() { return any({"0", "1", "-5", "10", "7.5", "0.1", "1e300"}); }
  std::string quoted(const std::string& text) { return "\"" + text + "\""; }
  std::string wildcard() {
    return any({"*", "x*", "*y", "x*y", "*y*", "*yz*", "x*z*", "*x*y", "xy", "", "a\\\\*b", "*zz*", "10.*", "*e"});
  }
  std::string scalar() {
    switch (below(5)) {
      case 0: return number();
      case 1: return any({"true", "false", "null"});
      default: return quoted(text());
    }
  }

  std::string operation(const char* name, const std::string& operand) {
    return "{" + quoted(name) + ":" + operand + "}";
  }

  std::string text_operation() {
    switch (below(4)) {
      case 0: return operation("prefix", quoted(text()));
      case 1: return operation("suffix", quoted(text()));
      case 2: return operation("wildcard", quoted(wildcard()));
      default: return operation("equals-ignore-case", quoted(text()));
    }
  }

  std::string condition() {
    switch (below(12)) {
      case 0: return operation("exists", any({"true", "false"}));
      case 1: return operation("numeric", "[" + quoted(any({"=", "<", "<=", ">", ">="})) + "," + bound() + "]");
      case 2:
        return operation("numeric", "[" + quoted(any({">", ">="})) + "," + bound() + "," + quoted(any({"<", "<="})) +
                                        "," + bound() + "]");
      case 3:
        return operation("cidr",
                         quoted(any({"10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "::/0", "fe80::/10", "::1/128"})));
      case 4: return operation("anything-but", below(2) == 0 ? quoted(text()) : number());
      case 5: return operation("anything-but", "[" + quoted(text()) + "," + quoted(text()) + "]");
      case 6: return operation("anything-but", "[" + number() + "," + number() + "]");
      case 7: return operation("anything-but", text_operation());
      case 8:
      case 9: return text_operation();
      default: return scalar();
    }
  }

  std::string conditions() {
    std::string list = "[" + condition();
    while (below(4) == 0) list += "," + condition();
    return list + "]";
  }

  std::string object(std::size_t depth) {
    std::string json = "{";
    const std::size_t count = 1 + below(3);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) json += ",";
      if (below(8) == 0 && depth < 3) {
        json += "\"$or\":[" + object(depth + 1) + "," + object(depth + 1) + "]";
      } else {
        json += quoted(key()) + ":" + (below(4) == 0 && depth < 3 ? object(depth + 1) : conditions());
      }
    }
    return json + "}";
  }

  std::string value(std::size_t depth) {
    if (depth < 4) {
      if (below(3) == 0) return event_object(depth + 1);
      if (below(4) == 0) {
        std::string json = "[";
        const std::size_t count = below(4);
        for (std::size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + value(depth + 1);
        return json + "]";
      }
    }
    return scalar();
  }

  std::string event_object(std::size_t depth) {
    std::string json = "{";
    const std::size_t count = below(5);
    for (std::size_t i = 0; i < count; ++i) json += (i == 0 ? "" : ",") + quoted(key()) + ":" + value(depth);
    return json + "}";
  }

  std::function<std::uint64_t()> next_;
};
