#include "linkage.hpp"

std::string route_next();
std::string route_next() { return route_once(); }
