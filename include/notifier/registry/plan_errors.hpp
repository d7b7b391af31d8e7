// What a plan or a change is answered that cannot be.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "notifier/model/draft_view.hpp"
#include "notifier/registry/known_platforms.hpp"
#include "notifier/result.hpp"
#include "notifier/text/joined.hpp"
#include "notifier/text/quoted.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

inline Error not_found(std::string_view resource, std::string_view text) {
  Error error;
  error.code = errc::not_found;
  error.message = text;
  error.field = resource;
  return error;
}
inline Error no_app(std::string_view name) {
  return not_found("app", detail::with_quoted("there is no app with the id or name ", name));
}
inline Error no_user(std::string_view id) {
  return not_found("user", detail::with_quoted("there is no person with the id ", id));
}
/// @param resource  what it is called by who asks
inline Error no_notifier(std::string_view id, std::string_view resource = "base") {
  return not_found(resource, detail::with_quoted("there is no notifier with the id ", id));
}
/// @param given  id or name; empty where neither is there
NOTIFIER_NOINLINE inline Error no_platform(std::string_view given, const Vocabulary& vocabulary) {
  const std::string what =
      given.empty() ? "platform_id is missing" : detail::with_quoted("there is no platform ", given);
  return not_found("notification_platform", detail::joined(what, "; ", known_platforms(vocabulary, true)));
}

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
