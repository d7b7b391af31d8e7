#pragma once

#include <string>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Settings that travel with a snapshot.
struct Settings {
  std::string email_from = "notifier@localhost";  ///< From of mails: an address, or `Name <address>`
  std::string link_base = {};  ///< URL of the host's dashboard, without a final slash; empty: no such links
  std::string logo_url = {};   ///< of a platform's picture, as the API tells it; "{platform}" stands for its name
};

NOTIFIER_NAMESPACE_END
