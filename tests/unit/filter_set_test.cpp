// Many filters asked together: they decide as each does alone.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "event_corpus.hpp"
#include "filter_sentences.hpp"
#include "notifier/filter/compile_set.hpp"
#include "notifier/filter/filter_pass.hpp"
#include "notifier/filter/filter_set.hpp"
#include "notifier/json/document.hpp"

using notifier::Filter;
using notifier::detail::FilterPass;
using notifier::detail::FilterSet;
using notifier::detail::Hasher;

namespace {

std::vector<Filter> compile(const std::vector<std::string>& patterns) {
  std::vector<Filter> filters;
  for (const std::string& pattern : patterns) {
    const auto filter = Filter::compile(pattern);
    REQUIRE_MESSAGE(filter, pattern);
    filters.push_back(*filter);
  }
  return filters;
}

/// The places of the filters that match, asked together.
std::vector<std::uint32_t> together(FilterPass& pass, const FilterSet& set, notifier::json::View event) {
  const std::uint64_t* const met = pass.find(set, event);
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    if ((met[i / 64] >> i % 64 & 1) != 0) found.push_back(i);
  }
  return found;
}

std::vector<std::uint32_t> alone(const std::vector<Filter>& filters, notifier::json::View event) {
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (filters[i].matches(event)) found.push_back(static_cast<std::uint32_t>(i));
  }
  return found;
}

/// Checks all of the filters with each of the events, twice: the second time some is known of the texts.
void check_same(const std::vector<std::string>& patterns, const std::vector<std::string>& events) {
  const std::vector<Filter> filters = compile(patterns);
  const FilterSet set(filters, Hasher(7));
  FilterPass pass;
  notifier::json::Document document;
  for (int round = 0; round < 3; ++round) {
    for (const std::string& event : events) {
      CAPTURE(event);
      const auto root = document.parse(event);
      REQUIRE(root);
      const auto expected = alone(filters, *root);
      const auto found = together(pass, set, *root);
      if (found == expected) continue;
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        const auto place = static_cast<std::uint32_t>(i);
        CAPTURE(patterns[i]);
        CHECK(std::count(found.begin(), found.end(), place) == std::count(expected.begin(), expected.end(), place));
      }
    }
  }
}

}  // namespace

TEST_CASE("all patterns of the engine's verdicts, asked together of all its events, decide as each does alone") {
  const std::string text = read_test_data("filter_verdicts.txt");
  std::vector<std::string> patterns;
  std::vector<std::string> events;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = text.substr(begin, end - begin);
    const std::size_t arrow = line.find(" <- ");
    if (arrow == std::string::npos || line[0] == '#') continue;
    patterns.push_back(line.substr(0, arrow));
    events.push_back(line.substr(arrow + 4));
  }
  REQUIRE(patterns.size() > 50);
  check_same(patterns, events);
  // And each in a set of its own.
  for (std::size_t i = 0; i < patterns.size(); ++i) check_same({patterns[i]}, events);
}

TEST_CASE("patterns and events drawn at random: together as alone") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    FilterSentences draw(seed);
    std::vector<std::string> patterns;
    std::vector<std::string> events;
    const std::size_t count = seed % 3 == 0 ? 200 : 1 + draw.below(40);
    while (patterns.size() < count) {
      std::string pattern = draw.pattern();
      if (Filter::compile(pattern)) patterns.push_back(std::move(pattern));
    }
    for (int i = 0; i < 60; ++i) events.push_back(draw.event());
    check_same(patterns, events);
  }
}

TEST_CASE("a pass goes from set to set, and takes nothing along") {
  const std::vector<Filter> first = compile({R"({"a":["x"]})", R"({"b":["y"]})"});
  const std::vector<Filter> second = compile({R"({"b":["x"]})", R"({"a":["y"]})", R"({"a":["x"],"b":["x"]})"});
  const FilterSet one(first, Hasher(1));
  const FilterSet two(second, Hasher(1));
  FilterPass pass;
  notifier::json::Document document;
  for (const char* event : {R"({"a":"x","b":"x"})", R"({"a":"x"})", R"({"b":"y","a":"y"})", "{}", "[]", "7"}) {
    const auto root = document.parse(event);
    for (int i = 0; i < 3; ++i) {
      CHECK(together(pass, one, *root) == alone(first, *root));
      CHECK(together(pass, two, *root) == alone(second, *root));
    }
  }
  // An event that no text was read for.
  CHECK(together(pass, one, notifier::json::View()).empty());
}

TEST_CASE("what is asked for inside of a text is found wherever it stands, however often it begins to") {
  const std::string many = "*" + std::string(20, 'a') + "b*";
  const std::vector<std::string> patterns = {
      R"({"a":[{"wildcard":")" + many + "\"}]}", R"({"a":[{"wildcard":"*aa*"}]})", R"({"a":[{"wildcard":"*a*b*"}]})",
      R"({"a":[{"wildcard":"*xyz*"}]})", R"({"a":[{"anything-but":{"wildcard":"*aab*"}}]})"};
  check_same(patterns, {R"({"a":")" + std::string(500, 'a') + "\"}", R"({"a":")" + std::string(500, 'a') + "b\"}",
                        R"({"a":["xy","xyz",""]})", R"({"a":""})"});
}

TEST_CASE("long texts that begin alike are told apart") {
  const std::string head(300, 'h');
  std::vector<std::string> patterns;
  for (const char* end : {"1", "2", "3"}) {
    patterns.push_back(R"({"a":[")" + head + end + "\"]}");
    patterns.push_back(R"({"a":[{"prefix":")" + head + end + "\"}]}");
    patterns.push_back(R"({"a":[{"suffix":")" + std::string(end) + head + "\"}]}");
    patterns.push_back(R"({"a":[{"equals-ignore-case":")" + head + end + "\"}]}");
  }
  check_same(patterns, {R"({"a":")" + head + "2\"}", R"({"a":"2)" + head + "\"}", R"({"a":")" + head + "\"}",
                        R"({"a":")" + std::string(300, 'H') + "3\"}"});
}

TEST_CASE("texts that never come again drive out none that do, and all are judged") {
  std::vector<std::string> patterns;
  for (int i = 0; i < 100; ++i) patterns.push_back(R"({"a":[{"suffix":")" + std::to_string(i) + "\"}]}");
  const std::vector<Filter> filters = compile(patterns);
  const FilterSet set(filters, Hasher(3));
  FilterPass pass;
  notifier::json::Document document;
  for (int i = 0; i < 30000; ++i) {
    const auto root = document.parse(R"({"a":"host-)" + std::to_string(i % 3 == 0 ? i % 9000 : i) + "\"}");
    const std::size_t number = static_cast<std::size_t>(i % 3 == 0 ? i % 9000 : i);
    // Its last digit, and its last two where they are no other's.
    const std::size_t expected = number < 10 ? 1 : number % 100 < 10 ? 1 : 2;
    REQUIRE(together(pass, set, *root).size() == expected);
  }
}
