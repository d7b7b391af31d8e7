# The npm package: memory stays flat while ten million events are routed.

set -euo pipefail
export NOTIFIER_INSTALLED=$1/tests/wasm/installed
tests/wasm/install_package "$NOTIFIER_INSTALLED"
node --expose-gc tests/soak/memory_js.mjs 10000000
