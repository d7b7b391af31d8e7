#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "notifier/text/bytes.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A constant table as a program had better hold it: one run of characters. Where each text begins, and how long it is,
/// would take a third of its room again, of which no compression makes much.
///
///     for (const EventType& type : Packed<builtin_event_types, &EventType::id, &EventType::name>::Rows().all) ...
///
/// @tparam table    rows, aggregates; a program that looks at it through this alone does not hold it twice
/// @tparam members  of a row, those that matter: texts of one line, and enumerations and flags
template <const auto& table, auto... members>
class Packed {
  using Row = std::decay_t<decltype(table[0])>;

 public:
  /// The rows again; their texts last as long as the program.
  struct Rows {
    Rows() noexcept {
      const char* next = characters.data();
      for (Row& row : all) (take(next, row.*members), ...);
    }

    Row all[std::size(table)] = {};
  };

 private:
  static constexpr std::size_t room(std::string_view text) noexcept { return text.size() + 1; }
  template <class Value>
  static constexpr std::size_t room(Value) noexcept {
    return 1;
  }

  static constexpr std::size_t size() noexcept {
    std::size_t size = text_padding;  // so that any text may be copied by whole vectors
    for (const Row& row : table) size += (room(row.*members) + ...);
    return size;
  }

  static constexpr void put(char*& next, std::string_view text) noexcept {
    for (const char c : text) *next++ = c;
    *next++ = '\n';
  }
  template <class Value>
  static constexpr void put(char*& next, Value value) noexcept {
    *next++ = static_cast<char>(value);
  }

  static constexpr auto pack() noexcept {
    std::array<char, size()> out{};
    char* next = out.data();
    for (const Row& row : table) (put(next, row.*members), ...);
    return out;
  }

  static void take(const char*& next, std::string_view& text) noexcept {
    const char* const begin = next;
    while (*next != '\n') ++next;
    text = {begin, static_cast<std::size_t>(next++ - begin)};
  }
  template <class Value>
  static void take(const char*& next, Value& value) noexcept {
    value = static_cast<Value>(*next++);
  }

  static constexpr auto characters = pack();
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
