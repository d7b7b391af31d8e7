#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "notifier/model/delivery.hpp"
#include "notifier/registry/change.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An HTTP response for the host to send. Owns its text.
struct Response {
  int status = 200;
  std::vector<Header>
      headers;  ///< Content-Type, Allow, Location ...; not Content-Length, which the host's server writes
  std::string body;
};

/// An event that an answer made or accepted, to be kept in the history of its app.
struct RecordedEvent {
  std::string app_id;
  std::string id;    ///< what it is known by: its own, else what it was given; empty where it is known by its bytes
  std::string json;  ///< byte for byte as it came in or was made
  bool is_known = false;  ///< the store left it out: the app's history has one with this id
};

/// What a request comes to, for Registry::commit(): what its changes expect is checked, a store keeps changes, events
/// and deliveries together, and from then on everybody sees the changes. Then the host answers, and sends. Where the
/// commit is errc::conflict, the request is handled again, and Api::conflict() answered at last; where the store
/// failed, Api::storage_failed(), and nothing has changed. GroupCommit (adapters/group_commit.hpp) does all of this.
///
/// A removed notifier is a `remove_notifier` among the changes, also where its whole app was removed: what waits for it
/// is the host's to end.
struct Outcome {
  Response response;
  std::vector<Change> changes;
  std::vector<RecordedEvent> events;
  std::vector<Delivery> deliveries;
  /// What the store left out because it has it already: places in `deliveries`, ascending.
  std::vector<std::size_t> known;
  /// Where the response's body speaks of the deliveries one by one: for each, the byte before which more can be said of
  /// it. Else empty.
  std::vector<std::size_t> entry_ends;
  /// `GET .../stream`: id of the app whose events and deliveries the host is to stream after the response's headers.
  std::string stream_app_id;

  /// Says `"known":true` in the answer of each delivery in `known`. To be called once they are stored; again, it does
  /// nothing.
  void mark_known();
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE void Outcome::mark_known() {
  if (known.empty() || entry_ends.empty()) return;
  std::string body;
  std::size_t copied = 0;
  for (const std::size_t place : known) {
    body.append(response.body, copied, entry_ends[place] - copied).append(",\"known\":true");
    copied = entry_ends[place];
  }
  response.body = body.append(response.body, copied, std::string::npos);
  entry_ends.clear();
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
