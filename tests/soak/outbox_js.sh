# The outbox of the npm package: 100,000 deliveries, a tenth of the attempts failing, 20 kills.

set -euo pipefail
export NOTIFIER_INSTALLED=$1/tests/wasm/installed
tests/wasm/install_package "$NOTIFIER_INSTALLED"
NOTIFIER_KILLS=20 NOTIFIER_DELIVERIES=10000 node --test --test-name-pattern "kill -9" tests/wasm/outbox.test.mjs
