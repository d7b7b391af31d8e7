// Compiled for speed, and linked before all else, so that these are the copies that are called.

#include "hot.hpp"

#include "notifier/json/writer.hpp"

[[gnu::used]] static char* (*const escape)(std::string_view, char*) noexcept = notifier::json::escape;
