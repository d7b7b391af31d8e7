// How the tables of a PostgresStore come to be.

#pragma once

#include <cstdint>
#include <string>

#include "notifier/adapters/postgres_connection.hpp"
#include "notifier/adapters/postgres_registry_sql.hpp"
#include "notifier/adapters/postgres_tables.hpp"
#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::postgres {

/// Brings the schema up to date, forward only, while nobody else does.
/// @return errc::unsupported where a newer release was there before
inline Result<void> migrate(PostgresConnection& connection) {
  return connection.transaction([&]() -> Result<void> {
    auto done = connection.execute(postgres_sql::lock_schema);
    if (done) done = connection.execute(postgres_sql::create_schema);
    if (done) done = connection.execute(postgres_sql::create_version);
    if (!done) return done;
    const auto found = connection.run(postgres_sql::select_version);
    if (!found) return found.error();
    const std::int64_t version = found->integer(0, 0);
    if (version > schema_version) {
      Error error;
      error.code = errc::unsupported;
      error.message = "the database has the schema of a newer version of this library (" + std::to_string(version) +
                      "); this one knows " + std::to_string(schema_version);
      return error;
    }
    for (std::int64_t next = version; done && next < schema_version; ++next)
      done = connection.execute(migrations[next]);
    if (!done || version == schema_version) return done;
    done = connection.execute(postgres_sql::drop_version);
    const auto noted = connection.run(postgres_sql::insert_version, PostgresParameters().add(schema_version));
    return done && !noted ? Result<void>(noted.error()) : done;
  });
}

}  // namespace detail::postgres
NOTIFIER_NAMESPACE_END
