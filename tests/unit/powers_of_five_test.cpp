// The table of powers of five that the WebAssembly module computes is simdjson's own, word for word.

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "notifier/json/document.hpp"
#include "shim/powers_of_five.hpp"

#if NOTIFIER_SIMDJSON

TEST_CASE("powers of five: the computed table is simdjson's") {
  std::vector<std::uint64_t> table(notifier_wasm::powers_of_five_words);
  notifier_wasm::write_powers_of_five(table.data());
  CHECK(notifier_wasm::least_power_of_five == simdjson::internal::smallest_power);
  CHECK(notifier_wasm::largest_power_of_five == simdjson::internal::largest_power);
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(i);
    REQUIRE(table[i] == simdjson::internal::power_of_five_128[i]);
  }
}

#endif
