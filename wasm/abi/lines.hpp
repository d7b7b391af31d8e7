// Lines of events in, lines of deliveries out, without leaving the module in between.

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "answer.hpp"
#include "delivery_line.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/byte_order_mark.hpp"

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

/// Defined apart, as it is seldom asked for.
notifier::Result<std::size_t> explain_line(notifier::Router& router, std::string_view line);

/// Takes the lines of an input one by one; those that are to be routed come in batches.
class Lines {
 public:
  /// @param first_line  its number. A byte order mark before line 1 is skipped.
  /// @param mode        bits NOTIFIER_LINES_*.
  Lines(std::string_view text, std::uint32_t first_line, std::uint32_t mode) noexcept
      : text_(text), first_line_(first_line), mode_(mode) {
    if (first_line == 1) at_ = text.size() - notifier::detail::without_byte_order_mark(text).size();
  }

  void route(notifier::Router& router) {
    while (at_ < text_.size() && answer.text.size() < enough) {
      std::string_view events[notifier::Router::batch_size];
      std::uint32_t numbers[notifier::Router::batch_size];
      std::size_t count = 0;
      while (count < notifier::Router::batch_size && next(events[count], numbers[count])) ++count;
      router.route(
          events, count,
          [](std::size_t, const notifier::DeliveryView& delivery) {
            notifier::json::Writer out(answer.text);
            write_json(out, delivery);
            answer.text.append('\n');
          },
          [&](std::size_t event, const notifier::Error& error) { fail(numbers[event], error); });
    }
  }

  void explain(notifier::Router& router) {
    std::string_view event;
    std::uint32_t number;
    while (answer.text.size() < enough && next(event, number)) {
      const auto explained = explain_line(router, event);
      if (!explained) fail(number, explained.error());
    }
  }

  std::size_t consumed() const noexcept { return at_; }

 private:
  /// The next line that is not blank.
  bool next(std::string_view& line, std::uint32_t& number) noexcept {
    while (at_ < text_.size()) {
      const void* const feed = std::memchr(text_.data() + at_, '\n', text_.size() - at_);
      const std::size_t end =
          feed == nullptr ? text_.size() : static_cast<std::size_t>(static_cast<const char*>(feed) - text_.data());
      line = text_.substr(at_, end - at_);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      at_ = feed == nullptr ? end : end + 1;
      number = first_line_ + answer.result.count++;
      if (!is_blank(line)) return true;
    }
    return false;
  }

  void fail(std::uint32_t number, const notifier::Error& error) const {
    ++answer.result.failed;
    write_error_line(number, error, (mode_ & NOTIFIER_LINES_ERRORS_APART) != 0 ? answer.bodies : answer.text);
  }

  std::string_view text_;
  std::uint32_t first_line_;
  std::uint32_t mode_;
  std::size_t at_ = 0;
};

inline void route_lines(notifier::Router& router, std::string_view text, std::uint32_t first_line, std::uint32_t mode) {
  answer.clear();
  Lines lines(text, first_line, mode);
  if ((mode & NOTIFIER_LINES_EXPLAIN) != 0) {
    lines.explain(router);
  } else {
    lines.route(router);
  }
  answer.result.consumed = static_cast<std::uint32_t>(lines.consumed());
  answer.done();
}

}  // namespace notifier_wasm
