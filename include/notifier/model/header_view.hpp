#pragma once

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// A header that borrows its text.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

NOTIFIER_NAMESPACE_END
