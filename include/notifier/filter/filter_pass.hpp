// Which of many filters an event meets, in one pass over it.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/filter/evaluate.hpp"
#include "notifier/filter/filter_set.hpp"
#include "notifier/filter/known_values.hpp"
#include "notifier/json/read_number.hpp"
#include "notifier/json/view.hpp"
#include "notifier/text/bytes.hpp"
#include "notifier/text/prefetch.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Decides the filters of sets, one event at a time; allocates nothing once it has room for the largest. Used by one
/// thread.
class FilterPass {
 public:
  /// Finds the filters that an event meets.
  /// @param event  its root
  /// @return one bit for each filter of the set, 64 a word: whether it is met. Valid until the next call
  const std::uint64_t* find(const FilterSet& set, json::View event) {
    begin(set, event);
    arrive(0, event, false);
    for (const std::uint32_t field : set.absences) {
      if (fields_[field].at == now_) continue;
      noted_.clear();
      take_list(set.fields[field].places[FilterSet::absent], {});
      note({noted_.data(), noted_.size()});
    }
    decide();
    return matches_.data();
  }

 private:
  /// What was seen of a node of the keys: when last, and whether there was more than one way to it.
  struct NodeState {
    std::uint64_t at = 0;
    std::uint64_t shared_at = 0;
  };
  struct FieldState {
    std::uint64_t at = 0;
    std::uint32_t first = 0;  // of its values
    std::uint32_t last = 0;
  };
  static constexpr std::uint32_t none = 0xFFFFFFFFu;
  struct Value {
    explicit Value(json::View its_value) noexcept : value(its_value) {}

    json::View value;
    std::uint32_t next = none;
  };

  void begin(const FilterSet& set, json::View event) {
    set_ = &set;
    event_ = event;
    now_ += 2;
    matches_.assign((set.size() + 63) / 64, 0);
    met_.clear();
    values_.clear();
    if (nodes_.size() < set.keys.size()) nodes_.resize(set.keys.size());
    if (fields_.size() < set.fields.size()) fields_.resize(set.fields.size());
    if (tests_.size() < set.tests.size()) tests_.resize(set.tests.size());
    if (exceptions_.size() < set.founds.size()) exceptions_.resize(set.founds.size());
    if (verified_.size() < set.founds.size()) verified_.resize(set.founds.size());
    if (refused_.size() < set.size()) refused_.resize(set.size());
  }

  /// A value at the end of a path.
  /// @param is_shared  whether others may be at the same path
  void arrive(std::uint32_t number, json::View value, bool is_shared) {
    const KeyTree::Node& node = set_->keys[number];
    if (value.is_object()) {
      if (node.has_children) enter(number, value, mark(number, is_shared));
    } else if (value.is_array()) {
      if (node.has_children) is_shared = mark(number, true);
      value.for_each_element([&](json::View element) { arrive(number, element, is_shared); });
    } else if (node.field != KeyTree::none && value.exists()) {
      take(node.field, value);
    }
  }

  bool mark(std::uint32_t number, bool is_shared) {
    NodeState& state = nodes_[number];
    is_shared = is_shared || state.at == now_;
    state.at = now_;
    if (is_shared) state.shared_at = now_;
    return is_shared;
  }

  void enter(std::uint32_t number, json::View object, bool is_shared) {
    const KeyTree& keys = set_->keys;
    const bool has_grandchildren = keys[number].has_grandchildren;
    object.for_each_member([&](std::string_view key, json::View member) {
      const std::uint32_t child = keys.find(number, key);
      if (child != KeyTree::none) {
        arrive(child, member, is_shared);
      } else if (has_grandchildren && key.find('.') != std::string_view::npos) {
        enter_dotted(number, key, member, is_shared);
      }
    });
  }

  /// A key with dots stands for several.
  void enter_dotted(std::uint32_t number, std::string_view key, json::View member, bool is_shared) {
    for (;;) {
      const std::size_t dot = key.find('.');
      number = set_->keys.find(number, key.substr(0, dot));
      if (number == KeyTree::none) return;
      if (dot == std::string_view::npos) return arrive(number, member, is_shared);
      is_shared = mark(number, is_shared);
      key.remove_prefix(dot + 1);
    }
  }

