// There is no environment: the C library would ask the host for one at every start, for simdjson's sake, which looks
// there for what nobody asks it.

#include <cstdlib>

extern "C" char* getenv(const char*) { return nullptr; }
