// What events there are and what a notifier can select: the built-in tables, and a Vocabulary that a host can extend.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/catalogue/categories.hpp"
#include "notifier/catalogue/event_kinds.hpp"
#include "notifier/catalogue/event_types.hpp"
#include "notifier/catalogue/name_index.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The bit of a notifier's row that an event tests. Bits 0 to 63 fit the fast path; a host's own types may go beyond.
using EventBit = std::uint32_t;

/// Event types, kinds and categories: the built-in ones, and a host's own beside them. Build it, then share it: a
/// Registry keeps a `shared_ptr<const Vocabulary>`. Reading is thread-safe, and allocates nothing.
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
  const std::vector<Category>& categories() const noexcept { return categories_; }
  /// In order of registration: an entry's index is its EventBit.
  const std::vector<EventType>& event_types() const noexcept { return types_; }
  const std::vector<EventKind>& event_kinds() const noexcept { return kinds_; }

  /// nullptr where there is none.
  const EventType* find_event_type_by_id(std::string_view id) const noexcept { return at(types_, type_ids_.find(id)); }
  const EventType* find_event_type_by_name(std::string_view name) const noexcept {
    return at(types_, type_names_.find(name));
  }
  const EventKind* find_event_kind(std::string_view type) const noexcept { return at(kinds_, kind_names_.find(type)); }

  /// The selectable type an event kind belongs to, by the kind's name or by the type's own name (`selected_events`
  /// holds names from either namespace; a type's own name goes first); nullptr where there is none.
  const EventType* resolve_selected_name(std::string_view name) const noexcept;

  /// How many bits a notifier's row has: one for each event type, and one for all kinds that are not selectable.
  std::size_t bit_count() const noexcept { return types_.size() + 1; }
  /// @param type  an entry of this vocabulary.
  EventBit bit_of(const EventType& type) const noexcept { return static_cast<EventBit>(&type - types_.data()); }
  /// The bit an event of this kind tests: its selectable type's, else unselectable_bit(). Never fails: unknown kinds
  /// are unselectable. One hash look-up.
  EventBit bit_of_kind(std::string_view type) const noexcept {
    const std::uint32_t kind = kind_names_.find(type);
    return kind == detail::NameIndex::npos ? unselectable_bit() : least(kind_bits_[kind], unselectable_bit());
  }
  EventBit unselectable_bit() const noexcept { return static_cast<EventBit>(types_.size()); }
  /// The bit of `app_alert_triggered`, which send_all_events does not cover.
  EventBit alert_bit() const noexcept { return alert_bit_; }

 private:
  static constexpr EventBit no_bit = 0xFFFFFFFF;

  static constexpr EventBit least(EventBit a, EventBit b) noexcept { return a < b ? a : b; }

  template <class T>
  static const T* at(const std::vector<T>& entries, std::uint32_t index) noexcept {
    return index == detail::NameIndex::npos ? nullptr : &entries[index];
  }

  void insert(const Category& category);
  void insert(const EventType& type);
  void insert(const EventKind& kind);
  std::string_view own(std::string_view text);

  std::vector<Category> categories_;
  std::vector<EventType> types_;
  std::vector<EventKind> kinds_;
  std::vector<EventBit> kind_bits_;  // of each kind; no_bit where it is not selectable
  detail::NameIndex type_ids_;
  detail::NameIndex type_names_;
  detail::NameIndex kind_names_;
  std::vector<std::shared_ptr<const std::string>> texts_;  // shared, so that a copy's views stay valid
  EventBit alert_bit_ = no_bit;
};

// JSON of the API, keys in the order they are named here.
/// Writes `{"id","name","display_name","position"}`.
void write_json(json::Writer& out, const Category& category);
/// Writes `{"id","name","display_name","description","template","category_id"}`.
void write_json(json::Writer& out, const EventType& type);

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>
#include <iterator>
#include <utility>

#include "notifier/text/packed.hpp"

NOTIFIER_NAMESPACE_BEGIN

namespace detail {

/// Collects what is wrong with an entry that a host adds to a Vocabulary.
class EntryCheck {
 public:
  void require(std::string_view field, std::string_view value) {
    if (value.empty()) report(field, "can't be blank", "blank");
  }
  void require_free(std::string_view field, bool taken) {
    if (taken) report(field, "is already taken", "taken");
  }
  void require_known(std::string_view field, std::string_view value, bool known) {
    if (!known) report(field, "refers to \"" + std::string(value) + "\", which is not in the vocabulary", "unknown");
  }

  Result<void> result(std::string_view what) {
    if (problems_.empty()) return {};
    Error error;
    error.message = "the " + std::string(what) + " can't be added: " + problems_[0].field + " " + problems_[0].message;
    error.field = problems_[0].field;
    error.fields = std::move(problems_);
    return error;
  }

 private:
  NOTIFIER_NOINLINE void report(std::string_view field, std::string_view message, std::string_view code) {
    problems_.push_back({std::string(field), std::string(message), std::string(code)});
  }

  std::vector<FieldError> problems_;
};

}  // namespace detail

