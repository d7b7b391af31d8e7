// From filters to a FilterSet.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/filter/file_conditions.hpp"
#include "notifier/filter/filter_set.hpp"
#include "notifier/heap_sort.hpp"
#include "notifier/json/read_number.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whether two conditions ask for the same.
inline bool is_same(const Condition& a, const Condition& b) noexcept {
  if (a.kind != b.kind || a.flag != b.flag || a.text != b.text || a.low != b.low || a.high != b.high ||
      a.has_low != b.has_low || a.has_high != b.has_high || a.includes_low != b.includes_low ||
      a.includes_high != b.includes_high || a.parts.size() != b.parts.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    if (!is_same(a.parts[i], b.parts[i])) return false;
  }
  return true;
}

class SetCompiler {
 public:
  SetCompiler(FilterSet& out, const Hasher& hasher) : out_(out), hasher_(hasher) {}

  void compile() {
    number_tests();
    choose_keys();
    ConditionFiler(out_, hasher_).file_all();
  }

 private:
  /// A test of a filter.
  struct Use {
    std::uint64_t hash;
    const FieldTest* test;
    std::uint32_t field;
    std::uint32_t at;  // its place among all uses
  };

  std::uint64_t hash(const Condition& condition) const {
    std::uint64_t h = hasher_(condition.text) + static_cast<std::uint64_t>(condition.kind) * 31 + condition.flag;
    h = h * 31 + static_cast<std::uint64_t>(static_cast<std::int64_t>(condition.bits));
    for (const Condition& part : condition.parts) h = h * 31 + hash(part);
    const char* const bytes = reinterpret_cast<const char*>(&condition.low);
    return h * 31 + hasher_(std::string_view(bytes, sizeof(double))) + (condition.high > 0 ? 7u : 0u);
  }

  static bool is_same_test(const Use& a, const Use& b) noexcept {
    if (a.field != b.field || a.test->conditions.size() != b.test->conditions.size()) return false;
    for (std::size_t i = 0; i < a.test->conditions.size(); ++i) {
      if (!is_same(a.test->conditions[i], b.test->conditions[i])) return false;
    }
    return true;
  }

  std::uint32_t field_of(std::string_view path) {
    const std::uint32_t node = out_.keys.add(path);
    if (out_.keys[node].field == KeyTree::none) {
      out_.keys[node].field = static_cast<std::uint32_t>(out_.fields.size());
      out_.fields.emplace_back();
      nodes_.push_back(node);
    }
    return out_.keys[node].field;
  }

