#pragma once

#include <string>
#include <string_view>

#include "notifier/function.hpp"
#include "notifier/model/time.hpp"
#include "notifier/model/user.hpp"

NOTIFIER_NAMESPACE_BEGIN

struct Event;
class Message;

/// What a Router takes from its host; every member has a default.
struct RouterOptions {
  UserLookup users;             ///< empty: the registry's users, and the app's owner
  Function<Timestamp()> clock;  ///< for the Date of a mail whose event has no time; empty: 1970-01-01
  /// Writes, or changes, what people read of an event: called once an event that some notifier tells in words, with the
  /// message as the vocabulary has it. Whatever it sets is untrusted like all text of events: escaped and cut by every
  /// format; a link that is no http or https URL is not used. It is part of every delivery, preview and test send. It
  /// gives the same message for the same event, does not throw, and does not call the router.
  ///
  ///     options.compose = [](const notifier::Event& event, notifier::Message& message) {
  ///       if (event.type == "furnace_overheated") message.set_title("Line 2: " + std::string(message.title()));
  ///     };
  Function<void(const Event& event, Message& message)> compose;
  /// Ids for events that have none (`prefix` is "ev-"): each that is routed is then an event of its own, delivered also
  /// where one with the same bytes was before. Empty: such an event is known by its bytes, so that output can be
  /// reproduced.
  Function<std::string(std::string_view prefix)> new_id;
};

NOTIFIER_NAMESPACE_END
