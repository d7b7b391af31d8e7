#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/model/delivery.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An HTTP request as the host received it. Borrows everything for the call; nothing of it is trusted.
struct Request {
  std::string_view method = {};  ///< "GET", "POST", ...
  std::string_view target = {};  ///< path and query, still percent-encoded: "/v1/apps/my-app/notifiers?"
  std::string_view body = {};
  std::vector<HeaderView> headers = {};  ///< Content-Type, Idempotency-Key, If-Match, If-None-Match are looked at
  /// Who asks, where the host knows: shown as the actor of the events that a change makes. May be empty.
  std::string_view username = {};
  std::string_view email = {};
  std::string_view user_id = {};
};

NOTIFIER_NAMESPACE_END
