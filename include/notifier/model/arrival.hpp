#pragma once

#include <string>

#include "notifier/model/severity.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a delivery says of itself to a notifier that is told of several events together: enough to count it, and to
/// name it in a digest.
struct Arrival {
  std::string group;    ///< group_key(): which events are together
  std::string type;     ///< the event's
  std::string title;    ///< of its message
  std::string link;     ///< of its message; may be empty
  std::string subject;  ///< of its message; may be empty
  std::string event;    ///< the event's own bytes, where a digest has them and not its words
  Severity severity = Severity::info;
  bool is_test = false;       ///< a test notification: never held
  bool stands_alone = false;  ///< an alert, to be told alone, as its platform finds its end by it: held by quiet hours
                              ///< and mutes alone
  bool ends_alert =
      false;  ///< an alert is over: what is held of it is told at once, unless quiet hours or a mute hold it
};

NOTIFIER_NAMESPACE_END
