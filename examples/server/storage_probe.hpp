// How the database does, seen from beside the store: can it be written, how large is it, since when does what waits
// wait.

#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "database_file.hpp"
#include "notifier/adapters/sqlite_database.hpp"
#include "notifier/model/time.hpp"

namespace server {

/// Thread-safe. Has a connection of its own, so that it waits for nobody's reading, and nobody for its.
class StorageProbe {
 public:
  /// @param file  outlives this
  StorageProbe(const DatabaseFile& file, std::string path) : file_(file), path_(std::move(path)) {}

  /// errc::storage where a change could not be stored now. Writes a page, once a second at most, whoever asks how
  /// often.
  notifier::Result<void> check() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (checked_ && now - checked_at_ < interval) return *checked_;
    checked_ = write();
    checked_at_ = std::chrono::steady_clock::now();
    return *checked_;
  }

  /// When the oldest delivery was made that is to be sent, now or later; nothing where there is none, or the database
  /// cannot tell.
  std::optional<notifier::Timestamp> oldest_pending() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open()) return std::nullopt;
    std::optional<notifier::Timestamp> oldest;
    // The second has what release 1.0 left, and is not there any more where it left nothing.
    for (const std::string_view sql :
         {"SELECT created_at FROM deliveries WHERE state IN ('pending', 'held') AND state = 'pending' ORDER BY "
          "sequence LIMIT 1",
          "SELECT created_at FROM old_deliveries WHERE state = 0 ORDER BY sequence LIMIT 1"}) {
      auto statement = notifier::SqliteStatement::prepare(database_.handle(), sql);
      if (!statement || !statement->step().value_or(false)) continue;
      const notifier::Timestamp made{statement->integer(0)};
      if (!oldest || made.ms < oldest->ms) oldest = made;
    }
    return oldest;
  }

  /// What events take that are kept. 0 where the database cannot tell.
  std::int64_t event_bytes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open()) return 0;
    return database_.query_integer(std::string(notifier::detail::sqlite::select_all_event_bytes)).value_or(0);
  }

  /// Of the file, and of the log beside it. 0 where there is none.
  std::int64_t bytes() const { return size_of(path_); }
  std::int64_t log_bytes() const { return size_of(path_ + "-wal"); }

 private:
  static constexpr std::chrono::seconds interval{1};
  static constexpr int busy_timeout_ms = 1000;

  bool open() {
    if (database_.handle() != nullptr) return true;
    auto opened = notifier::SqliteDatabase::open(path_, busy_timeout_ms);
    if (!opened) return false;
    database_ = *std::move(opened);
    return true;
  }

  /// Stores the number that is there already, as far as to the disk.
  notifier::Result<void> write() {
    if (auto done = file_.check(); !done) return done;
    if (!open()) {
      notifier::Error error;
      error.code = notifier::errc::storage;
      error.message = "the database cannot be opened";
      return error;
    }
    return database_.transaction([&]() -> notifier::Result<void> {
      const auto version = database_.query_integer("PRAGMA user_version");
      if (!version) return version.error();
      return database_.execute(("PRAGMA user_version = " + std::to_string(*version)).c_str());
    });
  }

  static std::int64_t size_of(const std::string& path) {
    struct stat state {};
    return ::stat(path.c_str(), &state) == 0 ? std::int64_t{state.st_size} : 0;
  }

  const DatabaseFile& file_;
  const std::string path_;
  std::mutex mutex_;
  notifier::SqliteDatabase database_;
  std::optional<notifier::Result<void>> checked_;
  std::chrono::steady_clock::time_point checked_at_{};
};

}  // namespace server
