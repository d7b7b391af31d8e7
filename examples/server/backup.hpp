// Copies and snapshots of a database that a server may be using meanwhile.

#pragma once

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/registry/registry.hpp"

namespace server {

inline notifier::Error backup_error(std::string message) {
  notifier::Error error;
  error.code = notifier::errc::storage;
  error.message = std::move(message);
  return error;
}

/// Opens a database of ours to read it, beside a server that has it open; makes none, and changes none.
inline notifier::Result<notifier::SqliteDatabase> open_beside(const std::string& path) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0) return backup_error("there is no such file");
  auto checked = notifier::detail::sqlite::check_file(path, nullptr, notifier::detail::sqlite::schema_version);
  if (!checked) return checked.error();
  auto database = notifier::SqliteDatabase::open(path, 5000);
  if (!database) return database;
  checked = notifier::detail::sqlite::check_schema(*database);
  if (!checked) return checked.error();
  return database;
}

/// Copies a database as it is at one moment, and looks whether the copy is whole. A server goes on storing meanwhile.
/// The file is there when all of it is on the disk, and not before; one of that name is replaced.
inline notifier::Result<void> back_up(const std::string& path, const std::string& to) {
  auto source = open_beside(path);
  if (!source) return source.error();
  struct stat one {};
  struct stat other {};
  if (::stat(path.c_str(), &one) == 0 && ::stat(to.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
      one.st_ino == other.st_ino) {
    return backup_error("the copy would be the database itself");
  }
  const std::string draft = to + ".new";
  ::unlink(draft.c_str());
  const auto copied = [&]() -> notifier::Result<void> {
    auto copy = notifier::SqliteDatabase::open(draft, 0);
    if (!copy) return copy.error();
    sqlite3_backup* const backup = sqlite3_backup_init(copy->handle(), "main", source->handle(), "main");
    if (backup == nullptr) return notifier::sqlite_error(copy->handle(), "the copy cannot be begun");
    // In one step: with the log, who reads keeps nobody from storing, and what is stored meanwhile does not count.
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE || finished != SQLITE_OK)
      return notifier::sqlite_error(copy->handle(), "the copy cannot be made");
    const auto whole = copy->query_text("PRAGMA quick_check(1)");
    if (!whole) return whole.error();
    if (*whole != "ok") return backup_error("the database is damaged: " + *whole);
    // One file, without a log beside it.
    const auto mode = copy->query_text("PRAGMA journal_mode=DELETE");
    if (!mode) return mode.error();
    return {};
  }();
  if (!copied) {
    ::unlink(draft.c_str());
    return copied;
  }
  const int file = ::open(draft.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!is_synced || std::rename(draft.c_str(), to.c_str()) != 0) {
    ::unlink(draft.c_str());
    return backup_error("the copy cannot be written");
  }
  return {};
}

/// Fills an empty registry from a database that a server is using, as it is at one moment.
inline notifier::Result<void> load_beside(const std::string& path, notifier::Registry& registry) {
  auto database = open_beside(path);
  if (!database) return database.error();
  auto done = database->execute("BEGIN");
  const auto configuration = database->query_text(notifier::detail::sqlite::select_configuration);
  if (!configuration) return configuration.error();
  if (done && !configuration->empty()) done = registry.load_configuration(*configuration);
  auto rows = notifier::SqliteStatement::prepare(database->handle(), notifier::detail::sqlite::select_changes);
  if (!rows) return rows.error();
  notifier::json::Document document;
  std::vector<notifier::Change> changes;
  while (done) {
    const auto more = rows->step();
    if (!more.has_value()) return more.error();
    if (!*more) break;
    const auto root = document.parse(rows->text(0));
    if (!root) return root.error();
    auto change = notifier::read_change(*root);
    if (!change) return change.error();
    changes.push_back(*std::move(change));
  }
  return done ? registry.apply(changes) : done;
}

}  // namespace server
