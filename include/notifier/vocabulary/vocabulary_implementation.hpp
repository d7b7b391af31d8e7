#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/text/byte_order_mark.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/row_edit.hpp"
#include "notifier/vocabulary/row_reader.hpp"
#include "notifier/vocabulary/row_writer.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE EventBit Vocabulary::bit_of_kind(std::string_view type) const noexcept {
  const std::uint32_t kind = state_->find_kind(type);
  return kind == detail::NameIndex::npos ? unselectable_bit() : (std::min)(state_->kind_bits[kind], unselectable_bit());
}

NOTIFIER_INLINE const std::vector<Category>& Vocabulary::categories() const noexcept { return state_->categories; }
NOTIFIER_INLINE const std::vector<EventType>& Vocabulary::event_types() const noexcept { return state_->types; }
NOTIFIER_INLINE const std::vector<EventKind>& Vocabulary::event_kinds() const noexcept { return state_->kinds; }
NOTIFIER_INLINE std::size_t Vocabulary::bit_count() const noexcept { return state_->types.size() + 1; }
NOTIFIER_INLINE EventBit Vocabulary::unselectable_bit() const noexcept {
  return static_cast<EventBit>(state_->types.size());
}
NOTIFIER_INLINE EventBit Vocabulary::alert_bit() const noexcept { return state_->alert_bit; }
NOTIFIER_INLINE EventBit Vocabulary::bit_of(const EventType& type) const noexcept {
  return static_cast<EventBit>(&type - state_->types.data());
}

NOTIFIER_INLINE const EventType* Vocabulary::find_event_type_by_id(std::string_view id) const noexcept {
  const std::uint32_t index = state_->type_ids.find(id);
  return index == detail::NameIndex::npos ? nullptr : &state_->types[index];
}

NOTIFIER_INLINE const EventType* Vocabulary::find_event_type_by_name(std::string_view name) const noexcept {
  const std::uint32_t index = state_->type_names.find(name);
  return index == detail::NameIndex::npos ? nullptr : &state_->types[index];
}

NOTIFIER_INLINE const EventKind* Vocabulary::find_event_kind(std::string_view type) const noexcept {
  const std::uint32_t index = state_->kind_names.find(type);
  return index == detail::NameIndex::npos ? nullptr : &state_->kinds[index];
}

NOTIFIER_INLINE const EventType* Vocabulary::resolve_selected_name(std::string_view name) const noexcept {
  if (const EventType* type = find_event_type_by_name(name)) return type;
  const std::uint32_t kind = state_->kind_names.find(name);
  if (kind == detail::NameIndex::npos || state_->kind_bits[kind] == detail::VocabularyState::no_bit) return nullptr;
  return &state_->types[state_->kind_bits[kind]];
}

NOTIFIER_INLINE Vocabulary::Vocabulary() : state_(detail::VocabularyState::standard()) {}

NOTIFIER_INLINE std::shared_ptr<const Vocabulary> Vocabulary::standard() {
  static const auto vocabulary = std::make_shared<const Vocabulary>();
  return vocabulary;
}

NOTIFIER_INLINE Vocabulary Vocabulary::empty() {
  Vocabulary vocabulary;
  vocabulary.state_ = std::make_shared<const detail::VocabularyState>();
  return vocabulary;
}

NOTIFIER_INLINE detail::VocabularyState& Vocabulary::edit() {
  if (state_.use_count() != 1) state_ = std::make_shared<const detail::VocabularyState>(*state_);
  return const_cast<detail::VocabularyState&>(*state_);  // nobody else has it
}

/// What languages say follows what they translate.
NOTIFIER_INLINE Result<void> Vocabulary::renewed(Result<void> result) {
  if (!state_->languages.empty()) detail::renew_languages(edit());
  return result;
}

