#pragma once

#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "clock_and_ids.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/outbox/outbox.hpp"
#include "sender.hpp"

namespace server {

/// One line of JSON on standard error for each attempt: what, to whom, what came of it; and one where a change of a
/// notifier holds, resumes or ends deliveries. No URL, address or content: those may hold secrets.
class DeliveryLog {
 public:
  explicit DeliveryLog(bool enabled) : enabled_(enabled) {}

  void write(const notifier::Delivery& delivery, const notifier::OutboxStep& step,
             const notifier::Verdict& verdict) const {
    write_line([&](notifier::json::Writer& out) {
      out.member("delivery", delivery.idempotency_key);
      out.member("notifier_id", delivery.notifier_id);
      out.member("platform", notifier::to_string(delivery.platform));
      out.key("attempt");
      out.integer(step.attempts);
      out.member("outcome", notifier::to_string(verdict.action));
      out.key("status");
      out.integer(verdict.status);
      out.member("reason", verdict.reason);
      out.member("state", notifier::to_string(step.state));
    });
  }

  void write(const std::string& notifier_id, Standing standing, std::size_t count) const {
    write_line([&](notifier::json::Writer& out) {
      out.member("notifier_id", notifier_id);
      out.key(standing == Standing::on ? "resumed" : standing == Standing::off ? "held" : "ended");
      out.integer(static_cast<std::int64_t>(count));
    });
  }

 private:
  /// `members(json::Writer&)` writes all but the time.
  template <class Members>
  void write_line(Members&& members) const {
    if (!enabled_) return;
    notifier::Buffer line;
    notifier::json::Writer out(line);
    out.object([&] {
      out.member("time", notifier::to_rfc3339(now()));
      members(out);
    });
    line.append('\n');
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }

  bool enabled_;
};

}  // namespace server
