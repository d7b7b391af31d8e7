#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// What people read in place of a value.
struct Word {
  std::string value;  ///< "*", the last: any other; without it, another is shown as it came
  std::string text;   ///< empty: as if absent
};

/// Words under a name, which a slot takes as its layout.
struct WordSet {
  std::string name;
  std::vector<Word> words;
  bool is_active = false;  ///< some text is more than inert
};

class WordSets : public std::vector<WordSet> {
 public:
  /// nullptr where there is none.
  /// @param name  not empty, as the names of all sets are
  const WordSet* find(std::string_view name) const noexcept {
    for (const WordSet& set : *this) {
      // Most differ in these, without a call.
      if (set.name.size() != name.size() || set.name.front() != name.front()) continue;
      if (set.name == name) return &set;
    }
    return nullptr;
  }
};

/// A row of the built-in sets. The entries of a set stand together.
struct Translation {
  std::string_view set;
  std::string_view value;
  std::string_view text;
};

inline constexpr Translation translations[] = {
    {"reason", "user_restart", "asked for by a user"},
    {"reason", "unexpected_failure", "unexpected failure"},
    {"reason", "rebalancing_operation", "rebalancing of the infrastructure"},
    {"reason", "security_maintenance", "scheduled security maintenance"},
    {"reason", "payment_failure", "payment failure"},
    {"reason", "user_stop", "asked for by a user"},
    {"reason", "no-payment-method", "no payment method"},

    {"failure", "build-error", "the build failed"},
    {"failure", "crashed-error", "the new version crashed on start"},
    {"failure", "timeout-error", "the new version did not start in time"},
    {"failure", "hook-error", "the post-deployment hook failed"},

    {"origin", "periodic", "periodic"},
    {"origin", "manual", "manual"},
    {"origin", "*", ""},

    {"recovery", "healthy", "healthy"},
    {"recovery", "pgbackrest_error", "pgBackRest error"},
    {"recovery", "wal_error", "WAL error"},

    {"service", "github", "GitHub"},
    {"service", "github-enterprise", "GitHub Enterprise"},
    {"service", "gitlab", "GitLab"},
    {"service", "gitlab-self-hosted", "self-hosted GitLab"},

    {"platform", "email", "email"},
    {"platform", "slack", "Slack"},
    {"platform", "webhook", "webhook"},
    {"platform", "rocket_chat", "Rocket.Chat"},
    {"platform", "mattermost", "Mattermost"},
    {"platform", "discord", "Discord"},
    {"platform", "microsoft_teams", "Microsoft Teams"},
    {"platform", "google_chat", "Google Chat"},
    {"platform", "telegram", "Telegram"},
    {"platform", "ntfy", "ntfy"},
    {"platform", "pagerduty", "PagerDuty"},
    {"platform", "pushover", "Pushover"},
    {"platform", "gotify", "Gotify"},
    {"platform", "matrix", "Matrix"},

    {"payment", "credit", "from credit"},
    {"payment", "*", "by card"},
    {"method", "paypal", "PayPal"},
    {"method", "stripe", "card"},
    {"method", "card", "card"},
    {"method", "sepa", "SEPA"},

    // Each is one thing that is too high or too low; any other is named as it is.
    {"metric", "cpu", "CPU usage"},
    {"metric", "memory", "memory usage"},
    {"metric", "swap", "swap usage"},
    {"metric", "all", "number of requests per minute"},
    {"metric", "rpm", "number of requests per minute"},
    {"metric", "rpm_per_container", "number of requests per minute and container"},
    {"metric", "p50_response_time", "median response time"},
    {"metric", "p95_response_time", "p95 response time"},
    {"metric", "p99_response_time", "p99 response time"},
    {"metric", "5XX", "number of 5xx errors"},
    {"metric", "*", ""},
};

inline WordSets builtin_word_sets() {
  WordSets sets;
  for (const Translation& row : translations) {
    if (sets.empty() || sets.back().name != row.set) sets.push_back({std::string(row.set), {}});
    sets.back().words.push_back({std::string(row.value), std::string(row.text)});
  }
  return sets;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