  /// A scalar of a field: keeps it, and notes the keys that it meets.
  void take(std::uint32_t number, json::View value) {
    FieldState& state = fields_[number];
    const auto place = static_cast<std::uint32_t>(values_.size());
    values_.emplace_back(value);
    if (state.at == now_) {
      values_[state.last].next = place;
    } else {
      state.at = now_;
      state.first = place;
    }
    state.last = place;

    ++value_;
    noted_.clear();
    const FilterSet::Field& field = set_->fields[number];
    if (!value.is_string()) {
      look_up(field, value);
      return note({noted_.data(), noted_.size()});
    }
    const std::string_view text = value.string();
    if (!field.is_worth_knowing) {
      look_up_text(field, value, text);
      return note({noted_.data(), noted_.size()});
    }
    const std::uint64_t owner = set_->serial << 32 | number;
    const std::uint64_t hash = set_->keys.hash(text) + owner * 0x9E3779B97F4A7C15u;
    if (const KnownValues::List* const known = known_.find(owner, text, hash)) return note(*known);
    look_up_text(field, value, text);
    known_.note(owner, text, hash, noted_);
    note({noted_.data(), noted_.size()});
  }

  /// Puts what a value meets into noted_.
  void look_up(const FilterSet::Field& field, json::View value) {
    switch (value.kind()) {
      case json::Kind::null: take_list(field.places[FilterSet::null], value); break;
      case json::Kind::boolean: take_list(field.places[value.boolean() ? FilterSet::yes : FilterSet::no], value); break;
      default: {
        const FilterSet::Span ranges = field.places[FilterSet::ranges];
        if (ranges.count == 0) break;
        set_->numbers.find(ranges.begin, ranges.count, json::to_double(value.digits()), found_);
        take_found(value);
      }
    }
    take_rest(field, value);
  }

  void look_up_text(const FilterSet::Field& field, json::View value, std::string_view text) {
    using Reading = LiteralTrees::Reading;
    find_texts(field.places[FilterSet::forward], text, Reading::forward);
    find_texts(field.places[FilterSet::backward], text, Reading::backward);
    find_texts(field.places[FilterSet::folded], text, Reading::folded);
    if (field.places[FilterSet::network].count != 0 && text.size() <= 64) {
      IpAddress address;
      if (read_filter_address(text, address)) {
        char bits[129];
        find_texts(field.places[FilterSet::network], write_bits(address, bits), Reading::forward);
      }
    }
    take_found(value);
    if (field.places[FilterSet::inside].count != 0) {
      for (std::size_t from = 0; from < text.size(); ++from) {
        find_texts(field.places[FilterSet::inside], text.substr(from), Reading::forward);
        if (!found_.empty()) take_found(value);
      }
    }
    take_rest(field, value);
  }

  void find_texts(FilterSet::Span place, std::string_view text, LiteralTrees::Reading reading) {
    if (place.count != 0) set_->literals.find(place.begin, text, reading, found_);
  }

  /// What any value meets, and any but those that were found.
  void take_rest(const FilterSet::Field& field, json::View value) {
    take_list(field.places[FilterSet::any], value);
    const FilterSet::Span exceptions = field.places[FilterSet::none_of];
    for (std::uint32_t i = 0; i < exceptions.count; ++i) {
      const std::uint32_t found = set_->lists[exceptions.begin + i];
      if (exceptions_[found] != value_) take_one(found, value);
    }
  }

  static std::string_view write_bits(const IpAddress& address, char* out) noexcept {
    const std::size_t count = 8 * address.size();
    out[0] = address.is_v6 ? '6' : '4';
    for (std::size_t i = 0; i < count; ++i)
      out[1 + i] = static_cast<char>('0' + (address.bytes[i / 8] >> (7 - i % 8) & 1));
    return {out, count + 1};
  }

  void take_found(json::View value) {
    for (const std::uint32_t number : found_) take_one(number, value);
    found_.clear();
  }
  void take_list(FilterSet::Span list, json::View value) {
    for (std::uint32_t i = 0; i < list.count; ++i) take_one(set_->lists[list.begin + i], value);
  }
  void take_one(std::uint32_t number, json::View value) {
    const FilterSet::Found& found = set_->founds[number];
    if (found.to_verify != nullptr && !is_verified(found, number, value)) return;
    if (found.is_exception) {
      exceptions_[found.of] = value_;
    } else {
      noted_.push_back(found.of);
    }
  }
  bool is_verified(const FilterSet::Found& found, std::uint32_t number, json::View value) {
    if (found.least_size != 0) {
      const std::string_view text = value.string();
      if (text.size() < found.least_size) return false;
      const char* const edge = text.data() + (found.edge_is_end ? text.size() - found.edge_size : 0);
      if (load_up_to_8(edge, found.edge_size) != found.edge) return false;
    }
    if (verified_[number] == value_) return false;
    verified_[number] = value_;
    return found.to_verify->meets(value);
  }

