#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/text/prefetch.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A set of borrowed texts, for finding the ones given twice among millions. A part of each hash stands beside the
/// place of its text, so that a look at another text, far away in memory, is hardly ever needed.
class UniqueTexts {
 public:
  /// @param hash  of the text.
  /// @return false where the text is there already.
  bool insert(std::string_view text, std::uint64_t hash) {
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    Slot& slot = find(text, hash);
    if (slot.entry != none) return false;
    slot = {tag(hash), static_cast<std::uint32_t>(entries_.size())};
    entries_.push_back({hash, text});
    return true;
  }
  /// Forgets all texts, in a time that does not depend on how many there were.
  void clear() {
    entries_.clear();
    slots_.clear();
  }
  bool empty() const noexcept { return entries_.empty(); }
  /// Makes room for so many texts.
  void reserve(std::size_t count) {
    entries_.reserve(count);
    std::size_t size = 64;
    while (size < 2 * count) size *= 2;
    if (size > slots_.size()) place(size);
  }
  /// Starts to load what insert() reads first.
  void prefetch(std::uint64_t hash) const noexcept {
    if (!slots_.empty()) detail::prefetch(&slots_[to_size(hash) & (slots_.size() - 1)]);
  }
  bool contains(std::string_view text, std::uint64_t hash) { return !slots_.empty() && find(text, hash).entry != none; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::string_view text;
  };
  struct Slot {
    std::uint32_t tag;
    std::uint32_t entry;
  };
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  static std::uint32_t tag(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }

  Slot& find(std::string_view text, std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = to_size(hash) & mask;
    while (slots_[at].entry != none && (slots_[at].tag != tag(hash) || entries_[slots_[at].entry].text != text)) {
      at = (at + 1) & mask;
    }
    return slots_[at];
  }

  void grow() { place(slots_.empty() ? 16 : 4 * slots_.size()); }
  void place(std::size_t size) {
    slots_.assign(size, {0, none});
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      find(entries_[i].text, entries_[i].hash) = {tag(entries_[i].hash), i};
    }
  }

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
