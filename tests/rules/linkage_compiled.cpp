#include "linkage.hpp"

std::string route_compiled();
std::string route_compiled() { return route_once(); }
