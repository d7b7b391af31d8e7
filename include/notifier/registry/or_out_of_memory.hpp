#pragma once

#include <new>

#include "notifier/error.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What `call()` gives; where memory runs out in it, that as an error.
template <class Call>
auto or_out_of_memory(Call&& call) -> decltype(call()) {
#if NOTIFIER_EXCEPTIONS
  try {
    return call();
  } catch (const std::bad_alloc&) {
    Error error;
    error.code = errc::storage;
    error.message = "out of memory";  // short: takes none
    return error;
  }
#else
  return call();
#endif
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
