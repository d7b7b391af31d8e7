// From the JSON of a filter to a Pattern, every fault named by its place.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/error.hpp"
#include "notifier/filter/pattern.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/result.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

class PatternReader {
 public:
  Result<Pattern> read(json::View root) {
    Group group;
    if (read_object(root, {}, group)) expand(group, {}, pattern_.alternatives);
    if (error_) return *std::move(error_);
    return std::move(pattern_);
  }

 private:
  using Kind = Condition::Kind;

  /// Fields that are asked for together, and with each list of `choices` one of these groups.
  struct Group {
    std::vector<std::uint16_t> tests;
    std::vector<std::vector<Group>> choices;
  };

  static constexpr std::string_view operators =
      "exactly prefix suffix equals-ignore-case wildcard anything-but numeric exists cidr";

  /// Keeps the first fault. Always false.
  NOTIFIER_NOINLINE bool fail(const std::string& place, std::string_view message) {
    if (error_) return false;
    error_.emplace();
    error_->field = place;
    error_->fields.push_back({place, std::string(message), "invalid_filter"});
    error_->message = detail::joined(place.empty() ? std::string_view("the filter") : place, " ", message);
    return false;
  }

  /// Whether a later member has the same key: that one counts.
  static bool is_repeated(json::View object, std::string_view key, std::size_t position) {
    std::size_t at = 0;
    bool found = false;
    object.for_each_member(
        [&](std::string_view other, json::View) { found = found || (at++ > position && other == key); });
    return found;
  }

  /// @param place  the keys before, joined; empty at the top
  bool read_object(json::View object, const std::string& place, Group& group) {
    if (!object.is_object() || object.size() == 0) return fail(place, "must be an object with a field at least");
    std::size_t position = 0;
    object.for_each_member([&](std::string_view key, json::View value) {
      if (error_ || is_repeated(object, key, position++)) return;
      const std::string path = place.empty() ? std::string(key) : detail::joined(place, ".", key);
      if (key == "$or") {
        read_choice(value, place, path, group);
      } else if (value.is_object()) {
        read_object(value, path, group);
      } else if (!value.is_array()) {
        fail(path, "must be a list of values, as [\"x\"]");
      } else {
        read_test(value, path, group);
      }
    });
    return !error_;
  }

  bool read_choice(json::View list, const std::string& place, const std::string& path, Group& group) {
    if (!list.is_array() || list.size() < 2) return fail(path, "must be a list of two objects at least");
    std::vector<Group> choice;
    list.for_each_element([&](json::View branch) {
      const std::string at = detail::joined(path, "[", decimal(choice.size()), "]");
      branch.for_each_member([&](std::string_view key, json::View) {
        if (is_among(key, operators))
          fail(at, detail::with_quoted("asks for a field with the name of an operator: ", key));
      });
      choice.emplace_back();
      if (!branch.is_object() || branch.size() == 0) fail(at, "must be an object with a field at least");
      if (!error_) read_object(branch, place, choice.back());
    });
    group.choices.push_back(std::move(choice));
    return !error_;
  }

  bool read_test(json::View list, const std::string& path, Group& group) {
    if (list.size() == 0) return fail(path, "must have a value at least");
    FieldTest test;
    test.path = number_of(path);
    list.for_each_element([&](json::View value) {
      if (error_) return;
      const std::string at = detail::joined(path, "[", decimal(test.conditions.size()), "]");
      test.conditions.emplace_back();
      read_condition(value, at, test.conditions.back());
    });
    if (error_) return false;
    if (pattern_.paths.size() > NOTIFIER_MAX_FILTER_FIELDS) {
      return fail({}, detail::with_number("asks for too many fields (maximum is ", NOTIFIER_MAX_FILTER_FIELDS, ")"));
    }
    // The same field in another way of writing: the last counts.
    const auto number = static_cast<std::uint16_t>(pattern_.tests.size());
    bool is_new = true;
    for (std::uint16_t& known : group.tests) {
      if (pattern_.tests[known].path != test.path) continue;
      known = number;
      is_new = false;
    }
    if (is_new) group.tests.push_back(number);
    pattern_.tests.push_back(std::move(test));
    return true;
  }

  std::uint16_t number_of(const std::string& path) {
    std::size_t i = 0;
    while (i < pattern_.paths.size() && pattern_.paths[i] != path) ++i;
    if (i == pattern_.paths.size()) pattern_.paths.push_back(path);
    return static_cast<std::uint16_t>(i);
  }

