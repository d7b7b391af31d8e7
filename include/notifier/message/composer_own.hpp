// What is told of an event where no row says it, and what no single member says: the Composer's other half.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "notifier/message/composer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whether it is of a kind that the event type for alerts selects.
inline bool Composer::is_alert() const noexcept {
  if (kind_ == NameIndex::npos) return false;
  const VocabularyState& state = vocabulary_.state();
  return state.kind_bits[kind_] == state.alert_bit && state.alert_bit != VocabularyState::no_bit;
}

/// The label is copied: the message may outlast the vocabulary.
NOTIFIER_NOINLINE inline void Composer::compose_own_row_field(const Op& field, std::size_t begin) {
  text_.append(say(language_, field.text));
  const std::size_t middle = text_.size();
  if (run_text(&field + 1) && text_.size() != middle && !is_said(field, text_.view(middle))) {
    push_field(field, nullptr, middle - begin, since(middle));
  } else {
    text_.truncate(begin);
  }
}

NOTIFIER_NOINLINE inline SaidMembers& Composer::said() {
  static_assert(std::is_trivially_destructible_v<SaidMembers>);
  if (said_ == nullptr) said_ = new (said_room_) SaidMembers(event_, vocabulary_.state().secret_names);
  return *said_;
}

NOTIFIER_NOINLINE inline Severity Composer::own_severity() {
  Severity severity = Severity::info;
  read_severity(said().tell(SaidMembers::severity), severity);
  return severity;
}

NOTIFIER_NOINLINE inline void Composer::compose_own_link() {
  out_.link_ = written([&] {
    const std::size_t begin = text_.size();
    if (!append_url(text_, said().tell(SaidMembers::link))) return false;
    is_inert_ = is_inert(text_.view(begin));
    return true;
  });
}

inline const EventType* Composer::find_own_type() const noexcept {
  const EventBit bit = vocabulary_.bit_of_kind(event_.type);
  return bit < vocabulary_.unselectable_bit() ? &vocabulary_.event_types()[bit] : nullptr;
}

NOTIFIER_NOINLINE inline void Composer::compose_own_title(std::size_t begin) {
  text_.truncate(begin);
  is_inert_ = false;
  if (append_line(text_, said().tell(SaidMembers::title), is_inert_)) return;
  const EventType* const type = find_own_type();
  if (type != nullptr && type->display_name != type->name &&
      append_line(text_, say(language_, type->display_name), is_inert_))
    return;
  if (!append_span(out_.kind_)) text_.append(say(language_, Phrase::event));
  for (char* c = text_.data() + begin; c != text_.data() + text_.size(); ++c) {
    if (*c == '_' || *c == '/' || *c == '.' || *c == '-') *c = ' ';
  }
}

NOTIFIER_NOINLINE inline void Composer::compose_own_sentence() {
  const EventType* const type = find_own_type();
  out_.sentence_ = written([&] {
    is_inert_ = false;
    if (append_line(text_, said().tell(SaidMembers::sentence), is_inert_) ||
        (type != nullptr && append_line(text_, say(language_, type->description), is_inert_))) {
      const char last = text_.view().back();
      if (last != '.' && last != '!' && last != '?') text_.append('.');
      return true;
    }
    const bool has_kind = !out_.kind_.empty();
    const Phrase phrase = out_.subject_.empty() ? has_kind ? Phrase::kind_happened : Phrase::happened
                          : has_kind            ? Phrase::kind_happened_on
                                                : Phrase::happened_on;
    append_filled(text_, say(language_, phrase),
                  [&](std::string_view slot) { append_span(slot == "kind" ? out_.kind_ : out_.subject_); });
    return true;
  });
}

NOTIFIER_NOINLINE inline void Composer::compose_own_fields() {
  std::string_view names[max_unknown_fields];
  std::size_t too_many = 0;
  event_.type_data.for_each_member([&](std::string_view name, json::View value) {
    auto& fields = out_.fields_;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (names[i] != name) continue;
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
      std::copy(names + i + 1, names + max_unknown_fields, names + i);
    }
    if (said().is_told(name)) return;
    if (is_secret(name, value)) {
      ++out_.left_out_;
      return;
    }
    if (fields.size() == max_unknown_fields) {
      ++too_many;
      return;
    }
    const std::size_t begin = start();
    append_label(text_, name, language_);
    const std::size_t middle = text_.size();
    if (!append_own_value(value)) return text_.truncate(begin);
    names[fields.size()] = name;
    out_.push_field(nullptr, middle - begin, since(middle), text_.size() - middle <= short_value, false);
  });
  if (too_many == 0) return;
  out_.left_out_ += too_many;
  const std::size_t begin = start();
  text_.append(say(language_, Phrase::further_values));
  const std::size_t middle = text_.size();
  append_integer(text_, static_cast<std::int64_t>(too_many));
  out_.push_field(nullptr, middle - begin, since(middle), true, false);
}

NOTIFIER_NOINLINE inline bool Composer::is_secret(std::string_view name, json::View value) const {
  return vocabulary_.state().secret_names.is_secret(event_.type, name) || holds_secret_url(value.string());
}

