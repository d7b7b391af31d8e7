// Lines of events in, lines of deliveries out, without leaving the module in between.

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "answer.hpp"
#include "delivery_line.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/routing/router.hpp"

namespace notifier_wasm {

/// Bytes written after which route_lines() stops at the next line, so that no answer grows without bound.
constexpr std::size_t enough = 4 * 1024 * 1024;

inline bool is_blank(std::string_view line) noexcept { return line.find_first_not_of(" \t") == std::string_view::npos; }

inline void write_error_line(std::uint32_t number, const notifier::Error& error, notifier::Buffer& to) {
  notifier::json::Writer out(to);
  out.object([&] {
    out.key("line");
    out.unsigned_integer(number);
    out.key("error");
    write_json(out, error);
  });
  to.append('\n');
}

inline notifier::Result<std::size_t> route_line(notifier::Router& router, std::string_view line) {
  return router.route(line, [](const notifier::DeliveryView& delivery) {
    notifier::json::Writer out(answer.text);
    write_json(out, delivery);
    answer.text.append('\n');
  });
}

/// Defined apart, as it is seldom asked for.
notifier::Result<std::size_t> explain_line(notifier::Router& router, std::string_view line);

/// @param mode  bits NOTIFIER_LINES_*.
inline void route_lines(notifier::Router& router, std::string_view lines, std::uint32_t first_line,
                        std::uint32_t mode) {
  answer.clear();
  std::size_t at = 0;
  while (at < lines.size() && answer.text.size() < enough) {
    const void* const feed = std::memchr(lines.data() + at, '\n', lines.size() - at);
    const std::size_t end =
        feed == nullptr ? lines.size() : static_cast<std::size_t>(static_cast<const char*>(feed) - lines.data());
    std::string_view line = lines.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at = feed == nullptr ? end : end + 1;
    const std::uint32_t number = first_line + answer.result.count++;
    if (is_blank(line)) continue;
    const auto routed = (mode & NOTIFIER_LINES_EXPLAIN) != 0 ? explain_line(router, line) : route_line(router, line);
    if (!routed) {
      ++answer.result.failed;
      write_error_line(number, routed.error(), (mode & NOTIFIER_LINES_ERRORS_APART) != 0 ? answer.bodies : answer.text);
    }
  }
  answer.result.consumed = static_cast<std::uint32_t>(at);
  answer.done();
}

}  // namespace notifier_wasm
