#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/buffer.hpp"
#include "notifier/model/time.hpp"

NOTIFIER_NAMESPACE_BEGIN

enum class Severity : std::uint8_t { info, success, warning, error };

/// An event as people read it, the same for every platform: plain text in UTF-8, not escaped for anything, and without secrets.
/// All of it is untrusted: every format escapes it in its own way.
///
/// Filled by describe() and reused from event to event: its text lives in one buffer that keeps its capacity. Views are valid
/// until clear() or the next change.
class Message {
 public:
  struct Field {
    std::string_view label;  ///< ours, ASCII, as "Git reference"
    std::string_view value;
    bool is_short = true;    ///< two fit side by side
    bool is_code = false;    ///< a log or a command: monospaced where the platform can, line breaks kept
  };

  Severity severity = Severity::info;
  bool has_time = false;
  Timestamp time;  ///< of the event, where has_time

  std::string_view title() const noexcept;     ///< as "my-app: deployment succeeded"; one line
  std::string_view sentence() const noexcept;  ///< one plain sentence with its full stop; one line
  std::string_view actor() const noexcept;     ///< who did it, as "johndoe"; empty where nobody is known
  std::string_view subject() const noexcept;   ///< app or project the event is about, by name; empty for account events
  std::string_view link() const noexcept;      ///< absolute http(s) URL to look at, checked; empty where there is none
  std::string_view kind() const noexcept;      ///< the event's `type`, untrusted
  std::string_view event_id() const noexcept;  ///< untrusted, may be empty
  std::size_t field_count() const noexcept;
  Field field(std::size_t index) const noexcept;

  void clear() noexcept;
  // builders for describe() and hosts that describe their own kinds: the owner of this file designs them
};

NOTIFIER_NAMESPACE_END
