# Three servers on one PostgreSQL: 20,000 events to 12 targets, 60 faults, and a transaction that is open for ten minutes.

set -euo pipefail
build=$1
node tests/delivery/cluster.mjs "$(find "$build/examples" -name notifier-server -type f)" 20000 60 600
