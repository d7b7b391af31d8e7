// The paths that filters ask of, as a tree of keys: an event's keys are looked up in it one by one, and what no filter
// asks of is passed over whole.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"
#include "notifier/text/bytes.hpp"
#include "notifier/text/fast_hash.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

class KeyTree {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  struct Node {
    std::uint32_t parent = none;
    std::uint32_t field = none;  ///< its number, where a filter asks of it
    bool has_children = false;
    bool has_grandchildren = false;
    /// A bit for the looks of each child's key: most keys that nobody asks of fail here.
    std::uint64_t looks[4] = {};
  };

  explicit KeyTree(const Hasher& hasher) : hasher_(hasher), seeds_{hasher("a"), hasher("b")}, nodes_(1), slots_(16) {}

  std::size_t size() const noexcept { return nodes_.size(); }
  std::uint64_t hash(std::string_view text) const noexcept { return hasher_(text); }
  const Node& operator[](std::uint32_t node) const noexcept { return nodes_[node]; }
  Node& operator[](std::uint32_t node) noexcept { return nodes_[node]; }

  /// The node of a path, which is added where there is none.
  /// @param path  keys joined by dots
  std::uint32_t add(std::string_view path) {
    std::uint32_t node = 0;
    for (std::size_t begin = 0;;) {
      const std::size_t dot = path.find('.', begin);
      node = add(node, path.substr(begin, dot - begin));
      if (dot == std::string_view::npos) return node;
      begin = dot + 1;
    }
  }

  /// The child of a node with this key, which has no dot; none where there is none.
  std::uint32_t find(std::uint32_t node, std::string_view key) const noexcept {
    const unsigned look = look_of(key);
    if ((nodes_[node].looks[look / 64] >> look % 64 & 1) == 0) return none;
    const Ends ends(key);
    for (std::size_t slot = first_slot(node, key, ends);; slot = next(slot)) {
      const Slot& at = slots_[slot];
      if (at.node == none) return none;
      if (at.parent != node || at.head != ends.head || at.tail != ends.tail || at.key_size != key.size()) continue;
      if (key.size() <= 16 || std::string_view(text_.data() + at.key, at.key_size) == key) return at.node;
    }
  }

  /// The last node that the ways to both have in common.
  std::uint32_t common(std::uint32_t a, std::uint32_t b) const noexcept {
    std::size_t above_a = depth(a);
    std::size_t above_b = depth(b);
    for (; above_a > above_b; --above_a) a = nodes_[a].parent;
    for (; above_b > above_a; --above_b) b = nodes_[b].parent;
    for (; a != b; b = nodes_[b].parent) a = nodes_[a].parent;
    return a;
  }

 private:
  /// The first and the last eight bytes of a key: all of most.
  struct Ends {
    explicit Ends(std::string_view key) noexcept {
      const std::size_t size = (std::min)(key.size(), std::size_t{8});
      head = load_up_to_8(key.data(), size);
      tail = load_up_to_8(key.data() + key.size() - size, size);
    }
    std::uint64_t head, tail;
  };

  struct Slot {
    std::uint32_t parent = 0;
    std::uint32_t node = none;
    std::uint32_t key = 0;
    std::uint32_t key_size = 0;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
  };

  static unsigned look_of(std::string_view key) noexcept {
    if (key.empty()) return 0;
    const auto byte = [key](std::size_t at) { return unsigned{static_cast<unsigned char>(key[at])}; };
    return (byte(0) + byte(key.size() / 2) * 7 + byte(key.size() - 1) * 29 + static_cast<unsigned>(key.size()) * 11) %
           256;
  }
  std::size_t first_slot(std::uint32_t node, std::string_view key, Ends ends) const noexcept {
    std::uint64_t hash =
        fold_product(ends.head ^ seeds_[0] ^ node, ends.tail ^ seeds_[1] ^ std::uint64_t{key.size()} << 32);
    if (key.size() > 16) hash ^= hasher_(key);
    return to_size(hash >> 8) & (slots_.size() - 1);
  }
  std::size_t next(std::size_t slot) const noexcept { return (slot + 1) & (slots_.size() - 1); }
  std::size_t depth(std::uint32_t node) const noexcept {
    std::size_t depth = 0;
    for (; nodes_[node].parent != none; node = nodes_[node].parent) ++depth;
    return depth;
  }

  std::uint32_t add(std::uint32_t parent, std::string_view key) {
    const std::uint32_t known = find(parent, key);
    if (known != none) return known;
    if (nodes_.size() * 2 > slots_.size()) grow();
    const Ends ends(key);
    const Slot slot{parent,
                    static_cast<std::uint32_t>(nodes_.size()),
                    static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(key.size()),
                    ends.head,
                    ends.tail};
    text_ += key;
    put(slot);
    Node& above = nodes_[parent];
    above.has_children = true;
    above.looks[look_of(key) / 64] |= std::uint64_t{1} << look_of(key) % 64;
    if (above.parent != none) nodes_[above.parent].has_grandchildren = true;
    nodes_.emplace_back();
    nodes_.back().parent = parent;
    return slot.node;
  }

  void put(const Slot& slot) {
    const std::string_view key = std::string_view(text_).substr(slot.key, slot.key_size);
    std::size_t at = first_slot(slot.parent, key, Ends(key));
    while (slots_[at].node != none) at = next(at);
    slots_[at] = slot;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.node != none) put(slot);
    }
  }

  Hasher hasher_;
  std::uint64_t seeds_[2];
  std::vector<Node> nodes_;
  std::vector<Slot> slots_;
  std::string text_;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
