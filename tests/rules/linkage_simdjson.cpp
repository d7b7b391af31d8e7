#include "linkage.hpp"

std::string route_simdjson();
std::string route_simdjson() { return route_once(); }
