// A notifier in JSON: one form for answers, changes and snapshots.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/json/writer.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/model/secret_member.hpp"
#include "notifier/platform/table.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Whether write-only fields, as `signing_secret`, and unknown members that look like secrets are written: only a store
/// needs it, and a store holds secrets anyway.
enum class Secrets { hide, keep };

namespace detail {

NOTIFIER_NOINLINE inline void write_texts(json::Writer& out, std::string_view key, Range<std::string> texts) {
  out.key(key);
  out.array([&] {
    for (const std::string& text : texts) out.string(text);
  });
}

inline void write_time(json::Writer& out, std::string_view key, Timestamp time) {
  char text[32];
  out.key(key);
  out.string({text, static_cast<std::size_t>(write_rfc3339(text, civil_time(time)) - text)});
}

inline bool has_value(const PlatformField& field, const TypeData& data) noexcept {
  return field.is_list() ? !data.texts(field.key()).empty() : !data.text(field.key()).empty();
}

/// Writes a field's member.
NOTIFIER_NOINLINE inline void write_field(json::Writer& out, const PlatformField& field, const TypeData& data) {
  if (!field.is_kept()) return;
  const Range<std::string> texts = data.texts(field.key());
  out.key(field.key());
  if (field.kind == PlatformField::Kind::headers) {
    out.object([&] {
      for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        out.escaped_key(texts[i]);
        out.string(texts[i + 1]);
      }
    });
  } else if (field.is_list()) {
    out.array([&] {
      for (const std::string& text : texts) out.string(text);
    });
  } else if (field.kind == PlatformField::Kind::number || field.kind == PlatformField::Kind::json) {
    out.raw(data.text(field.key()));
  } else {
    out.string(data.text(field.key()));
  }
}

inline void write_type_data(json::Writer& out, const Notifier& notifier, Secrets secrets) {
  const TypeData& data = notifier.type_data;
  out.object([&] {
    for (const PlatformField& field : platform_info(notifier.platform).fields) {
      const bool is_write_only = field.visibility == PlatformField::Visibility::write_only;
      if (is_write_only && secrets == Secrets::hide) continue;
      if (has_value(field, data) || (field.is_always_shown() && !is_write_only)) write_field(out, field, data);
    }
    if (data.other.empty()) return;
    if (secrets == Secrets::keep) {
      out.raw(data.other);
    } else {
      write_without_secrets(out, data.other);
    }
  });
}

inline void write_secrets_set(json::Writer& out, const Notifier& notifier) {
  bool is_begun = false;
  for (const PlatformField& field : platform_info(notifier.platform).fields) {
    const bool is_write_only = field.visibility == PlatformField::Visibility::write_only;
    if (!is_write_only || !has_value(field, notifier.type_data)) continue;
    if (!is_begun) {
      out.key("secrets_set");
      out.begin_array();
      is_begun = true;
    }
    out.string(field.key());
  }
  if (is_begun) out.end_array();
}

/// How its events are told together, as far as it says.
NOTIFIER_NOINLINE inline void write_grouping(json::Writer& out, const Notifier& notifier) {
  const auto write = [&](std::string_view key, std::string_view json) {
    if (json.empty()) return;
    out.key(key);
    out.raw(json);
  };
  write("grouping", notifier.grouping);
  write("quiet", notifier.quiet);
  if (notifier.muted_until) write_time(out, "muted_until", *notifier.muted_until);
  if (notifier.muted_pass_errors) write("muted_pass_errors", "true");
}

}  // namespace detail

/// Writes the API's notifier object: thirteen keys, all of them always, in this order: id, name, active, type (the
/// platform's name), platform_id, created_at, updated_at, send_all_alerts, send_all_events, selected_event_ids, app_id,
/// app (its name), type_data. Dates are RFC 3339 in UTC with three decimals. Then what there is of: filter,
/// grouping, quiet, muted_until, muted_pass_errors (where it is true), language, switched_off (`{"reason","at"}`), and
/// secrets_set, the keys of type_data that are not shown but have a value.
inline void write_json(json::Writer& out, const Notifier& notifier, Secrets secrets = Secrets::hide) {
  out.object([&] {
    out.member("id", notifier.id);
    out.member("name", notifier.name);
    out.key("active");
    out.boolean(notifier.active);
    out.member("type", to_string(notifier.platform));
    out.member("platform_id", platform_info(notifier.platform).id);
    detail::write_time(out, "created_at", notifier.created_at);
    detail::write_time(out, "updated_at", notifier.updated_at);
    out.key("send_all_alerts");
    out.boolean(notifier.send_all_alerts);
    out.key("send_all_events");
    out.boolean(notifier.send_all_events);
    detail::write_texts(out, "selected_event_ids", notifier.selected_event_ids);
    out.member("app_id", notifier.app_id);
    out.member("app", notifier.app);
    out.key("type_data");
    detail::write_type_data(out, notifier, secrets);
    if (!notifier.filter.empty()) {
      out.key("filter");
      out.raw(notifier.filter);
    }
    detail::write_grouping(out, notifier);
    if (!notifier.language.empty()) out.member("language", notifier.language);
    if (notifier.switched_off) {
      out.key("switched_off");
      out.object([&] {
        out.member("reason", notifier.switched_off->reason);
        detail::write_time(out, "at", notifier.switched_off->at);
      });
    }
    if (secrets == Secrets::hide) detail::write_secrets_set(out, notifier);
  });
}

NOTIFIER_NAMESPACE_END
