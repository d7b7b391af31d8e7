// The thread that delivers.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/sqlite_outbox.hpp"
#include "notifier/registry/registry.hpp"

namespace server {

/// Sends what the store's outbox holds, from start() to stop().
class Sender {
 public:
  struct Hooks {
    /// A delivery was stored.
    std::function<void(const notifier::OutboxRecord&)> on_arrival;
    /// An attempt has ended, or the delivery was given up.
    std::function<void(const notifier::Delivery&, const notifier::OutboxStep&, const notifier::Verdict&)> on_step;
    /// A notifier is to be switched off.
    std::function<void(const notifier::Delivery&, std::string_view reason)> on_disable;
  };

  /// @param dry_run  send nothing: what arrives is recorded as dead, what was pending before stays so
  Sender(notifier::Registry& registry, notifier::SqliteOutbox& storage,
         std::unique_ptr<notifier::CurlTransport> transport, notifier::OutboxOptions options, bool dry_run)
      : registry_(registry),
        storage_(storage),
        transport_(std::move(transport)),
        dry_run_(dry_run),
        outbox_(storage, std::move(options)) {
    storage_.on_arrival([this] { transport_->wake(); });
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  ~Sender() { stop(); }

  /// Takes up what an earlier process left, and begins to send.
  notifier::Result<void> start(Hooks hooks) {
    hooks_ = std::move(hooks);
    if (!dry_run_) {
      if (auto recovered = outbox_.recover(); !recovered) return std::move(recovered).error();
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  /// Lets attempts under way end, within `grace`; the others are made again by the next process.
  void stop() {
    stopping_ = true;
    transport_->wake();
    if (thread_.joinable()) thread_.join();
  }

  /// Ends what is pending for a notifier that was removed or switched off. On any thread.
  void cancel(std::string notifier_id) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      cancelled_.push_back(std::move(notifier_id));
    }
    transport_->wake();
  }

 private:
  static constexpr std::chrono::seconds grace{5};
  static constexpr std::int64_t prune_interval_ms = 3'600'000;

  void run() {
    notifier::CourierOptions options;
    options.dispatch = [this](const notifier::Delivery& delivery) { return dispatch(delivery); };
    options.on_step = hooks_.on_step;
    options.on_disable = [this](const notifier::Delivery& delivery, const notifier::Verdict& verdict) {
      hooks_.on_disable(delivery, verdict.reason);
    };
    options.on_error = [](const notifier::Error& error) {
      std::fprintf(stderr, "notifier-server: %s\n", error.message.c_str());
    };
    notifier::Courier courier(outbox_, *transport_, std::move(options));
    notifier::Timestamp next_prune = now();
    while (!stopping_) {
      take_news();
      if (!(now() < next_prune)) {
        static_cast<void>(outbox_.prune(now()));
        next_prune = {now().ms + prune_interval_ms};
      }
      courier.turn(1000);
    }
    const auto end = std::chrono::steady_clock::now() + grace;
    while (courier.in_flight() > 0 && std::chrono::steady_clock::now() < end) courier.finish(100);
  }

  void take_news() {
    for (const notifier::OutboxRecord& record : storage_.take_arrivals()) {
      if (record.state == notifier::OutboxState::pending) outbox_.admit(record);
      hooks_.on_arrival(record);
    }
    std::vector<std::string> cancelled;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      cancelled.swap(cancelled_);
    }
    for (const std::string& notifier_id : cancelled) static_cast<void>(outbox_.cancel(notifier_id, now()));
  }

  /// Looks at the notifier as it is now: it may have changed since the delivery was made.
  notifier::Dispatch dispatch(const notifier::Delivery& delivery) const {
    if (dry_run_) return {"dry run: nothing is sent", {}};
    const auto notifier = registry_.find(delivery.app_id, delivery.notifier_id);
    if (!notifier) return {"the notifier was removed", {}};
    // A notifier may be tested before it is switched on.
    if (!notifier->active && delivery.event_type != "test") return {"the notifier was switched off", {}};
    if (delivery.platform == notifier::Platform::email && !transport_->has_relay()) {
      return {"this server has no mail server; see --smtp", {}};
    }
    return {{}, notifier->type_data.signing_secrets};
  }

  notifier::Registry& registry_;
  notifier::SqliteOutbox& storage_;
  const std::unique_ptr<notifier::CurlTransport> transport_;
  const bool dry_run_;
  notifier::Outbox outbox_;
  Hooks hooks_;
  std::mutex mutex_;
  std::vector<std::string> cancelled_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace server
