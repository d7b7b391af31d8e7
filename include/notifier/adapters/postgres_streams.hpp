// What happens on one server told to those who listen on another, through the PostgreSQL that they share. Link pq.

#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_streams_sql.hpp"
#include "notifier/registry/or_out_of_memory.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// Hosts' settings of PostgresStreams. Both functions are called in its thread.
struct PostgresStreamsOptions {
  /// The apps that somebody listens to here, each once.
  std::function<std::vector<std::string>()> listened_to;
  /// Something happened elsewhere to an app that is listened to here. Without a name: something that is not known any
  /// more, and whoever must know all begins anew.
  std::function<void(std::string_view app_id, std::string_view name, std::string_view json)> hear;
  /// How often it is looked for. What is told is heard within twice that, and an app is told of as soon after somebody
  /// began to listen.
  std::chrono::milliseconds every{200};
};

/// One of the servers on a database that tell each other. What nobody listens to elsewhere costs a look at a set. The
/// database keeps messages for a minute, and not across a crash of its own.
///
/// Messages of one server come in their order; those of two in the order in which they reached the database. Nothing is
/// waited for: where the database fails, or more is to be told than memory is given, the listeners are told of a gap.
class PostgresStreams {
 public:
  /// Most bytes that wait to be told, and that are heard at once.
  static constexpr std::size_t most_bytes = 8 << 20;

  PostgresStreams() = default;
  PostgresStreams(const PostgresStreams&) = delete;
  PostgresStreams& operator=(const PostgresStreams&) = delete;
  ~PostgresStreams() { stop(); }

  /// @param url  of a database that a PostgresStore was opened on; see PostgresConnection::open(), and its errors
  Result<void> start(const std::string& url, PostgresStreamsOptions options);
  /// Tells what is left to tell, and ends. Called twice, does nothing.
  void stop();

  /// Whether somebody elsewhere listens to an app. Thread-safe.
  bool is_listened_to(std::string_view app_id) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return elsewhere_.find(app_id) != elsewhere_.end();
  }
  /// Tells those who listen to an app elsewhere; returns at once. Thread-safe.
  /// @param name  not empty
  void tell(std::string_view app_id, std::string_view name, std::string_view json);

 private:
  using Clock = std::chrono::steady_clock;

  struct Message {
    std::string app_id;
    std::string name;  // empty: a gap
    std::string json;
  };

  void run();
  void turn();
  bool announce(const std::vector<std::string>& apps);
  void hear(const std::vector<std::string>& apps);
  void hear_gap(const std::vector<std::string>& apps, std::int64_t newest);
  void learn();
  void flush();
  void prune();
  /// Another one after each time that the connection broke.
  int session() const noexcept { return PQbackendPID(connection_.handle()); }

  PostgresConnection connection_;  // its thread's, as all up to the next mutex
  PostgresStreamsOptions options_;
  std::int64_t id_ = 0;
  std::vector<std::string> announced_;
  Clock::time_point announced_at_;
  int session_ = 0;             // in which that is so
  std::int64_t heard_ = 0;      // all up to this number is known
  Clock::time_point heard_at_;  // when it was known that there is none behind it
  Clock::time_point pruned_at_;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::set<std::string, std::less<>> elsewhere_;
  std::vector<Message> queue_;
  std::size_t queued_ = 0;                   // bytes
  std::set<std::string, std::less<>> gaps_;  // apps that one of these tells of
  bool is_stopping_ = false;
  std::thread thread_;
};

inline Result<void> PostgresStreams::start(const std::string& url, PostgresStreamsOptions options) {
  options_ = std::move(options);
  auto opened = PostgresConnection::open(url, "notifier-streams");
  if (!opened) return std::move(opened).error();
  connection_ = *std::move(opened);
  const auto id = connection_.run(detail::postgres_sql::next_stream_id);
  if (!id) return id.error();
  id_ = id->integer(0, 0);
  thread_ = std::thread([this] { run(); });
  return {};
}

inline void PostgresStreams::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
    woken_.notify_all();
  }
  thread_.join();
}

inline void PostgresStreams::tell(std::string_view app_id, std::string_view name, std::string_view json) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (elsewhere_.find(app_id) == elsewhere_.end()) return;
  const std::size_t size = app_id.size() + name.size() + json.size();
  if (queued_ + size <= most_bytes) {
    queue_.push_back({std::string(app_id), std::string(name), std::string(json)});
    queued_ += size;
  } else if (gaps_.emplace(app_id).second) {
    queue_.push_back({std::string(app_id), {}, {}});
  }
}

inline void PostgresStreams::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_stopping_) {
    lock.unlock();
    // What runs out of memory is tried again.
    static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
      turn();
      return {};
    }));
    lock.lock();
    woken_.wait_for(lock, options_.every, [this] { return is_stopping_; });
  }
  lock.unlock();
  static_cast<void>(detail::or_out_of_memory([&]() -> Result<void> {
    flush();
    static_cast<void>(announce({}));
    return {};
  }));
}

