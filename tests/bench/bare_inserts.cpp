// What a disk takes: the rows of events as a SqliteStore has them, 200 to a transaction, each on the disk before the
// next.
//
//     bare_inserts DATABASE SECONDS EVENT
//
// Prints how many a second. EVENT is the JSON of each.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "notifier/adapters/sqlite.hpp"

namespace {

template <class T>
T must(notifier::Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

void must(const notifier::Result<void>& result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  notifier::SqliteOptions options;
  options.path = argv[1];
  must(notifier::SqliteStore::open(options));  // the tables
  auto database = must(notifier::SqliteDatabase::open(options.path, 5000));
  must(database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"));
  auto id = must(notifier::SqliteStatement::prepare(database.handle(), "INSERT INTO event_ids VALUES ('app', ?1, ?2)"));
  auto event = must(notifier::SqliteStatement::prepare(database.handle(), "INSERT INTO events VALUES ('app', ?1, ?2)"));
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const auto end = begun + std::chrono::seconds(std::atoi(argv[2]));
  std::int64_t number = 0;
  while (Clock::now() < end) {
    must(database.execute("BEGIN IMMEDIATE"));
    for (int i = 0; i < 200; ++i) {
      ++number;
      const std::string name = "bare-event-" + std::to_string(1'000'000'000 + number);
      must(id.bind(1, name).bind(2, number).run());
      must(event.bind(1, number).bind(2, argv[3]).run());
    }
    must(database.execute("COMMIT"));
  }
  std::printf("%.0f\n", static_cast<double>(number) / std::chrono::duration<double>(Clock::now() - begun).count());
}
