// Stands in for the table that wasm/CMakeLists.txt takes out of simdjson.cpp.

#include "powers_of_five.hpp"

#include <cstdint>

namespace simdjson::internal {

extern std::uint64_t power_of_five_128[notifier_wasm::powers_of_five_words];
std::uint64_t power_of_five_128[notifier_wasm::powers_of_five_words];

}  // namespace simdjson::internal

namespace {

/// Fills the table as the module is initialised, before anything can be parsed.
[[maybe_unused]] const bool is_filled =
    (notifier_wasm::write_powers_of_five(simdjson::internal::power_of_five_128), true);

}  // namespace
