// Power fails at any moment: what was stored is there afterwards, what was not is wholly absent.
//
// A killed process leaves its writes with the kernel, so that killing tests nothing of syncing. This VFS keeps what was
// written since the last sync to itself; when the power goes it lets a random part of that reach the disk, torn at any
// byte, and nothing after that.

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "notifier/adapters/sqlite.hpp"
#include "notifier/registry/registry.hpp"

namespace {

/// One file of the faulty disk: the real file holds what is synced, `pending` what is not yet.
struct PendingWrite {
  sqlite3_int64 offset;
  std::string bytes;
};

/// The disk: fails after a number of writes and syncs.
struct Disk {
  long operations_left = 0;
  bool is_dead = false;
  std::mt19937 random;

  /// Counts an operation; false from the moment on when the power goes.
  bool survives() {
    if (!is_dead && --operations_left < 0) is_dead = true;
    return !is_dead;
  }
};
Disk disk;

struct File {
  sqlite3_file base;
  bool is_buffered;
  std::vector<PendingWrite>* pending;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* cast(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

int write_real(File* file, const PendingWrite& write) {
  return file->real()->pMethods->xWrite(file->real(), write.bytes.data(), static_cast<int>(write.bytes.size()),
                                        write.offset);
}

/// Lets some of the pending writes through, whole, in part or not at all, in any order: that is what a disk's cache
/// does.
void lose_power(File* file) {
  std::shuffle(file->pending->begin(), file->pending->end(), disk.random);
  for (PendingWrite& write : *file->pending) {
    const auto fate = disk.random() % 3;
    if (fate == 0) continue;
    if (fate == 1) write.bytes.resize(disk.random() % (write.bytes.size() + 1));
    write_real(file, write);
  }
  file->pending->clear();
}

int close_file(sqlite3_file* file) {
  File* mine = cast(file);
  if (mine->is_buffered && disk.is_dead) lose_power(mine);
  int status = SQLITE_OK;
  for (const PendingWrite& write : *mine->pending) status |= write_real(mine, write);
  delete mine->pending;
  return mine->real()->pMethods->xClose(mine->real()) | status;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  File* mine = cast(file);
  int status = mine->real()->pMethods->xRead(mine->real(), out, size, offset);
  if (status != SQLITE_OK && status != SQLITE_IOERR_SHORT_READ) return status;
  sqlite3_int64 end = offset;
  for (const PendingWrite& write : *mine->pending) {
    const sqlite3_int64 from = std::max(offset, write.offset);
    const sqlite3_int64 to = std::min(offset + size, write.offset + static_cast<sqlite3_int64>(write.bytes.size()));
    if (from >= to) continue;
    std::memcpy(static_cast<char*>(out) + (from - offset), write.bytes.data() + (from - write.offset),
                static_cast<std::size_t>(to - from));
    end = std::max(end, to);
  }
  return end == offset + size ? SQLITE_OK : status;
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_WRITE;
  PendingWrite write{offset, std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))};
  if (!mine->is_buffered) return write_real(mine, write);
  mine->pending->push_back(std::move(write));
  return SQLITE_OK;
}

int flush_file(File* file) {
  int status = SQLITE_OK;
  for (const PendingWrite& write : *file->pending) status |= write_real(file, write);
  file->pending->clear();
  return status;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_TRUNCATE;
  flush_file(mine);
  return mine->real()->pMethods->xTruncate(mine->real(), size);
}

int sync_file(sqlite3_file* file, int flags) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_FSYNC;
  if (flush_file(mine) != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  static_cast<void>(flags);  // the real sync would only make the test slow: the process lives on
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  File* mine = cast(file);
  const int status = mine->real()->pMethods->xFileSize(mine->real(), size);
  for (const PendingWrite& write : *mine->pending) {
    *size = std::max(*size, write.offset + static_cast<sqlite3_int64>(write.bytes.size()));
  }
  return status;
}

sqlite3_file* real(sqlite3_file* file) { return cast(file)->real(); }

const sqlite3_io_methods io_methods = {
    2,
    close_file,
    read_file,
    write_file,
    truncate_file,
    sync_file,
    file_size,
    [](sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); },
    [](sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); },
    [](sqlite3_file* file, int* out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); },
    [](sqlite3_file* file, int op, void* arg) { return real(file)->pMethods->xFileControl(real(file), op, arg); },
    [](sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); },
    [](sqlite3_file*) { return 0; },
    [](sqlite3_file* file, int page, int size, int extend, void volatile** out) {
      return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
    },
    [](sqlite3_file* file, int offset, int n, int flags) {
      return real(file)->pMethods->xShmLock(real(file), offset, n, flags);
    },
    [](sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); },
    [](sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); },
    nullptr,
    nullptr,
};

sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* mine = cast(file);
  file->pMethods = nullptr;
  const int status = real_vfs(vfs)->xOpen(real_vfs(vfs), name, mine->real(), flags, out_flags);
  if (status != SQLITE_OK) return status;
  mine->is_buffered = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  mine->pending = new std::vector<PendingWrite>;
  file->pMethods = &io_methods;
  return SQLITE_OK;
}

