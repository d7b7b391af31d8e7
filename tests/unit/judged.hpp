// What a platform or a webhook answers, judged at one moment.

#pragma once

#include <string_view>
#include <vector>

#include "notifier/delivery/classify.hpp"

namespace judged {

inline constexpr notifier::Timestamp now{784111777000};  // 1994-11-06T08:49:37Z

inline notifier::Verdict judge(notifier::Platform platform, int status, std::string_view body = {},
                               const std::vector<notifier::HeaderView>& headers = {}) {
  return notifier::classify(platform, {status, headers, body}, now);
}

inline notifier::Verdict::Action action(notifier::Platform platform, int status, std::string_view body = {}) {
  return judge(platform, status, body).action;
}

}  // namespace judged
