#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/model/notifier.hpp"
#include "notifier/registry/numbered.hpp"
#include "notifier/text/fast_hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Whatever of a notifier shapes the part of a body that notifiers share: those of one voice get the same rest of an
/// event's body. What has no effect on it, on the notifier's platform, is left as it is by default, so that no more
/// voices are told apart than there are.
struct Voice {
  Platform platform = Platform::webhook;

  static Voice of(const Notifier& notifier) noexcept { return {notifier.platform}; }

  friend bool operator==(const Voice& a, const Voice& b) noexcept { return a.platform == b.platform; }

  std::uint32_t hash(const Hasher& hasher) const noexcept {
    const char bytes[] = {static_cast<char>(platform)};
    return static_cast<std::uint32_t>(hasher({bytes, sizeof bytes}) >> 32);
  }
};

/// All voices of a registry's notifiers.
using Voices = Numbered<Voice>;

}  // namespace detail
NOTIFIER_NAMESPACE_END
