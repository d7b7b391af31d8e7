#pragma once

#include <optional>
#include <string>

#include "notifier/model/user.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What is to be different in an app; what is absent stays as it is.
struct AppPatch {
  std::optional<std::string> name;
  std::optional<User> owner;              ///< one whose members are all empty: none is known
  std::optional<std::string> project_id;  ///< empty: in no project
  std::optional<std::string> language;    ///< empty: the settings'
};

/// What is to be different in a person; what is absent stays as it is.
struct UserPatch {
  std::optional<std::string> username;
  std::optional<std::string> email;
};

NOTIFIER_NAMESPACE_END
