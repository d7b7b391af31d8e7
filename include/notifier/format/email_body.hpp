// The part of a body that deliveries share, and room before it for what each one's begins with.

#pragma once

#include <cstddef>
#include <string_view>

#include "notifier/buffer.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The part of a mail that depends on the event alone, formatted once and shared by all recipients' mails: Subject,
/// Date, MIME-Version, Content-Type and what threads mails, then the MIME parts.
class EmailBody {
 public:
  /// Header lines and content, with the blank line between them.
  std::string_view view() const noexcept { return text_.view(front_); }

  /// For what each mail begins with: `lines` stand right before view() until the next call. @return the whole mail
  std::string_view behind(std::string_view lines);

  /// Begins anew, for its writer. @return where `room` bytes may be written; end() says how many were
  char* begin(std::size_t room) {
    text_.clear();
    return text_.room(front_ + room) + front_;
  }
  void end(char* where) noexcept { text_.set_end(where); }
  /// The same, for a writer that appends to a buffer.
  /// @param overwritten  what it writes first, which is left to what view() stands behind
  Buffer& begin_behind(std::string_view overwritten) {
    text_.clear();
    const std::size_t free = front_ - overwritten.size();
    text_.set_end(text_.room(free) + free);
    return text_;
  }

 private:
  std::size_t front_ = 512;  // bytes kept free before the text: few mails begin with more
  Buffer text_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <cstring>

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE std::string_view EmailBody::behind(std::string_view lines) {
  if (lines.size() > front_) {
    const std::size_t more = lines.size() - front_;
    const std::size_t shared = text_.size() - front_;
    char* const end = text_.room(more) + more;
    std::memmove(end - shared, end - shared - more, shared);
    text_.set_end(end);
    front_ = lines.size();
  }
  std::memcpy(text_.data() + front_ - lines.size(), lines.data(), lines.size());
  return text_.view(front_ - lines.size());
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
