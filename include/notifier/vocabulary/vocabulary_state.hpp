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
#include "notifier/vocabulary/language.hpp"
#include "notifier/vocabulary/name_index.hpp"
#include "notifier/vocabulary/own_platforms.hpp"
#include "notifier/vocabulary/samples.hpp"
#include "notifier/vocabulary/secret.hpp"
#include "notifier/vocabulary/words.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What a row's texts point into; null: they last as long as the program.
using RowText = std::shared_ptr<const std::string>;

/// Copies texts and points them at the copy.
inline RowText own(std::initializer_list<std::string_view*> texts) {
  std::string all;
  for (const std::string_view* text : texts) all.append(*text);
  RowText kept = std::make_shared<const std::string>(std::move(all));
  const char* next = kept->data();
  for (std::string_view* text : texts) {
    *text = {next, text->size()};
    next += text->size();
  }
  return kept;
}

constexpr std::string_view to_string(Scope scope) noexcept {
  return scope == Scope::app ? "app" : scope == Scope::project ? "project" : "account";
}

/// The rows of a Vocabulary, and how they are found. A vocabulary that is alone with its state changes it; else it
/// makes a copy first, which shares texts and programs.
class VocabularyState {
 public:
  static constexpr EventBit no_bit = 0xFFFFFFFF;
  static constexpr std::string_view alert_type = "app_alert_triggered";

  struct KindFacts {
    std::shared_ptr<const KindWords> words;  // null where there are none
    std::string_view sample;                 // type_data for previews, an object as JSON; perhaps empty
    RowText text;
  };

  /// The built-in rows.
  static const std::shared_ptr<const VocabularyState>& standard() {
    static const std::shared_ptr<const VocabularyState> state = make_standard();
    return state;
  }

  static std::shared_ptr<const VocabularyState> make_standard();

  /// A kind's place, or NameIndex::npos.
  std::uint32_t find_kind(std::string_view type) const noexcept { return kind_names.find(type); }
  /// What an event of a kind may carry, as JSON.
  std::string_view find_sample(std::string_view type) const noexcept {
    const std::uint32_t kind = find_kind(type);
    return kind == NameIndex::npos || kind_facts[kind].sample.empty() ? "{}" : kind_facts[kind].sample;
  }
  /// What a kind says; nullptr where it has no words.
  const KindWords* find_words(std::string_view type) const noexcept {
    const std::uint32_t kind = find_kind(type);
    return kind == NameIndex::npos ? nullptr : kind_facts[kind].words.get();
  }

  /// nullptr where there is none, as of English, unless something is said otherwise in it.
  const Language* find_language(std::string_view tag) const noexcept {
    for (const auto& language : languages) {
      if (language->tag == tag) return language.get();
    }
    return nullptr;
  }
  /// A platform of its own; nullptr where there is none.
  const OwnPlatform* find_platform(std::string_view name) const noexcept {
    for (const auto& own : platforms) {
      if (own->row().name == name) return own.get();
    }
    return nullptr;
  }

  void insert(const Category& category, RowText text);
  void insert(const EventType& type, RowText text);
  void insert(const EventKind& kind, KindFacts facts);
  /// After rows were taken away or changed: finds them anew. A kind whose type is gone is not selectable.
  void index();

  std::vector<Category> categories;  // by position; among equals, the first registered first
  std::vector<EventType> types;
  std::vector<EventKind> kinds;
  std::vector<RowText> category_texts;  // of each
  std::vector<RowText> type_texts;
  std::vector<KindFacts> kind_facts;
  std::vector<EventBit> kind_bits;  // of the type that selects it, or no_bit
  NameIndex type_ids;
  NameIndex type_names;
  NameIndex kind_names;
  std::vector<std::shared_ptr<const OwnPlatform>> platforms;  // of a host's own
  WordSets word_sets;
  std::vector<std::shared_ptr<const Language>> languages;
  SecretNames secret_names;
  std::string operator_email;  // of who acts for the platform itself; empty: nobody is known to
  EventBit alert_bit = no_bit;
  bool is_standard = false;  // it began as the built-in one, and is written as what differs from it
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

inline void VocabularyState::insert(const EventKind& kind, KindFacts facts) {
  kind_names.insert(kind.type, static_cast<std::uint32_t>(kinds.size()));
  kind_bits.push_back(type_names.find(kind.selectable_as));
  kinds.push_back(kind);
  kind_facts.push_back(std::move(facts));
}

inline void VocabularyState::index() {
  type_ids = type_names = kind_names = NameIndex();
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    type_ids.insert(types[i].id, i);
    type_names.insert(types[i].name, i);
  }
  kind_bits.resize(kinds.size());
  for (std::uint32_t i = 0; i < kinds.size(); ++i) {
    kind_names.insert(kinds[i].type, i);
    kind_bits[i] = type_names.find(kinds[i].selectable_as);
    if (kind_bits[i] == no_bit) kinds[i].selectable_as = std::string_view();
  }
  alert_bit = type_names.find(alert_type);
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
  for (const EventKind& kind : Kinds::Rows().all) state->insert(kind, {});
  BuiltinWords::instance().for_each([&](std::string_view type, const KindWords& words) {
    const std::uint32_t kind = state->find_kind(type);
    // Without an owner: they are never freed.
    if (kind != NameIndex::npos) state->kind_facts[kind].words = {std::shared_ptr<void>(), &words};
  });
  for_each_sample([&](std::string_view kinds_of_it, std::string_view type_data) {
    for_each_key(kinds_of_it, [&](std::string_view type) {
      const std::uint32_t kind = state->find_kind(type);
      if (kind != NameIndex::npos) state->kind_facts[kind].sample = type_data;
    });
  });
  state->word_sets = builtin_word_sets();
  state->alert_bit = state->type_names.find(alert_type);
  state->is_standard = true;
  return state;
}

}  // namespace detail

NOTIFIER_NAMESPACE_END
