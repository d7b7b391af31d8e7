// A host's own event types in a snapshot: `event_types`, and `event_categories` where they have their own.
//
//     {"id":"...", "name":"backup_failed", "display_name":"...", "description":"...", "category_id":"...",
//     "kinds":["backup_failed"]}
//
// `kinds` are the values of an event's `type` field that the event type selects; its own name where the key is missing.

#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/catalogue/catalogue.hpp"
#include "notifier/model/draft_view.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline bool has_own_types(const Vocabulary& vocabulary) noexcept {
  return vocabulary.event_types().size() > Vocabulary::standard()->event_types().size();
}

/// Writes both keys, where there is something to write.
inline void write_own_types(json::Writer& out, const Vocabulary& vocabulary) {
  const Vocabulary& standard = *Vocabulary::standard();
  if (!has_own_types(vocabulary)) return;
  const auto is_own = [&](const Category& category) {
    return std::none_of(standard.categories().begin(), standard.categories().end(),
                        [&](const Category& other) { return other.id == category.id; });
  };
  if (std::any_of(vocabulary.categories().begin(), vocabulary.categories().end(), is_own)) {
    out.key("event_categories");
    out.array([&] {
      for (const Category& category : vocabulary.categories()) {
        if (is_own(category)) write_json(out, category);
      }
    });
  }
  out.key("event_types");
  out.array([&] {
    for (std::size_t i = standard.event_types().size(); i < vocabulary.event_types().size(); ++i) {
      const EventType& type = vocabulary.event_types()[i];
      out.object([&] {
        out.member("id", type.id);
        out.member("name", type.name);
        out.member("display_name", type.display_name);
        out.member("description", type.description);
        out.member("category_id", type.category_id);
        out.key("kinds");
        out.array([&] {
          for (const EventKind& kind : vocabulary.event_kinds()) {
            if (kind.selectable_as == type.name) out.string(kind.type);
          }
        });
      });
    }
  });
}

/// Extends a vocabulary by what a snapshot carries; entries that it has already are passed over.
class VocabularyReader {
 public:
  VocabularyReader(Vocabulary& vocabulary, Problems& problems) noexcept
      : vocabulary_(vocabulary), problems_(problems) {}

  void read(json::View root) {
    read_entries(root, "event_categories", [this](json::View entry) { return add_category(entry); });
    read_entries(root, "event_types", [this](json::View entry) { return add_type(entry); });
  }

 private:
  template <class Add>
  void read_entries(json::View root, std::string_view key, Add&& add) {
    const json::View entries = root[key];
    if (!entries.exists() || entries.is_null()) return;
    if (!entries.is_array()) return problems_.add(key, "must be an array", "type");
    std::size_t position = 0;
    entries.for_each_element([&](json::View entry) {
      const std::string path = std::string(key) + "[" + decimal(position++) + "]";
      if (!entry.is_object()) return problems_.add(path, "must be an object", "type");
      const Result<void> added = add(entry);
      if (added) return;
      for (const FieldError& fault : added.error().fields) {
        problems_.add(path + "." + fault.field, fault.message, fault.code);
      }
    });
  }

  Result<void> add_category(json::View entry) {
    const std::string_view id = entry["id"].string();
    const std::string_view name = entry["name"].string();
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
    const std::string_view id = entry["id"].string();
    const std::string_view name = entry["name"].string();
    const EventType* const present = vocabulary_.find_event_type_by_id(id);
    if (present == nullptr || present->name != name) {
      EventType type;
      type.id = id;
      type.name = name;
      type.display_name = text_or(entry["display_name"], name);
      type.description = entry["description"].string();
      type.category_id = text_or(entry["category_id"], vocabulary_.categories().front().id);
      Result<void> added = vocabulary_.add_event_type(type);
      if (!added) return added;
    }
    const json::View kinds = entry["kinds"];
    if (!kinds.is_array()) return add_kind(name, name);
    Result<void> result;
    kinds.for_each_element([&](json::View kind) {
      Result<void> added = add_kind(kind.string(), name);
      if (!added) result = std::move(added);
    });
    return result;
  }

  Result<void> add_kind(std::string_view type, std::string_view selectable_as) {
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

/// A copy of a vocabulary, extended by what a snapshot carries. Few snapshots do, so it is kept out of its caller.
[[gnu::noinline]] inline Result<std::shared_ptr<const Vocabulary>> extend_vocabulary(const Vocabulary& vocabulary,
                                                                                     json::View root) {
  auto extended = std::make_shared<Vocabulary>(vocabulary);
  Problems problems;
  VocabularyReader(*extended, problems).read(root);
  if (!problems.empty()) return std::move(problems).to_error("document");
  return std::shared_ptr<const Vocabulary>(std::move(extended));
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
