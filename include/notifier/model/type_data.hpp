#pragma once

#include <string>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The platform-dependent part of a notifier. Only the members that the platform's row names are used; the rest stay
/// empty.
struct TypeData {
  std::string webhook_url;  ///< slack, webhook, rocket_chat. A secret: it appears in no text but its own request
  std::vector<std::string> user_ids;  ///< email: people, resolved when a mail is rendered
  std::vector<std::string> emails;    ///< email: additional addresses
  std::vector<std::string>
      signing_secrets;  ///< webhook: `signing_secret` (a string or an array), `whsec_...`. Never returned by the API
  /// Unknown keys as compact JSON members without braces, as `"phone_number":"1"`, in the order first given. Kept and
  /// returned.
  std::string other;

  /// Empties all, and keeps their memory.
  NOTIFIER_NOINLINE void clear() noexcept {
    webhook_url.clear();
    user_ids.clear();
    emails.clear();
    signing_secrets.clear();
    other.clear();
  }
};

NOTIFIER_NAMESPACE_END
