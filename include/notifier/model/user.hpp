#pragma once

#include <string>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/function.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A person an email notifier can name.
struct User {
  std::string id;
  std::string username;
  std::string email;
};

/// Finds a user when a mail is rendered. Fills `email` (and returns true) for an id it knows. Called on the routing
/// thread; may reuse the string's capacity.
using UserLookup = Function<bool(std::string_view user_id, std::string& email)>;

NOTIFIER_NAMESPACE_END
