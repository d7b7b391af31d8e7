#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/message/body_template.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/numbered.hpp"
#include "notifier/registry/own_members.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whose writer makes the body: at a Mattermost server a Slack notifier has Mattermost's, as the server knows no blocks
/// and has markup and mentions of its own.
inline Platform writer_for(const Notifier& notifier) noexcept {
  return notifier.platform == Platform::slack && is_mattermost_hook(notifier.type_data.text("webhook_url"))
             ? Platform::mattermost
             : notifier.platform;
}

/// Whatever of a notifier shapes the part of a body that notifiers share: those of one voice get the same rest of an
/// event's body. What has no effect on it, on the notifier's platform, is left as it is by default, so that no more
/// voices are told apart than there are.
struct Voice {
  Platform platform = Platform::webhook;  ///< whose writer makes the body
  bool has_front = false;  ///< members of the body are the notifier's own, and stand before those that are shared
  std::shared_ptr<const BodyTemplate> body = nullptr;  ///< in place of a writer
  std::string language = {};                           ///< what people read, by its tag; empty: the settings'

  /// @param app_language  of the notifier's app: counts where the notifier has none
  static Voice of(const Notifier& notifier, std::string_view app_language) {
    const std::string_view language = notifier.language.empty() ? app_language : std::string_view(notifier.language);
    if (const OwnPlatform* const own = OwnPlatforms::find(notifier.platform)) {
      return {notifier.platform, false, BodyTemplate::of(*own), std::string(language)};
    }
    const PlatformRow& row = platform_info(notifier.platform);
    Voice voice{writer_for(notifier), has_own_members(row, notifier.type_data)};
    for (const PlatformField& field : row.fields) {
      if (field.in == Place::whole) voice.body = template_of(notifier.type_data.text(field.key()));
    }
    voice.language = language;
    return voice;
  }

  friend bool operator==(const Voice& a, const Voice& b) noexcept {
    const bool has_same_body = a.body == b.body || (a.body && b.body && a.body->json() == b.body->json());
    return a.platform == b.platform && a.has_front == b.has_front && has_same_body && a.language == b.language;
  }

  std::uint32_t hash(const Hasher& hasher) const noexcept {
    const auto number = static_cast<std::size_t>(platform);
    const char bytes[] = {static_cast<char>(number), static_cast<char>(number >> 8), static_cast<char>(has_front)};
    std::uint64_t hash = hasher({bytes, sizeof bytes});
    if (body) hash ^= hasher(body->json());
    if (!language.empty()) hash += hasher(language);
    return static_cast<std::uint32_t>(hash >> 32);
  }

 private:
  /// Of a text that was judged when it came.
  NOTIFIER_NOINLINE static std::shared_ptr<const BodyTemplate> template_of(std::string_view json) {
    std::string fault;
    return json.empty() ? nullptr : BodyTemplate::compile(json, nullptr, fault);
  }
};

/// All voices of a registry's notifiers.
using Voices = Numbered<Voice>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
