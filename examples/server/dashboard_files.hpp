// The dashboard's page and what it loads.

#pragma once

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "notifier/api/request.hpp"
#include "notifier/api/response.hpp"
#include "notifier/net/url.hpp"
#include "notifier/text/hash.hpp"

namespace server {

/// Files that are read once, at the start: what is asked for later is looked up by its whole name, so that no name
/// leads elsewhere. They hold no secret: everybody may read them. Immutable then, so thread-safe.
class DashboardFiles {
 public:
  DashboardFiles() = default;

  /// @param folder  what `notifier-wasm` has in `dist`: dashboard/index.html and what that loads; the rest is left
  /// alone
  /// @return nothing where there is no page
  static std::optional<DashboardFiles> read(const std::string& folder) {
    DashboardFiles files;
    for (const char* name : {"index.js", "notifier.wasm"}) files.add(folder, name);
    for (const char* below : {"dashboard", "shared"}) {
      DIR* const opened = opendir((folder + "/" + below).c_str());
      if (opened == nullptr) continue;
      while (const dirent* const entry = readdir(opened))
        if (is_plain(entry->d_name)) files.add(folder, std::string(below) + "/" + entry->d_name);
      closedir(opened);
    }
    const auto page = files.files_.find("/dashboard/index.html");
    if (page == files.files_.end()) return std::nullopt;
    files.files_["/"] = page->second;
    files.files_.erase(page);
    return files;
  }

  /// Reads what is installed with this program: in ../share/notifier/dashboard from where it lies.
  static DashboardFiles installed() {
    char path[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    if (size <= 0 || static_cast<std::size_t>(size) == sizeof path) return {};
    std::string folder(path, static_cast<std::size_t>(size));
    folder.erase(folder.rfind('/'));
    auto files = read(folder + "/../share/notifier/dashboard");
    return files ? *std::move(files) : DashboardFiles();
  }

  bool has(std::string_view method, std::string_view target) const {
    return (method == "GET" || method == "HEAD") && files_.find(path_of(target)) != files_.end();
  }

  /// @param request  for which has() is true
  notifier::Response answer(const notifier::Request& request) const {
    const File& file = files_.find(path_of(request.target))->second;
    notifier::Response response;
    response.headers = {{"Content-Type", std::string(file.type)},
                        {"Content-Security-Policy", policy},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cache-Control", "no-cache"},
                        {"ETag", file.tag}};
    for (const notifier::HeaderView& header : request.headers) {
      if (!notifier::detail::net::equals_lower(header.name, "if-none-match")) continue;
      if (header.value.find(file.tag) == std::string_view::npos && header.value != "*") continue;
      response.status = 304;
      return response;
    }
    response.body = file.bytes;
    return response;
  }

 private:
  static constexpr const char* policy =
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

  struct File {
    std::string_view type;
    std::string bytes;
    std::string tag;
  };

  static std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

  static std::string_view type_of(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> types[] = {{".html", "text/html; charset=utf-8"},
                                                                       {".css", "text/css; charset=utf-8"},
                                                                       {".js", "text/javascript; charset=utf-8"},
                                                                       {".svg", "image/svg+xml"},
                                                                       {".wasm", "application/wasm"}};
    for (const auto& [end, type] : types)
      if (name.size() > end.size() && name.substr(name.size() - end.size()) == end) return type;
    return {};
  }

  static bool is_plain(std::string_view name) {
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
               std::string_view::npos &&
           name.front() != '.' && !type_of(name).empty();
  }

  void add(const std::string& folder, const std::string& name) {
    constexpr off_t most_bytes = 16 << 20;
    const std::string path = folder + "/" + name;
    struct stat state {};
    if (::stat(path.c_str(), &state) != 0 || !S_ISREG(state.st_mode) || state.st_size > most_bytes) return;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return;
    File file;
    file.bytes.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    file.type = type_of(name);
    char hash[32];
    notifier::Hash128().add(file.bytes).write_hex(hash);
    file.tag = '"' + std::string(hash, sizeof hash) + '"';
    files_["/" + name] = std::move(file);
  }

  std::map<std::string, File, std::less<>> files_;  // by the path that is asked for
};

}  // namespace server
