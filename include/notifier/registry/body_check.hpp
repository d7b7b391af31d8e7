#pragma once

#include <string>
#include <string_view>

#include "notifier/message/body_template.hpp"
#include "notifier/registry/checks.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Judges the template of a body.
/// @param json        compact; empty where there is none
/// @param vocabulary  what it is held against; null for one that is stored: that was held against the one of its time
NOTIFIER_NOINLINE inline bool check_body(std::string_view path, std::string_view json, const Vocabulary* vocabulary,
                                         Problems& problems) {
  std::string fault;
  if (json.size() > NOTIFIER_MAX_BODY_TEMPLATE_BYTES) {
    problems.add(path, too_long(NOTIFIER_MAX_BODY_TEMPLATE_BYTES), "too_long");
  } else if (!json.empty() && BodyTemplate::compile(json, vocabulary, fault) == nullptr) {
    problems.add(path, fault, "wording");
  } else {
    return true;
  }
  return false;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