inline void PostgresStreams::turn() {
  const std::vector<std::string> apps = options_.listened_to();
  if (announce(apps)) hear(apps);
  learn();
  flush();
  prune();
}

/// Says what is listened to here.
/// @return whether it is known in the database
inline bool PostgresStreams::announce(const std::vector<std::string>& apps) {
  const auto now = Clock::now();
  if (apps == announced_ && (apps.empty() || now - announced_at_ < std::chrono::seconds(3))) return true;
  const bool is_first = announced_.empty();
  const auto as_it_is = [](const std::string& app) { return std::string_view(app); };
  const auto done = connection_.transaction([&]() -> Result<void> {
    const auto gone =
        connection_.run(detail::postgres_sql::forget_listening, PostgresParameters().add(id_).add_all(apps, as_it_is));
    if (!gone) return gone.error();
    const auto there =
        connection_.run(detail::postgres_sql::put_listening, PostgresParameters().add(id_).add_all(apps, as_it_is));
    if (!there) return there.error();
    if (!is_first) return {};
    const auto newest = connection_.run(detail::postgres_sql::newest_message);
    if (!newest) return newest.error();
    heard_ = newest->integer(0, 0);
    heard_at_ = now;
    session_ = session();
    return {};
  });
  if (!done) return false;
  announced_ = apps;
  announced_at_ = now;
  return true;
}

/// What is not known was told between the last that was heard and `newest`.
inline void PostgresStreams::hear_gap(const std::vector<std::string>& apps, std::int64_t newest) {
  for (const std::string& app : apps) options_.hear(app, {}, {});
  heard_ = newest;
  session_ = session();
}

inline void PostgresStreams::hear(const std::vector<std::string>& apps) {
  if (apps.empty()) return;
  const auto newest = connection_.run(detail::postgres_sql::newest_message);
  if (!newest) return;
  const auto now = Clock::now();
  const std::int64_t last = newest->integer(0, 0);
  // Messages are kept for a minute, and are gone where the database has crashed, as connections to it are.
  if (session_ != session() || now - heard_at_ > std::chrono::seconds(45)) hear_gap(apps, last);
  if (last != heard_) {
    const auto rows = connection_.run(detail::postgres_sql::select_messages,
                                      PostgresParameters()
                                          .add(heard_)
                                          .add(last)
                                          .add(id_)
                                          .add_all(apps, [](const std::string& app) { return std::string_view(app); })
                                          .add(static_cast<std::int64_t>(most_bytes)));
    if (!rows) return;
    std::size_t bytes = 0;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      options_.hear(rows->text(row, 1), rows->text(row, 2), rows->text(row, 3));
      heard_ = rows->integer(row, 0);
      bytes += rows->text(row, 3).size();
    }
    if (bytes >= most_bytes) return;  // there may be more
  }
  heard_ = last;
  heard_at_ = now;
}

/// Learns what is listened to elsewhere.
inline void PostgresStreams::learn() {
  const auto rows = connection_.run(detail::postgres_sql::listened_to_elsewhere, PostgresParameters().add(id_));
  if (!rows) return;
  std::set<std::string, std::less<>> apps;
  for (std::size_t row = 0; row < rows->size(); ++row) apps.emplace(rows->text(row, 0));
  const std::lock_guard<std::mutex> lock(mutex_);
  elsewhere_ = std::move(apps);
}

inline void PostgresStreams::flush() {
  std::vector<Message> messages;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    messages.swap(queue_);
    gaps_.clear();
    queued_ = 0;
  }
  if (messages.empty()) return;
  const auto done = connection_.transaction([&]() -> Result<void> {
    const auto alone = connection_.run(detail::postgres_sql::lock_messages);
    if (!alone) return alone.error();
    const auto told =
        connection_.run(detail::postgres_sql::insert_messages,
                        PostgresParameters()
                            .add(id_)
                            .add_all(messages, [](const Message& each) { return std::string_view(each.app_id); })
                            .add_all(messages, [](const Message& each) { return std::string_view(each.name); })
                            .add_all(messages, [](const Message& each) { return std::string_view(each.json); }));
    return told ? Result<void>() : told.error();
  });
  if (done) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::string& app : elsewhere_) {
    if (gaps_.insert(app).second) queue_.push_back({app, {}, {}});
  }
}

/// Forgets what everybody has heard.
inline void PostgresStreams::prune() {
  const auto now = Clock::now();
  if (now - pruned_at_ < std::chrono::seconds(10)) return;
  pruned_at_ = now;
  static_cast<void>(connection_.run(detail::postgres_sql::forget_messages));
}

NOTIFIER_NAMESPACE_END
