// The rules for a notifier: what is refused, and in which words.

#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/heap_sort.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/registry/checks.hpp"
#include "notifier/text/decimal.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Finds what is wrong with the parts of a notifier, and takes over what is right.
class NotifierCheck {
 public:
  enum class Mode { create, update };

  /// @param notifier  a new one, or the present state; has its platform.
  /// @param selected  the bits of its selected events.
  NotifierCheck(const Vocabulary& vocabulary, Mode mode, Notifier& notifier, std::vector<EventBit>& selected,
                Problems& problems) noexcept
      : vocabulary_(vocabulary), mode_(mode), notifier_(notifier), selected_(selected), problems_(problems) {}

  void apply(const DraftView& draft);

 private:
  void apply_platform(const DraftView& draft);
  void apply_name(const DraftView& draft);
  void apply_selection(const DraftView& draft);
  void apply_type_data(json::View data);
  void apply_webhook_url(json::View value);
  void apply_signing_secret(json::View value);
  void apply_texts(json::View value, std::string_view field, std::vector<std::string>& out);
  void apply_other(json::View data);
  struct Member {
    std::string_view key;
    json::View value;
  };
  void merge_other(std::vector<Member>& members);
  bool is_own_key(std::string_view key) const noexcept;

  const Vocabulary& vocabulary_;
  Mode mode_;
  Notifier& notifier_;
  std::vector<EventBit>& selected_;
  Problems& problems_;
};

inline void NotifierCheck::apply(const DraftView& draft) {
  apply_platform(draft);
  apply_name(draft);
  notifier_.active = draft.active.value_or(notifier_.active);
  notifier_.send_all_alerts = draft.send_all_alerts.value_or(notifier_.send_all_alerts);
  notifier_.send_all_events = draft.send_all_events.value_or(notifier_.send_all_events);
  if (draft.selection != DraftView::Selection::none) apply_selection(draft);
  apply_type_data(draft.type_data);
}

inline void NotifierCheck::apply_platform(const DraftView& draft) {
  if (mode_ == Mode::create || !draft.platform_id || has_no_text(*draft.platform_id)) return;
  if (*draft.platform_id != platform_info(notifier_.platform).id) {
    problems_.add("platform_id", "can't be changed", "immutable");
  }
}

inline void NotifierCheck::apply_name(const DraftView& draft) {
  const std::string_view name = draft.name.value_or(std::string_view());
  if (has_no_text(name) && (mode_ == Mode::update || problems_.has("name"))) return;
  if (check_text("name", name, NOTIFIER_MAX_NAME_BYTES, problems_)) notifier_.name = name;
}

NOTIFIER_NOINLINE inline void NotifierCheck::apply_selection(const DraftView& draft) {
  const bool by_id = draft.selection == DraftView::Selection::by_id;
  const std::string_view field = by_id ? "selected_event_ids" : "selected_events";
  selected_.clear();
  if (draft.selected.size() > NOTIFIER_MAX_SELECTED_EVENTS) {
    problems_.add(field, "is too long (maximum is " + decimal(NOTIFIER_MAX_SELECTED_EVENTS) + " entries)", "too_long");
    return;
  }
  for (const std::string_view text : draft.selected) {
    const EventType* const type =
        by_id ? vocabulary_.find_event_type_by_id(text) : vocabulary_.resolve_selected_name(text);
    if (type == nullptr) {
      problems_.add(field,
                    (by_id ? "holds an unknown event type id: " : "holds a name that no event type goes by: ") +
                        quoted(is_utf8(text) ? text : "..."),
                    "unknown_event_type");
      continue;
    }
    const EventBit bit = vocabulary_.bit_of(*type);
    if (std::find(selected_.begin(), selected_.end(), bit) == selected_.end()) selected_.push_back(bit);
  }
}

inline void NotifierCheck::apply_type_data(json::View data) {
  if (data.size() == 0 && (mode_ == Mode::update || problems_.has("type_data"))) return;
  if (notifier_.platform == Platform::email) {
    apply_texts(data["user_ids"], "type_data.user_ids", notifier_.type_data.user_ids);
    apply_texts(data["emails"], "type_data.emails", notifier_.type_data.emails);
  } else {
    apply_webhook_url(data["webhook_url"]);
    if (const json::View secret = data["signing_secret"]; secret.exists()) apply_signing_secret(secret);
  }
  apply_other(data);
}

inline void NotifierCheck::apply_webhook_url(json::View value) {
  if (mode_ == Mode::update && !value.exists()) return;
  constexpr std::string_view field = "type_data.webhook_url";
  if (value.exists() && !value.is_null() && !value.is_string()) {
    return problems_.add(field, "must be a string", "type");
  }
  const std::string_view url = value.string();
  if (has_no_text(url)) return problems_.add(field, "can't be blank", "blank");
  const auto parsed = parse_http_url(url);
  if (!parsed) {
    const bool is_long = parsed.error().code == errc::too_large;
    return problems_.add(field, is_long ? too_long(NOTIFIER_MAX_URL_BYTES) : parsed.error().message,
                         is_long ? "too_long" : "invalid_url");
  }
  if (!is_utf8(url)) return problems_.add(field, "must be UTF-8", "invalid_utf8");
  notifier_.type_data.webhook_url = url;
}

