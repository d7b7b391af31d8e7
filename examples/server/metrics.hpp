// What the server counts, for Prometheus: few labels, each of them from a list that nobody outside can make longer, and
// nothing that could be a secret.

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "notifier/model/verdict.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/platform/table.hpp"
#include "prometheus_text.hpp"
#include "route_table.hpp"

namespace server {

/// How long something took, how often. Thread-safe.
class Histogram {
 public:
  using Duration = std::chrono::steady_clock::duration;

  void observe(Duration taken) {
    const auto us = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(taken).count()));
    const auto* const bound = std::lower_bound(std::begin(bounds_us), std::end(bounds_us), us);
    counts_[static_cast<std::size_t>(bound - std::begin(bounds_us))].fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(us, std::memory_order_relaxed);
  }

  bool is_empty() const {
    return std::all_of(counts_.begin(), counts_.end(), [](const auto& count) { return count.load() == 0; });
  }

  /// @param labels  of the series, without `le`
  void write(PrometheusText& out, std::string_view name, std::string_view labels) const {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      count += counts_[i].load(std::memory_order_relaxed);
      out.bucket(name, labels, i < std::size(bounds_us) ? static_cast<double>(bounds_us[i]) / 1e6 : -1, count);
    }
    out.sum_and_count(name, labels, static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6, count);
  }

 private:
  static constexpr std::uint64_t bounds_us[] = {1'000,     2'500,      5'000,     10'000,    25'000,
                                                50'000,    100'000,    250'000,   1'000'000, 2'500'000,
                                                5'000'000, 10'000'000, 30'000'000};

  std::array<std::atomic<std::uint64_t>, std::size(bounds_us) + 1> counts_{};
  std::atomic<std::uint64_t> sum_us_{0};
};

/// Thread-safe.
class Metrics {
 public:
  using Duration = Histogram::Duration;
  using Count = std::atomic<std::uint64_t>;

  explicit Metrics(const RouteTable& routes) : routes_(routes), request_seconds_(routes.size()) {}

  /// A request has been answered, or a stream has ended.
  void request(std::size_t route, std::string_view method, int status, Duration taken, bool is_stream) {
    if (!is_stream) request_seconds_[route].observe(taken);
    const std::lock_guard<std::mutex> lock(mutex_);
    ++requests_[{route, method_of(method), status}];
  }

  Count events{0};     ///< that were accepted
  Count refusals{0};   ///< of connections, for want of room
  Count withdrawn{0};  ///< deliveries that ended with their notifier
  Count switched_off{0};
  Count store_failures{0};
  Histogram store_seconds;  ///< of the transactions that keep what requests change

  /// How things stand, as the thread that delivers sees it.
  std::atomic<std::size_t> pending{0}, held{0}, grouped{0}, in_flight{0};
  std::atomic<std::uint64_t> counted{0};  ///< events that were told together with others
  /// The same, of the loop: in the order of Phase.
  std::array<std::atomic<std::size_t>, 6> connections{};

  void arrival(notifier::Platform platform, notifier::OutboxState state) {
    ++of(platform).arrivals;
    if (state == notifier::OutboxState::dead) ++of(platform).dead;
  }

  /// A delivery took a step. @param taken  how long the attempt was; nothing where there was none
  void step(notifier::Platform platform, const notifier::Verdict& verdict, notifier::OutboxState state,
            std::optional<Duration> taken) {
    PerPlatform& counts = of(platform);
    if (taken) {
      ++counts.attempts[static_cast<std::size_t>(verdict.action)];
      counts.seconds.observe(*taken);
    }
    if (state == notifier::OutboxState::delivered) ++counts.delivered;
    if (state == notifier::OutboxState::dead) ++counts.dead;
  }

