#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

template <class Signature>
class FunctionRef;

/// Something that can be called, borrowed for the time of a call: what a template hands to a function that is none.
template <class R, class... Arguments>
class FunctionRef<R(Arguments...)> {
 public:
  template <class F, std::enable_if_t<!std::is_same_v<std::remove_const_t<F>, FunctionRef>, int> = 0>
  FunctionRef(const F& function) noexcept
      : object_(std::addressof(function)), call_([](const void* object, Arguments... arguments) -> R {
          return (*static_cast<const F*>(object))(std::forward<Arguments>(arguments)...);
        }) {}

  R operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }

 private:
  const void* object_;
  R (*call_)(const void*, Arguments...);
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
