#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/text/bytes.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A name taken apart for hashing and comparing: its length and its first and last eight bytes, which are all of it up
/// to sixteen. Borrows the name.
struct Name {
  std::uint64_t head{};
  std::uint64_t tail{};
  std::string_view text;

  Name() = default;
  explicit Name(std::string_view name) noexcept : text(name) {
    const std::size_t n = name.size();
    const char* const p = name.data();
    if (n < 8) {
      head = load_up_to_8(p, n);
    } else {
      head = load_u64(p);
      tail = load_u64(p + n - 8);
    }
  }

  /// Names that differ in the middle alone collide; whoever looks up hostile names meets only the chains of the names
  /// that we or the host chose.
  ///
  /// @param bits  of the result, 1 to 32: the uppermost ones of products, which all bits below have a part in
  std::size_t hash(unsigned bits) const noexcept {
    return to_size(((head ^ text.size()) * 0xD6E8FEB86659FD93u + tail * 0xA0761D6478BD642Fu) >> (64 - bits));
  }

  friend bool operator==(const Name& a, const Name& b) noexcept {
    if (((a.head ^ b.head) | (a.tail ^ b.tail) | (a.text.size() ^ b.text.size())) != 0) return false;
    return a.text.size() <= 16 || a.text == b.text;
  }
};

/// Short names to small numbers, built once and read often: open addressing, at most half full.
class NameIndex {
 public:
  static constexpr std::uint32_t npos = 0xFFFFFFFF;

  NameIndex() : slots_(std::size_t{1} << bits_) {}

  /// @param name   not in the index yet; outlives it.
  void insert(std::string_view name, std::uint32_t value) {
    if (++count_ * 2 > slots_.size()) {
      std::vector<Slot> old(slots_.size() * 2);
      old.swap(slots_);
      ++bits_;
      for (const Slot& slot : old) {
        if (slot.value != npos) free_slot(slot.name) = slot;
      }
    }
    const Name key(name);
    free_slot(key) = {key, value};
  }

  /// Points the index at another copy of a name that it has.
  void repoint(std::string_view name) noexcept {
    const Name key(name);
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = key.hash(bits_);
    while (!(slots_[i].name == key)) i = (i + 1) & mask;
    slots_[i].name = key;
  }

  /// The name's value, or npos.
  std::uint32_t find(std::string_view name) const noexcept {
    const Name key(name);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = key.hash(bits_);; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (slot.value == npos || slot.name == key) return slot.value;
    }
  }

 private:
  struct Slot {
    Name name;
    std::uint32_t value = npos;
  };

  Slot& free_slot(const Name& name) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = name.hash(bits_);
    while (slots_[i].value != npos) i = (i + 1) & mask;
    return slots_[i];
  }

  unsigned bits_ = 4;  // of the number of slots
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
