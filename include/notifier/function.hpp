#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

template <class Signature>
class Function;

/// Something of the host's that is called, or nothing, as std::function: whose header would take a tenth of the time
/// that an include of this library takes to compile.
///
/// Made of whatever can be called so: a lambda, a pointer to a function, a std::function. Empty where it is made of
/// nothing, of nullptr, or of what is empty itself; an empty one must not be called. Copies call the same object.
template <class R, class... Arguments>
class Function<R(Arguments...)> {
  template <class F>
  using IfCallable = std::enable_if_t<!std::is_same_v<F, Function> && std::is_invocable_r_v<R, F&, Arguments...>>;

 public:
  Function() noexcept = default;
  Function(std::nullptr_t) noexcept {}

  template <class F, class = IfCallable<F>>
  Function(F function) {
    if constexpr (std::is_constructible_v<F, std::nullptr_t>) {
      if (!function) return;
    }
    object_ = std::make_shared<F>(std::move(function));
    call_ = [](void* object, Arguments... arguments) -> R {
      F& called = *static_cast<F*>(object);
      if constexpr (std::is_void_v<R>) {
        called(std::forward<Arguments>(arguments)...);
      } else {
        return called(std::forward<Arguments>(arguments)...);
      }
    };
  }

  explicit operator bool() const noexcept { return call_ != nullptr; }

  R operator()(Arguments... arguments) const { return call_(object_.get(), std::forward<Arguments>(arguments)...); }

 private:
  std::shared_ptr<void> object_;
  R (*call_)(void*, Arguments...) = nullptr;
};

NOTIFIER_NAMESPACE_END
