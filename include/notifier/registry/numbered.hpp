#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "notifier/registry/hash_index.hpp"
#include "notifier/registry/ref.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// Values that many have in common, each kept once, under a number of 16 bits, for as long as somebody has it. A value
/// itself: a copy shares everything, and a change copies the few values around the one that changes.
///
/// @tparam T     compared with ==, and by default the value of a number that nobody has.
/// @tparam most  how many different values there may be at a time.
template <class T, std::size_t most = 0xFFFF>
class Numbered {
 public:
  /// No value has this number.
  static constexpr std::uint16_t none = 0xFFFF;
  static_assert(most <= none);

  /// @param number  of a value that somebody has.
  const T& operator[](std::uint16_t number) const noexcept { return entry(number).value; }
  /// How many different values there are.
  std::size_t size() const noexcept { return numbers_.size(); }
  /// All numbers are smaller.
  std::size_t end() const noexcept { return end_; }

  /// One more has this value.
  /// @param hash  of the value.
  /// @return its number, the same for equal values; `none` where it would be one value too many.
  std::uint16_t add(const T& value, std::uint32_t hash);
  /// One more has the value of this number, which somebody has.
  void add_user(std::uint16_t number) { ++own_entry(number).users; }
  /// One fewer has the value of this number.
  void remove(std::uint16_t number);

 private:
  struct Entry {
    T value{};
    std::uint32_t users = 0;
    std::uint32_t hash = 0;  // while nobody has it: the next free number
  };
  static constexpr std::size_t group_size = 16;
  struct Group : Counted {
    static void destroy(const Group* group) noexcept { delete group; }

    Entry entries[group_size];
  };

  const Entry& entry(std::size_t number) const noexcept {
    return groups_[number / group_size]->entries[number % group_size];
  }
  /// An entry to be changed: no other copy sees it.
  Entry& own_entry(std::size_t number);

  std::vector<Ref<Group>> groups_;
  HashIndex<std::uint32_t> numbers_;
  std::size_t end_ = 0;
  std::uint32_t free_ = none;
};

// ---- implementation -------------------------------------------------------------------------------------------------

template <class T, std::size_t most>
auto Numbered<T, most>::own_entry(std::size_t number) -> Entry& {
  Ref<Group>& group = groups_[number / group_size];
  if (!group->has_one_owner()) {
    Ref<Group> own(new Group);
    for (std::size_t i = 0; i < group_size; ++i) own->entries[i] = group->entries[i];
    group = std::move(own);
  }
  return group->entries[number % group_size];
}

template <class T, std::size_t most>
std::uint16_t Numbered<T, most>::add(const T& value, std::uint32_t hash) {
  std::uint16_t number = none;
  numbers_.find(hash, [&](std::uint32_t candidate) {
    if (!(entry(candidate).value == value)) return false;
    number = static_cast<std::uint16_t>(candidate);
    return true;
  });
  if (number != none) {
    add_user(number);
    return number;
  }
  if (size() >= most) return none;

  if (free_ != none) {
    number = static_cast<std::uint16_t>(free_);
    free_ = entry(number).hash;
  } else {
    if (end_ % group_size == 0) {
      Ref<Group> group(new Group);
      groups_.push_back(std::move(group));
    }
    number = static_cast<std::uint16_t>(end_++);
  }
  Entry& added = own_entry(number);
  added.value = value;
  added.users = 1;
  added.hash = hash;
  numbers_.insert(hash, number);
  return number;
}

template <class T, std::size_t most>
void Numbered<T, most>::remove(std::uint16_t number) {
  Entry& entry = own_entry(number);
  if (--entry.users != 0) return;
  numbers_.erase(entry.hash, std::uint32_t{number});
  entry.value = T();
  entry.hash = free_;
  free_ = number;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
