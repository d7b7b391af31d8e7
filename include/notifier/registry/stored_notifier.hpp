// The rules for a notifier as it is stored, beyond those for a draft.

#pragma once

#include <string>
#include <vector>

#include "notifier/filter/filter.hpp"
#include "notifier/grouping/policy.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/body_check.hpp"
#include "notifier/registry/checks.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline void name_selected(const Vocabulary& vocabulary, const std::vector<EventBit>& selected, Notifier& notifier) {
  notifier.selected_event_ids.clear();
  for (const EventBit bit : selected) notifier.selected_event_ids.emplace_back(vocabulary.event_types()[bit].id);
}

/// False where an id is not known.
inline bool find_selected(const Vocabulary& vocabulary, const Notifier& notifier, std::vector<EventBit>& selected) {
  for (const std::string& id : notifier.selected_event_ids) {
    const EventType* const type = vocabulary.find_event_type_by_id(id);
    if (type == nullptr) return false;
    selected.push_back(vocabulary.bit_of(*type));
  }
  return true;
}

/// Reads `switched_off`, of a notifier that is not active.
/// @param value  `{"reason","at"}`; missing or null: nothing
inline void read_switched_off(json::View value, Notifier& notifier, Problems& problems) {
  notifier.switched_off.reset();
  if (!value.exists() || value.is_null() || notifier.active) return;
  Notifier::SwitchedOff off;
  if (!value.is_object() || !value["reason"].is_string() || !parse_timestamp(value.string("at"), off.at)) {
    return problems.add("switched_off", "must be an object with reason, a text, and at, a date and time", "type");
  }
  off.reason = value.string("reason");
  if (check_text("switched_off.reason", off.reason, NOTIFIER_MAX_NAME_BYTES, problems)) notifier.switched_off = off;
}

/// What may not be stored whoever says so.
inline void check_stored(const Notifier& notifier, Problems& problems) {
  check_text("id", notifier.id, NOTIFIER_MAX_ID_BYTES, problems);
  check_text("name", notifier.name, NOTIFIER_MAX_NAME_BYTES, problems);
  if (notifier.updated_at == Timestamp()) problems.add("updated_at", "can't be blank", "blank");
  if (notifier.switched_off && !notifier.active) {
    check_text("switched_off.reason", notifier.switched_off->reason, NOTIFIER_MAX_NAME_BYTES, problems);
  }
  if (!notifier.filter.empty()) {
    const auto filter = Filter::compile(notifier.filter);
    if (!filter) problems.add("filter", filter.error().message, "invalid_filter");
  }
  if (!notifier.grouping.empty() || !notifier.quiet.empty()) {
    const ZoneJudge judge;
    const ZoneOffset zones(judge);
    GroupPolicyReader reader(zones, problems);
    read_kept_grouping(notifier, reader, problems);
  }
  const TypeData& data = notifier.type_data;
  for (const PlatformField& field : platform_info(notifier.platform).fields) {
    const std::string_view text = data.text(field.key());
    const bool is_url = field.kind == PlatformField::Kind::url && (field.is_required || !text.empty());
    if (is_url && !parse_http_url(text)) {
      problems.add(field.path, "is not a valid URL", "invalid_url");
    } else if (field.in == Place::header && !is_within(text, ' ', '~')) {
      problems.add(field.path, "must be of visible ASCII characters", "invalid_text");
    } else if (field.kind == PlatformField::Kind::json) {
      check_body(field.path, text, nullptr, problems);
    } else if (field.kind == PlatformField::Kind::headers) {
      std::size_t at = 0;
      for (const std::string& part : data.texts(field.key())) {
        const bool is_fine = at++ % 2 == 0 ? is_own_header(part) : is_within(part, ' ', '~');
        if (!is_fine) problems.add(field.path, "must be of visible ASCII characters", "invalid_text");
      }
    } else if (field.kind == PlatformField::Kind::addresses) {
      for (const std::string& address : data.texts(field.key())) check_email(field.path, address, problems);
    }
  }
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
