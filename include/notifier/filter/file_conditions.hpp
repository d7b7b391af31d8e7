// Where a FilterSet finds each condition of its keys.

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

#include "notifier/filter/filter_set.hpp"
#include "notifier/heap_sort.hpp"
#include "notifier/json/read_number.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Calls `visit(const Condition&)` for each condition of a test.
template <class Visit>
void for_each_condition(const FilterSet::Test& test, Visit&& visit) {
  for (std::uint32_t i = 0; i < test.condition_count; ++i) visit(test.conditions[i]);
}

/// The bits of an address, one character each, behind its family.
inline std::string bits_of(const IpAddress& address, std::size_t count) {
  std::string bits(1, address.is_v6 ? '6' : '4');
  for (std::size_t i = 0; i < count; ++i) bits += (address.bytes[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  return bits;
}

/// Files the conditions of tests that are keys under their fields, by what is to find them.
class ConditionFiler {
 public:
  /// @param out  has its tests and alternatives
  ConditionFiler(FilterSet& out, const Hasher& hasher) : out_(out), hasher_(hasher) {}

  void file_all() {
    file_conditions();
    place_items();
  }

 private:
  using Place = FilterSet::Place;

  /// A condition on its way to its place.
  struct Item {
    std::uint32_t field;
    Place place;
    LiteralTrees::Literal literal;
    double low, high;
  };

  /// Longer texts are found by so many bytes and then verified: a tree is no deeper.
  static constexpr std::size_t most_bytes = 128;
  /// What may begin anywhere is looked for from every byte on.
  static constexpr std::size_t most_bytes_inside = 16;
  static constexpr std::uint32_t counters = 8192;
  /// With fewer conditions, a text is looked up as fast as what was found out of it.
  static constexpr std::size_t many = 8;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  void file_conditions() {
    // How many wildcards begin, and end, alike: roughly, by hash.
    alike_.assign(counters, 0);
    for (const FilterSet::Test& test : out_.tests) {
      for_each_condition(test, [&](const Condition& condition) {
        if (condition.kind != Condition::Kind::wildcard) return;
        ++alike(test.field, condition.wildcard[0]);
        ++alike(test.field + 1, condition.wildcard[condition.wildcard.size() - 1]);
      });
    }
    for (std::size_t test = 0; test < out_.tests.size(); ++test) {
      if (out_.tests[test].alternatives.count == 0) continue;
      for_each_condition(out_.tests[test],
                         [&](const Condition& condition) { file(condition, static_cast<std::uint32_t>(test), none); });
    }
  }

  std::uint32_t& alike(std::uint64_t salt, std::string_view text) {
    return alike_[(hasher_(text) + salt * 0x9E3779B97F4A7C15u) >> 32 & (counters - 1)];
  }

  /// @param exception_to  the found of what asks for anything but this; `none` where it is asked for itself
  void file(const Condition& condition, std::uint32_t test, std::uint32_t exception_to) {
    using Kind = Condition::Kind;
    switch (condition.kind) {
      case Kind::null: add(FilterSet::null, nullptr, test, exception_to); break;
      case Kind::boolean: add(condition.flag ? FilterSet::yes : FilterSet::no, nullptr, test, exception_to); break;
      case Kind::exists: add(FilterSet::any, nullptr, test, exception_to); break;
      case Kind::absent: add(FilterSet::absent, nullptr, test, exception_to); break;
      case Kind::number: {
        Item& item = add(FilterSet::ranges, &condition, test, exception_to);
        item.low = item.high = json::to_double(condition.text);
        break;
      }
      case Kind::numeric: {
        constexpr double most = (std::numeric_limits<double>::max)();
        Item& item = add(FilterSet::ranges, nullptr, test, exception_to);
        item.low = !condition.has_low ? -most : condition.includes_low ? condition.low : next(condition.low, true);
        item.high = !condition.has_high ? most : condition.includes_high ? condition.high : next(condition.high, false);
        break;
      }
      case Kind::text:
        add_text(FilterSet::forward, condition.text, true, nullptr, test, exception_to, condition);
        if (condition.address) add_network(condition, test, exception_to);
        break;
      case Kind::network: add_network(condition, test, exception_to); break;
      case Kind::prefix:
        add_text(FilterSet::forward, condition.text, false, nullptr, test, exception_to, condition);
        break;
      case Kind::suffix:
        add_text(FilterSet::backward, condition.text, false, nullptr, test, exception_to, condition);
        break;
      case Kind::any_case: add_any_case(condition, test, exception_to); break;
      case Kind::wildcard: add_wildcard(condition, test, exception_to); break;
      case Kind::none_of: {
        const std::uint32_t itself = add(FilterSet::none_of, nullptr, test, exception_to).literal.number;
        for (const Condition& part : condition.parts) file(part, test, itself);
        break;
      }
    }
  }

  static double next(double value, bool is_up) noexcept {
    constexpr double endless = std::numeric_limits<double>::infinity();
    return std::nextafter(value, is_up ? endless : -endless);
  }

  Item& add(Place place, const Condition* to_verify, std::uint32_t test, std::uint32_t exception_to) {
    const auto found = static_cast<std::uint32_t>(out_.founds.size());
    FilterSet::Found one{to_verify, test, false};
    const FilterSet::Span keyed = out_.tests[test].alternatives;
    if (exception_to != none) {
      one.of = exception_to;
      one.is_exception = true;
    } else if (keyed.count == 1 && out_.alternatives[keyed.begin].others.count == 0) {
      one.of = out_.alternatives[keyed.begin].filter | FilterSet::Found::whole_filter;
    }
    out_.founds.push_back(one);
    items_.push_back({out_.tests[test].field, place, {{}, false, found}, 0, 0});
    return items_.back();
  }

  void add_text(Place place, std::string_view text, bool is_whole, const Condition* to_verify, std::uint32_t test,
                std::uint32_t exception_to, const Condition& condition) {
    const std::size_t most = place == FilterSet::inside ? most_bytes_inside : most_bytes;
    if (text.size() > most) {
      text = place == FilterSet::backward ? text.substr(text.size() - most) : text.substr(0, most);
      is_whole = false;
      to_verify = &condition;
    }
    LiteralTrees::Literal& literal = add(place, to_verify, test, exception_to).literal;
    literal.text = text;
    literal.is_whole = is_whole;
    if (place == FilterSet::backward) std::reverse(literal.text.begin(), literal.text.end());
  }

  void add_network(const Condition& condition, std::uint32_t test, std::uint32_t exception_to) {
    LiteralTrees::Literal& literal = add(FilterSet::network, nullptr, test, exception_to).literal;
    literal.text = bits_of(*condition.address, condition.bits);
  }

  /// By its letters of ASCII, up to the first that is of no ASCII in one of its forms.
  void add_any_case(const Condition& condition, std::uint32_t test, std::uint32_t exception_to) {
    std::string text;
    for (const auto& forms : condition.letters) {
      bool is_plain = true;
      for (const std::string& form : forms) is_plain = is_plain && form.size() == 1 && (form[0] & 0x80) == 0;
      if (!is_plain) break;
      text += forms[2];
    }
    const bool is_all = text.size() == condition.letters.size();
    add_text(FilterSet::folded, text, is_all, is_all ? nullptr : &condition, test, exception_to, condition);
  }

  /// By what it begins with or ends with, whichever fewer others have; else by the longest text that it holds.
  void add_wildcard(const Condition& condition, std::uint32_t test, std::uint32_t exception_to) {
    const Wildcard& wildcard = condition.wildcard;
    const std::string_view first = wildcard[0];
    const std::string_view last = wildcard[wildcard.size() - 1];
    const std::uint64_t field = out_.tests[test].field;
    if (wildcard.size() == 1) {
      add_text(FilterSet::forward, first, true, nullptr, test, exception_to, condition);
      return;
    }
    const bool is_simple = wildcard.size() == 2 && (first.empty() || last.empty());
    const Condition* const to_verify = is_simple ? nullptr : &condition;
    std::string_view longest;
    for (std::size_t i = 1; i + 1 < wildcard.size(); ++i) {
      if (wildcard[i].size() > longest.size()) longest = wildcard[i];
    }
    if (first.empty() && last.empty() && !longest.empty()) {
      longest.remove_prefix(longest.size() - (std::min)(longest.size(), most_bytes_inside));
      add_text(FilterSet::inside, longest, false, to_verify, test, exception_to, condition);
      return;
    }
    const std::uint32_t alike_first = first.empty() ? none : alike(field, first);
    const std::uint32_t alike_last = last.empty() ? none : alike(field + 1, last);
    const bool is_last = alike_last != alike_first ? alike_last < alike_first : last.size() > first.size();
    add_text(is_last ? FilterSet::backward : FilterSet::forward, is_last ? last : first, false, to_verify, test,
             exception_to, condition);
    if (to_verify == nullptr) return;
    FilterSet::Found& found = out_.founds.back();
    const std::string_view edge =
        is_last ? first.substr(0, 8) : last.substr(last.size() - (std::min)(last.size(), std::size_t{8}));
    for (std::size_t i = 0; i < wildcard.size(); ++i)
      found.least_size += static_cast<std::uint32_t>(wildcard[i].size());
    found.edge_size = static_cast<std::uint8_t>(edge.size());
    found.edge_is_end = !is_last;
    found.edge = load_up_to_8(edge.data(), edge.size());
  }

  void place_items() {
    heap_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
      if (a.field != b.field) return a.field < b.field;
      if (a.place != b.place) return a.place < b.place;
      return a.place == FilterSet::ranges ? a.low < b.low : a.literal.text < b.literal.text;
    });
    std::vector<LiteralTrees::Literal> literals;
    std::vector<NumberRanges::Range> ranges;
    for (std::size_t begin = 0, end = 0; begin < items_.size(); begin = end) {
      literals.clear();
      ranges.clear();
      for (end = begin; end < items_.size() && is_together(items_[begin], items_[end]); ++end) {
        Item& item = items_[end];
        if (item.place == FilterSet::ranges) ranges.push_back({item.low, item.high, item.literal.number});
        if (item.place < FilterSet::ranges) literals.push_back(std::move(item.literal));
      }
      const Item& item = items_[begin];
      FilterSet::Span& span = out_.fields[item.field].places[item.place];
      span.count = static_cast<std::uint32_t>(end - begin);
      const bool is_of_texts = item.place <= FilterSet::network || item.place == FilterSet::none_of;
      if (is_of_texts && span.count >= many) out_.fields[item.field].is_worth_knowing = true;
      if (item.place < FilterSet::ranges) {
        span.begin = out_.literals.add(literals.data(), literals.size());
      } else if (item.place == FilterSet::ranges) {
        span.begin = out_.numbers.add(ranges.data(), ranges.size());
      } else {
        span.begin = static_cast<std::uint32_t>(out_.lists.size());
        for (std::size_t i = begin; i < end; ++i) out_.lists.push_back(items_[i].literal.number);
      }
      if (item.place == FilterSet::absent) out_.absences.push_back(item.field);
    }
  }

  static bool is_together(const Item& a, const Item& b) noexcept { return a.field == b.field && a.place == b.place; }

  FilterSet& out_;
  const Hasher& hasher_;
  std::vector<std::uint32_t> alike_;
  std::vector<Item> items_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
