#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "notifier/vocabulary/name_index.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The few keys of a kind, numbered from 1: what an event's members are looked up in.
class KeyIndex {
 public:
  static constexpr std::size_t most = 159;

  KeyIndex() : slots_(std::size_t{1} << bits_), names_(1) {}

  /// The number of a key, or 0.
  std::size_t find(std::string_view name) const noexcept {
    const Name key(name);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = key.hash(bits_);; i = (i + 1) & mask) {
      const std::uint8_t number = slots_[i];
      if (number == 0 || names_[number] == key) return number;
    }
  }
  /// The number of a key, new or old; 0 where there are too many.
  /// @param name  outlives the index
  std::size_t add(std::string_view name) {
    if (const std::size_t number = find(name)) return number;
    if (names_.size() > most) return 0;
    names_.emplace_back(name);
    if (4 * names_.size() > slots_.size()) {
      slots_.assign(std::size_t{1} << ++bits_, 0);
      for (std::size_t number = 1; number + 1 < names_.size(); ++number) place(number);
    }
    place(names_.size() - 1);
    return names_.size() - 1;
  }
  std::size_t size() const noexcept { return names_.size() - 1; }
  /// @param number  1 to size()
  std::string_view name(std::size_t number) const noexcept { return names_[number].text; }

 private:
  static_assert(most < 256, "numbers fit a byte");

  void place(std::size_t number) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = names_[number].hash(bits_);
    while (slots_[i] != 0) i = (i + 1) & mask;
    slots_[i] = static_cast<std::uint8_t>(number);
  }

  unsigned bits_ = 5;
  std::vector<std::uint8_t> slots_;
  std::vector<Name> names_;  // the first is none
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
