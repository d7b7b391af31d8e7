#include "linkage.hpp"

std::string route_picojson();
std::string route_picojson() { return route_once(); }
