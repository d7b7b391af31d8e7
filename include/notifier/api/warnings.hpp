// What an answer remarks on that went well: a member beside the root, where there is something.

#pragma once

#include <vector>

#include "notifier/error.hpp"
#include "notifier/json/writer.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::api {

/// Writes `"warnings":[{"field","code","message"}]`, where there is one.
NOTIFIER_NOINLINE inline void write_warnings(json::Writer& out, const std::vector<FieldError>& warnings) {
  if (warnings.empty()) return;
  out.key("warnings");
  out.array([&] {
    for (const FieldError& warning : warnings) {
      out.object([&] {
        out.member("field", warning.field);
        out.member("code", warning.code);
        out.member("message", warning.message);
      });
    }
  });
}

}  // namespace detail::api
NOTIFIER_NAMESPACE_END
