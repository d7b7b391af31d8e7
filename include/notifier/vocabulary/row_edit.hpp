// Changing a vocabulary's rows: what is wrong with one, and what it replaces.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What a row is to do about another of its id.
enum class RowMode { add, replace, put };

/// Collects what is wrong with a row.
class EntryCheck {
 public:
  void require(std::string_view field, std::string_view value) {
    if (value.empty()) report(field, "can't be blank", "blank");
    limit(field, value, NOTIFIER_MAX_ID_BYTES);
  }
  void limit(std::string_view field, std::string_view value, std::size_t most = NOTIFIER_MAX_TEMPLATE_BYTES) {
    if (value.size() > most) report(field, detail::with_number("is longer than ", most, " bytes"), "too_long");
  }
  void require_free(std::string_view field, bool taken) {
    if (taken) report(field, "is already taken", "taken");
  }
  void require_known(std::string_view field, std::string_view value, bool known) {
    if (known) return;
    const std::string shown = detail::quoted(value);
    report(field,
           detail::joined("refers to \"", shown.substr(1, shown.size() - 2), "\", which is not in the vocabulary"),
           "unknown");
  }
  void require_room(std::string_view field, std::size_t count, std::size_t most) {
    if (count > most) report(field, detail::with_number("would be one too many: at most ", most), "too_many");
  }
  NOTIFIER_NOINLINE void report(std::string_view field, std::string_view message, std::string_view code) {
    problems_.push_back({std::string(field), std::string(message), std::string(code)});
  }

  Result<void> result(std::string_view what) {
    if (problems_.empty()) return {};
    Error error;
    error.message = detail::joined("the ", what, " can't be added: ", told(problems_[0]));
    error.field = problems_[0].field;
    error.fields = std::move(problems_);
    return error;
  }

  static std::string told(const FieldError& problem) {
    const bool is_place = problem.code == "wording";
    return problem.field + (is_place ? ", " : " ") + problem.message;
  }

 private:
  std::vector<FieldError> problems_;
};

inline Error no_such_row(std::string_view field, std::string_view what) {
  Error error;
  error.code = errc::not_found;
  error.message = detail::joined("there is no ", what, " of this ", field);
  error.field = field;
  return error;
}

template <class Rows, class Is>
std::size_t find_row(const Rows& rows, Is&& is) {
  return static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(), is) - rows.begin());
}

inline std::size_t find_category(const VocabularyState& state, std::string_view id) {
  return find_row(state.categories, [&](const Category& category) { return category.id == id; });
}

NOTIFIER_NOINLINE inline Result<void> put(VocabularyState& state, const Category& category, RowMode mode) {
  const std::size_t old = find_category(state, category.id);
  const bool is_there = old != state.categories.size();
  if (mode == RowMode::replace && !is_there) return no_such_row("id", "category");
  EntryCheck check;
  check.require("id", category.id);
  check.require("name", category.name);
  check.limit("display_name", category.display_name);
  check.require_free("id", mode == RowMode::add && is_there);
  for (const Category& other : state.categories) {
    check.require_free("name", other.name == category.name && (mode == RowMode::add || other.id != category.id));
  }
  check.require_room("id", state.categories.size() + !is_there, NOTIFIER_MAX_EVENT_KINDS);
  Result<void> result = check.result("category");
  if (!result) return result;
  Category row = category;
  RowText text = own({&row.id, &row.name, &row.display_name});
  if (is_there) {
    state.categories.erase(state.categories.begin() + static_cast<std::ptrdiff_t>(old));
    state.category_texts.erase(state.category_texts.begin() + static_cast<std::ptrdiff_t>(old));
  }
  state.insert(row, std::move(text));
  return result;
}

NOTIFIER_NOINLINE inline Result<void> put(VocabularyState& state, const EventType& type, RowMode mode) {
  const std::uint32_t old = state.type_ids.find(type.id);
  const bool is_there = old != NameIndex::npos;
  if (mode == RowMode::replace && !is_there) return no_such_row("id", "event type");
  EntryCheck check;
  check.require("id", type.id);
  check.require("name", type.name);
  check.limit("display_name", type.display_name);
  check.limit("description", type.description);
  check.require_free("id", mode == RowMode::add && is_there);
  const std::uint32_t of_name = state.type_names.find(type.name);
  check.require_free("name", of_name != NameIndex::npos && (mode == RowMode::add || of_name != old));
  if (type.category_id.empty()) {
    check.report("category_id", "can't be blank: it is the id of one of the categories", "blank");
  } else {
    check.require_known("category_id", type.category_id,
                        find_category(state, type.category_id) != state.categories.size());
  }
  check.require_room("id", state.types.size() + !is_there, NOTIFIER_MAX_EVENT_KINDS);
  Result<void> result = check.result("event type");
  if (!result) return result;
  EventType row = type;
  RowText text = own({&row.id, &row.name, &row.display_name, &row.description, &row.category_id});
  if (is_there) {
    state.types[old] = row;
    state.type_texts[old] = std::move(text);
    state.index();
  } else {
    state.insert(row, std::move(text));
    if (row.name == VocabularyState::alert_type) state.alert_bit = static_cast<EventBit>(state.types.size() - 1);
  }
  return result;
}

