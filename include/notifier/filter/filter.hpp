// Filters: which events somebody wants, by what is in them.
//
//     auto filter = notifier::Filter::compile(R"({"type_data":{"status":["build-error",{"suffix":"-error"}]}})");
//     notifier::json::Document document;
//     if (auto event = document.parse(event_json)) tell = filter->matches(*event);

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "notifier/json/view.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {
struct Pattern;
class FilterSet;
struct EvaluationRoom;
}  // namespace detail

/// A pattern over an event's JSON, in the language of Amazon EventBridge's event patterns: fields together, values of a
/// field one or the other. include/FILTERS.md describes it.
///
/// Immutable and cheap to copy: copies share what was compiled. May be used by any number of threads.
class Filter {
 public:
  /// @param json  an object, at most NOTIFIER_MAX_FILTER_BYTES long
  /// @return errc::invalid with the path of the first fault in `field`, as "type_data.status[0].numeric"; or what a
  ///         Document says of a text that is no JSON
  static Result<Filter> compile(std::string_view json);

  /// The same of a pattern that was read with what it stands in.
  static Result<Filter> compile(json::View pattern);

  /// @param event  the root of an event, or of any other document
  bool matches(json::View event) const;

  /// The same; allocates nothing once there is room.
  bool matches(json::View event, detail::EvaluationRoom& room) const;

  /// Why an event does not match: one English sentence without a final full stop, about the first field that is not as
  /// it is wanted ("type_data.status is 'success'; the filter wants 'build-error' or 'crashed-error'"). No value of a
  /// field whose name is that of a secret is in it. Empty where it matches.
  std::string explain(json::View event) const;

  /// The pattern as compact JSON. Valid as long as the filter or a copy of it.
  std::string_view json() const noexcept { return *json_; }

 private:
  friend class detail::FilterSet;

  Filter(std::shared_ptr<const detail::Pattern> pattern, std::shared_ptr<const std::string> json) noexcept;

  std::shared_ptr<const detail::Pattern> pattern_;
  std::shared_ptr<const std::string> json_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "notifier/filter/evaluate.hpp"
#include "notifier/filter/pattern.hpp"
#include "notifier/filter/read_pattern.hpp"
#include "notifier/filter/wanted_text.hpp"
#include "notifier/json/document.hpp"
#include "notifier/model/secret_member.hpp"
#include "notifier/text/joined.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// Of a test that is not met: what is there, and what was wanted.
inline std::string describe_miss(const Pattern& pattern, json::View event, std::uint16_t test) {
  const std::string& path = pattern.paths[pattern.tests[test].path];
  EvaluationRoom room;
  const json::View found = Evaluation(pattern, event, room).find(path);
  const std::string name = path.size() <= 256 ? path : detail::joined(path.substr(0, cut_position(path, 256)), "...");
  const std::size_t dot = path.rfind('.') + 1;  // npos + 1 is 0
  const std::string_view last = std::string_view(path).substr(dot);
  // `value` and `old_value` are what variables were set to.
  const bool is_secret = is_secret_name(path) || last == "value" || last == "old_value";
  std::string is;
  if (!found.exists()) {
    is = " is not there";
  } else if (is_secret) {
    is = " has a value that is not shown";
  } else {
    is = detail::joined(" is ", (found.is_string() ? detail::quoted(found.string())
                                 : found.is_null() ? "null"
                                                   : found.text().substr(0, 64)));
  }
  return detail::joined(name, is, "; the filter wants ", (is_secret ? "another" : wanted_text(pattern.tests[test])));
}

}  // namespace detail

NOTIFIER_INLINE Filter::Filter(std::shared_ptr<const detail::Pattern> pattern,
                               std::shared_ptr<const std::string> json) noexcept
    : pattern_(std::move(pattern)), json_(std::move(json)) {}

NOTIFIER_INLINE bool Filter::matches(json::View event) const {
  detail::EvaluationRoom room;
  return matches(event, room);
}

NOTIFIER_INLINE bool Filter::matches(json::View event, detail::EvaluationRoom& room) const {
  return detail::Evaluation(*pattern_, event, room).matches();
}

NOTIFIER_INLINE Result<Filter> Filter::compile(std::string_view json) {
  json::Document document;
  const auto root = document.parse(json, NOTIFIER_MAX_FILTER_BYTES);
  if (!root) return root.error();
  return compile(*root);
}

NOTIFIER_INLINE Result<Filter> Filter::compile(json::View pattern) {
  std::string json;
  pattern.append_json(json);
  if (json.size() > NOTIFIER_MAX_FILTER_BYTES) {
    Error error;
    error.message = detail::with_number("the filter is too long (maximum is ", NOTIFIER_MAX_FILTER_BYTES, " bytes)");
    error.fields.push_back({{}, error.message, "too_long"});
    return error;
  }
  auto read = detail::PatternReader().read(pattern);
  if (!read) return std::move(read).error();
  return Filter(std::make_shared<const detail::Pattern>(*std::move(read)),
                std::make_shared<const std::string>(std::move(json)));
}

NOTIFIER_INLINE std::string Filter::explain(json::View event) const {
  detail::EvaluationRoom room;
  detail::Evaluation evaluation(*pattern_, event, room);
  if (evaluation.matches()) return {};
  // Of several alternatives, that which the event comes closest to: with the fewest that are missed, then the most that
  // are met.
  const std::vector<std::uint16_t>* nearest = nullptr;
  std::size_t least = 0;
  for (const auto& alternative : pattern_->alternatives) {
    std::size_t missed = 0;
    for (const std::uint16_t test : alternative) missed += evaluation.meets(test) ? 0u : 1u;
    if (nearest == nullptr || missed < least || (missed == least && alternative.size() > nearest->size())) {
      nearest = &alternative;
      least = missed;
    }
  }
  for (const std::uint16_t test : *nearest) {
    if (!evaluation.meets(test)) return detail::describe_miss(*pattern_, event, test);
  }
  return "The fields that the filter wants are there, but not together in one element of a list";
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
