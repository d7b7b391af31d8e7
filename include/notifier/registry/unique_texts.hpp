#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/registry/prefetch.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A set of borrowed texts, for finding the ones given twice among millions.
class UniqueTexts {
 public:
  /// @param hash  of the text.
  /// @return false where the text is there already.
  bool insert(std::string_view text, std::uint64_t hash) {
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    std::uint32_t& slot = find(text, hash);
    if (slot != empty) return false;
    slot = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({hash, text});
    return true;
  }
  /// Makes room for so many texts.
  void reserve(std::size_t count) {
    entries_.reserve(count);
    std::size_t size = 64;
    while (size < 2 * count) size *= 2;
    if (size > slots_.size()) place(size);
  }
  /// Starts to load what insert() reads first.
  void prefetch(std::uint64_t hash) const noexcept {
    if (!slots_.empty()) detail::prefetch(&slots_[static_cast<std::size_t>(hash) & (slots_.size() - 1)]);
  }
  bool contains(std::string_view text, std::uint64_t hash) { return !slots_.empty() && find(text, hash) != empty; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::string_view text;
  };
  static constexpr std::uint32_t empty = 0xFFFFFFFFu;

  std::uint32_t& find(std::string_view text, std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash) & mask;
    while (slots_[at] != empty && (entries_[slots_[at]].hash != hash || entries_[slots_[at]].text != text)) {
      at = (at + 1) & mask;
    }
    return slots_[at];
  }

  void grow() { place(slots_.empty() ? 64 : 4 * slots_.size()); }
  void place(std::size_t size) {
    slots_.assign(size, empty);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) find(entries_[i].text, entries_[i].hash) = i;
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