  bool read_condition(json::View value, const std::string& at, Condition& out) {
    if (value.is_array()) return fail(at, "must be a value or an operator, not a list");
    if (!value.is_object()) return read_value(value, out);
    if (value.size() != 1) return fail(at, detail::joined("must have one operator", nearest_or_all({}, operators)));
    value.for_each_member([&](std::string_view name, json::View operand) { read_operator(name, operand, at, out); });
    return !error_;
  }

  bool read_value(json::View value, Condition& out) {
    switch (value.kind()) {
      case json::Kind::boolean:
        out.kind = Kind::boolean;
        out.flag = value.boolean();
        break;
      case json::Kind::number:
        out.kind = Kind::number;
        out.text = value.digits();
        break;
      case json::Kind::string:
        out.kind = Kind::text;
        out.text = value.string();
        if (out.text.size() <= 64 && read_address(out.text, out)) out.bits = out.address->is_v6 ? 128 : 32;
        break;
      default: out.kind = Kind::null; break;
    }
    return true;
  }

  bool read_operator(std::string_view name, json::View operand, const std::string& at, Condition& out) {
    if (!is_among(name, operators)) {
      return fail(
          at, detail::with_quoted("has an operator that is not known here: ", name, nearest_or_all(name, operators)));
    }
    const std::string place = detail::joined(at, ".", name);
    if (name == "exists") {
      if (operand.kind() != json::Kind::boolean) return fail(place, "must be true or false");
      out.kind = operand.boolean() ? Kind::exists : Kind::absent;
      return true;
    }
    if (name == "anything-but") return read_anything_but(operand, place, out);
    if (name == "numeric") return read_numeric(operand, place, out);
    if (name == "cidr") return read_network(operand, place, out);
    return read_text(name, operand, place, out);
  }

  /// exactly, prefix, suffix, equals-ignore-case, wildcard: one text.
  bool read_text(std::string_view name, json::View operand, const std::string& place, Condition& out) {
    if (!operand.is_string()) return fail(place, "must be a text");
    if (name == "exactly") return read_value(operand, out);
    out.text = operand.string();
    out.kind = name == "prefix" ? Kind::prefix : name == "suffix" ? Kind::suffix : Kind::any_case;
    if (name == "equals-ignore-case") out.letters = letters_of(out.text);
    if (name != "wildcard") return true;
    out.kind = Kind::wildcard;
    std::size_t where = 0;
    switch (Wildcard::read(out.text, out.wildcard, where)) {
      case Wildcard::Fault::none: return true;
      case Wildcard::Fault::double_star:
        return fail(place, detail::with_number("has two stars in a row, at byte ", where));
      case Wildcard::Fault::bad_escape:
        return fail(place, detail::with_number("has a backslash before what needs none, at byte ", where,
                                               R"(: only \* and \\ are known)"));
      case Wildcard::Fault::too_many_stars: break;
    }
    return fail(place, detail::with_number("has too many stars (maximum is ", Wildcard::most_stars, ")"));
  }

  bool read_anything_but(json::View operand, const std::string& place, Condition& out) {
    out.kind = Kind::none_of;
    if (operand.is_string() || operand.kind() == json::Kind::number) {
      out.parts.emplace_back();
      return read_plain(operand, out.parts.back());
    }
    if (operand.is_array()) {
      if (operand.size() == 0) return fail(place, "must have a value at least");
      json::Kind kind = json::Kind::missing;
      operand.for_each_element([&](json::View value) {
        if (kind == json::Kind::missing) kind = value.kind();
        if (value.kind() != kind || (kind != json::Kind::string && kind != json::Kind::number)) {
          fail(place, "must be texts or numbers, all of one kind");
        }
        out.parts.emplace_back();
        read_plain(value, out.parts.back());
      });
      return !error_;
    }
    if (!operand.is_object() || operand.size() != 1) {
      return fail(place,
                  "must be a text, a number, a list of either, or one of prefix, suffix, wildcard, equals-ignore-case");
    }
    operand.for_each_member([&](std::string_view name, json::View texts) {
      if (name != "prefix" && name != "suffix" && name != "wildcard" && name != "equals-ignore-case") {
        fail(place, detail::with_quoted("takes prefix, suffix, wildcard and equals-ignore-case, not ", name));
        return;
      }
      const std::string inner = detail::joined(place, ".", name);
      if (texts.is_array() && texts.size() == 0) fail(inner, "must have a text at least");
      if (!texts.is_array()) {
        out.parts.emplace_back();
        read_text(name, texts, inner, out.parts.back());
      }
      texts.for_each_element([&](json::View text) {
        out.parts.emplace_back();
        read_text(name, text, inner, out.parts.back());
      });
    });
    return !error_;
  }

