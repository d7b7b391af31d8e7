// What has been found out of texts before. The events of an app have many of them in common: its name, its addresses, a
// handful of states and of people.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A list of numbers for each of the texts that came more than once of late. Takes its memory, some 700 KB at most,
/// when it is filled first; begins anew when that is full.
class KnownValues {
 public:
  struct List {
    const std::uint32_t* numbers = nullptr;
    std::size_t count = 0;
  };

  /// @param owner  whose texts they are: others know nothing of them
  /// @param hash   of both
  /// @return nullptr where nothing is known; then note() is to be called. Valid until then
  const List* find(std::uint64_t owner, std::string_view text, std::uint64_t hash) {
    if (slots_.empty()) slots_.resize(slot_count);
    Slot* const slots = slots_of(hash);
    for (std::size_t i = 0; i < ways; ++i) {
      const Slot& slot = slots[i];
      if (slot.hash != hash || slot.count == unknown || slot.owner != owner || text_of(slot) != text) continue;
      list_ = {numbers_.data() + slot.numbers, slot.count};
      return &list_;
    }
    return nullptr;
  }

  /// Says what was found out. Kept where the text came before.
  void note(std::uint64_t owner, std::string_view text, std::uint64_t hash, const std::vector<std::uint32_t>& numbers) {
    if (text.size() > most_text || numbers.size() > most_numbers) return;
    Slot* slot = slots_of(hash);
    for (std::size_t i = 0; i < ways; ++i) {
      if (slot[i].hash == hash) return keep(slot[i], owner, text, numbers);
    }
    // A text that never comes again is to drive out no other one that did.
    turn_ = (turn_ + 1) % ways;
    for (std::size_t i = 0; i < ways && slot[turn_].count != unknown; ++i) turn_ = (turn_ + 1) % ways;
    slot[turn_] = Slot();
    slot[turn_].hash = hash;
  }

 private:
  static constexpr std::size_t slot_count = 8192;
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t most_text = 256;
  static constexpr std::size_t most_numbers = 4096;
  static constexpr std::size_t text_room = std::size_t{192} * 1024;
  static constexpr std::size_t numbers_room = std::size_t{64} * 1024;
  static constexpr std::uint32_t unknown = 0xFFFFFFFFu;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t owner = 0;
    std::uint32_t text = 0;
    std::uint32_t text_size = 0;
    std::uint32_t numbers = 0;
    std::uint32_t count = unknown;
  };

  Slot* slots_of(std::uint64_t hash) noexcept { return slots_.data() + (hash >> 20 & (slot_count - ways)); }
  std::string_view text_of(const Slot& slot) const noexcept { return {text_.data() + slot.text, slot.text_size}; }

  void keep(Slot& slot, std::uint64_t owner, std::string_view text, const std::vector<std::uint32_t>& numbers) {
    if (text_.capacity() == 0) {
      text_.reserve(text_room);
      numbers_.reserve(numbers_room);
    }
    if (text_.size() + text.size() > text_room || numbers_.size() + numbers.size() > numbers_room) {
      std::fill(slots_.begin(), slots_.end(), Slot());
      text_.clear();
      numbers_.clear();
      return;
    }
    slot.owner = owner;
    slot.text = static_cast<std::uint32_t>(text_.size());
    slot.text_size = static_cast<std::uint32_t>(text.size());
    slot.numbers = static_cast<std::uint32_t>(numbers_.size());
    slot.count = static_cast<std::uint32_t>(numbers.size());
    text_.insert(text_.end(), text.begin(), text.end());
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
  }

  std::vector<Slot> slots_;
  std::vector<char> text_;
  std::vector<std::uint32_t> numbers_;
  List list_;
  std::size_t turn_ = 0;
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
