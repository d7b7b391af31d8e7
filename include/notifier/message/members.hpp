#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
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

/// Whether a value is what a row's `when` asks for.
/// @param pattern  a value; "*" for any, "*x" for one that ends so
inline bool holds_condition(json::View value, std::string_view pattern) noexcept {
  std::string_view text = value.string();
  if (value.kind() == json::Kind::boolean) text = value.boolean() ? "true" : "false";
  if (pattern.substr(0, 1) != "*") return text == pattern;
  pattern.remove_prefix(1);
  if (pattern.empty()) return text.find_first_not_of(" \t\r\n") != std::string_view::npos;
  return text.size() >= pattern.size() && text.substr(text.size() - pattern.size()) == pattern;
}

}  // namespace detail
NOTIFIER_NAMESPACE_END