  /// A text or a number within anything-but, where a text that is an address is a text.
  bool read_plain(json::View value, Condition& out) {
    read_value(value, out);
    out.address.reset();
    return true;
  }

  bool read_numeric(json::View operand, const std::string& place, Condition& out) {
    constexpr const char* shape = "must be [\"=\", 5], [\">\", 5] or [\">=\", 5, \"<\", 10]";
    out.kind = Kind::numeric;
    std::vector<json::View> list;
    operand.for_each_element([&](json::View value) { list.push_back(value); });
    if (list.size() != 2 && list.size() != 4) return fail(place, shape);
    for (std::size_t i = 0; i < list.size(); i += 2) {
      const std::string_view name = list[i].string();
      if (list[i + 1].kind() != json::Kind::number) return fail(place, shape);
      const double value = json::to_double(list[i + 1].digits());
      if (std::isinf(value)) return fail(place, "has a number beyond what a double holds");
      const bool is_equal = name == "=" && list.size() == 2;
      const bool is_low = (name == ">" || name == ">=") && i == 0;
      const bool is_high = (name == "<" || name == "<=") && (i == 2 || list.size() == 2);
      if (!is_equal && !is_low && !is_high) return fail(place, shape);
      if (is_equal || is_low) {
        out.has_low = true;
        out.low = value;
        out.includes_low = name != ">";
      }
      if (is_equal || is_high) {
        out.has_high = true;
        out.high = value;
        out.includes_high = name != "<";
      }
    }
    if (list.size() == 4 && !(out.low < out.high))
      return fail(place, "must have its lower number first, and a greater one");
    return true;
  }

  static bool read_address(std::string_view text, Condition& out) {
    if (!read_filter_address(text, out.address.emplace())) out.address.reset();
    return out.address.has_value();
  }

  bool read_network(json::View operand, const std::string& place, Condition& out) {
    constexpr const char* shape = "must be a network, as 10.0.0.0/8 or 2001:db8::/32";
    out.kind = Kind::network;
    out.text = operand.string();
    const std::size_t slash = out.text.find('/');
    if (slash == std::string::npos || slash > 64) return fail(place, shape);
    const std::string_view bits = std::string_view(out.text).substr(slash + 1);
    if (!read_address(std::string_view(out.text).substr(0, slash), out) || bits.empty() || bits.size() > 3)
      return fail(place, shape);
    for (const char c : bits) {
      if (c < '0' || c > '9') return fail(place, shape);
      out.bits = out.bits * 10 + static_cast<unsigned>(c - '0');
    }
    return out.bits <= (out.address->is_v6 ? 128u : 32u) || fail(place, shape);
  }

  /// Writes out all combinations of a group's choices.
  /// @param before  what is asked for outside the group
  void expand(const Group& group, const std::vector<std::uint16_t>& before,
              std::vector<std::vector<std::uint16_t>>& out) {
    std::vector<std::vector<std::uint16_t>> all(1, before);
    if (!add(group.tests, all.front())) return;
    for (const std::vector<Group>& choice : group.choices) {
      std::vector<std::vector<std::uint16_t>> longer;
      for (const auto& one : all) {
        for (const Group& branch : choice) expand(branch, one, longer);
        if (longer.size() > NOTIFIER_MAX_FILTER_ALTERNATIVES) {
          fail({}, detail::with_number("has too many combinations of $or (maximum is ",
                                       NOTIFIER_MAX_FILTER_ALTERNATIVES, ")"));
        }
        if (error_) return;
      }
      all = std::move(longer);
    }
    for (auto& one : all) out.push_back(std::move(one));
  }

  /// One field can be asked for once only: engines differ in what both together would mean.
  bool add(const std::vector<std::uint16_t>& tests, std::vector<std::uint16_t>& to) {
    for (const std::uint16_t test : tests) {
      const std::uint16_t path = pattern_.tests[test].path;
      for (const std::uint16_t other : to) {
        if (pattern_.tests[other].path == path) {
          return fail(pattern_.paths[path],
                      "is asked for inside of $or and outside: write what is to hold into each of its objects");
        }
      }
      to.push_back(test);
    }
    return true;
  }

  Pattern pattern_;
  std::optional<Error> error_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