NOTIFIER_INLINE Result<void> Vocabulary::add_category(const Category& category) {
  return detail::put(edit(), category, detail::RowMode::add);
}
NOTIFIER_INLINE Result<void> Vocabulary::replace_category(const Category& category) {
  return detail::put(edit(), category, detail::RowMode::replace);
}
NOTIFIER_INLINE Result<void> Vocabulary::add_event_type(const EventType& type) {
  return detail::put(edit(), type, detail::RowMode::add);
}
NOTIFIER_INLINE Result<void> Vocabulary::replace_event_type(const EventType& type) {
  return detail::put(edit(), type, detail::RowMode::replace);
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_category(std::string_view id) {
  detail::VocabularyState& state = edit();
  const std::size_t index = detail::find_category(state, id);
  if (index == state.categories.size()) return detail::no_such_row("id", "category");
  const auto is_in_it = [&](const EventType& type) { return type.category_id == id; };
  const std::size_t type = detail::find_row(state.types, is_in_it);
  if (type != state.types.size()) {
    detail::EntryCheck check;
    check.report("id", detail::joined("is the category of the event type ", state.types[type].name), "in_use");
    return check.result("removal of a category");
  }
  detail::erase_at(state.categories, index);
  detail::erase_at(state.category_texts, index);
  return {};
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_event_type(std::string_view id) {
  detail::VocabularyState& state = edit();
  const std::uint32_t index = state.type_ids.find(id);
  if (index == detail::NameIndex::npos) return detail::no_such_row("id", "event type");
  const detail::RowText text = state.type_texts[index];
  detail::erase_at(state.types, index);
  detail::erase_at(state.type_texts, index);
  state.index();
  return {};
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_event_kind(std::string_view type) {
  detail::VocabularyState& state = edit();
  const std::uint32_t index = state.find_kind(type);
  if (index == detail::NameIndex::npos) return detail::no_such_row("type", "event kind");
  const detail::RowText text = state.kind_facts[index].text;  // `type` may point into it
  detail::erase_at(state.kinds, index);
  detail::erase_at(state.kind_facts, index);
  state.index();
  return renewed({});
}

NOTIFIER_INLINE Result<void> Vocabulary::put_word(std::string_view set, std::string_view value, std::string_view text) {
  return renewed(detail::put_word(edit().word_sets, set, value, text));
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_word(std::string_view set, std::string_view value) {
  for (detail::WordSet& one : edit().word_sets) {
    if (one.name != set) continue;
    const std::size_t place =
        detail::find_row(one.words, [&](const detail::Word& word) { return word.value == value; });
    if (place == one.words.size()) break;
    detail::erase_at(one.words, place);
    return renewed({});
  }
  return detail::no_such_row("value", "word");
}

NOTIFIER_INLINE Result<void> Vocabulary::add_platform(std::string_view row) {
  return detail::put_platform(edit(), row, detail::RowMode::add);
}
NOTIFIER_INLINE Result<void> Vocabulary::replace_platform(std::string_view row) {
  return detail::put_platform(edit(), row, detail::RowMode::replace);
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_platform(std::string_view name) {
  auto& platforms = edit().platforms;
  const std::size_t place = detail::find_row(platforms, [&](const auto& own) { return own->row().name == name; });
  if (place == platforms.size()) return detail::no_such_row("name", "platform");
  detail::erase_at(platforms, place);
  return {};
}

NOTIFIER_INLINE std::vector<std::string_view> Vocabulary::platforms() const {
  std::vector<std::string_view> rows;
  for (const auto& own : state_->platforms) rows.push_back(own->json());
  return rows;
}

namespace detail {

inline std::vector<WordingRow> to_rows(const std::vector<Wording>& wordings) {
  std::vector<WordingRow> rows;
  rows.reserve(wordings.size());
  for (const Wording& wording : wordings) {
    rows.push_back({{},
                    wording.when,
                    wording.severity.value_or(Severity::info),
                    wording.title,
                    wording.sentence,
                    wording.fields,
                    wording.actor,
                    wording.link,
                    wording.severity.has_value()});
  }
  return rows;
}

}  // namespace detail

NOTIFIER_INLINE Result<void> Vocabulary::add_event_kind(const EventKind& kind, const std::vector<Wording>& wordings,
                                                        std::string_view sample) {
  return renewed(detail::put(edit(), kind, detail::to_rows(wordings), sample, detail::RowMode::add, nullptr));
}
NOTIFIER_INLINE Result<void> Vocabulary::replace_event_kind(const EventKind& kind, const std::vector<Wording>& wordings,
                                                            std::string_view sample) {
  return renewed(detail::put(edit(), kind, detail::to_rows(wordings), sample, detail::RowMode::replace, nullptr));
}

NOTIFIER_INLINE Result<void> Vocabulary::put_language(std::string_view tag, std::string_view json) {
  return detail::put_language(edit(), tag, json);
}

NOTIFIER_INLINE Result<void> Vocabulary::remove_language(std::string_view tag) {
  auto& languages = edit().languages;
  const std::size_t place = detail::find_row(languages, [&](const auto& language) { return language->tag == tag; });
  if (place == languages.size()) return detail::no_such_row("tag", "language");
  detail::erase_at(languages, place);
  return {};
}

NOTIFIER_INLINE std::vector<std::string_view> Vocabulary::languages() const {
  std::vector<std::string_view> tags = {detail::english};
  for (const auto& language : state_->languages) {
    if (language->tag != detail::english) tags.push_back(language->tag);
  }
  return tags;
}

NOTIFIER_INLINE Result<Vocabulary> Vocabulary::read(json::View object, const Vocabulary& base, const Vocabulary* like) {
  auto state = detail::read_vocabulary(object, *base.state_, like != nullptr ? like->state_.get() : base.state_.get());
  if (!state) return std::move(state).error();
  Vocabulary vocabulary;
  vocabulary.state_ = std::move(*state);
  return vocabulary;
}

NOTIFIER_INLINE Result<Vocabulary> Vocabulary::read(std::string_view json, const Vocabulary& base) {
  json::Document document;
  const auto root = document.parse(detail::without_byte_order_mark(json), NOTIFIER_MAX_SNAPSHOT_BYTES);
  if (!root) return root.error();
  return read(*root, base);
}

NOTIFIER_INLINE void write_json(json::Writer& out, const Vocabulary& vocabulary) {
  const detail::VocabularyState none;
  const detail::VocabularyState& own = vocabulary.state();
  detail::RowWriter(out, own, own.is_standard ? Vocabulary::standard()->state() : none).write();
}

NOTIFIER_INLINE void write_json(json::Writer& out, const Vocabulary& vocabulary, const EventKind& kind) {
  detail::RowWriter(out, vocabulary.state(), vocabulary.state()).write_kind(kind);
}

NOTIFIER_NAMESPACE_END
