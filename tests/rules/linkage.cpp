// Each configuration of the library is linked in twice, and its next version once; each must answer for itself.

#include <cstdlib>
#include <string>

std::string route_simdjson();
std::string route_simdjson_again();
std::string route_compiled();
std::string route_compiled_again();
std::string route_picojson();
std::string route_picojson_again();
std::string route_alone();
std::string route_next();

int main() {
  const std::string expected = route_simdjson();
  const bool same = route_simdjson_again() == expected && route_compiled() == expected &&
                    route_compiled_again() == expected && route_picojson() == expected &&
                    route_picojson_again() == expected && route_alone() == expected;
  const bool apart = expected.find("webhook https://example.com/hook ") != std::string::npos &&
                     route_next().find("web_hook https://example.com/hook ") != std::string::npos;
  return same && apart ? EXIT_SUCCESS : EXIT_FAILURE;
}
