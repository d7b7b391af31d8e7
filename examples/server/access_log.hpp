#pragma once

#include <httplib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "clock_and_ids.hpp"
#include "notifier/json/writer.hpp"

namespace server {

/// One line of JSON on standard error for each request: when, who, what, how it ended. No query, header or body: those
/// may hold secrets.
class AccessLog {
 public:
  explicit AccessLog(bool enabled) : enabled_(enabled) {}

  /// The request that this thread serves begins.
  static void begin() { started() = std::chrono::steady_clock::now(); }

  /// It has been answered.
  void write(const httplib::Request& request, const httplib::Response& response) const {
    if (!enabled_) return;
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started());
    thread_local notifier::Buffer line;
    line.clear();
    notifier::json::Writer out(line);
    out.object([&] {
      out.member("time", notifier::to_rfc3339(now()));
      out.member("client", request.remote_addr);
      out.member("method", ascii(request.method));
      out.member("path", ascii(std::string_view(request.target).substr(0, request.target.find('?'))));
      out.key("status");
      out.integer(response.status);
      out.key("bytes");
      out.integer(static_cast<std::int64_t>(response.body.size()));
      out.key("us");
      out.integer(taken.count());
    });
    line.append('\n');
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }

 private:
  static std::chrono::steady_clock::time_point& started() {
    thread_local std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    return start;
  }

  static std::string ascii(std::string_view text) {
    std::string out(text.substr(0, 512));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return out;
  }

  bool enabled_;
};

}  // namespace server
