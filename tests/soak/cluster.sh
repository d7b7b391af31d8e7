# Three servers on one PostgreSQL, one of them in Node.js: 20,000 events to 12 targets, 60 faults, and a transaction that is open for ten minutes.

set -euo pipefail
build=$1
server=$(find "$build/examples" -name notifier-server -type f)
cli=$PWD/wasm/dist/cli/main.js
cd tests # where the package pg is
node delivery/cluster.mjs "$server" 20000 60 600 "$cli"
