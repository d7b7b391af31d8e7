#pragma once

#include <string>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What became of a mail's recipients in one attempt: each has a reply of its own (RFC 5321 section 3.3). Empty where
/// it became the same of all.
struct MailRecipients {
  std::vector<std::string> remaining;  ///< refused for now: with a verdict of `retry`, only they are tried again
  std::vector<std::string> refused;    ///< refused for good
  bool some_accepted = false;          ///< others got it
};

NOTIFIER_NAMESPACE_END
