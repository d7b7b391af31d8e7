// What events there are, what is said of them and what a notifier can select: a Vocabulary, the built-in one or a
// host's own.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/result.hpp"
#include "notifier/vocabulary/rows.hpp"
#include "notifier/vocabulary/wording.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {
class VocabularyState;
}

/// What events there are and what is said of them: event types, kinds and their wordings, categories, words. The
/// built-in one speaks for a hosting platform; a host's own stand beside it, replace rows of it, or do without it:
///
///     notifier::Vocabulary vocabulary = notifier::Vocabulary::empty();
///     vocabulary.add_event_kind({"furnace_overheated"}, {{"", Severity::error, "{furnace} is overheating"}});
///
/// Build it, then share it: a Registry keeps a `shared_ptr<const Vocabulary>`. Reading is thread-safe, and allocates
/// nothing. A copy is cheap: it shares the rows until one of the two is changed.
class Vocabulary {
 public:
  /// The built-in one.
  Vocabulary();

  /// The built-in vocabulary, shared.
  static std::shared_ptr<const Vocabulary> standard();
  /// One that knows nothing: events are told by what they carry.
  static Vocabulary empty();
  /// Reads a vocabulary from JSON, the form of write_json(): rows are layered on another vocabulary, where those with
  /// a taken id or kind replace its rows, and `{"type":"restart","remove":true}` takes one away; with
  /// `"standard":false` on none. A kind whose event type goes is not selectable any more.
  ///
  ///     {"standard": false,
  ///      "categories": [{"id": "furnaces", "name": "furnaces", "display_name": "Furnaces", "position": 1}],
  ///      "event_types": [{"id": "heat", "name": "furnace_heat", "display_name": "Furnace too hot",
  ///                       "description": "...", "category_id": "furnaces"}],
  ///      "event_kinds": [{"type": "furnace_overheated", "scope": "app", "selectable_as": "furnace_heat",
  ///                       "wordings": [{"when": "level=critical", "severity": "error",
  ///                                     "title": "{furnace} is overheating", "sentence": "...", "fields": "...",
  ///                                     "actor": "...", "link": "{panel:link}"}],
  ///                       "sample": {"type_data": {"furnace": "F2"}}}],
  ///      "words": {"reason": {"operator_stop": "stopped by an operator"}},
  ///      "languages": {"de": {"labels": {"View details": "Ansehen"}}},
  ///      "secret_names": ["badge"], "open_names": ["token_color"], "operator_email": "ops@example.com"}
  ///
  /// @return errc::invalid_json; or errc::invalid with every fault, by row, member and character, as
  ///         "event_kinds[3].wordings[0].title, character 14: no layout is called 'tim'; did you mean time?"
  static Result<Vocabulary> read(std::string_view json, const Vocabulary& base = *standard());
  /// @param like  where it has equal rows, what they are compiled into is shared, as of one that is to be replaced;
  ///              null: the base
  static Result<Vocabulary> read(json::View object, const Vocabulary& base = *standard(),
                                 const Vocabulary* like = nullptr);

  // Row by row. Text is copied. errc::invalid where an id or a name is taken or empty, refers to what there is not, or
  // a wording is not right: `fields` names each problem, and nothing has changed; errc::not_found where there is no
  // such row to replace or remove. All invalidate pointers to entries.

  /// @param category  its id and name are new.
  Result<void> add_category(const Category& category);
  Result<void> replace_category(const Category& category);  ///< the one with this id
  Result<void> remove_category(std::string_view id);        ///< errc::invalid while event types are in it
  /// @param type  its id and name are new, its category is there.
  Result<void> add_event_type(const EventType& type);
  Result<void> replace_event_type(const EventType& type);  ///< the one with this id
  Result<void> remove_event_type(std::string_view id);     ///< its kinds are not selectable any more
  /// @param kind      `selectable_as` may be empty.
  /// @param wordings  at most NOTIFIER_MAX_WORDINGS; none: it is told by what it carries
  /// @param sample    what such an event's `type_data` may hold, as JSON, for previews; empty: made from the slots
  Result<void> add_event_kind(const EventKind& kind, const std::vector<Wording>& wordings = {},
                              std::string_view sample = {});
  Result<void> replace_event_kind(const EventKind& kind, const std::vector<Wording>& wordings = {},
                                  std::string_view sample = {});
  Result<void> remove_event_kind(std::string_view type);
  /// Says what people read in place of a value, where a slot names the set: `{reason:SET}`. In place of what was said.
  /// @param value  "*": any other
  /// @param text   empty: as if the value were absent
  Result<void> put_word(std::string_view set, std::string_view value, std::string_view text);
  Result<void> remove_word(std::string_view set, std::string_view value);
  /// Says in another language what is said here; in place of what was said in it. What it lacks comes in English.
  ///
  ///     vocabulary.put_language("fr", notifier::french);  // of notifier/adapters/french.hpp
  ///
  /// @param tag   as "fr" or "pt-BR"; of "en", what is to be said otherwise than here
  /// @param json  `{"event_kinds":[{"type","wordings":[{"when","title","sentence","fields","actor"}]}],
  ///              "words":{"reason":{"operator_stop":"..."}},"labels":{"View details":"..."}}`. A wording is that of
  ///              the row with this `when`, whose severity, link and what is left out stay; it has no other slots.
  ///              Kinds that say `"standard":true` are of the built-in wordings, and passed over where others are in
  ///              place of them. `labels` are all other texts by their English: of fields, names of event types, and
  ///              those of vocabulary/phrases.hpp
  Result<void> put_language(std::string_view tag, std::string_view json);
  Result<void> remove_language(std::string_view tag);

  /// A platform of the host's own, beside the built-in ones: a row as JSON, which PLATFORMS.md describes. Notifiers of
  /// it are judged by its fields, told by the template of its request, and delivered and judged by the rest of it.
  /// @param row  its name and id are no other platform's
  Result<void> add_platform(std::string_view row);
  Result<void> replace_platform(std::string_view row);  ///< the one with this name
  Result<void> remove_platform(std::string_view name);
  /// Their rows as JSON, in order of registration; views of this vocabulary.
  std::vector<std::string_view> platforms() const;

  /// By position; among equals, the first registered first.
  const std::vector<Category>& categories() const noexcept;
  /// In order of registration: an entry's index is its EventBit.
  const std::vector<EventType>& event_types() const noexcept;
  const std::vector<EventKind>& event_kinds() const noexcept;

  /// The tags of all languages, English first.
  std::vector<std::string_view> languages() const;

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
  Result<void> renewed(Result<void> result);

  std::shared_ptr<const detail::VocabularyState> state_;
};

/// What 1.0 called it.
using Catalogue = Vocabulary;

/// The form that Vocabulary::read() takes. What began as the built-in one is written as what differs from it.
void write_json(json::Writer& out, const Vocabulary& vocabulary);
/// Writes one of its kinds as a row of that form, also a built-in one: what its `event_kinds` would have to say for it.
void write_json(json::Writer& out, const Vocabulary& vocabulary, const EventKind& kind);

// JSON of the API, keys in the order they are named here.
/// Writes `{"id","name","display_name","position"}`.
void write_json(json::Writer& out, const Category& category);
/// Writes `{"id","name","display_name","description","template","category_id"}`.
void write_json(json::Writer& out, const EventType& type);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES
#include "notifier/vocabulary/vocabulary_implementation.hpp"
#endif
