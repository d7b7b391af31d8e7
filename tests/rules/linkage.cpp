// Each configuration of the library is linked in twice; each must answer for itself, and both alike.

#include <cstdlib>
#include <string>

std::string route_simdjson();
std::string route_simdjson_again();
std::string route_picojson();
std::string route_picojson_again();

int main() {
  const std::string expected = route_simdjson();
  const bool same =
      route_simdjson_again() == expected && route_picojson() == expected && route_picojson_again() == expected;
  return same && expected.find("webhook https://example.com/hook ") != std::string::npos ? EXIT_SUCCESS : EXIT_FAILURE;
}