NOTIFIER_NOINLINE inline bool Composer::append_own_value(json::View value) {
  return value.is_array() || value.is_object() ? append_inside(value) : append_scalar(text_, value, is_inert_);
}

/// The scalars of a list or an object, the first few: "a, b and 3 more", "Furnace: F2, Limit: 3".
NOTIFIER_NOINLINE inline bool Composer::append_inside(json::View value) {
  constexpr std::size_t most = 8;
  const std::size_t begin = text_.size();
  std::size_t shown = 0;
  std::size_t more = 0;
  const auto add = [&](std::string_view name, json::View inner) {
    if (inner.is_null()) return;
    if (is_secret(name, inner)) {
      ++out_.left_out_;
      return;
    }
    const std::size_t before = text_.size();
    if (shown != 0) text_.append(", ");
    if (value.is_object()) {
      append_label(text_, name, language_);
      text_.append(": ");
    }
    if (shown < most && append_scalar(text_, inner, is_inert_)) {
      ++shown;
    } else {
      text_.truncate(before);
      if (!inner.is_string() || shown == most) ++more;  // blank ones say nothing
    }
  };
  value.for_each_element([&](json::View element) { add({}, element); });
  value.for_each_member(add);
  if (shown == 0) out_.left_out_ += more != 0;
  if (shown == 0 || more == 0) return text_.size() != begin;
  text_.append(' ');
  append_counted(text_, say(language_, Phrase::more), static_cast<std::int64_t>(more));
  return true;
}

NOTIFIER_NOINLINE inline bool Composer::append_variables() {
  const std::size_t begin = text_.size();
  for (const auto& [key, word] : {std::pair("new_vars", Phrase::added), std::pair("updated_vars", Phrase::changed),
                                  std::pair("deleted_vars", Phrase::removed)}) {
    const std::size_t before = text_.size();
    if (before != begin) text_.append("; ");
    if (append_names(text_, event_.type_data[key], is_inert_)) {
      text_.append(' ');
      text_.append(say(language_, word));
    } else {
      text_.truncate(before);
    }
  }
  return text_.size() != begin;
}

NOTIFIER_NOINLINE inline bool Composer::append_scaling() {
  const json::View before = event_.type_data["previous_containers"];
  return detail::append_scaling(text_, before, event_.type_data["containers"], language_, is_inert_);
}

NOTIFIER_NOINLINE inline void Composer::encode_part(std::size_t how) {
  if (how >= 3) {
    escape_body_text(text_, url_part_, escape_, how == 4);
  } else if (how != 0) {
    leads_up_ = leads_up_ || leads_up(text_.view(url_part_));
    percent_encode(text_, url_part_, how == 2 ? '/' : '-');
  }
  url_part_ = text_.size();
}

/// Runs a template that a host wrote. Whether a link came of it; where not, what was written is to be dropped.
NOTIFIER_NOINLINE inline bool Composer::run_link(const KindProgram::Row& row) {
  const std::size_t begin = text_.size();
  leads_up_ = false;
  if (!run(step(row.link)) || text_.size() == begin) return false;
  const std::string_view url = text_.view(begin);
  is_inert_ = is_inert(url);
  if (!leads_up_ && is_link(url) && is_without(url, is_outside_url)) return true;
  out_.refused_link_ = url.size();
  return false;
}

NOTIFIER_NOINLINE inline bool Composer::append_app_page() {
  const std::string_view app = event_.app_name.empty() ? event_.app_id : event_.app_name;
  if (link_base_.empty() || app.empty()) return false;
  is_inert_ = false;
  text_.append(link_base_);
  text_.append("/apps/");
  append_path_segment(text_, app);
  return true;
}

NOTIFIER_NOINLINE inline bool Composer::append_page() {
  if (!app_.empty()) return append_page(Page::app) || append_app_page();
  return append_page(project_.empty() ? Page::account : Page::project);
}

NOTIFIER_NOINLINE inline bool Composer::append_page(Page page) {
  if (pages_ == nullptr) return false;
  const KindProgram::Row& row = pages_->program().rows_begin()[static_cast<std::size_t>(page)];
  if (row.link == KindProgram::empty_template) return false;
  Composer composer(event_, out_, vocabulary_, nullptr);
  composer.app_ = app_;
  composer.project_ = project_;
  composer.user_span_ = user_span_;
  composer.email_ = email_;
  composer.use(pages_->program());
  const std::size_t begin = text_.size();
  const bool there = composer.run_link(row);
  if (!there) text_.truncate(begin);
  is_inert_ = is_inert_ && composer.is_inert_;
  return there;
}

NOTIFIER_NOINLINE inline bool Composer::append_deployment_page() {
  if (append_page(Page::deployment)) return true;
  const std::string_view uuid = event_.type_data["deployment_uuid"].string();
  const std::string_view id = uuid.empty() ? event_.type_data["deployment_id"].string() : uuid;
  if (id.empty() || !append_app_page()) return false;
  text_.append("/deployments/");
  append_path_segment(text_, id);
  return true;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
