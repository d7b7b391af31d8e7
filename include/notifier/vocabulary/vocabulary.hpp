// What events there are, what is said of them and what a notifier can select: a Vocabulary, the built-in one or a
// host's own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "notifier/json/writer.hpp"
#include "notifier/result.hpp"
#include "notifier/vocabulary/rows.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
class VocabularyState;
}

/// The bit of a notifier's row that an event tests. Bits 0 to 63 fit the fast path; a host's own types may go beyond.
using EventBit = std::uint32_t;

/// Event types, kinds and categories: the built-in ones, and a host's own beside them. Build it, then share it: a
/// Registry keeps a `shared_ptr<const Vocabulary>`. Reading is thread-safe, and allocates nothing. A copy is cheap: it
/// shares the rows until one of the two is changed.
class Vocabulary {
 public:
  /// The built-in tables alone.
  Vocabulary();

  /// The built-in vocabulary, shared.
  static std::shared_ptr<const Vocabulary> standard();

  /// Adds a host's own; text is copied. Fails with errc::invalid where the id or name is taken or empty, or refers to
  /// what there is not; `fields` names each problem, and nothing is added. Invalidates pointers to entries.
  Result<void> add_category(const Category& category);
  Result<void> add_event_type(const EventType& type);
  /// @param kind  `selectable_as` may be empty.
  Result<void> add_event_kind(const EventKind& kind);

  /// By position; among equals, the first registered first.
  const std::vector<Category>& categories() const noexcept;
  /// In order of registration: an entry's index is its EventBit.
  const std::vector<EventType>& event_types() const noexcept;
  const std::vector<EventKind>& event_kinds() const noexcept;

  /// nullptr where there is none.
  const EventType* find_event_type_by_id(std::string_view id) const noexcept;
  const EventType* find_event_type_by_name(std::string_view name) const noexcept;
  const EventKind* find_event_kind(std::string_view type) const noexcept;

  /// The selectable type an event kind belongs to, by the kind's name or by the type's own name (`selected_events`
  /// holds names from either namespace; a type's own name goes first); nullptr where there is none.
  const EventType* resolve_selected_name(std::string_view name) const noexcept;

  /// How many bits a notifier's row has: one for each event type, and one for all kinds that are not selectable.
  std::size_t bit_count() const noexcept;
  /// @param type  an entry of this vocabulary.
  EventBit bit_of(const EventType& type) const noexcept;
  /// The bit an event of this kind tests: its selectable type's, else unselectable_bit(). Never fails: unknown kinds
  /// are unselectable. One hash look-up.
  EventBit bit_of_kind(std::string_view type) const noexcept;
  EventBit unselectable_bit() const noexcept;
  /// The bit of `app_alert_triggered`, which send_all_events does not cover; beyond all others where there is no such
  /// type.
  EventBit alert_bit() const noexcept;

  /// For the library itself.
  const detail::VocabularyState& state() const noexcept { return *state_; }

 private:
  detail::VocabularyState& edit();

  std::shared_ptr<const detail::VocabularyState> state_;
};

/// What 1.0 called it.
using Catalogue = Vocabulary;

// JSON of the API, keys in the order they are named here.
/// Writes `{"id","name","display_name","position"}`.
void write_json(json::Writer& out, const Category& category);
/// Writes `{"id","name","display_name","description","template","category_id"}`.
void write_json(json::Writer& out, const EventType& type);

NOTIFIER_NAMESPACE_END

#include "notifier/vocabulary/vocabulary_edit.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"
