// What is told of an event where no row says it: the Composer's other half.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/message/composer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

NOTIFIER_NOINLINE inline void Composer::compose_own_title(std::size_t begin) {
  text_.truncate(begin);
  is_inert_ = false;
  const EventType* const type = find_own_type();
  if (type != nullptr && type->display_name != type->name && append_line(text_, type->display_name, is_inert_)) return;
  if (!append_span(out_.kind_)) text_.append("event");
  for (char* c = text_.data() + begin; c != text_.data() + text_.size(); ++c) {
    if (*c == '_' || *c == '/' || *c == '.' || *c == '-') *c = ' ';
  }
}

NOTIFIER_NOINLINE inline void Composer::compose_own_sentence() {
  const EventType* const type = find_own_type();
  out_.sentence_ = written([&] {
    is_inert_ = false;
    if (type != nullptr && append_line(text_, type->description, is_inert_)) {
      const char last = text_.view().back();
      if (last != '.' && last != '!' && last != '?') text_.append('.');
      return true;
    }
    text_.append(!out_.kind_.empty() ? "The event \"" : "An event");
    if (append_span(out_.kind_)) text_.append('"');
    text_.append(" happened");
    if (!out_.subject_.empty()) text_.append(" on ");
    append_span(out_.subject_);
    text_.append('.');
    return true;
  });
}

NOTIFIER_NOINLINE inline void Composer::compose_own_fields() {
  std::string_view names[max_unknown_fields];
  std::size_t left_out = 0;
  event_.type_data.for_each_member([&](std::string_view name, json::View value) {
    auto& fields = out_.fields_;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (names[i] != name) continue;
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
      std::copy(names + i + 1, names + max_unknown_fields, names + i);
    }
    if (vocabulary_.state().secret_names.is_secret(event_.type, name) || holds_secret_url(value.string())) return;
    if (fields.size() == max_unknown_fields) {
      ++left_out;
      return;
    }
    const std::size_t begin = start();
    append_label(text_, name);
    const std::size_t middle = text_.size();
    if (!append_scalar(text_, value, is_inert_)) return text_.truncate(begin);
    names[fields.size()] = name;
    out_.push_field(nullptr, middle - begin, since(middle), text_.size() - middle <= short_value, false);
  });
  if (left_out == 0) return;
  static constexpr char padded[64] = "Further values";
  constexpr std::string_view label(padded);
  const std::size_t begin = start();
  append_integer(text_, static_cast<std::int64_t>(left_out));
  out_.push_field(label.data(), label.size(), since(begin), true, false);
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
