// A whole program without this library: notifiers in a map by app, events in, payloads out.

#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mail.hpp"
#include "message.hpp"

namespace peer {

struct Notifier {
  std::string id, platform, url, email;
  bool active = true, send_all_events = false;
  std::unordered_set<std::string> selected;  ///< event kinds
};

template <class Json>
class Program {
 public:
  void add(const std::string& app_id, Notifier notifier) { notifiers_[app_id].push_back(std::move(notifier)); }

  /// Calls `sink(notifier, body)` for each notifier that is told.
  template <class Sink>
  std::size_t route(const std::string& event_json, Sink&& sink) const {
    const auto event = Json::parse(event_json);
    auto found = notifiers_.find(Json::text(event, "app_id"));
    if (found == notifiers_.end()) return 0;
    const std::string kind = Json::text(event, "type");
    std::size_t told = 0;
    bool described = false;
    Message message;
    std::string slack;
    for (const Notifier& notifier : found->second) {
      if (!notifier.active || !(notifier.send_all_events || notifier.selected.count(kind) != 0)) continue;
      ++told;
      if (notifier.platform == "webhook") {
        sink(notifier, event_json);
        continue;
      }
      if (!described) message = describe<Json>(event);
      described = true;
      if (notifier.platform == "slack") {
        if (slack.empty()) slack = Json::slack(message);
        sink(notifier, slack);
      } else {
        std::string key = "msg_" + hash_hex(0, {message.event_id, notifier.id});
        sink(notifier, mail(message, "Notifier <notifier@example.com>", notifier.email, key, "example.com"));
      }
    }
    return told;
  }

 private:
  std::unordered_map<std::string, std::vector<Notifier>> notifiers_;
};

}  // namespace peer
