# Both servers with a crowd at the door: 5,000 slow clients, 8,000 idle ones, 2,000 streams, big events.

set -euo pipefail
node tests/soak/open.mjs "$(find "$1/examples" -name notifier-server -type f)" 30
wasm/build >/dev/null
node tests/soak/open.mjs "$PWD/wasm/dist/cli/main.js" 30
