#pragma once

#include <string>

#include "notifier/model/user.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What has notifiers. Owns its text.
struct App {
  std::string id;             ///< opaque, unique
  std::string name;           ///< unique; what people and URLs use
  User owner;                 ///< empty id: none known
  std::string project_id;     ///< empty: in no project. Project events go to its apps
  std::string language = {};  ///< what its notifiers' messages are in that name none, as "fr"; empty: the settings'
};

NOTIFIER_NAMESPACE_END
