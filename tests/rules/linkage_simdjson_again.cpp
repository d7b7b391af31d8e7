#include "linkage.hpp"

std::string route_simdjson_again();
std::string route_simdjson_again() { return route_once(); }
