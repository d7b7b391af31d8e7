#pragma once

#include <string>
#include <vector>

#include "notifier/delivery/delivery.hpp"
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
  std::string id;
  std::string json;  ///< byte for byte as it came in or was made
};

/// What a request comes to. The host stores changes, events and deliveries in one transaction, then calls
/// `registry.apply(changes)` (errc::conflict: handle the request again), then answers, then sends. A store that fails:
/// answer 500 with Api::storage_failed() and nothing has changed.
struct Outcome {
  Response response;
  std::vector<Change> changes;
  std::vector<RecordedEvent> events;
  std::vector<Delivery> deliveries;
  /// `GET .../stream`: id of the app whose events and deliveries the host is to stream after the response's headers.
  std::string stream_app_id;
};

NOTIFIER_NAMESPACE_END
