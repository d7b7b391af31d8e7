// The file that the database is: whose it is, whether it is still there, and who else may read it.

#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include <string>
#include <utility>

#include "notifier/result.hpp"

namespace server {

/// Keeps a second server off the database, whose registry would not learn of our changes. The lock is on the file
/// itself, whatever names lead to it, and the kernel's: it ends with the process, and not before.
///
/// SQLite's own locks are of another kind (fcntl), which this one (flock) does not meet. They would go, too, if any
/// descriptor of the file were closed: this one is kept open.
class DatabaseFile {
 public:
  DatabaseFile() = default;
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  /// Makes an empty file where there is none. False where another server has it, or it cannot be had.
  bool lock(const std::string& path) {
    path_ = path;
    // Release 1.0 locks a file beside it.
    const int beside = ::open((path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
    if (beside >= 0 && ::flock(beside, LOCK_EX | LOCK_NB) != 0) return false;
    file_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    return file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
  }

  /// errc::storage where the file has been deleted, moved or replaced: what is written goes nowhere then.
  notifier::Result<void> check() const {
    struct stat own {};
    struct stat named {};
    if (::fstat(file_, &own) == 0 && own.st_nlink > 0 && ::stat(path_.c_str(), &named) == 0 &&
        named.st_dev == own.st_dev && named.st_ino == own.st_ino) {
      return {};
    }
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the database was deleted, moved or replaced: nothing can be stored until this server starts again";
    return error;
  }

  /// Takes from others what they may not read: a file that was made elsewhere may have a mode for all, and SQLite gives
  /// it to those that it makes beside it. True where there was something to take.
  bool hide() const {
    const auto hide_one = [](int file) {
      struct stat state {};
      if (file < 0 || ::fstat(file, &state) != 0 || (state.st_mode & S_IRWXO) == 0) return false;
      return ::fchmod(file, state.st_mode & ~static_cast<mode_t>(S_IRWXO | S_IFMT)) == 0;
    };
    bool was_open = hide_one(file_);
    for (const char* suffix : {"-wal", "-shm"}) {
      struct stat state {};
      const std::string name = real_path() + suffix;
      // By its name, not by a descriptor: closing one would take SQLite's locks.
      if (::stat(name.c_str(), &state) != 0 || (state.st_mode & S_IRWXO) == 0) continue;
      was_open = ::chmod(name.c_str(), state.st_mode & ~static_cast<mode_t>(S_IRWXO | S_IFMT)) == 0 || was_open;
    }
    return was_open;
  }

 private:
  std::string real_path() const {
    char* const real = ::realpath(path_.c_str(), nullptr);
    std::string path = real == nullptr ? path_ : real;
    std::free(real);
    return path;
  }

  std::string path_;
  int file_ = -1;  // open until the process ends
};

}  // namespace server
