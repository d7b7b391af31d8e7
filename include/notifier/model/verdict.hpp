#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Longest receipt. In bytes.
inline constexpr std::size_t max_receipt_bytes = 255;

/// What is to be done after an attempt, and why.
struct Verdict {
  enum class Action : std::uint8_t {
    delivered,  ///< it has arrived
    retry,      ///< try again later, by the schedule
    throttle,   ///< try again later, and send this target nothing else until then
    disable,    ///< never again, nor anything else: the target is gone. The notifier is to be switched off
    fail,       ///< never again: this delivery will not be taken
    postpone,   ///< no attempt was made: the machine here lacks what it takes. Soon again, and nothing counts
  };

  Action action = Action::fail;
  int status = 0;  ///< the HTTP status or SMTP code; 0 where none came
  std::string_view
      reason;  ///< one static English sentence without a final full stop; nothing of the request or the reply
  std::optional<std::int64_t>
      retry_after_ms;  ///< how long the target asks to wait, at most a year; not capped by policy yet
  /// What the platform calls the message that it made of a delivery, to be edited, answered or removed by, as Discord's
  /// id: at most max_receipt_bytes of visible ASCII. Empty where it says nothing. Comes from outside, as whatever a
  /// target answers.
  std::string receipt = {};
  std::optional<std::int64_t> duration_ms =
      {};  ///< how long the attempt took; nothing where none was made, or measured
};

/// The action's name: "delivered", "retry", "throttle", "disable", "fail", "postpone".
constexpr std::string_view to_string(Verdict::Action action) noexcept {
  switch (action) {
    case Verdict::Action::delivered: return "delivered";
    case Verdict::Action::retry: return "retry";
    case Verdict::Action::throttle: return "throttle";
    case Verdict::Action::disable: return "disable";
    case Verdict::Action::fail: return "fail";
    case Verdict::Action::postpone: return "postpone";
  }
  return "unknown";
}

NOTIFIER_NAMESPACE_END
