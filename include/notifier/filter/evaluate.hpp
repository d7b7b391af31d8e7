// Whether an event is what a pattern asks for: the plain way, one pattern at a time.

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/filter/find_path.hpp"
#include "notifier/filter/pattern.hpp"
#include "notifier/json/view.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Memory for evaluations that is used again and again, by one at a time.
struct EvaluationRoom {
  using Fields = std::bitset<NOTIFIER_MAX_FILTER_FIELDS>;

  /// A value that some of the wanted fields lead to, and how much of their paths is behind.
  struct Way {
    Fields fields;
    json::View value;
    std::size_t offset;
  };

  std::vector<const FieldTest*> tests;  // by path, those of the alternative at hand
  std::vector<Way> ways;                // a stack, as is the next
  std::vector<std::size_t> leading;
};

/// Looks through an event for what a pattern asks. Used for one event; borrows both.
///
/// A field is met by any scalar at its path, whatever lists it stands in; but fields that stand in one list are to be
/// met by the same element of it. A path may be reached in several ways (a key twice, or with a dot in it): then any of
/// them will do.
class Evaluation {
 public:
  using Fields = EvaluationRoom::Fields;
  using Way = EvaluationRoom::Way;

  Evaluation(const Pattern& pattern, json::View event, EvaluationRoom& room)
      : pattern_(pattern), event_(event), room_(room) {
    room.ways.clear();
    room.leading.clear();
    if (room.tests.size() < pattern.paths.size()) room.tests.resize(pattern.paths.size());
  }

  bool matches() {
    for (std::size_t i = 0; i < pattern_.alternatives.size(); ++i) {
      if (matches(i)) return true;
    }
    return false;
  }

  /// Whether all tests of an alternative are met together.
  bool matches(std::size_t alternative) {
    Fields wanted;
    for (const std::uint16_t test : pattern_.alternatives[alternative]) wanted.set(use(test));
    for (const std::uint16_t test : pattern_.alternatives[alternative]) {
      if (is_absence(pattern_.tests[test])) wanted.reset(pattern_.tests[test].path);
    }
    return is_met(wanted, event_, 0);
  }

  /// Whether a test is met, were it the only one.
  bool meets(std::uint16_t test) {
    Fields wanted;
    wanted.set(use(test));
    return is_absence(pattern_.tests[test]) || is_met(wanted, event_, 0);
  }

  /// The first scalar at a path; missing where there is none.
  json::View find(std::string_view path) const { return find_path(path, event_); }

 private:
  /// More ways than one to many fields at a time are tried this often, then given up.
  static constexpr unsigned most_tries = 10'000;

  std::uint16_t use(std::uint16_t test) {
    const std::uint16_t path = pattern_.tests[test].path;
    room_.tests[path] = &pattern_.tests[test];
    return path;
  }

  bool is_absence(const FieldTest& test) const {
    for (const Condition& condition : test.conditions) {
      if (condition.kind == Condition::Kind::absent) return !find(pattern_.paths[test.path]).exists();
    }
    return false;
  }

  bool is_met(const Fields& wanted, json::View value, std::size_t offset) {
    if (wanted.none()) return true;
    if (value.is_array()) {
      bool met = false;
      value.for_each_element([&](json::View element) { met = met || is_met(wanted, element, offset); });
      return met;
    }
    if (value.is_object()) return is_met_by_object(wanted, value, offset);
    // A scalar is at the end of one path.
    for (std::size_t field = 0; field < pattern_.paths.size(); ++field) {
      if (!wanted.test(field)) continue;
      if (offset != pattern_.paths[field].size() + 1 || !is_met_by(*room_.tests[field], value)) return false;
    }
    return true;
  }

  static bool is_met_by(const FieldTest& test, json::View value) {
    for (const Condition& condition : test.conditions) {
      if (condition.meets(value)) return true;
    }
    return false;
  }

  bool is_met_by_object(const Fields& wanted, json::View object, std::size_t offset) {
    const std::size_t begin = room_.ways.size();
    Fields once, twice;
    object.for_each_member([&](std::string_view key, json::View member) {
      Way way{{}, member, 0};
      for (std::size_t field = 0; field < pattern_.paths.size(); ++field) {
        if (!wanted.test(field)) continue;
        if (const std::size_t next = step_along(pattern_.paths[field], offset, key)) {
          way.fields.set(field);
          way.offset = next;
        }
      }
      if (way.fields.none()) return;
      twice |= once & way.fields;
      once |= way.fields;
      room_.ways.push_back(way);
    });
    const std::size_t end = room_.ways.size();
    const bool is_met = once == wanted && (twice.none() ? are_met(begin, end) : is_met_by_some(begin, end, twice));
    room_.ways.resize(begin);
    return is_met;
  }

  bool are_met(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Way way = room_.ways[i];
      if (!is_met(way.fields, way.value, way.offset)) return false;
    }
    return true;
  }

  /// Sends the first of the fields that several ways lead to along one of them after the other.
  bool is_met_by_some(std::size_t begin, std::size_t end, Fields several) {
    if (several.none()) return are_met(begin, end);
    std::size_t field = 0;
    while (!several.test(field)) ++field;
    several.reset(field);
    const std::size_t first = room_.leading.size();
    for (std::size_t i = begin; i < end; ++i) {
      if (room_.ways[i].fields.test(field)) room_.leading.push_back(i);
      room_.ways[i].fields.reset(field);
    }
    const std::size_t last = room_.leading.size();
    bool is_found = false;
    for (std::size_t at = first; at < last && !is_found; ++at) {
      if (++tries_ > most_tries) break;
      const std::size_t i = room_.leading[at];
      room_.ways[i].fields.set(field);
      // What cannot be met alone need not be tried together with the rest.
      Fields alone;
      alone.set(field);
      const Way way = room_.ways[i];
      is_found = is_met(alone, way.value, way.offset) && is_met_by_some(begin, end, several);
      if (!is_found) room_.ways[i].fields.reset(field);
    }
    if (!is_found) {
      for (std::size_t at = first; at < last; ++at) room_.ways[room_.leading[at]].fields.set(field);
    }
    room_.leading.resize(first);
    return is_found;
  }

  const Pattern& pattern_;
  json::View event_;
  EvaluationRoom& room_;
  unsigned tries_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
