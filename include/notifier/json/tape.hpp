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

  Tag tag(std::size_t at) const noexcept { return static_cast<Tag>(words[at] >> 56); }
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

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
