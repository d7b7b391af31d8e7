#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "notifier/error.hpp"

NOTIFIER_NAMESPACE_BEGIN

#if NOTIFIER_EXCEPTIONS
/// Thrown by Result::value() on an error, and by nothing else.
class BadResult : public std::runtime_error {
 public:
  explicit BadResult(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};
#endif

/// A value or an Error; test it before use.
///
///     auto notifier = registry.add("my-app", draft);
///     if (!notifier) return report(notifier.error());
///     use(*notifier);
///
/// A Result<bool> is no condition, as it would be taken for its value: ask has_value(), or value_or().
///
/// @tparam T  any movable type, or void where there is nothing to give but success.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(const T& value) : value_(value) {}
  Result(T&& value) : value_(std::move(value)) {}
  Result(const Error& error) : error_(error) {}
  Result(Error&& error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_.has_value(); }
  template <class U = T, std::enable_if_t<!std::is_same_v<U, bool>, int> = 0>
  explicit operator bool() const noexcept {
    return has_value();
  }

  /// The value. Undefined on an error, as for std::optional.
  T& operator*() & noexcept { return *value_; }
  const T& operator*() const& noexcept { return *value_; }
  T&& operator*() && noexcept { return std::move(*value_); }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }

  /// The error. Undefined on a value.
  Error& error() & noexcept { return *error_; }
  const Error& error() const& noexcept { return *error_; }
  Error&& error() && noexcept { return std::move(*error_); }

  /// The value, or `other` made into one.
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  T value_or(U&& other) && {
    return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(other));
  }

#if NOTIFIER_EXCEPTIONS
  /// The value, or throws BadResult.
  T& value() & { return throw_error(*this), **this; }
  const T& value() const& { return throw_error(*this), **this; }
  T&& value() && { return throw_error(std::move(*this)), *std::move(*this); }
#endif

 private:
#if NOTIFIER_EXCEPTIONS
  template <class Self>
  static void throw_error(Self&& self) {
    if (!self.has_value()) throw BadResult(std::forward<Self>(self).error());
  }
#endif

  std::optional<T> value_ = std::nullopt;
  std::optional<Error> error_ = std::nullopt;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(const Error& error) : error_(error) {}
  Result(Error&& error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  Error& error() & noexcept { return *error_; }
  const Error& error() const& noexcept { return *error_; }
  Error&& error() && noexcept { return std::move(*error_); }
#if NOTIFIER_EXCEPTIONS
  void value() const& {
    if (error_) throw BadResult(*error_);
  }
  void value() && {
    if (error_) throw BadResult(*std::move(error_));
  }
#endif

 private:
  std::optional<Error> error_ = std::nullopt;
};

NOTIFIER_NAMESPACE_END
