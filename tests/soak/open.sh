# notifier-server with a crowd at its door: 5,000 slow clients, 8,000 idle ones, 2,000 streams, big events.

set -euo pipefail
node tests/soak/open.mjs "$(find "$1/examples" -name notifier-server -type f)" 30
