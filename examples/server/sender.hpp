// The thread that delivers.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "clock_and_ids.hpp"
#include "metrics.hpp"
#include "notifier/adapters/courier.hpp"
#include "notifier/adapters/group_host.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/routing/router.hpp"
#include "storage.hpp"

namespace server {

/// How a notifier stands, once a change of it is stored.
enum class Standing { on, off, gone };

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
    /// So many deliveries of a notifier are held or due again, or have ended, because of how it stands now.
    std::function<void(const std::string& notifier_id, Standing, std::size_t count)> on_standing;
    /// What an earlier process left cannot be read: nothing is sent.
    std::function<void(const notifier::Error&)> on_failure;
  };

  /// @param dry_run  send nothing: what arrives is recorded as dead, what was pending before stays so
  Sender(notifier::Registry& registry, Storage& storage, Metrics& metrics,
         std::unique_ptr<notifier::CurlTransport> transport, notifier::OutboxOptions options, bool dry_run)
      : registry_(registry),
        metrics_(metrics),
        storage_(storage),
        transport_(std::move(transport)),
        dry_run_(dry_run),
        router_(registry),
        outbox_(storage.outbox(), std::move(options)) {
    if (!dry_run_) outbox_.tell_together(group_host());
    storage_.on_arrival([this] { transport_->wake(); });
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  ~Sender() { stop(); }

  /// Takes up what an earlier process left, and begins to send: in a thread of its own, however much that is.
  void start(Hooks hooks) {
    hooks_ = std::move(hooks);
    thread_ = std::thread([this] {
      if (!dry_run_ && !take_up()) return;
      is_taken_up_ = true;
      run();
    });
  }

  /// Whether what an earlier process left is taken up. On any thread.
  bool is_taken_up() const { return is_taken_up_; }

  /// Lets attempts under way end, within `grace`; the others are made again by the next process.
  void stop() {
    begin_stop();
    if (thread_.joinable()) thread_.join();
  }
  /// The same, without waiting for it.
  void begin_stop() {
    stopping_ = true;
    storage_.begin_stop();
    transport_->wake();
  }

  /// Holds what is pending for a notifier that was switched off, makes what was held due for one that was switched on,
  /// and ends all that there is for one that is gone. On any thread.
  void change(std::string notifier_id, Standing standing) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      changes_.emplace_back(std::move(notifier_id), standing);
    }
    transport_->wake();
  }

 private:
  static constexpr std::chrono::milliseconds grace{1'500};
  static constexpr std::int64_t prune_interval_ms = 3'600'000;
  static constexpr std::string_view disabled = "the notifier was switched off, since nothing arrived at its target";

  using Change = std::pair<std::string, Standing>;

  static Standing standing_of(const std::optional<notifier::Notifier>& notifier) {
    return !notifier ? Standing::gone : notifier->active ? Standing::on : Standing::off;
  }

  /// Asked by the sending thread, about events that are told together.
  notifier::GroupHost group_host() {
    notifier::GroupHost host = notifier::group_host(registry_, router_);
    host.render = [this, render = std::move(host.render)](std::string_view app_id, std::string_view notifier_id,
                                                          const notifier::Digest& digest, std::string_view key) {
      auto delivery = render(app_id, notifier_id, digest, key);
      if (delivery) metrics_.arrival(delivery->platform, notifier::OutboxState::pending);
      return delivery;
    };
    return host;
  }

  bool take_up() {
    if (auto recovered = outbox_.recover(notifier::system_moment()); !recovered) {
      if (!stopping_) hooks_.on_failure(recovered.error());
      return false;
    }
    // What was held may have been switched on since, or be gone: the process may have ended in between.
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<Change> held;
    for (const std::string& id : outbox_.held_notifiers()) held.emplace_back(id, standing_of(registry_.find(id)));
    changes_.insert(changes_.begin(), held.begin(), held.end());
    return true;
  }

  void run() {
    notifier::CourierOptions options;
    options.dispatch = [this](const notifier::Delivery& delivery) {
      notifier::Dispatch answer = dispatch(delivery);
      if (answer.refusal.empty() && !answer.is_held) begun_[name_of(delivery)] = std::chrono::steady_clock::now();
      return answer;
    };
    options.on_step = [this](const notifier::Delivery& delivery, const notifier::OutboxStep& step,
                             const notifier::Verdict& verdict) {
      count(delivery, step, verdict);
      hooks_.on_step(delivery, step, verdict);
    };
    options.on_disable = [this](const notifier::Delivery& delivery, const notifier::Verdict& verdict) {
      disabled_.insert(delivery.notifier_id);
      ++metrics_.switched_off;
      hooks_.on_disable(delivery, verdict.reason);
    };
    options.on_error = [](const notifier::Error& error) {
      std::fprintf(stderr, "notifier-server: %s\n", error.message.c_str());
    };
    notifier::Courier courier(outbox_, *transport_, std::move(options));
    std::int64_t next_prune = notifier::system_moment().steady_ms;
    while (!stopping_) {
      const notifier::Moment now = notifier::system_moment();
      static_cast<void>(notifier::detail::or_out_of_memory([&]() -> notifier::Result<void> {
        take_news(now);
        return {};
      }));
      if (now.steady_ms >= next_prune) {
        static_cast<void>(outbox_.prune(now));
        next_prune = now.steady_ms + prune_interval_ms;
      }
      const auto done = notifier::detail::or_out_of_memory([&]() -> notifier::Result<void> {
        courier.turn(1000);
        return {};
      });
      if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(100));  // what was begun is begun again
      if (courier.in_flight() == 0) begun_.clear();
      metrics_.pending = outbox_.pending();
      metrics_.held = outbox_.held();
      metrics_.grouped = outbox_.grouped();
      metrics_.counted = outbox_.counted();
      metrics_.in_flight = courier.in_flight();
    }
    const auto end = std::chrono::steady_clock::now() + grace;
    while (courier.in_flight() > 0 && std::chrono::steady_clock::now() < end) {
      courier.finish(100);
      take_news(notifier::system_moment());  // what is empty is handed over
    }
  }

  void take_news(notifier::Moment now) {
    std::vector<Change> held;
    const auto admitted = [&](const notifier::OutboxRecord& record) {
      metrics_.arrival(record.platform, record.state);
      hooks_.on_arrival(record);
      // Taken over from another server: it may have been switched on since, or be gone. Where it is off, a test that
      // arrives with it is sent nevertheless.
      if (record.state != notifier::OutboxState::held) return;
      const Standing standing = standing_of(registry_.find_stored(record.app_id, record.notifier_id));
      if (standing != Standing::off || disabled_.count(record.notifier_id) != 0)
        held.emplace_back(record.notifier_id, standing);
    };
    const auto withdrawn = [&](const notifier::OutboxRecord& record) {
      ++metrics_.withdrawn;
      hooks_.on_arrival(record);
    };
    storage_.take_news(outbox_, now, admitted, withdrawn);
    std::vector<Change> changes;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      changes.swap(changes_);
    }
    changes.insert(changes.begin(), held.begin(), held.end());
    for (const auto& [notifier_id, standing] : changes) {
      const std::size_t count = apply(notifier_id, standing, now);
      if (count != 0) hooks_.on_standing(notifier_id, standing, count);
    }
  }

  std::size_t apply(const std::string& notifier_id, Standing standing, notifier::Moment now) {
    if (standing == Standing::off && disabled_.count(notifier_id) == 0) return outbox_.hold(notifier_id, now);
    if (standing != Standing::off) disabled_.erase(notifier_id);
    if (standing == Standing::on) return outbox_.resume(notifier_id, now);
    const std::string_view reason =
        standing == Standing::gone ? std::string_view("the notifier was removed") : disabled;
    const notifier::OutboxEnded ended = outbox_.end(notifier_id, reason, now);
    metrics_.withdrawn += ended.pending + ended.held;
    return ended.pending + ended.held;
  }

  static std::string name_of(const notifier::Delivery& delivery) {
    return std::string(delivery.notifier_id).append(1, '\0').append(delivery.idempotency_key);
  }

  void count(const notifier::Delivery& delivery, const notifier::OutboxStep& step, const notifier::Verdict& verdict) {
    std::optional<std::chrono::steady_clock::duration> taken;
    if (const auto begun = begun_.find(name_of(delivery)); begun != begun_.end()) {
      taken = std::chrono::steady_clock::now() - begun->second;
      begun_.erase(begun);
    }
    metrics_.step(delivery.platform, verdict, step.state, taken);
    metrics_.withdrawn += step.ended;
  }

  /// Looks at the notifier as it is now: it may have changed since the delivery was made.
  notifier::Dispatch dispatch(const notifier::Delivery& delivery) {
    if (dry_run_) return {"dry run: nothing is sent", {}};
    const auto notifier = registry_.find_stored(delivery.app_id, delivery.notifier_id);
    if (!notifier) return {"the notifier was removed", {}};
    // A notifier may be tested before it is switched on.
    if (!notifier->active && delivery.event_type != "test") {
      if (disabled_.count(delivery.notifier_id) != 0) return {disabled, {}};
      return {{}, {}, true};
    }
    if (notifier::is_mail(delivery.platform) && !transport_->has_relay()) {
      return {"this server has no mail server; see --smtp", {}};
    }
    return {{}, notifier::signing_secrets_of(*notifier)};
  }

  notifier::Registry& registry_;
  Metrics& metrics_;
  Storage& storage_;
  const std::unique_ptr<notifier::CurlTransport> transport_;
  const bool dry_run_;
  notifier::Router router_;  // of digests. Its thread's own, as the next
  notifier::Outbox outbox_;
  Hooks hooks_;
  std::map<std::string, std::chrono::steady_clock::time_point> begun_;  // attempts under way. Its thread's own
  std::mutex mutex_;
  std::vector<Change> changes_;
  std::set<std::string> disabled_;  // whom the outbox had switched off: nothing is held for them. Its thread's own
  std::atomic<bool> is_taken_up_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace server
