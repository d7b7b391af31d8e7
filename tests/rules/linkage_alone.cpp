#include "linkage.hpp"

std::string route_alone();
std::string route_alone() { return route_once(); }
