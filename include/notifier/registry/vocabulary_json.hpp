// A vocabulary in a snapshot: the member `vocabulary`, as Vocabulary::read() takes it. What 1.0 wrote is read, too:
// `event_types`, `event_kinds`, and `event_categories`.
//
//     "event_types":[{"id":"...", "name":"backup_failed", "display_name":"...", "description":"...",
//                     "category_id":"...", "kinds":["backup_failed"]}]
//     "event_kinds":[{"type":"quota_reached", "scope":"project", "selectable_as":"backup_failed"}]
//
// `kinds` are the values of an event's `type` field that the event type selects, of scope app; its own name where the
// key is missing. `event_kinds` are all others: `scope` is app, project or account, and app where the key is missing;
// `selectable_as` names an event type, and is left out where none selects the kind. Entries that are there are passed
// over.

#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/model/draft_view.hpp"
#include "notifier/model/known_keys.hpp"
#include "notifier/text/decimal.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Writes what makes a vocabulary of the built-in one, where that is anything.
NOTIFIER_NOINLINE inline void write_vocabulary_member(json::Writer& out, const Vocabulary& vocabulary) {
  Buffer text;
  json::Writer writer(text);
  write_json(writer, vocabulary);
  if (text.view() == "{}") return;
  out.key("vocabulary");
  out.raw(text.view());
}

/// Extends a vocabulary by what a snapshot carries; entries that it has already are passed over.
class VocabularyReader {
 public:
  VocabularyReader(Vocabulary& vocabulary, Problems& problems) noexcept
      : vocabulary_(vocabulary), problems_(problems) {}

  void read(json::View root) {
    read_entries(root, "event_categories", category_keys,
                 [](VocabularyReader& self, json::View entry) { return self.add_category(entry); });
    read_entries(root, "event_types", event_type_keys,
                 [](VocabularyReader& self, json::View entry) { return self.add_type(entry); });
    read_entries(root, "event_kinds", event_kind_keys,
                 [](VocabularyReader& self, json::View entry) { return self.add_own_kind(entry); });
  }

 private:
  void read_entries(json::View root, std::string_view key, std::string_view keys,
                    Result<void> (*add)(VocabularyReader&, json::View)) {
    const json::View entries = root[key];
    if (!entries.exists() || entries.is_null()) return;
    if (!entries.is_array()) return problems_.add(key, "must be an array", "type");
    std::size_t position = 0;
    entries.for_each_element([&](json::View entry) {
      const std::string path = joined(key, "[", decimal(position++), "]");
      if (!entry.is_object()) return problems_.add(path, "must be an object", "type");
      check_keys(entry, keys, joined(path, "."), problems_);
      const Result<void> added = add(*this, entry);
      if (added) return;
      for (const FieldError& fault : added.error().fields) {
        problems_.add(joined(path, ".", fault.field), fault.message, fault.code);
      }
    });
  }

  Result<void> add_category(json::View entry) {
    const std::string_view id = entry.string("id");
    const std::string_view name = entry.string("name");
    for (const Category& category : vocabulary_.categories()) {
      if (category.id == id && category.name == name) return {};
    }
    std::int64_t position{};
    if (!entry["position"].integer(position) || position < 1 || position > 1000000) {
      position = static_cast<std::int64_t>(vocabulary_.categories().size()) + 1;
    }
    return vocabulary_.add_category({id, name, text_or(entry["display_name"], name), static_cast<int>(position)});
  }

  Result<void> add_type(json::View entry) {
    const std::string_view id = entry.string("id");
    const std::string_view name = entry.string("name");
    const EventType* const present = vocabulary_.find_event_type_by_id(id);
    if (present == nullptr || present->name != name) {
      EventType type;
      type.id = id;
      type.name = name;
      type.display_name = text_or(entry["display_name"], name);
      type.description = entry.string("description");
      const auto& categories = vocabulary_.categories();
      type.category_id = text_or(entry["category_id"], categories.empty() ? std::string_view() : categories.front().id);
      Result<void> added = vocabulary_.add_event_type(type);
      if (!added) return added;
    }
    const json::View kinds = entry["kinds"];
    if (!kinds.is_array()) return add_kind_of(name, name);
    Result<void> result;
    kinds.for_each_element([&](json::View kind) {
      Result<void> added = add_kind_of(kind.string(), name);
      if (!added) result = std::move(added);
    });
    return result;
  }

  Result<void> add_own_kind(json::View entry) {
    Problems problems;
    EventKind kind;
    kind.type = entry.string("type");
    kind.selectable_as = entry.string("selectable_as");
    const json::View given = entry["scope"];
    const std::string_view scope = given.exists() && !given.is_null() ? given.string() : to_string(Scope::app);
    for (const Scope one : {Scope::app, Scope::project, Scope::account}) {
      if (scope != to_string(one)) continue;
      kind.scope = one;
      const EventKind* const present = vocabulary_.find_event_kind(kind.type);
      const bool is_there = present != nullptr && present->scope == one && present->selectable_as == kind.selectable_as;
      return is_there ? Result<void>() : vocabulary_.add_event_kind(kind);
    }
    problems.add("scope", "must be app, project or account", "unknown");
    return std::move(problems).to_error("event kind");
  }

  /// A kind that an event type names. One that is there may have another scope: 1.0 did not write it.
  Result<void> add_kind_of(std::string_view type, std::string_view selectable_as) {
    const EventKind* const present = vocabulary_.find_event_kind(type);
    if (present != nullptr && present->selectable_as == selectable_as) return {};
    return vocabulary_.add_event_kind({type, Scope::app, selectable_as});
  }

  static std::string_view text_or(json::View value, std::string_view otherwise) {
    return value.is_string() && !value.string().empty() ? value.string() : otherwise;
  }

  Vocabulary& vocabulary_;
  Problems& problems_;
};

/// The error of what lies below a path, which ends with a dot.
NOTIFIER_NOINLINE inline Error below(std::string_view path, Error error) {
  for (FieldError& fault : error.fields) fault.field.insert(0, path);
  if (!error.fields.empty()) error.field = error.fields[0].field;
  return error;
}

/// Whether a document says something of events.
inline bool has_vocabulary(json::View root) noexcept {
  const json::View vocabulary = root["vocabulary"];
  return (vocabulary.exists() && !vocabulary.is_null()) || root["event_types"].size() != 0 ||
         root["event_categories"].size() != 0 || root["event_kinds"].size() != 0;
}

/// The vocabulary of a document. Few have one, so it is kept out of its caller.
/// @param base     what its rows are layered on
/// @param present  the one that it may replace
NOTIFIER_NOINLINE inline Result<std::shared_ptr<const Vocabulary>> read_vocabulary(const Vocabulary& base,
                                                                                   const Vocabulary& present,
                                                                                   json::View root) {
  auto vocabulary = std::make_shared<Vocabulary>(base);
  const json::View own = root["vocabulary"];
  if (own.exists() && !own.is_null()) {
    auto read = Vocabulary::read(own, base, &present);
    if (!read) return below("vocabulary.", std::move(read).error());
    *vocabulary = *std::move(read);
  }
  Problems problems;
  VocabularyReader(*vocabulary, problems).read(root);
  if (!problems.empty()) return std::move(problems).to_error("document");
  return std::shared_ptr<const Vocabulary>(std::move(vocabulary));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
