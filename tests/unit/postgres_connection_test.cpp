#include "notifier/adapters/postgres_connection.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "notifier/adapters/postgres_schema.hpp"
#include "postgres_world.hpp"

using notifier::errc;
using notifier::PostgresConnection;
using notifier::PostgresParameters;
using notifier::Result;

namespace {

PostgresConnection open(const std::string& url) {
  auto connection = PostgresConnection::open(url, "test");
  REQUIRE(connection);
  return *std::move(connection);
}

}  // namespace

TEST_CASE("no error tells what is in the connection string") {
  const std::string urls[] = {
      "postgresql://user:s3cret-word@/x?host=/nowhere",
      "postgresql://user:s3cret-word@/x?s3cret-word=1",
      "postgresql://user:s3cret-word@127.0.0.1:1/x",
      "password=s3cret-word nonsense",
      "password='s3cret-word",
  };
  for (const std::string& url : urls) {
    CAPTURE(url);
    const auto connection = PostgresConnection::open(url, "test");
    REQUIRE_FALSE(connection);
    CHECK(connection.error().message.find("s3cret-word") == std::string::npos);
    CHECK(!connection.error().message.empty());
  }
}

TEST_CASE("values come back as they were handed in, alone and in columns") {
  auto connection = open(postgres_test::server().make_database());
  const std::vector<std::string> ugly = {
      "", "a", "a\"b\\c{},'", "NULL", "line\nbreak", "\xC3\xA9\xF0\x9F\x98\x80", std::string("n\0l", 3)};
  PostgresParameters parameters;
  parameters.add_all(ugly, [](const std::string& each) { return std::string_view(each); });
  parameters.add_all(ugly, [](const std::string& each) { return static_cast<std::int64_t>(each.size()); });
  const auto rows = connection.run("SELECT * FROM UNNEST($1::text[], $2::bigint[])", parameters);
  REQUIRE(rows);
  REQUIRE(rows->size() == ugly.size());
  for (std::size_t i = 0; i + 1 < ugly.size(); ++i) {
    CHECK(rows->text(i, 0) == ugly[i]);
    CHECK(rows->integer(i, 1) == static_cast<std::int64_t>(ugly[i].size()));
  }
  CHECK(rows->text(ugly.size() - 1, 0) == "n\xEF\xBF\xBDl");
  const std::string bytes("\0\xFF\\x", 4);
  const auto back = connection.run("SELECT $1::bytea", PostgresParameters().add_bytes(bytes));
  REQUIRE(back);
  CHECK(back->text(0, 0) == PostgresParameters::hex(bytes));
}

TEST_CASE("an error names no value of a row") {
  auto connection = open(postgres_test::server().make_database());
  REQUIRE(connection.execute("CREATE TABLE public.t (k TEXT UNIQUE); SET search_path = public"));
  const PostgresParameters parameters = PostgresParameters().add("s3cret-word");
  REQUIRE(connection.run("INSERT INTO t VALUES ($1)", parameters));
  for (const char* sql : {"INSERT INTO t VALUES ($1)", "SELECT $1::text::int", "SELECT $1 FROM nowhere"}) {
    const auto done = connection.run(sql, parameters);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::storage);
    CHECK(done.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a transaction whose statement failed leaves nothing, though its body takes no notice") {
  auto connection = open(postgres_test::server().make_database());
  REQUIRE(connection.execute("CREATE TABLE public.t (k INT); SET search_path = public"));
  const auto done = connection.transaction([&]() -> Result<void> {
    static_cast<void>(connection.run("INSERT INTO t VALUES (1)"));
    static_cast<void>(connection.run("SELECT 1 / 0"));
    return {};
  });
  CHECK_FALSE(done);
  const auto rows = connection.run("SELECT COUNT(*) FROM t");
  REQUIRE(rows);
  CHECK(rows->integer(0, 0) == 0);
}

TEST_CASE("a connection that was cut is made anew, but not in the middle of a transaction") {
  const std::string url = postgres_test::server().make_database();
  auto connection = open(url);
  auto killer = open(url);
  const auto cut = [&] {
    const auto mine = PQbackendPID(connection.handle());
    REQUIRE(killer.run("SELECT pg_terminate_backend($1)", PostgresParameters().add(std::int64_t{mine})));
  };
  REQUIRE(connection.execute("CREATE TABLE public.t (k INT)"));
  cut();
  CHECK_FALSE(connection.run("SELECT 1"));
  CHECK(connection.run("SELECT 1"));
  const auto done = connection.transaction([&]() -> Result<void> {
    REQUIRE(connection.run("INSERT INTO public.t VALUES (1)"));
    cut();
    static_cast<void>(connection.run("INSERT INTO public.t VALUES (2)"));
    const auto again = connection.run("INSERT INTO public.t VALUES (3)");
    return again ? Result<void>() : Result<void>(again.error());
  });
  CHECK_FALSE(done);
  const auto rows = connection.run("SELECT COUNT(*) FROM public.t");
  REQUIRE(rows);
  CHECK(rows->integer(0, 0) == 0);
}

TEST_CASE("the schema is made once, by whoever comes first, and that of a newer release is left alone") {
  const std::string url = postgres_test::server().make_database();
  std::vector<std::thread> threads;
  std::vector<int> done(4);
  for (std::size_t i = 0; i < done.size(); ++i) {
    threads.emplace_back([&, i] {
      auto connection = PostgresConnection::open(url, "test");
      done[i] = connection && notifier::detail::postgres::migrate(*connection) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done == std::vector<int>{1, 1, 1, 1});
  auto connection = open(url);
  const auto shards = connection.run("SELECT COUNT(*) FROM outbox_shards");
  REQUIRE(shards);
  CHECK(shards->integer(0, 0) == notifier::detail::postgres::shards);
  REQUIRE(connection.execute("UPDATE schema_version SET version = version + 1"));
  const auto refused = notifier::detail::postgres::migrate(connection);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unsupported);
}
