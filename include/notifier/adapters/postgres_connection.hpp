// A thin hold on libpq: connections that close themselves, statements prepared once, errors as values. Link pq.

#pragma once

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>  // where Debian has it
#endif

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN

/// What a statement gave. Rows and columns are numbered from 0.
class PostgresRows {
 public:
  PostgresRows() = default;
  /// Takes libpq's result over.
  explicit PostgresRows(PGresult* result) noexcept : result_(result) {}

  std::size_t size() const noexcept { return static_cast<std::size_t>(PQntuples(result_.get())); }
  /// Whether there is no row.
  bool is_empty() const noexcept { return size() == 0; }
  /// A value as PostgreSQL writes it, valid as long as this; NULL reads as empty.
  std::string_view text(std::size_t row, int column) const noexcept {
    const int at = static_cast<int>(row);
    return {PQgetvalue(result_.get(), at, column), static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
  }
  std::int64_t integer(std::size_t row, int column) const noexcept {
    const std::string_view digits = text(row, column);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  bool is_true(std::size_t row, int column) const noexcept { return text(row, column) == "t"; }
  /// How many rows a statement wrote.
  std::size_t touched() const noexcept {
    const std::string_view digits = PQcmdTuples(result_.get());
    std::size_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

 private:
  struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
  };

  std::unique_ptr<PGresult, Clear> result_;
};

/// The parameters $1, $2, ... of a statement, in their order. Texts are valid UTF-8; PostgreSQL keeps no NUL, which
/// becomes U+FFFD.
class PostgresParameters {
 public:
  PostgresParameters& add(std::string_view text) {
    append(values_.emplace_back(), text);
    return *this;
  }
  PostgresParameters& add(std::int64_t value) {
    values_.push_back(std::to_string(value));
    return *this;
  }
  /// What lets a column of values be one parameter: UNNEST($1::bigint[]), = ANY($1).
  /// @param of  called with each entry: gives a text or a number
  template <class List, class Of>
  PostgresParameters& add_all(const List& list, Of&& of) {
    std::string array("{");
    for (const auto& entry : list) {
      if (array.size() > 1) array.push_back(',');
      append_element(array, of(entry));
    }
    array.push_back('}');
    values_.push_back(std::move(array));
    return *this;
  }
  /// Bytes of any kind, for a bytea.
  PostgresParameters& add_bytes(std::string_view bytes) {
    values_.push_back(hex(bytes));
    return *this;
  }
  /// A text as it comes back.
  static std::string kept(std::string_view text) {
    std::string out;
    append(out, text);
    return out;
  }
  static std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text("\\x");
    text.reserve(2 + 2 * bytes.size());
    for (const char each : bytes) {
      const auto byte = static_cast<unsigned char>(each);
      text.push_back(digits[byte >> 4]);
      text.push_back(digits[byte & 15]);
    }
    return text;
  }

  /// As libpq takes them.
  const std::vector<std::string>& values() const noexcept { return values_; }

 private:
  static void append(std::string& out, std::string_view text) {
    for (const char each : text) {
      if (each == '\0') {
        out.append("\xEF\xBF\xBD");
      } else {
        out.push_back(each);
      }
    }
  }
  static void append_element(std::string& out, std::int64_t value) { out.append(std::to_string(value)); }
  static void append_element(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char each : text) {
      if (each == '"' || each == '\\') out.push_back('\\');
      append(out, {&each, 1});
    }
    out.push_back('"');
  }

  std::vector<std::string> values_;
};

/// A connection, used by one thread at a time. One that broke is made anew by the next statement that is outside of a
/// transaction.
class PostgresConnection {
 public:
  PostgresConnection() = default;

  /// @param url   of the form postgresql://HOST:PORT/DATABASE with a user before the host, or libpq's key=value form.
  /// No error tells of it
  /// @param name  seen in pg_stat_activity
  /// @return errc::invalid where the string cannot be read, errc::storage where nobody answers, errc::unsupported for a
  ///         database whose encoding is not UTF-8
  static Result<PostgresConnection> open(const std::string& url, const char* name) {
    char* problem = nullptr;
    PQconninfoOption* const options = PQconninfoParse(url.c_str(), &problem);
    PQfreemem(problem);  // it repeats what it cannot read
    if (options == nullptr) return fault(errc::invalid, "the connection string cannot be read");
    PQconninfoFree(options);
    // What comes later counts more: what a URL says of these wins.
    const char* const keys[] = {"fallback_application_name", "connect_timeout", "tcp_user_timeout", "dbname", nullptr};
    const char* const values[] = {name, "5", "10000", url.c_str(), nullptr};
    PostgresConnection connection;
    connection.handle_.reset(PQconnectdbParams(keys, values, 1));
    if (auto done = connection.begin_session(); !done) return std::move(done).error();
    return connection;
  }

  /// Runs statements without parameters; rows are dropped.
  Result<void> execute(const char* sql) {
    if (auto alive = revive(); !alive) return alive;
    return judge(PQexec(handle_.get(), sql));
  }

