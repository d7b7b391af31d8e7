// A thin hold on SQLite: connections and statements that close themselves, errors as values. Link sqlite3.

#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// An error of a connection's last call. Its text comes from SQLite and names tables at most, never a value.
inline Error sqlite_error(sqlite3* database, std::string_view what) {
  Error error;
  error.code = errc::storage;
  error.message = std::string(what) + ": " + (database == nullptr ? "out of memory" : sqlite3_errmsg(database));
  return error;
}

/// A prepared statement, used by one thread at a time. Parameters are numbered from 1, columns from 0.
class SqliteStatement {
 public:
  SqliteStatement() = default;

  /// Compiles one statement of SQL; `database` outlives it.
  static Result<SqliteStatement> prepare(sqlite3* database, std::string_view sql) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
                           nullptr) != SQLITE_OK) {
      return sqlite_error(database, "a statement could not be prepared");
    }
    SqliteStatement statement;
    statement.handle_.reset(handle);
    return statement;
  }

  /// @param text  outlives the statement's run: until reset() or the end of run().
  SqliteStatement& bind(int parameter, std::string_view text) noexcept {
    keep_first(sqlite3_bind_text64(handle_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                                   SQLITE_STATIC, SQLITE_UTF8));
    return *this;
  }
  SqliteStatement& bind(int parameter, std::int64_t value) noexcept {
    keep_first(sqlite3_bind_int64(handle_.get(), parameter, value));
    return *this;
  }

  /// Moves to the next row; false where there is none. After the last row and on an error the statement is reset.
  Result<bool> step() {
    const int bound = std::exchange(bind_status_, SQLITE_OK);
    const int status = bound == SQLITE_OK ? sqlite3_step(handle_.get()) : bound;
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) {
      reset();
      return false;
    }
    Error error = sqlite_error(sqlite3_db_handle(handle_.get()), "the database failed");
    reset();
    return error;
  }

  /// Runs a statement that gives no rows, and resets it.
  Result<void> run() {
    const auto more = step();
    if (!more.has_value()) return more.error();
    reset();
    return {};
  }

  /// A column of the row that step() moved to, valid until the next step() or reset(). NULL reads as empty.
  std::string_view text(int column) const noexcept {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return data == nullptr ? std::string_view() : std::string_view(data, size);
  }
  std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(handle_.get(), column); }

  /// Ends a run, so that parameters can be bound anew.
  void reset() noexcept { sqlite3_reset(handle_.get()); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
  };

  void keep_first(int status) noexcept {
    if (bind_status_ == SQLITE_OK) bind_status_ = status;
  }

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_status_ = SQLITE_OK;
};

/// A connection, used by one thread at a time.
class SqliteDatabase {
 public:
  SqliteDatabase() = default;

  /// Opens a database file, and makes it where there is none.
  /// @param vfs  name of the SQLite VFS, or nullptr for the default one
  static Result<SqliteDatabase> open(const std::string& path, int busy_timeout_ms, const char* vfs = nullptr) {
    sqlite3* handle = nullptr;
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int status = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
    SqliteDatabase database;
    database.handle_.reset(handle);
    if (status != SQLITE_OK) return sqlite_error(handle, "the database could not be opened");
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    return database;
  }

  /// SQLite's own handle; the connection keeps it.
  sqlite3* handle() const noexcept { return handle_.get(); }

  /// Runs statements without parameters; rows are dropped.
  Result<void> execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return sqlite_error(handle_.get(), "the database failed");
  }

  /// The first column of the first row, as a number and as a text; 0 and empty where there is none.
  Result<std::int64_t> query_integer(std::string_view sql) {
    auto statement = SqliteStatement::prepare(handle_.get(), sql);
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row.has_value()) return row.error();
    return *row ? statement->integer(0) : std::int64_t{0};
  }
  Result<std::string> query_text(std::string_view sql) {
    auto statement = SqliteStatement::prepare(handle_.get(), sql);
    if (!statement) return statement.error();
    const auto row = statement->step();
    if (!row.has_value()) return row.error();
    return *row ? std::string(statement->text(0)) : std::string();
  }

  /// Runs `body()`, which gives a Result<void>, in one transaction; what fails is rolled back and leaves no trace.
  template <class Body>
  Result<void> transaction(Body&& body) {
    auto done = execute("BEGIN IMMEDIATE");
    if (!done) return done;
    done = body();
    if (done) done = execute("COMMIT");
    if (!done && sqlite3_get_autocommit(handle_.get()) == 0) static_cast<void>(execute("ROLLBACK"));
    return done;
  }

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };

  std::unique_ptr<sqlite3, Close> handle_;
};

NOTIFIER_NAMESPACE_END