  /// Tests that are met, and filters.
  void note(KnownValues::List met) {
    for (std::size_t i = 0; i < met.count; ++i) {
      const std::uint32_t of = met.numbers[i];
      if ((of & FilterSet::Found::whole_filter) != 0) {
        match(of & ~FilterSet::Found::whole_filter);
      } else if (tests_[of] != now_ + 1) {
        tests_[of] = now_ + 1;
        met_.push_back(of);
        prefetch(&set_->tests[of]);
      }
    }
  }
  void match(std::uint32_t filter) { matches_[filter / 64] |= std::uint64_t{1} << filter % 64; }

  /// Once all values are known: what is left to be asked of the filters whose key was met. What is read of one is on
  /// its way while another is looked at.
  void decide() {
    for (const std::uint32_t test : met_) prefetch(&set_->alternatives[set_->tests[test].alternatives.begin]);
    asked_.clear();
    for (const std::uint32_t test : met_) {
      const FilterSet::Span span = set_->tests[test].alternatives;
      for (std::uint32_t i = span.begin; i < span.begin + span.count; ++i) {
        asked_.push_back(i);
        const FilterSet::Span others = set_->alternatives[i].others;
        if (others.count != 0) prefetch(&set_->tests[set_->others[others.begin]]);
      }
    }
    for (const std::uint32_t i : asked_) {
      const FilterSet::Span others = set_->alternatives[i].others;
      if (others.count != 0) prefetch(set_->tests[set_->others[others.begin]].conditions);
    }
    for (const std::uint32_t i : asked_) decide(set_->alternatives[i]);
  }

  void decide(const FilterSet::Alternative& alternative) {
    const std::uint32_t filter = alternative.filter;
    if ((matches_[filter / 64] >> filter % 64 & 1) != 0 || refused_[filter] == now_) return;
    if (!are_met(alternative.others)) return;
    if (!is_shared(alternative.forks) || Evaluation(set_->pattern(filter), event_, room_).matches()) {
      match(filter);
    } else {
      refused_[filter] = now_;
    }
  }

  bool are_met(FilterSet::Span tests) {
    for (std::uint32_t i = 0; i < tests.count; ++i) {
      if (!is_met(set_->others[tests.begin + i])) return false;
    }
    return true;
  }

  /// Whether it is not enough that each field is met: then those of one list are to be met by the same element.
  bool is_shared(FilterSet::Span forks) const {
    for (std::uint32_t i = 0; i < forks.count; ++i) {
      if (nodes_[set_->forks[forks.begin + i]].shared_at == now_) return true;
    }
    return false;
  }

  bool is_met(std::uint32_t number) {
    std::uint64_t& state = tests_[number];
    if (state == now_ || state == now_ + 1) return state != now_;
    const FilterSet::Test& test = set_->tests[number];
    const FieldState& field = fields_[test.field];
    bool is_met = false;
    for (std::uint32_t condition = 0; condition < test.condition_count; ++condition) {
      if (field.at != now_) {
        is_met = is_met || test.conditions[condition].kind == Condition::Kind::absent;
        continue;
      }
      for (std::uint32_t i = field.first; i != none && !is_met; i = values_[i].next) {
        is_met = test.conditions[condition].meets(values_[i].value);
      }
    }
    state = now_ + (is_met ? 1u : 0u);
    return is_met;
  }

  const FilterSet* set_ = nullptr;
  json::View event_;
  std::uint64_t now_ = 0;    // even; what has another number is of another event
  std::uint64_t value_ = 0;  // the same for values
  std::vector<NodeState> nodes_;
  std::vector<FieldState> fields_;
  std::vector<std::uint64_t> tests_;       // 1 more than the event's number where it is met
  std::vector<std::uint64_t> exceptions_;  // by found: the value that it does not want
  std::vector<std::uint64_t> verified_;    // by found: the value
  std::vector<std::uint64_t> refused_;     // by filter
  std::vector<Value> values_;
  std::vector<std::uint32_t> found_;
  std::vector<std::uint32_t> noted_;
  KnownValues known_;
  std::vector<std::uint32_t> met_;
  std::vector<std::uint32_t> asked_;  // alternatives
  std::vector<std::uint64_t> matches_;
  EvaluationRoom room_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
