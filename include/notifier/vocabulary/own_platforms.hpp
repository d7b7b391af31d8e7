// The platforms of hosts' own that are in use, by their numbers.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>

#include "notifier/config.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/vocabulary/own_platform.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A table of the process: each row of a vocabulary that a registry has taken over gets a number, equal rows the same,
/// and stays as long as the program runs. So a Platform is but a number wherever it goes, and what is known of it is
/// found without a lock, whatever became of the vocabulary.
class OwnPlatforms {
 public:
  /// How many different rows there may be.
  static constexpr std::size_t most = NOTIFIER_MAX_OWN_PLATFORMS;

  /// nullptr where the number is a built-in platform's, or nobody's, as in all of these.
  static const OwnPlatform* find(Platform platform) noexcept {
    const std::size_t place = static_cast<std::size_t>(platform) - first_own_platform;
    return place < most ? table().rows[place].load(std::memory_order_acquire) : nullptr;
  }
  /// The row of a number that admit() has given.
  static const OwnPlatform& at(Platform admitted) noexcept {
    return *table().rows[static_cast<std::size_t>(admitted) - first_own_platform].load(std::memory_order_acquire);
  }
  /// Of rows with this name, the one that was taken over last.
  static const OwnPlatform* find_by_name(std::string_view name) noexcept;
  /// The row's own number, which it gets now where it has none.
  /// @return nullptr where it would be one too many
  static const OwnPlatform* admit(const OwnPlatform& row);
  /// The same; from now on it is the one that is meant by its name.
  static const OwnPlatform* take_over(const OwnPlatform& row);
  /// Grows whenever a name comes to mean another row.
  static std::size_t changes() noexcept { return table().takeovers.load(std::memory_order_relaxed); }
  /// Calls `f(const OwnPlatform&)` for all, in the order of their numbers.
  template <class F>
  static void for_each(F&& f) {
    const std::size_t count = table().count.load(std::memory_order_acquire);
    for (std::size_t place = 0; place < count; ++place) f(*table().rows[place].load(std::memory_order_acquire));
  }

 private:
  struct Table {
    std::mutex adding;
    std::atomic<std::size_t> count{0};
    std::atomic<const OwnPlatform*> rows[most] = {};
    std::atomic<std::size_t> takeovers{0};
    std::atomic<std::size_t> taken_over[most] = {};  // when, of each row
  };

  static Table& table() noexcept {
    // Never destroyed: deliveries may outlive whatever else there is.
    alignas(Table) static unsigned char room[sizeof(Table)];
    static Table& table = *new (room) Table;
    return table;
  }
};

/// What is said where a row would be one too many.
inline constexpr std::string_view too_many_platforms =
    "would be one too many: too many different platforms were known since this program began";

NOTIFIER_NOINLINE inline const OwnPlatform* OwnPlatforms::find_by_name(std::string_view name) noexcept {
  const Table& all = table();
  const OwnPlatform* found = nullptr;
  std::size_t latest = 0;
  for (std::size_t place = all.count.load(std::memory_order_acquire); place-- > 0;) {
    const OwnPlatform* const own = all.rows[place].load(std::memory_order_acquire);
    const std::size_t when = all.taken_over[place].load(std::memory_order_relaxed);
    if (own->row().name != name || (found != nullptr && when <= latest)) continue;
    found = own;
    latest = when;
  }
  return found;
}

NOTIFIER_NOINLINE inline const OwnPlatform* OwnPlatforms::take_over(const OwnPlatform& row) {
  const OwnPlatform* const own = admit(row);
  if (own == nullptr) return nullptr;
  Table& all = table();
  auto& when = all.taken_over[static_cast<std::size_t>(own->row().platform) - first_own_platform];
  if (when.load(std::memory_order_relaxed) != 0 && find_by_name(own->row().name) == own) return own;
  when.store(all.takeovers.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return own;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END

#include "notifier/vocabulary/own_platform_reader.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

NOTIFIER_NOINLINE inline const OwnPlatform* OwnPlatforms::admit(const OwnPlatform& row) {
  if (const OwnPlatform* const known = row.numbered().load(std::memory_order_acquire)) return known;
  Table& all = table();
  const std::lock_guard<std::mutex> lock(all.adding);
  const std::size_t count = all.count.load(std::memory_order_relaxed);
  for (std::size_t place = 0; place < count; ++place) {
    const OwnPlatform* const own = all.rows[place].load(std::memory_order_relaxed);
    if (own->json() != row.json()) continue;
    row.numbered().store(own, std::memory_order_release);
    return own;
  }
  if (count == most) return nullptr;
  auto own = std::make_unique<OwnPlatform>(static_cast<Platform>(first_own_platform + count));
  json::Document document;
  Problems none;
  const auto root = document.parse(row.json(), row.json().size());
  if (root) OwnPlatformReader(*own, {}, none).read(*root);
  all.rows[count].store(own.get(), std::memory_order_release);
  all.count.store(count + 1, std::memory_order_release);
  row.numbered().store(own.get(), std::memory_order_release);
  return own.release();
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
