// How a parsed document lies in memory, whoever read it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// What a value is.
enum class Tag : unsigned char { missing, null, yes, no, number, string, array, object };

/// The values of a document one after the other, in two words each: the head, then the slice of a string or a number.
/// Behind those of an array come its elements, behind those of an object its members: a key, which is one word, a
/// slice, and a value.
///
/// A head: tag in the highest byte; in the low 32 bits, the index after the value and all that is in it. A slice:
/// offset into `text` in the high 32 bits, size in the low ones.
struct Tape {
  const std::uint64_t* words = nullptr;
  /// Strings stand in it unescaped, numbers as they are written; all are padded, see text/bytes.hpp.
  const char* text = nullptr;

  // By halves: where a register has 32 bits, one byte is loaded and compared.
  Tag tag(std::size_t at) const noexcept { return static_cast<Tag>(static_cast<std::uint32_t>(words[at] >> 32) >> 24); }
  std::size_t after(std::size_t at) const noexcept { return static_cast<std::uint32_t>(words[at]); }
  std::string_view slice(std::size_t at) const noexcept {
    return {text + (words[at] >> 32), static_cast<std::uint32_t>(words[at])};
  }

  /// The text of the string or number at `at`.
  std::string_view value(std::size_t at) const noexcept { return slice(at + 1); }

  static constexpr std::uint64_t head(Tag tag, std::size_t after) noexcept {
    return static_cast<std::uint64_t>(tag) << 56 | static_cast<std::uint32_t>(after);
  }
  static constexpr std::uint64_t slice_word(std::size_t offset, std::size_t size) noexcept {
    return std::uint64_t{offset} << 32 | static_cast<std::uint32_t>(size);
  }
};

inline constexpr std::uint64_t missing_words[1] = {0};
inline constexpr Tape missing_tape{missing_words, nullptr};

// Functions of their own, which take a value apart: so that nobody has to keep it in memory for them.

/// Where the last member at `key` of the object at `at` is; 0 where there is none, or that is no object.
inline std::size_t find_member(const Tape& tape, std::size_t at, std::string_view key) noexcept {
  std::size_t found = 0;
  if (tape.tag(at) != Tag::object) return found;
  const std::size_t end = tape.after(at);
  for (at += 2; at < end; at = tape.after(at + 1)) {
    if (tape.slice(at) == key) found = at + 1;
  }
  return found;
}

/// The text of the string at `at`; empty where there is another value.
NOTIFIER_HOT_INLINE inline std::string_view text_of(const Tape& tape, std::size_t at) noexcept {
  return tape.tag(at) == Tag::string ? tape.value(at) : std::string_view();
}

/// The same of the last member at `key`.
NOTIFIER_NOINLINE inline std::string_view find_text(const Tape& tape, std::size_t at, std::string_view key) noexcept {
  const std::size_t member = find_member(tape, at, key);
  return member == 0 ? std::string_view() : text_of(tape, member);
}

/// How many elements or members there are in the value at `at`.
inline std::size_t count_items(const Tape& tape, std::size_t at) noexcept {
  const std::size_t key = tape.tag(at) == Tag::object ? 1 : 0;
  std::size_t count = 0;
  if (key == 0 && tape.tag(at) != Tag::array) return count;
  const std::size_t end = tape.after(at);
  for (at += 2; at < end; at = tape.after(at + key)) ++count;
  return count;
}

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