  void write(PrometheusText& out) {
    write_requests(out);
    out.family("notifier_http_connections", "gauge", "Connections by what they are doing.");
    constexpr std::string_view phases[] = {"waiting", "reading", "handling", "writing", "streaming", "lingering"};
    for (std::size_t i = 0; i < connections.size(); ++i)
      out.sample("notifier_http_connections", label("state", phases[i]), connections[i]);
    out.counter("notifier_http_connections_refused_total", "Connections that there was no room for.", refusals);
    out.counter("notifier_events_accepted_total", "Events that were taken in.", events);
    write_deliveries(out);
    out.counter(
        "notifier_deliveries_withdrawn_total",
        "Deliveries that were withdrawn by hand, or since their notifier was removed or switched off for failing.",
        withdrawn);
    out.counter("notifier_notifiers_switched_off_total", "Notifiers that were switched off for failing.", switched_off);
    out.gauge("notifier_deliveries_pending", "Deliveries to be sent, now or later.", std::uint64_t{pending});
    out.gauge("notifier_deliveries_held", "Deliveries that wait for their notifier to be switched on.",
              std::uint64_t{held});
    out.gauge("notifier_deliveries_grouped", "Events that are held back to be told together.", std::uint64_t{grouped});
    out.counter("notifier_deliveries_grouped_total", "Events that were counted, to be told together.", counted);
    out.gauge("notifier_deliveries_in_flight", "Attempts under way.", std::uint64_t{in_flight});
    out.counter("notifier_storage_failures_total", "Transactions that could not be stored.", store_failures);
    out.family("notifier_storage_transaction_duration_seconds", "histogram",
               "How long it took to store what requests change.");
    store_seconds.write(out, "notifier_storage_transaction_duration_seconds", {});
  }

 private:
  struct PerPlatform {
    Count arrivals{0}, delivered{0}, dead{0};
    std::array<Count, 6> attempts{};  // by Verdict::Action
    Histogram seconds;
  };

  PerPlatform& of(notifier::Platform platform) {
    if (!notifier::is_own(platform)) return platforms_[static_cast<std::size_t>(platform)];
    const std::lock_guard<std::mutex> lock(mutex_);
    return own_platforms_[notifier::to_string(platform)];
  }

  static std::string label(std::string_view name, std::string_view value) {
    return std::string(name).append("=\"").append(value).append("\"");
  }

  static std::string_view method_of(std::string_view method) {
    for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
      if (method == known) return known;
    return "other";
  }

  void write_requests(PrometheusText& out) {
    out.family("notifier_http_requests_total", "counter", "Requests by route, method and status of the answer.");
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [key, count] : requests_) {
        const auto& [route, method, status] = key;
        std::string labels = label("route", routes_.pattern(route)).append(",").append(label("method", method));
        labels.append(",").append(label("status", std::to_string(status)));
        out.sample("notifier_http_requests_total", labels, count);
      }
    }
    constexpr std::string_view seconds = "notifier_http_request_duration_seconds";
    out.family(seconds, "histogram", "From a request's first byte to the end of its answer, by route; no streams.");
    for (std::size_t i = 0; i < request_seconds_.size(); ++i)
      if (!request_seconds_[i].is_empty()) request_seconds_[i].write(out, seconds, label("route", routes_.pattern(i)));
  }

  void write_deliveries(PrometheusText& out) {
    out.family("notifier_deliveries_enqueued_total", "counter", "Deliveries that were made, or sent again by hand.");
    each([&](const std::string& platform, PerPlatform& counts) {
      out.sample("notifier_deliveries_enqueued_total", platform, counts.arrivals);
    });
    out.family("notifier_deliveries_total", "counter", "Deliveries that came to an end, by platform and outcome.");
    each([&](const std::string& platform, PerPlatform& counts) {
      out.sample("notifier_deliveries_total", platform + ",outcome=\"delivered\"", counts.delivered);
      out.sample("notifier_deliveries_total", platform + ",outcome=\"dead\"", counts.dead);
    });
    out.family("notifier_delivery_attempts_total", "counter", "Attempts to deliver, by platform and outcome.");
    each([&](const std::string& platform, PerPlatform& counts) {
      for (std::size_t i = 0; i < counts.attempts.size(); ++i) {
        const auto action = static_cast<notifier::Verdict::Action>(i);
        out.sample("notifier_delivery_attempts_total", platform + "," + label("outcome", notifier::to_string(action)),
                   counts.attempts[i]);
      }
    });
    constexpr std::string_view seconds = "notifier_delivery_attempt_duration_seconds";
    out.family(seconds, "histogram", "How long attempts to deliver took, by platform.");
    each([&](const std::string& platform, PerPlatform& counts) { counts.seconds.write(out, seconds, platform); });
  }

  template <class F>
  void each(F&& f) {
    for (std::size_t i = 0; i < platforms_.size(); ++i)
      f(label("platform", notifier::to_string(static_cast<notifier::Platform>(i))), platforms_[i]);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [name, counts] : own_platforms_) f(label("platform", name), counts);
  }

  const RouteTable& routes_;
  std::vector<Histogram> request_seconds_;  // by route
  std::mutex mutex_;
  std::map<std::tuple<std::size_t, std::string_view, int>, std::uint64_t> requests_;
  std::array<PerPlatform, notifier::platform_count> platforms_;
  std::map<std::string_view, PerPlatform> own_platforms_;  // by names, which stay where they are
};

}  // namespace server
