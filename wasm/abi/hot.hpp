// What routing spends most of its time in: hot.cpp compiles it for speed, and nobody else takes it in.

#pragma once

#define NOTIFIER_HOT_INLINE [[gnu::always_inline]]

#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {

[[gnu::noinline]] char* escape(std::string_view text, char* out) noexcept;

}  // namespace json
NOTIFIER_NAMESPACE_END
