// A platform as the public API shows it.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "notifier/json/writer.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/vocabulary/vocabulary.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Writes `{"id","name","display_name","logo_url","available_event_ids","description"}`, the event types being of this
/// vocabulary; of a platform of its own also `fields`, as its row has them.
/// @param logo_url  "{platform}" stands for the platform's name; empty: there is none
inline void write_json(json::Writer& out, const PlatformRow& platform, const Vocabulary& vocabulary,
                       std::string_view logo_url = {}) {
  constexpr std::string_view slot = "{platform}";
  const std::size_t at = logo_url.find(slot);
  std::string logo(logo_url.substr(0, at));
  if (at != std::string_view::npos) logo.append(platform.name).append(logo_url.substr(at + slot.size()));
  out.object([&] {
    out.member("id", platform.id);
    out.member("name", platform.name);
    out.member("display_name", platform.display_name);
    out.member("logo_url", logo);
    out.key("available_event_ids");
    out.array([&] {
      for (const EventType& type : vocabulary.event_types()) {
        if (type.selectable_on_every_platform) out.string(type.id);
      }
    });
    out.member("description", platform.description);
    if (const detail::OwnPlatform* const own = vocabulary.state().find_platform(platform.name)) {
      out.key("fields");
      out.raw(own->fields_json());
    }
  });
}

NOTIFIER_NAMESPACE_END
