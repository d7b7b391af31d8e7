#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "notifier/json/document.hpp"
#include "notifier/vocabulary/kind_program.hpp"

NOTIFIER_NAMESPACE_BEGIN
namespace detail {

/// The members of an event's type_data that some template of its kind may ask for, found in one pass. Only what is
/// set is ever touched.
class Members {
 public:
  void set(std::size_t key, json::View value) noexcept {
    present_[key / 64] |= std::uint64_t{1} << (key % 64);
    new (&values_[key]) json::View(value);
  }
  bool has(std::size_t key) const noexcept { return (present_[key / 64] >> (key % 64) & 1) != 0; }
  json::View operator[](std::size_t key) const noexcept {
    return has(key) ? *std::launder(reinterpret_cast<const json::View*>(&values_[key])) : json::View();
  }

 private:
  struct alignas(json::View) Room {
    unsigned char bytes[sizeof(json::View)];
  };
  static_assert(std::is_trivially_destructible_v<json::View>);

  std::uint64_t present_[KindProgram::max_keys / 64 + 1] = {};
  Room values_[KindProgram::max_keys];
};

}  // namespace detail
NOTIFIER_NAMESPACE_END
