// A disk whose power fails at any moment.
//
// A killed process leaves its writes with the kernel, so that killing tests nothing of syncing. This SQLite VFS keeps
// what was written since the last sync to itself; when the power goes it lets a random part of that reach the disk,
// torn at any byte, and nothing after that.

#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace power_loss {

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
inline Disk disk;

/// @param operations  how many writes and syncs it lasts
inline void restore_power(long operations = (std::numeric_limits<long>::max)()) {
  disk.is_dead = false;
  disk.operations_left = operations;
}

struct File {
  sqlite3_file base;
  bool is_buffered;
  std::vector<PendingWrite>* pending;  // of all handles of the file: each sees what another wrote
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

inline File* cast(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

inline int write_real(File* file, const PendingWrite& write) {
  return file->real()->pMethods->xWrite(file->real(), write.bytes.data(), static_cast<int>(write.bytes.size()),
                                        write.offset);
}

/// Lets some of the pending writes through, whole, in part or not at all, in any order: that is what a disk's cache
/// does.
inline void lose_power(File* file) {
  std::shuffle(file->pending->begin(), file->pending->end(), disk.random);
  for (PendingWrite& write : *file->pending) {
    const auto fate = disk.random() % 3;
    if (fate == 0) continue;
    if (fate == 1) write.bytes.resize(disk.random() % (write.bytes.size() + 1));
    write_real(file, write);
  }
  file->pending->clear();
}

inline int flush_file(File* file) {
  int status = SQLITE_OK;
  for (const PendingWrite& write : *file->pending) status |= write_real(file, write);
  file->pending->clear();
  return status;
}

inline int close_file(sqlite3_file* file) {
  File* mine = cast(file);
  if (mine->is_buffered && disk.is_dead) lose_power(mine);
  const int status = flush_file(mine);
  return mine->real()->pMethods->xClose(mine->real()) | status;
}

inline int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
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

inline int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_WRITE;
  PendingWrite write{offset, std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))};
  if (!mine->is_buffered) return write_real(mine, write);
  mine->pending->push_back(std::move(write));
  return SQLITE_OK;
}

inline int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_TRUNCATE;
  flush_file(mine);
  return mine->real()->pMethods->xTruncate(mine->real(), size);
}

inline int sync_file(sqlite3_file* file, int flags) {
  File* mine = cast(file);
  if (!disk.survives()) return SQLITE_IOERR_FSYNC;
  if (flush_file(mine) != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  static_cast<void>(flags);  // the real sync would only make the test slow: the process lives on
  return SQLITE_OK;
}

inline int file_size(sqlite3_file* file, sqlite3_int64* size) {
  File* mine = cast(file);
  const int status = mine->real()->pMethods->xFileSize(mine->real(), size);
  for (const PendingWrite& write : *mine->pending) {
    *size = std::max(*size, write.offset + static_cast<sqlite3_int64>(write.bytes.size()));
  }
  return status;
}

inline sqlite3_file* real(sqlite3_file* file) { return cast(file)->real(); }

inline const sqlite3_io_methods io_methods = {
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

inline sqlite3_vfs* real_vfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

inline int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* mine = cast(file);
  file->pMethods = nullptr;
  const int status = real_vfs(vfs)->xOpen(real_vfs(vfs), name, mine->real(), flags, out_flags);
  if (status != SQLITE_OK) return status;
  mine->is_buffered = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  // Temporary files have no name, and are nobody else's.
  static std::map<std::string, std::vector<PendingWrite>> pending;
  static int unnamed = 0;
  mine->pending = &pending[name == nullptr ? std::to_string(++unnamed) : name];
  file->pMethods = &io_methods;
  return SQLITE_OK;
}

inline const char* faulty_vfs() {
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

}  // namespace power_loss
