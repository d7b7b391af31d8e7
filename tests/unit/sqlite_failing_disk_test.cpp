// A disk that is full, and one that may not be written to: the store says so, and keeps what it had.

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/api/response.hpp"
#include "notifier/registry/registry.hpp"

using namespace notifier;

namespace {

/// A folder with a database file in it, both gone at the end.
class Folder {
 public:
  Folder() : path_("/tmp/notifier_failing_disk_XXXXXX") { REQUIRE(::mkdtemp(&path_[0]) != nullptr); }
  ~Folder() {
    for (const char* suffix : suffixes) std::remove((database() + suffix).c_str());
    ::rmdir(path_.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/notifier.db"; }

  /// The size of the largest of the database's files, in bytes.
  rlim_t largest_file() const {
    off_t largest = 0;
    for (const char* suffix : suffixes) {
      struct stat status = {};
      if (::stat((database() + suffix).c_str(), &status) == 0) largest = (std::max)(largest, status.st_size);
    }
    return static_cast<rlim_t>(largest);
  }

 private:
  static constexpr const char* suffixes[] = {"", "-wal", "-shm", "-journal"};
  std::string path_;
};

/// Lets no file of this process grow beyond a size, as a full disk does: writes fail, or write only a part.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_ = {};
};

/// An account without rights: what may not be written root could write.
class NobodyForNow {
 public:
  NobodyForNow() : before_(::geteuid()) {
    if (before_ == 0) REQUIRE(::seteuid(65534) == 0);
  }
  ~NobodyForNow() {
    if (before_ == 0) REQUIRE(::seteuid(before_) == 0);
  }
  NobodyForNow(const NobodyForNow&) = delete;
  NobodyForNow& operator=(const NobodyForNow&) = delete;

 private:
  uid_t before_;
};

Result<std::unique_ptr<SqliteStore>> open_store(const Folder& folder) {
  SqliteOptions options;
  options.path = folder.database();
  return SqliteStore::open(std::move(options));
}

/// One app with its notifier, and an event.
Outcome first_outcome(const Registry& registry) {
  Outcome outcome;
  outcome.changes = *registry.plan_add_app({"1", "shop", {"us-1", "jane", "jane@example.com"}, {}}, true);
  outcome.events.push_back({"1", "ev-1", R"({"id":"ev-1","type":"restart"})"});
  return outcome;
}

/// A notifier and an event, each of which needs several pages.
Outcome large_outcome(const Registry& registry) {
  NotifierDraft draft;
  draft.platform = "webhook";
  draft.name = "large";
  draft.type_data = R"({"webhook_url":"https://example.com/x","note":")" + std::string(10000, 'x') + "\"}";
  auto plan = registry.plan_add("1", draft);
  REQUIRE(plan);
  Outcome outcome;
  outcome.changes.push_back(std::move(*plan));
  outcome.events.push_back(
      {"1", "ev-2", R"({"id":"ev-2","type":"restart","text":")" + std::string(10000, 'y') + "\"}"});
  return outcome;
}

std::string stored_snapshot(SqliteStore& store) {
  Registry registry;
  const auto loaded = store.load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  return registry.snapshot();
}

std::size_t count_events(const SqliteStore& store) {
  std::vector<std::string> events;
  return store.events("1", 0, 10, events);
}

}  // namespace

TEST_CASE("where the disk is full at any moment, nothing is half stored, and all is stored once there is room") {
  const Folder folder;
  Registry registry;
  auto store = open_store(folder);
  REQUIRE(store);
  Outcome first = first_outcome(registry);
  REQUIRE((*store)->store({&first}));
  REQUIRE(registry.apply(first.changes));
  const std::string before = stored_snapshot(**store);
  Outcome outcome = large_outcome(registry);

  int failures = 0;
  for (rlim_t room = 0;; room += 1500) {
    bool is_stored = false;
    {
      const FileSizeLimit limit(folder.largest_file() + room);
      const auto stored = (*store)->store({&outcome});
      is_stored = stored.has_value();
      if (!is_stored) CHECK(stored.error().code == errc::storage);
      if (!is_stored) CHECK(stored.error().message.find("example.com") == std::string::npos);
    }
    if (is_stored) break;
    ++failures;
    REQUIRE(stored_snapshot(**store) == before);
    REQUIRE(count_events(**store) == 1);
  }
  CHECK(failures > 3);
  REQUIRE(registry.apply(outcome.changes));
  CHECK(count_events(**store) == 2);

  store->reset();
  auto again = open_store(folder);
  REQUIRE(again);
  CHECK(stored_snapshot(**again) == registry.snapshot());
  CHECK(count_events(**again) == 2);
}

TEST_CASE("a database that may not be written to is refused when it is opened, and stays as it is") {
  const Folder folder;
  Registry registry;
  {
    auto store = open_store(folder);
    REQUIRE(store);
    Outcome first = first_outcome(registry);
    REQUIRE((*store)->store({&first}));
    REQUIRE(registry.apply(first.changes));
  }
  REQUIRE(::chmod(folder.database().c_str(), 0444) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  {
    const NobodyForNow nobody;
    const auto store = open_store(folder);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == errc::storage);
    CHECK_FALSE(store.error().message.empty());
  }
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(folder.database().c_str(), 0644) == 0);
  auto store = open_store(folder);
  REQUIRE(store);
  CHECK(stored_snapshot(**store) == registry.snapshot());
}
