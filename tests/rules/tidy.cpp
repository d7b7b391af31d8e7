// All headers in one translation unit, for clang-tidy.

#include "notifier/notifier.hpp"
