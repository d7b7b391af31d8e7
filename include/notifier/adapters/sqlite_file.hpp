// Whose file it is that a store is to open, seen from its first bytes: SQLite would write beside it, if not into it,
// before it can tell.

#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "notifier/result.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail::sqlite {

/// "ntfy" in PRAGMA application_id: whose database a file is.
inline constexpr std::int64_t application_id = 0x6e746679;

inline Error unsupported_database(std::string message) {
  Error error;
  error.code = errc::unsupported;
  error.message = std::move(message);
  return error;
}

inline Error newer_database(std::int64_t version, std::int64_t newest) {
  return unsupported_database("the database has schema version " + std::to_string(version) +
                              ", written by a newer release; this one knows " + std::to_string(newest) +
                              " at most: use the newer release");
}

/// The beginning of a file, read through a VFS, which keeps the locks that other connections of this process have.
class FileHead {
 public:
  /// How much is read: the file's header, and that of the first page's b-tree
  /// (https://www.sqlite.org/fileformat2.html).
  static constexpr std::size_t size = 108;

  FileHead(sqlite3_vfs* vfs, const char* path) : vfs_(vfs), path_(path) {
    file_.reset(static_cast<sqlite3_file*>(sqlite3_malloc(vfs->szOsFile)));
    if (!file_) return;
    file_->pMethods = nullptr;
    constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    if (vfs->xOpen(vfs, path, file_.get(), flags, nullptr) != SQLITE_OK) return;
    sqlite3_int64 length = 0;
    if (file_->pMethods->xFileSize(file_.get(), &length) != SQLITE_OK) return;
    length = (std::max)(length, sqlite3_int64{1});  // a file of one byte is said to be empty
    const auto count = static_cast<std::size_t>((std::min)(length, static_cast<sqlite3_int64>(size)));
    if (file_->pMethods->xRead(file_.get(), bytes_, static_cast<int>(count), 0) == SQLITE_OK) count_ = count;
  }
  FileHead(const FileHead&) = delete;
  FileHead& operator=(const FileHead&) = delete;
  ~FileHead() {
    if (file_ && file_->pMethods != nullptr) file_->pMethods->xClose(file_.get());
  }

  /// Nothing to be read: there is no such file, it is empty, or it is none.
  bool is_empty() const noexcept { return count_ == 0; }
  bool is_sqlite() const noexcept {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    return count_ == size && std::string_view(reinterpret_cast<const char*>(bytes_), magic.size()) == magic;
  }
  std::int64_t user_version() const noexcept { return number(60); }
  std::int64_t owner() const noexcept { return number(68); }
  /// Whether there are no tables: the page is a leaf without cells.
  bool has_no_tables() const noexcept { return bytes_[100] == 0x0D && bytes_[103] == 0 && bytes_[104] == 0; }
  /// Whether there is a journal beside it, from which SQLite will mend or complete it first.
  bool has_journal() const {
    for (const char* suffix : {"-wal", "-journal"}) {
      int exists = 0;
      const std::string name = std::string(path_) + suffix;
      if (vfs_->xAccess(vfs_, name.c_str(), SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK && exists != 0) return true;
    }
    return false;
  }

 private:
  struct Free {
    void operator()(sqlite3_file* file) const noexcept { sqlite3_free(file); }
  };

  std::int64_t number(std::size_t at) const noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes_[at + i];
    return value;
  }

  sqlite3_vfs* vfs_;
  const char* path_;
  std::unique_ptr<sqlite3_file, Free> file_;
  unsigned char bytes_[size] = {};
  std::size_t count_ = 0;
};

/// Refuses a file that is no database, or another program's, before anything is written to it or beside it. What only
/// SQLite can judge, since a journal has yet to be replayed, is left to check_schema().
///
/// @param vfs     name of the SQLite VFS, or nullptr for the default one
/// @param newest  the newest version of the schema that is known
inline Result<void> check_file(const std::string& path, const char* vfs, std::int64_t newest) {
  sqlite3_vfs* const files = sqlite3_vfs_find(vfs);
  if (files == nullptr) return {};  // opening says it
  std::string full(static_cast<std::size_t>(files->mxPathname) + 1, '\0');
  if (files->xFullPathname(files, path.c_str(), static_cast<int>(full.size()), full.data()) > SQLITE_OK_SYMLINK) {
    return {};
  }
  const FileHead head(files, full.c_str());
  if (head.is_empty() || head.has_journal()) return {};
  if (!head.is_sqlite()) return unsupported_database("the file is no database");
  if (head.owner() == application_id) {
    return head.user_version() > newest ? newer_database(head.user_version(), newest) : Result<void>();
  }
  if (head.owner() == 0 && head.user_version() == 0 && head.has_no_tables()) return {};
  return unsupported_database("the file is a database of another program");
}

}  // namespace detail::sqlite
NOTIFIER_NAMESPACE_END
