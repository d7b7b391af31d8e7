#include "linkage.hpp"

std::string route_picojson_again();
std::string route_picojson_again() { return route_once(); }
