#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "asker.hpp"
#include "clock_and_ids.hpp"
#include "notifier/json/writer.hpp"

namespace server {

/// One line of JSON on standard error for each request: when, who, what, how it ended. No query, header or body: those
/// may hold secrets.
class AccessLog {
 public:
  explicit AccessLog(bool enabled) : enabled_(enabled) {}

  /// A request has been answered, or has come to nothing.
  /// @param bytes  of the answer's body
  void write(const Asker& asker, std::string_view method, std::string_view target, int status, std::size_t bytes,
             std::chrono::steady_clock::duration taken) const {
    if (!enabled_) return;
    thread_local notifier::Buffer line;
    line.clear();
    notifier::json::Writer out(line);
    out.object([&] {
      out.member("time", notifier::to_rfc3339(now()));
      out.member("request_id", asker.request_id);
      out.member("client", asker.client);
      if (!asker.token.empty()) out.member("token", asker.token);
      out.member("method", ascii(method));
      out.member("path", ascii(target.substr(0, target.find('?'))));
      out.key("status");
      out.integer(status);
      out.key("bytes");
      out.integer(static_cast<std::int64_t>(bytes));
      out.key("us");
      out.integer(std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
    });
    line.append('\n');
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }

 private:
  static std::string ascii(std::string_view text) {
    std::string out(text.substr(0, 512));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return out;
  }

  bool enabled_;
};

}  // namespace server
