// What changes under way keep for themselves: apps, their names, notifiers, people and the vocabulary, each by a hash.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "notifier/heap_sort.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/state.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Keys that somebody has, alone or together with others. Two texts of one hash are taken for the same: then somebody
/// waits who need not, and nothing is wrong.
class ReservedKeys {
 public:
  /// A hash, whose lowest bit says whether it is shared.
  using Key = std::uint64_t;
  /// In the order of their hashes, each hash once.
  using Keys = std::vector<Key>;

  /// The keys of some changes: of a notifier its own, and shares in its app's and in the vocabulary, whose event types
  /// it selects; of an app its own, its name's and that of the name it has in `state`.
  static Keys of(const std::vector<Change>& changes, const State& state);

  /// A notifier's own key.
  static Key of_notifier(std::string_view id, const State& state) noexcept { return key_of(notifier, id, state); }

  bool empty() const noexcept { return entries_.empty(); }
  bool are_free(const Keys& keys) const noexcept;
  /// @param keys  are free
  void add(const Keys& keys);
  /// @param keys  of several that were added, in any order
  void remove(const Keys& keys) noexcept;
  void swap(ReservedKeys& other) noexcept { entries_.swap(other.entries_); }

 private:
  static constexpr std::uint32_t alone = 0xFFFFFFFFu;
  enum Kind : std::uint64_t { app = 1, app_name, notifier, user, vocabulary };

  static Key key_of(Kind kind, std::string_view text, const State& state) noexcept {
    return (state.hash(text) + kind * 0x9E3779B97F4A7C15u) / 2 * 2;
  }

  static bool is_shared(Key key) noexcept { return key % 2 != 0; }
  static std::uint64_t bare_hash(Key key) noexcept { return key / 2; }

  struct Entry {
    std::uint64_t hash;
    std::uint32_t shares;  ///< how many have it, or `alone`
  };

  std::vector<Entry>::const_iterator find(std::uint64_t hash) const noexcept {
    return std::lower_bound(entries_.begin(), entries_.end(), hash,
                            [](const Entry& entry, std::uint64_t of) { return entry.hash < of; });
  }

  std::vector<Entry> entries_;  // in the order of their hashes
};

inline ReservedKeys::Keys ReservedKeys::of(const std::vector<Change>& changes, const State& state) {
  Keys keys;
  const auto add = [&](Kind kind, std::string_view text, bool is_shared = false) {
    keys.push_back(key_of(kind, text, state) + (is_shared ? 1 : 0));
  };
  for (const Change& change : changes) {
    switch (change.op) {
      case Change::Op::put_notifier:
      case Change::Op::remove_notifier:
        add(app, change.notifier.app_id, true);
        add(notifier, change.notifier.id);
        if (change.op == Change::Op::put_notifier) add(vocabulary, {}, true);
        break;
      case Change::Op::put_app:
      case Change::Op::remove_app:
        add(app, change.app.id);
        if (change.op == Change::Op::put_app) add(app_name, change.app.name);
        if (const AppBlock* const present = state.find_app_by_id(change.app.id)) add(app_name, present->name());
        break;
      case Change::Op::put_user:
      case Change::Op::remove_user: add(user, change.user.id); break;
      case Change::Op::put_vocabulary: add(vocabulary, {}); break;
    }
  }
  // Of equal hashes the one that is not shared comes first, and stays.
  heap_sort(keys.begin(), keys.end(), std::less<Key>());
  const auto is_same = [](Key a, Key b) { return bare_hash(a) == bare_hash(b); };
  keys.erase(std::unique(keys.begin(), keys.end(), is_same), keys.end());
  return keys;
}

inline bool ReservedKeys::are_free(const Keys& keys) const noexcept {
  return std::all_of(keys.begin(), keys.end(), [this](Key key) {
    const auto entry = find(bare_hash(key));
    return entry == entries_.end() || entry->hash != bare_hash(key) || (is_shared(key) && entry->shares != alone);
  });
}

inline void ReservedKeys::add(const Keys& keys) {
  std::vector<Entry> merged;
  merged.reserve(entries_.size() + keys.size());
  auto entry = entries_.cbegin();
  for (const Key key : keys) {
    while (entry != entries_.cend() && entry->hash < bare_hash(key)) merged.push_back(*entry++);
    std::uint32_t shares = is_shared(key) ? 1 : alone;
    if (entry != entries_.cend() && entry->hash == bare_hash(key)) shares = (entry++)->shares + 1;
    merged.push_back({bare_hash(key), shares});
  }
  while (entry != entries_.cend()) merged.push_back(*entry++);
  entries_.swap(merged);
}

inline void ReservedKeys::remove(const Keys& keys) noexcept {
  for (const Key key : keys) {
    Entry& entry = entries_[static_cast<std::size_t>(find(bare_hash(key)) - entries_.cbegin())];
    entry.shares = is_shared(key) ? entry.shares - 1 : 0;
  }
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.shares == 0; }),
                 entries_.end());
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