  /// Runs a statement, which is prepared when it is run for the first time.
  /// @param sql  one statement, the same text each time
  Result<PostgresRows> run(std::string_view sql, const PostgresParameters& parameters = {}) {
    if (auto alive = revive(); !alive) return std::move(alive).error();
    const auto [at, is_new] = prepared_.try_emplace(std::string(sql), "s" + std::to_string(prepared_.size()));
    if (is_new) {
      PGresult* const made = PQprepare(handle_.get(), at->second.c_str(), at->first.c_str(), 0, nullptr);
      if (auto done = judge(made); !done) {
        prepared_.erase(at);
        return std::move(done).error();
      }
    }
    std::vector<const char*> values;
    for (const std::string& value : parameters.values()) values.push_back(value.c_str());
    PGresult* const raw = PQexecPrepared(handle_.get(), at->second.c_str(), static_cast<int>(values.size()),
                                         values.data(), nullptr, nullptr, 0);
    PostgresRows rows(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows;
    return error_of(raw);
  }

  /// Runs `body()`, which gives a Result<void>, in one transaction; what fails is rolled back and leaves no trace.
  /// Where the connection breaks while it is committed, errc::storage is given, and nobody knows.
  template <class Body>
  Result<void> transaction(Body&& body) {
    auto done = execute("BEGIN");
    if (!done) return done;
    /// Ends what an exception left open.
    struct Undo {
      ~Undo() {
        connection.is_in_transaction_ = false;
        PGconn* const handle = connection.handle_.get();
        if (PQtransactionStatus(handle) != PQTRANS_IDLE) PQclear(PQexec(handle, "ROLLBACK"));
      }
      PostgresConnection& connection;
    };
    const Undo undo{*this};
    is_in_transaction_ = true;
    done = body();
    if (!done) return done;
    // COMMIT of a transaction that has failed is answered with ROLLBACK, and no error.
    PGresult* const committed = PQexec(handle_.get(), "COMMIT");
    const bool is_kept = committed != nullptr && std::string_view(PQcmdStatus(committed)) == "COMMIT";
    done = judge(committed);
    return done && !is_kept ? Result<void>(fault(errc::storage, "the transaction was rolled back")) : done;
  }

  /// Whether the last error says that others were in the way, and that the same may go well now: a deadlock and the
  /// like.
  bool is_to_be_tried_again() const noexcept { return is_to_be_tried_again_; }
  /// libpq's own handle; the connection keeps it.
  PGconn* handle() const noexcept { return handle_.get(); }

 private:
  struct Finish {
    void operator()(PGconn* handle) const noexcept { PQfinish(handle); }
  };

  static Error fault(errc code, std::string text) {
    Error error;
    error.code = code;
    error.message = std::move(text);
    return error;
  }

  Result<void> begin_session() {
    prepared_.clear();
    if (PQstatus(handle_.get()) != CONNECTION_OK) {
      // libpq's text names host, user and database; servers and authentication methods may say more.
      return fault(errc::storage, PQconnectionNeedsPassword(handle_.get()) != 0
                                      ? "the database cannot be reached: it asks for a password"
                                      : "the database cannot be reached");
    }
    PQsetNoticeProcessor(
        handle_.get(), [](void*, const char*) {}, nullptr);
    const char* const encoding = PQparameterStatus(handle_.get(), "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
      return fault(errc::unsupported, "the database's encoding is not UTF8");
    }
    return judge(PQexec(handle_.get(), detail::postgres_sql::begin_session));
  }

  Result<void> revive() {
    if (handle_ == nullptr) return fault(errc::storage, "there is no connection to the database");
    if (PQstatus(handle_.get()) == CONNECTION_OK) return {};
    if (is_in_transaction_) return fault(errc::storage, "the connection to the database broke");
    PQreset(handle_.get());
    return begin_session();
  }

  Result<void> judge(PGresult* raw) {
    const PostgresRows owner(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return {};
    return error_of(raw);
  }

  /// PostgreSQL's texts may hold values of rows: its code says enough.
  Error error_of(PGresult* raw) {
    const char* const state = raw == nullptr ? nullptr : PQresultErrorField(raw, PG_DIAG_SQLSTATE);
    const std::string_view code = state == nullptr ? std::string_view() : std::string_view(state);
    is_to_be_tried_again_ = code == "40P01" || code == "40001";
    if (PQstatus(handle_.get()) != CONNECTION_OK) return fault(errc::storage, "the connection to the database broke");
    if (code.substr(0, 2) == "53") return fault(errc::storage, "the database has no room left");
    return fault(errc::storage, std::string("the database failed: SQLSTATE ").append(code));
  }

  std::unique_ptr<PGconn, Finish> handle_;
  std::map<std::string, std::string, std::less<>> prepared_;
  bool is_to_be_tried_again_ = false;
  bool is_in_transaction_ = false;
};

NOTIFIER_NAMESPACE_END
