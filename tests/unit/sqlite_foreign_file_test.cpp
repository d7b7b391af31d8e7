// A file that is not ours is refused, and is the same afterwards, with nothing beside it.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"

namespace {

namespace fs = std::filesystem;

/// A folder that is gone at the end.
struct Folder {
  Folder() {
    static int count = 0;
    path = "/tmp/notifier_foreign_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    fs::remove_all(path);
    fs::create_directory(path);
  }
  ~Folder() { fs::remove_all(path); }

  /// Every file's bytes, by name.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      std::string& bytes = all[entry.path().string()];
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

  std::string path;
};

notifier::Result<void> open(const std::string& path) {
  notifier::SqliteOptions options;
  options.path = path;
  options.with_outbox = true;
  const auto store = notifier::SqliteStore::open(std::move(options));
  return store ? notifier::Result<void>() : notifier::Result<void>(store.error());
}

/// Opens a file, which must be refused as not ours and stay as it is.
void check_refused(const Folder& folder, const std::string& path) {
  const auto before = folder.contents();
  const auto opened = open(path);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == notifier::errc::unsupported);
  CHECK(folder.contents() == before);
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void run(const std::string& path, const char* sql) {
  auto database = notifier::SqliteDatabase::open(path, 1000);
  REQUIRE(database);
  REQUIRE(database->execute(sql));
}

}  // namespace

TEST_CASE("a file that is no database is refused and stays as it is") {
  const std::string magic("SQLite format 3\0", 16);
  for (const std::string& bytes :
       {std::string("hello\nworld"), std::string("{\n  \"version\": 1\n}\n"), std::string(1, '\0'),
        std::string(100'000, 'x'), std::string(4096, '\0'), magic, magic.substr(0, 15) + std::string(5000, 'x'),
        std::string("SQLite format 2") + std::string(5000, '\0')}) {
    CAPTURE(bytes.size());
    const Folder folder;
    write(folder.path + "/file", bytes);
    check_refused(folder, folder.path + "/file");
  }
}

TEST_CASE("another program's database is refused and stays as it is, whatever its mode") {
  for (const char* sql :
       {"CREATE TABLE t (a)", "PRAGMA user_version = 3", "PRAGMA application_id = 7",
        "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)", "CREATE VIEW v AS SELECT 1",
        "PRAGMA page_size = 512; CREATE TABLE t (a); CREATE TABLE u (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);"
        "CREATE TABLE v (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad,"
        "ae, af, ag, ah, ai, aj, ak, al, am, an, ao, ap, aq, ar, as_, at, au, av, aw, ax, ay, az, ba, bb, bc, bd, be);"
        "CREATE TABLE w (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, ab, ac, ad,"
        "ae, af, ag, ah, ai, aj, ak, al, am, an, ao, ap, aq, ar, as_, at, au, av, aw, ax, ay, az, ba, bb, bc, bd)"}) {
    CAPTURE(sql);
    const Folder folder;
    run(folder.path + "/other.db", sql);
    check_refused(folder, folder.path + "/other.db");
    fs::create_symlink(folder.path + "/other.db", folder.path + "/link.db");
    check_refused(folder, folder.path + "/link.db");
  }
}

TEST_CASE("another program's database that it has open, or left with a log, keeps both") {
  const Folder folder;
  const std::string path = folder.path + "/other.db";
  {
    auto owner = notifier::SqliteDatabase::open(path, 1000);
    REQUIRE(owner);
    REQUIRE(owner->execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
    const auto opened = open(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == notifier::errc::unsupported);
    CHECK(*owner->query_integer("SELECT a FROM t") == 1);
    for (const char* suffix : {"", "-wal"}) fs::copy(path + suffix, folder.path + "/left.db" + suffix);
  }
  const auto bytes_of = [&](const std::string& suffix) { return folder.contents()[folder.path + "/left.db" + suffix]; };
  const std::string main = bytes_of("");
  const std::string log = bytes_of("-wal");
  REQUIRE(log.size() > 4096);
  CHECK_FALSE(open(folder.path + "/left.db"));
  CHECK(bytes_of("") == main);
  CHECK(bytes_of("-wal") == log);
  auto left = notifier::SqliteDatabase::open(folder.path + "/left.db", 1000);
  REQUIRE(left);
  CHECK(*left->query_integer("SELECT a FROM t") == 1);
}

TEST_CASE("a folder, and a file in a folder that is not there, are refused; nothing is made") {
  const Folder folder;
  fs::create_directory(folder.path + "/inner");
  for (const char* name : {"/inner", "/missing/file.db"}) {
    const auto before = folder.contents();
    const auto opened = open(folder.path + name);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == notifier::errc::storage);
    CHECK(folder.contents() == before);
  }
}

TEST_CASE("an empty file, an empty database and our own are opened, also with a log to replay") {
  const Folder folder;
  write(folder.path + "/empty", "");
  CHECK(open(folder.path + "/empty"));
  run(folder.path + "/new.db", "PRAGMA journal_mode = WAL; PRAGMA auto_vacuum = INCREMENTAL");
  CHECK(open(folder.path + "/new.db"));
  CHECK(open(folder.path + "/new.db"));
  run(folder.path + "/vacuumed.db", "CREATE TABLE t (a); DROP TABLE t; VACUUM");
  CHECK(open(folder.path + "/vacuumed.db"));

  // As it is when the process ends right after it was made: all is in the log.
  notifier::SqliteOptions options;
  options.path = folder.path + "/killed.db";
  const auto store = notifier::SqliteStore::open(options);
  REQUIRE(store);
  for (const char* suffix : {"", "-wal"}) fs::copy(options.path + suffix, folder.path + "/copy.db" + suffix);
  CHECK(open(folder.path + "/copy.db"));
}

TEST_CASE("a database of a newer release is refused and stays as it is") {
  const Folder folder;
  const std::string path = folder.path + "/newer.db";
  REQUIRE(open(path));
  run(path, "PRAGMA user_version = 1000");
  check_refused(folder, path);
}
