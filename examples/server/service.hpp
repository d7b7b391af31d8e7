// The Api with its store around it: a request in, a response out, everything acknowledged kept.

#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "commit_queue.hpp"
#include "event_stream.hpp"
#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/api.hpp"

namespace server {

/// Thread-safe.
class Service {
 public:
  /// What is to be sent, once it is stored. Called in the committing thread: hand over and return.
  using OnDeliveries = std::function<void(std::vector<notifier::Delivery>&&)>;

  Service(notifier::Registry& registry, notifier::SqliteStore& store, OnDeliveries on_deliveries)
      : registry_(registry),
        store_(store),
        on_deliveries_(std::move(on_deliveries)),
        commits_(registry, store, [this](notifier::Outcome& outcome) { publish(outcome); }) {}

  /// Returns when the answer may be given.
  notifier::Outcome answer(const notifier::Request& request) {
    const Lease api(*this);
    while (true) {
      notifier::Outcome outcome = api->handle(request);
      if (outcome.changes.empty() && outcome.events.empty() && outcome.deliveries.empty()) return outcome;
      switch (commits_.commit(outcome)) {
        case CommitQueue::Verdict::stored: return outcome;
        case CommitQueue::Verdict::stale: break;
        case CommitQueue::Verdict::failed: {
          notifier::Outcome failed;
          failed.response = notifier::Api::storage_failed();
          return failed;
        }
      }
    }
  }

  EventStreams& streams() { return streams_; }

 private:
  /// An Api that nobody else uses; they keep their buffers from request to request.
  class Lease {
   public:
    explicit Lease(Service& service) : service_(service), api_(service.take()) {}
    ~Lease() { service_.give_back(std::move(api_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    notifier::Api* operator->() const { return api_.get(); }

   private:
    Service& service_;
    std::unique_ptr<notifier::Api> api_;
  };

  std::unique_ptr<notifier::Api> take() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!apis_.empty()) {
        auto api = std::move(apis_.back());
        apis_.pop_back();
        return api;
      }
    }
    notifier::ApiOptions options;
    options.router.clock = now;
    options.new_id = new_id;
    options.history = &store_;
    return std::make_unique<notifier::Api>(registry_, std::move(options));
  }

  void give_back(std::unique_ptr<notifier::Api> api) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (apis_.size() < most_idle_apis) apis_.push_back(std::move(api));
  }

  void publish(notifier::Outcome& outcome) {
    for (const notifier::RecordedEvent& event : outcome.events) streams_.publish(event.app_id, "event", event.json);
    for (const notifier::Delivery& delivery : outcome.deliveries) {
      notifier::Buffer json;
      notifier::json::Writer out(json);
      out.object([&] {
        out.member("notifier_id", delivery.notifier_id);
        out.member("notifier_name", delivery.notifier_name);
        out.member("platform", notifier::to_string(delivery.platform));
        out.member("event_id", delivery.event_id);
        out.member("event_type", delivery.event_type);
        out.member("idempotency_key", delivery.idempotency_key);
        out.member("status", "pending");
      });
      streams_.publish(delivery.app_id, "delivery", json.view());
    }
    if (on_deliveries_ && !outcome.deliveries.empty()) on_deliveries_(std::move(outcome.deliveries));
  }

  static constexpr std::size_t most_idle_apis = 64;

  notifier::Registry& registry_;
  notifier::SqliteStore& store_;
  OnDeliveries on_deliveries_;
  EventStreams streams_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<notifier::Api>> apis_;
  CommitQueue commits_;
};

}  // namespace server