NOTIFIER_NOINLINE inline void NotifierCheck::apply_signing_secret(json::View value) {
  constexpr std::string_view field = "type_data.signing_secret";
  std::vector<std::string>& secrets = notifier_.type_data.signing_secrets;
  if (value.is_null()) return secrets.clear();
  if (notifier_.platform != Platform::webhook) {
    return problems_.add(field, "is for webhook notifiers alone", "unsupported");
  }
  std::vector<std::string> given;
  bool all_strings = value.is_string() || value.is_array();
  const auto take = [&](json::View secret) {
    all_strings = all_strings && secret.is_string();
    given.emplace_back(secret.string());
  };
  if (value.is_array()) {
    value.for_each_element(take);
  } else {
    take(value);
  }
  if (!all_strings) return problems_.add(field, "must be a string or an array of strings", "type");
  if (given.size() > NOTIFIER_MAX_SIGNING_SECRETS) {
    return problems_.add(field, "is too long (maximum is " + decimal(NOTIFIER_MAX_SIGNING_SECRETS) + " entries)",
                         "too_long");
  }
  if (!std::all_of(given.begin(), given.end(), [](const std::string& secret) { return is_signing_secret(secret); })) {
    return problems_.add(field, "must be 24 to 64 bytes in base64, with or without 'whsec_' before it",
                         "invalid_secret");
  }
  secrets = std::move(given);
}

NOTIFIER_NOINLINE inline void NotifierCheck::apply_texts(json::View value, std::string_view field,
                                                         std::vector<std::string>& out) {
  if (!value.exists()) return;
  if (value.is_null()) return out.clear();
  std::vector<std::string> given;
  bool all_strings = value.is_array();
  value.for_each_element([&](json::View element) {
    all_strings = all_strings && element.is_string();
    given.emplace_back(element.string());
  });
  if (!all_strings) return problems_.add(field, "must be an array of strings", "type");
  if (given.size() > NOTIFIER_MAX_RECIPIENTS) {
    return problems_.add(field, "is too long (maximum is " + decimal(NOTIFIER_MAX_RECIPIENTS) + " entries)",
                         "too_long");
  }
  const bool are_addresses = &out == &notifier_.type_data.emails;
  bool all_valid = true;
  for (const std::string& text : given) {
    all_valid &=
        are_addresses ? check_email(field, text, problems_) : check_text(field, text, NOTIFIER_MAX_ID_BYTES, problems_);
  }
  if (all_valid) out = std::move(given);
}

inline bool NotifierCheck::is_own_key(std::string_view key) const noexcept {
  if (notifier_.platform == Platform::email) return key == "user_ids" || key == "emails";
  return key == "webhook_url" || key == "signing_secret";
}

/// Merges the members that are not the platform's own: the last value of a key counts, at the place of the first; null
/// removes it.
inline void NotifierCheck::apply_other(json::View data) {
  std::vector<Member> members;
  const auto take = [&](std::string_view key, json::View value) {
    if (!is_own_key(key)) members.push_back({key, value});
  };
  const std::string& other = notifier_.type_data.other;
  json::Document present;
  if (!other.empty() && data.size() != 0) {
    const std::string object = "{" + other + "}";
    const auto root = present.parse(object, object.size());
    if (root) root->for_each_member(take);
  }
  const std::size_t before = members.size();
  data.for_each_member(take);
  if (members.size() != before) merge_other(members);
}

NOTIFIER_NOINLINE inline void NotifierCheck::merge_other(std::vector<Member>& members) {
  // Equal keys in a row, as they stood.
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  heap_sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
    const int compared = members[a].key.compare(members[b].key);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::size_t first = order.empty() ? 0 : order.front();
  for (const std::size_t place : order) {
    if (members[place].key != members[first].key) {
      first = place;
    } else if (place != first) {
      members[first].value = std::exchange(members[place].value, json::View());
    }
  }

  Buffer text;
  json::Writer writer(text);
  std::string value;
  for (const Member& member : members) {
    if (!member.value.exists() || member.value.is_null()) continue;
    value.clear();
    member.value.append_json(value);
    writer.escaped_key(member.key);
    writer.raw(value);
  }
  if (text.size() > NOTIFIER_MAX_TYPE_DATA_BYTES) {
    return problems_.add("type_data", too_long(NOTIFIER_MAX_TYPE_DATA_BYTES), "too_long");
  }
  notifier_.type_data.other = text.str();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
