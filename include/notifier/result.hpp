#pragma once

#include <optional>
#include <stdexcept>
#include <string>
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
  explicit operator bool() const noexcept { return has_value(); }

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

#if NOTIFIER_EXCEPTIONS
  /// The value, or throws BadResult.
  T& value() & {
    if (!has_value()) throw BadResult(error());
    return **this;
  }
  T&& value() && {
    if (!has_value()) throw BadResult(std::move(error()));
    return std::move(**this);
  }
#endif

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
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
  void value() const {
    if (error_) throw BadResult(*error_);
  }
#endif

 private:
  std::optional<Error> error_;
};

NOTIFIER_NAMESPACE_END
