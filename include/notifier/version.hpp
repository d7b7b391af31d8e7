#pragma once

/// The library's version, by semantic versioning. CMakeLists.txt and wasm/package.json are tested to say the same.
#define NOTIFIER_VERSION_MAJOR 2
#define NOTIFIER_VERSION_MINOR 0
#define NOTIFIER_VERSION_PATCH 0
#define NOTIFIER_VERSION "2.0.0"
