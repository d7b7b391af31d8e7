#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "notifier/registry/registry.hpp"
#include "storage.hpp"

namespace server {

/// Fills an empty registry and its store from a snapshot or a hand-written configuration; does nothing where there are
/// apps already, so that a server may be started with the same command line again.
inline notifier::Result<void> import_snapshot(const std::string& path, notifier::Registry& registry, Storage& store) {
  if (registry.app_count() != 0) return {};
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    notifier::Error error;
    error.code = notifier::errc::storage;
    error.message = "the file cannot be read";
    return error;
  }
  const std::string json{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto loaded = registry.load(json);
  return loaded ? store.store_all(registry) : loaded;
}

}  // namespace server
