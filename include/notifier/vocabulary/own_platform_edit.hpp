// The platforms of a vocabulary's own: put into it, and written.

#pragma once

#include <cstddef>
#include <forward_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/json/writer.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/vocabulary/row_edit.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"
#include "notifier/vocabulary/wording_compiler.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Names and ids of the built-in platforms, which no other may have. A unit test holds them to the table, which is
/// further down the way.
inline constexpr std::string_view builtin_platform_names =
    "email slack webhook rocket_chat mattermost discord microsoft_teams google_chat telegram ntfy gotify matrix "
    "pushover pagerduty";
inline constexpr std::string_view builtin_platform_ids =
    "5982f145d48c3600273ef089 5982f145d48c3600273ef08a 5982f145d48c3600273ef08b 59c52ac27651ce002c1d4620";

/// Judges the templates in a body's texts, all of which make one program.
class OwnBodyCheck {
 public:
  OwnBodyCheck(const WordingRules& rules, bool escapes) : compiler_(program_, &rules), escapes_(escapes) {}

  /// Adds a problem for the first fault.
  /// @param path  of the value
  NOTIFIER_NOINLINE void check(json::View value, const std::string& path, Problems& problems) {
    std::size_t position = 0;
    value.for_each_element(
        [&](json::View element) { check(element, joined(path, "[", decimal(position++), "]"), problems); });
    value.for_each_member(
        [&](std::string_view key, json::View member) { check(member, joined(path, ".", key), problems); });
    if (value.string() == "{@event}") return;
    for_each_template_part(value.string(), [&](std::string_view part, bool is_field, std::size_t at) {
      if (is_field || part.find('{') == std::string_view::npos || !compiler_.fault().message.empty()) return;
      std::string& text = texts_.emplace_front(part);
      text.append(text_padding, ' ');
      compiler_.add_text(std::string_view(text).substr(0, part.size()), escapes_);
      const WordingFault& fault = compiler_.fault();
      if (fault.message.empty()) return;
      problems.add(path, joined(with_number("character ", at + fault.character, ": "), fault.message), "wording");
    });
  }

 private:
  std::forward_list<std::string> texts_;  // the program borrows from them
  KindProgram program_;
  WordingCompiler compiler_;
  bool escapes_;
};

/// @param path  of the row, with a final dot
NOTIFIER_NOINLINE inline void put_platform(VocabularyState& state, json::View row, RowMode mode,
                                           const std::string& path, Problems& problems) {
  auto own = std::make_shared<OwnPlatform>();
  const std::size_t before = problems.list().size();
  OwnPlatformReader(*own, path, problems).read(row);
  const WordingRules rules{{}, &state.word_sets, &state.secret_names};
  OwnBodyCheck(rules, own->escape() != OwnPlatform::Escape::plain)
      .check(row["request"]["body"], joined(path, "request.body"), problems);
  const std::string_view name = own->row().name;
  const std::string_view id = own->row().id;
  std::size_t place = state.platforms.size();
  for (std::size_t i = 0; i < state.platforms.size(); ++i) {
    if (state.platforms[i]->row().name == name) {
      place = i;
    } else if (state.platforms[i]->row().id == id) {
      problems.add(joined(path, "id"), "is another platform's", "taken");
    }
  }
  const bool is_there = place != state.platforms.size();
  if (is_among(name, builtin_platform_names) || (is_there && mode == RowMode::add))
    problems.add(joined(path, "name"), is_there ? "is already taken" : "is a built-in platform's", "taken");
  if (is_among(id, builtin_platform_ids) || id.substr(0, 17) == "000000006e6f7469f")
    problems.add(joined(path, "id"), "is a built-in platform's", "taken");
  if (!is_there && mode == RowMode::replace) problems.add(joined(path, "name"), "is no platform's", "unknown");
  if (place == NOTIFIER_MAX_PLATFORMS)
    problems.add(joined(path, "name"), with_number("would be one too many: at most ", NOTIFIER_MAX_PLATFORMS),
                 "too_many");
  if (problems.list().size() != before) return;
  if (!is_there) {
    state.platforms.push_back(std::move(own));
  } else if (state.platforms[place]->json() != own->json()) {
    state.platforms[place] = std::move(own);
  }
}

NOTIFIER_NOINLINE inline Result<void> put_platform(VocabularyState& state, std::string_view row, RowMode mode) {
  json::Document document;
  const auto root = document.parse(row, NOTIFIER_MAX_BODY_BYTES);
  if (!root) return root.error();
  Problems problems;
  put_platform(state, *root, mode, {}, problems);
  if (problems.empty()) return {};
  return std::move(problems).to_error("platform");
}

/// Of a vocabulary's document.
NOTIFIER_NOINLINE inline void read_platforms(VocabularyState& state, json::View list, Problems& problems) {
  if (!list.exists() || list.is_null()) return;
  if (!list.is_array()) return problems.add("platforms", "must be an array", "type");
  std::size_t position = 0;
  NameIndex seen;
  list.for_each_element([&](json::View row) {
    const std::string path = joined("platforms[", decimal(position++), "].");
    const std::string_view name = row.string("name");
    if (!row.is_object()) return problems.add(path.substr(0, path.size() - 1), "must be an object", "type");
    if (seen.find(name) != NameIndex::npos) return problems.add(joined(path, "name"), "is given twice", "taken");
    if (!name.empty()) seen.insert(name, 0);
    if (!row["remove"].boolean()) return put_platform(state, row, RowMode::put, path, problems);
    const std::size_t place = find_row(state.platforms, [&](const auto& own) { return own->row().name == name; });
    if (place == state.platforms.size())
      return problems.add(joined(path, "name"), with_quoted("is none that there is: ", name), "unknown");
    erase_at(state.platforms, place);
  });
}

/// Writes the member of what one vocabulary has beside another.
NOTIFIER_NOINLINE inline void write_platforms(json::Writer& out, const VocabularyState& own,
                                              const VocabularyState& other) {
  bool is_open = false;
  for (const auto& platform : own.platforms) {
    const OwnPlatform* const same = other.find_platform(platform->row().name);
    if (same != nullptr && same->json() == platform->json()) continue;
    if (!is_open) out.key("platforms");
    if (!is_open) out.begin_array();
    is_open = true;
    out.raw(platform->json());
  }
  if (is_open) out.end_array();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
