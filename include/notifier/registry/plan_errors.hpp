// What a plan or a change is answered that cannot be.

#pragma once

#include <string_view>
#include <utility>

#include "notifier/model/draft_view.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline Error not_found(std::string_view resource, std::string_view text) {
  Error error;
  error.code = errc::not_found;
  error.message = text;
  error.field = resource;
  return error;
}
inline Error no_app() { return not_found("app", "there is no such app"); }
inline Error no_platform() { return not_found("notification_platform", "there is no such platform"); }
inline Error no_user() { return not_found("user", "there is no such person"); }
inline Error no_notifier() { return not_found("base", "the app has no such notifier"); }

inline Error conflict(std::string_view text) {
  Error error;
  error.code = errc::conflict;
  error.message = text;
  return error;
}

inline Error invalid(std::string_view what, std::string_view field, std::string_view message, std::string_view code) {
  Problems problems;
  problems.add(field, message, code);
  return std::move(problems).to_error(what);
}

/// What a change is answered that touches what is reserved.
inline Error is_reserved() { return conflict("somebody else is changing the same at this moment"); }

}  // namespace detail
NOTIFIER_NAMESPACE_END
