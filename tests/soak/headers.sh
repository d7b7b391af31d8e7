#!/usr/bin/env bash
# Every header compiles alone, with its functions: see tests/headers.

set -euo pipefail
cmake --build "$1" --target notifier_headers -j "$(nproc)"