/// @param rows    `kind` is not looked at
/// @param donor   where equal rows are, their program is taken; null: nowhere
NOTIFIER_NOINLINE inline Result<void> put(VocabularyState& state, const EventKind& kind, std::vector<WordingRow> rows,
                                          std::string_view sample, RowMode mode, const VocabularyState* donor) {
  const std::uint32_t old = state.find_kind(kind.type);
  const bool is_there = old != NameIndex::npos;
  if (mode == RowMode::replace && !is_there) return no_such_row("type", "event kind");
  EntryCheck check;
  check.require("type", kind.type);
  check.require_free("type", mode == RowMode::add && is_there);
  check.require_known("selectable_as", kind.selectable_as,
                      kind.selectable_as.empty() || state.type_names.find(kind.selectable_as) != NameIndex::npos);
  check.require_room("type", state.kinds.size() + !is_there, NOTIFIER_MAX_EVENT_KINDS);
  check.require_room("wordings", rows.size(), NOTIFIER_MAX_WORDINGS);

  json::Document document;
  const auto parsed = document.parse(sample.empty() ? "{}" : sample, NOTIFIER_MAX_BODY_BYTES);
  if (!parsed || !parsed->is_object()) check.report("sample", "must be an object, as JSON", "type");

  VocabularyState::KindFacts facts;
  const KindWords* const others = donor == nullptr ? nullptr : donor->find_words(kind.type);
  if (others != nullptr && std::equal(rows.begin(), rows.end(), others->begin(), others->end())) {
    facts.words = donor->kind_facts[donor->find_kind(kind.type)].words;
  } else if (!rows.empty() && rows.size() <= NOTIFIER_MAX_WORDINGS) {
    WordingFault fault;
    facts.words = OwnKindWords::make(std::move(rows), {kind.type, &state.word_sets, &state.secret_names}, fault);
    if (facts.words == nullptr) {
      std::string field = detail::with_number("wordings[", fault.row, "].");
      check.report(field.append(fault.member),
                   detail::joined("character ", decimal(fault.character), ": ", fault.message), "wording");
    }
  }
  Result<void> result = check.result("event kind");
  if (!result) return result;
  EventKind row = kind;
  facts.sample = sample;
  facts.text = own({&row.type, &row.selectable_as, &facts.sample});
  if (is_there) {
    state.kind_bits[old] = state.type_names.find(row.selectable_as);
    state.kind_names.repoint(row.type);
    state.kinds[old] = row;
    state.kind_facts[old] = std::move(facts);
  } else {
    state.insert(row, std::move(facts));
  }
  return result;
}

template <class T>
void erase_at(std::vector<T>& rows, std::size_t index) {
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(index));
}

NOTIFIER_NOINLINE inline Result<void> put_word(WordSets& sets, std::string_view set, std::string_view value,
                                               std::string_view text) {
  EntryCheck check;
  check.require("set", set);
  check.require("value", value);
  check.limit("text", text);
  if (set.find_first_of("{}[]|:") != std::string_view::npos)
    check.report("set", "must be a name without brackets and colons", "invalid_text");
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (control_at(text.substr(i)).effect == Effect::none) continue;
    check.report("text", "holds a control character", "invalid_text");
    break;
  }
  std::size_t words = 0;
  for (const WordSet& one : sets) words += one.words.size();
  check.require_room("value", words + 1, NOTIFIER_MAX_EVENT_KINDS);
  Result<void> result = check.result("word");
  if (!result) return result;

  const auto found = find_row(sets, [&](const WordSet& one) { return one.name == set; });
  if (found == sets.size()) sets.push_back({std::string(set), {}});
  WordSet& into = sets[found];
  const auto place = find_row(into.words, [&](const Word& word) { return word.value == value; });
  if (place != into.words.size()) {
    into.words[place].text = text;
  } else {
    // What stands for all others is the last.
    const bool has_other = !into.words.empty() && into.words.back().value == "*";
    into.words.insert(into.words.end() - (has_other ? 1 : 0), {std::string(value), std::string(text)});
  }
  into.is_active = into.is_active || !is_inert(text);
  return result;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
