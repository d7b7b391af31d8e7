#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/text/packed.hpp"
#include "notifier/vocabulary/builtin_words.hpp"
#include "notifier/vocabulary/categories.hpp"
#include "notifier/vocabulary/event_kinds.hpp"
#include "notifier/vocabulary/event_types.hpp"
#include "notifier/vocabulary/kind_words.hpp"
#include "notifier/vocabulary/name_index.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What a row's texts point into; null: they last as long as the program.
using RowText = std::shared_ptr<const std::string>;

/// Copies texts and points them at the copy.
inline RowText own(std::initializer_list<std::string_view*> texts) {
  std::string all;
  for (const std::string_view* text : texts) all.append(*text);
  const RowText kept = std::make_shared<const std::string>(std::move(all));
  const char* next = kept->data();
  for (std::string_view* text : texts) {
    *text = {next, text->size()};
    next += text->size();
  }
  return kept;
}

/// The rows of a Vocabulary, and how they are found. A vocabulary that is alone with its state changes it; else it
/// makes a copy first, which shares texts and programs.
class VocabularyState {
 public:
  static constexpr EventBit no_bit = 0xFFFFFFFF;

  struct KindFacts {
    EventBit bit = no_bit;                   // of the type that selects it
    std::shared_ptr<const KindWords> words;  // null where there are none
    RowText text;
  };

  static std::shared_ptr<const VocabularyState> make_standard();

  /// A kind's place, or NameIndex::npos.
  std::uint32_t find_kind(std::string_view type) const noexcept { return kind_names.find(type); }
  /// What a kind says; nullptr where it has no words.
  const KindWords* find_words(std::string_view type) const noexcept {
    const std::uint32_t kind = find_kind(type);
    return kind == NameIndex::npos ? nullptr : kind_facts[kind].words.get();
  }

  void insert(const Category& category, RowText text);
  void insert(const EventType& type, RowText text);
  void insert(const EventKind& kind, std::shared_ptr<const KindWords> words, RowText text);

  std::vector<Category> categories;  // by position; among equals, the first registered first
  std::vector<EventType> types;
  std::vector<EventKind> kinds;
  std::vector<RowText> category_texts;  // of each
  std::vector<RowText> type_texts;
  std::vector<KindFacts> kind_facts;
  NameIndex type_ids;
  NameIndex type_names;
  NameIndex kind_names;
  WordSets word_sets;
  EventBit alert_bit = no_bit;
};

// ---- implementation -------------------------------------------------------------------------------------------------

inline void VocabularyState::insert(const Category& category, RowText text) {
  const auto comes_before = [](const Category& a, const Category& b) { return a.position < b.position; };
  const auto place = std::upper_bound(categories.begin(), categories.end(), category, comes_before);
  category_texts.insert(category_texts.begin() + (place - categories.begin()), std::move(text));
  categories.insert(place, category);
}

inline void VocabularyState::insert(const EventType& type, RowText text) {
  const auto bit = static_cast<EventBit>(types.size());
  types.push_back(type);
  type_texts.push_back(std::move(text));
  type_ids.insert(type.id, bit);
  type_names.insert(type.name, bit);
}

inline void VocabularyState::insert(const EventKind& kind, std::shared_ptr<const KindWords> words, RowText text) {
  kind_names.insert(kind.type, static_cast<std::uint32_t>(kinds.size()));
  kinds.push_back(kind);
  kind_facts.push_back({type_names.find(kind.selectable_as), std::move(words), std::move(text)});
}

inline std::shared_ptr<const VocabularyState> VocabularyState::make_standard() {
  auto state = std::make_shared<VocabularyState>();
  for (const Category& category : builtin_categories) state->insert(category, nullptr);
  using Types = Packed<builtin_event_types, &EventType::id, &EventType::name, &EventType::display_name,
                       &EventType::description, &EventType::category_id, &EventType::selectable_on_every_platform>;
  state->types.reserve(std::size(builtin_event_types));
  for (const EventType& type : Types::Rows().all) state->insert(type, nullptr);
  using Kinds = Packed<builtin_event_kinds, &EventKind::type, &EventKind::scope, &EventKind::selectable_as>;
  state->kinds.reserve(std::size(builtin_event_kinds));
  state->kind_facts.reserve(std::size(builtin_event_kinds));
  for (const EventKind& kind : Kinds::Rows().all) state->insert(kind, nullptr, nullptr);
  BuiltinWords::instance().for_each([&](std::string_view type, const KindWords& words) {
    const std::uint32_t kind = state->find_kind(type);
    // Without an owner: they are never freed.
    if (kind != NameIndex::npos) state->kind_facts[kind].words = {std::shared_ptr<void>(), &words};
  });
  state->word_sets = builtin_word_sets();
  state->alert_bit = state->type_names.find("app_alert_triggered");
  return state;
}

}  // namespace detail

inline EventBit Vocabulary::bit_of_kind(std::string_view type) const noexcept {
  const std::uint32_t kind = state_->find_kind(type);
  return kind == detail::NameIndex::npos ? unselectable_bit()
                                         : (std::min)(state_->kind_facts[kind].bit, unselectable_bit());
}

inline const std::vector<Category>& Vocabulary::categories() const noexcept { return state_->categories; }
inline const std::vector<EventType>& Vocabulary::event_types() const noexcept { return state_->types; }
inline const std::vector<EventKind>& Vocabulary::event_kinds() const noexcept { return state_->kinds; }
inline std::size_t Vocabulary::bit_count() const noexcept { return state_->types.size() + 1; }
inline EventBit Vocabulary::unselectable_bit() const noexcept { return static_cast<EventBit>(state_->types.size()); }
inline EventBit Vocabulary::alert_bit() const noexcept { return state_->alert_bit; }
inline EventBit Vocabulary::bit_of(const EventType& type) const noexcept {
  return static_cast<EventBit>(&type - state_->types.data());
}

inline const EventType* Vocabulary::find_event_type_by_id(std::string_view id) const noexcept {
  const std::uint32_t index = state_->type_ids.find(id);
  return index == detail::NameIndex::npos ? nullptr : &state_->types[index];
}

inline const EventType* Vocabulary::find_event_type_by_name(std::string_view name) const noexcept {
  const std::uint32_t index = state_->type_names.find(name);
  return index == detail::NameIndex::npos ? nullptr : &state_->types[index];
}

inline const EventKind* Vocabulary::find_event_kind(std::string_view type) const noexcept {
  const std::uint32_t index = state_->kind_names.find(type);
  return index == detail::NameIndex::npos ? nullptr : &state_->kinds[index];
}

inline const EventType* Vocabulary::resolve_selected_name(std::string_view name) const noexcept {
  if (const EventType* type = find_event_type_by_name(name)) return type;
  const std::uint32_t kind = state_->kind_names.find(name);
  if (kind == detail::NameIndex::npos || state_->kind_facts[kind].bit == detail::VocabularyState::no_bit)
    return nullptr;
  return &state_->types[state_->kind_facts[kind].bit];
}

NOTIFIER_NAMESPACE_END
