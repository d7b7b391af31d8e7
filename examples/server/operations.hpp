// What those ask who run the server: does it live, does it work.

#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "notifier/api/errors.hpp"
#include "notifier/api/request.hpp"
#include "storage_probe.hpp"

namespace server {

/// Thread-safe.
class Operations {
 public:
  /// @param probe         outlives this
  /// @param is_taken_up   whether deliveries that an earlier process left are taken up by now; thread-safe
  Operations(StorageProbe& probe, std::function<bool()> is_taken_up)
      : probe_(probe), is_taken_up_(std::move(is_taken_up)) {}

  /// The server is about to end: it is not ready any more.
  void begin_stop() { is_stopping_ = true; }

  /// @param pattern  RouteTable::pattern() of what is asked
  /// @return nothing where that is not of operation
  std::optional<notifier::Response> answer(const notifier::Request& request, std::string_view pattern) {
    if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
    if (pattern == "/healthz") return status(200, "ok", {});
    if (pattern == "/readyz") return readiness();
    return std::nullopt;
  }

 private:
  notifier::Response readiness() {
    if (is_stopping_) return status(503, "not ready", "the server stops");
    if (!is_taken_up_()) return status(503, "not ready", "the deliveries of before are not taken up yet");
    if (const auto stored = probe_.check(); !stored) return status(503, "not ready", "the database cannot be written");
    return status(200, "ok", {});
  }

  static notifier::Response status(int code, std::string_view status, std::string_view reason) {
    return notifier::detail::api::json_response(code, [&](notifier::json::Writer& out) {
      out.object([&] {
        out.member("status", status);
        if (!reason.empty()) out.member("reason", reason);
      });
    });
  }

  StorageProbe& probe_;
  const std::function<bool()> is_taken_up_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace server
