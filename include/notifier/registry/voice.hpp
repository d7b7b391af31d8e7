#pragma once

#include <cstdint>
#include <string_view>

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

  static Voice of(const Notifier& notifier) {
    return {writer_for(notifier), has_own_members(platform_info(notifier.platform), notifier.type_data)};
  }

  friend bool operator==(const Voice& a, const Voice& b) noexcept {
    return a.platform == b.platform && a.has_front == b.has_front;
  }

  std::uint32_t hash(const Hasher& hasher) const noexcept {
    const char bytes[] = {static_cast<char>(platform), static_cast<char>(has_front)};
    return static_cast<std::uint32_t>(hasher({bytes, sizeof bytes}) >> 32);
  }
};

/// All voices of a registry's notifiers.
using Voices = Numbered<Voice>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
