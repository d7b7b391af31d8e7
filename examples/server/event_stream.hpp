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

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

/// One client's queue of messages. A client that does not keep up is cut off rather than fed a stream with holes.
class Subscription {
 public:
  explicit Subscription(std::string app_id) : app_id_(std::move(app_id)) {}

  const std::string& app_id() const { return app_id_; }

  void push(const std::string& message) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (messages_.size() == most) is_cut_ = true;
      if (!is_cut_) messages_.push_back(message);
    }
    wake_.notify_one();
  }

  /// Waits for messages, at most as long as given. False once the client was too slow.
  bool pull(std::chrono::milliseconds patience, std::string& out) {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait_for(lock, patience, [this] { return is_cut_ || !messages_.empty(); });
    for (const std::string& message : messages_) out += message;
    messages_.clear();
    return !is_cut_;
  }

 private:
  static constexpr std::size_t most = 1000;

  std::string app_id_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> messages_;
  bool is_cut_ = false;
};

/// All streams that are open.
class EventStreams {
 public:
  std::shared_ptr<Subscription> subscribe(std::string app_id) {
    auto subscription = std::make_shared<Subscription>(std::move(app_id));
    const std::lock_guard<std::mutex> lock(mutex_);
    subscriptions_.push_back(subscription);
    return subscription;
  }

  bool has_subscriber(std::string_view app_id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& weak : subscriptions_) {
      const auto subscription = weak.lock();
      if (subscription && subscription->app_id() == app_id) return true;
    }
    return false;
  }

  /// Sends a message to the streams of an app. Returns at once.
  /// @param name  "event" or "delivery"
  /// @param json  may span lines
  void publish(std::string_view app_id, std::string_view name, std::string_view json) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string message;
    for (std::size_t i = 0; i < subscriptions_.size();) {
      const auto subscription = subscriptions_[i].lock();
      if (!subscription) {
        subscriptions_[i] = std::move(subscriptions_.back());
        subscriptions_.pop_back();
        continue;
      }
      if (subscription->app_id() == app_id) {
        if (message.empty()) message = frame(name, json);
        subscription->push(message);
      }
      ++i;
    }
  }

 private:
  /// A line break within `json` is white space between its parts, so it may go.
  static std::string frame(std::string_view name, std::string_view json) {
    std::string message = "event: ";
    message.append(name).append("\ndata: ");
    for (const char c : json) message += c == '\n' || c == '\r' ? ' ' : c;
    return message.append("\n\n");
  }

  std::mutex mutex_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
};

}  // namespace server
