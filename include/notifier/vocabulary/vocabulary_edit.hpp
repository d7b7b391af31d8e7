#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/vocabulary/vocabulary.hpp"
#include "notifier/vocabulary/vocabulary_state.hpp"

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

inline Vocabulary::Vocabulary() {
  static const std::shared_ptr<const detail::VocabularyState> standard = detail::VocabularyState::make_standard();
  state_ = standard;
}

inline std::shared_ptr<const Vocabulary> Vocabulary::standard() {
  static const auto vocabulary = std::make_shared<const Vocabulary>();
  return vocabulary;
}

inline detail::VocabularyState& Vocabulary::edit() {
  if (state_.use_count() != 1) state_ = std::make_shared<const detail::VocabularyState>(*state_);
  return const_cast<detail::VocabularyState&>(*state_);  // nobody else has it
}

inline Result<void> Vocabulary::add_category(const Category& category) {
  detail::EntryCheck check;
  check.require("id", category.id);
  check.require("name", category.name);
  for (const Category& other : categories()) {
    check.require_free("id", other.id == category.id);
    check.require_free("name", other.name == category.name);
  }
  Result<void> result = check.result("category");
  if (!result) return result;
  Category row = category;
  detail::RowText text = detail::own({&row.id, &row.name, &row.display_name});
  edit().insert(row, std::move(text));
  return result;
}

inline Result<void> Vocabulary::add_event_type(const EventType& type) {
  detail::EntryCheck check;
  check.require("id", type.id);
  check.require("name", type.name);
  check.require_free("id", find_event_type_by_id(type.id) != nullptr);
  check.require_free("name", find_event_type_by_name(type.name) != nullptr);
  const auto is_its_category = [&](const Category& category) { return category.id == type.category_id; };
  check.require_known("category_id", type.category_id,
                      std::any_of(categories().begin(), categories().end(), is_its_category));
  Result<void> result = check.result("event type");
  if (!result) return result;
  EventType row = type;
  detail::RowText text = detail::own({&row.id, &row.name, &row.display_name, &row.description, &row.category_id});
  edit().insert(row, std::move(text));
  return result;
}

inline Result<void> Vocabulary::add_event_kind(const EventKind& kind) {
  detail::EntryCheck check;
  check.require("type", kind.type);
  check.require_free("type", find_event_kind(kind.type) != nullptr);
  check.require_known("selectable_as", kind.selectable_as,
                      kind.selectable_as.empty() || find_event_type_by_name(kind.selectable_as) != nullptr);
  Result<void> result = check.result("event kind");
  if (!result) return result;
  EventKind row = kind;
  detail::RowText text = detail::own({&row.type, &row.selectable_as});
  edit().insert(row, nullptr, std::move(text));
  return result;
}

inline void write_json(json::Writer& out, const Category& category) {
  out.object([&] {
    out.member("id", category.id);
    out.member("name", category.name);
    out.member("display_name", category.display_name);
    out.key("position");
    out.integer(category.position);
  });
}

inline void write_json(json::Writer& out, const EventType& type) {
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
