#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// The body of a delivery: a front of its own, as the To of a mail, and a rest that deliveries of the same event have
/// in common. Either may be empty; what is sent is the front, then the rest.
///
/// A copy of a Body copies the front and shares the rest, whose bytes never change and live as long as a Body of them.
class Body {
  template <class Text>
  using IfText = std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>, int>;

 public:
  Body() noexcept = default;
  /// A body that is its delivery's own: all of it is front.
  Body(std::string own) noexcept : front_(std::move(own)) {}
  Body(std::string_view own) : front_(own) {}
  Body(const char* own) : front_(own) {}
  /// @param rest  may be null, for none
  Body(std::string front, std::shared_ptr<const std::string> rest) noexcept
      : front_(std::move(front)), rest_(std::move(rest)) {}

  /// What the delivery has for itself.
  std::string_view front() const noexcept { return front_; }
  /// What follows the front, and is shared.
  std::string_view rest() const noexcept { return rest_ == nullptr ? std::string_view() : std::string_view(*rest_); }
  /// The rest, to be shared on; null where there is none. Two bodies of one pointer have the same rest.
  const std::shared_ptr<const std::string>& shared_rest() const noexcept { return rest_; }

  /// In bytes, of both.
  std::size_t size() const noexcept { return front_.size() + rest().size(); }
  bool empty() const noexcept { return size() == 0; }
  /// A copy of the whole.
  std::string str() const;
  /// The whole in one piece: without a copy where one of the parts is empty.
  /// @param room  takes the copy where there must be one
  /// @return never without an address; valid as long as the body and `room` are, and neither is changed
  std::string_view joined(std::string& room) const;
  /// What lies from `offset` on in one piece, to be sent piece by piece: to the end of the front or of the rest. Empty
  /// only at the end.
  std::string_view piece(std::size_t offset) const noexcept;

  /// The same bytes, wherever one's front ends.
  friend bool operator==(const Body& a, const Body& b) noexcept { return a.equals(b); }
  friend bool operator!=(const Body& a, const Body& b) noexcept { return !a.equals(b); }
  /// The same with any kind of text.
  template <class Text, IfText<Text> = 0>
  friend bool operator==(const Body& body, const Text& text) noexcept {
    return body.equals(std::string_view(text));
  }
  template <class Text, IfText<Text> = 0>
  friend bool operator==(const Text& text, const Body& body) noexcept {
    return body.equals(std::string_view(text));
  }
  template <class Text, IfText<Text> = 0>
  friend bool operator!=(const Body& body, const Text& text) noexcept {
    return !body.equals(std::string_view(text));
  }
  template <class Text, IfText<Text> = 0>
  friend bool operator!=(const Text& text, const Body& body) noexcept {
    return !body.equals(std::string_view(text));
  }

 private:
  bool equals(std::string_view text) const noexcept;
  bool equals(const Body& other) const noexcept;

  std::string front_;
  std::shared_ptr<const std::string> rest_;
};

NOTIFIER_NAMESPACE_END

#if NOTIFIER_BODIES

#include <algorithm>

NOTIFIER_NAMESPACE_BEGIN

NOTIFIER_INLINE std::string Body::str() const {
  std::string whole;
  whole.reserve(size());
  return whole.append(front()).append(rest());
}

NOTIFIER_INLINE std::string_view Body::joined(std::string& room) const {
  if (rest().empty()) return front();
  if (front_.empty()) return rest();
  room = str();
  return room;
}

NOTIFIER_INLINE std::string_view Body::piece(std::size_t offset) const noexcept {
  if (offset < front_.size()) return front().substr(offset);
  return rest().substr((std::min)(offset - front_.size(), rest().size()));
}

NOTIFIER_INLINE bool Body::equals(std::string_view text) const noexcept {
  return size() == text.size() && text.substr(0, front_.size()) == front() && text.substr(front_.size()) == rest();
}

NOTIFIER_INLINE bool Body::equals(const Body& other) const noexcept {
  if (size() != other.size()) return false;
  for (std::size_t at = 0; at < size();) {
    const std::string_view ours = piece(at);
    const std::string_view theirs = other.piece(at);
    const std::size_t count = (std::min)(ours.size(), theirs.size());
    if (ours.data() != theirs.data() && ours.substr(0, count) != theirs.substr(0, count)) return false;
    at += count;
  }
  return true;
}

NOTIFIER_NAMESPACE_END

#endif  // NOTIFIER_BODIES
