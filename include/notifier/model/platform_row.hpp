// The shape of what is known of a platform. The rows themselves are in platform/, one file a platform.

#pragma once

#include <string_view>

#include "notifier/model/platform.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What is known of a platform. Static text.
struct PlatformRow {
  Platform platform;
  std::string_view id;    ///< 24 hex digits
  std::string_view name;  ///< also its notifiers' `type`
  std::string_view display_name;
  std::string_view description;
  std::string_view logo_url;
};

/// The name that version 1.0 gave it.
using PlatformInfo = PlatformRow;

NOTIFIER_NAMESPACE_END
