// Whether an event is what a pattern asks for: the plain way, one pattern at a time.

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/filter/pattern.hpp"
#include "notifier/json/view.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Looks through an event for what a pattern asks. Used for one event; borrows both.
///
/// A field is met by any scalar at its path, whatever lists it stands in; but fields that stand in one list are to be
/// met by the same element of it. A path may be reached in several ways (a key twice, or with a dot in it): then any of
/// them will do.
class Evaluation {
 public:
  using Fields = std::bitset<NOTIFIER_MAX_FILTER_FIELDS>;

  Evaluation(const Pattern& pattern, json::View event) : pattern_(pattern), event_(event) {}

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
  json::View find(std::string_view path) const { return find(path, event_, 0); }

 private:
  /// A value that some of the wanted fields lead to, and how much of their paths is behind.
  struct Way {
    Fields fields;
    json::View value;
    std::size_t offset;
  };

  /// More ways than one to many fields at a time are tried this often, then given up.
  static constexpr unsigned most_tries = 10'000;

  std::uint16_t use(std::uint16_t test) {
    const std::uint16_t path = pattern_.tests[test].path;
    if (tests_.size() < pattern_.paths.size()) tests_.resize(pattern_.paths.size());
    tests_[path] = &pattern_.tests[test];
    return path;
  }

  bool is_absence(const FieldTest& test) const {
    for (const Condition& condition : test.conditions) {
      if (condition.kind == Condition::Kind::absent) return !find(pattern_.paths[test.path]).exists();
    }
    return false;
  }

  /// How much of a path is behind where it goes on with a key; 0 where it does not.
  static std::size_t step(std::string_view path, std::size_t offset, std::string_view key) noexcept {
    if (offset > path.size() || path.size() - offset < key.size()) return 0;
    if (path.substr(offset, key.size()) != key) return 0;
    const std::size_t end = offset + key.size();
    return end == path.size() || path[end] == '.' ? end + 1 : 0;
  }

  json::View find(std::string_view path, json::View value, std::size_t offset) const {
    json::View found;
    if (value.is_object()) {
      value.for_each_member([&](std::string_view key, json::View member) {
        if (found.exists()) return;
        if (const std::size_t next = step(path, offset, key)) found = find(path, member, next);
      });
    } else if (value.is_array()) {
      value.for_each_element([&](json::View element) {
        if (!found.exists()) found = find(path, element, offset);
      });
    } else if (offset == path.size() + 1) {
      found = value;
    }
    return found;
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
      if (offset != pattern_.paths[field].size() + 1 || !is_met_by(*tests_[field], value)) return false;
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
    std::vector<Way> ways;
    Fields once, twice;
    object.for_each_member([&](std::string_view key, json::View member) {
      Way way{{}, member, 0};
      for (std::size_t field = 0; field < pattern_.paths.size(); ++field) {
        if (!wanted.test(field)) continue;
        if (const std::size_t next = step(pattern_.paths[field], offset, key)) {
          way.fields.set(field);
          way.offset = next;
        }
      }
      if (way.fields.none()) return;
      twice |= once & way.fields;
      once |= way.fields;
      ways.push_back(way);
    });
    if (once != wanted) return false;
    if (twice.none()) return are_met(ways);
    return is_met_by_some(ways, twice);
  }

  bool are_met(const std::vector<Way>& ways) {
    for (const Way& way : ways) {
      if (!is_met(way.fields, way.value, way.offset)) return false;
    }
    return true;
  }

  /// Sends the first of the fields that several ways lead to along one of them after the other.
  bool is_met_by_some(std::vector<Way>& ways, Fields several) {
    if (several.none()) return are_met(ways);
    std::size_t field = 0;
    while (!several.test(field)) ++field;
    several.reset(field);
    std::vector<std::size_t> leading;
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (ways[i].fields.test(field)) leading.push_back(i);
      ways[i].fields.reset(field);
    }
    for (const std::size_t i : leading) {
      if (++tries_ > most_tries) return false;
      ways[i].fields.set(field);
      // What cannot be met alone need not be tried together with the rest.
      Fields alone;
      alone.set(field);
      if (is_met(alone, ways[i].value, ways[i].offset) && is_met_by_some(ways, several)) return true;
      ways[i].fields.reset(field);
    }
    for (const std::size_t i : leading) ways[i].fields.set(field);
    return false;
  }

  const Pattern& pattern_;
  json::View event_;
  std::vector<const FieldTest*> tests_;  // by path, those of the alternative at hand
  unsigned tries_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
