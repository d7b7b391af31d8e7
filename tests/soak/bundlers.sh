# The npm package in builds that are large themselves: Next.js, Parcel, Jest.

set -euo pipefail
tests/setup bundlers
export NOTIFIER_INSTALLED=$1/tests/wasm/installed NEXT_TELEMETRY_DISABLED=1
tests/wasm/install_package "$NOTIFIER_INSTALLED"
node --test tests/bundlers/builds.test.mjs
