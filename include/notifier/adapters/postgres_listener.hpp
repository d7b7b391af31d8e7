// How the processes on one PostgreSQL tell each other that there is something to look for: by NOTIFY, outside of the
// transaction that made it, as hints that may be lost. Whoever misses one looks by and by.

#pragma once

#include <poll.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_outbox_sql.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// What there is to look for.
struct Hint {
  bool has_changes = false;  ///< of the registry
  std::uint64_t shards = 0;  ///< where something became due or was asked for: a bit for each

  bool is_empty() const noexcept { return !has_changes && shards == 0; }
};

/// Tells all others, this process among them. Where that fails they look by themselves.
inline void tell(PostgresConnection& connection, const Hint& hint) {
  if (hint.is_empty()) return;
  const std::string text = (hint.has_changes ? "c" : "") + std::to_string(hint.shards);
  static_cast<void>(connection.run(postgres_sql::tell, PostgresParameters().add(text)));
}

/// What tell() wrote; what cannot be read may be anything, and so is an empty text.
inline Hint read_hint(std::string_view text) noexcept {
  Hint hint;
  hint.has_changes = !text.empty() && text.front() == 'c';
  if (hint.has_changes) text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), hint.shards);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return hint;
  return {true, ~std::uint64_t{0}};
}

/// Hears what others tell, in a thread of its own and by a connection of its own.
class Listener {
 public:
  ~Listener() { stop(); }

  /// @param call  called in that thread with what there is to look for; after a time of deafness with everything
  void open(std::string url, std::function<void(const Hint&)> call) {
    url_ = std::move(url);
    call_ = std::move(call);
  }
  /// Begins, unless it has.
  void start() {
    if (!thread_.joinable() && !is_stopping_) thread_ = std::thread([this] { run(); });
  }
  /// Ends it, for good.
  void stop() {
    is_stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Whether what others tell is heard: whoever looks by himself may do so more rarely.
  bool hears() const noexcept { return hears_; }

 private:
  void run() {
    while (!is_stopping_) {
      if (!hears_) {
        if (!begin()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      pollfd socket{PQsocket(connection_.handle()), POLLIN, 0};
      if (::poll(&socket, 1, 100) <= 0) continue;
      hears_ = PQconsumeInput(connection_.handle()) == 1;
      while (PGnotify* const heard = PQnotifies(connection_.handle())) {
        const Hint hint = read_hint(heard->extra);
        PQfreemem(heard);
        call_(hint);
      }
    }
    hears_ = false;
  }

  bool begin() {
    if (connection_.handle() == nullptr) {
      auto opened = PostgresConnection::open(url_, "notifier-listen");
      if (!opened) return false;
      connection_ = *std::move(opened);
    }
    if (!connection_.execute(postgres_sql::listen)) return false;
    hears_ = true;
    call_({true, ~std::uint64_t{0}});
    return true;
  }

  std::string url_;
  std::function<void(const Hint&)> call_;
  PostgresConnection connection_;  // its thread's
  std::atomic<bool> hears_{false};
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
