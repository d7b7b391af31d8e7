// A platform as the public API shows it.

#pragma once

#include "notifier/json/writer.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes `{"id","name","display_name","logo_url","available_event_ids","description"}`, the event types being of this
/// vocabulary.
inline void write_json(json::Writer& out, const PlatformRow& platform, const Vocabulary& vocabulary) {
  out.object([&] {
    out.member("id", platform.id);
    out.member("name", platform.name);
    out.member("display_name", platform.display_name);
    out.member("logo_url", platform.logo_url);
    out.key("available_event_ids");
    out.array([&] {
      for (const EventType& type : vocabulary.event_types()) {
        if (type.selectable_on_every_platform) out.string(type.id);
      }
    });
    out.member("description", platform.description);
  });
}

NOTIFIER_NAMESPACE_END
