// Compiled for speed, and linked before all else, so that these are the copies that are called.

#include "hot.hpp"

#include "notifier/json/stage2.hpp"
#include "notifier/json/writer.hpp"

[[gnu::used]] static char* (*const escape)(std::string_view, char*) noexcept = notifier::json::escape;
[[gnu::used]] static bool (*const read)(char*, std::size_t, const std::uint32_t*, std::uint64_t*) noexcept =
    notifier::json::detail::Stage2<NOTIFIER_MAX_DEPTH>::read;
