#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "notifier/text/decimal.hpp"
#include "notifier/text/hash.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// A prefix and a UUID of version 8 (RFC 9562) that follows from the texts and the position alone: the same in every
/// build and on every machine. Not secret, and not proof against somebody who wants two to be the same.
inline std::string derive_id(std::string_view prefix, std::string_view first, std::string_view second,
                             std::string_view third, std::size_t position) {
  char hex[32];
  Hash128().add(prefix).add(first).add(second).add(third).add(decimal(position)).write_hex(hex);
  hex[12] = '8';
  hex[16] = "89ab"[hex[16] & 3];

  std::string id(prefix.size() + sizeof hex + 4, '-');
  char* const uuid = &id[prefix.copy(&id[0], prefix.size())];
  std::memcpy(uuid, hex, 8);
  std::memcpy(uuid + 9, hex + 8, 4);
  std::memcpy(uuid + 14, hex + 12, 4);
  std::memcpy(uuid + 19, hex + 16, 4);
  std::memcpy(uuid + 24, hex + 20, 12);
  return id;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
