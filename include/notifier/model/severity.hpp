#pragma once

#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// How good or bad the news is. Decides the colour of a message.
enum class Severity : std::uint8_t { info, success, warning, error };

/// The severity's name: "info", "success", "warning", "error".
constexpr std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::success: return "success";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "unknown";
}

/// The severity of a name; info where none has it.
constexpr Severity severity_named(std::string_view name) noexcept {
  for (const Severity severity : {Severity::success, Severity::warning, Severity::error}) {
    if (to_string(severity) == name) return severity;
  }
  return Severity::info;
}

NOTIFIER_NAMESPACE_END