const char* faulty_vfs() {
  static sqlite3_vfs vfs;
  if (vfs.zName != nullptr) return vfs.zName;
  vfs = *sqlite3_vfs_find(nullptr);
  vfs.pAppData = sqlite3_vfs_find(nullptr);
  vfs.zName = "power_loss";
  vfs.szOsFile += static_cast<int>(sizeof(File));
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* self, const char* name, int sync) {
    return disk.survives() ? real_vfs(self)->xDelete(real_vfs(self), name, sync) : SQLITE_IOERR_DELETE;
  };
  sqlite3_vfs_register(&vfs, 0);
  return vfs.zName;
}

/// What a store has acknowledged: names of notifiers, and how many events.
struct Acknowledged {
  std::map<std::string, std::string> names;  ///< by notifier id
  std::size_t events = 0;
};

notifier::NotifierDraft draft_named(const std::string& name) {
  notifier::NotifierDraft draft;
  draft.platform_id = "59c52ac27651ce002c1d4620";
  draft.name = name;
  return draft;
}

/// Adds, edits and removes notifiers, each with an event, until the power goes.
/// @param in_doubt  the change that was under way then; it may be there or not, but whole
void work(const std::string& path, Acknowledged& acknowledged, Acknowledged& in_doubt) {
  notifier::SqliteOptions options;
  options.path = path;
  options.vfs = faulty_vfs();
  options.events_per_app = 100000;
  auto store = notifier::SqliteStore::open(options);
  if (!store) return;
  static int counter = 0;
  notifier::RegistryOptions registry_options;
  registry_options.new_id = [](std::string_view prefix) { return std::string(prefix) + std::to_string(++counter); };
  notifier::Registry registry(registry_options);
  if (!(*store)->load(registry)) return;

  while (!disk.is_dead) {
    notifier::Outcome outcome;
    in_doubt = acknowledged;
    if (registry.app_count() == 0) {
      outcome.changes = *registry.plan_add_app({"app", "shop", {}, {}}, false);
    } else {
      const auto notifiers = registry.list("shop");
      const std::string name = "n" + std::to_string(disk.random());
      const std::size_t dice = disk.random() % 10;
      if (notifiers.empty() || dice < 5) {
        outcome.changes = {*registry.plan_add("shop", draft_named(name))};
      } else if (dice < 8) {
        outcome.changes = {
            *registry.plan_update("shop", notifiers[disk.random() % notifiers.size()].id, draft_named(name))};
      } else {
        outcome.changes = {*registry.plan_remove("shop", notifiers[disk.random() % notifiers.size()].id)};
      }
      const notifier::Change& change = outcome.changes[0];
      if (change.op == notifier::Change::Op::remove_notifier) {
        in_doubt.names.erase(change.notifier.id);
      } else {
        in_doubt.names[change.notifier.id] = change.notifier.name;
      }
      outcome.events.push_back({"app", "e", "{}"});
      ++in_doubt.events;
    }
    if (!(*store)->store({&outcome})) return;
    acknowledged = in_doubt;
    REQUIRE(registry.apply(outcome.changes));
  }
}

Acknowledged read_back(const std::string& path) {
  notifier::SqliteOptions options;
  options.path = path;
  const auto store = notifier::SqliteStore::open(options);
  REQUIRE_MESSAGE(store, store.error().message);
  notifier::Registry registry;
  const auto loaded = (*store)->load(registry);
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  Acknowledged found;
  for (const auto& notifier : registry.list("shop")) found.names[notifier.id] = notifier.name;
  std::vector<std::string> events;
  found.events = (*store)->events("app", 0, 0, events);
  return found;
}

}  // namespace

TEST_CASE("what was stored survives a power failure at any moment, and what was not is wholly absent") {
  const std::string path = "/tmp/notifier_power_loss_" + std::to_string(::getpid()) + ".db";
  std::size_t lost = 0;
  std::size_t survived = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
    Acknowledged acknowledged;
    disk.random.seed(seed);
    for (int failure = 0; failure < 4; ++failure) {
      disk.is_dead = false;
      disk.operations_left = static_cast<long>(disk.random() % 400);
      Acknowledged in_doubt = acknowledged;
      work(path, acknowledged, in_doubt);
      std::remove((path + "-shm").c_str());

      const Acknowledged found = read_back(path);
      const bool is_acknowledged = found.names == acknowledged.names && found.events == acknowledged.events;
      const bool is_one_more = found.names == in_doubt.names && found.events == in_doubt.events;
      CHECK_MESSAGE((is_acknowledged || is_one_more), "seed " << seed << ", failure " << failure);
      ++(is_acknowledged ? lost : survived);
      acknowledged = found;
    }
  }
  CHECK(lost > 50);
  CHECK(lost + survived == 240);
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
}
