// What those ask who run the server: does it live, does it work, what has it done.

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "clock_and_ids.hpp"
#include "dashboard_files.hpp"
#include "metrics.hpp"
#include "notifier/api/errors.hpp"
#include "notifier/api/request.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/version.hpp"
#include "openapi_json.hpp"
#include "process_figures.hpp"
#include "storage.hpp"

namespace server {

/// Thread-safe.
class Operations {
 public:
  /// @param registry, metrics, storage  outlive this
  /// @param is_taken_up   whether deliveries that an earlier process left are taken up by now; thread-safe
  /// @param has_api       whether all else is answered, too: by the Service
  Operations(const notifier::Registry& registry, Metrics& metrics, Storage& storage, DashboardFiles dashboard,
             std::function<bool()> is_taken_up, bool has_api)
      : registry_(registry),
        metrics_(metrics),
        storage_(storage),
        dashboard_(std::move(dashboard)),
        is_taken_up_(std::move(is_taken_up)),
        has_api_(has_api) {}

  /// Whether the dashboard has what is asked for.
  bool has_file(std::string_view method, std::string_view target) const {
    return has_api_ && dashboard_.has(method, target);
  }

  /// The server is about to end: it is not ready any more.
  void begin_stop() { is_stopping_ = true; }

  /// @param pattern  RouteTable::pattern() of what is asked
  /// @return nothing where that is not of operation
  std::optional<notifier::Response> answer(const notifier::Request& request, std::string_view pattern) {
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    const bool is_figure = pattern == "/healthz" || pattern == "/readyz" || pattern == "/metrics";
    if (!has_api_ && !(is_read && is_figure)) return no_api();
    if (!is_read) return std::nullopt;
    if (pattern == "/healthz") return status(200, "ok", {});
    if (pattern == "/readyz") return readiness();
    if (pattern == "/metrics") return figures();
    if (pattern == "/openapi.json") return description();
    if (pattern == "dashboard") return dashboard_.answer(request);
    return std::nullopt;
  }

 private:
  notifier::Response readiness() {
    if (is_stopping_) return status(503, "not ready", "the server stops");
    if (!is_taken_up_()) return status(503, "not ready", "the deliveries of before are not taken up yet");
    if (const auto stored = storage_.check(); !stored)
      return status(503, "not ready", "the database cannot be written");
    return status(200, "ok", {});
  }

  notifier::Response figures() {
    PrometheusText out;
    out.family("notifier_build_info", "gauge", "Which release runs, and for how many bits; always 1.");
    out.sample("notifier_build_info", "version=\"" NOTIFIER_VERSION "\",program=\"notifier-server\"", std::uint64_t{1});
    metrics_.write(out);
    storage_.write_figures(out);
    out.gauge("notifier_apps", "Apps that there are.", std::uint64_t{registry_.app_count()});
    out.gauge("notifier_notifiers", "Notifiers that there are.", std::uint64_t{registry_.notifier_count()});
    write_process_figures(out, static_cast<double>(started_.ms) / 1e3);
    notifier::Response response;
    response.headers.push_back({"Content-Type", "text/plain; version=0.0.4; charset=utf-8"});
    response.body = out.take();
    return response;
  }

  static notifier::Response description() {
    notifier::Response response;
    response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    static const std::string text = openapi_json();
    response.body = text;
    return response;
  }

  static notifier::Response no_api() {
    return notifier::detail::api::json_response(404, [&](notifier::json::Writer& out) {
      out.object([&] { out.member("error", "this server only sends (--role worker): ask one that has the api"); });
    });
  }

  static notifier::Response status(int code, std::string_view status, std::string_view reason) {
    return notifier::detail::api::json_response(code, [&](notifier::json::Writer& out) {
      out.object([&] {
        out.member("status", status);
        if (!reason.empty()) out.member("reason", reason);
      });
    });
  }

  const notifier::Registry& registry_;
  Metrics& metrics_;
  Storage& storage_;
  const DashboardFiles dashboard_;
  const notifier::Timestamp started_ = now();
  const std::function<bool()> is_taken_up_;
  const bool has_api_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace server
