// Many events told as one message.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "notifier/model/severity.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// One of the events of a Digest, as it would have been told alone.
struct DigestItem {
  std::string title;  ///< of its message; untrusted
  std::string link;   ///< an absolute http or https URL, checked; may be empty
  Severity severity = Severity::info;
  std::string event = {};  ///< Arrival::event; empty also where a digest's would be too many bytes
};

/// What is told of events that were held back.
struct Digest {
  /// A kind of event, and how many there were.
  struct Kind {
    std::string type;  ///< the event's `type`, untrusted
    std::uint64_t count = 0;
  };

  std::uint64_t count = 0;          ///< how many events in all
  std::vector<Kind> kinds;          ///< in the order they came in; of so many kinds, the rest is in other_kinds
  std::uint64_t other_kinds = 0;    ///< events of kinds that are not in `kinds`
  std::vector<DigestItem> items;    ///< the first of them
  Severity worst = Severity::info;  ///< of all of them
  Timestamp first, last;            ///< when the first and the last came, by the wall clock
  bool follows = false;             ///< others of the same were told before: these are more
  std::string subject;              ///< app or project, by name, where it is one; may be empty
};

NOTIFIER_NAMESPACE_END
