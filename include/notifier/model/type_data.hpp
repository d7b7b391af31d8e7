#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/range.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The platform-dependent part of a notifier: fields with a name and a text, or a list of texts. Which there may be,
/// and which of them are secrets, the platform's row says; one that is empty is the same as one that is not there.
class TypeData {
 public:
  /// The text of a field, as `text("webhook_url")`; empty where there is none. Valid until the field is set.
  std::string_view text(std::string_view key) const noexcept;
  /// The texts of a field, as `texts("user_ids")`; empty where there are none. Valid until the field is set.
  Range<std::string> texts(std::string_view key) const noexcept;

  /// Says what the text of a field is from now on; an empty one removes it.
  void set_text(std::string_view key, std::string_view text);
  /// The same of a field with texts.
  void set_texts(std::string_view key, std::vector<std::string> texts);

  /// Unknown keys as compact JSON members without braces, as `"phone_number":"1"`, in the order first given. Kept and
  /// returned.
  std::string other;

  /// Empties all, and keeps their memory.
  NOTIFIER_NOINLINE void clear() noexcept {
    for (Field& field : fields_) {
      field.text.clear();
      field.texts.clear();
    }
    other.clear();
  }

 private:
  struct Field {
    std::string key;
    std::string text;
    std::vector<std::string> texts;
  };

  const Field* find(std::string_view key) const noexcept;
  Field& at(std::string_view key);

  std::vector<Field> fields_;  // a few, those that were emptied among them
};

// ---- implementation -------------------------------------------------------------------------------------------------

NOTIFIER_NOINLINE inline const TypeData::Field* TypeData::find(std::string_view key) const noexcept {
  for (const Field& field : fields_) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

NOTIFIER_NOINLINE inline TypeData::Field& TypeData::at(std::string_view key) {
  for (Field& field : fields_) {
    if (field.key == key) return field;
  }
  fields_.push_back({std::string(key), {}, {}});
  return fields_.back();
}

inline std::string_view TypeData::text(std::string_view key) const noexcept {
  const Field* const field = find(key);
  return field == nullptr ? std::string_view() : std::string_view(field->text);
}

inline Range<std::string> TypeData::texts(std::string_view key) const noexcept {
  const Field* const field = find(key);
  return field == nullptr ? Range<std::string>() : Range<std::string>(field->texts);
}

inline void TypeData::set_text(std::string_view key, std::string_view text) {
  if (!text.empty() || find(key) != nullptr) at(key).text = text;
}

inline void TypeData::set_texts(std::string_view key, std::vector<std::string> texts) {
  if (!texts.empty() || find(key) != nullptr) at(key).texts = std::move(texts);
}

NOTIFIER_NAMESPACE_END
