// Who changed what, for those who have to know later.

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "asker.hpp"
#include "clock_and_ids.hpp"
#include "notifier/api/response.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/platform/table.hpp"

namespace server {

/// One line of JSON in a file for each request that changed apps, notifiers or users: what became of them, by id and
/// name; nothing of what could be a secret. Written once the change is stored, by one call of the system. Thread-safe.
class AuditLog {
 public:
  /// @param path  empty: nothing is written
  explicit AuditLog(std::string path) : path_(std::move(path)) {}
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  ~AuditLog() {
    if (file_ >= 0) ::close(file_);
  }

  /// Opens the file, or what has its name by now. False where it cannot be written.
  bool open() {
    if (path_.empty()) return true;
    const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (file < 0) return false;
    if (file_ >= 0) ::close(file_);
    file_ = file;
    return true;
  }

  /// Throws nothing: what is stored stays stored.
  void write(const Asker& asker, std::string_view reason, const notifier::Outcome& outcome) noexcept {
    if (path_.empty() || outcome.changes.empty()) return;
    const auto written = notifier::detail::or_out_of_memory([&]() -> notifier::Result<void> {
      write_line(asker, reason, outcome);
      return {};
    });
    if (!written) std::fprintf(stderr, "notifier-server: no memory to write the audit trail\n");
  }

 private:
  void write_line(const Asker& asker, std::string_view reason, const notifier::Outcome& outcome) {
    notifier::Buffer line;
    notifier::json::Writer out(line);
    out.object([&] {
      out.member("time", notifier::to_rfc3339(now()));
      if (!asker.request_id.empty()) out.member("request_id", asker.request_id);
      out.member("by", !asker.token.empty() ? asker.token : asker.client.empty() ? "the server" : "no token");
      if (!asker.client.empty()) out.member("client", asker.client);
      if (!reason.empty()) out.member("reason", reason);
      out.key("changes");
      out.array([&] {
        for (const notifier::Change& change : outcome.changes) out.object([&] { write_change(out, change); });
      });
    });
    line.append('\n');
    const std::lock_guard<std::mutex> lock(mutex_);
    if (::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return;
    std::fprintf(stderr, "notifier-server: cannot write the audit trail\n");
  }

  static void write_change(notifier::json::Writer& out, const notifier::Change& change) {
    using Op = notifier::Change::Op;
    const auto named = [&](std::string_view op, std::string_view id, std::string_view name) {
      out.member("op", op);
      out.member("id", id);
      if (!name.empty()) out.member("name", name);
    };
    const bool is_new = change.expected.empty();
    switch (change.op) {
      case Op::put_app: return named(is_new ? "add_app" : "change_app", change.app.id, change.app.name);
      case Op::remove_app: return named("remove_app", change.app.id, change.app.name);
      case Op::put_user: return named(is_new ? "add_user" : "change_user", change.user.id, change.user.username);
      case Op::remove_user: return named("remove_user", change.user.id, change.user.username);
      case Op::put_vocabulary: return out.member("op", "change_vocabulary");
      case Op::remove_notifier: named("remove_notifier", change.notifier.id, change.notifier.name); break;
      case Op::put_notifier:
        named(is_new ? "add_notifier" : "change_notifier", change.notifier.id, change.notifier.name);
        out.member("platform", notifier::to_string(change.notifier.platform));
        out.key("active");
        out.boolean(change.notifier.active);
        break;
    }
    out.member("app_id", change.notifier.app_id);
  }

  const std::string path_;
  std::mutex mutex_;
  int file_ = -1;
};

}  // namespace server
