// How a parsed document lies in memory, whoever read it.
//
// The layout is simdjson's (its doc/tape.md), so that its result is read in place; the other readers write the same,
// and one View serves them all. One kind of word is added, for numbers that neither 64 bits nor a double can hold.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "notifier/config.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace json {
namespace detail {

/// The type of a word: its highest byte. The other 56 bits are its payload.
enum class Tag : unsigned char {
  missing = 0,
  root = 'r',  ///< first word; the document's value begins at index 1
  null = 'n',  ///< no payload, as for the next two
  yes = 't',
  no = 'f',
  signed_int = 'l',    ///< the next word is the std::int64_t
  unsigned_int = 'u',  ///< the next word is the std::uint64_t, above the range of std::int64_t
  real = 'd',          ///< the next word is the double
  string = '"',        ///< offset into `strings`; also a member's key, followed by its value
  numeral = '#',       ///< offset into `strings`: a number that none of the above can hold, as it is written
  array = '[',         ///< low 32 bits: index after its closing word; next 24 bits: number of elements, saturated
  array_end = ']',     ///< index of the opening word
  object = '{',        ///< as for arrays
  object_end = '}',
};

constexpr std::uint64_t saturated_count = 0xFFFFFF;

struct Tape {
  const std::uint64_t* words = nullptr;
  /// Each string is its length (four bytes, in the machine's order), its bytes and a NUL; all are padded, see
  /// text/bytes.hpp: simdjson allocates 32 bytes more than the strings can take.
  const unsigned char* strings = nullptr;

  Tag tag(std::size_t at) const noexcept { return static_cast<Tag>(words[at] >> 56); }

  /// Index of the first word after the value at `at`.
  std::size_t after(std::size_t at) const noexcept {
    switch (tag(at)) {
      case Tag::array:
      case Tag::object: return static_cast<std::uint32_t>(words[at]);
      case Tag::signed_int:
      case Tag::unsigned_int:
      case Tag::real: return at + 2;
      default: return at + 1;
    }
  }

  std::string_view string(std::size_t at) const noexcept {
    const unsigned char* header = strings + (words[at] & 0x00FFFFFFFFFFFFFFu);
    std::uint32_t length;
    std::memcpy(&length, header, sizeof length);
    return {reinterpret_cast<const char*>(header) + sizeof length, length};
  }
};

inline constexpr std::uint64_t missing_words[1] = {0};
inline constexpr Tape missing_tape{missing_words, nullptr};

}  // namespace detail
}  // namespace json
NOTIFIER_NAMESPACE_END
