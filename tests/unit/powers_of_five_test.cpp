// The table of powers of five that the WebAssembly module computes is simdjson's own, word for word.

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "notifier/json/document.hpp"
#include "shim/powers_of_five.hpp"

namespace {

std::vector<std::uint64_t> computed_table() {
  std::vector<std::uint64_t> table(notifier_wasm::powers_of_five_words);
  notifier_wasm::write_powers_of_five(table.data());
  return table;
}

}  // namespace

TEST_CASE("powers of five: those of 64 bits are there, shifted until the highest bit is set") {
  const std::vector<std::uint64_t> table = computed_table();
  std::uint64_t power = 1;
  for (int exponent = 0; exponent <= 27; ++exponent, power *= 5) {
    CAPTURE(exponent);
    std::uint64_t shifted = power;
    while (shifted >> 63 == 0) shifted <<= 1;
    const std::size_t at = 2 * static_cast<std::size_t>(exponent - notifier_wasm::least_power_of_five);
    CHECK(table[at] == shifted);
    CHECK(table[at + 1] == 0);
  }
}

#if NOTIFIER_SIMDJSON

TEST_CASE("powers of five: the computed table is simdjson's") {
  const std::vector<std::uint64_t> table = computed_table();
  CHECK(notifier_wasm::least_power_of_five == simdjson::internal::smallest_power);
  CHECK(notifier_wasm::largest_power_of_five == simdjson::internal::largest_power);
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(i);
    REQUIRE(table[i] == simdjson::internal::power_of_five_128[i]);
  }
}

#endif
