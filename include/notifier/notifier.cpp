// The library's functions, for programs in which every source has NOTIFIER_COMPILED=1.

#define NOTIFIER_IMPLEMENTATION
#include "notifier/notifier.hpp"
