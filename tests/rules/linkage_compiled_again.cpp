#include "linkage.hpp"

std::string route_compiled_again();
std::string route_compiled_again() { return route_once(); }
