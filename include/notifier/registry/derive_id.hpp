#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "notifier/buffer.hpp"
#include "notifier/registry/hash.hpp"
#include "notifier/registry/record.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A prefix and a UUID of version 8 (RFC 9562) that follows from the texts and the position alone: the same in every
/// build and on every machine. Not secret, and not proof against somebody who wants two to be the same.
inline std::string derive_id(std::string_view prefix, std::string_view first, std::string_view second,
                             std::string_view third, std::size_t position) {
  Buffer text;
  append_packed(text, first);
  append_packed(text, second);
  append_packed(text, third);
  append_varint(text, position);
  std::uint64_t halves[2] = {Hasher(0x6E6F746966696572u)(text.view()), Hasher(0x72656966696F746Eu)(text.view())};
  halves[0] = (halves[0] & ~std::uint64_t{0xF000}) | 0x8000;
  halves[1] = (halves[1] & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;

  std::string id(prefix);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) id += '-';
    id += "0123456789abcdef"[halves[digit / 16] >> (60 - digit % 16 * 4) & 15];
  }
  return id;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
