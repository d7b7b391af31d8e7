#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// One part of a payload that had to be cut to a platform's limit. Lengths are of the text before it is escaped, in the
/// platform's own unit: code points for Slack, Mattermost, Discord and Pushover, UTF-16 units for Rocket.Chat and
/// Telegram, bytes for all others and mail.
struct Truncation {
  std::string_view part;   ///< ours, static: "title", "sentence", "subject", "fields", "field.label", "field.value",
                           ///< "actor", "kind", "link" (left out whole; also one that a host's template
                           ///< made, and that is no URL, in bytes)
                           ///< "values": of an event that nobody described, fields, and values that are not told, since
                           ///< they may be secrets, are nested too deep, or are too many
  std::size_t length = 0;  ///< what it would have been
  std::size_t kept = 0;    ///< what was kept, the ellipsis included; for "fields" and "values": counts
};

/// What was cut while a payload was written; reused from event to event.
using Truncations = std::vector<Truncation>;

NOTIFIER_NAMESPACE_END
