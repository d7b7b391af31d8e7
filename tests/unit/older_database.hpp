// A database as an older version of the schema has it.

#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "notifier/adapters/sqlite_schema.hpp"

/// Puts a database of schema `version` in place of the one at `path`, which nobody has open, and fills it by
/// `statements`, to which the former one is `newest`.
inline void make_older(const std::string& path, int version, const std::string& statements) {
  const std::string newest = path + ".newest";
  REQUIRE(std::rename(path.c_str(), newest.c_str()) == 0);
  {
    auto raw = notifier::SqliteDatabase::open(path, 1000);
    REQUIRE(raw);
    for (int i = 0; i < version; ++i) REQUIRE(raw->execute(notifier::detail::sqlite::migrations[i]));
    const std::string copy = "PRAGMA application_id = " + std::to_string(notifier::detail::sqlite::application_id) +
                             "; PRAGMA user_version = " + std::to_string(version) + "; ATTACH '" + newest +
                             "' AS newest; " + statements;
    const auto done = raw->execute(copy.c_str());
    REQUIRE_MESSAGE(done, done.error().message);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((newest + suffix).c_str());
}