NOTIFIER_INLINE Vocabulary::Vocabulary() {
  for (const Category& category : builtin_categories) insert(category);
  using Types =
      detail::Packed<builtin_event_types, &EventType::id, &EventType::name, &EventType::display_name,
                     &EventType::description, &EventType::category_id, &EventType::selectable_on_every_platform>;
  types_.reserve(std::size(builtin_event_types));
  for (const EventType& type : Types::Rows().all) insert(type);
  using Kinds = detail::Packed<builtin_event_kinds, &EventKind::type, &EventKind::scope, &EventKind::selectable_as>;
  kinds_.reserve(std::size(builtin_event_kinds));
  for (const EventKind& kind : Kinds::Rows().all) insert(kind);
  alert_bit_ = type_names_.find("app_alert_triggered");
}

NOTIFIER_INLINE std::shared_ptr<const Vocabulary> Vocabulary::standard() {
  static const auto vocabulary = std::make_shared<const Vocabulary>();
  return vocabulary;
}

NOTIFIER_INLINE Result<void> Vocabulary::add_category(const Category& category) {
  detail::EntryCheck check;
  check.require("id", category.id);
  check.require("name", category.name);
  for (const Category& other : categories_) {
    check.require_free("id", other.id == category.id);
    check.require_free("name", other.name == category.name);
  }
  Result<void> result = check.result("category");
  if (result) insert({own(category.id), own(category.name), own(category.display_name), category.position});
  return result;
}

NOTIFIER_INLINE Result<void> Vocabulary::add_event_type(const EventType& type) {
  detail::EntryCheck check;
  check.require("id", type.id);
  check.require("name", type.name);
  check.require_free("id", find_event_type_by_id(type.id) != nullptr);
  check.require_free("name", find_event_type_by_name(type.name) != nullptr);
  const auto is_its_category = [&](const Category& category) { return category.id == type.category_id; };
  check.require_known("category_id", type.category_id,
                      std::any_of(categories_.begin(), categories_.end(), is_its_category));
  Result<void> result = check.result("event type");
  if (result) {
    insert({own(type.id), own(type.name), own(type.display_name), own(type.description), own(type.category_id),
            type.selectable_on_every_platform});
  }
  return result;
}

NOTIFIER_INLINE Result<void> Vocabulary::add_event_kind(const EventKind& kind) {
  detail::EntryCheck check;
  check.require("type", kind.type);
  check.require_free("type", find_event_kind(kind.type) != nullptr);
  check.require_known("selectable_as", kind.selectable_as,
                      kind.selectable_as.empty() || find_event_type_by_name(kind.selectable_as) != nullptr);
  Result<void> result = check.result("event kind");
  if (result) insert({own(kind.type), kind.scope, own(kind.selectable_as)});
  return result;
}

NOTIFIER_INLINE const EventType* Vocabulary::resolve_selected_name(std::string_view name) const noexcept {
  if (const EventType* type = find_event_type_by_name(name)) return type;
  const std::uint32_t kind = kind_names_.find(name);
  return kind == detail::NameIndex::npos || kind_bits_[kind] == no_bit ? nullptr : &types_[kind_bits_[kind]];
}

NOTIFIER_INLINE void Vocabulary::insert(const Category& category) {
  const auto comes_before = [](const Category& a, const Category& b) { return a.position < b.position; };
  categories_.insert(std::upper_bound(categories_.begin(), categories_.end(), category, comes_before), category);
}

NOTIFIER_INLINE void Vocabulary::insert(const EventType& type) {
  const auto bit = static_cast<EventBit>(types_.size());
  types_.push_back(type);
  type_ids_.insert(type.id, bit);
  type_names_.insert(type.name, bit);
}

NOTIFIER_INLINE void Vocabulary::insert(const EventKind& kind) {
  kind_names_.insert(kind.type, static_cast<std::uint32_t>(kinds_.size()));
  kinds_.push_back(kind);
  kind_bits_.push_back(type_names_.find(kind.selectable_as));
}

NOTIFIER_INLINE std::string_view Vocabulary::own(std::string_view text) {
  texts_.push_back(std::make_shared<const std::string>(text));
  return *texts_.back();
}

NOTIFIER_INLINE void write_json(json::Writer& out, const Category& category) {
  out.object([&] {
    out.member("id", category.id);
    out.member("name", category.name);
    out.member("display_name", category.display_name);
    out.key("position");
    out.integer(category.position);
  });
}

NOTIFIER_INLINE void write_json(json::Writer& out, const EventType& type) {
  out.object([&] {
    out.member("id", type.id);
    out.member("name", type.name);
    out.member("display_name", type.display_name);
    out.member("description", type.description);
    // The public API has it, and says nothing in it: an empty text of some types, null of all others.
    constexpr std::string_view empty =
        " app_deployed app_restarted app_crashed app_crashed_repeated app_scaled app_stopped app_command_ran "
        "app_deleted "
        "app_transferred app_renamed app_alert_triggered addon_provisioned addon_updated ";
    out.key("template");
    if (empty.find(" " + std::string(type.name) + " ") == std::string_view::npos) {
      out.null();
    } else {
      out.string({});
    }
    out.member("category_id", type.category_id);
  });
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