  /// Gives equal tests one number.
  void number_tests() {
    std::vector<Use> uses;
    for (std::size_t filter = 0; filter < out_.size(); ++filter) {
      const Pattern& pattern = out_.pattern(filter);
      first_use_.push_back(static_cast<std::uint32_t>(uses.size()));
      for (const FieldTest& test : pattern.tests) {
        const std::uint32_t field = field_of(pattern.paths[test.path]);
        std::uint64_t h = field;
        for (const Condition& condition : test.conditions) h = h * 31 + hash(condition);
        uses.push_back({h, &test, field, static_cast<std::uint32_t>(uses.size())});
      }
    }
    heap_sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.hash < b.hash; });
    test_of_use_.resize(uses.size());
    std::vector<const Use*> same_hash;
    for (const Use& use : uses) {
      if (!same_hash.empty() && same_hash[0]->hash != use.hash) same_hash.clear();
      const Use* same = nullptr;
      for (const Use* known : same_hash) same = is_same_test(*known, use) ? known : same;
      if (same != nullptr) {
        test_of_use_[use.at] = test_of_use_[same->at];
        continue;
      }
      test_of_use_[use.at] = static_cast<std::uint32_t>(out_.tests.size());
      const std::vector<Condition>& conditions = use.test->conditions;
      out_.tests.push_back({conditions.data(), static_cast<std::uint32_t>(conditions.size()), use.field, {}});
      same_hash.push_back(&use);
    }
  }

  std::uint32_t test_of(std::size_t filter, std::uint16_t test) const {
    return test_of_use_[first_use_[filter] + test];
  }

  /// How many events are likely to meet a condition, beside others.
  static std::uint64_t weight(const Condition& condition) noexcept {
    using Kind = Condition::Kind;
    switch (condition.kind) {
      case Kind::number:
      case Kind::text:
      case Kind::any_case: return 1;
      case Kind::prefix:
      case Kind::suffix: return condition.text.empty() ? 1000 : 2;
      case Kind::wildcard: return condition.text == "*" ? 1000 : 3;
      case Kind::network: return 4;
      case Kind::numeric: return 8;
      case Kind::null:
      case Kind::boolean: return 50;
      default: return 1000;
    }
  }

  void choose_keys() {
    std::vector<std::uint64_t> users(out_.tests.size());
    for_each_alternative([&](std::size_t filter, const std::vector<std::uint16_t>& tests) {
      for (const std::uint16_t test : tests) ++users[test_of(filter, test)];
    });
    for (std::size_t i = 0; i < users.size(); ++i) {
      std::uint64_t most = 1;
      for_each_condition(out_.tests[i],
                         [&](const Condition& condition) { most = (std::max)(most, weight(condition)); });
      users[i] *= most;
    }
    std::vector<std::pair<std::uint32_t, FilterSet::Alternative>> keyed;
    for_each_alternative([&](std::size_t filter, const std::vector<std::uint16_t>& tests) {
      std::size_t key = 0;
      for (std::size_t i = 1; i < tests.size(); ++i) {
        if (users[test_of(filter, tests[i])] < users[test_of(filter, tests[key])]) key = i;
      }
      FilterSet::Alternative alternative{static_cast<std::uint32_t>(filter), {}, {}};
      alternative.others.begin = static_cast<std::uint32_t>(out_.others.size());
      for (std::size_t i = 0; i < tests.size(); ++i) {
        if (i != key) out_.others.push_back(test_of(filter, tests[i]));
      }
      alternative.others.count = static_cast<std::uint32_t>(tests.size()) - 1;
      find_forks(filter, tests, alternative.forks);
      keyed.emplace_back(test_of(filter, tests[key]), alternative);
    });
    heap_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, alternative] : keyed) {
      FilterSet::Span& span = out_.tests[key].alternatives;
      if (span.count++ == 0) span.begin = static_cast<std::uint32_t>(out_.alternatives.size());
      out_.alternatives.push_back(alternative);
    }
  }

  template <class Visit>
  void for_each_alternative(Visit&& visit) {
    for (std::size_t filter = 0; filter < out_.size(); ++filter) {
      for (const auto& tests : out_.pattern(filter).alternatives) visit(filter, tests);
    }
  }

  void find_forks(std::size_t filter, const std::vector<std::uint16_t>& tests, FilterSet::Span& forks) {
    forks.begin = static_cast<std::uint32_t>(out_.forks.size());
    for (std::size_t i = 0; i < tests.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const std::uint32_t fork = out_.keys.common(nodes_[out_.tests[test_of(filter, tests[i])].field],
                                                    nodes_[out_.tests[test_of(filter, tests[j])].field]);
        const auto begin = out_.forks.begin() + static_cast<std::ptrdiff_t>(forks.begin);
        if (std::find(begin, out_.forks.end(), fork) == out_.forks.end()) out_.forks.push_back(fork);
      }
    }
    forks.count = static_cast<std::uint32_t>(out_.forks.size()) - forks.begin;
  }

  FilterSet& out_;
  const Hasher& hasher_;
  std::vector<std::uint32_t> nodes_;      // of each field
  std::vector<std::uint32_t> first_use_;  // of each filter
  std::vector<std::uint32_t> test_of_use_;
};

inline FilterSet::FilterSet(std::vector<Filter> filters, const Hasher& hasher)
    : keys(hasher), filters_(std::move(filters)) {
  SetCompiler(*this, hasher).compile();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
