#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "notifier/registry/ref.hpp"
#include "notifier/text/prefetch.hpp"
#include "notifier/to_size.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A multimap from 32-bit hashes to small values, as a value itself: a copy costs one counter and shares everything,
/// and a change copies what is on the way to it, some hundred pointers however many entries there are.
///
/// Two levels of branches lead to leaves of some six entries. The branches of a million entries stay in a core's own
/// cache, so that finding one costs a single miss. Keys are not kept: who asks compares with what the value leads to.
///
/// @tparam V  copied and moved without exceptions.
template <class V>
class HashIndex {
 public:
  struct Entry {
    std::uint32_t hash;
    V value;
  };

  std::size_t size() const noexcept { return size_; }

  /// Calls `visit(const V&)` for each entry with this hash until it returns true.
  template <class Visit>
  void find(std::uint32_t hash, Visit&& visit) const {
    const Leaf* const leaf = find_leaf(hash);
    if (leaf == nullptr) return;
    const std::uint32_t* const hashes = leaf->hashes();
    const std::uint32_t count = leaf->count;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (hashes[i] == hash && visit(leaf->values()[i])) return;
    }
  }

  /// Calls `visit(const V&)` for every entry, in no order that means anything.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for_each_leaf([&](const Leaf& leaf) {
      for (std::uint32_t i = 0; i < leaf.count; ++i) visit(leaf.values()[i]);
    });
  }

  // What find() will read is loaded ahead in two steps, since the first tells where the second's is.
  void prefetch_slot(std::uint32_t hash) const noexcept { detail::prefetch(find_slot(hash)); }
  /// A leaf takes two cache lines.
  void prefetch_leaf(std::uint32_t hash) const noexcept {
    const char* const leaf = reinterpret_cast<const char*>(find_leaf(hash));
    if (leaf == nullptr) return;
    for (std::size_t line = 0; line < 2; ++line) detail::prefetch(leaf + 64 * line);
  }

  void insert(std::uint32_t hash, V value) {
    if (size_ >= most_per_leaf << leaf_bits_ && leaf_bits_ < most_leaf_bits) grow();
    const Leaf* const leaf = find_leaf(hash);
    put(hash, leaf != nullptr ? leaf->count : 0, &value);
    ++size_;
  }

  /// Gives the first entry whose value is equal to `old` a new one.
  template <class Old>
  bool replace(std::uint32_t hash, V value, Old old) {
    const std::uint32_t at = position(hash, old);
    if (at != none) put(hash, at, &value);
    return at != none;
  }

  /// Removes the first entry whose value is equal to `old`.
  template <class Old>
  bool erase(std::uint32_t hash, Old old) {
    const std::uint32_t at = position(hash, old);
    if (at == none) return false;
    put(hash, at, nullptr);
    --size_;
    return true;
  }

  /// An index of all these entries at once: many times faster than to insert them one by one.
  static HashIndex build(std::vector<Entry> entries) {
    unsigned leaf_bits = 0;
    while (entries.size() > most_per_leaf << leaf_bits && leaf_bits < most_leaf_bits) ++leaf_bits;
    return build(std::move(entries), leaf_bits);
  }

 private:
  static constexpr std::size_t most_per_leaf = 6;
  static constexpr unsigned most_leaf_bits = 24;
  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  /// All hashes, then all values. Every entry is set before anybody reads.
  struct Leaf : Counted {
    explicit Leaf(std::uint32_t entries) noexcept : count(entries) {}

    static Leaf* make(std::uint32_t count) {
      return new (::operator new(values_offset(count) + count * sizeof(V))) Leaf(count);
    }
    static void destroy(Leaf* leaf) noexcept {
      for (std::uint32_t i = 0; i < leaf->count; ++i) leaf->values()[i].~V();
      leaf->~Leaf();
      ::operator delete(leaf);
    }
    static std::size_t values_offset(std::size_t count) noexcept {
      return (sizeof(Leaf) + count * sizeof(std::uint32_t) + alignof(V) - 1) / alignof(V) * alignof(V);
    }

    std::uint32_t* hashes() noexcept { return reinterpret_cast<std::uint32_t*>(this + 1); }
    const std::uint32_t* hashes() const noexcept { return reinterpret_cast<const std::uint32_t*>(this + 1); }
    V* values() noexcept { return reinterpret_cast<V*>(reinterpret_cast<char*>(this) + values_offset(count)); }
    const V* values() const noexcept {
      return reinterpret_cast<const V*>(reinterpret_cast<const char*>(this) + values_offset(count));
    }
    void set(std::uint32_t i, std::uint32_t hash, V value) noexcept {
      new (hashes() + i) std::uint32_t(hash);
      new (values() + i) V(std::move(value));
    }

    const std::uint32_t count;
  };

  template <class Child>
  struct Branch : Counted {
    explicit Branch(std::size_t entries) noexcept : count(entries) {}

    static Branch* make(std::size_t count) {
      Branch* const branch = new (::operator new(sizeof(Branch) + count * sizeof(Ref<Child>))) Branch(count);
      for (std::size_t i = 0; i < count; ++i) new (branch->children() + i) Ref<Child>();
      return branch;
    }
    static Branch* copy(const Branch& other) {
      Branch* const branch = make(other.count);
      for (std::size_t i = 0; i < other.count; ++i) branch->children()[i] = other.children()[i];
      return branch;
    }
    static void destroy(Branch* branch) noexcept {
      for (std::size_t i = 0; i < branch->count; ++i) branch->children()[i].~Ref<Child>();
      branch->~Branch();
      ::operator delete(branch);
    }

    Ref<Child>* children() noexcept { return reinterpret_cast<Ref<Child>*>(this + 1); }
    const Ref<Child>* children() const noexcept { return reinterpret_cast<const Ref<Child>*>(this + 1); }

    const std::size_t count;
  };
  using Twig = Branch<Leaf>;
  using Trunk = Branch<Twig>;

  unsigned twig_bits() const noexcept { return leaf_bits_ / 2; }
  std::size_t leaf_number(std::uint32_t hash) const noexcept {
    return to_size((std::uint64_t{hash} << leaf_bits_) >> 32);
  }

  const Leaf* find_leaf(std::uint32_t hash) const noexcept {
    const Ref<Leaf>* const slot = find_slot(hash);
    return slot == nullptr ? nullptr : slot->get();
  }

  const Ref<Leaf>* find_slot(std::uint32_t hash) const noexcept {
    if (!trunk_) return nullptr;
    const std::size_t number = leaf_number(hash);
    const Twig* const twig = trunk_->children()[number >> twig_bits()].get();
    return twig == nullptr ? nullptr : &twig->children()[number & ((std::size_t{1} << twig_bits()) - 1)];
  }

  template <class Old>
  std::uint32_t position(std::uint32_t hash, Old old) const {
    const Leaf* const leaf = find_leaf(hash);
    if (leaf == nullptr) return none;
    for (std::uint32_t i = 0; i < leaf->count; ++i) {
      if (leaf->hashes()[i] == hash && leaf->values()[i] == old) return i;
    }
    return none;
  }

  /// The place of the leaf for this hash, all branches on the way to it being nobody else's.
  Ref<Leaf>& own_slot(std::uint32_t hash) {
    if (!trunk_) {
      trunk_ = Ref<Trunk>(Trunk::make(std::size_t{1} << (leaf_bits_ - twig_bits())));
    } else if (!trunk_->has_one_owner()) {
      trunk_ = Ref<Trunk>(Trunk::copy(*trunk_));
    }
    const std::size_t number = leaf_number(hash);
    Ref<Twig>& twig = trunk_->children()[number >> twig_bits()];
    if (!twig) {
      twig = Ref<Twig>(Twig::make(std::size_t{1} << twig_bits()));
    } else if (!twig->has_one_owner()) {
      twig = Ref<Twig>(Twig::copy(*twig));
    }
    return twig->children()[number & ((std::size_t{1} << twig_bits()) - 1)];
  }

  /// Makes the leaf for this hash anew, with a value at `at`, which may be its end; or with one fewer there.
  void put(std::uint32_t hash, std::uint32_t at, const V* value) {
    Ref<Leaf>& slot = own_slot(hash);
    const std::uint32_t old_count = slot ? slot->count : 0;
    const std::uint32_t count = value == nullptr ? old_count - 1 : (std::max)(old_count, at + 1);
    Ref<Leaf> leaf;
    if (count != 0) leaf = Ref<Leaf>(Leaf::make(count));
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i == at && value != nullptr) {
        leaf->set(i, hash, *value);
      } else {
        const std::uint32_t from = i >= at && value == nullptr ? i + 1 : i;
        leaf->set(i, slot->hashes()[from], slot->values()[from]);
      }
    }
    slot = std::move(leaf);
  }

  template <class Visit>
  void for_each_leaf(Visit&& visit) const {
    if (!trunk_) return;
    for (std::size_t i = 0; i < trunk_->count; ++i) {
      const Twig* const twig = trunk_->children()[i].get();
      if (twig == nullptr) continue;
      for (std::size_t j = 0; j < twig->count; ++j) {
        if (const Leaf* const leaf = twig->children()[j].get()) visit(*leaf);
      }
    }
  }

  void grow() {
    std::vector<Entry> entries;
    entries.reserve(size_);
    for_each_leaf([&](const Leaf& leaf) {
      for (std::uint32_t i = 0; i < leaf.count; ++i) entries.push_back({leaf.hashes()[i], leaf.values()[i]});
    });
    *this = build(std::move(entries), leaf_bits_ + 1);
  }

  static HashIndex build(std::vector<Entry> entries, unsigned leaf_bits) {
    HashIndex index;
    index.leaf_bits_ = leaf_bits;
    index.size_ = entries.size();
    std::vector<std::uint32_t> ends(std::size_t{1} << leaf_bits);
    for (const Entry& entry : entries) ++ends[index.leaf_number(entry.hash)];
    std::uint32_t sum = 0;
    for (std::uint32_t& end : ends) end = std::exchange(sum, sum + end);
    std::vector<std::uint32_t> order(entries.size());
    for (std::uint32_t i = 0; i < entries.size(); ++i) order[ends[index.leaf_number(entries[i].hash)]++] = i;
    std::uint32_t begin = 0;
    for (const std::uint32_t end : ends) {
      if (begin == end) continue;
      const Ref<Leaf> leaf(Leaf::make(end - begin));
      for (std::uint32_t i = begin; i < end; ++i) {
        Entry& entry = entries[order[i]];
        leaf->set(i - begin, entry.hash, std::move(entry.value));
      }
      index.own_slot(leaf->hashes()[0]) = leaf;
      begin = end;
    }
    return index;
  }

  Ref<Trunk> trunk_;
  std::size_t size_ = 0;
  unsigned leaf_bits_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
