// Server-sent events (WHATWG HTML, section 9.2): an app's events and deliveries as they happen.
//
// `event: event` carries the event's own JSON. `event: delivery` tells once of a delivery that is new or sent again by
// hand, and once more of each step that it takes: notifier_id, notifier_name, platform, event_id, event_type,
// idempotency_key and status (its state: pending, held, delivered, dead). A step has also
//
//   attempt          which attempt it was, 0 where none was made
//   outcome          what came of it: an action's name, as in the list of deliveries
//   response_status  the HTTP status or SMTP code, null where none came
//   reason           one English sentence without secrets
//   next_at          pending: when it is tried again
//   held_until       held: when it is given up, should its notifier not be switched on before
//
// Deliveries that are held, due again or ended all at once since their notifier was changed are not told one by one:
// the event of that change is told, and the list has them.

#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "memory_budget.hpp"

namespace server {

/// A message as it is written to every client that is told of it, once in memory: a chunk (RFC 9112, 7.1) around its
/// text.
class StreamMessage {
 public:
  StreamMessage(MemoryBudget& budget, std::string_view text) : StreamMessage(budget, {}, text) {}
  StreamMessage(MemoryBudget& budget, std::string_view name, std::string_view json) : share_(budget) {
    constexpr std::string_view event = "event: ";
    constexpr std::string_view data = "\ndata: ";
    constexpr std::string_view end = "\n\n";
    const std::size_t size = json.size() + (name.empty() ? 0 : event.size() + name.size() + data.size() + end.size());
    share_.hold(size);
    for (int shift = 28; shift >= 0; shift -= 4) chunk_ += "0123456789abcdef"[size >> shift & 0xF];
    chunk_.reserve(size + 12);
    chunk_ += "\r\n";
    start_ = chunk_.size();
    if (name.empty()) {
      chunk_ += json;
    } else {
      chunk_.append(event).append(name).append(data);
      // A line break within `json` is white space between its parts, so it may go.
      for (const char c : json) chunk_ += c == '\n' || c == '\r' ? ' ' : c;
      chunk_ += end;
    }
    chunk_ += "\r\n";
  }

  std::string_view chunk() const { return chunk_; }
  std::string_view text() const { return std::string_view(chunk_).substr(start_, chunk_.size() - start_ - 2); }

 private:
  std::string chunk_;
  std::size_t start_ = 0;
  MemoryShare share_;
};

/// One client that is told.
class Subscriber {
 public:
  Subscriber() = default;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  virtual ~Subscriber() = default;
  virtual void push(const std::shared_ptr<const StreamMessage>& message) = 0;
  /// How many bytes wait for this client.
  virtual std::size_t backlog() const = 0;
  /// Ends the stream of a client that does not keep up, rather than feed it one with holes.
  virtual void cut() = 0;
};

/// All streams that are open. has_subscriber() and publish() on any thread, the others on the loop's.
class EventStreams {
 public:
  /// @param post  has the loop do something soon
  void attach(std::function<void(std::function<void()>)> post) {
    const std::lock_guard<std::mutex> lock(mutex_);
    post_ = std::move(post);
  }

  void add(const std::string& app_id, Subscriber& subscriber) {
    const std::lock_guard<std::mutex> lock(mutex_);
    subscribers_[app_id].push_back(&subscriber);
  }
  void remove(const std::string& app_id, Subscriber& subscriber) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = subscribers_.find(app_id);
    if (found == subscribers_.end()) return;
    auto& list = found->second;
    list.erase(std::remove(list.begin(), list.end(), &subscriber), list.end());
    if (list.empty()) subscribers_.erase(found);
  }

  /// Other servers have streams, too. To be set before anything is published, and taken away after all that is.
  /// @param has  whether one of them has a stream of an app
  /// @param tell  tells them
  void relay(std::function<bool(std::string_view)> has,
             std::function<void(std::string_view app_id, std::string_view name, std::string_view json)> tell) {
    has_elsewhere_ = std::move(has);
    tell_elsewhere_ = std::move(tell);
  }

  /// Whether an app has a stream, here or elsewhere.
  bool has_subscriber(std::string_view app_id) const {
    return has_subscriber_here(app_id) || (has_elsewhere_ && has_elsewhere_(app_id));
  }
  /// The apps that have streams here.
  std::vector<std::string> apps() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> apps;
    for (const auto& [app_id, list] : subscribers_) apps.push_back(app_id);
    return apps;
  }

  /// Sends a message to the streams of an app, wherever they are. Returns at once.
  /// @param name  "event" or "delivery"
  /// @param json  may span lines
  void publish(std::string_view app_id, std::string_view name, std::string_view json) {
    publish_here(app_id, name, json);
    if (tell_elsewhere_) tell_elsewhere_(app_id, name, json);
  }

  /// The same to streams here.
  /// @param name  empty: something is missing, so these streams end
  void publish_here(std::string_view app_id, std::string_view name, std::string_view json) {
    if (!has_subscriber_here(app_id)) return;
    std::shared_ptr<const StreamMessage> message;
    // Where the loop does not get round to what was published before, they end, too.
    if (!name.empty() && budget_.used() <= 2 * most_bytes) {
      message = std::make_shared<StreamMessage>(budget_, name, json);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (post_) post_([this, id = std::string(app_id), message = std::move(message)] { deliver(id, message); });
  }

  MemoryBudget& budget() { return budget_; }

 private:
  static constexpr std::size_t most_bytes = 64 << 20;

  bool has_subscriber_here(std::string_view app_id) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return subscribers_.find(app_id) != subscribers_.end();
  }

  void deliver(const std::string& app_id, const std::shared_ptr<const StreamMessage>& message) {
    for (Subscriber* const subscriber : of(app_id)) {
      if (message) {
        subscriber->push(message);
      } else {
        subscriber->cut();
      }
    }
    while (budget_.is_over()) {
      Subscriber* const slowest = find_slowest();
      if (slowest == nullptr) break;
      slowest->cut();
    }
  }

  std::vector<Subscriber*> of(const std::string& app_id) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = subscribers_.find(app_id);
    return found == subscribers_.end() ? std::vector<Subscriber*>() : found->second;
  }

  /// Whom most waits for; null where nothing waits for anybody.
  Subscriber* find_slowest() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    Subscriber* slowest = nullptr;
    for (const auto& [app_id, list] : subscribers_) {
      for (Subscriber* const each : list)
        if (each->backlog() > (slowest == nullptr ? 0 : slowest->backlog())) slowest = each;
    }
    return slowest;
  }

  MemoryBudget budget_{most_bytes};
  mutable std::mutex mutex_;
  std::function<void(std::function<void()>)> post_;
  std::map<std::string, std::vector<Subscriber*>, std::less<>> subscribers_;
  std::function<bool(std::string_view)> has_elsewhere_;
  std::function<void(std::string_view, std::string_view, std::string_view)> tell_elsewhere_;
};

}  // namespace server
