#pragma once

#include <optional>
#include <string>

#include "notifier/adapters/curl_smtp.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/version.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a CurlTransport takes from its host; every member has a default.
struct CurlOptions {
  AddressGuard guard;              ///< where HTTP requests may go; the relay is the host's own choice
  std::optional<SmtpRelay> relay;  ///< none: no mail can be sent
  int connect_timeout_ms = 10'000;
  int timeout_ms = 30'000;  ///< for a whole attempt, name lookup and connection included
  std::string ca_file;      ///< certificates to trust, in PEM, in place of the system's
  std::string user_agent = "notifier/" NOTIFIER_VERSION;
};

NOTIFIER_NAMESPACE_END
